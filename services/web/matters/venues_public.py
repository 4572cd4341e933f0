"""A room's calendar for everybody: where its activities are, as a page and as a feed."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, Response

from services.actions.bodies import SITE_CODE
from services.matters.venues.feed import feed
from services.matters.venues.reading import Rooms, read_rooms
from services.matters.venues.views import Told, calendar_of, told_of
from services.matters.works.telling import told_works
from services.privacy import codes
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import Language, name_of
from services.web.matters.venues_shown import by_day, feed_address
from services.web.pages import page_language, render, settings_of, shop_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

SitePath = Annotated[str, Path(max_length=40)]
SpacePath = Annotated[str, Path(max_length=64)]
HEADERS = {
    "Cache-Control": "private, max-age=60",
    "Vary": "Cookie, Accept-Language",
    "X-Robots-Tag": "noindex",
}


# Before the page: a room's code has no dot.
@router.get("/public/{site}/spaces/{space}.ics")
def room_feed(request: Request, site: SitePath, space: SpacePath) -> Response:
    """For the calendar of a phone, which asks again by itself."""
    rooms = _rooms(request, site, space)
    if rooms is None:
        return _nothing(request)
    home = settings_of(request).public_url
    content = feed(rooms, space, page_language(request), home)
    headers = {**HEADERS, "Content-Disposition": f'inline; filename="{site}-{space}.ics"'}
    return Response(content, media_type="text/calendar", headers=headers)


@router.get("/public/{site}/spaces/{space}")
def room_calendar(request: Request, site: SitePath, space: SpacePath) -> HTMLResponse:
    """What takes place during two weeks, and where."""
    language = page_language(request)
    rooms = _rooms(request, site, space)
    if rooms is None:
        return _nothing(request)
    room = rooms.directory.spaces[space]
    values = {
        "site": rooms.site,
        "space": room,
        "name": name_of(room, language),
        "told": told_of(rooms, space, language),
        "works": told_works(shop_of(request), rooms.site.id, language, space),
        "days": by_day(calendar_of(rooms, space, language), rooms.directory.zone, language),
        "feed": feed_address(request, rooms.site.code, space),
    }
    page = render(request, "matters/venue_public.html", values)
    # A page that sets a cookie is one visitor's.
    page.headers.update({} if "set-cookie" in page.headers else HEADERS)
    return page


def told_rooms(request: Request, site_id: int, language: Language) -> dict[str, Told]:
    """What the board says of each room that is closed now or soon, by code."""
    shop = shop_of(request)
    with transaction(shop.engine, [site_id]) as sql:
        rooms = read_rooms(shop, sql, site_id)
    found = {code: told_of(rooms, code, language) for code in rooms.directory.spaces}
    return {code: told for code, told in found.items() if told is not None}


def told_room(request: Request, site_id: int, space: str, language: Language) -> Told | None:
    """The same of one room; None of one that is open, or that there is not."""
    shop = shop_of(request)
    with transaction(shop.engine, [site_id]) as sql:
        rooms = read_rooms(shop, sql, site_id)
    return told_of(rooms, space, language)


def _rooms(request: Request, site: str, space: str) -> Rooms | None:
    shop = shop_of(request)
    site_id = codes.site_of(shop.engine, site) if re.fullmatch(SITE_CODE, site) else None
    if site_id is None:
        return None
    with transaction(shop.engine, [site_id]) as sql:
        rooms = read_rooms(shop, sql, site_id)
    return rooms if space in rooms.directory.spaces else None


def _nothing(request: Request) -> HTMLResponse:
    say = words_in(page_language(request)).gettext
    title, detail = say("没有这间房间"), say("地址不对。请从公示板或房间里的海报进来。")
    return render(request, "board/nothing.html", {"title": title, "detail": detail}, 404)
