"""Fold all events of every stream again and compare: the ledger is the truth, everything else is derived.

A batch of streams is looked at in one transaction under their locks. What cannot be written anew from the
events (firings, notices, deliveries) is the auditor's business.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from models.domain.codec import encode
from models.domain.kinds import StreamKind
from models.domain.streams import StreamKey
from services.audit.folding import COLUMNS, Folded, Stored, columns_of, fold, read_stored
from services.audit.projections import Rows, broken_chain, projected, read_rows
from services.execute import KINDS, Shop
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.streams import want_routing
from services.store.transactions import transaction

BATCH = 100


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


def _read_batch(sql: Sql, after: StreamKey, only: StreamKey | None, *, mend: bool) -> list[Stored]:
    """The next streams in the order of their ids, which is the one lock order.

    Locked shared while only looking: a writer between the reads would look like a difference.
    """
    where = "(site_id, stream_id) = (%s, %s)" if only else "(site_id, stream_id) > (%s, %s)"
    key = only or after
    how = "UPDATE" if mend else "SHARE"
    return read_stored(
        sql,
        f"WHERE {where} ORDER BY site_id, stream_id LIMIT %s FOR {how}",
        (key.site_id, key.stream_id, BATCH),
    )


class _Batch:
    """Some streams in a transaction."""

    def __init__(self, shop: Shop, sql: Sql, stored: Sequence[Stored], *, mend: bool) -> None:
        self._shop, self._sql, self._stored, self._mend = shop, sql, stored, mend
        self._sites: dict[int, SiteClock] = read_sites(sql, {one.key.site_id for one in stored})

    def differences(self, tally: Tally) -> Iterator[Difference]:
        """Everything that is stored otherwise than folded."""
        folded = fold(self._sql, self._stored)
        tally.events += sum(one.seq for one in folded.values())
        rows = read_rows(self._sql, self._stored)
        for one in self._stored:
            yield from self._of(one, folded[one.key], rows)

    def _of(self, one: Stored, folded: Folded, rows: Rows) -> Iterator[Difference]:
        site = self._sites[one.key.site_id]
        code, kind = f"{site.code}-{one.key.stream_id}", KINDS[one.kind]
        broken = broken_chain(one, folded)
        if broken is not None:
            yield Difference(one.key, code, broken.what, broken.stored, broken.derived)
            return
        columns = columns_of(self._shop, self._sql, site, kind, folded)
        found = list(projected(one, folded, kind, columns, rows))
        if found and self._mend:
            self._write(one, folded, kind, columns)
        yield from (
            Difference(one.key, code, each.what, each.stored, each.derived, mended=self._mend)
            for each in found
        )

    def _write(self, one: Stored, folded: Folded, kind: StreamKind, columns: Mapping[str, Any]) -> None:
        """Everything derived, from the fold; a timer that is right keeps its row and its lease."""
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
    {", ".join(f"{name} = %({name})s" for name in COLUMNS)}
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


def by_stream(differences: Iterable[Difference]) -> dict[str, list[Difference]]:
    """The differences by order code, in their order."""
    found: dict[str, list[Difference]] = {}
    for one in differences:
        found.setdefault(one.code, []).append(one)
    return found
