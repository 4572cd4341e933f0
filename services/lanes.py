"""The lanes: what waits is claimed, executed in batches, and given back where it could not be done.

Celery tasks, the pulse, the story and the replay all call these; which sites and which clock is the scope's.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from models.domain.orders.commands import FireDue, RouteOrder
from models.domain.streams import SYSTEM, StreamKey
from services.execute import Answer, Envelope, Shop, Unit
from services.store.claims import Claim, Queue, Scope, claim, drop, release
from services.store.transactions import transaction

BATCH = 100

log = structlog.get_logger("lianban.lanes")


def route(shop: Shop, scope: Scope, limit: int = BATCH) -> int:
    """Route orders that wait for it; returns how many were taken."""
    taken = claim(shop.engine, Queue.ROUTING, scope, limit)
    # On a virtual clock an order is routed the instant it asked for it, as a healthy live lane does.
    wanted = {StreamKey(row[0], row[1]): row[2] for row in taken.rows}
    done = _work_off(
        shop, taken, list(wanted), lambda key: Envelope(key, RouteOrder(), SYSTEM, now=wanted[key])
    )
    # An order that was looked at again and is still unrouted changes nothing, so nothing else drops its row.
    if done:
        with transaction(shop.engine, sorted({key.site_id for key in done})) as sql:
            drop(sql, taken, [(key.site_id, key.stream_id) for key in done])
    return len(wanted)


def fire(shop: Shop, scope: Scope, limit: int = BATCH) -> int:
    """Let timers take effect that have fallen due; returns how many were taken."""
    taken = claim(shop.engine, Queue.TIMER, scope, limit)
    keys = sorted({StreamKey(row[0], row[1]) for row in taken.rows})
    _work_off(shop, taken, keys, lambda key: Envelope(key, FireDue(), SYSTEM, now=scope.now))
    return len(taken.rows)


def _work_off(
    shop: Shop, taken: Claim, keys: Sequence[StreamKey], wrap: Callable[[StreamKey], Envelope]
) -> list[StreamKey]:
    """Execute one command a stream in one batch; what was locked elsewhere is released for the next round.

    Should the batch fail, it is repeated one by one, so that a poison row costs only itself. Returns the
    streams that were worked on.
    """
    if not keys:
        return []
    units = [Unit((wrap(key),)) for key in keys]
    sites = sorted({key.site_id for key in keys})
    try:
        answers = shop.execute(units, sites=sites, skip_locked=True)
    except Exception:  # whatever it was, it must not take the healthy rows with it
        log.exception("batch_failed", queue=str(taken.queue), size=len(units))
        answers = [_alone(shop, unit, taken) for unit in units]
    _give_back(shop, taken, {key for key, answer in zip(keys, answers, strict=True) if answer.skipped})
    for key, answer in zip(keys, answers, strict=True):
        if answer.refused is not None:
            log.warning(
                "refused",
                queue=str(taken.queue),
                stream=f"{key.site_id}/{key.stream_id}",
                reason=str(answer.refused),
            )
    return [key for key, answer in zip(keys, answers, strict=True) if not (answer.skipped or answer.refused)]


def _alone(shop: Shop, unit: Unit, taken: Claim) -> Answer:
    try:
        key = unit.envelopes[0].key
        return shop.execute([unit], sites=[key.site_id], skip_locked=True)[0]
    except Exception as error:
        log.exception("poison", queue=str(taken.queue), stream=str(unit.envelopes[0].key))
        return Answer({}, refused=error)


def _give_back(shop: Shop, taken: Claim, skipped: set[StreamKey]) -> None:
    rows = [row for row in taken.rows if StreamKey(row[0], row[1]) in skipped]
    if rows:
        with transaction(shop.engine, sorted({row[0] for row in rows})) as sql:
            release(sql, taken, rows)


Step = Callable[[Shop, Scope, int], int]
"""One claim of a lane with the work on it: the scope, how many rows at most; how many were taken."""


def drain(step: Step, shop: Shop, scope: Scope, *, until: datetime | None = None) -> int:
    """Repeat a lane until it finds nothing more, or until the instant; returns how much it took."""
    total = 0
    while True:
        taken = step(shop, scope, BATCH)
        total += taken
        if taken < BATCH or (until is not None and datetime.now(until.tzinfo) >= until):
            return total
