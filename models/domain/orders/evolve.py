"""State is a fold of events: one small function for each type, without a rule in it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from models.domain.orders import events as e
from models.domain.orders.changing import changed
from models.domain.orders.state import Assignment, Deadline, Order, Plan
from models.domain.words import ACTING, AssignmentState, DeadlineKind, OrderStatus, RequestKind

Fold = Callable[[Order, Any, datetime], Order]


class FoldError(ValueError):
    """The events are not the life of one order: the first must be OrderReported, and it alone may be it."""


def evolve(order: Order | None, event: e.Event, at: datetime) -> Order:
    """The order after `event`, which was recorded at `at` and took effect then, or at `event.since`."""
    at = event.since or at
    if isinstance(event, e.OrderReported):
        if order is not None:
            raise FoldError
        return _reported(event, at)
    if order is None:
        raise FoldError
    return _FOLDS[type(event)](order, event, at)


def _reported(event: e.OrderReported, at: datetime) -> Order:
    return Order(
        status=OrderStatus.REPORTED,
        space=event.space,
        description=event.description,
        reporter=event.reporter,
        reported_at=at,
        severity=event.severity,
        origin=event.origin,
        coordinator=event.coordinator,
        category=event.category,
        title=event.title,
        confirmed=event.confirmed,
        split_from=event.split_from,
    )


# ── the order ───────────────────────────────────────────────────────────────────────────────────────────────


def _triage_requested(order: Order, event: e.TriageRequested, at: datetime) -> Order:
    asked = changed(
        order,
        status=OrderStatus.TRIAGE,
        triage_by=event.party,
        unrouted=None,
        pin=order.pin or event.pin,
    )
    return _told(asked, event.party, at)


def _triaged(order: Order, event: e.OrderTriaged, _at: datetime) -> Order:
    return changed(
        order,
        status=OrderStatus.REPORTED,
        category=event.category,
        origin=event.origin,
        severity=event.severity,
        confirmed=True,
    )


def _danger_confirmed(order: Order, _event: e.DangerConfirmed, _at: datetime) -> Order:
    return changed(order, confirmed=True, status=OrderStatus.REPORTED)


def _reclassified(order: Order, event: e.OrderReclassified, _at: datetime) -> Order:
    return changed(
        order,
        status=OrderStatus.REPORTED,
        category=event.category,
        origin=event.origin,
        severity=event.severity,
        confirmed=True,
    )


def _routed(order: Order, event: e.OrderRouted, _at: datetime) -> Order:
    return _settled(changed(order, status=OrderStatus.OPEN, pin=order.pin or event.pin, unrouted=None))


def _unrouted(order: Order, event: e.OrderUnrouted, _at: datetime) -> Order:
    return changed(order, status=OrderStatus.UNROUTED, unrouted=event.reason)


def _split(order: Order, event: e.OrderSplit, _at: datetime) -> Order:
    return changed(order, split_into=(*order.split_into, event.into))


def _ended(order: Order, status: OrderStatus, at: datetime, **changes: Any) -> Order:  # noqa: ANN401
    """Whatever still stands ends with the order; consult and inform have no other end."""
    assignments = {
        party: one if one.ended_at else changed(one, ended_at=at) for party, one in order.assignments.items()
    }
    return changed(order, status=status, assignments=assignments, **changes)


def _merged(order: Order, event: e.OrderMerged, at: datetime) -> Order:
    return _ended(order, OrderStatus.MERGED, at, merged_into=event.into)


def _absorbed(order: Order, event: e.OrderAbsorbed, _at: datetime) -> Order:
    return changed(order, absorbed=(*order.absorbed, event.source))


def _supervised(order: Order, _event: e.OrderSupervised, _at: datetime) -> Order:
    return changed(order, supervised=True)


def _cancelled(order: Order, _event: e.OrderCancelled, at: datetime) -> Order:
    return _ended(order, OrderStatus.CANCELLED, at)


def _false_alarm(order: Order, _event: e.FalseAlarmFound, at: datetime) -> Order:
    return _ended(order, OrderStatus.FALSE_ALARM, at)


def _helped(order: Order, _event: e.HelpConfirmed, _at: datetime) -> Order:
    return changed(order, helped=True)


def _closed(order: Order, _event: e.OrderClosed, at: datetime) -> Order:
    return _ended(order, OrderStatus.CLOSED, at, closed_at=at)


def _called_back(order: Order, event: e.CallbackRecorded, _at: datetime) -> Order:
    return changed(order, resolved=event.resolved, satisfied=event.satisfied)


def _reopened(order: Order, _event: e.OrderReopened, _at: datetime) -> Order:
    return changed(
        order,
        status=OrderStatus.REOPENED,
        round=order.round + 1,
        reopened=order.reopened + 1,
        closed_at=None,
        helped=False,
        resolved=None,
        satisfied=None,
        plan=None,
        messages={},
    )


def _outside(order: Order, event: e.OutsideNumberAdded, _at: datetime) -> Order:
    return changed(order, outside=(*order.outside, event.outside))


# ── assignments ─────────────────────────────────────────────────────────────────────────────────────────────


def _with(order: Order, party: str, **changes: Any) -> Order:  # noqa: ANN401 - fields of Assignment
    new = changed(order.assignments[party], **changes)
    return _settled(changed(order, assignments={**order.assignments, party: new}))


def _settled(order: Order) -> Order:
    """待核查 once all acting parties are done, 处置中 as soon as one is not."""
    if order.status not in {OrderStatus.OPEN, OrderStatus.AWAITING_REVIEW}:
        return order
    acting = list(order.acting())
    waits = bool(acting) and all(one.state is AssignmentState.DONE for one in acting)
    status = OrderStatus.AWAITING_REVIEW if waits else OrderStatus.OPEN
    return order if status is order.status else changed(order, status=status)


def _told(order: Order, party: str, at: datetime) -> Order:
    """A message to the party's handler; whatever falls together is one."""
    known = order.messages.get(party, ())
    return order if at in known else changed(order, messages={**order.messages, party: (*known, at)})


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
    order = changed(order, assignments={**order.assignments, event.party: new})
    if event.duty not in ACTING:
        return order
    if order.status is OrderStatus.UNROUTED:
        order = changed(order, status=OrderStatus.OPEN, unrouted=None)
    return _settled(_told(order, event.party, at))


def _duty_changed(order: Order, event: e.DutyChanged, at: datetime) -> Order:
    return _told(_with(order, event.party, duty=event.duty), event.party, at)


def _acknowledged(order: Order, event: e.AssignmentAcknowledged, at: datetime) -> Order:
    held = order.assignments[event.party]
    fresh = held.state in {AssignmentState.DISPATCHED, AssignmentState.REJECTED}
    state = AssignmentState.ACKNOWLEDGED if fresh else held.state
    return _with(order, event.party, state=state, acknowledged_at=held.acknowledged_at or at)


def _contacted(order: Order, event: e.ReporterContacted, at: datetime) -> Order:
    return _with(order, event.party, contacted_at=order.assignments[event.party].contacted_at or at)


def _arrived(order: Order, event: e.PartyArrived, at: datetime) -> Order:
    return _with(order, event.party, arrived_at=order.assignments[event.party].arrived_at or at)


def _made_safe(order: Order, event: e.PlaceMadeSafe, at: datetime) -> Order:
    return _with(order, event.party, made_safe_at=order.assignments[event.party].made_safe_at or at)


def _started(order: Order, event: e.WorkStarted, at: datetime) -> Order:
    return _with(order, event.party, state=AssignmentState.IN_PROGRESS, started_at=at)


def _noted(order: Order, _event: e.NoteAdded, _at: datetime) -> Order:
    return order


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
    return _with(order, event.party, state=AssignmentState.DONE, done_at=at)


def _verified(order: Order, event: e.AssignmentVerified, at: datetime) -> Order:
    return _with(order, event.party, state=AssignmentState.VERIFIED, ended_at=at)


def _rejected(order: Order, event: e.AssignmentRejected, _at: datetime) -> Order:
    """What the reporter had said of the work is no answer to what comes next."""
    rejections = order.assignments[event.party].rejections + 1
    order = changed(order, resolved=None, satisfied=None)
    return _with(order, event.party, state=AssignmentState.REJECTED, done_at=None, rejections=rejections)


def _released(order: Order, event: e.AssignmentReleased, at: datetime) -> Order:
    return _with(order, event.party, state=AssignmentState.RELEASED, ended_at=at)


def _withdrawn(order: Order, event: e.AssignmentWithdrawn, at: datetime) -> Order:
    return _with(order, event.party, state=AssignmentState.WITHDRAWN, ended_at=at, misrouted=event.misrouted)


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
    return _with(order, request.party, state=AssignmentState.RETURN_REQUESTED) if is_return else order


def _decided(order: Order, event: e.RequestDecided, _at: datetime) -> Order:
    request = next(one for one in order.requests if one.id == event.id)
    order = changed(order, requests=tuple(one for one in order.requests if one.id != event.id))
    held = order.assignments[request.party]
    if request.kind is RequestKind.EXTEND and event.granted:
        return _with(order, request.party, extensions=held.extensions + 1)
    if request.kind is RequestKind.RETURN and not event.granted and request.before is not None:
        return _with(order, request.party, state=_back(held, request.before), designated=True)
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
    return changed(order, requests=tuple(one for one in order.requests if one.id != event.id))


def _held(order: Order, event: e.AssignmentHeld, _at: datetime) -> Order:
    holds = order.assignments[event.party].holds + 1
    return _with(order, event.party, state=AssignmentState.HELD, holds=holds)


def _waits(order: Order, event: e.AssignmentWaits, _at: datetime) -> Order:
    return _with(order, event.party, state=AssignmentState.WAITING, waits_for=event.waits_for)


def _resumed(order: Order, event: e.AssignmentResumed, _at: datetime) -> Order:
    return _with(order, event.party, state=event.to, waits_for=None)


# ── deadlines and steps ─────────────────────────────────────────────────────────────────────────────────────


def _change_deadline(order: Order, number: int, **changes: Any) -> Order:  # noqa: ANN401 - Deadline's fields
    old = order.deadlines[str(number)]
    new = changed(old, generation=old.generation + 1, **changes)
    return changed(order, deadlines={**order.deadlines, str(number): new})


def _deadline_set(order: Order, event: e.DeadlineSet, at: datetime) -> Order:
    new = event.deadline
    order = changed(
        order,
        deadlines={**order.deadlines, str(new.id): new},
        next_id=max(order.next_id, new.id + 1),
    )
    return _told(order, new.party, at) if new.kind is DeadlineKind.REVIEW else order


def _deadline_moved(order: Order, event: e.DeadlineMoved, at: datetime) -> Order:
    old = order.deadlines[str(event.id)]
    order = _change_deadline(
        order,
        event.id,
        due_at=event.due_at,
        total=event.total,
        reason=event.reason,
        calendar_version=event.calendar_version,
        provisional=event.provisional,
        limit=event.limit,
        next=event.next,
        reached=event.reached,
        late=old.late and event.due_at <= at,
        dated=old.paused,
    )
    return _recoloured(order, old.party)


def _deadline_paused(order: Order, event: e.DeadlinePaused, at: datetime) -> Order:
    pauses = (*order.deadlines[str(event.id)].pauses, at)
    return _change_deadline(order, event.id, left=event.left, next=None, pauses=pauses)


def _deadline_resumed(order: Order, event: e.DeadlineResumed, at: datetime) -> Order:
    old = order.deadlines[str(event.id)]
    return _change_deadline(
        order,
        event.id,
        left=None,
        ran_on_with=None if old.dated else old.left,
        dated=False,
        due_at=event.due_at,
        provisional=event.provisional,
        next=event.next,
        pauses=(*old.pauses, at),
        calendar_version=event.calendar_version or old.calendar_version,
    )


def _deadline_ended(order: Order, event: e.DeadlineEnded, _at: datetime) -> Order:
    rest = {key: one for key, one in order.deadlines.items() if one.id != event.id}
    return _recoloured(changed(order, deadlines=rest), order.deadlines[str(event.id)].party)


def _recoloured(order: Order, party: str) -> Order:
    """A party is yellow or red by the steps that its still open deadlines have reached."""
    if party not in order.assignments:
        return order
    open_ = order.open_deadlines(party=party)
    held = order.assignments[party]
    red = any(one.late for one in open_)
    yellow = not red and any(one.reached for one in open_)
    if (held.red, held.yellow) == (red, yellow):
        return order
    return _with(order, party, red=red, yellow=yellow)


def _stepped(order: Order, event: e.StepReached, at: datetime) -> Order:
    old: Deadline = order.deadlines[str(event.id)]
    reached = old.reached if event.rung in old.reached else (*old.reached, event.rung)
    late = old.late or event.mark == "red"
    order = _change_deadline(
        order, event.id, next=event.next, reached=reached, late=late, repeats=event.occurrence
    )
    if f"{event.party}:handler" in event.told:
        order = _told(order, event.party, at)
    order = _recoloured(order, event.party)
    return changed(order, supervised=True) if event.mark == "supervise" else order


def _steps_struck(order: Order, event: e.StepsStruck, _at: datetime) -> Order:
    return _with(order, event.party, yellow=False, red=False)


_FOLDS: Mapping[type[e.Event], Fold] = {
    e.TriageRequested: _triage_requested,
    e.OrderTriaged: _triaged,
    e.DangerConfirmed: _danger_confirmed,
    e.OrderReclassified: _reclassified,
    e.OrderRouted: _routed,
    e.OrderUnrouted: _unrouted,
    e.OrderSplit: _split,
    e.OrderMerged: _merged,
    e.OrderAbsorbed: _absorbed,
    e.OrderSupervised: _supervised,
    e.OrderCancelled: _cancelled,
    e.FalseAlarmFound: _false_alarm,
    e.HelpConfirmed: _helped,
    e.OrderClosed: _closed,
    e.CallbackRecorded: _called_back,
    e.OrderReopened: _reopened,
    e.OutsideNumberAdded: _outside,
    e.AssignmentDispatched: _dispatched,
    e.DutyChanged: _duty_changed,
    e.AssignmentAcknowledged: _acknowledged,
    e.ReporterContacted: _contacted,
    e.PartyArrived: _arrived,
    e.PlaceMadeSafe: _made_safe,
    e.WorkStarted: _started,
    e.NoteAdded: _noted,
    e.PhotoAttached: _photographed,
    e.PlanProposed: _planned,
    e.PlanAgreed: _plan_agreed,
    e.AssignmentDone: _done,
    e.AssignmentVerified: _verified,
    e.AssignmentRejected: _rejected,
    e.AssignmentReleased: _released,
    e.AssignmentWithdrawn: _withdrawn,
    e.RequestMade: _requested,
    e.RequestDecided: _decided,
    e.RequestReferred: _referred,
    e.RequestLapsed: _lapsed,
    e.AssignmentHeld: _held,
    e.AssignmentWaits: _waits,
    e.AssignmentResumed: _resumed,
    e.DeadlineSet: _deadline_set,
    e.DeadlineMoved: _deadline_moved,
    e.DeadlinePaused: _deadline_paused,
    e.DeadlineResumed: _deadline_resumed,
    e.DeadlineEnded: _deadline_ended,
    e.StepReached: _stepped,
    e.StepsStruck: _steps_struck,
}
