"""When two orders look alike: times relative to now, no ids, hashes or texts, no order among deadlines.

What the core never asks again is left out: how long ago something happened (whether it did is kept), how
often work was rejected beyond once, how often the top rung came beyond the horizon of the exploration.
"""

import marshal
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


def _order(order: Order, now: datetime) -> tuple[object, ...]:
    asked = {one.id: one.party for one in order.requests}
    return (
        order.status.value,
        order.severity.value,
        order.category,
        order.confirmed,
        order.round,
        order.triage_by,
        order.unrouted,
        order.returns,
        order.supervised,
        order.helped,
        order.resolved,
        order.satisfied,
        order.reopened,
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


_HINTS = get_type_hints(Assignment)
_INSTANTS = [name for name, hint in _HINTS.items() if datetime in (hint, *get_args(hint))]
_WORDS = [name for name, hint in _HINTS.items() if isinstance(hint, type) and issubclass(hint, StrEnum)]
_REST = [name for name in _HINTS if name not in {*_INSTANTS, *_WORDS, "round", "rejections"}]
_instants, _words, _rest = attrgetter(*_INSTANTS), attrgetter(*_WORDS), attrgetter(*_REST)


def _assignment(one: Assignment, order: Order) -> tuple[object, ...]:
    """Whether each thing has happened, and all the rest of it as it is."""
    return (
        one.party,
        [word.value for word in _words(one)],
        [at is not None for at in _instants(one)],
        _rest(one),
        order.round - one.round,
        one.rejections > 0,
    )


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
        (step.rung, seconds(step.at - now), min(step.occurrence, _OFTEN)) if step else (),
        one.reached,
        one.late,
        () if one.left is None else (one.left,),
        one.dated,
        min(one.repeats, _OFTEN),
    )
