"""电话已告知: notices that a person gives by telephone, and the word of who did.

A delivery over a `spoken` channel waits in the state `by_hand`; once whoever telephoned says so it is
accepted, with who and when. Nothing else makes it accepted.
"""

from dataclasses import dataclass
from datetime import datetime

from models.domain.streams import Actor, Role, StreamKey
from services.notify.record import Happened, Step, write
from services.store.contexts import Sql

MAY = (Role.HANDLER, Role.LEAD)
"""Who may say so: people who act for a party."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that somebody still has to make."""

    code: str
    party: str
    party_name: str
    member: str | None
    member_name: str | None
    why: tuple[str, ...]
    since: datetime
    zone: str
    language: str


_WAITING = """
SELECT s.code || '-' || d.stream_id, d.party, coalesce(p.name, d.party), d.member, m.name,
    (SELECT array_agg(w ORDER BY n.id, place) FROM notice n, unnest(n.why) WITH ORDINALITY AS u (w, place)
     WHERE n.id = ANY (d.notice_ids)),
    d.created_at, s.zone, s.language
FROM delivery d JOIN site s ON s.id = d.site_id
LEFT JOIN party p ON p.site_id = d.site_id AND p.code = d.party
LEFT JOIN member m ON m.site_id = d.site_id AND m.code = d.member
WHERE d.state = 'by_hand' AND (%(site)s::int IS NULL OR d.site_id = %(site)s)
ORDER BY d.danger DESC, d.created_at, d.id LIMIT %(limit)s
"""


def calls(sql: Sql, site_id: int | None = None, limit: int = 200) -> list[Call]:
    """The calls that are still to be made, danger first, then the oldest."""
    rows = sql.execute(_WAITING, {"site": site_id, "limit": limit}).fetchall()
    return [
        Call(
            code,
            party,
            party_name,
            member,
            member_name,
            tuple(dict.fromkeys(why or ())),
            since,
            zone,
            language,
        )
        for code, party, party_name, member, member_name, why, since, zone, language in rows
    ]


def said(sql: Sql, key: StreamKey, party: str, actor: Actor, *, member: str | None = None) -> int:
    """Note that the actor told the party, or this member alone; returns how many calls that was."""
    rows = sql.execute(
        "UPDATE delivery SET state = 'accepted', result = %(words)s, finished_at = statement_timestamp()"
        " WHERE (site_id, stream_id) = (%(site)s, %(stream)s) AND party = %(party)s AND state = 'by_hand'"
        " AND (%(member)s::text IS NULL OR member = %(member)s) RETURNING id",
        {
            "words": _by(actor),
            "site": key.site_id,
            "stream": key.stream_id,
            "party": party,
            "member": member,
        },
    ).fetchall()
    write(sql, [Happened(row[0], Step.ACCEPTED, _by(actor)) for row in rows], None)
    return len(rows)


def _by(actor: Actor) -> str:
    return f"电话已告知 Told by telephone: {actor.person}, {actor.party or 'operator'}."
