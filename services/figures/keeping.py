"""Each order's cases, copied from its events whenever it has changed.

The copy is checked against the order's event number: it can be late, never wrong. The pulse
keeps it within seconds; figures and the lists of their orders read the same copies, and the figures say how
many orders are still to come.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog

from models.domain.figures.cases import Case, Counted, cases_of, next_change
from models.domain.orders.holding import Recorded
from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from services.execute import Shop
from services.store.contexts import Sql, read_sites
from services.store.streams import event_of
from services.store.transactions import transaction

BATCH = 100
AT_ONCE = 2000
"""So many orders are copied before a week is told."""
KEEPS = 6_131_427_025
"""Advisory lock: of several who copy one is at it."""

log = structlog.get_logger("lianban.figures")

# An order whose next open limit has passed counts it as missed, though nothing was written.
_STALE = """
FROM stream s JOIN site p ON p.id = s.site_id LEFT JOIN figure_read r USING (site_id, stream_id)
WHERE s.kind = %(kind)s AND (%(sites)s::int[] IS NULL OR s.site_id = ANY (%(sites)s))
    AND (r.seq IS DISTINCT FROM s.seq
        OR r.again_at <= coalesce(p.virtual_now, statement_timestamp()))
"""
_TAKE = f"""
SELECT s.site_id, s.stream_id, s.seq, s.space, s.state->'pin'->>'digest', s.state->'deadlines',
    coalesce(p.virtual_now, statement_timestamp())
{_STALE} ORDER BY s.site_id, s.stream_id LIMIT %(limit)s
"""
_EVENTS = """
SELECT e.site_id, e.stream_id, e.payload FROM event e
JOIN unnest(%s::int[], %s::bigint[], %s::int[]) AS k (site_id, stream_id, seq) USING (site_id, stream_id)
WHERE e.seq <= k.seq ORDER BY e.site_id, e.stream_id, e.seq
"""


def keep(shop: Shop, sites: Sequence[int] | None = None, *, most: int = BATCH) -> int:
    """Copy up to so many orders that have changed, of all sites unless told which; how many it was."""
    done = 0
    while done < most:
        with transaction(shop.engine, sites or ()) as sql:
            row = sql.execute("SELECT pg_try_advisory_xact_lock(%s)", (KEEPS,)).fetchone()
            if row is None or not row[0]:
                return done
            took = _keep(shop, sql, sites, min(BATCH, most - done))
        done += took
        if took < BATCH:
            break
    return done


def behind(sql: Sql, sites: Sequence[int]) -> int:
    """How many orders have changed since they were copied."""
    row = sql.execute(f"SELECT count(*) {_STALE}", {"kind": ORDER.name, "sites": list(sites)}).fetchone()
    return int(row[0]) if row else 0


def _keep(shop: Shop, sql: Sql, sites: Sequence[int] | None, limit: int) -> int:
    asked = {"kind": ORDER.name, "sites": None if sites is None else list(sites), "limit": limit}
    rows = sql.execute(_TAKE, asked).fetchall()
    if not rows:
        return 0
    told = read_sites(sql, {row[0] for row in rows})
    events = _events(sql, rows)
    found = []
    for site_id, number, seq, space, digest, deadlines, now in rows:
        context = shop.contexts.of(sql, told[site_id], digest)
        counted = _counted(events[site_id, number], context, now)
        again = next_change((deadlines or {}).values(), now)
        found.append(((site_id, number, seq, space, again), counted))
    _write(sql, found)
    return len(rows)


def _counted(events: Sequence[Recorded], context: Context, now: datetime) -> Counted:
    """The order's cases; none, and an error in the log, where one order's events break the count."""
    try:
        return cases_of(events, context, now)
    except Exception:  # one order must not take the others' figures away
        log.exception("not_counted")
        return Counted(None, ())


def _events(sql: Sql, rows: Iterable[Sequence[Any]]) -> dict[tuple[int, int], list[Recorded]]:
    columns = [list(one) for one in zip(*((row[0], row[1], row[2]) for row in rows), strict=True)]
    events: dict[tuple[int, int], list[Recorded]] = {}
    for site_id, number, payload in sql.execute(_EVENTS, columns):
        event, at, _ = event_of(ORDER, payload)
        events.setdefault((site_id, number), []).append((event, at))
    return events


Place = tuple[int, int, int, str, datetime | None]
"""Site, order, event number, room, and when it changes by itself."""


def _rest(one: Case) -> tuple[datetime, bool | None, int | None]:
    return one.at, one.good, one.micros


def _write(sql: Sql, found: Sequence[tuple[Place, Counted]]) -> None:
    keys = ([place[0] for place, _ in found], [place[1] for place, _ in found])
    sql.execute(
        "DELETE FROM figure_case c USING unnest(%s::int[], %s::bigint[]) AS k (site_id, stream_id)"
        " WHERE (c.site_id, c.stream_id) = (k.site_id, k.stream_id)",
        keys,
    )
    sql.execute(
        "INSERT INTO figure_read (site_id, stream_id, seq, again_at)"
        " SELECT * FROM unnest(%s::int[], %s::bigint[], %s::int[], %s::timestamptz[])"
        " ON CONFLICT (site_id, stream_id) DO UPDATE SET seq = excluded.seq, again_at = excluded.again_at",
        (*keys, [place[2] for place, _ in found], [place[4] for place, _ in found]),
    )
    cases = [
        (*place[:2], number, one.what, one.word, one.party, counted.category or "", place[3], *_rest(one))
        for place, counted in found
        for number, one in enumerate(counted.cases)
    ]
    if cases:
        sql.execute(
            "INSERT INTO figure_case (site_id, stream_id, number, what, word, party, category, space, at,"
            " good, micros) SELECT * FROM unnest(%s::int[], %s::bigint[], %s::int[], %s::text[], %s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bool[], %s::bigint[])",
            [list(column) for column in zip(*cases, strict=True)],
        )
