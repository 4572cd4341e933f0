"""A room's page, where its poster leads: call, see what is known already, follow it, or report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Form, Path, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from models.domain.playbook.model import OrderKind
from models.domain.policy import Permission
from services.callers import NotPermitted
from services.desk import key_of
from services.figures.asking import typical_at
from services.figures.views import working_text
from services.identity.tries import TooManyTries
from services.matters.kit import Doer
from services.matters.questions import acting as answers
from services.matters.questions.views import AnswerView, public_view
from services.matters.works.telling import told_works
from services.privacy import reporting
from services.secrets import ring
from services.store.contexts import read_sites
from services.store.idempotency import KeyReused
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.guessing import Guesses
from services.views.room import known_here, known_order
from services.views.site import floorplan
from services.web.clients import address_of
from services.web.forms import MOST_PHOTOS, NotRecorded
from services.web.matters.venues_public import told_room
from services.web.pages import caller_of, page_language, render, settings_of, shop_of
from services.web.pictures import PICTURE_HANDS
from services.web.resident import tracking
from services.web.resident.door import (
    FOR_ANOTHER,
    ICONS,
    NO_CATEGORY,
    POSTER,
    Door,
    OneDoor,
    UnknownRoom,
    called,
    unknown_room,
)
from services.web.resident.sending import MOST_FIELDS, Sent, Told, new_key, send, told_by

SpacePath = Annotated[str, Path(max_length=64)]
MICROPHONE = {"Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()"}
"""Of the page that records a voice; every other page forbids it."""
LONGEST_WORDS = 500
"""Of what a category is proposed from."""


def add(app: FastAPI) -> None:
    """Give the application these pages, behind both doors."""
    app.state.guesses = Guesses()
    app.add_exception_handler(UnknownRoom, unknown_room)
    app.add_api_route(FOR_ANOTHER, own_site, methods=["GET"], include_in_schema=False)
    for base in (POSTER, FOR_ANOTHER):
        router = APIRouter(prefix=f"{base}/{{site}}", include_in_schema=False)
        router.add_api_route("", rooms_page, methods=["GET"])
        router.add_api_route("/-plan.svg", plan_file, methods=["GET"])
        router.add_api_route("/-guess", propose, methods=["POST"])
        router.add_api_route("/{space}", room_page, methods=["GET"])
        router.add_api_route("/{space}/-follow", follow, methods=["POST"])
        router.add_api_route("/{space}/{category}", form_page, methods=["GET"])
        router.add_api_route("/{space}/{category}", take, methods=["POST"])
        app.include_router(router)


def own_site(request: Request) -> Response:
    """To the rooms of the site where one reports for others."""
    caller = caller_of(request)
    code = next((code for code, site in caller.sites.items() if caller.may(Permission.REPORT, site)), None)
    if code is None:
        raise NotPermitted
    return RedirectResponse(f"{FOR_ANOTHER}/{code}", 303)


def rooms_page(request: Request, door: OneDoor) -> HTMLResponse:
    """The rooms of a site; for whoever reports at several, the ways to the others."""
    others = []
    if door.for_another:
        ids = [one for one in door.caller.sites_where(Permission.REPORT) if one != door.site_id]
        with transaction(shop_of(request).engine, ids) as sql:
            others = list(read_sites(sql, ids).values())
    return render(request, "resident/rooms.html", _values(door) | {"others": others})


def room_page(request: Request, door: OneDoor, space: SpacePath) -> HTMLResponse:
    """What the poster opens."""
    return _room(request, door, space, "")


def _room(request: Request, door: Door, space: str, trouble: str, status: int = 200) -> HTMLResponse:
    values = {
        "room": door.room(space),
        "known": known_here(shop_of(request), door.site_id, space, door.language),
        "told": told_room(request, door.site_id, space, door.language),
        "works": told_works(shop_of(request), door.site_id, door.language, space),
        "key": new_key(),
        "trouble": trouble,
    }
    return render(request, "resident/room.html", _values(door) | values, status)


def form_page(request: Request, door: OneDoor, space: SpacePath, category: SpacePath) -> HTMLResponse:
    """The form of a category."""
    return _form(request, door, Told(space, _category(door, category), {"key": new_key()}))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a form says that was not taken down: in words, or with answers that there are already."""

    trouble: str = ""
    status: int = 200
    similar: Sequence[AnswerView] = ()


_NOTHING = _Said()


def _form(request: Request, door: Door, told: Told, said: _Said = _NOTHING) -> HTMLResponse:
    category = door.category(told.category or "")
    values = {
        "room": door.room(told.space),
        "category": category,
        "asks": category is not None and category.kind == OrderKind.QUESTION,
        "similar": said.similar,
        "given": told.fields,
        "trouble": said.trouble,
        "most_photos": MOST_PHOTOS,
        "typical": _typical(request, door, told.category),
    }
    page = render(request, "resident/form.html", _values(door) | values, said.status)
    page.headers.update(MICROPHONE)
    return page


def _typical(request: Request, door: Door, category: str | None) -> tuple[str, str, int] | None:
    """How long such work takes: for half, for nine of ten, and of how many that is known."""
    found = typical_at(shop_of(request), door.site_id, category) if category else None
    if found is None:
        return None
    took, day = found
    half, most = (working_text(one // 1_000_000, day, door.language) for one in (took.p50, took.p90))
    return half, most, took.many


async def take(request: Request, door: OneDoor, space: SpacePath, category: SpacePath) -> Response:
    """Take the report down, once however often the form comes."""
    async with request.form(max_files=MOST_PHOTOS + 2, max_fields=MOST_FIELDS) as form:
        told = told_by(form, space, _category(door, str(form.get("category") or category)))
        hands = PICTURE_HANDS if told.photos else None
        return await to_thread.run_sync(_take, request, door, told, limiter=hands)


def _take(request: Request, door: Door, told: Told) -> Response:
    _ = words_in(door.language).gettext
    door.room(told.space)
    if known := _answered_before(request, door, told):
        seen = Told(told.space, told.category, {**told.fields, "seen": "yes"})
        return _form(request, door, seen, _Said(status=409, similar=known))
    try:
        sent = send(request, door, told)
    except NotRecorded as refusal:
        return _form(request, door, told, _Said(str(refusal), refusal.status))
    except TooManyTries:
        busy = _("这里刚才报得太多了，请打电话给居委会，或者过一会儿再发")
        return _form(request, door, told, _Said(busy, 429))
    except KeyReused:
        again = Told(told.space, told.category, {**told.fields, "key": new_key()})
        trouble = _("前面那份已经报上了；这份改动了，要再报一件就再按一次发送")
        return _form(request, door, again, _Said(trouble, 409))
    return _opened(request, sent)


def _answered_before(request: Request, door: Door, told: Told) -> list[AnswerView]:
    """Published answers to questions like this one, offered once before it is asked."""
    category = door.category(told.category or "")
    if category is None or category.kind != OrderKind.QUESTION or told.fields.get("seen"):
        return []
    one = Doer(shop_of(request), settings_of(request), door.caller)
    found = answers.similar(one, door.site_id, told.fields.get("words", ""))
    return [public_view(each, door.language) for each in found]


def _opened(request: Request, sent: Sent) -> Response:
    """To the page of the order, which this browser may look at from now on."""
    response = RedirectResponse(
        f"{tracking.path_of(sent.order)}?new={'photo' if sent.trouble else 'yes'}", 303
    )
    tracking.keep(request, response, sent.order, sent.code)
    return response


def follow(
    request: Request,
    door: OneDoor,
    space: SpacePath,
    order: Annotated[str, Form(max_length=40)],
    key: Annotated[str, Form(min_length=16, max_length=64)],
) -> Response:
    """A code for somebody who waits for the same: it shows what anybody may see, and no more."""
    shop, _ = shop_of(request), words_in(door.language).gettext
    stream = key_of(door.caller, order)
    if known_order(shop, stream, door.language) is None:
        return _room(request, door, space, _("这件已经不在了，请看下面的"), 404)
    try:
        code = reporting.follow(shop, ring(), stream, address_of(request.scope), key)
    except TooManyTries:
        return _room(request, door, space, _("这里刚才按得太多了，请过一会儿再来"), 429)
    response = RedirectResponse(f"{tracking.path_of(order)}?new=follow", 303)
    tracking.keep(request, response, order, code)
    return response


def propose(
    request: Request, door: OneDoor, words: Annotated[str, Form(max_length=LONGEST_WORDS)] = ""
) -> JSONResponse:
    """The likely categories of words as they are typed; nothing of them is kept."""
    known = {one.code: called(one, page_language(request)) for one in door.site.categories}
    guesses: Guesses = request.app.state.guesses
    found = guesses.of(shop_of(request), door.site_id, words)
    return JSONResponse([{"code": code, "name": known[code]} for code in found if code in known])


def plan_file(request: Request, door: OneDoor, space: str = "") -> Response:
    """The floor plan with the room marked."""
    plan = floorplan(shop_of(request), door.caller, door.site.code, space or None)
    return Response(plan, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=300"})


def _category(door: Door, code: str) -> str | None:
    """A category of the site, as an address or a form names it; None where it is left open."""
    return None if code == NO_CATEGORY or door.category(code) is None else code


def _values(door: Door) -> dict[str, object]:
    return {
        "door": door,
        "site": door.site,
        "called": lambda thing: called(thing, door.language),
        "picture": lambda code: ICONS.get(code, "wrench"),
        "no_category": NO_CATEGORY,
    }
