"""The sequencer: appends the hashes of new events to the log, one process at a time.

A serial id is no commit order: who remembers the last id loses what commits late. So each transaction that
writes events leaves a row in `log_pending` (a trigger does), which the sequencer takes away once it is there
to be seen; within a stream it goes on from what the log holds, up to what the row says. See
``docs/decisions/0004-log-over-all-streams.md``.
"""

from datetime import timedelta
from time import monotonic

from sqlalchemy import Engine

from services.ledger.log import grow, read_log, write
from services.store.contexts import Sql
from services.store.transactions import transaction

LOCK = 6_131_427_002
"""Advisory lock: of the processes that may sequence one does; the others go their way."""
BATCH = 500
"""Pending rows taken in a transaction, each of a few events."""
BUDGET = timedelta(seconds=1)


def sequence(engine: Engine, *, budget: timedelta | None = BUDGET, wait: bool = False) -> int:
    """Append what is new until nothing is, or the time is up; how many events that were.

    Where another process is at it, this one leaves it to that, unless it shall `wait`.
    """
    ends = None if budget is None else monotonic() + budget.total_seconds()
    total = 0
    while True:
        with transaction(engine) as sql:
            taken, appended = _batch(sql) if is_ours(sql, wait=wait) else (0, 0)
        total += appended
        if taken < BATCH or (ends is not None and monotonic() >= ends):
            return total


def is_ours(sql: Sql, *, wait: bool = False) -> bool:
    """Whether the log is this transaction's to append to and to sign; with `wait` it will be."""
    if wait:
        sql.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        return True
    row = sql.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone()
    return bool(row and row[0])


def _batch(sql: Sql) -> tuple[int, int]:
    """How many pending rows were taken and how many events appended."""
    taken = sql.execute(_TAKE, (BATCH,)).fetchall()
    if not taken:
        return 0, 0
    upto: dict[tuple[int, int], int] = {}
    for site_id, stream_id, last_seq in taken:
        upto[site_id, stream_id] = max(last_seq, upto.get((site_id, stream_id), 0))
    streams = sorted(upto)
    columns = [[one[0] for one in streams], [one[1] for one in streams], [upto[one] for one in streams]]
    events = sql.execute(_NEW, columns).fetchall()
    if events:
        log = read_log(sql, lock=True)
        grown = grow(log.tree, events)
        write(sql, log.tree, grown)
    return len(taken), len(events)


_TAKE = """
DELETE FROM log_pending WHERE id = ANY (ARRAY(SELECT id FROM log_pending ORDER BY id LIMIT %s))
RETURNING site_id, stream_id, last_seq
"""

# Behind what the log holds of a stream, not from where the pending row begins: a leaf is appended once,
# whatever was put before the log, and an event that a row forgot is taken along with the next.
_NEW = """
SELECT e.site_id, e.stream_id, e.seq, e.digest
FROM unnest(%b::int[], %b::bigint[], %b::int[]) AS w (site_id, stream_id, upto)
CROSS JOIN LATERAL (
    SELECT coalesce((
        SELECT r.last_seq FROM log_run r WHERE r.site_id = w.site_id AND r.stream_id = w.stream_id
        ORDER BY r.first_seq DESC LIMIT 1), 0) AS seq
) AS held
CROSS JOIN LATERAL (
    SELECT * FROM event v WHERE v.site_id = w.site_id AND v.stream_id = w.stream_id
        AND v.seq > held.seq AND v.seq <= w.upto ORDER BY v.seq
) AS e
ORDER BY e.site_id, e.stream_id, e.seq
"""
