"""State is a fold of events: one small function for each type, without a rule in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.domain.orders import events as e
from models.domain.orders import fold_clocks, fold_meetings, fold_work
from models.domain.orders.changing import changed
from models.domain.orders.folding import Fold, FoldError, settled, told
from models.domain.orders.state import Order
from models.domain.personal import PersonalData
from models.domain.words import OrderStatus, Severity

__all__ = ["FoldError", "evolve"]


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
        walk=event.walk,
        voice=event.voice,
        point=event.point,
        private=event.private,
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
    return told(asked, event.party, at)


def _classified(order: Order, event: e.OrderTriaged | e.OrderReclassified, _at: datetime) -> Order:
    """Who made safe before it became a danger has not done so now; who took over did so for what it was."""
    now_danger = event.severity is Severity.DANGER and order.severity is not Severity.DANGER
    forgotten: dict[str, None] = {"arrived_at": None, "made_safe_at": None} if now_danger else {}
    if (event.category, event.origin) != (order.category, order.origin):
        forgotten["successor"] = None
    return changed(
        order,
        assignments={party: changed(one, **forgotten) for party, one in order.assignments.items()},
        made_safe_at=None if now_danger else order.made_safe_at,
        status=OrderStatus.REPORTED,
        category=event.category,
        origin=event.origin,
        severity=event.severity,
        confirmed=True,
        unrouted=None,
    )


def _danger_confirmed(order: Order, _event: e.DangerConfirmed, _at: datetime) -> Order:
    return changed(order, confirmed=True, status=OrderStatus.REPORTED)


def _routed(order: Order, event: e.OrderRouted, _at: datetime) -> Order:
    return settled(changed(order, status=OrderStatus.OPEN, pin=order.pin or event.pin, unrouted=None))


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
        made_safe_at=None,
        helped=False,
        resolved=None,
        satisfied=None,
        plan=None,
        messages={},
    )


def _outside(order: Order, event: e.OutsideNumberAdded, _at: datetime) -> Order:
    return changed(order, outside=(*order.outside, event.outside))


def _revealed(order: Order, _event: e.ContactRevealed, _at: datetime) -> Order:
    return order


def _erased(order: Order, event: e.PersonalDataErased, _at: datetime) -> Order:
    """Nobody can call any more; who reported stays an opaque id, by which the reporter's code still opens."""
    if PersonalData.CONTACT not in event.what:
        return order
    return changed(order, reporter=changed(order.reporter, contact=None))


def _published(order: Order, event: e.OrderPublished, _at: datetime) -> Order:
    return changed(order, public_title=event.title)


_FOLDS: Mapping[type[e.Event], Fold] = {
    e.TriageRequested: _triage_requested,
    e.OrderTriaged: _classified,
    e.DangerConfirmed: _danger_confirmed,
    e.OrderReclassified: _classified,
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
    e.OrderPublished: _published,
    e.ContactRevealed: _revealed,
    e.PersonalDataErased: _erased,
    **fold_work.FOLDS,
    **fold_clocks.FOLDS,
    **fold_meetings.FOLDS,
}
