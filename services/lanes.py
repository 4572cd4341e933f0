"""The lanes: what waits is claimed, executed in batches, and given back where it could not be done.

Celery tasks, the pulse, the story and the replay all call these; which sites and which clock is the scope's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

import structlog

from models.domain.orders.commands import RouteOrder
from models.domain.streams import SYSTEM, StreamKey
from services.execute import Answer, Envelope, Shop, Tick, Unit
from services.store.claims import Claim, Queue, Scope, claim, drop, note, release
from services.store.failures import words_of
from services.store.transactions import transaction

BATCH = 100
NOTHING_DUE = "Its order has nothing due: nothing failed, and nothing came of it."

log = structlog.get_logger("lianban.lanes")


def route(shop: Shop, scope: Scope, limit: int = BATCH) -> int:
    """Route orders that wait for it; returns how many were looked at."""
    taken = claim(shop.engine, Queue.ROUTING, scope, limit)
    # On a virtual clock an order is routed the instant it asked for it, as a healthy live lane does.
    wanted = {StreamKey(row[0], row[1]): row[2] for row in taken.rows}
    work = _work_off(
        shop, scope, taken, {key: Envelope(key, RouteOrder(), SYSTEM, now=at) for key, at in wanted.items()}
    )
    # An order that was looked at again and is still unrouted changes nothing, so nothing else drops its row.
    if work.done:
        with transaction(shop.engine, work.sites, durable=False) as sql:
            drop(sql, taken, [(key.site_id, key.stream_id) for key in work.done])
    return len(wanted) - len(work.skipped)


def fire(shop: Shop, scope: Scope, limit: int = BATCH) -> int:
    """Let timers take effect that have fallen due; returns how many were looked at."""
    taken = claim(shop.engine, Queue.TIMER, scope, limit)
    keys = sorted({StreamKey(row[0], row[1]) for row in taken.rows})
    work = _work_off(shop, scope, taken, {key: Envelope(key, Tick(), SYSTEM, now=scope.now) for key in keys})
    return sum(StreamKey(row[0], row[1]) not in work.skipped for row in taken.rows)


@dataclass(frozen=True, slots=True)
class _Work:
    """What became of the streams of a claim; the others failed and wait for their lease to end."""

    done: tuple[StreamKey, ...] = ()
    skipped: frozenset[StreamKey] = frozenset()

    @property
    def sites(self) -> list[int]:
        return sorted({key.site_id for key in self.done})


def _work_off(shop: Shop, scope: Scope, taken: Claim, todo: Mapping[StreamKey, Envelope]) -> _Work:
    """Execute one command a stream in one batch; what was locked elsewhere is released for the next round.

    The driver of a virtual clock waits for the locks instead: it must not turn the clock past its work.
    Should the batch fail, it is repeated one by one, so that a poison row costs only itself.
    """
    if not todo:
        return _Work()
    skips = scope.site_id is None
    units = [Unit((envelope,)) for envelope in todo.values()]
    try:
        answers = shop.execute(units, sites=sorted({key.site_id for key in todo}), skip_locked=skips)
    except Exception:  # whatever it was, it must not take the healthy rows with it
        log.exception("batch_failed", queue=str(taken.queue), size=len(units))
        answers = [_alone(shop, unit, taken, skips=skips) for unit in units]
    skipped = frozenset(key for key, answer in zip(todo, answers, strict=True) if answer.skipped)
    _give_back(shop, taken, skipped)
    done = tuple(_done(taken, todo, answers))
    if taken.in_quarantine and not skipped:
        note(shop.engine, taken, answers[0].refused or NOTHING_DUE)
    return _Work(done, skipped)


def _done(taken: Claim, todo: Iterable[StreamKey], answers: Iterable[Answer]) -> Iterator[StreamKey]:
    for key, answer in zip(todo, answers, strict=True):
        if answer.refused is not None:
            stream = f"{key.site_id}/{key.stream_id}"
            log.warning("refused", queue=str(taken.queue), stream=stream, reason=words_of(answer.refused))
        elif not answer.skipped:
            yield key


def _alone(shop: Shop, unit: Unit, taken: Claim, *, skips: bool) -> Answer:
    try:
        key = unit.envelopes[0].key
        return shop.execute([unit], sites=[key.site_id], skip_locked=skips)[0]
    except Exception as error:
        log.exception("poison", queue=str(taken.queue), stream=str(unit.envelopes[0].key))
        return Answer({}, refused=error)


def _give_back(shop: Shop, taken: Claim, skipped: AbstractSet[StreamKey]) -> None:
    rows = [row for row in taken.rows if StreamKey(row[0], row[1]) in skipped]
    if rows:
        with transaction(shop.engine, sorted({row[0] for row in rows}), durable=False) as sql:
            release(sql, taken, rows)


Step = Callable[[Shop, Scope, int], int]
"""One claim of a lane with the work on it: the scope, how many rows at most; how many were taken."""


def drain(step: Step, shop: Shop, scope: Scope, *, lasting: timedelta | None = None) -> int:
    """Repeat a lane until it finds nothing more, or for so long; returns how much it took.

    A claim that was not full may hide rows that are claimed alone: a live lane asks until nothing is left.
    """
    total, begun = 0, monotonic()
    while True:
        taken = step(shop, scope, BATCH)
        total += taken
        if taken == 0 or (taken < BATCH and scope.site_id is not None):
            return total
        if lasting is not None and monotonic() - begun >= lasting.total_seconds():
            return total
