"""What has changed since the last look, read from the outbox by number.

Numbers are given before a transaction commits, so that a later number may be seen before an earlier one: a
tail that goes on from the highest loses it. This one looks again at all that was numbered while anybody who
wrote then is still at it, and leaves out what it told before.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Engine

from services.store.transactions import transaction

EARLIER = 1000
"""Numbers before the last one that may still be on their way when the tail begins."""


@dataclass(frozen=True, slots=True)
class Change:
    """That something happened to a stream; what it was, each asks with his own rights."""

    site_id: int
    stream_id: int
    reporter: str | None
    """The person who reported it, who may hear of it when others may not."""


class Tail:
    """For one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._low: int | None = None
        """Up to here nothing can turn up any more."""
        self._looks: deque[tuple[int, int]] = deque()
        """Earlier looks: the transaction that looked, and the highest number that it saw."""
        self._told: set[int] = set()

    @property
    def settled(self) -> int:
        """The number up to which all has been told."""
        return self._low or 0

    def read(self, sites: Collection[int]) -> list[Change]:
        """What was committed at these sites since the last reading; nothing at the first one."""
        wanted = sorted(sites)
        # Its number need not survive a crash.
        with transaction(self._engine, wanted, durable=False) as sql:
            looker, oldest, highest = sql.execute(_LOOK, (wanted,)).fetchone() or (0, 0, 0)
            begins = self._low is None
            low = max(0, highest - EARLIER) if self._low is None else self._low
            rows = sql.execute(_SINCE, (wanted, low)).fetchall()
        fresh = [] if begins else [row for row in rows if row[0] not in self._told]
        # Not before the reading: what ended since the last one was not told yet.
        while self._looks and self._looks[0][0] < oldest:
            low = max(low, self._looks.popleft()[1])
        self._looks.append((looker, highest))
        self._low, self._told = low, {row[0] for row in rows if row[0] > low}
        return [Change(*row[1:]) for row in fresh]


# Whoever gave out a number that is seen here had a transaction's number before ours, which is made last.
_LOOK = """
SELECT pg_current_xact_id()::text::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    coalesce((SELECT max(o.id) FROM outbox o WHERE o.site_id = ANY (%s)), 0)
"""
_SINCE = """
SELECT o.id, o.site_id, o.stream_id, s.state->'reporter'->>'person'
FROM outbox o JOIN stream s USING (site_id, stream_id)
WHERE o.site_id = ANY (%s) AND o.id > %s ORDER BY o.id
"""
