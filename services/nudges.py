"""Hints to the Celery lanes, off the request path: coalesced, dropped when the broker is away.

A lost hint costs lateness, never work: the pulse finds what nobody took.
"""

from collections.abc import Iterable
from threading import Condition, Thread
from time import monotonic
from typing import Any

import structlog
from celery import Celery
from kombu import Exchange, Queue

from services.settings import Settings

LANES = {
    "route": "lianban.order.route",
    "fire": "lianban.timer.fire",
    "send": "lianban.notice.send",
    "publish": "lianban.webhook.publish",
}
"""The lanes with the names of their tasks; a queue is called `lianban.` and the lane."""

COALESCE_SECONDS = 0.05
"""Between two messages of a process. The first after a pause goes at once; what comes meanwhile is one."""
QUIET_AFTER_FAILURE_SECONDS = 1.0
HINT_SECONDS = 60
"""A hint that nobody took for so long says nothing any more."""

EXCHANGE = Exchange("lianban", type="direct")
"""Direct: on a topic exchange a long-lived producer enqueued nothing after a FLUSHALL, and raised nothing."""

log = structlog.get_logger("lianban.nudges")


def queue_name(lane: str) -> str:
    """How the queue of a lane is called."""
    return f"lianban.{lane}"


def queue(lane: str) -> Queue:
    """The queue of a lane, as worker and producer declare it."""
    return Queue(queue_name(lane), EXCHANGE, routing_key=lane)


def broker_settings() -> dict[str, Any]:
    """What producer and worker agree on; the time-outs keep a black-holed broker from blocking for 75 s."""
    return {
        "task_queues": [queue(lane) for lane in LANES],
        "task_default_queue": "lianban.route",
        "task_default_exchange": EXCHANGE.name,
        "task_create_missing_queues": False,
        "task_ignore_result": True,
        "task_publish_retry": False,
        "task_serializer": "json",
        "accept_content": ["json"],
        "broker_transport_options": {
            "visibility_timeout": 120,
            "unacked_restore_throttle": 1,
            "socket_timeout": 5,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
    }


class Nudger:
    """A background thread that sends one message a lane, however often the lane is nudged meanwhile."""

    def __init__(self, app: Celery) -> None:
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
                lanes, self._wanted = self._wanted, set()
            self._send(lanes)
            with self._wake:
                self._wake.wait_for(lambda: self._stopped, timeout=COALESCE_SECONDS)

    def _send(self, lanes: set[str]) -> None:
        if monotonic() < self._quiet_until:
            return
        try:
            for lane in sorted(lanes):
                self._app.send_task(LANES[lane], queue=queue_name(lane), expires=HINT_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the pulse takes over
            self._quiet_until = monotonic() + QUIET_AFTER_FAILURE_SECONDS
            log.warning("nudge_dropped", lanes=sorted(lanes), error=type(error).__name__)


_nudger: Nudger | None = None


def start(settings: Settings) -> None:
    """Start this process's nudger; before that, nudging does nothing."""
    global _nudger  # noqa: PLW0603 - one thread a process, started by its composition root
    stop()
    _nudger = Nudger(producer(settings.broker_url))


def producer(broker_url: str) -> Celery:
    """An app that sends by name. It does not try to connect again and again: the next nudge does."""
    app = Celery("lianban.nudges", broker=broker_url, set_as_current=False)
    app.conf.update(broker_settings())
    app.conf.broker_transport_options["max_retries"] = 0
    return app


def stop() -> None:
    """End this process's nudger."""
    global _nudger  # noqa: PLW0603 - see `start`
    if _nudger is not None:
        _nudger.stop()
        _nudger = None


def nudge(*lanes: str) -> None:
    """Hint that lanes have work."""
    if _nudger is not None and lanes:
        _nudger.nudge(lanes)
