"""Reports of the public: counted in the database before they are taken down, since each makes work."""

from collections.abc import Iterable

from starlette.requests import Request

from models.domain.streams import Role
from services.api.visit import Visit
from services.identity import tries
from services.secrets import ring_of
from services.web.clients import address_of


def public_among(visit: Visit, sites: Iterable[str]) -> int:
    """How many of the reports at these sites the caller makes as a resident."""
    caller = visit.caller
    mine = [one for one in sites if one in caller.sites]
    return sum(caller.at(caller.sites[one]).role is Role.RESIDENT for one in mine)


def count_public(request: Request, visit: Visit, public: int) -> None:
    """Count so many reports of a resident; all together or none.

    Raises:
        TooManyTries: none of them may be taken down.
    """
    if not public:
        return
    mark = ring_of(visit.settings).fingerprint
    address = tries.network_of(address_of(request.scope))
    limits = {
        f"report:{mark(f'report:{visit.caller.id}')}": tries.REPORTS_PER_CALLER,
        f"report-from:{mark(f'report-from:{address}')}": tries.REPORTS_PER_ADDRESS,
    }
    tries.spend(visit.shop.engine, limits, public)
