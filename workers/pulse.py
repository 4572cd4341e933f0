"""The pulse: asks once a second what is due, hints at the lanes, and drains by itself what nobody took.

Any number of copies may run. It replaces beat, of which one copy is a single point of failure and two fire
twice.
"""

import multiprocessing
import random
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from threading import Event
from time import monotonic, sleep

import structlog

from services import bootstrap, lanes, nudges
from services.alerts import untold
from services.execute import Shop
from services.figures import tending
from services.housekeeping import tidy, watch
from services.ledger.checkpoints import tend
from services.logs import telling
from services.memory import settle
from services.notify import direct, endpoints_rows
from services.privacy import retention
from services.pushing import operator_channels, push_by
from services.settings import settings
from services.store.claims import Queue, ahead, waiting
from services.store.heartbeats import beat
from services.store.transactions import transaction
from workers.audit import auditing
from workers.lane import run

GRACE = timedelta(seconds=3)
"""How long the lanes have before the pulse does the work itself."""
ROUND = timedelta(seconds=1)
"""How long the pulse works for a lane before it looks at the others again; the rest is for its next cycle."""
SEND_SECONDS = 50.0
"""More than a child that sends takes with its last round, less than a lease."""
LINGER_SECONDS = 15.0
"""Starting a child takes a second or two: it waits so long for more."""
LOOK_AGAIN_SECONDS = 0.3
SHORTEST_PAUSE = 0.2
"""Seconds between two cycles, however much is about to fall due."""
TIDY_EVERY = timedelta(hours=1)
COUNT_EVERY = timedelta(seconds=5)
WATCH_EVERY = timedelta(seconds=10)

QUEUES: dict[Queue, str] = {
    Queue.ROUTING: "route",
    Queue.TIMER: "fire",
    Queue.NOTICE: "send",
    Queue.DELIVERY: "send",
}
STEPS: dict[str, lanes.Step] = {"route": lanes.route, "fire": lanes.fire}

log = structlog.get_logger("lianban.pulse")


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    bootstrap.set_up_logging(settings())
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    shop = bootstrap.build(settings())
    nudges.start(settings())
    settle()
    with auditing(shop):
        tells = bool(operator_channels(settings()))
        pulse = Pulse(
            shop,
            tells=tells,
            log_events=partial(tend, shop.engine, settings()),
            chores=(
                Chore(partial(retention.tend, shop, settings()), TIDY_EVERY),
                Chore(partial(tending.tend, shop), COUNT_EVERY),
            ),
        )
        beat_until(stop, pulse)
    nudges.stop()
    shop.engine.dispose()


def beat_until(stop: Event, pulse: "Pulse") -> None:
    """A cycle a second, until the end."""
    while not stop.is_set():
        found: dict[str, timedelta] = {}
        try:
            found = pulse.cycle()
        except Exception:  # the database may be away for a while; the pulse must be there when it is back
            log.exception("cycle_failed")
        stop.wait(pulse.pause(found))
    pulse.sends.end()


class Sends:
    """Sending, in a child that can be killed: a channel that hangs must hold up neither pulse nor engine."""

    def __init__(self, target: Callable[[], None]) -> None:
        self._target = target
        self._child: BaseProcess | None = None
        self._until = 0.0

    def begin(self) -> None:
        """Send what waits, unless a child is at it."""
        self.look()
        if self._child is None:
            log.warning("taking_over", lane="send")
            self._child = multiprocessing.get_context("spawn").Process(target=self._target, daemon=True)
            self._child.start()
            self._until = monotonic() + SEND_SECONDS

    def look(self) -> None:
        """Bury a child that has ended, end one that takes too long."""
        if self._child is not None and self._child.is_alive() and monotonic() < self._until:
            return
        self.end()

    def end(self) -> None:
        """Leave no child behind."""
        if self._child is not None:
            if self._child.is_alive():
                log.warning("send_killed")
                self._child.kill()
            self._child.join()
            self._child.close()
            self._child = None


@dataclass
class Chore:
    """What is done at the first cycle, then now and then; at the next one again while there is more."""

    do: Callable[[], bool]
    every: timedelta
    next_at: float = 0.0

    def do_now_and_then(self) -> None:
        """Do it when it is time."""
        if monotonic() >= self.next_at:
            # Set first: what fails is tried again when it is time, and not at each cycle.
            began = monotonic()
            self.next_at = began + self.every.total_seconds()
            if self.do():
                self.next_at = 0.0
                return
            # What has nothing to do, and still takes long to find that out, takes no more than a twentieth.
            self.next_at = max(self.next_at, began + 20 * (monotonic() - began))


class Pulse:
    """What a pulse keeps from cycle to cycle."""

    def __init__(
        self,
        shop: Shop,
        *,
        grace: timedelta = GRACE,
        sends: Sends | None = None,
        tells: bool = False,
        log_events: Callable[[], object] = int,
        chores: Sequence["Chore"] = (),
    ) -> None:
        self._shop, self._grace, self._tells = shop, grace, tells
        self._log_events, self._chores = log_events, chores
        self.sends = sends or Sends(_send_in_child)
        self._next_timer: timedelta | None = None
        self._tidy_at = 0.0
        # Not at once: what fell due while all was off is about to be done.
        self._watch_at = monotonic() + WATCH_EVERY.total_seconds()

    def cycle(self) -> dict[str, timedelta]:
        """One round: what is due, a hint for each lane, the work itself past the grace; how late each is."""
        found = self._late()
        nudges.nudge(*found)
        self.sends.look()
        taken_over = [self._take_over(lane, step, found) for lane, step in STEPS.items()]
        # Whoever did not take the orders will not take their notices either.
        if any(taken_over) or self._is_late("send", found):
            self.sends.begin()
        self._tidy()
        self._watch(found)
        # Last, since nobody waits for it: new events into the ledger's log, a checkpoint when it is time.
        self._log_events()
        for chore in self._chores:
            chore.do_now_and_then()
        return found

    def pause(self, found: Mapping[str, timedelta]) -> float:
        """Seconds to the next cycle: about one, or until a timer falls due or the grace of work is over."""
        left = [self._grace - late for late in found.values() if late <= self._grace]
        left += [self._next_timer] if self._next_timer is not None else []
        soonest = min((one.total_seconds() for one in left), default=1.0) + 0.01
        # Jitter keeps copies from asking all at the same instant.
        return max(SHORTEST_PAUSE, min(soonest, random.uniform(0.8, 1.0)))  # noqa: S311 - no secret

    def _late(self) -> dict[str, timedelta]:
        with transaction(self._shop.engine, durable=False) as sql:
            late = [(lane, waiting(sql, queue)) for queue, lane in QUEUES.items()]
            late.append(("send", endpoints_rows.waiting(sql)))
            late.append(("send", direct.waiting(sql)))
            late += [("send", untold(sql))] if self._tells else []
            self._next_timer = ahead(sql, Queue.TIMER)
            beat(sql, "pulse", cycles=1)
        found: dict[str, timedelta] = {}
        for lane, lateness in late:
            if lateness is not None:
                found[lane] = max(found.get(lane, timedelta()), lateness)
        return found

    def _is_late(self, lane: str, found: Mapping[str, timedelta]) -> bool:
        return found.get(lane, timedelta()) > self._grace

    def _take_over(self, lane: str, step: lanes.Step, found: Mapping[str, timedelta]) -> bool:
        """Do a lane's work if nobody does; what is wrong with one lane must not stop the others."""
        if not self._is_late(lane, found):
            return False
        log.warning("taking_over", lane=lane, seconds=round(found[lane].total_seconds(), 1))
        try:
            return run(lane, step, self._shop, by="pulse", lasting=ROUND) > 0
        except Exception:
            log.exception("take_over_failed", lane=lane)
            return False

    def _tidy(self) -> None:
        """At the first cycle, then now and then; at the next cycle again when it did not succeed."""
        if monotonic() >= self._tidy_at:
            with transaction(self._shop.engine) as sql:
                tidy(sql)
            self._tidy_at = monotonic() + TIDY_EVERY.total_seconds()

    def _watch(self, found: Mapping[str, timedelta]) -> None:
        if monotonic() >= self._watch_at:
            with transaction(self._shop.engine) as sql:
                watch(sql, {lane: found.get(lane, timedelta()) for lane in QUEUES.values()})
            self._watch_at = monotonic() + WATCH_EVERY.total_seconds()


def _send_in_child() -> None:
    from services.notify.expanding import expand  # noqa: PLC0415 - Apprise is loaded only where it is used
    from services.notify.sending import deliver  # noqa: PLC0415

    bootstrap.set_up_logging(settings())
    until = monotonic() + LINGER_SECONDS
    with telling("send_failed"), bootstrap.opened(settings()) as shop:
        while monotonic() < until:
            taken = run("expand", expand, shop, by="pulse") + run("send", deliver, shop, by="pulse")
            others = push_by(settings(), shop.engine) + direct.send_by(settings(), shop.engine)
            if not taken + others:
                sleep(LOOK_AGAIN_SECONDS)


if __name__ == "__main__":
    main()
