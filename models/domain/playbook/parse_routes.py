"""One route of a playbook, read from its table."""

from typing import Final

from models.domain.business_time.limits import Limit
from models.domain.directory import Capacity
from models.domain.playbook import reader as r
from models.domain.playbook.model import ACTING_PARTIES, Route
from models.domain.words import DeadlineKind, Origin, Severity

_LIMITS: Final = (DeadlineKind.ACKNOWLEDGE, DeadlineKind.FIX)
_SUPPORT: Final = (*map(str, Capacity), ACTING_PARTIES)
_DUTIES: Final = ("lead", "support", "consult", "inform")

_capacity: Final = r.word(Capacity)


def route(t: r.Table) -> Route:
    """A route; that its category exists is found out when all are read."""
    found = Route(
        category=t.need("category", r.text),
        lead=t.need("lead", _capacity),
        support=t.take("support", r.each(r.known(_SUPPORT, "capacity")), ()),
        consult=t.take("consult", r.each(_capacity), ()),
        inform=t.take("inform", r.each(_capacity), ()),
        origin=t.take("origin", r.any_of(r.word(Origin)), frozenset()),
        severity=t.get("severity", r.word(Severity)),
        space=t.take("space", r.any_of(r.code), frozenset()),
        limits=_limits(t),
        support_limits=t.take("support_limits", r.table(_limits), {}),
    )
    _one_duty_each(t, found)
    return found


def _limits(t: r.Table) -> dict[DeadlineKind, Limit]:
    return {kind: t.need(kind, r.limit) for kind in _LIMITS if kind in t}


def _one_duty_each(t: r.Table, found: Route) -> None:
    """A party has one assignment on an order, so a capacity has one duty in a route."""
    if t.flawed:
        return
    seen: dict[str, str] = {str(found.lead): _DUTIES[0]}
    for duty, capacities in zip(_DUTIES[1:], (found.support, found.consult, found.inform), strict=True):
        for place, capacity in enumerate(capacities):
            if capacity in seen:
                message = f"{capacity} is {duty} and {seen[capacity]} of the same route"
                t.refuse((duty, place), message, f"keep it in {seen[capacity]} and remove it here")
            seen.setdefault(str(capacity), duty)
    if found.support_limits and not found.support:
        t.refuse(("support_limits",), "support_limits without support", "name support or remove them")
