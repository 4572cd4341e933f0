"""Fold all events of every stream again and compare: the ledger is the truth, everything else is derived.

A batch of streams is looked at in one transaction under their locks, and its events pass one by one, so that
memory does not grow with the ledger.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from models.domain import ledger
from models.domain.codec import encode, instant
from models.domain.kinds import StreamKind
from models.domain.streams import StreamKey, Timer
from services.execute import KINDS, Shop
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.streams import event_of, want_routing
from services.store.transactions import transaction

BATCH = 100
CHUNK = 2000
"""Events fetched from the server at a time."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored otherwise than the events have it. `mended` says whether it was set right."""

    key: StreamKey
    code: str
    what: str
    stored: str
    folded: str
    mended: bool = False


@dataclass(slots=True)
class Tally:
    """How much was looked at so far, and what was found."""

    streams: int = 0
    events: int = 0
    differences: list[Difference] = field(default_factory=list)


@dataclass(slots=True)
class _Stored:
    """A stream as its row has it."""

    key: StreamKey
    kind: str
    seq: int
    head: bytes
    state: Mapping[str, Any]
    updated_at: datetime
    columns: Mapping[str, Any]


@dataclass(slots=True)
class _Folded:
    """A stream as its events have it; `broken` says from which event on the chain does not hold."""

    state: Any = None
    seq: int = 0
    head: bytes = ledger.GENESIS
    last_at: datetime | None = None
    broken: str | None = None


def count_streams(shop: Shop) -> int:
    """How many streams there are."""
    with transaction(shop.engine) as sql:
        row = sql.execute("SELECT count(*) FROM stream").fetchone()
    return int(row[0]) if row else 0


def rebuild(shop: Shop, *, only: StreamKey | None = None, mend: bool = False) -> Iterator[Tally]:
    """Look at all streams, or at one; yields the tally after each batch.

    With `mend` what is derived is written anew from the events. A stream whose chain is broken is left as it
    is: its events are no truth to write from.
    """
    tally = Tally()
    after = StreamKey(0, 0)
    while True:
        with transaction(shop.engine) as sql:
            batch = _read_batch(sql, after, only, mend=mend)
            if not batch:
                return
            found = list(_Batch(shop, sql, batch, mend=mend).differences(tally))
        # Counted only once the batch is committed: what is told as mended is mended.
        tally.differences += found
        tally.streams += len(batch)
        after = batch[-1].key
        yield tally
        if only is not None:
            return


_COLUMNS = ("status", "category", "severity", "origin", "space", "colour", "supervised", "parties", "holders",
            "reported_at", "promised_at", "closed_at")  # fmt: skip


def _read_batch(sql: Sql, after: StreamKey, only: StreamKey | None, *, mend: bool) -> list[_Stored]:
    """The next streams in the order of their ids, which is the one lock order.

    Locked shared while only looking: a writer between the reads would look like a difference.
    """
    where = "(site_id, stream_id) = (%s, %s)" if only else "(site_id, stream_id) > (%s, %s)"
    key = only or after
    how = "UPDATE" if mend else "SHARE"
    rows = sql.execute(
        f"SELECT site_id, stream_id, kind, seq, head, state, updated_at, {', '.join(_COLUMNS)}"  # noqa: S608
        f" FROM stream WHERE {where} ORDER BY site_id, stream_id LIMIT %s FOR {how}",
        (key.site_id, key.stream_id, BATCH),
    ).fetchall()
    return [
        _Stored(
            StreamKey(site_id, stream_id), kind, seq, head, state, at, dict(zip(_COLUMNS, more, strict=True))
        )
        for site_id, stream_id, kind, seq, head, state, at, *more in rows
    ]


class _Batch:
    """Some streams in a transaction."""

    def __init__(self, shop: Shop, sql: Sql, stored: Sequence[_Stored], *, mend: bool) -> None:
        self._shop, self._sql, self._stored, self._mend = shop, sql, stored, mend
        self._sites: dict[int, SiteClock] = read_sites(sql, {one.key.site_id for one in stored})

    def differences(self, tally: Tally) -> Iterator[Difference]:
        """Everything that is stored otherwise than folded."""
        folded = self._fold(tally)
        timers, waiting = self._timers(), self._waiting()
        for one in self._stored:
            yield from self._of(one, folded[one.key], timers.get(one.key, {}), waits=one.key in waiting)

    def _of(
        self, one: _Stored, folded: _Folded, timers: Mapping[int, Timer], *, waits: bool
    ) -> Iterator[Difference]:
        code = f"{self._sites[one.key.site_id].code}-{one.key.stream_id}"
        if folded.broken is None and (one.seq, one.head) != (folded.seq, folded.head):
            folded.broken = f"the head is {one.head.hex()[:16]} at {one.seq}"
        if folded.broken is not None:
            intact = f"a chain that holds to {folded.head.hex()[:16]} at {folded.seq}"
            yield Difference(one.key, code, "chain", folded.broken, intact)
            return
        kind = KINDS[one.kind]
        found = list(self._derived(one, folded, kind, timers, waits=waits))
        if found and self._mend:
            self._write(one, folded, kind)
        yield from (Difference(one.key, code, *parts, mended=self._mend) for parts in found)

    def _derived(
        self, one: _Stored, folded: _Folded, kind: StreamKind, timers: Mapping[int, Timer], *, waits: bool
    ) -> Iterator[tuple[str, str, str]]:
        """What differs, as (what, stored, folded)."""
        image = encode(folded.state)
        for name in sorted({*image, *one.state}):
            if image.get(name) != one.state.get(name):
                yield f"state.{name}", _short(one.state.get(name)), _short(image.get(name))
        columns = self._columns(one.key, kind, folded)
        for name in _COLUMNS:
            if _plain(columns[name]) != _plain(one.columns[name]):
                yield name, _short(one.columns[name]), _short(columns[name])
        if folded.last_at is not None and folded.last_at != one.updated_at:
            yield "updated_at", _short(one.updated_at), _short(folded.last_at)
        wanted = {timer.deadline_id: timer for timer in kind.timers(folded.state)}
        for number in sorted({*wanted, *timers}):
            if wanted.get(number) != timers.get(number):
                yield f"timer {number}", _short(timers.get(number)), _short(wanted.get(number))
        # The other way round is no difference: what could not be routed waits again after a new playbook.
        if kind.waits_for_routing(folded.state) and not waits:
            yield "routing", "does not wait", "waits for the route lane"

    def _columns(self, key: StreamKey, kind: StreamKind, folded: _Folded) -> dict[str, Any]:
        context = self._shop.contexts.of(self._sql, self._sites[key.site_id], kind.pinned(folded.state))
        return asdict(kind.columns(folded.state, context))

    # ── reading ──────────────────────────────────────────────────────────────────────────────────────────

    def _fold(self, tally: Tally) -> dict[StreamKey, _Folded]:
        kinds = {one.key: KINDS[one.kind] for one in self._stored}
        folded = {one.key: _Folded() for one in self._stored}
        with self._sql.cursor(name="rebuild") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(
                "SELECT site_id, stream_id, seq, type, at, payload, digest FROM event"
                " JOIN unnest(%s::int[], %s::bigint[]) AS k (site_id, stream_id) USING (site_id, stream_id)"
                " ORDER BY site_id, stream_id, seq",
                self._keys(),
            )
            for (site_id, stream_id), rows in groupby(cursor, itemgetter(0, 1)):
                key = StreamKey(site_id, stream_id)
                for row in rows:
                    tally.events += 1
                    if folded[key].broken is None:
                        _fold_one(key, kinds[key], folded[key], row[2:])
        for one in folded.values():
            if one.state is None and one.broken is None:
                one.broken = "there are no events"
        return folded

    def _keys(self) -> tuple[list[int], list[int]]:
        return [one.key.site_id for one in self._stored], [one.key.stream_id for one in self._stored]

    def _timers(self) -> dict[StreamKey, dict[int, Timer]]:
        rows = self._sql.execute(
            "SELECT site_id, stream_id, deadline_id, generation, fire_at, party, kind FROM timer"
            " JOIN unnest(%s::int[], %s::bigint[]) AS k (site_id, stream_id) USING (site_id, stream_id)",
            self._keys(),
        )
        found: dict[StreamKey, dict[int, Timer]] = {}
        for site_id, stream_id, *timer in rows:
            found.setdefault(StreamKey(site_id, stream_id), {})[timer[0]] = Timer(*timer)
        return found

    def _waiting(self) -> set[StreamKey]:
        rows = self._sql.execute(
            "SELECT site_id, stream_id FROM routing"
            " JOIN unnest(%s::int[], %s::bigint[]) AS k (site_id, stream_id) USING (site_id, stream_id)",
            self._keys(),
        )
        return {StreamKey(*row) for row in rows}

    # ── mending ──────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, one: _Stored, folded: _Folded, kind: StreamKind) -> None:
        """Everything derived, from the fold; a timer that is right keeps its row and its lease."""
        columns = self._columns(one.key, kind, folded)
        values = {
            **columns,
            "parties": list(columns["parties"]),
            "holders": list(columns["holders"]),
            "state": json.dumps(encode(folded.state), ensure_ascii=False, separators=(",", ":")),
            "updated_at": folded.last_at,
            **asdict(one.key),
        }
        self._sql.execute(_MEND, values)
        place = (one.key.site_id, one.key.stream_id)
        timers = kind.timers(folded.state)
        self._sql.execute(
            "DELETE FROM timer WHERE (site_id, stream_id) = (%s, %s) AND NOT (deadline_id = ANY (%s))",
            (*place, [timer.deadline_id for timer in timers]),
        )
        with self._sql.cursor() as cursor:
            cursor.executemany(
                _MEND_TIMER,
                [(*place, t.deadline_id, t.generation, t.fire_at, t.party, t.kind) for t in timers],
            )
        if kind.waits_for_routing(folded.state) and folded.last_at is not None:
            want_routing(self._sql, [(one.key, folded.last_at)])


_MEND = f"""
UPDATE stream SET state = %(state)s::jsonb, updated_at = %(updated_at)s,
    {", ".join(f"{name} = %({name})s" for name in _COLUMNS)}
WHERE (site_id, stream_id) = (%(site_id)s, %(stream_id)s)
"""  # noqa: S608 - our own column names

_MEND_TIMER = """
INSERT INTO timer (site_id, stream_id, deadline_id, generation, fire_at, party, kind)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (site_id, stream_id, deadline_id) DO UPDATE SET generation = excluded.generation,
    fire_at = excluded.fire_at, party = excluded.party, kind = excluded.kind,
    lease_until = NULL, lease_token = NULL, attempts = 0
WHERE (timer.generation, timer.fire_at, timer.party, timer.kind)
    IS DISTINCT FROM (excluded.generation, excluded.fire_at, excluded.party, excluded.kind)
"""


def _fold_one(key: StreamKey, kind: StreamKind, folded: _Folded, row: Sequence[Any]) -> None:
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


def _plain(value: Any) -> Any:  # noqa: ANN401 - any column
    """Lists and tuples alike."""
    return list(value) if isinstance(value, (list, tuple)) else value


def _short(value: Any) -> str:  # noqa: ANN401 - anything that is stored
    """A value for a line of a report."""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Timer):
        return f"{value.kind} of {value.party} at {instant(value.fire_at)}, generation {value.generation}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "–"
    text = "–" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 160


def by_stream(differences: Iterable[Difference]) -> dict[str, list[Difference]]:
    """The differences by order code, in their order."""
    found: dict[str, list[Difference]] = {}
    for one in differences:
        found.setdefault(one.code, []).append(one)
    return found
