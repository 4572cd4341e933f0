"""The page of an order for who has its code: like a parcel's, and what its reporter can still do.

The code is typed, or stands behind `#`, which browsers send to nobody; then the page's cookie has it, sealed.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, FastAPI, Form, Path, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import voices
from services.actions.bodies import ORDER_CODE
from services.callers import Caller
from services.identity.tries import TooManyTries
from services.matters.questions.answered import public_of
from services.matters.works.telling import told_works
from services.privacy.codes import LONGEST, caller_by_code
from services.privacy.erasing import ASKED, erase
from services.privacy.exporting import mine
from services.secrets import ring
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.events import seen_events
from services.views.found import find
from services.views.order import seen_view
from services.views.room import known_order
from services.views.site import site_view
from services.web import visits
from services.web.clients import address_of
from services.web.forms import MOST_PHOTOS, Asked, Hands, NotRecorded, act
from services.web.matters.venues_public import told_room
from services.web.pages import page_language, render, settings_of, shop_of
from services.web.pictures import PICTURE_HANDS, PhotoPath, PhotoSize, picture_answer, picture_seen
from services.web.recordings import recording
from services.web.resident.door import POSTER, public_address
from services.web.resident.qr import qr_code
from services.web.resident.sending import new_key

FOLDER = "/t"
MOST_FIELDS = 8
ANSWERS = {
    "satisfied": {"resolved": "true", "satisfied": "true"},
    "unsatisfied": {"resolved": "true", "satisfied": "false"},
    "unresolved": {"resolved": "false"},
}
"""The three buttons of the callback."""
Action = Literal["callback", "reopen", "cancel", "note", "photo", "verify", "reject"]
CodePath = Annotated[str, Path(pattern=ORDER_CODE)]
router = APIRouter(prefix=FOLDER, include_in_schema=False)


class NoVisit(Exception):
    """The order was not opened in this browser, or too long ago."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who has the code, and of which order."""

    caller: Caller
    key: StreamKey
    order: str
    code: str

    @property
    def follows(self) -> bool:
        """Whether it is somebody who only follows the order of another."""
        return self.caller.at(self.key.site_id).person is None


def add(app: FastAPI) -> None:
    """Give the application these pages."""
    app.include_router(router)
    app.add_exception_handler(NoVisit, _no_visit)


def path_of(order: str) -> str:
    """Where an order's page is."""
    return f"{FOLDER}/{order}"


def keep(request: Request, response: Response, order: str, code: str) -> None:
    """Let this browser show the order's page again."""
    visits.keep(request, response, path_of(order), code)


def _visit(request: Request, order: str) -> Visit:
    code = visits.visited(request, path_of(order))
    found = _caller(request, order, code) if code else None
    if code is None or found is None:
        raise NoVisit
    site, _, number = order.partition("-")
    return Visit(found, StreamKey(found.sites[site], int(number)), order, code)


def _caller(request: Request, order: str, code: str) -> Caller | None:
    return caller_by_code(shop_of(request).engine, ring(), order, code[:LONGEST], address_of(request.scope))


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("")
def entry_page(request: Request) -> HTMLResponse:
    """Where the code is typed."""
    return _entry(request, {})


@router.post("")
def open_order(
    request: Request,
    order: Annotated[str, Form(max_length=40)] = "",
    code: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Open the order of a code."""
    _ = words_in(page_language(request)).gettext
    order, given = order.strip().upper(), {"order": order, "code": code}
    try:
        found = _caller(request, order, code)
    except TooManyTries:
        return _entry(request, given, _("试的次数太多了，请过一刻钟再试，或者打电话给居委会"), 429)
    if found is None:
        return _entry(request, given, _("单号和查询码对不上，请照着纸条再看一遍"), 404)
    response = RedirectResponse(path_of(order), 303)
    keep(request, response, order, code.strip())
    return response


def _entry(request: Request, given: dict[str, str], trouble: str = "", status: int = 200) -> HTMLResponse:
    return render(request, "resident/entry.html", {"given": given, "trouble": trouble}, status)


def _no_visit(request: Request, _error: Exception) -> HTMLResponse:
    _ = words_in(page_language(request)).gettext
    order = request.path_params.get("code", "")
    return _entry(request, {"order": order, "code": ""}, _("请输入查询码，再打开这一件"), 401)


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/{code}")
def order_page(request: Request, code: CodePath) -> HTMLResponse:
    """Who has it, what happened, what comes next and by which day; what can be answered now."""
    return _page(request, _visit(request, code))


@router.get("/{code}/slip")
def slip(request: Request, code: CodePath) -> HTMLResponse:
    """A piece of paper to keep: the code in letters, and the room's page as a square."""
    return _page(request, _visit(request, code), template="resident/slip.html")


def _page(
    request: Request,
    visit: Visit,
    refused: tuple[Asked, NotRecorded] | None = None,
    *,
    template: str = "resident/track.html",
) -> HTMLResponse:
    shop, language = shop_of(request), page_language(request)
    known = known_order(shop, visit.key, language)
    if known is None:
        raise NoVisit
    site = site_view(shop, visit.caller, visit.order.partition("-")[0], language)
    with transaction(shop.engine, [visit.key.site_id]) as sql:
        answer = public_of(sql, visit.key)
    values: dict[str, object] = {
        "visit": visit,
        "known": known,
        "answer": f"/public/{site.code}/answers/{site.code}-{answer}" if answer else "",
        "told": told_room(request, visit.key.site_id, known.space, language),
        "works": told_works(shop, visit.key.site_id, language, known.space),
        "site": site,
        "site_name": (language == "en" and site.name_en) or site.name,
        "key": new_key(),
        "at": path_of(visit.order),
        "room": f"{POSTER}/{site.code}/{known.space}",
        "most_photos": MOST_PHOTOS,
        "refused": refused,
        "new": request.query_params.get("new", ""),
        "did": request.query_params.get("did", ""),
    }
    if template.endswith("slip.html"):
        values["qr"] = qr_code(public_address(request, site.code, known.space))
    if not visit.follows:
        values |= _own(request, visit)
    page = render(request, template, values, refused[1].status if refused else 200)
    keep(request, page, visit.order, visit.code)
    return page


def _own(request: Request, visit: Visit) -> dict[str, object]:
    """What the reporter sees beyond what anybody may."""
    shop, language = shop_of(request), page_language(request)
    with transaction(shop.engine, visit.caller.site_ids) as sql:
        found = find(shop, sql, visit.caller, visit.key, language)
        actor = visit.caller.at(visit.key.site_id)
        order, events = seen_view(sql, found, actor), seen_events(sql, found, actor)
        return {
            "order": order,
            "events": events[::-1],
            "allowed": {one.action: one.party for one in order.allowed},
            "zone": found.zone,
            "voice": voices.is_kept(sql, visit.key),
        }


@router.get("/{code}/photos/{photo}")
def photo_file(request: Request, code: CodePath, photo: PhotoPath, size: PhotoSize = "full") -> Response:
    """A photo, for the reporter."""
    visit = _visit(request, code)
    kept = picture_seen(shop_of(request), visit.caller, visit.key, photo, size)
    return picture_answer(settings_of(request), kept, code, request.headers.get("if-none-match"))


@router.get("/{code}/voice")
def voice_file(request: Request, code: CodePath) -> Response:
    """What the reporter said."""
    visit = _visit(request, code)
    return recording(shop_of(request), visit.caller, visit.key)


@router.get("/{code}/mine")
def take_along(request: Request, code: CodePath) -> Response:
    """All that is kept of the reporter, as a file."""
    visit = _visit(request, code)
    kept = mine(shop_of(request), visit.caller, visit.key, page_language(request))
    name = {"Content-Disposition": f'attachment; filename="{code}.json"'}
    return JSONResponse(kept.model_dump(mode="json"), headers=name)


# ── answering ───────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/{code}/erase")
def erase_mine(request: Request, code: CodePath) -> Response:
    """The reporter's words, voice, contact and photos go for good; the order goes on."""
    visit = _visit(request, code)
    actor, sites = visit.caller.at(visit.key.site_id), visit.caller.site_ids
    if visit.follows:
        raise NoVisit
    erase(shop_of(request), visit.key, ASKED, actor=actor, sites=sites)
    return _back(request, visit, "erase")


@router.post("/{code}/{action}")
async def take(request: Request, code: CodePath, action: Action) -> Response:
    """Do what the form asks for, once however often it comes."""
    async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
        asked = _asked(action, form)
        hands = PICTURE_HANDS if asked.files else None
        return await to_thread.run_sync(_take, request, code, asked, limiter=hands)


def _asked(action: str, form: FormData) -> Asked:
    given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    fields = {name: given[name] for name in ("reason", "note") if given.get(name)}
    fields |= ANSWERS.get(given.get("answer", ""), {}) if action == "callback" else {}
    files = [one.file for one in form.getlist("photo") if isinstance(one, UploadFile) and one.size]
    party = given.get("party") if action in {"verify", "reject"} else None
    return Asked(action, fields, given.get("key", ""), party, files, PhotoPurpose.OTHER)


def _take(request: Request, code: str, asked: Asked) -> Response:
    visit = _visit(request, code)
    hands = Hands(shop_of(request), settings_of(request), visit.caller, page_language(request), FOLDER)
    if visit.follows:
        raise NoVisit
    try:
        act(hands, visit.key, asked)
    except NotRecorded as refusal:
        return _page(request, visit, (asked, refusal))
    return _back(request, visit, asked.action)


def _back(request: Request, visit: Visit, did: str) -> Response:
    response = RedirectResponse(f"{path_of(visit.order)}?did={did}", 303)
    keep(request, response, visit.order, visit.code)
    return response
