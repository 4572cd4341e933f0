"""When two orders look alike: times relative to now, no ids, hashes or texts, no order among deadlines.

What the core never asks again is left out: how long ago something happened (whether it did is kept), how
often work was rejected beyond once, how often the top rung came beyond the horizon of the exploration.
"""

import marshal
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import Any, get_args, get_type_hints

from models.domain.orders.deadlines import TO_FIX
from models.domain.orders.state import Assignment, Deadline, Order, Plan, Request
from tests.explore.world import BEGINS, seconds

_MARSHAL_WITHOUT_REFERENCES = 2
"""Later formats write what an object shares with others, which differs between equal values."""

GRID = 3600
_OFTEN = 3


def key(order: Order | None, now: datetime) -> bytes:
    """Sixteen bytes that are equal exactly for orders that look alike."""
    image: Any = None if order is None else _order(order, now)
    data = marshal.dumps((seconds(now - BEGINS) % GRID, image), _MARSHAL_WITHOUT_REFERENCES)
    return blake2b(data, digest_size=16).digest()


class _Plain:
    """The fields of a kind that need no thought: words, whether an instant has come, the rest as it is.

    A field that is added to the kind is among them, until it is named as left out or seen to otherwise.
    """

    def __init__(self, kind: type[Any], but: str) -> None:
        hints = {name: hint for name, hint in get_type_hints(kind).items() if name not in but.split()}
        instants = [name for name, hint in hints.items() if datetime in {hint, *get_args(hint)}]
        words = [name for name, hint in hints.items() if isinstance(hint, type) and issubclass(hint, StrEnum)]
        rest = [name for name in hints if name not in {*instants, *words}]
        self._all = [_values(names) for names in (words, instants, rest)]

    def __call__(self, one: object) -> tuple[list[str], list[bool], Any]:
        words, instants, rest = (values(one) for values in self._all)
        return [word.value for word in words], [at is not None for at in instants], rest


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of the fields, as a tuple also of one and of none."""
    return attrgetter(*names, names[0]) if names else lambda _: ()


_plain_order = _Plain(
    Order,
    """space description reporter reported_at coordinator title next_id pin photos merged_into absorbed
    split_from split_into closed_at plan requests assignments deadlines messages outside""",
)
_plain_assignment = _Plain(Assignment, "round rejections")


def _order(order: Order, now: datetime) -> tuple[object, ...]:
    asked = {one.id: one.party for one in order.requests}
    return (
        _plain_order(order),
        _ahead(order.closed_at, now),
        _plan(order.plan, now),
        sorted(_request(one, now) for one in order.requests),
        sorted(_assignment(one, order) for one in order.assignments.values()),
        sorted([_deadline(one, asked, order, now) for one in order.deadlines.values()]),
        sorted((party, min(len(times), _OFTEN), times[-1] == now) for party, times in order.messages.items()),
        sorted(_ahead(one.due_at, now) or 0 for one in order.outside),
    )


def _ahead(at: datetime | None, now: datetime) -> int | None:
    return None if at is None else seconds(at - now)


def _plan(plan: Plan | None, now: datetime) -> object:
    if plan is None:
        return None
    return plan.party, _ahead(plan.fix_by, now), sorted(plan.agreed), plan.in_force


def _request(one: Request, now: datetime) -> tuple[object, ...]:
    until = _ahead(one.until, now)
    return (
        one.party,
        one.kind.value,
        one.decider,
        one.nominee or "",
        0 if until is None else until,
        one.before.value if one.before else "",
    )


def _assignment(one: Assignment, order: Order) -> tuple[object, ...]:
    return one.party, _plain_assignment(one), order.round - one.round, one.rejections > 0


def _deadline(one: Deadline, asked: dict[int, str], order: Order, now: datetime) -> tuple[object, ...]:
    step = one.next
    return (
        one.kind.value,
        one.party,
        one.subject or "",
        asked.get(one.request or 0, ""),
        order.round - one.round,
        seconds(one.due_at - now) if one.left is None or one.dated else 0,
        seconds(one.started_at - now) if one.kind in TO_FIX else 0,
        one.total,
        one.limit or "",
        (step.rung, seconds(step.at - now), min(step.occurrence - one.turn, _OFTEN)) if step else (),
        one.reached,
        one.late,
        () if one.left is None else (one.left,),
        one.dated,
        min(one.repeats - one.turn, _OFTEN),
    )
