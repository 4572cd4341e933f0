"""What the auditor keeps: how far it has come, who was at work, what stands in drift."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb

from models.domain.streams import StreamKey
from services.alerts import clear_alert, raise_alert
from services.audit.findings import Drift
from services.audit.lateness import Awake
from services.store.batches import key_columns
from services.store.contexts import Sql
from services.store.transactions import now_of

ALERT = "audit_drift"
GAP = timedelta(minutes=1)
"""A pause longer than this between two looks means that the engine was off."""


@dataclass(frozen=True, slots=True)
class State:
    """How far the auditor has come; see the table `audit_state`."""

    awake: Awake
    log_index: int
    place: StreamKey
    round_at: datetime
    whole_at: datetime
    looks: int
    drift: Mapping[str, int]


_READ = (
    "SELECT awake_since, awake_until, log_index, round_site, round_stream, round_at, whole_at, looks, drift"
    " FROM audit_state WHERE id = 1"
)
_WRITE = (
    "UPDATE audit_state SET awake_since = %s, awake_until = %s, log_index = %s, round_site = %s,"
    " round_stream = %s, round_at = %s, whole_at = %s, looks = %s, drift = %s WHERE id = 1"
)


def read_state(sql: Sql, *, lock: bool = False) -> State | None:
    """What is kept, None before the first cycle; to lock it is to be the one auditor, None where one is."""
    how = " FOR UPDATE SKIP LOCKED" if lock else ""
    row = sql.execute(f"{_READ}{how}".encode()).fetchone()
    if row is None:
        return None
    since, until, log_index, site_id, stream_id, *rest = row
    return State(Awake(since, until), log_index, StreamKey(site_id, stream_id), *rest)


def take_state(sql: Sql, pause: timedelta) -> State | None:
    """Be the one auditor for this transaction, None where another is; the first round is due `pause` ago."""
    sql.execute(
        "INSERT INTO audit_state (id, awake_since, awake_until, log_index, round_at, whole_at)"
        " SELECT 1, t, t, coalesce((SELECT max(first_index) FROM log_run), -1), t - %s, t"
        " FROM statement_timestamp() t WHERE NOT EXISTS (SELECT FROM audit_state)"
        " ON CONFLICT (id) DO NOTHING",
        (pause,),
    )
    state = read_state(sql, lock=True)
    if state is None:
        return None
    now = now_of(sql)
    since = state.awake.since if now - state.awake.until <= GAP else now
    return replace(state, awake=Awake(since, now))


def write_state(sql: Sql, state: State) -> None:
    """Keep how far it has come."""
    sql.execute(
        _WRITE,
        (
            *(state.awake.since, state.awake.until, state.log_index),
            *(state.place.site_id, state.place.stream_id, state.round_at, state.whole_at, state.looks),
            Jsonb(dict(state.drift)),
        ),
    )


def write_drift(sql: Sql, keys: Iterable[StreamKey], found: Sequence[Drift]) -> None:
    """Keep what was found in the streams that were looked at; what was there before is over."""
    looked = sorted(set(keys))
    sql.execute(
        "DELETE FROM audit_drift d USING unnest(%s::int[], %s::bigint[]) AS k (s, i)"
        " WHERE (d.site_id, d.stream_id) = (k.s, k.i) AND NOT EXISTS (SELECT FROM"
        " unnest(%s::int[], %s::bigint[], %s::text[], %s::text[]) AS f (s, i, k, w)"
        " WHERE (f.s, f.i, f.k, f.w) = (d.site_id, d.stream_id, d.kind, d.what))",
        (
            *key_columns(looked),
            *key_columns([one.key for one in found]),
            *([str(one.kind) for one in found], [one.what for one in found]),
        ),
    )
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO audit_drift (site_id, stream_id, kind, what, stored, derived, first_at, last_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, statement_timestamp(), statement_timestamp())"
            " ON CONFLICT (site_id, stream_id, kind, what) DO UPDATE SET stored = excluded.stored,"
            " derived = excluded.derived, last_at = excluded.last_at",
            [(d.key.site_id, d.key.stream_id, str(d.kind), d.what, d.stored, d.derived) for d in found],
        )


def tell(sql: Sql, before: Mapping[str, int]) -> dict[str, int]:
    """Raise an alert for each kind of drift that stands, end the others; how many streams by kind."""
    rows = sql.execute(
        "SELECT kind, count(DISTINCT (site_id, stream_id)), (array_agg(coalesce(s.code, '?') || '-' ||"
        " stream_id || ': ' || what ORDER BY first_at, site_id, stream_id))[1] FROM audit_drift d"
        " LEFT JOIN site s ON s.id = d.site_id GROUP BY kind ORDER BY kind"
    ).fetchall()
    now = {kind: count for kind, count, _ in rows}
    for kind, count, example in rows:
        records = "1 record has" if count == 1 else f"{count} records have"
        words = f"{records} drifted from the events ({kind}), such as {example}. Run `./lianban audit`."
        raise_alert(sql, ALERT, kind, words)
    for kind in sorted(before.keys() - now.keys()):
        clear_alert(sql, ALERT, kind)
    return now
