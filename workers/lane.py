"""One round of a lane, and the sign of life that it leaves."""

from datetime import timedelta

from services import nudges
from services.execute import Shop
from services.lanes import Step, drain
from services.store.claims import LIVE, Scope
from services.store.heartbeats import beat
from services.store.transactions import transaction

ROUND = timedelta(seconds=12)
"""A task begins no new claim after this, well below its soft limit; the rest is for the next hint."""

HERE = Scope(marks={})
"""All live sites, and up to where this process has seen each queue. The pulse has no marks: it finds whatever
turned up before somebody's."""


def run(lane: str, step: Step, shop: Shop, *, by: str = "celery", lasting: timedelta = ROUND) -> int:
    """Drain a lane for live sites and note who did how much: a pool that hangs looks healthy otherwise."""
    taken = drain(_calling(lane, step), shop, HERE if by == "celery" else LIVE, lasting=lasting)
    with transaction(shop.engine, durable=False) as sql:
        beat(sql, f"{lane}.{by}", runs=1, taken=taken)
    return taken


def _calling(lane: str, step: Step) -> Step:
    """The step, which calls another process of the lane once when there is more than one claim of work."""
    called = False

    def taken(shop: Shop, scope: Scope, limit: int) -> int:
        nonlocal called
        many = step(shop, scope, limit)
        if many >= limit and not called:
            called = True
            nudges.nudge(lane)
        return many

    return taken
