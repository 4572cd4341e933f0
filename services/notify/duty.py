"""The duty roster 值班表 of a party and its people's absences, as rows to see and to change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from services.store.contexts import Sql

LONGEST_ABSENCE = timedelta(days=366)


class NotKept(ValueError):
    """Nothing was changed; `why` is a code: who, days, dates or self."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of duty; one that ends no later than it begins ends on the next day. Monday is 1."""

    id: int
    member: str
    name: str
    days: tuple[int, ...]
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Absence:
    """When a member is away, and who stands in."""

    id: int
    member: str
    name: str
    substitute: str | None
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Whose roster it is."""

    site_id: int
    party: str


def turns(sql: Sql, place: Place) -> list[Turn]:
    """The party's turns, the earliest in the day first."""
    rows = sql.execute(
        "SELECT r.id, r.member, m.name, r.days, r.begins, r.ends FROM roster r"
        " JOIN member m ON m.site_id = r.site_id AND m.code = r.member"
        " WHERE r.site_id = %s AND r.party = %s ORDER BY r.begins, r.id",
        (place.site_id, place.party),
    )
    return [Turn(id_, code, name, tuple(days), begins, ends) for id_, code, name, days, begins, ends in rows]


def add_turn(sql: Sql, place: Place, member: str, days: Sequence[int], hours: tuple[time, time]) -> None:
    """Put a member on duty. Raises NotKept."""
    _must_be_here(sql, place, member)
    wanted = sorted(set(days))
    if not wanted or not set(wanted) <= set(range(1, 8)):
        raise NotKept("days")
    # Two who add at once take their numbers one after the other.
    sql.execute("SELECT pg_advisory_xact_lock(hashtext('roster'), %s)", (place.site_id,))
    sql.execute(
        "INSERT INTO roster (site_id, id, party, member, days, begins, ends)"
        " SELECT %(site)s, coalesce(max(id), 0) + 1, %(party)s, %(member)s, %(days)s, %(begins)s, %(ends)s"
        " FROM roster WHERE site_id = %(site)s",
        {
            "site": place.site_id,
            "party": place.party,
            "member": member,
            "days": wanted,
            "begins": hours[0],
            "ends": hours[1],
        },
    )


def drop_turn(sql: Sql, place: Place, number: int) -> bool:
    """Take a turn of the party off the roster; whether there was one."""
    return bool(
        sql.execute(
            "DELETE FROM roster WHERE site_id = %s AND party = %s AND id = %s",
            (place.site_id, place.party, number),
        ).rowcount
    )


def absences(sql: Sql, place: Place) -> list[Absence]:
    """Those of the party's people that are not over yet, the next first."""
    rows = sql.execute(
        "SELECT a.id, a.member, m.name, o.name, a.begins, a.ends FROM absence a"
        " JOIN site s ON s.id = a.site_id JOIN member m ON m.site_id = a.site_id AND m.code = a.member"
        " LEFT JOIN member o ON o.site_id = a.site_id AND o.code = a.substitute"
        " WHERE a.site_id = %s AND m.party = %s AND a.ends > coalesce(s.virtual_now, statement_timestamp())"
        " ORDER BY a.begins, a.id",
        (place.site_id, place.party),
    )
    return [Absence(*row) for row in rows]


def add_absence(
    sql: Sql, place: Place, member: str, substitute: str | None, when: tuple[datetime, datetime]
) -> None:
    """Say that a member is away, and who of the party stands in. Raises NotKept."""
    _must_be_here(sql, place, member)
    if substitute is not None:
        _must_be_here(sql, place, substitute)
    if substitute == member:
        raise NotKept("self")
    if not timedelta() < when[1] - when[0] <= LONGEST_ABSENCE:
        raise NotKept("dates")
    sql.execute(
        "INSERT INTO absence (site_id, member, substitute, begins, ends) VALUES (%s, %s, %s, %s, %s)",
        (place.site_id, member, substitute, *when),
    )


def drop_absence(sql: Sql, place: Place, number: int) -> bool:
    """Take an absence back; whether there was one."""
    return bool(
        sql.execute(
            "DELETE FROM absence a USING member m WHERE a.site_id = %s AND a.id = %s"
            " AND m.site_id = a.site_id AND m.code = a.member AND m.party = %s",
            (place.site_id, number, place.party),
        ).rowcount
    )


def _must_be_here(sql: Sql, place: Place, member: str) -> None:
    known = sql.execute(
        "SELECT FROM member WHERE site_id = %s AND party = %s AND code = %s",
        (place.site_id, place.party, member),
    ).fetchone()
    if known is None:
        raise NotKept("who")
