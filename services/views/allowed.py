"""What a caller may do on an order now, by the names under which actions are called."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from models.domain.orders import rules
from models.domain.orders.handlers.ending import NOBODY_ACTS
from models.domain.orders.lives import allowed
from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Order
from models.domain.streams import Actor
from models.domain.words import ACTING, AssignmentState, DeadlineKind, Duty, OrderStatus, RequestKind

Possible = tuple[str, str | None]
"""An action by name, and the party whose assignment it is on; None for the whole order."""

_OF_MEETINGS = frozenset({"call-meeting", "minutes", "rule-meeting", "leave-meeting", "confirm-payer"})
INTERNAL = frozenset({"absorb", "route", "fire", "recompute", "erase", "claim-time"}) | _OF_MEETINGS
"""Moves of the life tables that no caller asks for by name; a reporter erases by its code."""
REQUESTS = tuple(map(str, RequestKind))


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and for which party's assignment."""

    actor: Actor
    party: str
    context: Context


def possible(order: Order, actor: Actor, context: Context) -> list[Possible]:
    """What the life tables let the actor do, without what would be refused for a plainer reason."""
    return [
        (name, party)
        for move, party in allowed(order, actor, context)
        for name in as_actions(move)
        if _sensible(name, order, Asking(actor, party or "", context))
    ]


def as_actions(move: str) -> Iterator[str]:
    """The actions that a move of the life tables is called by."""
    if move == "request":
        yield from REQUESTS
    elif move not in INTERNAL:
        yield move


def spelled(moves: Iterable[str]) -> list[str]:
    """Moves as a refusal lists them (``property/done``, ``note``), under the names of actions."""
    found = []
    for one in moves:
        party, slash, move = one.rpartition("/")
        found += [f"{party}{slash}{name}" for name in as_actions(move)]
    return found


def _sensible(name: str, order: Order, one: Asking) -> bool:
    rule = _RULES.get(name)
    return rule is None or rule(order, one)


def _free_to_ask(order: Order, one: Asking) -> bool:
    return order.request_of(one.party) is None


def _may_return(order: Order, one: Asking) -> bool:
    at_most = one.context.playbook.returns_at_most
    designated = order.assignments[one.party].designated or one.party in order.bound
    return not designated and order.returns < at_most and _free_to_ask(order, one)


def _may_extend(order: Order, one: Asking) -> bool:
    left = order.assignments[one.party].extensions < one.context.playbook.extensions_at_most
    kinds = frozenset({DeadlineKind.FIX, DeadlineKind.REDO})
    return left and bool(order.open_deadlines(party=one.party, kinds=kinds)) and _free_to_ask(order, one)


def _may_hold(order: Order, one: Asking) -> bool:
    rule = one.context.playbook.hold
    return (
        rule is not None and order.assignments[one.party].holds <= rule.renewals and _free_to_ask(order, one)
    )


def _may_agree(order: Order, one: Asking) -> bool:
    plan = order.plan
    if plan is None or plan.in_force:
        return False
    return one.actor.party in rules.asked(plan, order, one.context) - plan.agreed


def _may_call_back(order: Order, _: Asking) -> bool:
    if order.status is OrderStatus.CLOSED:
        return order.resolved is None
    return bool(order.open_deadlines(kinds=frozenset({DeadlineKind.OBJECTION})))


def _may_cancel(order: Order, one: Asking) -> bool:
    """The reporter only before anybody works on it; the committee at any time."""
    taken_over = any(acting.acknowledged_at for acting in order.acting())
    return not taken_over or one.actor.party == rules.coordinating(one.context)


def _may_reassign(order: Order, one: Asking) -> bool:
    """One that was withdrawn, only where nobody acts any more."""
    gone = order.assignments[one.party].state is AssignmentState.WITHDRAWN
    return not gone or order.unrouted == NOBODY_ACTS


def _may_name(one: Assignment) -> bool:
    return one.red and one.explanation is not None and not (one.named and one.told_public == one.explanation)


_RULES: Mapping[str, Callable[[Order, Asking], bool]] = {
    "return": _may_return,
    "hold": _may_hold,
    "extend": _may_extend,
    "wait": _free_to_ask,
    "decide": lambda order, one: order.request_of(one.party) is not None,
    "agree-plan": _may_agree,
    "cancel": _may_cancel,
    "reassign": _may_reassign,
    "supervise": lambda order, _: not order.supervised,
    "callback": _may_call_back,
    "release": lambda order, one: order.assignments[one.party].duty is not Duty.LEAD,
    "accept-time": lambda order, one: any(claim.party == one.party for claim in order.claims),
    "set-limit": lambda order, one: order.assignments[one.party].duty in ACTING,
    "reveal": lambda order, _: order.reporter.contact is not None,
    "merge": lambda order, _: not order.absorbed,
    "explain": lambda order, one: order.assignments[one.party].red,
    "name-party": lambda order, one: _may_name(order.assignments[one.party]),
}
