"""A report without an account: who reports is a resident by code, known by nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from uuid import uuid4

from models.domain.streams import Actor, Role, StreamKey
from services import desk
from services.actions.bodies import ReportAtSite
from services.callers import Caller
from services.execute import Answer, Shop, UnknownStream
from services.identity import tries
from services.identity.tries import Limit
from services.privacy import codes
from services.secrets import KeyRing
from services.store.idempotency import Ticket
from services.store.private import PrivateText
from services.store.transactions import transaction

PER_SITE = Limit(500, timedelta(hours=1))
"""More is no neighbourhood but a machine; who calls the committee is taken down as ever."""
ROUTE = "public report"


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was taken down, or why it was not; `caller` is who may come back by the code."""

    key: StreamKey
    answer: Answer
    caller: Caller
    code: str
    """Shown this once."""


def public_caller(shop: Shop, site: str) -> Caller:
    """Somebody of the public at a site, of whom nothing is known. Raises UnknownStream."""
    site_id = codes.site_of(shop.engine, site)
    if site_id is None:
        raise UnknownStream(site)
    return Caller("public", Actor(Role.RESIDENT, None, f"r:{uuid4().hex}", codes.VIA), {site: site_id})


def report(
    shop: Shop,
    ring: KeyRing,
    body: ReportAtSite,
    address: str,
    idempotency: str | None,
    *,
    voice: PrivateText | None = None,
) -> Reported:
    """Take a report of the public down, with what was said into the phone.

    Raises:
        UnknownStream: there is no such site.
        TooManyTries: too many from this address, or at this site; nothing was taken down.
        KeyReused: the key came with another report.
    """
    caller = public_caller(shop, body.site)
    _count(shop, ring, body.site, address)
    return _taken(shop, ring, caller, body, (idempotency, voice))


def report_for(
    shop: Shop,
    ring: KeyRing,
    caller: Caller,
    body: ReportAtSite,
    idempotency: str,
    *,
    voice: PrivateText | None = None,
) -> Reported:
    """Take down what somebody with an account reports for a resident, who is given the code.

    Raises:
        UnknownStream: the caller may not see the site.
        NotPermitted: whoever it is there does not report.
        KeyReused: the key came with another report.
    """
    return _taken(shop, ring, caller, body, (f"{caller.id} {idempotency}", voice))


def follow(shop: Shop, ring: KeyRing, key: StreamKey, address: str, seed: str) -> str:
    """A code for somebody who waits for the same as the order's reporter; the same for the same seed.

    Raises:
        TooManyTries: too many from this address; nothing was written.
    """
    network = tries.network_of(address)
    tries.spend(shop.engine, {f"follow:{ring.fingerprint(f'follow:{network}')}": tries.REPORTS_PER_ADDRESS})
    code = codes.code_of(ring, key, f"follower {seed}")
    with transaction(shop.engine, [key.site_id]) as sql:
        codes.keep_follower(sql, ring, key, code)
    return code


def _count(shop: Shop, ring: KeyRing, site: str, address: str) -> None:
    network = tries.network_of(address)
    tries.spend(
        shop.engine,
        {
            f"public:{ring.fingerprint(f'public:{site}:{network}')}": tries.REPORTS_PER_CALLER,
            f"public-from:{ring.fingerprint(f'public-from:{network}')}": tries.REPORTS_PER_ADDRESS,
            f"public-site:{site}": PER_SITE,
        },
    )


def _taken(
    shop: Shop,
    ring: KeyRing,
    caller: Caller,
    body: ReportAtSite,
    came_with: tuple[str | None, PrivateText | None],
) -> Reported:
    idempotency, voice = came_with
    if body.site not in caller.sites:
        raise UnknownStream(body.site)
    ticket = _ticket(caller.sites[body.site], body, idempotency) if idempotency else None
    key, answer = desk.report(shop, caller, body.site, body, desk.Extras(ticket, voice=voice))
    code = codes.code_of(ring, key, idempotency or token_hex(32))
    if answer.refused is None:
        with transaction(shop.engine, [key.site_id]) as sql:
            codes.keep(sql, ring, key, code)
    return Reported(key, answer, caller, code)


def _ticket(site_id: int, body: ReportAtSite, idempotency: str) -> Ticket:
    words = body.model_dump_json().encode()
    return Ticket.of(actor="", route=ROUTE, key=idempotency, site_id=site_id, body=words, status=201)
