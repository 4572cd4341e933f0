"""Where a member's or a party's notices go: seen without the address, added, taken away, tried out."""

from dataclasses import dataclass
from uuid import uuid4

from models.domain.playbook.site_model import ChannelSpec
from services.notify.channels import Message
from services.notify.duty import Place
from services.notify.wording import Brief
from services.store.channels import kept
from services.store.contexts import Sql


@dataclass(frozen=True, slots=True)
class Set:
    """A channel as its owner sees it; what it reaches stays sealed."""

    id: int
    kind: str
    member: str | None
    """None: the party's own."""
    preference: int


def channels_of(sql: Sql, place: Place, member: str | None) -> list[Set]:
    """The member's own channels and the party's, in the order in which they are tried."""
    rows = sql.execute(
        "SELECT id, kind, member, preference FROM channel WHERE site_id = %s AND (member = %s OR party = %s)"
        " ORDER BY member NULLS LAST, preference, id",
        (place.site_id, member, place.party),
    )
    return [Set(*row) for row in rows]


def add(sql: Sql, place: Place, member: str | None, kind: str, address: str) -> int:
    """Add a channel, tried after those that there are; its number. Raises BadAddress."""
    sql.execute("SELECT pg_advisory_xact_lock(hashtext('channel'), %s)", (place.site_id,))
    row = sql.execute(
        "SELECT coalesce(max(id), 0) + 1, coalesce(max(preference), 0) + 1 FROM channel WHERE site_id = %s",
        (place.site_id,),
    ).fetchone()
    number, preference = map(int, row or (1, 1))
    spec = ChannelSpec(kind=kind, address=address, member=member, party=None if member else place.party)
    sealed, endpoint = kept(place.site_id, number, spec)
    sql.execute(
        "INSERT INTO channel (site_id, id, party, member, kind, address, preference, endpoint)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (place.site_id, number, spec.party, member, kind, sealed, preference, endpoint),
    )
    return number


def drop(sql: Sql, place: Place, member: str | None, number: int) -> None:
    """Take a channel of the member or the party away."""
    sql.execute(
        "DELETE FROM channel WHERE site_id = %s AND id = %s AND (member = %s OR party = %s)",
        (place.site_id, number, member, place.party),
    )


def trial(sql: Sql, place: Place, member: str | None, number: int, words: tuple[str, str]) -> Message | None:
    """The message that tries a channel out; None where the channel is somebody else's."""
    row = sql.execute(
        "SELECT kind, address FROM channel WHERE site_id = %s AND id = %s AND (member = %s OR party = %s)",
        (place.site_id, number, member, place.party),
    ).fetchone()
    if row is None:
        return None
    return Message(
        # Of no delivery; a channel that shows the same one once shall show each trial.
        delivery_id=-(uuid4().int >> 66),
        site_id=place.site_id,
        stream_id=0,
        party=place.party,
        member=member,
        kind=row[0],
        address=row[1],
        language="zh",
        why=(),
        title=words[0],
        body=words[1],
        channel_id=number,
        brief=Brief(code="0", room=words[0], what=words[1], due="-"),
    )
