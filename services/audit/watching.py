"""The auditor that is always on: a little at a time, what changed lately first, and everything in rounds.

Any number of processes may run it, one is at it. It reads snapshots by index and locks nothing but its own
row, so that it holds up nobody; what it has no time for it looks at in the next cycle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic

from models.domain.streams import StreamKey
from services.audit.findings import Drift
from services.audit.lateness import PATIENCE, SENDING_PATIENCE
from services.audit.looking import look
from services.audit.record import State, take_state, tell, write_drift, write_state
from services.execute import Shop
from services.store.contexts import Sql
from services.store.transactions import snapshot, transaction

BUDGET = timedelta(milliseconds=150)
"""For one cycle of about a second; the batch that is begun is ended."""
BATCH = 20
ROUND_EVERY = timedelta(minutes=10)
"""A round over all streams begins no sooner after the last one did."""
MOST_BEHIND = 10_000
"""Log entries; further behind it leaves what changed to the round."""


def watch(shop: Shop, *, budget: timedelta = BUDGET, every: timedelta = ROUND_EVERY) -> int:
    """One cycle; returns how many streams were looked at, none where another process is at it."""
    with transaction(shop.engine, durable=False) as sql:
        state = take_state(sql, every)
        if state is None:
            return 0
        cycle = _Cycle(shop, sql, state, monotonic() + budget.total_seconds(), every)
        cycle.run()
        counts = tell(sql, state.drift)
        write_state(sql, replace(cycle.state, drift=counts, looks=state.looks + len(cycle.looked)))
    return len(cycle.looked)


@dataclass(slots=True)
class _Cycle:
    """One cycle, within its time."""

    shop: Shop
    sql: Sql
    state: State
    until: float
    every: timedelta
    looked: set[StreamKey] = field(default_factory=set)

    def run(self) -> None:
        self._look(list(_standing(self.sql)))
        self._look(list(_overdue(self.sql)))
        # Half of what is left is for the round, however much happens meanwhile.
        self._recent(monotonic() + max(0.0, self.until - monotonic()) / 2)
        self._round()

    def _look(self, keys: Sequence[StreamKey]) -> None:
        new = [key for key in dict.fromkeys(keys) if key not in self.looked]
        if new:
            with snapshot(self.shop.engine) as sql:
                found: list[Drift] = look(self.shop, sql, new, self.state.awake)
            write_drift(self.sql, new, found)
            self.looked.update(new)

    def _recent(self, until: float) -> None:
        """Streams with new entries in the log, which the sequencer appends in the order of commits."""
        row = self.sql.execute("SELECT coalesce(max(first_index), -1) FROM log_run").fetchone()
        newest: int = row[0] if row else -1
        if newest - self.state.log_index > MOST_BEHIND:
            self.state = replace(self.state, log_index=newest)
        while self.state.log_index < newest and monotonic() < until:
            runs = self.sql.execute(
                "SELECT first_index, site_id, stream_id FROM log_run WHERE first_index > %s"
                " ORDER BY first_index LIMIT %s",
                (self.state.log_index, BATCH),
            ).fetchall()
            self._look([StreamKey(*run[1:]) for run in runs])
            self.state = replace(self.state, log_index=runs[-1][0])

    def _round(self) -> None:
        """On through all streams, in the order of their keys."""
        start = StreamKey(0, 0)
        if self.state.place == start:
            if self.state.awake.until - self.state.round_at < self.every:
                return
            self.state = replace(self.state, round_at=self.state.awake.until)
        while monotonic() < self.until:
            keys = next_streams(self.sql, self.state.place, BATCH)
            self._look(keys)
            if len(keys) < BATCH:
                self.state = replace(self.state, place=start, whole_at=self.state.round_at)
                return
            self.state = replace(self.state, place=keys[-1])


def next_streams(sql: Sql, after: StreamKey, limit: int) -> list[StreamKey]:
    """The next streams in the order of their keys."""
    rows = sql.execute(
        "SELECT site_id, stream_id FROM stream WHERE (site_id, stream_id) > (%s, %s)"
        " ORDER BY site_id, stream_id LIMIT %s",
        (after.site_id, after.stream_id, limit),
    )
    return [StreamKey(*row) for row in rows]


def _standing(sql: Sql) -> Iterator[StreamKey]:
    """Where drift stands, in turn: it may be over."""
    rows = sql.execute(
        "SELECT site_id, stream_id FROM audit_drift GROUP BY 1, 2 ORDER BY min(last_at) LIMIT %s", (BATCH,)
    )
    yield from (StreamKey(*row) for row in rows)


_OVERDUE = """
SELECT q.site_id, q.stream_id FROM site s CROSS JOIN LATERAL (
    (SELECT site_id, stream_id FROM timer WHERE site_id = s.id
        AND fire_at < statement_timestamp() - %(patience)s ORDER BY fire_at LIMIT %(limit)s)
    UNION (SELECT site_id, stream_id FROM routing WHERE site_id = s.id
        AND wanted_at < statement_timestamp() - %(patience)s ORDER BY wanted_at LIMIT %(limit)s)
    UNION (SELECT site_id, stream_id FROM notice WHERE site_id = s.id AND expanded_at IS NULL
        AND stream_id > 0 AND send_at < statement_timestamp() - %(patience)s ORDER BY send_at LIMIT %(limit)s)
    UNION (SELECT site_id, stream_id FROM delivery WHERE site_id = s.id AND state = 'queued'
        AND stream_id > 0 AND endpoint IS NULL AND created_at < statement_timestamp() - %(sending)s
        ORDER BY created_at LIMIT %(limit)s)
) q WHERE s.clock = 'live' LIMIT %(limit)s
"""


def _overdue(sql: Sql) -> Iterator[StreamKey]:
    """A few streams of live sites with something that was due long ago."""
    given = {"patience": PATIENCE, "sending": SENDING_PATIENCE, "limit": BATCH}
    yield from (StreamKey(*row) for row in sql.execute(_OVERDUE, given))
