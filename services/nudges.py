"""Hints to the Celery lanes, off the request path: coalesced, dropped when the broker is away.

A lost hint costs lateness, never work: the pulse finds what nobody took.
"""

from collections.abc import Iterable
from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from celery import Celery

LANES = {
    "route": "lianban.order.route",
    "fire": "lianban.timer.fire",
    "send": "lianban.notice.send",
}
COALESCE_SECONDS = 0.005
QUIET_AFTER_FAILURE_SECONDS = 1.0

log = structlog.get_logger("lianban.nudges")


class Nudger:
    """A background thread that sends one message a lane however often it is nudged meanwhile."""

    def __init__(self, app: "Celery") -> None:
        self._app = app
        self._wanted: set[str] = set()
        self._wake = Condition()
        self._stopped = False
        self._quiet_until = 0.0
        self._thread = Thread(target=self._run, name="lianban-nudges", daemon=True)
        self._thread.start()

    def nudge(self, lanes: Iterable[str]) -> None:
        """Ask for lanes; returns at once."""
        with self._wake:
            self._wanted.update(lanes)
            self._wake.notify()

    def stop(self) -> None:
        """End the thread; what was not sent yet is left to the pulse."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._wanted or self._stopped)
                if self._stopped:
                    return
                self._wake.wait_for(lambda: self._stopped, timeout=COALESCE_SECONDS)
                lanes, self._wanted = self._wanted, set()
            self._send(lanes)

    def _send(self, lanes: set[str]) -> None:
        if monotonic() < self._quiet_until:
            return
        try:
            for lane in sorted(lanes):
                self._app.send_task(LANES[lane], queue=lane, ignore_result=True, retry=False, expires=60)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the pulse takes over
            self._quiet_until = monotonic() + QUIET_AFTER_FAILURE_SECONDS
            log.warning("nudge_dropped", lanes=sorted(lanes), error=type(error).__name__)


_nudger: Nudger | None = None


def start(app: "Celery") -> Nudger:
    """Start this process's nudger; before that, `after_commit` does nothing."""
    global _nudger  # noqa: PLW0603 - one thread a process, started by its composition root
    _nudger = Nudger(app)
    return _nudger


def stop() -> None:
    """End this process's nudger."""
    global _nudger  # noqa: PLW0603 - see `start`
    if _nudger is not None:
        _nudger.stop()
        _nudger = None


def nudge(*lanes: str) -> None:
    """Hint that lanes have work."""
    if _nudger is not None:
        _nudger.nudge(lanes)


def after_commit(answers: Iterable[Any]) -> None:
    """What a committed batch may have left for the lanes: orders to route, notices to send."""
    if _nudger is not None and any(answer.events for answer in answers):
        _nudger.nudge(("route", "send"))
