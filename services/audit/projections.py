"""What a stream's row, timers and routing should be, by its fold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.domain.codec import encode
from models.domain.kinds import StreamKind
from models.domain.streams import StreamKey, Timer
from services.audit.findings import Drift, DriftKind, short
from services.audit.folding import COLUMNS, Folded, Stored, places
from services.store.batches import OF_STREAMS
from services.store.contexts import Sql


@dataclass(frozen=True, slots=True)
class Rows:
    """The timers of some streams, and since when which of them stand before the route lane."""

    timers: Mapping[StreamKey, Mapping[int, Timer]]
    waiting: Mapping[StreamKey, datetime]
    dropped: Mapping[tuple[int, ...], datetime]
    """When the operator last dropped a timer or routing, by its row's key: it is missing by right."""


def read_rows(sql: Sql, streams: Sequence[Stored]) -> Rows:
    """What is stored of the streams beside their own rows."""
    keys = places(streams)
    timers: dict[StreamKey, dict[int, Timer]] = {}
    for site_id, stream_id, *timer in sql.execute(
        f"SELECT site_id, stream_id, deadline_id, generation, fire_at, party, kind FROM timer {OF_STREAMS}",  # noqa: S608 - our own constants
        keys,
    ):
        timers.setdefault(StreamKey(site_id, stream_id), {})[timer[0]] = Timer(*timer)
    waiting = sql.execute(f"SELECT site_id, stream_id, wanted_at FROM routing {OF_STREAMS}", keys)  # noqa: S608 - our own constants
    dropped = sql.execute(
        f"SELECT row_key, max(at) FROM dead_action {OF_STREAMS} WHERE action = 'dropped'"  # noqa: S608 - our own constants
        " AND queue IN ('timer', 'routing') GROUP BY row_key",
        keys,
    )
    return Rows(
        timers,
        {StreamKey(site_id, stream_id): at for site_id, stream_id, at in waiting},
        {tuple(key): at for key, at in dropped},
    )


def broken_chain(one: Stored, folded: Folded) -> Drift | None:
    """A chain that does not hold; then nothing else can be derived."""
    if folded.broken is None:
        return None
    intact = f"a chain that holds to {folded.head.hex()[:16]} at {folded.seq}"
    return Drift(one.key, DriftKind.CHAIN, "chain", folded.broken, intact)


def projected(
    one: Stored, folded: Folded, kind: StreamKind, columns: Mapping[str, Any], rows: Rows
) -> Iterator[Drift]:
    """Where state, columns, timers or routing differ from what the fold leads to."""
    yield from _state(one, folded)
    yield from _columns(one, folded, columns)
    wanted = {timer.deadline_id: timer for timer in kind.timers(folded.state)}
    timers = rows.timers.get(one.key, {})
    for number in sorted({*wanted, *timers}):
        if wanted.get(number) != timers.get(number) and not _is_dropped(one.key, number, wanted, rows):
            stored, derived = short(timers.get(number)), short(wanted.get(number))
            yield Drift(one.key, DriftKind.TIMER, f"timer {number}", stored, derived)
    # The other way round is no drift: what could not be routed waits again after a new playbook.
    there = one.key in rows.waiting or (one.key.site_id, one.key.stream_id) in rows.dropped
    if kind.waits_for_routing(folded.state) and not there:
        yield Drift(one.key, DriftKind.ROUTING, "routing", "does not wait", "waits for the route lane")


def _is_dropped(key: StreamKey, number: int, wanted: Mapping[int, Timer], rows: Rows) -> bool:
    """Only a row that was due is ever dropped: what the deadline was moved to since has to be there."""
    at = rows.dropped.get((key.site_id, key.stream_id, number))
    is_missing = number in wanted and number not in rows.timers.get(key, {})
    return is_missing and at is not None and wanted[number].fire_at < at


def _state(one: Stored, folded: Folded) -> Iterator[Drift]:
    image = encode(folded.state)
    for name in sorted({*image, *one.state}):
        stored, derived = one.state.get(name), image.get(name)
        if stored != derived:
            yield Drift(one.key, DriftKind.STATE, f"state.{name}", short(stored), short(derived))


def _columns(one: Stored, folded: Folded, columns: Mapping[str, Any]) -> Iterator[Drift]:
    for name in COLUMNS:
        stored, derived = _plain(one.columns[name]), _plain(columns[name])
        if stored != derived:
            yield Drift(one.key, DriftKind.COLUMN, name, short(stored), short(derived))
    if folded.last_at != one.updated_at:
        yield Drift(one.key, DriftKind.COLUMN, "updated_at", short(one.updated_at), short(folded.last_at))


def _plain(value: Any) -> Any:  # noqa: ANN401 - any column
    """Lists and tuples alike."""
    return list(value) if isinstance(value, (list, tuple)) else value
