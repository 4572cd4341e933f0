"""Deliberation on the public board: read, propose and say without an account, by a code of one's own."""

from typing import Annotated
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE
from services.matters.topics import acting
from services.store.contexts import read_sites
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import name_of
from services.web.board.speaking import MOST_FIELDS, back, count, own_code, speaker, voice_of
from services.web.forms import NotRecorded
from services.web.matters.kit import NOTHING, Said, need_done, ticket_of, typed_in
from services.web.matters.topics import new_topic, stance_of
from services.web.matters.topics_shown import list_values, topic_values
from services.web.pages import page_language, render

router = APIRouter(prefix="/public", include_in_schema=False, default_response_class=HTMLResponse)

SitePath = Annotated[str, Path(pattern=SITE_CODE)]
TopicPath = Annotated[str, Path(pattern=ORDER_CODE)]
Did = Annotated[str, Query(max_length=12)]


@router.get("/{site}/topics")
def topics_page(request: Request, site: SitePath) -> HTMLResponse:
    """What is deliberated at a site."""
    one = voice_of(request, site)
    values = list_values(one, page_language(request))
    return render(request, "board/topics.html", {**values, "site": site})


@router.get("/{site}/topics/new")
def new_page(request: Request, site: SitePath) -> HTMLResponse:
    """The form of a proposal."""
    return _new(request, site)


def _new(request: Request, site: str, said: Said = NOTHING) -> HTMLResponse:
    one, language = voice_of(request, site), page_language(request)
    site_id = one.caller.sites[site]
    with transaction(one.shop.engine, [site_id]) as sql:
        found = read_sites(sql, [site_id])[site_id]
        spaces = one.shop.contexts.of(sql, found).site.spaces
    values = {
        "site": found,
        "sites": [site],
        "rooms": [(space.code, name_of(space, language)) for space in spaces.values()],
        "leads": False,
        "key": uuid4().hex,
        "said": said,
        "action": f"/public/{site}/topics/new",
        "back": f"/public/{site}/topics",
    }
    return render(request, "matters/topic_new.html", values, said.status)


@router.post("/{site}/topics/new")
async def propose(request: Request, site: SitePath) -> Response:
    """A resident proposes a topic."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_propose, request, site, form)


def _propose(request: Request, site: str, form: FormData) -> Response:
    said = typed_in(form)
    code, one = speaker(request, site, said)
    try:
        new = new_topic(request, {**said, "days": ""})
        count(request, site, new=True)
        ticket = ticket_of(one, one.caller.sites[site], "public topic", said.get("key", ""))
        key, answer = acting.propose(one, one.caller.sites[site], new, ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        return _new(request, site, Said(refused=refusal.words, typed=said, status=refusal.status))
    return back(request, f"/public/{site}/topics/{site}-{key.stream_id}?did=proposed", code)


@router.get("/{site}/topics/{code}")
def topic_page(request: Request, site: SitePath, code: TopicPath, did: Did = "") -> HTMLResponse:
    """One topic."""
    _ = words_in(page_language(request)).gettext
    good = {
        "proposed": _("已提议。居委会看过后列入议事，或说明为什么不列入；在此之前只有您看得到。"),
        "opinion": _("意见已记下，谢谢！再说一次，会代替这一条。"),
        "take-back": _("已收回。"),
    }
    return _shown(request, site, code, Said(good=good.get(did, "")))


def _shown(request: Request, site: str, code: str, said: Said = NOTHING) -> HTMLResponse:
    one = voice_of(request, site)
    key = desk.key_of(one.caller, code)
    values = topic_values(one, key, page_language(request), said)
    mine = own_code(request) if values["mine"] or values["t"].status == "proposed" else ""
    return render(request, "board/topic.html", {**values, "code": mine, "site": site}, said.status)


@router.post("/{site}/topics/{code}")
async def say(request: Request, site: SitePath, code: TopicPath) -> Response:
    """A resident says something."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_say, request, (site, code), form)


def _say(request: Request, at: tuple[str, str], form: FormData) -> Response:
    (site, code), said = at, typed_in(form)
    mine, one = speaker(request, site, said)
    key = desk.key_of(one.caller, code)
    new = acting.found_topic(one, key).state.of(one.caller.id) is None
    try:
        stance = stance_of(request, said)
        count(request, site, new=new)
        words = said.get("words", "").strip() or None
        ticket = ticket_of(one, key.site_id, f"public opinion {code}", said.get("key", ""))
        need_done(one, key, acting.say(one, key, stance, words, ticket), page_language(request))
    except NotRecorded as refusal:
        return _shown(request, site, code, Said(refused=refusal.words, typed=said, status=refusal.status))
    return back(request, f"/public/{site}/topics/{code}?did=opinion", mine)


@router.post("/{site}/topics/{code}/take-back")
async def take_back(request: Request, site: SitePath, code: TopicPath) -> Response:
    """A resident takes back what was said."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_take_back, request, (site, code), form)


def _take_back(request: Request, at: tuple[str, str], form: FormData) -> Response:
    (site, code), said = at, typed_in(form)
    mine, one = speaker(request, site, said)
    key = desk.key_of(one.caller, code)
    acting.found_topic(one, key)
    try:
        count(request, site, new=False)
        ticket = ticket_of(one, key.site_id, f"public take-back {code}", said.get("key", ""))
        need_done(one, key, acting.take_back(one, key, ticket), page_language(request))
    except NotRecorded as refusal:
        return _shown(request, site, code, Said(refused=refusal.words, status=refusal.status))
    return back(request, f"/public/{site}/topics/{code}?did=take-back", mine)
