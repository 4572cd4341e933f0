"""What the public is shown of a site: a whitelist of its own, since nobody stands behind these eyes.

Room, category, days and the promised date come by themselves. Words come only where a moderator or the
committee published them, a party's name only beside a red order and only after the autonomy office released
it, with what the party explained (`domain.md`, People and access).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from models.domain.words import OVER, OrderStatus
from services.execute import Shop
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import now_of, transaction
from services.views import labels
from services.views.language import Language, day_text, days_text, name_of, party_name

MOST = 300
"""Orders of a list; a site has a few dozen at a time."""
UNENDED = ("reported", "triage", "open", "awaiting_review", "unrouted", "reopened")
SHOWN = (*UNENDED, "closed")
"""A false alarm, a cancelled or a merged order is nothing that anybody waits for."""
CLOSED_ROOM = "closed"


@dataclass(frozen=True, slots=True)
class LateParty:
    """A party whose name was released, with what it explained."""

    name: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Line:
    """An order as the public sees it."""

    code: str
    title: str | None
    room: str
    category: str | None
    status: str
    status_name: str
    is_late: bool
    reported: str
    promised: str | None
    closed: str | None
    late: tuple[LateParty, ...]


@dataclass(frozen=True, slots=True)
class Takes:
    """What takes place in a room every week, and when."""

    name: str
    when: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room, and how it is with it."""

    code: str
    name: str
    status: str
    reason: str | None
    open: int
    """Orders that are open there."""
    until: str | None
    """The latest day that is promised for one of them; None where one of them has no day yet, or is late."""
    activities: tuple[Takes, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The public board of a site."""

    site: str
    name: str
    phone: str | None
    zone: str
    now: datetime
    red: list[Line] = field(default_factory=list)
    open: list[Line] = field(default_factory=list)
    done: list[Line] = field(default_factory=list)
    """Since Monday."""
    rooms: list[Room] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """The site while it is looked at."""

    clock: SiteClock
    context: Context
    now: datetime
    language: Language

    @property
    def zone(self) -> str:
        return self.context.site.zone

    def day(self, at: datetime | None) -> str | None:
        return day_text(at, self.zone, self.language) if at else None

    def line(self, row: Mapping[str, Any], explanations: Mapping[str, str]) -> Line:
        """A row, with what of it is public."""
        category = self.context.playbook.categories.get(row["category"] or "")
        space = self.context.site.spaces.get(row["space"])
        is_late = row["colour"] == "red" and row["status"] != OrderStatus.CLOSED
        return Line(
            code=f"{self.clock.code}-{row['stream_id']}",
            title=row["title"],
            room=name_of(space, self.language) if space else row["space"],
            category=(category.name_en if self.language == "en" else None) or category.name
            if category
            else None,
            status=row["status"],
            status_name=labels.label(labels.STATUS, row["status"], self.language),
            is_late=is_late,
            reported=day_text(row["reported_at"], self.zone, self.language),
            promised=self.day(row["promised_at"]),
            closed=self.day(row["closed_at"]),
            late=tuple(self._named(row, explanations)) if is_late else (),
        )

    def _named(self, row: Mapping[str, Any], explanations: Mapping[str, str]) -> Iterable[LateParty]:
        for party, told in _released(row):
            if told in explanations:
                yield LateParty(party_name(party, self.context.site, self.language), explanations[told])


def board(shop: Shop, site_id: int, language: Language) -> Board:
    """The board of a site."""
    with transaction(shop.engine, [site_id]) as sql:
        place = _place(shop, sql, site_id, language)
        told = sql.execute(
            "SELECT name, name_en, to_jsonb(site)->>'phone' FROM site WHERE id = %s", (site_id,)
        ).fetchone()
        rows = _rows(sql, site_id, None, _monday(place))
        lines = _lines(sql, place, rows)
        rooms = _rooms(sql, place, rows)
    name, name_en, phone = told or ("", "", None)
    unended = [one for one in lines if one.status != OrderStatus.CLOSED]
    return Board(
        site=place.clock.code,
        name=(language == "en" and name_en) or name,
        phone=phone,
        zone=place.zone,
        now=place.now,
        red=[one for one in unended if one.is_late],
        open=[one for one in unended if not one.is_late],
        done=[one for one in lines if one.status == OrderStatus.CLOSED],
        rooms=rooms,
    )


def public_order(shop: Shop, site_id: int, number: int, language: Language) -> Line | None:
    """One order as the public sees it; None where there is none to be seen."""
    with transaction(shop.engine, [site_id]) as sql:
        place = _place(shop, sql, site_id, language)
        lines = _lines(sql, place, _rows(sql, site_id, number, None))
    return lines[0] if lines else None


def _place(shop: Shop, sql: Sql, site_id: int, language: Language) -> _Place:
    site = read_sites(sql, [site_id])[site_id]
    now = site.virtual_now or now_of(sql)
    return _Place(site, shop.contexts.of(sql, site), now, language)


def _monday(place: _Place) -> datetime:
    local = place.now.astimezone(ZoneInfo(place.zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=local.weekday())


_COLUMNS = "stream_id status category space colour reported_at promised_at closed_at title assignments"
_ROWS = """
SELECT s.stream_id, s.status, s.category, s.space, s.colour, s.reported_at, s.promised_at, s.closed_at,
    t.body, s.state->'assignments'
FROM stream s
LEFT JOIN private_row t ON (t.site_id, t.id) = (s.site_id, s.state->'public_title'->>'id')
WHERE s.kind = %(kind)s AND s.site_id = %(site)s AND s.status = ANY (%(shown)s)
    AND (%(number)s::bigint IS NULL OR s.stream_id = %(number)s)
    AND (%(since)s::timestamptz IS NULL OR s.status <> 'closed' OR s.closed_at >= %(since)s)
ORDER BY coalesce(s.closed_at, s.reported_at) DESC LIMIT %(most)s
"""


def _rows(sql: Sql, site_id: int, number: int | None, since: datetime | None) -> list[dict[str, Any]]:
    values = {"kind": ORDER.name, "site": site_id, "shown": list(SHOWN), "most": MOST}
    found = sql.execute(_ROWS, values | {"number": number, "since": since}).fetchall()
    return [dict(zip(_COLUMNS.split(), row, strict=True)) for row in found]


def _lines(sql: Sql, place: _Place, rows: list[dict[str, Any]]) -> list[Line]:
    wanted = [told for row in rows for _, told in _released(row)]
    found = sql.execute(
        "SELECT id, body FROM private_row WHERE site_id = %s AND id = ANY (%s) AND body IS NOT NULL",
        (place.clock.id, wanted),
    ).fetchall()
    return [place.line(row, dict(found)) for row in rows]


def _released(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The late parties that the office named, each with the id of its explanation."""
    for party, one in (row["assignments"] or {}).items():
        if one.get("red") and one.get("told_public") and one.get("state") not in OVER:
            yield party, one["told_public"]["id"]


def _rooms(sql: Sql, place: _Place, rows: list[dict[str, Any]]) -> list[Room]:
    """Closed ones first: whoever looks for his activity looks there."""
    found = sql.execute(
        "SELECT code, status, to_jsonb(space)->>'reason' FROM space WHERE site_id = %s ORDER BY position",
        (place.clock.id,),
    ).fetchall()
    rooms = [_room(place, rows, *one) for one in found if one[0] in place.context.site.spaces]
    return sorted(rooms, key=lambda one: one.status != CLOSED_ROOM)


def _room(place: _Place, rows: list[dict[str, Any]], code: str, status: str, reason: str | None) -> Room:
    space = place.context.site.spaces[code]
    open_ = [one for one in rows if one["space"] == code and one["status"] != OrderStatus.CLOSED]
    days = [one["promised_at"] for one in open_ if one["colour"] != "red" and one["promised_at"]]
    english = place.language == "en"
    return Room(
        code=code,
        name=name_of(space, place.language),
        status=status,
        reason=reason,
        open=len(open_),
        until=place.day(max(days)) if days and len(days) == len(open_) else None,
        activities=tuple(
            Takes(
                (english and one.name_en) or one.name,
                f"{days_text(one.days, place.language)} {one.begins:%H:%M}–{one.ends:%H:%M}",
            )
            for one in space.activities
        ),
    )
