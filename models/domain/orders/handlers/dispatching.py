"""已派: an assignment with its limits from this instant, a fresh one or one that stays when routed again."""

from collections.abc import Iterable

from models.domain.business_time.limits import Limit
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import begin, begin_fix, pause, strike, strike_all_of
from models.domain.orders.draft import Draft
from models.domain.orders.handlers.ending import ask_review, drop_requests, go_on
from models.domain.orders.state import Assignment, Deadline
from models.domain.playbook.model import Route, SafetyLimits
from models.domain.words import ACTING, STOPPED, AssignmentState, DeadlineKind, Duty, RequestKind

K, A = DeadlineKind, AssignmentState
_OF_SAFETY = frozenset({K.ON_SITE, K.MAKE_SAFE})
_OF_LEAD = frozenset({K.CONTACT, K.PLAN})


def dispatch(
    draft: Draft,
    party: str,
    duty: Duty,
    found: Route | None,
    *,
    designated: bool = False,
    successor_of: str | None = None,
) -> None:
    """Send it to the party; what the party had on the order in this round before ends.

    Who led and was verified leads again when it is called back: an order keeps its lead (rule 3).
    """
    held = draft.order.assignments.get(party)
    if duty in ACTING and held is not None and _led(draft, held):
        duty = Duty.LEAD
    if held is not None and held.acting:
        drop_requests(draft, party)
        strike_all_of(draft, party)
    draft.emit(e.AssignmentDispatched(party, duty, designated, successor_of))
    if duty in ACTING:
        _refer_requests(draft, party)
        set_limits(draft, party, found)


def _led(draft: Draft, held: Assignment) -> bool:
    of_round = held.round == draft.order.round and draft.order.lead() is None
    return of_round and held.duty is Duty.LEAD and held.state is A.VERIFIED


def dispatch_or_keep(draft: Draft, party: str, duty: Duty, found: Route | None) -> None:
    """A party that acts on it already keeps what it did; its limits become those of the route, from now."""
    held = draft.order.assignments.get(party)
    if held is None or held.round != draft.order.round or not _stays(held, duty):
        dispatch(draft, party, duty, found)
        return
    if not held.acting:
        return
    if held.duty is not duty:
        draft.emit(e.DutyChanged(party, duty))
    if held.state in STOPPED and rules.unsafe(draft.order):
        go_on(draft, party, "danger")
    set_limits(draft, party, found)
    if draft.order.assignments[party].state in STOPPED:
        pause(draft, party)
    if held.state is A.DONE:
        _ask_review_anew(draft, party)


def _stays(held: Assignment, duty: Duty) -> bool:
    """What is verified stays so, except where the party now has the lead and had not before."""
    if held.state is A.VERIFIED:
        return held.duty is duty or duty is not Duty.LEAD
    return (held.acting and duty in ACTING) or (held.duty is duty and held.ended_at is None)


def hand_over(draft: Draft, former: str, successor: str, duty: Duty, *, designated: bool) -> None:
    """Another party takes the duty over with a new clock; one that has it already, or the lead, has it."""
    order = draft.order
    held = order.assignments.get(successor)
    if held is not None and held.acting and (duty not in ACTING or held.duty in {Duty.LEAD, duty}):
        return
    found = draft.context.playbook.route_for(order.category or "", order.origin, order.severity, order.space)
    dispatch(draft, successor, duty, found, designated=designated, successor_of=former)


def _refer_requests(draft: Draft, party: str) -> None:
    """Rule 5: who acts on the order decides nothing on it; what waited for its decision goes to the next.

    Where nobody is left who might decide it, it lapses, as it would have been refused.
    """
    for request in draft.order.requests:
        if request.decider != party:
            continue
        decider = rules.decider(draft.order, draft.context, asker=request.party, nominee=request.nominee)
        if decider is None:
            drop_requests(draft, request.party)
            continue
        draft.emit(e.RequestReferred(request.id, decider))
        _decide_anew(draft, request.id, decider)


def decide_by_severity(draft: Draft) -> None:
    """What waits for its decision has the limit of the severity that the order has now."""
    limit = draft.context.playbook.limit(K.DECIDE, draft.order.severity)
    asked = {one.request: one for one in draft.order.open_deadlines(kinds=frozenset({K.DECIDE}))}
    for request in draft.order.requests:
        if request.id not in asked or asked[request.id].limit != str(limit):
            _decide_anew(draft, request.id, request.decider)


def _decide_anew(draft: Draft, request: int, decider: str) -> None:
    strike(draft, (one for one in draft.order.open_deadlines() if one.request == request))
    limit = draft.context.playbook.limit(K.DECIDE, draft.order.severity)
    begin(draft, K.DECIDE, decider, limit, of=request)


def _ask_review_anew(draft: Draft, party: str) -> None:
    """Whether it ends on 'helped' may have changed; then silence speaks for the lead's answer alone."""
    running = [one for one in draft.order.open_deadlines() if one.subject == party]
    wanted: DeadlineKind | None = K.REVIEW
    if rules.ends_on_help(draft.order, draft.context):
        wanted = K.OBJECTION if draft.order.assignments[party].duty is Duty.LEAD else None
    if not running or any(one.kind is not wanted for one in running):
        strike(draft, running)
        ask_review(draft, party)


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────


def set_limits(draft: Draft, party: str, found: Route | None) -> None:
    """The limits of an acting party: acknowledge, safety, contact (lead), fix; what is met has none."""
    order, playbook = draft.order, draft.context.playbook
    held = order.assignments[party]
    limits = {**found.limits, **(found.support_limits if held.duty is Duty.SUPPORT else {})} if found else {}
    safety = playbook.safety.get(order.severity)
    _acknowledge(draft, held, safety.acknowledge if safety else limits.get(K.ACKNOWLEDGE))
    _safety(draft, held, safety)
    _contact_and_plan(draft, held)
    _fix(draft, held, limits.get(K.FIX))


def safety_limits(draft: Draft, party: str) -> None:
    """Rule 9: the severity's own limits alone, for a party that has to find out first."""
    held, safety = draft.order.assignments[party], draft.context.playbook.safety.get(draft.order.severity)
    if safety is not None:
        _acknowledge(draft, held, safety.acknowledge)
        _safety(draft, held, safety)


def _running(draft: Draft, party: str, kinds: Iterable[DeadlineKind]) -> tuple[Deadline, ...]:
    return draft.order.open_deadlines(party=party, kinds=frozenset(kinds))


def _acknowledge(draft: Draft, held: Assignment, limit: Limit | None) -> None:
    """A clock that runs under the same limit runs on."""
    running = _running(draft, held.party, (K.ACKNOWLEDGE,))
    if held.acknowledged_at is not None or (running and running[0].limit == str(limit)):
        return
    strike(draft, running)
    begin(draft, K.ACKNOWLEDGE, held.party, limit)


def _fix(draft: Draft, held: Assignment, limit: Limit | None) -> None:
    """A clock that runs under the same limit runs on (rule 7); another limit runs from now."""
    running = _running(draft, held.party, (K.FIX,))
    if running and running[0].limit == str(limit):
        return
    drop_requests(draft, held.party, RequestKind.EXTEND)
    strike(draft, running)
    if held.done_at is None and not _running(draft, held.party, (K.REDO,)):
        begin_fix(draft, held.party, K.FIX, limit)


def _safety(draft: Draft, held: Assignment, rule: SafetyLimits | None) -> None:
    """Rule 9: on site and then made safe, for the lead alone; whatever the category."""
    running = _running(draft, held.party, _OF_SAFETY)
    if rule is None or held.duty is not Duty.LEAD:
        strike(draft, running)
    elif running or held.made_safe_at is not None or held.done_at is not None:
        return
    elif held.arrived_at is not None:
        begin(draft, K.MAKE_SAFE, held.party, rule.make_safe)
    else:
        near = draft.context.site.parties[held.party].in_compound
        begin(draft, K.ON_SITE, held.party, rule.on_site_in_compound if near else rule.on_site_elsewhere)


def _contact_and_plan(draft: Draft, held: Assignment) -> None:
    """Of the lead; in a later round with the limits of that round, and with a plan."""
    order, playbook = draft.order, draft.context.playbook
    running = _running(draft, held.party, _OF_LEAD)
    if held.duty is not Duty.LEAD:
        strike(draft, running)
    elif not running and held.done_at is None:
        again = playbook.round_two if order.round > 1 else {}
        if held.contacted_at is None and rules.reachable(order.reporter):
            limit = again.get(K.CONTACT, playbook.limit(K.CONTACT, order.severity))
            begin(draft, K.CONTACT, held.party, limit)
        begin(draft, K.PLAN, held.party, again.get(K.PLAN))
