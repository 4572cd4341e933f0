"""Floods: how many requests an address or a caller may send; counted in this process, asking nobody."""

SECONDS_AT_ONCE = 10.0
"""A bucket holds what so many seconds allow: a page with its pictures, an import, an office on Monday."""
KEYS = 20_000
"""Buckets that are kept, some 3 MB; the one that was not asked for longest goes, and would be full again."""
_GRAIN = 1e-6
"""Of seconds: sums of gaps are not exact."""


class TooManyRequests(Exception):
    """Too many requests in a short time; `wait` is in seconds."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


class Buckets:
    """Token buckets, each kept as the instant at which it will be full again. For one thread."""

    def __init__(self, per_second: int, *, keys: int = KEYS) -> None:
        self._gap = 1 / per_second
        self._keys = keys
        self._full_at: dict[str, float] = {}

    def take(self, key: str, now: float) -> None:
        """Take one token of a key's bucket; `now` is in seconds, of a clock that never goes back.

        Raises:
            TooManyRequests: it is empty. Asking again costs nothing.
        """
        # Taken out and put in again, the key becomes the youngest.
        full_at = max(self._full_at.pop(key, now), now)
        wait = full_at + self._gap - now - SECONDS_AT_ONCE
        self._full_at[key] = full_at if wait > _GRAIN else full_at + self._gap
        if len(self._full_at) > self._keys:
            del self._full_at[next(iter(self._full_at))]
        if wait > _GRAIN:
            raise TooManyRequests(wait)
