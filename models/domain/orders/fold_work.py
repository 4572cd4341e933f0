"""Assignments, plans and requests as their events leave them: a small function a type, no rule in it."""

from collections.abc import Mapping
from datetime import datetime

from models.domain.orders import events as e
from models.domain.orders.changing import changed
from models.domain.orders.folding import Fold, FoldError, recoloured, settled, told, with_party
from models.domain.orders.state import Assignment, Order, Plan
from models.domain.words import ACTING, AssignmentState, OrderStatus, RequestKind


def _dispatched(order: Order, event: e.AssignmentDispatched, at: datetime) -> Order:
    """A party that a decider once named stays named: it may not return this order in a later round either."""
    former = order.assignments.get(event.party)
    new = Assignment(
        party=event.party,
        duty=event.duty,
        state=AssignmentState.DISPATCHED,
        round=order.round,
        dispatched_at=at,
        designated=event.designated or (former is not None and former.designated),
    )
    if event.successor_of is not None:
        order = with_party(order, event.successor_of, successor=event.party)
    order = recoloured(changed(order, assignments={**order.assignments, event.party: new}), event.party)
    if event.duty not in ACTING:
        return order
    if order.status is OrderStatus.UNROUTED:
        order = changed(order, status=OrderStatus.OPEN, unrouted=None)
    return settled(told(order, event.party, at))


def _duty_changed(order: Order, event: e.DutyChanged, at: datetime) -> Order:
    return told(with_party(order, event.party, duty=event.duty), event.party, at)


def _acknowledged(order: Order, event: e.AssignmentAcknowledged, at: datetime) -> Order:
    held = order.assignments[event.party]
    fresh = held.state in {AssignmentState.DISPATCHED, AssignmentState.REJECTED}
    state = AssignmentState.ACKNOWLEDGED if fresh else held.state
    return with_party(order, event.party, state=state, acknowledged_at=held.acknowledged_at or at)


def _contacted(order: Order, event: e.ReporterContacted, at: datetime) -> Order:
    return with_party(order, event.party, contacted_at=order.assignments[event.party].contacted_at or at)


def _arrived(order: Order, event: e.PartyArrived, at: datetime) -> Order:
    return with_party(order, event.party, arrived_at=order.assignments[event.party].arrived_at or at)


def _made_safe(order: Order, event: e.PlaceMadeSafe, at: datetime) -> Order:
    order = changed(order, made_safe_at=order.made_safe_at or at)
    return with_party(order, event.party, made_safe_at=order.assignments[event.party].made_safe_at or at)


def _started(order: Order, event: e.WorkStarted, at: datetime) -> Order:
    return with_party(order, event.party, state=AssignmentState.IN_PROGRESS, started_at=at)


def _noted(order: Order, _event: e.NoteAdded, _at: datetime) -> Order:
    return order


def _appointed(order: Order, event: e.VisitAppointed, _at: datetime) -> Order:
    return with_party(order, event.party, visit_at=event.at)


def _key_held(order: Order, event: e.KeyHolderNamed, _at: datetime) -> Order:
    return with_party(order, event.party, key=event.note)


def _handled(order: Order, event: e.HandlerNamed, _at: datetime) -> Order:
    return with_party(order, event.party, handler=event.member)


def _crafted(order: Order, event: e.CraftsmanNamed, _at: datetime) -> Order:
    return with_party(order, event.party, craftsman=event.note)


def _photographed(order: Order, event: e.PhotoAttached, _at: datetime) -> Order:
    return changed(order, photos=(*order.photos, event.photo))


def _planned(order: Order, event: e.PlanProposed, _at: datetime) -> Order:
    plan = Plan(event.id, event.party, event.text, event.fix_by, frozenset({event.party}))
    return changed(order, plan=plan, next_id=max(order.next_id, event.id + 1))


def _plan_agreed(order: Order, event: e.PlanAgreed, _at: datetime) -> Order:
    if order.plan is None:
        raise FoldError
    plan = changed(order.plan, agreed=order.plan.agreed | {event.party}, in_force=event.in_force)
    return changed(order, plan=plan)


def _done(order: Order, event: e.AssignmentDone, at: datetime) -> Order:
    return with_party(order, event.party, state=AssignmentState.DONE, done_at=at)


def _verified(order: Order, event: e.AssignmentVerified, at: datetime) -> Order:
    return with_party(order, event.party, state=AssignmentState.VERIFIED, ended_at=at)


def _rejected(order: Order, event: e.AssignmentRejected, _at: datetime) -> Order:
    """What the reporter had said of the work is no answer to what comes next."""
    rejections = order.assignments[event.party].rejections + 1
    order = changed(order, resolved=None, satisfied=None)
    return with_party(order, event.party, state=AssignmentState.REJECTED, done_at=None, rejections=rejections)


def _released(order: Order, event: e.AssignmentReleased, at: datetime) -> Order:
    return with_party(order, event.party, state=AssignmentState.RELEASED, ended_at=at)


def _withdrawn(order: Order, event: e.AssignmentWithdrawn, at: datetime) -> Order:
    return with_party(
        order, event.party, state=AssignmentState.WITHDRAWN, ended_at=at, misrouted=event.misrouted
    )


def _claimed(order: Order, event: e.TimeClaimed, _at: datetime) -> Order:
    claims = (*order.claims, event.claim)
    return changed(order, claims=claims, next_id=max(order.next_id, event.claim.id + 1))


def _claim_accepted(order: Order, event: e.ClaimedTimeAccepted, _at: datetime) -> Order:
    """What came in by then, and not before the claimed instant, counts from there."""
    order = changed(order, claims=tuple(one for one in order.claims if one.id != event.id))
    held = order.assignments[event.party]
    span = (event.claimed_at, event.received_at)
    moved = {
        name: event.claimed_at
        for name in _MOMENTS
        if (was := getattr(held, name)) is not None and span[0] < was <= span[1]
    }
    return with_party(order, event.party, **moved) if moved else order


_MOMENTS = ("acknowledged_at", "contacted_at", "arrived_at", "made_safe_at", "started_at", "done_at")


# ── requests ────────────────────────────────────────────────────────────────────────────────────────────────


def _requested(order: Order, event: e.RequestMade, _at: datetime) -> Order:
    request = event.request
    is_return = request.kind is RequestKind.RETURN
    order = changed(
        order,
        requests=(*order.requests, request),
        returns=order.returns + is_return,
        next_id=max(order.next_id, request.id + 1),
    )
    return with_party(order, request.party, state=AssignmentState.RETURN_REQUESTED) if is_return else order


def _decided(order: Order, event: e.RequestDecided, _at: datetime) -> Order:
    request = next(one for one in order.requests if one.id == event.id)
    order = changed(order, requests=tuple(one for one in order.requests if one.id != event.id))
    held = order.assignments[request.party]
    if request.kind is RequestKind.EXTEND and event.granted:
        return with_party(order, request.party, extensions=held.extensions + 1)
    if request.kind is RequestKind.RETURN and not event.granted and request.before is not None:
        return with_party(order, request.party, state=_back(held, request.before), designated=True)
    return order


def _back(held: Assignment, before: AssignmentState) -> AssignmentState:
    """The state before a return that was dismissed; who made the place safe meanwhile has taken it on."""
    taken_on = before is AssignmentState.DISPATCHED and held.acknowledged_at is not None
    return AssignmentState.ACKNOWLEDGED if taken_on else before


def _referred(order: Order, event: e.RequestReferred, _at: datetime) -> Order:
    requests = tuple(
        changed(one, decider=event.decider) if one.id == event.id else one for one in order.requests
    )
    return changed(order, requests=requests)


def _lapsed(order: Order, event: e.RequestLapsed, _at: datetime) -> Order:
    """Who asked to return it, and still could be asked to go on, goes on."""
    request = next(one for one in order.requests if one.id == event.id)
    order = changed(order, requests=tuple(one for one in order.requests if one.id != event.id))
    held = order.assignments[request.party]
    if held.state is not AssignmentState.RETURN_REQUESTED or request.before is None:
        return order
    return with_party(order, request.party, state=_back(held, request.before))


def _held(order: Order, event: e.AssignmentHeld, _at: datetime) -> Order:
    holds = order.assignments[event.party].holds + 1
    return with_party(order, event.party, state=AssignmentState.HELD, holds=holds)


def _waits(order: Order, event: e.AssignmentWaits, _at: datetime) -> Order:
    return with_party(order, event.party, state=AssignmentState.WAITING, waits_for=event.waits_for)


def _resumed(order: Order, event: e.AssignmentResumed, _at: datetime) -> Order:
    return with_party(order, event.party, state=event.to, waits_for=None)


def _explained(order: Order, event: e.LatenessExplained, _at: datetime) -> Order:
    return with_party(order, event.party, explanation=event.text)


def _named(order: Order, event: e.PartyNamed, _at: datetime) -> Order:
    return with_party(order, event.party, named=True, told_public=event.explanation)


FOLDS: Mapping[type[e.Event], Fold] = {
    e.AssignmentDispatched: _dispatched,
    e.DutyChanged: _duty_changed,
    e.AssignmentAcknowledged: _acknowledged,
    e.ReporterContacted: _contacted,
    e.PartyArrived: _arrived,
    e.PlaceMadeSafe: _made_safe,
    e.WorkStarted: _started,
    e.NoteAdded: _noted,
    e.VisitAppointed: _appointed,
    e.KeyHolderNamed: _key_held,
    e.HandlerNamed: _handled,
    e.CraftsmanNamed: _crafted,
    e.PhotoAttached: _photographed,
    e.PlanProposed: _planned,
    e.PlanAgreed: _plan_agreed,
    e.AssignmentDone: _done,
    e.AssignmentVerified: _verified,
    e.AssignmentRejected: _rejected,
    e.AssignmentReleased: _released,
    e.AssignmentWithdrawn: _withdrawn,
    e.TimeClaimed: _claimed,
    e.ClaimedTimeAccepted: _claim_accepted,
    e.RequestMade: _requested,
    e.RequestDecided: _decided,
    e.RequestReferred: _referred,
    e.RequestLapsed: _lapsed,
    e.AssignmentHeld: _held,
    e.LatenessExplained: _explained,
    e.PartyNamed: _named,
    e.AssignmentWaits: _waits,
    e.AssignmentResumed: _resumed,
}
