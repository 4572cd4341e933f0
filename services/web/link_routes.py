"""The pages behind the links of messages. Looking changes nothing, however often and by whomever.

A chat application looks at a link before any person does, some of them with scripts. The link's secret stands
behind `#`: the page there does not have it, its script only puts it into a form, and a person sends the form.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Form, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.words import PhotoPurpose
from services import crew_links, links
from services.crew_links import CrewLink
from services.identity.tries import network_of
from services.links import Link
from services.notify import record
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web import link_signing, link_visits
from services.web.clients import address_of
from services.web.forms import MOST_PHOTOS, Asked, Hands, NotRecorded, act
from services.web.link_page import read_page
from services.web.link_tries import WITHIN, Tries
from services.web.pages import page_language, render, settings_of, shop_of
from services.web.pictures import PICTURE_HANDS

entrance = APIRouter(prefix=links.LANDING, include_in_schema=False)
opened = APIRouter(prefix=links.FOLDER + "{page}", include_in_schema=False)
MOST_FIELDS = 10
Action = Literal["acknowledge", "done", "return", "sign"]
FIELDS: Mapping[str, tuple[str, ...]] = {
    "acknowledge": (),
    "done": ("note",),
    "return": ("nominee", "reason"),
    links.SIGN: ("draft",),
}


class DeadLink(Exception):
    """There is no such link, or it does not stand any more; which of them is nobody's business."""


class NoVisit(Exception):
    """The link was not opened in this browser, or too long ago."""


class TooManyTries(Exception):
    """The address tried too many links that do not stand."""


def add(app: FastAPI) -> None:
    """Give the application these pages."""
    app.state.link_tries = Tries()
    app.include_router(entrance)
    app.include_router(opened)
    app.add_exception_handler(DeadLink, _dead)
    app.add_exception_handler(NoVisit, _no_visit)
    app.add_exception_handler(TooManyTries, _tried)


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────


@entrance.api_route("", methods=["GET", "HEAD"])
def landing(request: Request) -> HTMLResponse:
    """Where every link leads: the same for all, and nothing of any order."""
    return render(request, "link_landing.html", {})


@entrance.post("")
def open_link(request: Request, code: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Open the link of a code; a whole link may be pasted, too."""
    link = _opened(request, code.rpartition("#")[2].strip())
    response = RedirectResponse(link_visits.path_of(link), 303)
    link_visits.keep(request, response, link)
    return response


def _opened(request: Request, token: str) -> Link | CrewLink:
    tries: Tries = request.app.state.link_tries
    address = network_of(address_of(request.scope))
    if tries.are_used_up(address):
        raise TooManyTries
    with transaction(shop_of(request).engine) as sql:
        found = links.open_with(sql, token)
        if found is not None:
            record.opened(sql, found.delivery_id, found.now)
            return found
        crew = crew_links.open_with(sql, token)
        if crew is not None:
            return crew
    tries.count(address)
    raise DeadLink


def one_visit(request: Request, page: Annotated[str, Path(max_length=100)]) -> Link:
    """The link that was opened; known before a form is read."""
    digest = link_visits.visited(request, links.FOLDER + page)
    if digest is None:
        raise NoVisit
    with transaction(shop_of(request).engine) as sql:
        found = links.find(sql, digest)
    if found is None:
        raise DeadLink
    return found


OneVisit = Annotated[Link, Depends(one_visit)]


# ── what it opens ───────────────────────────────────────────────────────────────────────────────────────────


@opened.api_route("", methods=["GET", "HEAD"])
def link_page(
    request: Request, link: OneVisit, did: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """The party's part of the order, and what can be done with it now."""
    return _page(request, link, {"did": did if did in link.actions else ""})


@opened.post("/{action}")
async def take(request: Request, link: OneVisit, action: Action) -> Response:
    """Do what the form asks for."""
    if action not in link.actions:
        raise DeadLink
    async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
        asked = _asked(link, action, form)
        hands = PICTURE_HANDS if asked.files else None
        return await to_thread.run_sync(_take, request, link, asked, limiter=hands)


def _asked(link: Link, action: str, form: FormData) -> Asked:
    given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    fields = {name: given[name] for name in FIELDS[action] if name in given}
    # A browser sends an empty file where none was chosen.
    files = [one.file for one in form.getlist("photo") if isinstance(one, UploadFile) and one.size]
    shown = files if action == "done" else []
    return Asked(action, fields, given.get("key", ""), link.party, shown, PhotoPurpose.AFTER)


def _take(request: Request, link: Link, asked: Asked) -> Response:
    shop = shop_of(request)
    if asked.action == links.SIGN:
        return link_signing.sign(request, link, asked)
    hands = Hands(shop, settings_of(request), link.caller, page_language(request), links.VIA)
    try:
        act(hands, link.key, asked)
    except NotRecorded as refusal:
        values: dict[str, object] = {"refused": refusal.words, "asked": asked.action, "given": asked.fields}
        return _page(request, link, values, refusal.status)
    with transaction(shop.engine, [link.key.site_id]) as sql:
        record.acted(sql, link.delivery_id, link.now)
    return RedirectResponse(f"{link_visits.path_of(link)}?did={asked.action}", 303)


def _page(request: Request, link: Link, values: dict[str, object], status: int = 200) -> HTMLResponse:
    if links.SIGN in link.actions:
        return link_signing.show(request, link, did=str(values.get("did", "")))
    at = link_visits.path_of(link)
    read = read_page(shop_of(request), link, page_language(request))
    page = render(request, "link.html", {"p": read, "at": at, "here": at} | values, status)
    link_visits.keep(request, page, link)
    return page


# ── what opens nothing ──────────────────────────────────────────────────────────────────────────────────────


def _dead(request: Request, _error: Exception) -> Response:
    _ = words_in(page_language(request)).gettext
    return _closed(
        request,
        (
            _("这个链接现在不能用"),
            _("它可能已过期、已撤销，或者那件事已不需要办理。"),
            _("请打开最近一条通知里的链接，或登录后查看。急事请直接打电话给居委会。"),
        ),
        404,
    )


def _no_visit(request: Request, _error: Exception) -> Response:
    _ = words_in(page_language(request)).gettext
    return _closed(
        request,
        (
            _("请从通知里重新打开"),
            _("这个页面在两小时没有使用后会自动关上。"),
            _("已提交的都在；没有提交的请重新填写。"),
        ),
        401,
    )


def _tried(request: Request, _error: Exception) -> Response:
    _ = words_in(page_language(request)).gettext
    page = _closed(request, (_("试得太多了，请稍后再开"), _("请等十分钟，再打开最近一条通知里的链接。")), 429)
    page.headers["Retry-After"] = str(int(WITHIN.total_seconds()))
    return page


def _closed(request: Request, said: tuple[str, ...], status: int) -> HTMLResponse:
    values = {"title": said[0], "lines": said[1:], "here": links.LANDING}
    return render(request, "link_dead.html", values, status)
