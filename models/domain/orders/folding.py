"""What the folds of an order share: changing a party's assignment, and what follows from it by itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from models.domain.orders.changing import changed
from models.domain.orders.state import Order
from models.domain.words import AssignmentState, OrderStatus

Fold = Callable[[Order, Any, datetime], Order]
"""The order after an event that took effect at the instant."""


class FoldError(ValueError):
    """The events are not the life of one order: the first must be OrderReported, and it alone may be it."""


def with_party(order: Order, party: str, **changes: Any) -> Order:  # noqa: ANN401 - fields of Assignment
    """The order with other values in fields of a party's assignment."""
    new = changed(order.assignments[party], **changes)
    return settled(changed(order, assignments={**order.assignments, party: new}))


def settled(order: Order) -> Order:
    """待核查 once all acting parties are done, 处置中 as soon as one is not."""
    if order.status not in {OrderStatus.OPEN, OrderStatus.AWAITING_REVIEW}:
        return order
    acting = list(order.acting())
    waits = bool(acting) and all(one.state is AssignmentState.DONE for one in acting)
    status = OrderStatus.AWAITING_REVIEW if waits else OrderStatus.OPEN
    return order if status is order.status else changed(order, status=status)


def recoloured(order: Order, party: str) -> Order:
    """A party is yellow or red by the steps that its still open deadlines have reached."""
    if party not in order.assignments:
        return order
    open_ = order.open_deadlines(party=party)
    held = order.assignments[party]
    red = any(one.late for one in open_)
    yellow = not red and any(one.reached for one in open_)
    if (held.red, held.yellow) == (red, yellow):
        return order
    return with_party(order, party, red=red, yellow=yellow)


def told(order: Order, party: str, at: datetime) -> Order:
    """A message to the party's handler; whatever falls together is one."""
    known = order.messages.get(party, ())
    return order if at in known else changed(order, messages={**order.messages, party: (*known, at)})
