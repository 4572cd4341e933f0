"""The rows that hang on streams, read for a batch: firings, notices, deliveries, the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.domain.streams import StreamKey
from services.audit.deriving import Fired, Step
from services.audit.folding import Stored, places
from services.store.batches import OF_STREAMS
from services.store.contexts import Sql


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it is stored."""

    id: int
    seq: int
    party: str
    role: str
    why: tuple[str, ...]
    urgency: str
    created_at: datetime
    send_at: datetime
    expanded_at: datetime | None
    outcome: str | None
    """Why nobody was told, where nobody was."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it is stored."""

    id: int
    notice_ids: tuple[int, ...]
    kind: str
    state: str
    due_at: datetime
    """When it is to be sent: later than it was made where it is tried again, or its endpoint is closed."""
    finished_at: datetime | None
    on_record: bool
    """Whether a step of its life says what its state says."""
    arrived: bool
    """Whether what the recorder took is on the phone."""


@dataclass(slots=True)
class Children:
    """What hangs on one stream."""

    fired: dict[Step, Fired] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    outbox: list[tuple[int, int]] = field(default_factory=list)
    """First and last seq of each row, in their order."""


def read_children(sql: Sql, streams: Sequence[Stored]) -> Mapping[StreamKey, Children]:
    """All that hangs on the streams: one indexed question a table."""
    found = {one.key: Children() for one in streams}
    for key, row in _rows(sql, _FIRINGS, streams):
        found[key].fired[row[0], row[1], row[2]] = Fired(*row[3:])
    for key, row in _rows(sql, _NOTICES, streams):
        number, seq, party, role, why, *rest = row
        found[key].notices.append(Notice(number, seq, party, role, tuple(why), *rest))
    for key, row in _rows(sql, _DELIVERIES, streams):
        found[key].deliveries.append(Delivery(row[0], tuple(row[1]), *row[2:]))
    for key, row in _rows(sql, _OUTBOX, streams):
        found[key].outbox.append((row[0], row[1]))
    return found


_FIRINGS = (
    "deadline_id, rung, occurrence, seq, kind, party, due_at, fired_at, skipped, playbook, playbook_version,"
    " calendar_version FROM firing"
)
# Dropped is an outcome only where the operator's action is on record.
_NOTICES = (
    "id, seq, party, role, why, urgency, created_at, send_at, expanded_at, CASE WHEN outcome <> 'dropped' OR"
    " EXISTS (SELECT FROM dead_action a WHERE a.site_id = notice.site_id AND a.stream_id = notice.stream_id"
    " AND a.queue = 'notice' AND a.row_key = ARRAY[id] AND a.action = 'dropped') THEN outcome END FROM notice"
)
_DELIVERIES = (
    "id, notice_ids, kind, state, greatest(created_at, due_at,"
    " (SELECT e.closed_until FROM endpoint e WHERE e.code = delivery.endpoint)), finished_at,"
    " EXISTS (SELECT FROM delivery_step s WHERE s.delivery_id = delivery.id AND s.step = state),"
    " EXISTS (SELECT FROM phone p WHERE p.delivery_id = delivery.id) FROM delivery"
)
_OUTBOX = "first_seq, last_seq FROM outbox"


def _rows(sql: Sql, what: str, streams: Sequence[Stored]) -> Iterable[tuple[StreamKey, tuple[Any, ...]]]:
    """The rows of the streams, those of each stream in the order of their first column."""
    query = f"SELECT site_id, stream_id, {what} {OF_STREAMS} ORDER BY 3"
    for row in sql.execute(query.encode(), places(streams)):
        yield StreamKey(row[0], row[1]), row[2:]
