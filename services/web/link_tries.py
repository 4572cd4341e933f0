"""How often an address may try links that do not stand: guessing 160 bits is hopeless, and stays cheap."""

from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from time import monotonic

MOST = 60
WITHIN = timedelta(minutes=10)
ADDRESSES = 10_000
"""Of which tries are remembered; the address that was quiet for longest is forgotten first."""


class Tries:
    """Wrong tries by address, in this process alone: no request waits for another service because of them."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def are_used_up(self, address: str) -> bool:
        """Whether the address has to wait before it may try again."""
        with self._lock:
            return self._counted(address)[1] >= MOST

    def count(self, address: str) -> None:
        """One more wrong try."""
        with self._lock:
            since, number = self._counted(address)
            self._wrong[address] = (since, number + 1)
            self._wrong.move_to_end(address)
            while len(self._wrong) > ADDRESSES:
                self._wrong.popitem(last=False)

    def _counted(self, address: str) -> tuple[float, int]:
        now = monotonic()
        since, number = self._wrong.get(address, (now, 0))
        return (since, number) if now - since < WITHIN.total_seconds() else (now, 0)
