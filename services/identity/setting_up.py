"""The first account: an administrator, by a link that `up` prints as long as there is none."""

from datetime import timedelta

from models.domain.streams import Role
from services.callers import digest_of, new_secret
from services.identity import accounts, tries
from services.identity.accounts import Account
from services.identity.entering import Browser, Door, Entered
from services.store.contexts import Sql
from services.store.transactions import see, transaction

LASTS = timedelta(hours=12)
_MARK = "set-up:"


class SetUpOver(Exception):
    """The link is not valid any more, or there is an account; start the system again for a new one."""


def is_needed(sql: Sql) -> bool:
    """Whether nobody has an account yet."""
    row = sql.execute("SELECT lianban_has_accounts()").fetchone()
    return row is not None and not row[0]


def create(sql: Sql, site_id: int) -> str:
    """The secret of a link by which a site's first administrator is made."""
    secret = new_secret("lbf")
    sql.execute(
        "INSERT INTO one_time_code (browser, digest, created_at, expires_at)"
        " VALUES (%s, %s, statement_timestamp(), statement_timestamp() + %s)",
        (digest_of(secret), f"{_MARK}{site_id}", LASTS),
    )
    return secret


def redeem(door: Door, secret: str, who: tuple[str, str], password: str, browser: Browser) -> Entered:
    """Make the first account (login, name) and sign it in; the second factor is still to be set up.

    Raises:
        SetUpOver, BadLogin, LoginTaken, WeakPassword: nothing was made, and the link stands.
        TooManyTries.
    """
    tries.spend(door.engine, {door.bucket("link", browser.address): tries.LINKS_PER_ADDRESS})
    login, name = who
    with transaction(door.engine) as sql:
        row = sql.execute(
            "DELETE FROM one_time_code WHERE browser = %s AND digest LIKE %s"
            " AND expires_at > statement_timestamp() RETURNING digest",
            (digest_of(secret), f"{_MARK}%"),
        ).fetchone()
        if row is None or not is_needed(sql):
            raise SetUpOver
        site_id = int(row[0].removeprefix(_MARK))
        account = _made(sql, site_id, login, name)
        accounts.set_password(sql, account, password)
        return door.after_first(sql, account, browser)


def _made(sql: Sql, site_id: int, login: str, name: str) -> Account:
    account_id = accounts.create(sql, login, name)
    see(sql, site_id)
    accounts.stand(sql, account_id, site_id, Role.ADMINISTRATOR)
    return accounts.by_id(sql, account_id)
