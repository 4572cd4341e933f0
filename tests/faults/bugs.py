"""The engine broken on purpose, so that the checker shows what it can see.

Each bug is put into the processes that it spoils when they start (`tests.faults.broken`) and thrown the
faults under which it shows. No flag in the product knows of them.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from models.domain import ledger
from models.domain.orders import events, evolve
from services import execute, lanes
from services.notify import endpoints_rows, expanding, sending_results, sending_words
from services.notify.channels import Accepted, Outcome
from services.notify.outside_reading import Reading
from services.notify.outside_wire import Reply
from services.store import claims, streams, transactions
from services.store.contexts import Sql
from services.store.transactions import transaction
from workers import pulse

DELAY_SECONDS = 0.25
"""So long something half-done lies open where a bug is that it can."""
AHEAD = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Bug:
    """A way to be wrong, and the figures one of which has to show it."""

    words: str
    inject: Callable[[], None]
    found_by: tuple[str, ...]
    kinds: tuple[str, ...]
    """The faults under which it shows."""
    harm: str = ""
    """What is done to the database before the start, as its owner."""
    server: Mapping[str, str] = field(default_factory=dict)
    """Settings of PostgreSQL under which it shows sooner."""
    seconds: float = 18.0
    """How long the load and the faults last."""


def _put(where: Any, name: str, value: object) -> None:
    """Replace what is there already; a bug that no longer fits the product says so at once."""
    assert hasattr(where, name), name
    setattr(where, name, value)


def _cut(where: Any, name: str, *fences: str) -> None:
    """Take parts out of a query."""
    query = getattr(where, name)
    for fence in fences:
        assert fence in query, fence
        query = query.replace(fence, "")
    setattr(where, name, query)


def _nothing_locked() -> None:
    """Two writers of an order see the same state; only the keys stood against that."""
    _cut(streams, "_LOCK", "FOR UPDATE OF s")
    _cut(streams, "_LOCK_FREE", "FOR UPDATE OF s", "SKIP LOCKED")
    written = execute._Run._write

    def slowly(self: Any) -> None:
        time.sleep(DELAY_SECONDS)
        written(self)

    _put(execute._Run, "_write", slowly)


def _no_sweep() -> None:
    """The pulse looks at nothing: what Celery missed is never found, and timers have nobody else."""
    _put(pulse.Pulse, "cycle", lambda _: {})


def _cancel_ignored() -> None:
    """An ended deadline stays open in the state, so that its timer stays armed and fires."""
    folds: dict[type, Callable[..., object]] = vars(evolve)["_FOLDS"]
    folds[events.DeadlineEnded] = lambda order, _event, _at: order


class _Holding:
    """A connection that keeps back what is meant for the outbox."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql
        self.held: list[tuple[Any, Any]] = []

    def execute(self, query: Any, values: Any = None) -> Any:
        if str(query).startswith("INSERT INTO outbox"):
            self.held.append((query, values))
            return None
        return self._sql.execute(query, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sql, name)


def _outbox_afterwards() -> None:
    """Events are committed before their outbox rows: a crash between loses these."""

    write = streams.write

    def committed_first(sql: Any, changed: Sequence[Any]) -> None:
        holding = _Holding(sql)
        write(cast("Sql", holding), changed)
        if not holding.held:
            return
        sites = ",".join(sorted({str(one.key.site_id) for one in changed}))
        sql.commit()
        time.sleep(DELAY_SECONDS)
        sql.execute("SELECT set_config('lianban.sites', %s, true)", (sites,))
        for query, values in holding.held:
            sql.execute(query, values)

    _put(streams, "write", committed_first)


def _no_fence() -> None:
    """A result is written whoever has the lease by now."""
    _cut(sending_results, "_FINISH", "AND d.lease_token = g.token ", "AND d.state IN ('queued', 'leased')")


def _no_ticket() -> None:
    """What a key was answered is not kept: the same request again has another effect."""
    _put(execute, "remember", lambda *_: None)


def _lease_ignored() -> None:
    """Rows are claimed whoever has them, and the attempt is not counted."""
    _cut(endpoints_rows, "_TAKE", "AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())")
    _put(claims, "_open", lambda shape: shape.only)
    made = claims._claim_sql

    def uncounted(*args: Any, **words: Any) -> str:
        return made(*args, **words).replace("attempts = t.attempts + 1", "attempts = t.attempts")

    _put(claims, "_claim_sql", uncounted)


def _status_believed() -> None:
    """HTTP 200 is taken for accepted, whatever the body says, as many a client does."""

    read = Reading.outcome

    def by_status(self: Reading, reply: Reply, secrets: Sequence[str]) -> Outcome:
        return Accepted() if reply.status == 200 else read(self, reply, secrets)

    _put(Reading, "outcome", by_status)


def _chain_skipped() -> None:
    """Now and then an event is hashed as if none stood before it."""

    chained = ledger.chained

    def skipping(key: Any, seq: int, previous: bytes, payload: bytes) -> bytes:
        return chained(key, seq, ledger.GENESIS if seq % 7 == 0 else previous, payload)

    _put(ledger, "chained", skipping)


def _clock_ahead() -> None:
    """The process goes by a clock that is ahead of the database's."""

    instant = execute._Run._instant

    def ahead(self: Any, *args: Any) -> datetime:
        return instant(self, *args) + AHEAD

    _put(execute._Run, "_instant", ahead)


def _taken_off_first() -> None:
    """A lane takes its rows off the queue when it claims them: whoever dies then takes the work along."""

    work_off = lanes._work_off

    def gone_first(shop: Any, scope: Any, taken: Any, todo: Mapping[Any, Any]) -> Any:
        keys = [row[: len(claims.SHAPES[taken.queue].keys)] for row in taken.rows]
        if keys:
            with transaction(shop.engine, sorted({key[0] for key in keys})) as sql:
                claims.drop(sql, taken, keys)
            time.sleep(6 * DELAY_SECONDS)
        return work_off(shop, scope, taken, todo)

    _put(lanes, "_work_off", gone_first)


def _answered_first() -> None:
    """A commit does not wait for the disk: what was answered may be gone after a crash."""

    durable = "CASE WHEN %s THEN current_setting('synchronous_commit') ELSE 'off' END"
    assert durable in transactions._BEGIN
    transactions._BEGIN = transactions._BEGIN.replace(durable, "CASE WHEN %s THEN 'off' ELSE 'off' END")


class _Unguarded:
    """A connection whose inserts do not look whether the row is there."""

    def __init__(self, sql: Any) -> None:
        self._sql = sql

    def execute(self, query: str, values: Any = None) -> Any:
        return self._sql.execute(_GUARD.sub("", query), values)


_GUARD = re.compile(r" ON CONFLICT \(notice_id, .* DO NOTHING")


def _told_twice() -> None:
    """Each person gets each notice twice, under two deliveries."""
    write = expanding._write

    def twice(sql: Any, rows: Iterable[Any]) -> None:
        kept = list(rows)
        for _ in range(2):
            write(cast("Sql", _Unguarded(sql)), kept)

    _put(expanding, "_write", twice)


def _wordless() -> None:
    """Nothing can be put into words, as when a name is not there; the row is given up in all order."""

    def unheard_of(*_: Any) -> None:
        raise NameError

    _put(sending_words, "word", unheard_of)


_KILLS = ("kill-worker-child", "kill-worker", "kill-api", "connections-cut", "kill-pulse")

BUGS: Mapping[str, Bug] = {
    "unique-dropped": Bug(
        "the keys of events, steps and outbox are dropped, and no writer locks the order",
        _nothing_locked,
        ("duplicated", "audit_drift", "ledger_ok"),
        ("reply-cut",),
        harm="ALTER TABLE event DROP CONSTRAINT event_pkey; ALTER TABLE firing DROP CONSTRAINT firing_pkey;"
        " ALTER TABLE outbox DROP CONSTRAINT outbox_site_id_stream_id_first_seq_key;",
    ),
    "sweep-stopped": Bug(
        "nobody looks for what Celery missed", _no_sweep, ("lost",), ("flushall", "broker-killed")
    ),
    "fired-past-cancel": Bug(
        "a deadline that ended goes on firing", _cancel_ignored, ("fired_past_end",), ("reply-cut",)
    ),
    "outbox-afterwards": Bug(
        "events are committed before their outbox rows", _outbox_afterwards, ("audit_drift",), _KILLS
    ),
    "no-fence": Bug(
        "a result is written without the lease's token",
        _no_fence,
        ("stale_writes",),
        ("stop-sender",),
        seconds=32.0,
    ),
    "no-ticket": Bug("an idempotency key is not kept", _no_ticket, ("duplicated",), ("reply-cut",)),
    "lease-ignored": Bug(
        "leases are ignored and attempts not counted", _lease_ignored, ("stale_writes",), ("endpoint-slow",)
    ),
    "status-believed": Bug(
        "200 with an error in the body is taken for accepted",
        _status_believed,
        ("false_sent",),
        ("endpoint-error-200",),
    ),
    "chain-skipped": Bug(
        "an event is not chained to the one before", _chain_skipped, ("ledger_ok",), ("reply-cut",)
    ),
    "clock-ahead": Bug("timers go by a clock that is ahead", _clock_ahead, ("early_fires",), ("reply-cut",)),
    "taken-off-first": Bug(
        "a lane takes its work off the queue before it does it",
        _taken_off_first,
        ("audit_drift", "lost"),
        ("kill-worker-child",),
    ),
    "answered-first": Bug(
        "an answer is given before the commit is on disk",
        _answered_first,
        ("lost",),
        ("postgres-immediate",),
        server={"wal_writer_delay": "10s"},
    ),
    "told-twice": Bug(
        "the key of deliveries is dropped, and everybody is told twice",
        _told_twice,
        ("duplicated",),
        ("reply-cut",),
        harm="ALTER TABLE delivery DROP CONSTRAINT delivery_notice_id_member_channel_id_key;",
    ),
    "wordless": Bug("no notice can be put into words", _wordless, ("lost",), ("reply-cut",)),
}
