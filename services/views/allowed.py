"""What a caller may do on an order now, by the names under which actions are called."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from models.domain.orders.lives import allowed
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import Actor
from models.domain.words import ACTING, DeadlineKind, Duty, OrderStatus, RequestKind

Possible = tuple[str, str | None]
"""An action by name, and the party whose assignment it is on; None for the whole order."""

INTERNAL = frozenset({"absorb", "route", "fire", "recompute"})
"""Moves of the life tables that no caller can ask for."""
REQUESTS = tuple(map(str, RequestKind))


def possible(order: Order, actor: Actor, context: Context) -> list[Possible]:
    """What the life tables let the actor do, without what would be refused for a plainer reason."""
    return [
        (name, party)
        for move, party in allowed(order, actor, context)
        for name in as_actions(move)
        if _sensible(name, party, order, context)
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


def _sensible(name: str, party: str | None, order: Order, context: Context) -> bool:
    rule = _RULES.get(name)
    return rule is None or rule(order, party or "", context)


def _free_to_ask(order: Order, party: str, _context: Context) -> bool:
    return order.request_of(party) is None


def _may_return(order: Order, party: str, context: Context) -> bool:
    known = order.assignments[party]
    return (
        not known.designated
        and order.returns < context.playbook.returns_at_most
        and _free_to_ask(order, party, context)
    )


def _may_extend(order: Order, party: str, context: Context) -> bool:
    left = order.assignments[party].extensions < context.playbook.extensions_at_most
    kinds = frozenset({DeadlineKind.FIX, DeadlineKind.REDO})
    return (
        left and bool(order.open_deadlines(party=party, kinds=kinds)) and _free_to_ask(order, party, context)
    )


def _may_hold(order: Order, party: str, context: Context) -> bool:
    rule = context.playbook.hold
    return (
        rule is not None
        and order.assignments[party].holds <= rule.renewals
        and _free_to_ask(order, party, context)
    )


def _may_agree(order: Order, party: str, _context: Context) -> bool:
    plan = order.plan
    return plan is not None and not plan.in_force and party not in plan.agreed


def _may_call_back(order: Order, _party: str, _context: Context) -> bool:
    if order.status is OrderStatus.CLOSED:
        return order.resolved is None
    return bool(order.open_deadlines(kinds=frozenset({DeadlineKind.OBJECTION})))


_RULES: Mapping[str, Callable[[Order, str, Context], bool]] = {
    "return": _may_return,
    "hold": _may_hold,
    "extend": _may_extend,
    "wait": _free_to_ask,
    "decide": lambda order, party, _: order.request_of(party) is not None,
    "agree-plan": _may_agree,
    "supervise": lambda order, _, __: not order.supervised,
    "callback": _may_call_back,
    "release": lambda order, party, _: order.assignments[party].duty is not Duty.LEAD,
    "set-limit": lambda order, party, _: order.assignments[party].duty in ACTING,
    "merge": lambda order, _, __: not order.absorbed,
}
