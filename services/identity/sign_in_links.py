"""One-time sign-in links, as `up` prints them and an administrator hands them out."""

from dataclasses import dataclass
from datetime import timedelta

from models.domain.streams import Role
from services.callers import Holder, digest_of, new_secret
from services.identity.accounts import become
from services.identity.sign_ins import LASTS, LONGEST_AGENT
from services.store.contexts import Sql
from services.store.transactions import see


def create(sql: Sql, holder: Holder, *, lasts: timedelta) -> str:
    """Make a link's secret for a party's member."""
    secret = new_secret("lbs")
    sql.execute(
        "INSERT INTO sign_in (digest, kind, site_id, role, party, member, created_at, expires_at)"
        " VALUES (%s, 'link', %s, %s, %s, %s, statement_timestamp(), statement_timestamp() + %s)",
        (digest_of(secret), holder.site_id, str(holder.role), holder.party, holder.member, lasts),
    )
    return secret


def create_for_account(sql: Sql, account_id: int, *, lasts: timedelta) -> str:
    """Make a link's secret for an account: its first sign-in, or the way back in."""
    become(sql, account_id)
    secret = new_secret("lbs")
    sql.execute(
        "INSERT INTO sign_in (digest, kind, account_id, created_at, expires_at)"
        " VALUES (%s, 'link', %s, statement_timestamp(), statement_timestamp() + %s)",
        (digest_of(secret), account_id, lasts),
    )
    return secret


@dataclass(frozen=True, slots=True)
class Redeemed:
    """For whom a link was: an account, or, without one, a party's member."""

    account_id: int | None
    holder: Holder | None


def redeem(sql: Sql, secret: str) -> Redeemed | None:
    """Use a link up: from here on it is worthless."""
    row = sql.execute(
        "SELECT account_id, site_id, role, party, member FROM lianban_find_sign_in(%s)"
        " WHERE kind = 'link' AND used_at IS NULL AND expires_at > statement_timestamp()",
        (digest_of(secret),),
    ).fetchone()
    if row is None:
        return None
    account_id, site_id, role, party, member = row
    if account_id is not None:
        become(sql, account_id)
    see(sql, site_id)
    used = sql.execute(
        "UPDATE sign_in SET used_at = statement_timestamp() WHERE digest = %s AND used_at IS NULL"
        " RETURNING 1",
        (digest_of(secret),),
    ).fetchone()
    if used is None:
        return None
    return Redeemed(account_id, Holder(site_id, Role(role), party, member) if site_id is not None else None)


def begin_as_guest(sql: Sql, holder: Holder, agent: str) -> str:
    """Sign a browser in for a party's member without an account; returns the secret for its cookie."""
    secret = new_secret("lbw")
    sql.execute(
        "INSERT INTO sign_in (digest, kind, site_id, role, party, member, agent, created_at, seen_at,"
        " expires_at) VALUES (%s, 'browser', %s, %s, %s, %s, %s, statement_timestamp(),"
        " statement_timestamp(), statement_timestamp() + %s)",
        (
            *(digest_of(secret), holder.site_id, str(holder.role), holder.party, holder.member),
            *(agent[:LONGEST_AGENT], LASTS),
        ),
    )
    return secret
