"""The process's one tail, and what each open page is told of it."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from time import monotonic

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy import Engine

from models.domain.policy import REPORTING, Permission
from services.callers import Caller
from services.web.live.tail import Change, Tail

EVERY = 0.25
"""Seconds between two looks: a quarter of what may pass until a page is told."""
REMEMBERED = 300.0
"""Seconds; a page that slept longer looks at everything anew."""
LINGER = 60.0
"""Seconds for which the tail goes on after the last page closed: people go from page to page."""
MOST_STREAMS = 600
MOST_OF_A_CALLER = 30
NEVER = -1

log = structlog.get_logger("lianban.live")


class TooManyStreams(Exception):
    """This process has no room for another stream; the page looks now and then by itself."""


class Hub:
    """For the loop of the process; the tail runs in a thread of its own while somebody watches."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._limiter: CapacityLimiter | None = None
        self._task: asyncio.Task[None] | None = None
        self._callers: list[str] = []
        self._last_seen = 0.0
        self._forget()

    def _forget(self) -> None:
        self._epoch = token_hex(4)
        self._position = 0
        self._memory: deque[tuple[int, float, list[Change]]] = deque()
        self._forgotten = 0
        self._wanted: set[int] = set()
        self._followed: dict[int, int] = {}
        self._moved = asyncio.Event()

    # ── positions ───────────────────────────────────────────────────────────────────────────────────────────

    @property
    def mark(self) -> str:
        """How far the tail has come; what is read from the database now shows at least as much."""
        return f"{self._epoch}.{self._position}"

    def position_of(self, mark: str) -> int:
        """The position of a mark; `NEVER` where it was made by another process, or means nothing."""
        epoch, _, number = mark[:40].partition(".")
        return int(number) if epoch == self._epoch and number.isdecimal() else NEVER

    # ── watching ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def position(self) -> int:
        """How far the tail has come, as a number."""
        return self._position

    @contextmanager
    def watching(self, caller: Caller) -> Iterator[None]:
        """Follow the caller's sites meanwhile. Raises TooManyStreams."""
        if len(self._callers) >= MOST_STREAMS or self._callers.count(caller.id) >= MOST_OF_A_CALLER:
            raise TooManyStreams
        self._callers.append(caller.id)
        if self._task is None or self._task.done():
            self._forget()
            self._limiter = CapacityLimiter(1)
            self._task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            self._callers.remove(caller.id)
            self._last_seen = monotonic()

    async def follow(self, caller: Caller) -> None:
        """Wait until the tail has looked at the caller's sites; what it sees from then on is told."""
        self._wanted.update(caller.site_ids)
        while not self._followed.keys() >= set(caller.site_ids):
            await self.moved(EVERY)

    def news(self, caller: Caller, since: int) -> set[tuple[int, int]] | None:
        """The streams that changed since a position and that the caller may see; None: it may be anything."""
        begun = max((self._followed[one] for one in caller.site_ids), default=0)
        if since < max(begun, self._forgotten):
            return None
        return {
            (one.site_id, one.stream_id)
            for position, _, changes in self._memory
            if position > since
            for one in changes
            if hears_of(caller, one)
        }

    async def moved(self, patience: float) -> None:
        """Wait for the next change, or so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._moved.wait()
        except TimeoutError:
            pass

    # ── following ───────────────────────────────────────────────────────────────────────────────────────────

    async def _follow(self) -> None:
        tail = Tail(self._engine)
        self._last_seen = monotonic()
        while self._callers or monotonic() - self._last_seen < LINGER:
            began = monotonic()
            try:
                # A thread of its own: requests that wait for theirs must not hold it up.
                sites = frozenset(self._wanted)
                self._take(await to_thread.run_sync(tail.read, sites, limiter=self._limiter), sites)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again; nothing is lost by it
                log.warning("tail failed", error=type(error).__name__)
            await asyncio.sleep(max(0.0, EVERY - (monotonic() - began)))

    def _take(self, changes: list[Change], sites: frozenset[int]) -> None:
        now = monotonic()
        while self._memory and now - self._memory[0][1] > REMEMBERED:
            self._forgotten = self._memory.popleft()[0]
        new = sites - self._followed.keys()
        if changes or new:
            self._position += 1
            self._followed.update(dict.fromkeys(new, self._position))
            self._memory.append((self._position, now, changes))
            self._moved, before = asyncio.Event(), self._moved
            before.set()

    async def close(self) -> None:
        """End the tail."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


def hears_of(caller: Caller, change: Change) -> bool:
    """Who sees all orders by the policy, and whoever reported this one (as `services/views/found.py`)."""
    if caller.may(Permission.SEE_ORDERS, change.site_id):
        return True
    actor = caller.at(change.site_id)
    return actor.role in REPORTING and actor.person is not None and actor.person == change.reporter
