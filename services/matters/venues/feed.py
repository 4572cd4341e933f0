"""A room's calendar as a feed (RFC 5545) for the calendar of a phone: no names of people, no texts.

What takes place every week is one event with a rule; a day on which it is elsewhere is an instance of its own
with the substitute as LOCATION, a day on which it pauses is left out. Guests of a substitute are in its feed.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.directory import Activity, Space
from models.domain.matters.venues.state import PAUSED
from models.domain.matters.venues.timetable import Shut, days_between, stays
from services.matters.venues.reading import Rooms
from services.matters.venues.refusing import called
from services.views.language import Language, name_of

SINCE = date(2025, 1, 6)
"""A Monday: nothing says since when an activity takes place, and a rule needs a first day."""
FRESH = timedelta(hours=1)
"""How often a phone should look again."""
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def feed(rooms: Rooms, space: str, language: Language, home: str) -> bytes:
    """The file. `home` is the address of the site's pages."""
    from icalendar import Calendar  # noqa: PLC0415 - loaded only where a feed is asked for

    room = rooms.directory.spaces[space]
    calendar = Calendar()
    calendar.add("prodid", "-//lianban//venues//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name_of(room, language))
    calendar.add("x-wr-timezone", rooms.directory.zone)
    calendar.add("refresh-interval", FRESH, parameters={"value": "DURATION"})
    page = f"{home.rstrip('/')}/public/{rooms.site.code}/spaces/{space}"
    for event in _events(rooms, room, language):
        event.add("url", page)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    made: bytes = calendar.to_ical()
    return made


def _events(rooms: Rooms, room: Space, language: Language) -> Iterator[Any]:
    shut = rooms.shut
    for activity in room.activities:
        away = _away(room, activity, shut)
        weekly = _event(rooms, room.code, activity, language)
        weekly.add("rrule", {"freq": "weekly", "byday": [_DAYS[day] for day in sorted(activity.days)]})
        _place(weekly, rooms, activity, _first_day(activity, SINCE))
        weekly.add("location", name_of(room, language))
        for day, at in away.items():
            if at == PAUSED:
                weekly.add("exdate", _at(rooms, day, activity.begins))
        yield weekly
        for day, at in away.items():
            if at != PAUSED:
                yield _moved(rooms, (room.code, activity), day, at, language)
    yield from _guests(rooms, room, language)


def _moved(rooms: Rooms, one: tuple[str, Activity], day: date, at: str, language: Language) -> Any:  # noqa: ANN401 - an Event
    home, activity = one
    event = _event(rooms, home, activity, language)
    event.add("recurrence-id", _at(rooms, day, activity.begins))
    _place(event, rooms, activity, day)
    event.add("location", name_of(rooms.directory.spaces[at], language))
    return event


def _away(room: Space, activity: Activity, shut: list[Shut]) -> dict[date, str]:
    """On which days an activity is not in its room, and where it is then."""
    return {
        day: one.closure.went(activity.code, day)
        for one in shut
        if one.closure.space == room.code
        for day in days_between(one.first, one.last)
        if day.weekday() in activity.days
    }


def _guests(rooms: Rooms, room: Space, language: Language) -> Iterator[Any]:
    """Activities of closed rooms that are in this one meanwhile."""
    for one in rooms.shut:
        for activity in rooms.directory.spaces[one.closure.space].activities:
            for since, last, at in stays(one, activity.code):
                first = _first_day(activity, since)
                if at != room.code or first > last:
                    continue
                event = _event(rooms, f"{one.number}-{since:%Y%m%d}-{one.closure.space}", activity, language)
                until = datetime.combine(last, time(23, 59), ZoneInfo(rooms.directory.zone))
                days = [_DAYS[day] for day in sorted(activity.days)]
                event.add(
                    "rrule", {"freq": "weekly", "byday": days, "until": until.astimezone(ZoneInfo("UTC"))}
                )
                _place(event, rooms, activity, first)
                event.add("location", name_of(room, language))
                yield event


def _event(rooms: Rooms, home: str, activity: Activity, language: Language) -> Any:  # noqa: ANN401 - an Event
    from icalendar import Event  # noqa: PLC0415 - as above

    event = Event()
    event.add("uid", f"{home}-{activity.code}@{rooms.site.code.lower()}.lianban")
    event.add("dtstamp", rooms.now)
    event.add("summary", called(activity, language))
    return event


def _place(event: Any, rooms: Rooms, activity: Activity, day: date) -> None:  # noqa: ANN401 - an Event
    event.add("dtstart", _at(rooms, day, activity.begins))
    event.add("dtend", _at(rooms, day, activity.ends))


def _at(rooms: Rooms, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(rooms.directory.zone))


def _first_day(activity: Activity, since: date) -> date:
    return next(day for day in days_between(since, since + timedelta(6)) if day.weekday() in activity.days)
