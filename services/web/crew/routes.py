"""The pages behind a crew link: the list, and what is done on it, by a form or from the phone's queue."""

import gzip
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import crew_links, desk
from services.crew_links import CrewLink
from services.execute import UnknownStream
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.found import Found, find
from services.walks import papers
from services.web import link_visits
from services.web.crew.cards import CrewPage, holds, read_page
from services.web.crew.presets import ACTIONS, EXTENSIONS, PHOTOS, fields_of
from services.web.forms import MOST_PHOTOS, Asked, Hands, NotRecorded, act
from services.web.link_routes import DeadLink, NoVisit
from services.web.order_page import CodePath
from services.web.pages import POLICY, STATIC, page_language, render, settings_of, shop_of
from services.web.papers import Paper, paper_answer
from services.web.pictures import PICTURE_HANDS, PhotoPath, PhotoSize, picture_answer, picture_seen

WORKER = "/crew-sw.js"
MOST_FIELDS = 12
AGO = range(60, 30 * 24 * 3600)
"""Seconds: less is just now, more is a mistake of the phone."""

router = APIRouter(include_in_schema=False)


@router.get(WORKER)
def worker() -> FileResponse:
    """The service worker; at the root, since a worker serves nothing above its own folder."""
    headers = {"Cache-Control": "private, no-cache", "Content-Security-Policy": POLICY}
    return FileResponse(STATIC / "crew" / "worker.js", media_type="text/javascript", headers=headers)


def crew_visit(request: Request, page: Annotated[str, Path(max_length=100)]) -> CrewLink:
    """The crew link that this browser opened; asked about anew with each request."""
    digest = link_visits.visited(request, crew_links.FOLDER + page)
    if digest is None:
        raise NoVisit
    with transaction(shop_of(request).engine) as sql:
        found = crew_links.find(sql, digest)
    if found is None:
        raise DeadLink
    return found


CrewVisit = Annotated[CrewLink, Depends(crew_visit)]
AT = crew_links.FOLDER + "{page}"


@router.api_route(AT, methods=["GET", "HEAD"])
def crew_page(
    request: Request,
    link: CrewVisit,
    did: str = "",
    start: Annotated[int, Query(alias="from", ge=0, le=100_000)] = 0,
) -> HTMLResponse:
    """The party's orders, and what can be done with them now."""
    return _page(request, link, {"did": did if did in ACTIONS else ""}, start=start)


@router.post(AT + "/{code}/{action}")
async def take(request: Request, link: CrewVisit, code: CodePath, action: str) -> Response:
    """Do what the form asks for; programs get a receipt instead of a page."""
    if action not in ACTIONS:
        raise DeadLink
    async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
        hands = PICTURE_HANDS if _files(form) else None
        return await to_thread.run_sync(_take, request, link, (code, action), form, limiter=hands)


@router.get(AT + "/{code}/photos/{photo}")
def crew_photo(
    request: Request, link: CrewVisit, code: CodePath, photo: PhotoPath, size: PhotoSize = "thumbnail"
) -> Response:
    """A photo of one of the party's orders."""
    found = _found(request, link, code)
    kept = picture_seen(shop_of(request), link.caller, found.key, photo, size)
    return picture_answer(settings_of(request), kept, code, request.headers.get("if-none-match"))


@router.get(AT + "/walks/{code}/{paper}.pdf")
def crew_paper(request: Request, link: CrewVisit, code: CodePath, paper: Paper) -> Response:
    """整改通知单 or 整改回复单, with what the link's party has a part in."""
    if link.only is not None:
        raise UnknownStream(code)
    one = papers.Desk(
        shop_of(request), settings_of(request), link.caller, page_language(request), only=link.party
    )
    return paper_answer(one, code, paper)


def _found(request: Request, link: CrewLink, code: str) -> Found:
    """An order of the link's party. Raises UnknownStream for every other."""
    key = desk.key_of(link.caller, code)
    with transaction(shop_of(request).engine, [link.site_id]) as sql:
        found = find(shop_of(request), sql, link.caller, key, page_language(request))
    if link.party not in found.order.assignments or not link.opens(key.stream_id):
        raise UnknownStream(code)
    return found


def _take(request: Request, link: CrewLink, what: tuple[str, str], form: FormData) -> Response:
    code, action = what
    found = _found(request, link, code)
    given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    try:
        _act(request, link, found, (action, given, form))
    except NotRecorded as refusal:
        return _refused(request, link, refusal, {"asked": f"{code}/{action}", "given": given})
    if _wants_json(request):
        return JSONResponse({"code": code, "did": action, "at": _recorded_at(request, link, found.key)})
    return RedirectResponse(f"{link_visits.path_of(link)}?did={action}", 303)


def _act(
    request: Request, link: CrewLink, found: Found, what: tuple[str, Mapping[str, str], FormData]
) -> None:
    action, given, form = what
    hands = Hands(
        shop_of(request),
        settings_of(request),
        link.caller,
        page_language(request),
        f"{crew_links.VIA} {found.code}",
        _ago(given),
    )
    if not holds(found, link):
        _ = words_in(found.language).gettext
        raise NotRecorded(_("这张工单已经不在您单位手上了，请看最新的列表"), 409)
    purpose = PhotoPurpose.BEFORE if given.get("purpose") == "before" else PhotoPurpose.AFTER
    fields = fields_of(action, given, found.zone)
    files = [one.file for one in _files(form)]
    act(hands, found.key, Asked(action, fields, _key(form), link.party, files, purpose))


def _ago(given: Mapping[str, str]) -> int:
    """How long ago it was tapped, by the phone; 0 where it says nothing, or nothing that could be."""
    with suppress(ValueError):
        return seconds if (seconds := int(given.get("ago", "0"))) in AGO else 0
    return 0


def _key(form: FormData) -> str:
    key = form.get("key")
    return key if isinstance(key, str) else ""


def _files(form: FormData) -> list[UploadFile]:
    # A browser sends an empty file where none was chosen.
    return [one for one in form.getlist("photo") if isinstance(one, UploadFile) and one.size]


def _recorded_at(request: Request, link: CrewLink, key: StreamKey) -> str:
    """The server's time of the order's last change: the receipt."""
    with transaction(shop_of(request).engine, [link.site_id]) as sql:
        row = sql.execute(
            "SELECT updated_at FROM stream WHERE (site_id, stream_id) = (%s, %s)",
            (key.site_id, key.stream_id),
        ).fetchone()
    return row[0].isoformat() if row else ""


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _refused(request: Request, link: CrewLink, refusal: NotRecorded, values: dict[str, object]) -> Response:
    if _wants_json(request):
        return JSONResponse({"words": refusal.words}, refusal.status)
    return _page(request, link, {"refused": refusal.words} | values, refusal.status)


def _page(
    request: Request, link: CrewLink, values: dict[str, object], status: int = 200, start: int = 0
) -> HTMLResponse:
    at = link_visits.path_of(link)
    read: CrewPage = read_page(shop_of(request), link, page_language(request), start)
    _ = words_in(page_language(request)).gettext
    shown = {
        "p": read,
        "at": at,
        "here": at,
        "worker": WORKER,
        "extensions": [(code, _(one.words)) for code, one in EXTENSIONS.items()],
        "photo_kinds": [(code, _(name)) for code, name in PHOTOS.items()],
    }
    page = render(request, "crew/list.html", shown | values, status)
    link_visits.keep(request, page, link)
    return _packed(request, page)


def _packed(request: Request, page: HTMLResponse) -> HTMLResponse:
    """A fifth of it, since forms repeat themselves; it says nothing that somebody else could guess."""
    page.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("accept-encoding", ""):
        page.body = gzip.compress(bytes(page.body), 6)
        page.headers["Content-Encoding"] = "gzip"
        page.headers["Content-Length"] = str(len(page.body))
    return page
