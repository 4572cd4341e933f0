"""The bulkhead: each send has a thread to itself, few at a time to one endpoint, none longer than its limit.

A thread that hangs past the limit cannot be ended. Its send counts as unknown, what it says later is not
heard, and until it ends by itself it goes on taking up its endpoint's place: an endpoint that hangs costs so
many threads and no more, and the others do not notice.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic

import structlog

from services.notify.channels import Message, Notifier, Outcome, Unknown
from services.notify.endpoints import AT_ONCE, SEND_SECONDS
from services.notify.endpoints_rows import Parcel
from services.notify.sending_crew import Crew

LATE = f"No answer within {SEND_SECONDS:.0f} seconds; whether it arrived is not known."

log = structlog.get_logger("lianban.notify")

_open: Counter[str] = Counter()
"""Threads by endpoint that are at it in this process, also those that nobody waits for any more."""
_lock = Lock()
_crew = Crew("lianban-send")


@dataclass(frozen=True, slots=True)
class Begun:
    """A parcel on its way: its deliveries are leased, and since when."""

    parcel: Parcel
    begun_at: datetime
    """By the database's clock."""
    until: float
    """By this process's: from then on nobody waits for it."""


def places(endpoint: str) -> int:
    """How many more sends to an endpoint may be open now."""
    with _lock:
        return AT_ONCE - _open[endpoint]


class Threads:
    """The sends of a round, and of those before it that had not ended."""

    def __init__(self, seconds: float = SEND_SECONDS) -> None:
        self._seconds = seconds
        self._ended: SimpleQueue[tuple[Begun, Outcome]] = SimpleQueue()
        self._under_way: dict[int, Begun] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def begin(self, notifier: Notifier, parcel: Parcel, message: Message, begun_at: datetime) -> None:
        """Send a message; returns at once."""
        begun = Begun(parcel, begun_at, monotonic() + self._seconds)
        self._under_way[id(begun)] = begun
        with _lock:
            _open[parcel.endpoint] += 1
        _crew.do(partial(self._send, notifier, begun, message))

    def ended(self, wait: float) -> list[tuple[Begun, Outcome]]:
        """What has ended since, waiting for the first so many seconds at most; late ones are unknown."""
        found: list[tuple[Begun, Outcome]] = []
        try:
            found.append(self._ended.get(timeout=wait) if wait > 0 else self._ended.get_nowait())
            while True:
                found.append(self._ended.get_nowait())
        except Empty:
            pass
        found = [(begun, outcome) for begun, outcome in found if self._under_way.pop(id(begun), None)]
        now = monotonic()
        late = [one for one in self._under_way.values() if one.until <= now]
        for one in late:
            del self._under_way[id(one)]
            log.warning("send_hangs", endpoint=one.parcel.endpoint, seconds=self._seconds)
        return found + [(one, Unknown(LATE)) for one in late]

    def _send(self, notifier: Notifier, begun: Begun, message: Message) -> None:
        try:
            self._ended.put((begun, _outcome(notifier, begun, message)))
        finally:
            with _lock:
                _open[begun.parcel.endpoint] -= 1


def _outcome(notifier: Notifier, begun: Begun, message: Message) -> Outcome:
    if monotonic() >= begun.until:  # the process stood still meanwhile: somebody else may be at it
        return Unknown(LATE)
    try:
        return notifier.send(message)
    except Exception as error:
        # A port's promise is not to raise; what it may have sent before it did, nobody knows.
        log.exception("notifier_raised", kind=message.kind, delivery=message.delivery_id)
        return Unknown(f"The channel broke down: {type(error).__name__}.")
