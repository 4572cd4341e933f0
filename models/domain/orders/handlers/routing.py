"""Sending the order out: to who triages, or to every party of its route, each with its own clock (rule 1)."""

from models.domain.directory import Capacity
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.deadlines import begin, strike
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.dispatching import decide_by_severity, dispatch_or_keep, safety_limits
from models.domain.orders.handlers.ending import NOBODY_ACTS, close_if_over, leave
from models.domain.orders.state import Assignment, PlaybookPin
from models.domain.playbook.model import ACTING_PARTIES, Playbook, Route, Triage
from models.domain.words import ACTING, AssignmentState, DeadlineKind, Duty, OrderStatus, Origin, Severity

K = DeadlineKind
WAITS_FOR_ROUTE = frozenset({OrderStatus.REPORTED, OrderStatus.REOPENED, OrderStatus.UNROUTED})
_TO_FIND_OUT = frozenset({K.TRIAGE, K.CONFIRM})


@handles(c.RouteOrder)
def route_order(draft: Draft, _command: c.RouteOrder) -> None:
    """Route what waits for it; anything else is left alone, so that a hint may come twice.

    An order whose last party was withdrawn waits for a person: the route would only send it back there.
    """
    order = draft.order
    waits_for_person = order.status is OrderStatus.UNROUTED and order.unrouted == NOBODY_ACTS
    if order.status in WAITS_FOR_ROUTE and not waits_for_person:
        route(draft)


def route(draft: Draft) -> None:
    """To triage where something has to be found out first, else to the parties of the route."""
    order, playbook = draft.order, draft.context.playbook
    rule = draft.context.category(order)
    if rule is None:
        _to_triage(draft, playbook.triage, "category")
    elif rule.needs_origin and order.origin is Origin.UNKNOWN:
        _to_triage(draft, rule.triage or playbook.triage, "origin")
    elif not order.confirmed:
        _to_triage(draft, rule.triage or playbook.triage, "danger")
    else:
        _to_parties(draft)


def _to_triage(draft: Draft, triage: Triage | None, why: str) -> None:
    """定责. The clock runs from the report; in danger the triaging party makes safe at once (rule 9)."""
    order, playbook = draft.order, draft.context.playbook
    party = draft.context.site.first_of((triage.by,)) if triage else None
    if triage is None or party is None:
        _unroutable(draft, f"nobody:{triage.by}" if triage else "no_triage")
        return
    danger = order.severity is Severity.DANGER
    draft.emit(e.TriageRequested(party, why, _pin(playbook) if danger else None))
    if not order.open_deadlines(party=party, kinds=frozenset({K.TRIAGE})):
        limit = triage.limits.get(order.severity, triage.limits.get(Severity.ORDINARY))
        begin(draft, K.TRIAGE, party, limit, start=order.reported_at)
    if danger and party not in order.assignments:
        draft.emit(e.AssignmentDispatched(party, Duty.LEAD))
        safety_limits(draft, party)
        if not order.confirmed:
            begin(draft, K.CONFIRM, party, playbook.unconfirmed_danger, start=order.reported_at)


def _to_parties(draft: Draft) -> None:
    order, playbook = draft.order, draft.context.playbook
    found = playbook.route_for(order.category or "", order.origin, order.severity, order.space)
    if found is None:
        _unroutable(draft, "no_route")
        return
    wanted, absent = _parties(draft, found)
    if Duty.LEAD not in wanted.values():
        _unroutable(draft, f"nobody:{found.lead}")
        return
    strike(draft, order.open_deadlines(kinds=_TO_FIND_OUT))
    draft.emit(e.OrderRouted(_pin(playbook), absent))
    for party, duty in wanted.items():
        dispatch_or_keep(draft, party, duty, found)
    for one in tuple(draft.order.assignments.values()):
        if one.party not in wanted and one.ended_at is None:
            draft.emit(e.AssignmentWithdrawn(one.party, "rerouted"))
            leave(draft, one.party)
    decide_by_severity(draft)
    close_if_over(draft)


def _pin(playbook: Playbook) -> PlaybookPin:
    return PlaybookPin(playbook.code, playbook.version, playbook.digest)


def _unroutable(draft: Draft, reason: str) -> None:
    """Said once; the same reason found again changes nothing."""
    if (draft.order.status, draft.order.unrouted) != (OrderStatus.UNROUTED, reason):
        draft.emit(e.OrderUnrouted(reason))


def _parties(draft: Draft, found: Route) -> tuple[dict[str, Duty], tuple[str, ...]]:
    """Who has which duty, and the capacities that nobody has; of two duties the first, the stronger."""
    wanted: dict[str, Duty] = {}
    absent: list[str] = []
    for duty, capacity in _named(found):
        if capacity == ACTING_PARTIES:
            parties = [one.party for one in draft.order.assignments.values() if _acts(draft, one)]
        else:
            first = draft.context.site.first_of((Capacity(capacity),))
            parties = [first] if first else []
            absent += [] if first else [capacity]
        for party in parties:
            wanted.setdefault(_in_its_place(draft, party), duty)
    return wanted, tuple(absent)


def _in_its_place(draft: Draft, party: str) -> str:
    """Routing again undoes no decision: a return that was upheld stays so in a second round (rule 4)."""
    seen: set[str] = set()
    while party not in seen:
        seen.add(party)
        held = draft.order.assignments.get(party)
        if held is None or held.state is not AssignmentState.WITHDRAWN or held.successor is None:
            break
        party = held.successor
    return party


def _named(found: Route) -> list[tuple[Duty, str]]:
    return [
        (Duty.LEAD, found.lead),
        *((Duty.SUPPORT, one) for one in found.support),
        *((Duty.CONSULT, one) for one in found.consult),
        *((Duty.INFORM, one) for one in found.inform),
    ]


def _acts(draft: Draft, one: Assignment) -> bool:
    """Acts on it now; right after a reopening, acted until it was closed."""
    if draft.order.status is OrderStatus.REOPENED:
        verified = one.duty in ACTING and one.state is AssignmentState.VERIFIED
        return verified and one.round == draft.order.round - 1
    return one.acting
