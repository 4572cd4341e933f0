"""Verifying streams: each one's chain, its head, what the log holds of it, the texts and photos vouched for.

Streams are read in batches, each from one snapshot without locks; events pass one by one. Photos are read
from their shelf afterwards, with no transaction open.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from models.domain import ledger
from models.domain.streams import StreamKey
from services.ledger.findings import Codes, Finding, Tally
from services.ledger.log import Run, runs_of, split
from services.pictures.shelf import Shelf
from services.secrets import CannotOpen, KeyRing
from services.secrets import ring as own_ring
from services.store.batches import OF_STREAMS, events_of, key_columns
from services.store.contexts import Sql
from services.store.private import CONTACT, row_of
from services.store.transactions import snapshot

BATCH = 100


def verify_streams(
    engine: Engine,
    codes: Codes,
    tally: Tally,
    only: StreamKey | None = None,
    shelf: Shelf | None = None,
    *,
    ring: KeyRing | None = None,
) -> Iterator[Tally]:
    """Look at all streams, or at one; yields the tally after each batch. Photos only with their shelf.

    Contacts are opened with the process's ring unless another is given.

    Raises:
        ShelfAway: the photos cannot be read just now.
    """
    after = StreamKey(0, 0)
    while True:
        with snapshot(engine) as sql:
            keys = [only] if only else _next_keys(sql, after)
            batch = _Batch(sql, keys, codes, ring or own_ring()) if keys else None
            if batch is not None:
                batch.verify(tally)
        if batch is None:
            return
        if shelf is not None:
            batch.verify_photos(shelf, tally)
        batch.tell(tally)
        tally.streams += len(keys)
        yield tally
        if only:
            return
        after = keys[-1]


# Whatever is left of a stream: its row, its events, or the log's leaves alone.
_NEXT = """
SELECT site_id, stream_id FROM (
    (SELECT site_id, stream_id FROM stream
     WHERE (site_id, stream_id) > (%(s)s, %(i)s) ORDER BY 1, 2 LIMIT %(n)s)
    UNION
    (SELECT DISTINCT site_id, stream_id FROM event
     WHERE (site_id, stream_id) > (%(s)s, %(i)s) ORDER BY 1, 2 LIMIT %(n)s)
    UNION
    (SELECT DISTINCT site_id, stream_id FROM log_run
     WHERE (site_id, stream_id) > (%(s)s, %(i)s) ORDER BY 1, 2 LIMIT %(n)s)
) AS k ORDER BY 1, 2 LIMIT %(n)s
"""


def _next_keys(sql: Sql, after: StreamKey) -> list[StreamKey]:
    rows = sql.execute(_NEXT, {"s": after.site_id, "i": after.stream_id, "n": BATCH})
    return [StreamKey(*row) for row in rows]


@dataclass(slots=True)
class _Seen:
    """A stream on its way through the verification."""

    key: StreamKey
    leaves: dict[int, bytes]
    """What the log holds, by seq."""
    pending: int = 0
    """Up to which seq events are before the log."""
    row: tuple[int, bytes] | None = None
    """What the stream's row says: its last seq and its head."""
    seq: int = 0
    head: bytes = ledger.GENESIS
    broken: tuple[int, str] | None = None
    texts: dict[str, tuple[bytes | None, str | CannotOpen | None]] = field(default_factory=dict)
    photos: dict[str, tuple[bytes | None, str | None]] = field(default_factory=dict)
    """Keys of their commitments, and SHA-256, by id."""
    shown: list[tuple[int, str, str]] = field(default_factory=list)
    """Photos to be looked at: the seq of the event, the photo's id, the commitment."""

    def breaks(self, seq: int, what: str) -> None:
        """From `seq` on it is not as it was; what lies further back is told."""
        if self.broken is None or seq < self.broken[0]:
            self.broken = (seq, what)


class _Batch:
    """Some streams in one snapshot."""

    def __init__(self, sql: Sql, keys: Sequence[StreamKey], codes: Codes, ring: KeyRing) -> None:
        self._sql, self._codes = sql, codes
        self._keys = keys
        runs = runs_of(sql, keys)
        self._streams = {key: _Seen(key, _by_seq(runs.get(key, ()))) for key in keys}
        for row in self._of("stream", "seq, head"):
            self._streams[StreamKey(*row[:2])].row = (row[2], row[3])
        for row in self._of("log_pending", "last_seq"):
            seen = self._streams[StreamKey(*row[:2])]
            seen.pending = max(seen.pending, row[2])
        for row in self._of("private_row", "id, secret, body, kind"):
            self._streams[StreamKey(*row[:2])].texts[row[2]] = (row[3], _opened(row, ring))
        for row in self._of("photo", "id, secret, sha256"):
            self._streams[StreamKey(*row[:2])].photos[row[2]] = (row[3], row[4])

    def _of(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        return self._sql.execute(
            f"SELECT site_id, stream_id, {columns} FROM {table} {OF_STREAMS}",  # noqa: S608 - our own words
            key_columns(self._keys),
        ).fetchall()

    def verify(self, tally: Tally) -> None:
        """Count what is looked at, note what is found."""
        with events_of(self._sql, self._keys) as found:
            for key, rows in found:
                for row in rows:
                    tally.events += 1
                    _next_event(self._streams[key], row, tally)
        for seen in self._streams.values():
            _end(seen)

    def verify_photos(self, shelf: Shelf, tally: Tally) -> None:
        """Each photo that was not erased is on its shelf, and the one that its event vouches for."""
        for seen in self._streams.values():
            for shown in seen.shown:
                _look_at(seen, shelf, shown, tally)

    def tell(self, tally: Tally) -> None:
        """Note what was found."""
        tally.findings += [
            Finding(self._codes.of(key), *seen.broken) for key, seen in self._streams.items() if seen.broken
        ]


def _opened(row: Sequence[Any], ring: KeyRing) -> str | CannotOpen | None:
    """The words that were vouched for: a contact is sealed, and its key may be missing here."""
    site_id, _, row_id, _, body, kind = row
    stored: str | None = body
    if kind != CONTACT or stored is None:
        return stored
    try:
        return ring.open(stored, row_of(site_id, row_id))
    except CannotOpen as error:
        return error


def _by_seq(runs: Sequence[Run]) -> dict[int, bytes]:
    """The leaves of a stream by the seq of their events."""
    return {run.first_seq + place: leaf for run in runs for place, leaf in enumerate(split(run.leaves))}


def _next_event(seen: _Seen, row: Sequence[Any], tally: Tally) -> None:
    """One event more: against the one before, against the log, against its own columns and texts."""
    seq, name, at, payload, digest = row
    expected = seen.seq + 1
    if seq != expected:
        seen.breaks(expected, f"event {expected} is missing")
    elif digest != ledger.chained(seen.key, seq, seen.head, payload):
        seen.breaks(seq, f"event {seq} was changed or moved: its hash does not follow from what stands there")
    seen.seq, seen.head = seq, digest
    leaf = seen.leaves.get(seq)
    if leaf is None and seq > seen.pending:
        seen.breaks(seq, f"event {seq} is not in the log, nor about to be")
    elif leaf is None:
        tally.pending += 1
    elif leaf != ledger.logged(seen.key, seq, digest):
        seen.breaks(seq, f"event {seq} is another one than the log holds: it was rewritten")
    if seen.broken is None:
        _look_inside(seen, seq, (name, at), payload, tally)


def _look_inside(seen: _Seen, seq: int, columns: tuple[str, datetime], payload: bytes, tally: Tally) -> None:
    """The row's columns say what its bytes say; each text that is still there is the one vouched for."""
    try:
        image = json.loads(payload)
        said, data = (image["type"], datetime.fromisoformat(image["at"])), image["data"]
    except (ValueError, LookupError, TypeError):
        seen.breaks(seq, f"the bytes of event {seq} are no event")
        return
    if said != columns:
        seen.breaks(seq, f"the row of event {seq} says another type or instant than its bytes")
    for text_id, commitment in ledger.vouched(data):
        if text_id in seen.photos:
            seen.shown.append((seq, text_id, commitment))
            continue
        if text_id not in seen.texts:
            seen.breaks(seq, f"the row of a text or photo that event {seq} vouches for is missing")
            return
        secret, body = seen.texts[text_id]
        if secret is None or body is None:
            tally.erased += 1
            continue
        if isinstance(body, CannotOpen):
            tally.locked += 1
            continue
        tally.texts += 1
        if ledger.commitment(secret, body.encode()) != commitment:
            seen.breaks(seq, f"a text is another one than event {seq} vouches for")


def _look_at(seen: _Seen, shelf: Shelf, shown: tuple[int, str, str], tally: Tally) -> None:
    seq, photo_id, commitment = shown
    secret, sha256 = seen.photos[photo_id]
    if secret is None or sha256 is None:
        tally.erased += 1
        return
    tally.photos += 1
    stored = shelf.open(sha256)
    if stored is None:
        seen.breaks(seq, f"the photo that event {seq} vouches for is not on its shelf")
    elif ledger.commitment(secret, b"".join(stored.chunks)) != commitment:
        seen.breaks(seq, f"a photo is another one than event {seq} vouches for")


def _end(seen: _Seen) -> None:
    """Where the events end, the stream's row and the log must end as well."""
    if seen.row is None and not seen.leaves and not seen.seq:
        return  # there never was such a stream
    last = max(seen.leaves, default=0)
    if last > seen.seq:
        seen.breaks(seen.seq + 1, f"event {seen.seq + 1} is missing: the log holds events up to {last}")
    if seen.row is None:
        seen.breaks(seen.seq + 1 if seen.seq else 1, "the stream's row is missing")
    elif seen.row[0] > seen.seq:
        seen.breaks(seen.seq + 1, f"event {seen.seq + 1} is missing: the stream's row counts {seen.row[0]}")
    elif seen.row[0] < seen.seq:
        seen.breaks(seen.row[0] + 1, f"the stream's row counts {seen.row[0]} events only")
    elif seen.row[1] != seen.head:
        seen.breaks(seen.seq, "the stream's row holds another head than its last event")
    missing = next((seq for seq in range(1, min(last, seen.seq)) if seq not in seen.leaves), None)
    if missing is not None and seen.broken is None:
        seen.breaks(missing, f"event {missing} was left out of the log")
