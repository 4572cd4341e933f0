"""Deadlines and steps as their events leave them: one small function a type, without a rule in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.domain.orders import events as e
from models.domain.orders.changing import changed
from models.domain.orders.folding import Fold, recoloured, told, with_party
from models.domain.orders.state import Deadline, Order
from models.domain.words import DeadlineKind


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
    return told(order, new.party, at) if new.kind is DeadlineKind.REVIEW else order


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
        turn=old.turn_with(event.reached),
        late=old.late and event.due_at <= at,
        dated=old.paused,
    )
    return recoloured(order, old.party)


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
    return recoloured(changed(order, deadlines=rest), order.deadlines[str(event.id)].party)


def _stepped(order: Order, event: e.StepReached, at: datetime) -> Order:
    old: Deadline = order.deadlines[str(event.id)]
    reached = old.reached if event.rung in old.reached else (*old.reached, event.rung)
    late = old.late or event.mark == "red"
    order = _change_deadline(
        order, event.id, next=event.next, reached=reached, late=late, repeats=event.occurrence
    )
    if f"{event.party}:handler" in event.told:
        order = told(order, event.party, at)
    order = recoloured(order, event.party)
    return changed(order, supervised=True) if event.mark == "supervise" else order


def _steps_struck(order: Order, event: e.StepsStruck, _at: datetime) -> Order:
    return with_party(order, event.party, yellow=False, red=False)


FOLDS: Mapping[type[e.Event], Fold] = {
    e.DeadlineSet: _deadline_set,
    e.DeadlineMoved: _deadline_moved,
    e.DeadlinePaused: _deadline_paused,
    e.DeadlineResumed: _deadline_resumed,
    e.DeadlineEnded: _deadline_ended,
    e.StepReached: _stepped,
    e.StepsStruck: _steps_struck,
}
