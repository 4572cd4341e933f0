"""What the pages of closed rooms and their calendars show."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import uuid4

from fastapi import Request
from starlette.responses import HTMLResponse

from models.domain.matters.venues.decide import may_close
from models.domain.matters.venues.state import PAUSED, Closure, ClosureStatus
from models.domain.streams import StreamKey
from services.execute import UnknownStream
from services.matters import kit
from services.matters.kit import Found
from services.matters.venues import acting
from services.matters.venues.programme import may_keep
from services.matters.venues.reading import Rooms, late_in, read_rooms
from services.matters.venues.refusing import called, day_of
from services.matters.venues.views import HeldView, calendar_of, hours, item_of, told_of, whole
from services.store.transactions import transaction
from services.views.language import Language, days_text, name_of
from services.web.matters.kit import NOTHING, Said, doer_of
from services.web.pages import page_language, render, settings_of, shop_of


def rooms_of(request: Request, site_id: int) -> Rooms:
    """The rooms of a site now."""
    shop = shop_of(request)
    with transaction(shop.engine, [site_id]) as sql:
        return read_rooms(shop, sql, site_id)


def by_day(held: Iterable[HeldView], zone: str, language: Language) -> list[tuple[str, list[HeldView]]]:
    """A calendar with a head for each day."""
    return [
        (day_of(day, zone, language), list(group)) for day, group in groupby(held, key=lambda one: one.day)
    ]


def _common(rooms: Rooms, language: Language, said: Said) -> dict[str, Any]:
    return {
        "site": rooms.site,
        "rooms": rooms.directory.spaces.values(),
        "room_name": lambda space: name_of(space, language),
        "activity_name": lambda one: called(one, language),
        "hours": lambda one: hours(one, language),
        "weekday": lambda number: days_text([number], language),
        "date_text": lambda day: day_of(day, rooms.directory.zone, language),
        "zone": rooms.directory.zone,
        "today": rooms.today,
        "key": uuid4().hex,
        "paused": PAUSED,
        "said": said,
    }


def show_list(request: Request, site_id: int) -> HTMLResponse:
    """The rooms that are closed, then those that were, and all rooms."""
    one, language = doer_of(request), page_language(request)
    rooms = rooms_of(request, site_id)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found = kit.listed(one, sql, acting.SORT, [site_id])
    items = [(item_of(each, rooms, language), each.state.status is ClosureStatus.CLOSED) for each in found]
    values = {
        **_common(rooms, language, NOTHING),
        "items": sorted(items, key=lambda pair: not pair[1]),
        "may_close": may_close(one.caller.at(site_id), rooms.context),
    }
    return render(request, "matters/venues.html", values)


def show_new(request: Request, site_id: int, space: str, said: Said = NOTHING) -> HTMLResponse:
    """The form by which a room is closed; without a room, the choice of one."""
    one, language = doer_of(request), page_language(request)
    rooms = rooms_of(request, site_id)
    room = rooms.directory.spaces.get(space)
    values = {
        **_common(rooms, language, said),
        "space": room if room is not None and not room.closed else None,
        "closure": None,
        "may_close": may_close(one.caller.at(site_id), rooms.context),
    }
    return render(request, "matters/venue_new.html", values, said.status)


def show_one(request: Request, key: StreamKey, said: Said = NOTHING) -> HTMLResponse:
    """One closure. Raises UnknownStream."""
    one, language = doer_of(request), page_language(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        found: Found[Closure] = acting.find(one, sql, key)
        rooms = read_rooms(one.shop, sql, key.site_id)
        late = late_in(sql, key.site_id, found.state.space)
    view = whole(found, rooms, late, one.caller.at(key.site_id), language)
    values = {
        **_common(rooms, language, said),
        "v": view,
        "closure": found.state,
        "space": rooms.directory.spaces[found.state.space],
        "open": found.state.status is ClosureStatus.CLOSED,
        "overdue": found.state.status is ClosureStatus.CLOSED and found.state.until < rooms.today,
    }
    return render(request, "matters/venue.html", values, said.status)


def show_room(request: Request, site_id: int, space: str, said: Said = NOTHING) -> HTMLResponse:
    """A room: its calendar, and what takes place in it every week. Raises UnknownStream."""
    one, language = doer_of(request), page_language(request)
    rooms = rooms_of(request, site_id)
    if space not in rooms.directory.spaces:
        raise UnknownStream(space)
    actor = one.caller.at(site_id)
    shut = rooms.current(space)
    values = {
        **_common(rooms, language, said),
        "space": rooms.directory.spaces[space],
        "told": told_of(rooms, space, language),
        "closure_code": f"{rooms.site.code}-{shut.number}" if shut else "",
        "days": by_day(calendar_of(rooms, space, language), rooms.directory.zone, language),
        "feed": feed_address(request, rooms.site.code, space),
        "may_keep": may_keep(actor, rooms.context),
        "may_close": may_close(actor, rooms.context),
    }
    return render(request, "matters/venue_room.html", values, said.status)


def feed_address(request: Request, site: str, space: str) -> str:
    """By which a phone's calendar follows a room."""
    home = settings_of(request).public_url.rstrip("/")
    return f"webcal://{home.partition('://')[2]}/public/{site}/spaces/{space}.ics"
