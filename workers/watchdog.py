"""A worker that holds a task for longer than any may take is ended; whoever started it starts another one.

When the broker went away in the middle of a task, Celery was seen to hold the next message for minutes with
its pool idle (`docs/faults.md`). Its own limits hang on timers that are gone by then, and control commands
call it healthy. The pulse does the work meanwhile; this brings the lane back.
"""

import os
import signal
from collections.abc import Callable, Iterable
from datetime import timedelta
from threading import Event, Thread
from time import monotonic

import structlog

LONGEST = timedelta(minutes=2)
"""More than twice the hard limit of any task."""
EVERY_SECONDS = 10.0
GRACE_SECONDS = 15.0
"""For a worker that was told to end."""

log = structlog.get_logger("lianban.watchdog")


class Watchdog:
    """Looks at the tasks that a worker holds; `held` gives their ids."""

    def __init__(self, held: Callable[[], Iterable[str]], *, longest: timedelta = LONGEST) -> None:
        self._held, self._longest = held, longest.total_seconds()
        self._since: dict[str, float] = {}

    def stuck(self, now: float) -> list[str]:
        """The tasks that have been held for too long, by a clock in seconds."""
        self._since = {one: self._since.get(one, now) for one in self._held()}
        return sorted(one for one, since in self._since.items() if now - since > self._longest)

    def watch(self, every: float = EVERY_SECONDS, grace: float = GRACE_SECONDS) -> None:
        """Look for as long as the process lives, and end it where a task is stuck."""
        pause = Event()
        while not self.stuck(monotonic()):
            pause.wait(every)
        log.error("pool_stuck", tasks=len(self.stuck(monotonic())))
        os.kill(os.getpid(), signal.SIGQUIT)  # Celery's cold shutdown, with its children
        pause.wait(grace)
        os._exit(1)


def start(held: Callable[[], Iterable[str]]) -> None:
    """Watch from a thread of its own."""
    Thread(target=Watchdog(held).watch, name="lianban-watchdog", daemon=True).start()
