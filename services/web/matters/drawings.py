"""图纸 and 前后对比 for members: published, withdrawn, answered."""

from collections.abc import Callable, Mapping
from typing import Annotated
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.matters.drawings.decide import may_publish
from models.domain.matters.drawings.state import DrawingSort
from models.domain.streams import StreamKey
from services import desk
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters.drawings import acting
from services.matters.drawings.acting import NewDrawing
from services.matters.kit import Doer
from services.matters.pairs import acting as pairs
from services.matters.pairs.acting import Shot
from services.store.contexts import read_sites
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.language import name_of
from services.web.forms import NotRecorded
from services.web.matters.drawing_forms import day_in, picture_in, remark_in, title_in, words_in_form
from services.web.matters.drawings_shown import drawing_values, drawings_values, words_for
from services.web.matters.kit import NOTHING, MatterPath, Said, doer_of, need_done, ticket_of, typed_in
from services.web.pages import page_language, render
from services.web.pictures import PICTURE_HANDS

router = APIRouter(prefix="/drawings", include_in_schema=False, default_response_class=HTMLResponse)

MOST_FIELDS = 12
MOST_PICTURES = 2
_Fields = Mapping[str, str]
SiteQuery = Annotated[str, Query(max_length=40)]
Did = Annotated[str, Query(max_length=12)]


@router.get("")
def drawings_page(request: Request, did: Did = "") -> HTMLResponse:
    """What was published."""
    return _list(request, Said(good=_good(request, did)))


def _list(request: Request, said: Said = NOTHING) -> HTMLResponse:
    one = doer_of(request)
    values = drawings_values(one, page_language(request))
    more = {"said": said, "sites": list(_sites(one)), "key": uuid4().hex}
    return render(request, "matters/drawings.html", {**values, **more}, said.status)


def _sites(one: Doer) -> dict[str, int]:
    """Where the caller publishes, by code."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        clocks = read_sites(sql, one.caller.site_ids)
        may = {
            number
            for number, clock in clocks.items()
            if may_publish(one.caller.at(number), one.shop.contexts.of(sql, clock))
        }
    return {code: number for code, number in sorted(one.caller.sites.items()) if number in may}


@router.get("/new")
def new_page(request: Request, site: SiteQuery = "") -> HTMLResponse:
    """The form by which a drawing is published."""
    return _form(request, "matters/drawing_new.html", site)


@router.get("/pairs/new")
def new_pair_page(request: Request, site: SiteQuery = "") -> HTMLResponse:
    """The form by which a pair is published."""
    return _form(request, "matters/pair_new.html", site)


def _form(request: Request, template: str, site: str, said: Said = NOTHING) -> HTMLResponse:
    one, language = doer_of(request), page_language(request)
    sites = _sites(one)
    if not sites or (site and site not in sites):
        raise NotPermitted
    chosen = site or next(iter(sites))
    with transaction(one.shop.engine, [sites[chosen]]) as sql:
        clock = read_sites(sql, [sites[chosen]])[sites[chosen]]
        spaces = one.shop.contexts.of(sql, clock).site.spaces.values()
    values = {
        **words_for(language),
        "site": chosen,
        "sites": list(sites),
        "rooms": [(space.code, name_of(space, language)) for space in spaces if not space.closed],
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, template, values, said.status)


@router.post("/new")
async def publish(request: Request) -> Response:
    """公布."""
    async with request.form(max_files=MOST_PICTURES, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_publish, request, form, limiter=PICTURE_HANDS)


def _publish(request: Request, form: FormData) -> Response:
    one, said = doer_of(request), typed_in(form)
    site = said.get("site", "")
    if site not in one.caller.sites:
        raise UnknownStream(site)
    site_id = one.caller.sites[site]
    try:
        title, sort = title_in(request, said), _sort(request, said)
        new = NewDrawing(sort, title, picture_in(request, form), said.get("space", ""))
        ticket = ticket_of(one, site_id, "drawing", said.get("key", ""))
        key, answer = acting.publish(one, site_id, new, ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        refused = Said(refused=refusal.words, typed=said, status=refusal.status)
        return _form(request, "matters/drawing_new.html", site, refused)
    return RedirectResponse(f"/drawings/{site}-{key.stream_id}?did=published", 303)


def _sort(request: Request, said: _Fields) -> DrawingSort:
    if said.get("sort") not in set(DrawingSort):
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请选是效果图还是平面图"), 422)
    return DrawingSort(said["sort"])


@router.post("/pairs/new")
async def publish_pair(request: Request) -> Response:
    """公布前后对比."""
    async with request.form(max_files=MOST_PICTURES, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_publish_pair, request, form, limiter=PICTURE_HANDS)


def _publish_pair(request: Request, form: FormData) -> Response:
    one, said = doer_of(request), typed_in(form)
    site = said.get("site", "")
    if site not in one.caller.sites:
        raise UnknownStream(site)
    site_id = one.caller.sites[site]
    try:
        days = (day_in(request, said, "before_day"), day_in(request, said, "after_day"))
        before, after = (
            Shot(picture_in(request, form, name), day)
            for name, day in zip(("before", "after"), days, strict=True)
        )
        ticket = ticket_of(one, site_id, "pair", said.get("key", ""))
        words = said.get("words", "").strip() or None
        at = (site_id, said.get("space", ""))
        key, answer = pairs.publish(one, at, (before, after), words, ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        refused = Said(refused=refusal.words, typed=said, status=refusal.status)
        return _form(request, "matters/pair_new.html", site, refused)
    return RedirectResponse("/drawings?did=pair", 303)


@router.post("/pairs/{code}/withdraw")
async def withdraw_pair(request: Request, code: MatterPath) -> Response:
    """撤下 a pair."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_withdraw_pair, request, code, form)


def _withdraw_pair(request: Request, code: str, form: FormData) -> Response:
    one, said = doer_of(request), typed_in(form)
    key = desk.key_of(one.caller, code)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        pairs.find(one, sql, key)
    try:
        ticket = ticket_of(one, key.site_id, f"pair withdraw {code}", said.get("key", ""))
        answer = pairs.withdraw(one, key, words_in_form(request, said), ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        return _list(request, Said(refused=refusal.words, typed=said, status=refusal.status))
    return RedirectResponse("/drawings?did=withdraw", 303)


@router.get("/{code}")
def drawing_page(
    request: Request,
    code: MatterPath,
    version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    did: Did = "",
) -> HTMLResponse:
    """One drawing."""
    return _shown(request, code, Said(good=_good(request, did)), version)


def _good(request: Request, did: str) -> str:
    _ = words_in(page_language(request)).gettext
    known = {
        "published": _("已公布，大家都看得到。"),
        "pair": _("前后对比已公布。"),
        "version": _("新版已公布，旧版仍可查看。"),
        "withdraw": _("已撤下，理由公开。"),
        "answer": _("已回复。"),
    }
    return known.get(did, _("已记下") if did else "")


def _shown(request: Request, code: str, said: Said = NOTHING, version: int | None = None) -> HTMLResponse:
    one, language = doer_of(request), page_language(request)
    values = drawing_values(one, desk.key_of(one.caller, code), language, said, version)
    return render(request, "matters/drawing.html", values, said.status)


@router.post("/{code}/{step}")
async def act(request: Request, code: MatterPath, step: str) -> Response:
    """A step of the drawing."""
    async with request.form(max_files=1, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_act, request, (code, step), form, limiter=PICTURE_HANDS)


def _act(request: Request, at: tuple[str, str], form: FormData) -> Response:
    (code, step), one, said = at, doer_of(request), typed_in(form)
    key = desk.key_of(one.caller, code)
    acting.found_drawing(one, key)
    if step not in _STEPS:
        raise UnknownStream(step)
    try:
        ticket = ticket_of(one, key.site_id, f"drawing {step} {code}", said.get("key", ""))
        answer = _STEPS[step](_Step(request, one, key, said, form), ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        return _shown(request, code, Said(refused=refusal.words, typed=said, status=refusal.status))
    return RedirectResponse(f"/drawings/{code}?did={step}", 303)


class _Step:
    """A form that was sent to a drawing."""

    def __init__(self, request: Request, one: Doer, key: StreamKey, said: _Fields, form: FormData) -> None:
        self.request, self.one, self.key, self.said, self.form = request, one, key, said, form

    def words(self) -> str:
        """What has to be said. Raises NotRecorded where it is not."""
        return words_in_form(self.request, self.said)

    def number(self, name: str) -> str:
        """Which one."""
        return self.said.get(name, "")


def _version(it: _Step, ticket: Ticket | None) -> Answer:
    changed = it.words()
    return acting.publish_version(it.one, it.key, picture_in(it.request, it.form), changed, ticket)


_STEPS: Mapping[str, Callable[[_Step, Ticket | None], Answer]] = {
    "version": _version,
    "withdraw": lambda it, ticket: acting.withdraw(it.one, it.key, it.number("version"), it.words(), ticket),
    "comment": lambda it, ticket: acting.comment(it.one, it.key, remark_in(it.request, it.said), ticket),
    "take-back": lambda it, ticket: acting.take_back(it.one, it.key, it.number("comment"), ticket),
    "hide": lambda it, ticket: acting.hide(
        it.one, it.key, it.number("comment"), it.said.get("words", "").strip() or None, ticket
    ),
    "answer": lambda it, ticket: acting.answer_comment(
        it.one, it.key, it.number("comment"), it.words(), ticket
    ),
}
