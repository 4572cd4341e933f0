"""Sending the order out: to who triages, or to every party of its route, each with its own clock (rule 1)."""

from models.domain.directory import Capacity
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.deadlines import begin, end
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import leave
from models.domain.orders.state import Assignment, PlaybookPin
from models.domain.playbook.model import ACTING_PARTIES, Route, Triage
from models.domain.words import ACTING, DeadlineKind, Duty, OrderStatus, Origin, Severity

K = DeadlineKind
WAITS_FOR_ROUTE = frozenset({OrderStatus.REPORTED, OrderStatus.REOPENED, OrderStatus.UNROUTED})


@handles(c.RouteOrder)
def route_order(draft: Draft, _command: c.RouteOrder) -> None:
    """Route what waits for it; anything else is left alone, so that a hint may come twice."""
    if draft.order.status in WAITS_FOR_ROUTE:
        route(draft)


def route(draft: Draft) -> None:
    """To triage where something has to be found out first, else to the parties of the route."""
    order = draft.order
    rule = draft.context.category(order)
    if rule is None:
        _to_triage(draft, draft.context.playbook.triage, "category")
    elif rule.needs_origin and order.origin is Origin.UNKNOWN:
        _to_triage(draft, rule.triage or draft.context.playbook.triage, "origin")
    elif not order.confirmed:
        _to_triage(draft, rule.triage or draft.context.playbook.triage, "danger")
    else:
        _to_parties(draft)


def _to_triage(draft: Draft, triage: Triage, why: str) -> None:
    """定责. The clock runs from the report; in danger the triaging party makes safe at once (rule 9)."""
    order, site = draft.order, draft.context.site
    party = site.first_of((triage.by,))
    if party is None:
        _unroutable(draft, f"nobody:{triage.by}")
        return
    draft.emit(e.TriageRequested(party, why))
    if not order.open_deadlines(party=party, kinds=frozenset({K.TRIAGE})):
        limit = triage.limits.get(order.severity, triage.limits[Severity.ORDINARY])
        begin(draft, K.TRIAGE, party, limit, start=order.reported_at)
    if order.severity is Severity.DANGER and party not in order.assignments:
        draft.emit(e.AssignmentDispatched(party, Duty.LEAD))
        _safety(draft, party, Duty.LEAD)
        if not order.confirmed:
            begin(draft, K.CONFIRM, party, draft.context.playbook.unconfirmed_danger, start=order.reported_at)


def _to_parties(draft: Draft) -> None:
    order, context = draft.order, draft.context
    found = context.playbook.route_for(order.category or "", order.origin, order.severity, order.space)
    if found is None:
        _unroutable(draft, "no_route")
        return
    wanted, absent = _parties(draft, found)
    if Duty.LEAD not in wanted.values():
        _unroutable(draft, f"nobody:{found.lead}")
        return
    playbook = context.playbook
    draft.emit(e.OrderRouted(PlaybookPin(playbook.code, playbook.version, playbook.digest), absent))
    for party, duty in wanted.items():
        _dispatch_or_keep(draft, party, duty, found)
    for one in list(draft.order.acting()):
        if one.party not in wanted:
            draft.emit(e.AssignmentWithdrawn(one.party, "rerouted"))
            leave(draft, one.party)


def _unroutable(draft: Draft, reason: str) -> None:
    """Said once; the same reason found again changes nothing."""
    if draft.order.unrouted != reason:
        draft.emit(e.OrderUnrouted(reason))


def _parties(draft: Draft, found: Route) -> tuple[dict[str, Duty], tuple[str, ...]]:
    """Who has which duty; a party that is named twice has the first, which is the stronger one."""
    wanted: dict[str, Duty] = {}
    absent = []
    acting = [one.party for one in draft.order.acting()]
    groups = ((Duty.LEAD, (found.lead,)), (Duty.SUPPORT, found.support))
    for duty, capacities in (*groups, (Duty.CONSULT, found.consult), (Duty.INFORM, found.inform)):
        for capacity in capacities:
            if capacity == ACTING_PARTIES:
                parties: list[str] = acting
            else:
                first = draft.context.site.first_of((Capacity(capacity),))
                parties = [first] if first else []
                absent += [] if first else [str(capacity)]
            for party in parties:
                wanted.setdefault(party, duty)
    return wanted, tuple(absent)


def _dispatch_or_keep(draft: Draft, party: str, duty: Duty, found: Route) -> None:
    """A party that acts on it already keeps what it did; its limits become those of the route, from now."""
    held = draft.order.assignments.get(party)
    if held is None or not held.acting or held.round != draft.order.round or duty not in ACTING:
        dispatch(draft, party, duty, found)
        return
    if held.duty is not duty:
        draft.emit(e.DutyChanged(party, duty))
    over = _OF_ROUTE if draft.order.severity in draft.context.playbook.safety else _OF_ROUTE | _OF_SAFETY
    end(draft, draft.order.open_deadlines(party=party, kinds=over), "struck")
    set_limits(draft, draft.order.assignments[party], found)


_OF_ROUTE = frozenset({K.CONTACT, K.PLAN, K.FIX})
_OF_SAFETY = frozenset({K.ON_SITE, K.MAKE_SAFE})


def dispatch(
    draft: Draft,
    party: str,
    duty: Duty,
    found: Route | None,
    *,
    designated: bool = False,
    successor_of: str | None = None,
) -> None:
    """已派: an assignment with its limits, from this instant."""
    draft.emit(e.AssignmentDispatched(party, duty, designated, successor_of))
    if duty in ACTING:
        set_limits(draft, draft.order.assignments[party], found)


_ACKNOWLEDGING = frozenset({K.ACKNOWLEDGE})


def set_limits(draft: Draft, assignment: Assignment, found: Route | None) -> None:
    """The limits of an acting party: acknowledge, contact (lead), the safety limits, fix."""
    order, playbook = draft.order, draft.context.playbook
    party, duty = assignment.party, assignment.duty
    again = playbook.round_two if order.round > 1 else {}
    limits = {**found.limits, **(found.support_limits if duty is Duty.SUPPORT else {})} if found else {}
    danger = order.severity in playbook.safety
    if danger:
        _safety(draft, party, duty)
    elif assignment.acknowledged_at is None and not order.open_deadlines(party=party, kinds=_ACKNOWLEDGING):
        begin(draft, K.ACKNOWLEDGE, party, limits.get(K.ACKNOWLEDGE))
    if duty is Duty.LEAD:
        if assignment.contacted_at is None and order.reporter.person is not None:
            begin(draft, K.CONTACT, party, again.get(K.CONTACT, playbook.limit(K.CONTACT, order.severity)))
        begin(draft, K.PLAN, party, again.get(K.PLAN))
    if assignment.done_at is None:
        begin(draft, K.FIX, party, limits.get(K.FIX))


def _safety(draft: Draft, party: str, duty: Duty) -> None:
    """Rule 9: the severity's own limits, whatever the category; on site for the lead alone."""
    rule = draft.context.playbook.safety.get(draft.order.severity)
    if rule is None:
        return
    held = draft.order.assignments[party]
    running = {one.kind for one in draft.order.open_deadlines(party=party)}
    if held.acknowledged_at is None and K.ACKNOWLEDGE not in running:
        begin(draft, K.ACKNOWLEDGE, party, rule.acknowledge)
    if duty is Duty.LEAD and held.arrived_at is None and K.ON_SITE not in running:
        near = draft.context.site.parties[party].in_compound
        begin(draft, K.ON_SITE, party, rule.on_site_in_compound if near else rule.on_site_elsewhere)
