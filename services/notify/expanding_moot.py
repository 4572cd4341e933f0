"""Which notices that had to wait are no longer true when their hour comes. Pure.

An ordinary notice waits for the recipient's working hours. What it was to tell may be over by then: the
party is done, the order is closed, the request was decided, the limit was met or moved. Such a notice is
moot: it is not sent, and its record says so. The rule, by what the notice asks or tells:

- to act (dispatched, rejected, waited for, a clock that runs again, another date): moot once the order has
  ended or the party's assignment is done or over; another date also once that limit is no longer open;
- to triage, to decide, to answer as the nominee, to agree to a plan, to review, to mend the route: moot once
  nobody waits for that any more;
- that a rung of the ladder was reached: moot unless the limit of one of those it concerned is still open and
  past that rung. A limit that was moved has not reached it any more;
- that an order was reopened or put under supervision: moot once it has ended again.

Never moot is what concerns a danger, and what tells of an end or an answer: closed, cancelled, withdrawn,
released, granted, dismissed, what the reporter said afterwards. Nor is any reason that is not known here. A
notice with several reasons is moot when all of them are.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from models.domain.orders.state import Order
from models.domain.words import OVER, AssignmentState, OrderStatus, Severity

_DONE = OVER | {AssignmentState.DONE}


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice tells a party: the reasons, and whose limits had reached the rungs that it speaks of."""

    party: str
    why: tuple[str, ...]
    late: Collection[str] = ()


def is_moot(told: Told, order: Order) -> bool:
    """Whether nothing that an ordinary notice tells is true any more."""
    if order.severity is Severity.DANGER or not told.why:
        return False
    return all(_over(one, told, order) for one in told.why)


def _over(why: str, told: Told, order: Order) -> bool:
    head, _, rest = why.partition(".")
    rule = _RULES.get(head)
    return rule is not None and rule(rest, told, order)


def _nothing_to_do(_: str, told: Told, order: Order) -> bool:
    own = order.assignments.get(told.party)
    return order.ended or own is None or own.state in _DONE


def _ended(_: str, _told: Told, order: Order) -> bool:
    return order.ended


def _triaged(_: str, told: Told, order: Order) -> bool:
    return order.status is not OrderStatus.TRIAGE or order.triage_by != told.party


def _reviewed(_: str, _told: Told, order: Order) -> bool:
    return order.ended or all(one.state is not AssignmentState.DONE for one in order.assignments.values())


def _decided(kind: str, told: Told, order: Order) -> bool:
    return all(one.kind != kind or one.decider != told.party for one in order.requests)


def _answered(kind: str, told: Told, order: Order) -> bool:
    return all(one.kind != kind or one.nominee != told.party for one in order.requests)


def _agreed(_: str, told: Told, order: Order) -> bool:
    plan = order.plan
    return order.ended or plan is None or plan.in_force or told.party in plan.agreed


def _routed(_: str, _told: Told, order: Order) -> bool:
    return order.unrouted is None


def _met(rest: str, told: Told, order: Order) -> bool:
    """Of ``step.RUNG.KIND``."""
    rung, _, kind = rest.rpartition(".")
    return not any(
        one.kind == kind and rung in one.reached and one.party in told.late
        for one in order.deadlines.values()
    )


def _moved(rest: str, told: Told, order: Order) -> bool:
    """Of ``limit.CAUSE.KIND``."""
    kind = rest.rpartition(".")[2]
    return not any(one.kind == kind and one.party == told.party for one in order.deadlines.values())


_RULES: Mapping[str, Callable[[str, Told, Order], bool]] = {
    "dispatched": _nothing_to_do,
    "rejected": _nothing_to_do,
    "waited_for": _nothing_to_do,
    "resumed": _nothing_to_do,
    "transferred": _nothing_to_do,
    "triage": _triaged,
    "review": _reviewed,
    "decide": _decided,
    "named": _answered,
    "plan": _agreed,
    "unrouted": _routed,
    "step": _met,
    "limit": _moved,
    "reopened": _ended,
    "supervised": _ended,
}
