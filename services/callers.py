"""Who calls: the sites that the caller may see, and as whom it acts there."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from models.domain.streams import Actor, Role
from services.store.contexts import Sql


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller as the policy knows it. `id` is stable, means nothing outside, and scopes idempotency keys."""

    id: str
    actor: Actor
    sites: Mapping[str, int]
    """Ids of the visible sites by code."""

    @property
    def site_ids(self) -> list[int]:
        """What row-level security is told."""
        return sorted(self.sites.values())


def digest_of(secret: str) -> str:
    """What is kept of a token or a sign-in."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret(prefix: str) -> str:
    """256 random bits; the prefix says what it is where it turns up by mistake."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a token or a sign-in is made."""

    site_id: int
    role: Role
    party: str | None = None
    member: str | None = None


def create_token(sql: Sql, holder: Holder, *, name: str, lasts: timedelta | None) -> str:
    """Make an API token; it is shown this once, only its hash is kept."""
    secret = new_secret("lbt")
    sql.execute(
        "INSERT INTO access_token (site_id, digest, name, party, role, member, created_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, statement_timestamp(), statement_timestamp() + %s)",
        (holder.site_id, digest_of(secret), name, holder.party, str(holder.role), holder.member, lasts),
    )
    return secret


def caller_by_token(sql: Sql, secret: str) -> Caller | None:
    """The caller of a token that is neither expired nor revoked."""
    row = sql.execute(
        "SELECT site_id, digest, party, role, member FROM lianban_find_token(%s) WHERE revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > statement_timestamp())",
        (digest_of(secret),),
    ).fetchone()
    return _caller(sql, row) if row else None


def _caller(sql: Sql, row: tuple[int, str, str | None, str, str | None]) -> Caller:
    site_id, digest, party, role, member = row
    sql.execute("SELECT set_config('lianban.sites', %s, true)", (str(site_id),))
    code = sql.execute("SELECT code FROM site WHERE id = %s", (site_id,)).fetchone()
    person = member or f"token:{digest[:16]}"
    return Caller(digest, Actor(Role(role), party, person), {code[0]: site_id} if code else {})


def create_sign_in_link(sql: Sql, holder: Holder, *, lasts: timedelta) -> str:
    """Make a one-time sign-in link's secret."""
    secret = new_secret("lbs")
    sql.execute(
        "INSERT INTO sign_in (site_id, digest, party, role, member, kind, created_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, 'link', statement_timestamp(), statement_timestamp() + %s)",
        (holder.site_id, digest_of(secret), holder.party, str(holder.role), holder.member, lasts),
    )
    return secret


def redeem_sign_in_link(sql: Sql, secret: str, *, lasts: timedelta) -> str | None:
    """Use a link up: its secret becomes worthless, and a browser's sign-in with a new one is returned."""
    row = sql.execute(
        "SELECT site_id, role, party, member FROM lianban_find_sign_in(%s)"
        " WHERE kind = 'link' AND used_at IS NULL AND expires_at > statement_timestamp()",
        (digest_of(secret),),
    ).fetchone()
    if row is None:
        return None
    holder = Holder(row[0], Role(row[1]), row[2], row[3])
    sql.execute("SELECT set_config('lianban.sites', %s, true)", (str(holder.site_id),))
    used = sql.execute(
        "UPDATE sign_in SET used_at = statement_timestamp() WHERE site_id = %s AND digest = %s"
        " AND used_at IS NULL RETURNING 1",
        (holder.site_id, digest_of(secret)),
    ).fetchone()
    if used is None:
        return None
    session = new_secret("lbw")
    sql.execute(
        "INSERT INTO sign_in (site_id, digest, party, role, member, kind, created_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, 'browser', statement_timestamp(), statement_timestamp() + %s)",
        (holder.site_id, digest_of(session), holder.party, str(holder.role), holder.member, lasts),
    )
    return session


def caller_by_sign_in(sql: Sql, secret: str) -> Caller | None:
    """The caller of a browser's sign-in."""
    row = sql.execute(
        "SELECT site_id, digest, party, role, member FROM lianban_find_sign_in(%s)"
        " WHERE kind = 'browser' AND expires_at > statement_timestamp()",
        (digest_of(secret),),
    ).fetchone()
    return _caller(sql, row) if row else None


def end_sign_in(sql: Sql, site_id: int, secret: str) -> None:
    """Sign out."""
    sql.execute("DELETE FROM sign_in WHERE site_id = %s AND digest = %s", (site_id, digest_of(secret)))


def forget_expired(sql: Sql) -> None:
    """Drop sign-ins that are over."""
    sql.execute("DELETE FROM sign_in WHERE expires_at < statement_timestamp()")
