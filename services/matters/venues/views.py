"""Closed rooms and their activities, for the API and the pages."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from pydantic import Field

from models.domain.directory import Activity
from models.domain.matters.venues import decide as d
from models.domain.matters.venues.state import PAUSED, Closure, ClosureStatus
from models.domain.matters.venues.timetable import Held, days_between
from models.domain.streams import Actor
from services.matters.kit import Found
from services.matters.venues.reading import Late, Rooms
from services.matters.venues.refusing import called, day_of
from services.views.catalogues import words_in
from services.views.language import Language, days_text, name_of, party_name
from services.views.models import Named, View

AHEAD = timedelta(days=13)
"""A calendar's page shows two weeks."""


class MoveView(View):
    """An activity of a closed room, and where it is meanwhile."""

    code: str
    name: str
    when: str
    to: Named | None = Field(description="Null: it pauses.")
    shut: bool = Field(description="That room was to be open by now, and is not.")


class LateView(View):
    """An order that is late in the closed room, for which its activities wait."""

    code: str
    category: str
    promised_at: datetime | None


class ClosureItem(View):
    """A closed room in the list."""

    code: str
    status: ClosureStatus
    space: Named
    begins: date
    until: date
    reopened_on: date | None
    asked: int = Field(description="How often its last day has come without a word.")
    substitutes: list[Named]


class ClosuresView(View):
    """The rooms that were closed lately, the latest first."""

    items: list[ClosureItem]


class ClosureWhole(ClosureItem):
    """A closed room with where each activity is."""

    party: Named
    reason: str
    moves: list[MoveView]
    late: list[LateView]
    due_at: datetime | None = Field(description="When it is asked next to open it again.")
    allowed: list[str] = Field(description="What the caller may do with it now.")


class ActivityView(View):
    """What takes place in a room every week."""

    code: str
    name: str
    name_en: str
    days: list[int] = Field(description="0 for Monday to 6 for Sunday.")
    begins: time
    ends: time
    people: int | None


class HeldView(View):
    """An activity on a day."""

    day: date
    begins: time
    ends: time
    name: str
    home: Named
    at: Named | None = Field(description="Where it takes place; null: it pauses.")


class RoomView(View):
    """A room: what takes place in it every week, and where all that is during the next two weeks."""

    space: Named
    seats: int | None
    version: int = Field(description="Of the site; a change of the programme names the one that it saw.")
    activities: list[ActivityView]
    calendar: list[HeldView]


@dataclass(frozen=True, slots=True)
class Told:
    """A room that is closed now or soon, in words for everybody."""

    name: str
    """Of the room."""
    line: str
    """关闭至 12月3日 周四，活动改在长者食堂."""
    moves: list[MoveView]
    begun: bool


def room_named(rooms: Rooms, code: str, language: Language) -> Named:
    """A room with its name."""
    space = rooms.directory.spaces.get(code)
    return Named(code=code, name=name_of(space, language) if space else code)


def hours(activity: Activity, language: Language) -> str:
    """周一至周五 09:00–11:00."""
    return f"{days_text(activity.days, language)} {activity.begins:%H:%M}–{activity.ends:%H:%M}"


def moves_of(rooms: Rooms, closure: Closure, language: Language) -> list[MoveView]:
    """Each activity of the room, computed now."""
    space, begun = rooms.directory.spaces[closure.space], closure.begins <= rooms.today
    return [
        MoveView(
            code=one.code,
            name=called(one, language),
            when=hours(one, language),
            to=None if (to := closure.goes(one.code)) == PAUSED else room_named(rooms, to, language),
            shut=begun and rooms.closed_on(to, rooms.today) is not None,
        )
        for one in space.activities
    ]


def item_of(found: Found[Closure], rooms: Rooms, language: Language) -> ClosureItem:
    """A closed room of the list."""
    return ClosureItem(**_item(found, rooms, language))


def _item(found: Found[Closure], rooms: Rooms, language: Language) -> dict[str, object]:
    one = found.state
    targets = {move.to.code: move.to for move in moves_of(rooms, one, language) if move.to}
    return {
        "code": found.code,
        "status": one.status,
        "space": room_named(rooms, one.space, language),
        "begins": one.begins,
        "until": one.until,
        "reopened_on": one.reopened_on,
        "asked": one.asked,
        "substitutes": list(targets.values()),
    }


def whole(
    found: Found[Closure], rooms: Rooms, late: list[Late], actor: Actor, language: Language
) -> ClosureWhole:
    """A closed room, and what the actor may do with it."""
    one = found.state
    return ClosureWhole.model_validate(
        {
            **_item(found, rooms, language),
            "party": Named(code=one.party, name=party_name(one.party, rooms.directory, language)),
            "reason": found.words.get(one.reason.id, "") if one.reason else "",
            "moves": moves_of(rooms, one, language),
            "late": [late_view(each, rooms, language) for each in late]
            if one.status is ClosureStatus.CLOSED
            else [],
            "due_at": one.term.due_at if one.term else None,
            "allowed": ["change", "reopen"] if d.may_change(actor, one, found.context) else [],
        }
    )


def late_view(one: Late, rooms: Rooms, language: Language) -> LateView:
    """An order for which activities wait."""
    category = rooms.context.playbook.categories.get(one.category or "")
    name = ((language == "en" and category.name_en) or category.name) if category else ""
    return LateView(code=f"{rooms.site.code}-{one.number}", category=name, promised_at=one.promised_at)


def calendar_of(rooms: Rooms, space: str, language: Language) -> list[HeldView]:
    """What belongs in a room or is its guest, today and during the next two weeks."""
    room, today = rooms.directory.spaces[space], rooms.today
    return [
        _held(one, day, rooms, language)
        for day in days_between(today, today + AHEAD)
        for one in rooms.of_room(room, day)
    ]


def _held(one: Held, day: date, rooms: Rooms, language: Language) -> HeldView:
    return HeldView(
        day=day,
        begins=one.activity.begins,
        ends=one.activity.ends,
        name=called(one.activity, language),
        home=room_named(rooms, one.home, language),
        at=None if one.at == PAUSED else room_named(rooms, one.at, language),
    )


def room_view(rooms: Rooms, space: str, language: Language) -> RoomView:
    """A room with its programme and its calendar."""
    room = rooms.directory.spaces[space]
    return RoomView(
        space=room_named(rooms, space, language),
        seats=room.seats,
        version=rooms.site.version,
        activities=[
            ActivityView(
                code=one.code,
                name=one.name,
                name_en=one.name_en,
                days=sorted(one.days),
                begins=one.begins,
                ends=one.ends,
                people=one.people,
            )
            for one in room.activities
        ],
        calendar=calendar_of(rooms, space, language),
    )


def told_of(rooms: Rooms, space: str, language: Language) -> Told | None:
    """What everybody is told of a room that is closed now or soon; None of one that is open."""
    shut = rooms.current(space)
    if shut is None:
        return None
    begun = shut.first <= rooms.today
    moves = moves_of(rooms, shut.closure, language)
    name = room_named(rooms, space, language).name
    return Told(name, _line(rooms, shut.closure, moves, language, begun=begun), moves, begun)


def _line(rooms: Rooms, one: Closure, moves: list[MoveView], language: Language, *, begun: bool) -> str:
    say, zone = words_in(language).gettext, rooms.directory.zone
    first, until = (day_of(day, zone, language) for day in (one.begins, one.until))
    if one.until < rooms.today:
        shut = say("暂未恢复开放")
    else:
        words = say("关闭至 {until}") if begun else say("{first}至{until}关闭")
        shut = words.format(first=first, until=until)
    to = list(dict.fromkeys(move.to.name for move in moves if move.to))
    if not moves:
        return shut
    if not to:
        return say("{shut}，活动暂停").format(shut=shut)
    between = " / " if language == "en" else "、"
    told = say("{shut}，活动改在{rooms}").format(shut=shut, rooms=between.join(to))
    return say("{told}，但那里也还没开放").format(told=told) if any(move.shut for move in moves) else told
