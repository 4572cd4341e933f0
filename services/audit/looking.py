"""Looking at streams: all that is kept of them against all that their events say, in one snapshot.

A snapshot (REPEATABLE READ) instead of locks: everything of a command is written in one transaction, so
whatever is seen belongs together, and nobody waits for the auditor.
"""

from collections.abc import Iterator, Sequence

import psycopg
import structlog

from models.domain.streams import StreamKey
from services.audit.children import read_children
from services.audit.comparing import compared
from services.audit.deriving import derive
from services.audit.findings import Drift, DriftKind
from services.audit.folding import columns_of, read_stored
from services.audit.lateness import Awake, awake_at, late
from services.audit.projections import broken_chain, projected, read_rows
from services.execute import KINDS, Shop
from services.store.batches import OF_STREAMS, key_columns
from services.store.contexts import Sql, read_sites

log = structlog.get_logger("lianban.audit")


def look(shop: Shop, sql: Sql, keys: Sequence[StreamKey], awake: Awake | None) -> list[Drift]:
    """Everything that has drifted in these streams; `awake` is None where it is not known who is at work.

    A stream that cannot even be read is drift, and keeps the auditor from no other.
    """
    try:
        return _look(shop, sql, keys, awake)
    except psycopg.Error:
        raise
    except Exception as error:
        if len(keys) > 1:
            return [drift for key in keys for drift in look(shop, sql, [key], awake)]
        log.exception("unreadable", stream=str(keys[0]))
        return [Drift(keys[0], DriftKind.STATE, "stream", type(error).__name__, "a state that can be read")]


def _look(shop: Shop, sql: Sql, keys: Sequence[StreamKey], awake: Awake | None) -> list[Drift]:
    streams = read_stored(sql, OF_STREAMS, key_columns(keys))
    missing = sorted({*keys} - {one.key for one in streams})
    found = [Drift(key, DriftKind.STATE, "stream", "–", "a row with the state") for key in missing]
    if not streams:
        return found
    sites = read_sites(sql, {one.key.site_id for one in streams})
    derived = derive(shop, sql, streams, sites)
    rows, children = read_rows(sql, streams), read_children(sql, streams)
    for one in streams:
        ours, kind, site = derived[one.key], KINDS[one.kind], sites[one.key.site_id]
        broken = broken_chain(one, ours.folded)
        if broken is not None:
            found.append(broken)
            continue
        columns = columns_of(shop, sql, site, kind, ours.folded)
        found += projected(one, ours.folded, kind, columns, rows)
        found += compared(one.key, ours, children[one.key])
        span = awake_at(site, awake)
        if span is not None:
            found += late(one.key, rows, children[one.key], span)
    return found


_HANGING = ("event", "timer", "routing", "notice", "delivery", "outbox")


def orphans(sql: Sql) -> Iterator[Drift]:
    """Rows of streams that are not there: a few of each table. Looks through whole tables.

    Bulletins are notices of stream 0, which is none.
    """
    for table in _HANGING:
        rows = sql.execute(
            f"SELECT DISTINCT site_id, stream_id FROM {table} t WHERE NOT EXISTS (SELECT FROM stream s"  # noqa: S608 - our own constants
            " WHERE (s.site_id, s.stream_id) = (t.site_id, t.stream_id)) AND t.stream_id > 0"
            " ORDER BY 1, 2 LIMIT 100"
        )
        for row in rows:
            yield Drift(StreamKey(*row), DriftKind.ORPHAN, table, "rows", "no such stream")
