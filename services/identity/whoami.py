"""Which caller a browser's sign-in is."""

from datetime import datetime

from models.domain.streams import Actor, Role
from services.callers import Caller, code_of_site
from services.identity import sign_ins
from services.identity.accounts import Standing, standings
from services.identity.sign_ins import SignIn, Stage
from services.store.contexts import Sql

NOBODY = Actor(Role.OBSERVER)


def caller_by_sign_in(sql: Sql, secret: str, now: datetime) -> tuple[SignIn | None, Caller | None]:
    """The sign-in of a cookie, and the caller that it is once it is complete."""
    found = sign_ins.find(sql, secret)
    if found is None or found.stage is not Stage.FULL:
        return found, None
    sign_ins.seen(sql, found, now)
    if found.account_id is not None:
        return found, caller_of_account(found.digest, found.account_id, standings(sql, found.account_id))
    if found.holder is None:
        return None, None
    one = found.holder
    code = code_of_site(sql, one.site_id)
    actor = Actor(one.role, one.party, one.member or f"token:{found.digest[:16]}")
    return found, Caller(found.digest, actor, {code: one.site_id} if code else {})


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
