"""Accounts: who signs in, and as what they act at which site."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg

from models.domain.streams import Role
from services.identity import passwords
from services.store.contexts import Sql

_LOGIN = re.compile(r"^[\w.@+\-]{2,100}$")
NEED_SECOND = frozenset({Role.LEAD, Role.ADMINISTRATOR})
"""Who decides or lets others in has a second factor."""


class LoginTaken(ValueError):
    """Somebody signs in with this name already; choose another one."""


class BadLogin(ValueError):
    """A login has 2 to 100 letters, digits or . @ + - _; use the e-mail address or a short name."""


class UnknownAccount(LookupError):
    """There is no such account; see `./lianban account list`."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as signing in needs it."""

    id: int
    login: str
    name: str
    language: str
    password: str | None
    totp: str | None
    totp_at: datetime | None
    totp_step: int | None
    disabled: bool

    @property
    def has_second(self) -> bool:
        """Whether a second factor is in force."""
        return self.totp_at is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """As what an account acts at a site."""

    site_id: int
    code: str
    role: Role
    party: str | None = None
    member: str | None = None


_COLUMNS = "id, login, name, language, password, totp, totp_at, totp_step, disabled_at IS NOT NULL"


def normal(login: str) -> str:
    """A login however it is typed."""
    return login.strip().casefold()


def create(sql: Sql, login: str, name: str, *, language: str = "zh") -> int:
    """Make an account that can do nothing yet.

    Raises:
        BadLogin, LoginTaken.
    """
    wanted = normal(login)
    if not _LOGIN.fullmatch(wanted):
        raise BadLogin
    row = sql.execute("SELECT nextval('account_id_seq')").fetchone()
    if row is None:
        raise RuntimeError("the database gave no number")
    account_id: int = row[0]
    become(sql, account_id)  # first, since nobody may write what he does not see
    try:
        sql.execute(
            "INSERT INTO account (id, login, name, language, created_at)"
            " VALUES (%s, %s, %s, %s, statement_timestamp())",
            (account_id, wanted, name, language),
        )
    except psycopg.errors.UniqueViolation:
        raise LoginTaken from None
    return account_id


def become(sql: Sql, account_id: int) -> None:
    """Let the transaction see this account's own rows."""
    sql.execute("SELECT set_config('lianban.account', %s, true)", (str(account_id),))


def by_login(sql: Sql, login: str) -> Account | None:
    """The account that signs in with this name."""
    row = sql.execute(
        f"SELECT {_COLUMNS} FROM lianban_find_account(%s)",  # noqa: S608 - our own columns
        (normal(login),),
    ).fetchone()
    return Account(*row) if row else None


def by_id(sql: Sql, account_id: int) -> Account:
    """An account that the transaction may see. Raises UnknownAccount."""
    row = sql.execute(
        f"SELECT {_COLUMNS} FROM account WHERE id = %s",  # noqa: S608 - our own columns
        (account_id,),
    ).fetchone()
    if row is None:
        raise UnknownAccount
    return Account(*row)


def stand(sql: Sql, account_id: int, site_id: int, role: Role, **as_: str | None) -> None:
    """Let an account act at a site, as one thing there; `party` and `member` where the role is a party's."""
    sql.execute(
        "INSERT INTO standing (site_id, account_id, role, party, member, created_at)"
        " VALUES (%s, %s, %s, %s, %s, statement_timestamp()) ON CONFLICT (site_id, account_id) DO UPDATE"
        " SET role = excluded.role, party = excluded.party, member = excluded.member",
        (site_id, account_id, str(role), as_.get("party"), as_.get("member")),
    )


def standings(sql: Sql, account_id: int) -> list[Standing]:
    """As what an account acts, by site; nothing once it is disabled."""
    return standings_of(sql, [account_id])[account_id]


def standings_of(sql: Sql, accounts: Iterable[int]) -> dict[int, list[Standing]]:
    """As what each of these accounts acts, by site."""
    found: dict[int, list[Standing]] = {one: [] for one in accounts}
    rows = sql.execute(
        "SELECT wanted, site_id, code, role, party, member"
        " FROM unnest(%s::bigint[]) AS wanted, lianban_standings(wanted) ORDER BY wanted, site_id",
        (list(found),),
    ).fetchall()
    for account_id, site, code, role, party, member in rows:
        found[account_id].append(Standing(site, code, Role(role), party, member))
    return found


def needs_second(sql: Sql, account_id: int) -> bool:
    """Whether it must have a second factor for what it may do."""
    return any(one.role in NEED_SECOND for one in standings(sql, account_id))


def set_password(sql: Sql, account: Account, password: str) -> None:
    """Set a password, and end whatever was signed in with the old one.

    Raises:
        WeakPassword: nothing changed.
    """
    passwords.check(password, [account.login, account.name])
    sql.execute("UPDATE account SET password = %s WHERE id = %s", (passwords.hashed(password), account.id))
    sql.execute("DELETE FROM sign_in WHERE account_id = %s", (account.id,))


def disable(sql: Sql, account_id: int) -> None:
    """Shut an account at once: its sign-ins end, and nobody gets in by it any more."""
    sql.execute("UPDATE account SET disabled_at = statement_timestamp() WHERE id = %s", (account_id,))
    sql.execute("DELETE FROM sign_in WHERE account_id = %s", (account_id,))
