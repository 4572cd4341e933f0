"""初验 in the browser: prepared, gone through room by room, reworked, signed; the record and the card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.matters.acceptances.checklist import BY_CODE
from models.domain.matters.acceptances.state import Presence
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk, photos
from services.actions.bodies import SITE_CODE
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters.acceptances import acting, papers
from services.matters.acceptances.acting import Line, Looked
from services.matters.kit import Doer
from services.store.private import LONGEST_TEXT
from services.views.catalogues import words_in
from services.web.forms import MOST_PHOTOS, NotRecorded, picture
from services.web.matters.acceptances_shown import show_list, show_new, show_one, zone_of
from services.web.matters.kit import MatterPath, Said, doer_of, need_done, ticket_of, typed_in
from services.web.pages import page_language
from services.web.papers import pdf_answer
from services.web.pictures import PICTURE_HANDS, PhotoPath, PhotoSize, picture_answer, picture_beside

router = APIRouter(prefix="/acceptances", include_in_schema=False, default_response_class=HTMLResponse)

SiteQuery = Annotated[str, Query(pattern=f"^$|{SITE_CODE}")]
Room = Annotated[str, Query(max_length=64)]
ItemPath = Annotated[str, Path(pattern="^[1-9][0-9]{0,6}$")]
MOST_FIELDS = 200


@router.get("")
def list_page(request: Request) -> HTMLResponse:
    """The latest acceptances."""
    return show_list(request)


@router.get("/new")
def new_page(request: Request, site: SiteQuery = "") -> HTMLResponse:
    """When, which rooms, and what is looked at."""
    return show_new(request, site_of(request, site))


@router.post("/new")
async def prepare(request: Request) -> Response:
    """约初验."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_prepare, request, form)


def _prepare(request: Request, form: FormData) -> Response:
    one, typed = doer_of(request), typed_in(form)
    site_id = site_of(request, typed.get("site", ""))
    rooms, checks = [str(x) for x in form.getlist("room")], [str(x) for x in form.getlist("check")]
    try:
        at = _instant(request, typed.get("meets_at", ""), zone_of(one, site_id))
        lines = [
            Line(room, BY_CODE[code].category, code) for room in rooms for code in checks if code in BY_CODE
        ]
        ticket = ticket_of(one, site_id, "acceptance", typed.get("key", ""))
        key, answer = acting.prepare(one, site_id, at, lines, ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        said = Said(refused=refusal.words, typed=typed, status=refusal.status)
        return show_new(request, site_id, said, (rooms, checks))
    return RedirectResponse(f"/acceptances/{desk.code_of(one.caller, key)}?did=prepared", 303)


@router.get("/{code}")
def one_page(
    request: Request, code: MatterPath, room: Room = "", did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One acceptance; with a room what is looked at there."""
    _ = words_in(page_language(request)).gettext
    good = {
        "prepared": _("已约好，各单位已收到通知"),
        "checked": _("已记下"),
        "finished": _("本轮结束，结果已通知各单位"),
        "signed": _("已签字"),
    }
    said = Said(good=good.get(did, _("已保存")) if did else "")
    return show_one(request, desk.key_of(doer_of(request).caller, code), said, room)


@router.get("/{code}/record.pdf")
def record_file(request: Request, code: MatterPath) -> Response:
    """初验记录."""
    one = doer_of(request)
    pdf = papers.record_of(one, desk.key_of(one.caller, code), page_language(request))
    return pdf_answer(pdf, f"acceptance-{code}")


@router.get("/{code}/card/{item}.png")
def card_file(request: Request, code: MatterPath, item: ItemPath) -> Response:
    """Before and after, to be told to the neighbours."""
    one = doer_of(request)
    png = papers.card_of(one, desk.key_of(one.caller, code), item, page_language(request))
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{code}-{item}.png"',
    }
    return Response(png, media_type="image/png", headers=headers)


@router.get("/{code}/photos/{photo}")
def photo_file(request: Request, code: MatterPath, photo: PhotoPath, size: PhotoSize = "full") -> Response:
    """A photo of an item, for whoever may see the acceptance."""
    one = doer_of(request)
    key = desk.key_of(one.caller, code)
    acting.found_acceptance(one, key)
    return sent_photo(request, key, code, (photo, size))


def sent_photo(request: Request, key: StreamKey, code: str, what: tuple[str, PhotoSize]) -> Response:
    """A photo beside a stream that the caller may see. Raises UnknownStream."""
    one, (photo, size) = doer_of(request), what
    kept = picture_beside(one.shop, key, photo, size)
    return picture_answer(one.settings, kept, code, request.headers.get("if-none-match"))


@router.post("/{code}/items")
async def check(request: Request, code: MatterPath) -> Response:
    """合格 or 不合格."""
    try:
        async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
            return await to_thread.run_sync(_check, request, code, form, limiter=PICTURE_HANDS)
    except HTTPException:
        words = too_large(request)
        key = desk.key_of(doer_of(request).caller, code)
        return await to_thread.run_sync(show_one, request, key, Said(refused=words, status=413))


def too_large(request: Request) -> str:
    """Of a form with too many files, or too large as a whole."""
    return words_in(page_language(request)).gettext("照片太多或太大：一次最多 5 张，共 20 MB，请少选几张")


def _check(request: Request, code: str, form: FormData) -> Response:
    one, typed = doer_of(request), typed_in(form)
    key, room, item = desk.key_of(one.caller, code), typed.get("room", ""), typed.get("item", "")
    try:
        looked = Looked(
            item, typed.get("passed") == "yes", typed.get("words", ""), pictures_in(request, form)
        )
        ticket = ticket_of(one, key.site_id, f"acceptance item {code}", typed.get("key", ""))
        need_done(one, key, acting.check(one, key, looked, ticket), page_language(request))
    except NotRecorded as refusal:
        said = Said(refused=refusal.words, typed=typed, status=refusal.status)
        return show_one(request, key, said, room)
    return RedirectResponse(f"/acceptances/{code}?room={room}&did=checked#item-{item}", 303)


def pictures_in(request: Request, form: FormData) -> list[photos.Picture]:
    """A browser sends an empty file where none was chosen. Raises NotRecorded."""
    files = [part.file for part in form.getlist("photo") if isinstance(part, UploadFile) and part.size]
    return [picture(file, page_language(request)) for file in files]


@router.post("/{code}/{step}")
async def act(request: Request, code: MatterPath, step: Annotated[str, Path(max_length=20)]) -> Response:
    """A step of the acceptance."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as form:
        return await to_thread.run_sync(_act, request, (code, step), form)


def _act(request: Request, at: tuple[str, str], form: FormData) -> Response:
    (code, step), one, typed = at, doer_of(request), typed_in(form)
    key = desk.key_of(one.caller, code)
    acting.found_acceptance(one, key)
    try:
        answer = _stepped(request, one, key, (step, typed))
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        return show_one(request, key, Said(refused=refusal.words, typed=typed, status=refusal.status))
    did = {"finish": "finished", "sign": "signed", "sign-for": "signed"}.get(step, "saved")
    return RedirectResponse(f"/acceptances/{code}?did={did}", 303)


def _stepped(request: Request, one: Doer, key: StreamKey, what: tuple[str, Mapping[str, str]]) -> Answer:
    """Raises NotRecorded where something is missing, UnknownStream for a step that there is not."""
    step, typed = what
    ticket = ticket_of(one, key.site_id, f"acceptance {step} {key.stream_id}", typed.get("key", ""))
    if step == "round":
        return acting.begin_round(one, key, ticket)
    if step == "finish":
        return acting.finish(one, key, ticket)[1]
    if step == "sign":
        return acting.sign(one, key, ticket)
    if step == "sign-for":
        kind = Presence.VOLUNTEER if typed.get("kind") == Presence.VOLUNTEER else Presence.RESIDENT
        return acting.sign_for(one, key, kind, _said(request, typed, "name"), ticket)
    if step == "cancel":
        return acting.cancel(one, key, _said(request, typed, "reason"), ticket)
    if step in {"add", "drop"}:
        seen = typed.get("seen", "")
        number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < len("1000000") else 0
        return acting.change(one, key, number, _changes(request, step, typed), ticket)
    raise UnknownStream(step)


def _changes(request: Request, step: str, typed: Mapping[str, str]) -> tuple[list[Line], list[str]]:
    if step == "drop":
        return [], [typed.get("item", "")]
    words = _said(request, typed, "words")
    return [Line(typed.get("space", ""), typed.get("category", ""), "", words)], []


def _said(request: Request, typed: Mapping[str, str], name: str) -> str:
    words = typed.get(name, "").strip()
    if not words:
        raise NotRecorded(words_in(page_language(request)).gettext("请先写几个字，再提交"), 422)
    return words


def _instant(request: Request, local: str, zone: str) -> datetime:
    try:
        return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        words = words_in(page_language(request)).gettext("请写明日期和时间")
        raise NotRecorded(words, 422) from None


def site_of(request: Request, code: str) -> int:
    """Where the caller may invite to an acceptance, or enter a completion. Raises NotPermitted."""
    caller = doer_of(request).caller
    sites = caller.sites_where(Permission.ACCEPT)
    if not sites or (code and caller.sites.get(code) not in sites):
        raise NotPermitted
    return caller.sites[code] if code else sites[0]
