"""Streams as their rows have them, and as their events have them: the two sides of every comparison."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from models.domain import ledger
from models.domain.kinds import StreamKind
from models.domain.streams import StreamKey
from services.execute import KINDS, Shop
from services.store.batches import events_of, key_columns
from services.store.contexts import SiteClock, Sql
from services.store.streams import event_of

COLUMNS = ("status", "category", "severity", "origin", "space", "colour", "supervised", "parties", "holders",
           "reported_at", "promised_at", "closed_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stored:
    """A stream as its row has it."""

    key: StreamKey
    kind: str
    seq: int
    head: bytes
    state: Mapping[str, Any]
    updated_at: datetime
    columns: Mapping[str, Any]


@dataclass(slots=True)
class Folded:
    """A stream as its events have it; `broken` says from which event on the chain does not hold."""

    state: Any = None
    seq: int = 0
    head: bytes = ledger.GENESIS
    last_at: datetime | None = None
    broken: str | None = None


Visit = Callable[[StreamKey, Folded, Any, datetime], None]
"""Shown each event after it was folded: the stream, its fold so far, the event and its instant."""


def read_stored(sql: Sql, which: str, given: Sequence[Any]) -> list[Stored]:
    """The rows of some streams; `which` is what follows FROM stream, in our own words."""
    rows = sql.execute(
        f"SELECT site_id, stream_id, kind, seq, head, state, updated_at, {', '.join(COLUMNS)}"  # noqa: S608 - our own constants
        f" FROM stream {which}",
        given,
    ).fetchall()
    return [
        Stored(
            StreamKey(site_id, stream_id), kind, seq, head, state, at, dict(zip(COLUMNS, more, strict=True))
        )
        for site_id, stream_id, kind, seq, head, state, at, *more in rows
    ]


def places(streams: Sequence[Stored]) -> tuple[list[int], list[int]]:
    """Their keys in columns, as `unnest` takes them."""
    return key_columns([one.key for one in streams])


def _ignore(_key: StreamKey, _folded: Folded, _event: object, _at: datetime) -> None:
    pass


def fold(sql: Sql, streams: Sequence[Stored], visit: Visit = _ignore) -> dict[StreamKey, Folded]:
    """Fold the events of streams; a chain that ends elsewhere than at the row's head is broken too."""
    kinds = {one.key: KINDS[one.kind] for one in streams}
    folded = {one.key: Folded() for one in streams}
    with events_of(sql, list(kinds)) as found:
        for key, rows in found:
            for row in rows:
                if folded[key].broken is None:
                    _fold_one(key, kinds[key], folded[key], row, visit)
    for one in streams:
        _check_head(one, folded[one.key])
    return folded


def _fold_one(key: StreamKey, kind: StreamKind, folded: Folded, row: Sequence[Any], visit: Visit) -> None:
    """One event more, if the chain holds with it and the row says what its bytes say."""
    seq, name, at, payload, digest = row
    payload, digest = bytes(payload), bytes(digest)
    expected = folded.seq + 1
    if seq != expected or digest != ledger.chained(key, seq, folded.head, payload):
        folded.broken = f"event {expected} is missing" if seq != expected else f"event {seq} was changed"
        return
    try:
        event, happened_at, _ = event_of(kind, payload)
        if (type(event).__name__, happened_at) != (name, at):
            folded.broken = f"the row of event {seq} differs from its bytes"
            return
        folded.state = kind.evolve(folded.state, event, happened_at)
    except (ValueError, LookupError, TypeError) as error:
        folded.broken = f"event {seq} cannot be folded ({type(error).__name__}: {error})"
        return
    folded.seq, folded.head, folded.last_at = seq, digest, happened_at
    visit(key, folded, event, happened_at)


def _check_head(one: Stored, folded: Folded) -> None:
    if folded.broken is None and folded.state is None:
        folded.broken = "there are no events"
    if folded.broken is None and (one.seq, one.head) != (folded.seq, folded.head):
        folded.broken = f"the head is {one.head.hex()[:16]} at {one.seq}"


def columns_of(shop: Shop, sql: Sql, site: SiteClock, kind: StreamKind, folded: Folded) -> dict[str, Any]:
    """The query columns that the fold leads to."""
    context = shop.contexts.at(sql, site, kind.pinned(folded.state), folded.last_at)
    return asdict(kind.columns(folded.state, context))
