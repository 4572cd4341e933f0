"""The pages behind the links of messages. Looking changes nothing, however often and by whomever.

A chat application looks at a link before any person does, some of them with scripts. So that a message was
opened is told by the page's script once somebody touches it, or by what that person does.
"""

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services import links
from services.links import Link
from services.notify import record
from services.store.transactions import transaction
from services.web.link_acting import MOST_PHOTOS, Asked, NotRecorded, act
from services.web.link_page import read_page
from services.web.link_tries import WITHIN, Tries
from services.web.link_words import word
from services.web.pages import page_language, render, settings_of, shop_of
from services.web.pictures import PICTURE_HANDS

router = APIRouter(prefix=links.FOLDER + "{token}", include_in_schema=False)
MOST_FIELDS = 10
Action = Literal["acknowledge", "done", "return"]


class DeadLink(Exception):
    """There is no such link, or it does not stand any more; which of them is nobody's business."""


class TooManyTries(Exception):
    """The address tried too many links that do not stand."""


def add(app: FastAPI) -> None:
    """Give the application these pages."""
    app.state.link_tries = Tries()
    app.include_router(router)
    app.add_exception_handler(DeadLink, _dead)
    app.add_exception_handler(TooManyTries, _tried)


def one_link(request: Request, token: str) -> Link:
    """The link that was opened; known before a form is read."""
    tries: Tries = request.app.state.link_tries
    address = request.client.host if request.client else ""
    if tries.are_used_up(address):
        raise TooManyTries
    with transaction(shop_of(request).engine) as sql:
        found = links.find(sql, token)
    if found is None:
        tries.count(address)
        raise DeadLink
    return found


OneLink = Annotated[Link, Depends(one_link)]


@router.api_route("", methods=["GET", "HEAD"])
def link_page(
    request: Request, link: OneLink, did: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """The party's part of the order, and what can be done with it now."""
    return _page(request, link, {"did": did if did in link.actions else ""})


@router.post("/opened")
def opened(request: Request, link: OneLink) -> Response:
    """Somebody has the page before him."""
    with transaction(shop_of(request).engine, [link.key.site_id]) as sql:
        record.opened(sql, link.delivery_id, link.now)
    return _private(Response(status_code=204))


@router.post("/{action}")
async def take(request: Request, link: OneLink, action: Action) -> Response:
    """Do what the form asks for."""
    if action not in link.actions:
        raise DeadLink
    async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
        asked = _asked(action, form)
        hands = PICTURE_HANDS if asked.files else None
        return await to_thread.run_sync(_take, request, link, asked, limiter=hands)


def _asked(action: str, form: FormData) -> Asked:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    # A browser sends an empty file where none was chosen.
    files = [one.file for one in form.getlist("photo") if isinstance(one, UploadFile) and one.size]
    return Asked(action, fields, fields.get("key", ""), files if action == "done" else [])


def _take(request: Request, link: Link, asked: Asked) -> Response:
    shop, language = shop_of(request), page_language(request)
    try:
        act(shop, settings_of(request), link, asked, language)
    except NotRecorded as refusal:
        values: dict[str, object] = {"refused": refusal.words, "asked": asked.action, "given": asked.fields}
        return _page(request, link, values, refusal.status)
    with transaction(shop.engine, [link.key.site_id]) as sql:
        record.opened(sql, link.delivery_id, link.now)
        record.acted(sql, link.delivery_id, link.now)
    token = request.path_params["token"]
    return _private(RedirectResponse(f"{links.FOLDER}{token}?did={asked.action}", 303))


def _page(request: Request, link: Link, values: dict[str, object], status: int = 200) -> HTMLResponse:
    language = page_language(request)
    page = read_page(shop_of(request), link, language)
    at = links.FOLDER + request.path_params["token"]
    return _shown(request, "link.html", {"p": page, "at": at, "here": at} | values, status)


def _shown(request: Request, name: str, values: dict[str, object], status: int) -> HTMLResponse:
    language = page_language(request)
    page = render(request, name, {"w": lambda key: word(key, language)} | values, status)
    _private(page)
    return page


def _private(response: Response) -> Response:
    """The address is a secret: no other page is told it, and no cache keeps what it shows."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _dead(request: Request, _error: Exception) -> Response:
    return _shown(request, "link_dead.html", {"title": "dead", "lines": ("dead_why", "dead_next")}, 404)


def _tried(request: Request, _error: Exception) -> Response:
    page = _shown(request, "link_dead.html", {"title": "tries", "lines": ("tries_why",)}, 429)
    page.headers["Retry-After"] = str(int(WITHIN.total_seconds()))
    return page
