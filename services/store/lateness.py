"""What is armed and what has fired, how late, and by which rules: read from timers and firings."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.streams import StreamKey
from services.store.contexts import Sql

ON_TIME = timedelta(seconds=1)
"""A step that fires later than so long after it was due was late."""


@dataclass(frozen=True, slots=True)
class Armed:
    """The next step of an open deadline."""

    code: str
    deadline_id: int
    kind: str
    party: str
    due_at: datetime
    lateness: timedelta
    """Since it was due, by the site's clock; below zero while it is not."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A step that was reached: when it was due, when it fired, and by which rules and days."""

    code: str
    deadline_id: int
    kind: str
    party: str
    rung: str
    occurrence: int
    seq: int
    due_at: datetime
    fired_at: datetime
    lateness: timedelta
    skipped: bool
    playbook: str
    playbook_version: int
    calendar_version: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late many steps were; None where none fired."""

    fired: int
    p50: timedelta | None
    p99: timedelta | None
    most: timedelta | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which order, or of all at sites that are not frozen; how far back by their clocks; how many."""

    key: StreamKey | None
    back: timedelta
    late: bool
    limit: int


_OF = """
(%(site)s::int IS NULL OR (q.site_id = %(site)s AND q.stream_id = %(stream)s))
    AND (%(site)s::int IS NOT NULL OR s.clock <> 'frozen')
"""

_SINCE = "q.fired_at >= coalesce(s.virtual_now, statement_timestamp()) - %(back)s"

_ARMED = f"""
SELECT s.code || '-' || q.stream_id, q.deadline_id, q.kind, q.party, q.fire_at,
    coalesce(s.virtual_now, statement_timestamp()) - q.fire_at
FROM site s CROSS JOIN LATERAL (
    SELECT * FROM timer q WHERE q.site_id = s.id AND {_OF}
        AND (NOT %(late)s OR q.fire_at < coalesce(s.virtual_now, statement_timestamp()) - %(on_time)s)
    ORDER BY q.fire_at LIMIT %(limit)s) AS q
ORDER BY q.fire_at LIMIT %(limit)s
"""  # noqa: S608 - our own constants

_FIRED = f"""
SELECT s.code || '-' || q.stream_id, q.deadline_id, q.kind, q.party, q.rung, q.occurrence, q.seq, q.due_at,
    q.fired_at, q.lateness, q.skipped, q.playbook, q.playbook_version, q.calendar_version
FROM firing q JOIN site s ON s.id = q.site_id
WHERE {_OF} AND {_SINCE} AND (NOT %(late)s OR q.lateness > %(on_time)s)
ORDER BY q.fired_at DESC, q.seq DESC LIMIT %(limit)s
"""  # noqa: S608 - our own constants

_FIGURES = f"""
SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY q.lateness),
    percentile_disc(0.99) WITHIN GROUP (ORDER BY q.lateness), max(q.lateness)
FROM firing q JOIN site s ON s.id = q.site_id WHERE {_OF} AND {_SINCE}
"""  # noqa: S608 - our own constants


def _given(wanted: Wanted) -> dict[str, object]:
    return {
        "site": wanted.key.site_id if wanted.key else None,
        "stream": wanted.key.stream_id if wanted.key else None,
        "back": wanted.back,
        "late": wanted.late,
        "limit": wanted.limit,
        "on_time": ON_TIME,
    }


def read_armed(sql: Sql, wanted: Wanted) -> list[Armed]:
    """What fires next, the soonest first; with `late` only what should have fired by now."""
    return [Armed(*row) for row in sql.execute(_ARMED, _given(wanted))]


def read_fired(sql: Sql, wanted: Wanted) -> list[Fired]:
    """What fired last, the newest first; with `late` only what was not on time."""
    return [Fired(*row) for row in sql.execute(_FIRED, _given(wanted))]


def read_lateness(sql: Sql, wanted: Wanted) -> Lateness:
    """How late everything was that fired, late or not."""
    row = sql.execute(_FIGURES, _given(wanted)).fetchone()
    return Lateness(*(row or (0, None, None, None)))


def lateness_of_all(sql: Sql, window: timedelta) -> Lateness:
    """How late the steps of all live sites were lately; whoever asks need not see the sites."""
    row = sql.execute("SELECT * FROM lianban_lateness(statement_timestamp() - %s)", (window,)).fetchone()
    return Lateness(*(row or (0, None, None, None)))
