"""What is asked at the same time is done together, as a database commits in groups.

Alone, an ask waits for nobody. Those that come while a part is at work, and a moment after, are the next
part: they share its connection, its statements and its commit, each with an answer of its own.
"""

from asyncio import get_running_loop, wrap_future
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from time import sleep
from typing import Generic, TypeVar

Ask = TypeVar("Ask")
Got = TypeVar("Got")

PAUSE_SECONDS = 0.002
"""Between two parts, for those who were just answered to ask again: 437 reports a second became 678."""


class Together(Generic[Ask, Got]):
    """One kind of work, done part by part in a thread of its own.

    `work` has an answer for each ask of a part, in their order; an exception among them is raised to whoever
    asked, one that is raised by `work` itself to all of the part.
    """

    def __init__(self, work: Callable[[Sequence[Ask]], Sequence[Got | Exception]], *, most: int) -> None:
        self._work, self._most = work, most
        self._waiting: deque[tuple[Ask, Future[Got]]] = deque()
        self._busy = False
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lianban-together")

    async def do(self, ask: Ask) -> Got:
        """The answer. Raises what `work` has for it."""
        answer: Future[Got] = Future()
        with self._lock:
            self._waiting.append((ask, answer))
            starts, self._busy = not self._busy, True
        if starts:
            # Not at once: whoever is read in the same turn of the loop comes along.
            get_running_loop().call_soon(self._thread.submit, self._work_off)
        return await wrap_future(answer)

    def _work_off(self) -> None:
        while part := self._next():
            try:
                told = list(zip(part, self._work([ask for ask, _ in part]), strict=True))
            except Exception as error:  # noqa: BLE001 - whatever it was, all of the part are told
                told = [(one, error) for one in part]
            for (_, answer), got in told:
                if isinstance(got, Exception):
                    answer.set_exception(got)
                else:
                    answer.set_result(got)
            sleep(PAUSE_SECONDS)

    def _next(self) -> list[tuple[Ask, Future[Got]]]:
        """What waits, without those who went away; with nothing left the thread rests."""
        with self._lock:
            part: list[tuple[Ask, Future[Got]]] = []
            while self._waiting and len(part) < self._most:
                ask, answer = self._waiting.popleft()
                if answer.set_running_or_notify_cancel():
                    part.append((ask, answer))
            self._busy = bool(part)
            return part
