"""The pulse: asks once a second what is due, hints at the lanes, and drains by itself what nobody took.

Any number of copies may run. It replaces beat, of which one copy is a single point of failure and two fire
twice.
"""

import multiprocessing
import random
import signal
from collections.abc import Callable
from datetime import timedelta
from threading import Event

import structlog

from services import bootstrap, lanes, nudges
from services.execute import Shop
from services.housekeeping import tidy
from services.settings import settings
from services.store.claims import Queue, waiting
from services.store.heartbeats import beat
from services.store.transactions import transaction
from workers.lane import run

GRACE = timedelta(seconds=3)
"""How long the lanes have before the pulse does the work itself."""
SEND_SECONDS = 30.0
TIDY_EVERY = 3600

LANES: dict[Queue, str] = {
    Queue.ROUTING: "route",
    Queue.TIMER: "fire",
    Queue.NOTICE: "send",
    Queue.DELIVERY: "send",
}

log = structlog.get_logger("lianban.pulse")


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    bootstrap.set_up_logging(settings())
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    shop = bootstrap.build(settings())
    nudges.start(settings())
    cycles = 0
    while not stop.is_set():
        try:
            cycle(shop, tidies=cycles % TIDY_EVERY == 0)
        except Exception:  # the database may be away for a while; the pulse must be there when it is back
            log.exception("cycle_failed")
        cycles += 1
        # Jitter keeps copies from asking all at the same instant.
        stop.wait(random.uniform(0.8, 1.0))  # noqa: S311 - no secret
    nudges.stop()
    shop.engine.dispose()


def cycle(shop: Shop, *, tidies: bool = False, grace: timedelta = GRACE) -> dict[str, timedelta]:
    """One round: what is due, a hint for each lane, the work itself past the grace; how late each lane is."""
    with transaction(shop.engine) as sql:
        late = {queue: waiting(sql, queue) for queue in LANES}
        if tidies:
            tidy(sql)
        beat(sql, "pulse", cycles=1)
    found: dict[str, timedelta] = {}
    for queue, lane in LANES.items():
        lateness = late[queue]
        if lateness is not None:
            found[lane] = max(found.get(lane, timedelta()), lateness)
    nudges.nudge(*found)
    for lane, lateness in found.items():
        if lateness > grace:
            log.warning("taking_over", lane=lane, seconds=round(lateness.total_seconds(), 1))
            _TAKE_OVER[lane](shop)
    return found


def _send(_shop: Shop) -> None:
    """Sends run in a child that can be killed: a channel that hangs must not stop the pulse."""
    child = multiprocessing.get_context("spawn").Process(target=_send_in_child, daemon=True)
    child.start()
    child.join(SEND_SECONDS)
    if child.is_alive():
        log.warning("send_killed", seconds=SEND_SECONDS)
        child.kill()
        child.join()


def _send_in_child() -> None:
    from services.notify.expanding import expand  # noqa: PLC0415 - Apprise is loaded only where it is used
    from services.notify.sending import send  # noqa: PLC0415

    bootstrap.set_up_logging(settings())
    with bootstrap.opened(settings()) as shop:
        run("expand", expand, shop, by="pulse")
        run("send", send, shop, by="pulse")


_TAKE_OVER: dict[str, Callable[[Shop], object]] = {
    "route": lambda shop: run("route", lanes.route, shop, by="pulse"),
    "fire": lambda shop: run("fire", lanes.fire, shop, by="pulse"),
    "send": _send,
}


if __name__ == "__main__":
    main()
