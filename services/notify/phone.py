"""Looking at what was sent: the recorder's phone, and what waits for working hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.playbook.parse import parse_playbook
from services.notify.wording import local_time, reason_in_words
from services.store.contexts import Sql


@dataclass(frozen=True, slots=True)
class Ring:
    """One message as the recorder kept it."""

    id: int
    code: str
    at: datetime
    local: str
    """`at` on the site's wall clock, with its weekday."""
    party: str
    party_name: str
    member: str | None
    member_name: str | None
    address: str
    language: str
    why: tuple[str, ...]
    reasons: str
    """`why` in words."""
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Held:
    """A notice that waits for the recipient's working hours."""

    id: int
    code: str
    party: str
    party_name: str
    role: str
    why: tuple[str, ...]
    reasons: str
    urgency: str
    created_at: datetime
    send_at: datetime
    local: str
    """`send_at` on the site's wall clock, with its weekday."""


_LATEST = """
SELECT r.id, r.site_id, s.code, r.stream_id, r.at, s.zone, r.party, coalesce(p.name, r.party), r.member,
    m.name, r.address, r.language, r.why, r.title, r.body
FROM (
    SELECT * FROM phone
    WHERE (%(site)s::int IS NULL OR site_id = %(site)s) AND id > %(after)s
        -- An id is no commit order: what is younger than the oldest transaction at work waits for it, else
        -- a reader that goes on from the last id would lose what that one commits.
        AND age(xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)
    ORDER BY CASE WHEN %(after)s = 0 THEN -id ELSE id END LIMIT %(limit)s
) r JOIN site s ON s.id = r.site_id
LEFT JOIN party p ON p.site_id = r.site_id AND p.code = r.party
LEFT JOIN member m ON m.site_id = r.site_id AND m.code = r.member
ORDER BY r.id
"""


def latest(sql: Sql, site_id: int | None = None, after_id: int = 0, limit: int = 50) -> list[Ring]:
    """The messages after an id, oldest first; from 0 the newest `limit` of all. None: every visible site."""
    rows = sql.execute(_LATEST, {"site": site_id, "after": after_id, "limit": limit}).fetchall()
    marks = _marks_of(sql, {row[1] for row in rows})
    return [_ring(marks, *row) for row in rows]


def _ring(by_site: Mapping[int, Mapping[str, str]], *row: Any) -> Ring:  # noqa: ANN401 - columns of _LATEST
    number, site, code, stream, at, zone, party, name, member, member_name, address, language, why, *text = (
        row
    )
    return Ring(
        *(number, _code(code, stream), at, local_time(at, ZoneInfo(zone), language), party, name, member),
        *(member_name, address, language, tuple(why), in_words(why, language, by_site.get(site, {}))),
        *text,
    )


_WAITING = """
SELECT n.id, s.id, s.code, n.stream_id, n.party, coalesce(p.name, n.party), n.role, n.why, n.urgency,
    n.created_at, n.send_at, s.zone, s.language
FROM site s CROSS JOIN LATERAL (
    SELECT * FROM notice WHERE site_id = s.id AND expanded_at IS NULL
        AND send_at > CASE s.clock WHEN 'live' THEN statement_timestamp() ELSE s.virtual_now END
    ORDER BY send_at, id LIMIT %(limit)s
) n
LEFT JOIN party p ON p.site_id = n.site_id AND p.code = n.party
WHERE s.clock <> 'frozen' AND (%(site)s::int IS NULL OR s.id = %(site)s)
ORDER BY n.send_at, n.id LIMIT %(limit)s
"""


def waiting(sql: Sql, site_id: int | None = None, limit: int = 50) -> list[Held]:
    """Notices that are held until the recipient's working hours, the next to go first."""
    rows = sql.execute(_WAITING, {"site": site_id, "limit": limit}).fetchall()
    marks = _marks_of(sql, {row[1] for row in rows})
    return [_held(marks, *row) for row in rows]


def _held(by_site: Mapping[int, Mapping[str, str]], *row: Any) -> Held:  # noqa: ANN401 - columns of _WAITING
    number, site, code, stream, party, name, role, why, urgency, created_at, send_at, zone, language = row
    return Held(
        *(number, _code(code, stream), party, name, role, tuple(why)),
        *(in_words(why, language, by_site.get(site, {})), urgency, created_at, send_at),
        local_time(send_at, ZoneInfo(zone), language),
    )


def _code(site: str, stream: int) -> str:
    """The order's code; what is of no order is the site's."""
    return f"{site}-{stream}" if stream else site


def in_words(why: Sequence[str], language: str, marks: Mapping[str, str]) -> str:
    """Reasons by code as a few words each."""
    between = ", " if language == "en" else "、"
    return between.join(reason_in_words(one, language, marks) for one in why)


def _marks_of(sql: Sql, sites: set[int]) -> dict[int, Mapping[str, str]]:
    """What the rungs of the sites' current playbooks mark, by code."""
    rows = sql.execute(
        "SELECT site_id, code, source FROM playbook WHERE site_id = ANY (%s) AND current", (sorted(sites),)
    ).fetchall()
    return {site: _marks(code, source) for site, code, source in rows}


@lru_cache(maxsize=16)
def _marks(code: str, source: str) -> Mapping[str, str]:
    return {rung.code: str(rung.mark) for rung in parse_playbook(f"{code}.toml", source).ladder}
