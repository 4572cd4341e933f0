"""Threads that are used again: as many as have something to do at once, each ending when it idles.

They are daemons, since a process must not wait at its end for what hangs, as `concurrent.futures` would.
"""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Lock, Thread

IDLE_SECONDS = 30.0


class Crew:
    """Does work in its threads; any number of it at a time."""

    def __init__(self, name: str, idle_seconds: float = IDLE_SECONDS) -> None:
        self._name, self._idle_seconds = name, idle_seconds
        self._work: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._lock = Lock()
        self._idle = 0
        """Threads that nothing has been put into the queue for."""

    def do(self, work: Callable[[], object]) -> None:
        """Have it done; returns at once."""
        with self._lock:
            somebody_idles = self._idle > 0
            if somebody_idles:
                self._idle -= 1
        self._work.put(work)
        if not somebody_idles:
            Thread(target=self._serve, daemon=True, name=self._name).start()

    def _serve(self) -> None:
        work: Callable[[], object] | None
        while work := self._next():
            work()
            # What hangs later must not keep alive what it had of this one.
            del work
            with self._lock:
                self._idle += 1

    def _next(self) -> Callable[[], object] | None:
        """What to do; None when nothing came for long and nothing is about to."""
        while True:
            try:
                return self._work.get(timeout=self._idle_seconds)
            except Empty:
                with self._lock:
                    if self._idle > 0:
                        self._idle -= 1
                        return None
