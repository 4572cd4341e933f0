"""Sign-ins: opaque, 256 bits, kept as hashes; one row a browser, which its owner sees and ends at will."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.domain.streams import Role
from services.callers import Holder, digest_of, new_secret
from services.identity.accounts import become
from services.store.contexts import Sql
from services.store.transactions import see

LASTS = timedelta(days=30)
UNFINISHED_LASTS = timedelta(minutes=15)
"""Between password and second factor."""
SEEN_EVERY = timedelta(minutes=5)
LONGEST_AGENT = 200


class Stage(StrEnum):
    """How far somebody is signed in."""

    FULL = "full"
    SECOND = "second"
    """The second factor is still to come."""
    ENROL = "enrol"
    """A second factor is needed and not set up yet."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser's sign-in."""

    digest: str
    stage: Stage
    account_id: int | None
    holder: Holder | None
    """Without an account: for whom the link was made."""
    seen_at: datetime | None


def begin(sql: Sql, account_id: int, stage: Stage, agent: str) -> str:
    """Sign a browser in; returns the secret for its cookie, which is shown this once."""
    become(sql, account_id)
    secret = new_secret("lbw")
    sql.execute(
        "INSERT INTO sign_in (digest, kind, stage, account_id, agent, created_at, seen_at, expires_at)"
        " VALUES (%s, 'browser', %s, %s, %s, statement_timestamp(), statement_timestamp(),"
        " statement_timestamp() + %s)",
        (
            *(digest_of(secret), str(stage), account_id, agent[:LONGEST_AGENT]),
            LASTS if stage is Stage.FULL else UNFINISHED_LASTS,
        ),
    )
    return secret


def find(sql: Sql, secret: str) -> SignIn | None:
    """The sign-in of a cookie, unless it is over."""
    return find_all(sql, [secret]).get(secret)


def find_all(sql: Sql, secrets: Iterable[str]) -> dict[str, SignIn]:
    """The sign-ins of those cookies that are not over."""
    by_digest = {digest_of(secret): secret for secret in secrets}
    rows = sql.execute(
        "SELECT s.digest, s.stage, s.account_id, s.site_id, s.role, s.party, s.member, s.seen_at"
        " FROM unnest(%s::text[]) AS wanted, lianban_find_sign_in(wanted) s"
        " WHERE s.kind = 'browser' AND s.expires_at > statement_timestamp()",
        (list(by_digest),),
    ).fetchall()
    found = {}
    for digest, stage, account_id, site_id, role, party, member, seen_at in rows:
        holder = Holder(site_id, Role(role), party, member) if site_id is not None else None
        found[by_digest[digest]] = SignIn(digest, Stage(stage), account_id, holder, seen_at)
    return found


def end(sql: Sql, one: SignIn) -> None:
    """Sign one browser out."""
    if one.account_id is not None:
        become(sql, one.account_id)
    elif one.holder is not None:
        see(sql, one.holder.site_id)
    sql.execute("DELETE FROM sign_in WHERE digest = %s", (one.digest,))


@dataclass(frozen=True, slots=True)
class Listed:
    """A sign-in as its owner sees it."""

    digest: str
    agent: str
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime


def listed(sql: Sql, account_id: int) -> list[Listed]:
    """All browsers that are signed in, the last used first."""
    become(sql, account_id)
    rows = sql.execute(
        "SELECT digest, agent, created_at, seen_at, expires_at FROM sign_in WHERE account_id = %s"
        " AND kind = 'browser' AND stage = 'full' AND expires_at > statement_timestamp()"
        " ORDER BY seen_at DESC NULLS LAST, created_at DESC",
        (account_id,),
    ).fetchall()
    return [Listed(*row) for row in rows]


def end_by_owner(sql: Sql, account_id: int, *, digest: str | None = None, but: str | None = None) -> int:
    """End one of an account's sign-ins, or all but one; returns how many ended."""
    become(sql, account_id)
    return sql.execute(
        "DELETE FROM sign_in WHERE account_id = %(account)s AND kind = 'browser'"
        " AND (%(one)s::text IS NULL OR digest = %(one)s) AND digest IS DISTINCT FROM %(but)s",
        {"account": account_id, "one": digest, "but": but},
    ).rowcount


def seen(sql: Sql, one: SignIn, now: datetime) -> None:
    """Note that it is in use, now and then."""
    if one.account_id is None or (one.seen_at is not None and now - one.seen_at < SEEN_EVERY):
        return
    become(sql, one.account_id)
    sql.execute("UPDATE sign_in SET seen_at = statement_timestamp() WHERE digest = %s", (one.digest,))


def forget_expired(sql: Sql) -> None:
    """Drop sign-ins and codes that are over."""
    sql.execute("DELETE FROM sign_in WHERE expires_at < statement_timestamp()")
    sql.execute("DELETE FROM one_time_code WHERE expires_at < statement_timestamp()")
