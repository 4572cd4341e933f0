"""Which callers browsers' sign-ins are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from models.domain.streams import Actor, Role
from services.callers import Caller, code_of_site
from services.identity import sign_ins
from services.identity.accounts import Standing, standings_of
from services.identity.sign_ins import SignIn, Stage
from services.store.contexts import Sql

NOBODY = Actor(Role.OBSERVER)


def callers_by_sign_ins(
    sql: Sql, secrets: Sequence[str], now: datetime
) -> list[tuple[SignIn | None, Caller | None]]:
    """The sign-in of each of these cookies, and the caller that it is once it is complete."""
    found = sign_ins.find_all(sql, secrets)
    whole = [one for one in found.values() if one.stage is Stage.FULL]
    held = standings_of(sql, {one.account_id for one in whole if one.account_id is not None})
    callers = {one.digest: _caller(sql, one, held) for one in whole}
    for one in sorted(whole, key=lambda one: one.digest):  # in one order, so that no two wait for each other
        sign_ins.seen(sql, one, now)
    known = [found.get(secret) for secret in secrets]
    return [(one, callers.get(one.digest) if one else None) for one in known]


def _caller(sql: Sql, found: SignIn, held: Mapping[int, list[Standing]]) -> Caller | None:
    if found.account_id is not None:
        return caller_of_account(found.digest, found.account_id, held[found.account_id])
    if found.holder is None:
        return None
    one = found.holder
    code = code_of_site(sql, one.site_id)
    actor = Actor(one.role, one.party, one.member or f"token:{found.digest[:16]}")
    return Caller(found.digest, actor, {code: one.site_id} if code else {})


def caller_of_account(digest: str, account_id: int, held: list[Standing]) -> Caller:
    """An account as a caller: at each site as what it stands there; with no standing left it sees nothing."""
    actors = {one.site_id: Actor(one.role, one.party, one.member or f"account:{account_id}") for one in held}
    return Caller(
        digest,
        next(iter(actors.values()), NOBODY),
        {one.code: one.site_id for one in held},
        actors,
        account_id,
    )
