"""Meetings and payment as their events leave them on an order."""

from collections.abc import Mapping
from datetime import datetime

from models.domain.orders import minutes as m
from models.domain.orders.changing import changed
from models.domain.orders.event import Event
from models.domain.orders.folding import Fold
from models.domain.orders.state import Order
from models.domain.words import MeetingReason, Origin


def _called(order: Order, event: m.MeetingCalled, _at: datetime) -> Order:
    """Who disputes the payer puts it back to 费用待定."""
    payment = None if event.meeting.reason is MeetingReason.PAYER else order.payment
    return changed(order, meeting=event.meeting, payment=payment)


def _followed(order: Order, event: m.MinutesFollowed, _at: datetime) -> Order:
    return changed(order, meeting=None, bound=order.bound | set(event.bound))


def _left(order: Order, _event: m.MeetingLeft, _at: datetime) -> Order:
    return changed(order, meeting=None)


def _confirmed(order: Order, event: m.PayerConfirmed, _at: datetime) -> Order:
    known = order.origin is not Origin.UNKNOWN or event.origin is None
    return changed(order, payment=event.payment, origin=order.origin if known else event.origin)


FOLDS: Mapping[type[Event], Fold] = {
    m.MeetingCalled: _called,
    m.MinutesFollowed: _followed,
    m.MeetingLeft: _left,
    m.PayerConfirmed: _confirmed,
}
