"""Bulletins: once a day the last checkpoint of the day before goes to every party's lead.

Whoever holds one finds out later if the log was rewritten as a whole, key and all: `ledger verify --against`,
or the script of an export. A bulletin is a notice of stream 0, which is no stream: it takes the send lane's
way, with its channels, its record and its next channel where one refuses.
"""

from dataclasses import dataclass
from datetime import date, datetime

from models.domain.business_time.arithmetic import next_open
from models.domain.streams import Role, StreamKey, Urgency
from services.store.contexts import Sql, read_directory, read_sites

WHY = "checkpoint"
"""The reason of a bulletin's notices."""
NO_STREAM = 0

# Backwards from the newest: those of today are passed over, at most one a minute.
_DUE = """
SELECT s.id, d.day, c.size, statement_timestamp(),
    (SELECT max(b.size) FROM bulletin b WHERE b.site_id = s.id)
FROM site s CROSS JOIN LATERAL (SELECT (statement_timestamp() AT TIME ZONE s.zone)::date AS day) AS d
CROSS JOIN LATERAL (
    SELECT size FROM log_checkpoint WHERE issued_at < d.day::timestamp AT TIME ZONE s.zone
    ORDER BY size DESC LIMIT 1
) AS c
WHERE s.clock = 'live' AND NOT EXISTS (SELECT FROM bulletin b WHERE (b.site_id, b.day) = (s.id, d.day))
"""


@dataclass(frozen=True, slots=True)
class _Due:
    site_id: int
    day: date
    size: int
    now: datetime
    before: int | None
    """The size that was told last."""


def tell(sql: Sql) -> int:
    """Put the day's bulletins before the send lane; for how many sites. Nothing new is not told again."""
    due = [_Due(*row) for row in sql.execute(_DUE)]
    return sum(_tell(sql, one) for one in due if _is_ours(sql, one) and one.size != one.before)


def _is_ours(sql: Sql, due: _Due) -> bool:
    """Whether it is this process that tells it, of however many."""
    row = sql.execute(
        "INSERT INTO bulletin (site_id, day, size, told_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING 1",
        (due.site_id, due.day, due.size, due.now),
    ).fetchone()
    return row is not None


def _tell(sql: Sql, due: _Due) -> bool:
    """A notice to each party that has a lead, in its working hours."""
    directory = read_directory(sql, read_sites(sql, [due.site_id])[due.site_id])
    parties = sql.execute(
        "SELECT DISTINCT party FROM member WHERE site_id = %s AND role = %s AND party IS NOT NULL",
        (due.site_id, str(Role.LEAD)),
    ).fetchall()
    for (party,) in parties:
        send_at = next_open(directory.calendar_of(party), due.now)
        sql.execute(
            "INSERT INTO notice (site_id, stream_id, seq, party, role, why, urgency, created_at, send_at)"
            " VALUES (%s, %s, 0, %s, %s, %s, %s, %s, %s)",
            (
                *(due.site_id, NO_STREAM, party, str(Role.LEAD), [WHY], str(Urgency.ORDINARY)),
                *(due.now, send_at),
            ),
        )
    return bool(parties)


def told_since(sql: Sql, key: StreamKey) -> list[str]:
    """The checkpoints that the site's parties were told since shortly before an order's first event."""
    rows = sql.execute(
        "SELECT DISTINCT c.size, c.note FROM bulletin b JOIN log_checkpoint c ON c.size = b.size"
        " WHERE b.site_id = %(site)s AND b.told_at > (SELECT min(at) - interval '7 days' FROM event"
        " WHERE (site_id, stream_id) = (%(site)s, %(stream)s)) ORDER BY c.size",
        {"site": key.site_id, "stream": key.stream_id},
    )
    return [row[1] for row in rows]


def note_of(sql: Sql, site_id: int, told_at: datetime) -> str | None:
    """The checkpoint that a bulletin tells; None where there is no such bulletin."""
    row = sql.execute(
        "SELECT c.note FROM bulletin b JOIN log_checkpoint c ON c.size = b.size"
        " WHERE b.site_id = %s AND b.told_at = %s",
        (site_id, told_at),
    ).fetchone()
    return row[0] if row else None
