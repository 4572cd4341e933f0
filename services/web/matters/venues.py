"""替代场地 in the browser: rooms are closed and opened again, and what takes place in them every week."""

from datetime import date, time
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.directory import Activity
from models.domain.matters.venues.clashes import Clashing
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import SITE_CODE
from services.administering.changing import Form as SiteForm
from services.administering.changing import NotChanged, Stale
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters.kit import Doer
from services.matters.venues import acting, programme
from services.matters.venues.acting import Closing
from services.matters.venues.refusing import why
from services.store.private import LONGEST_TEXT
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.matters.kit import MatterPath, Said, doer_of, ticket_of
from services.web.matters.venues_shown import rooms_of, show_list, show_new, show_one, show_room
from services.web.pages import page_language

router = APIRouter(prefix="/together/venues", include_in_schema=False, default_response_class=HTMLResponse)

SitePath = Annotated[str, Path(pattern=SITE_CODE)]
SiteQuery = Annotated[str, Query(pattern=f"^$|{SITE_CODE}")]
SpacePath = Annotated[str, Path(max_length=64)]
MOST_FIELDS = 200
MOST_PEOPLE = 9999
LAST_VERSION = 2**31 - 1


class Unclear(Exception):
    """A field says nothing that can be read; the words say what to do."""


@router.get("")
def list_page(request: Request, site: SiteQuery = "") -> HTMLResponse:
    """The rooms that are closed, and all rooms with their calendars."""
    return show_list(request, _site(request, site, Permission.SEE_VENUES))


@router.get("/new")
def new_page(
    request: Request, site: SiteQuery = "", space: Annotated[str, Query(max_length=64)] = ""
) -> HTMLResponse:
    """The form by which a room is closed; first which one."""
    return show_new(request, _site(request, site, Permission.CLOSE_SPACES), space)


@router.post("/new")
async def close(request: Request, site: SiteQuery = "") -> Response:
    """Close a room."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as sent:
        return await to_thread.run_sync(_close, request, site, sent)


def _close(request: Request, site: str, sent: FormData) -> Response:
    one, typed = doer_of(request), _typed(sent)
    site_id = _site(request, site, Permission.CLOSE_SPACES)
    space = typed.get("space", "")
    try:
        begins, new = _day(request, typed, "begins"), _closing(request, typed)
    except Unclear as unclear:
        return show_new(request, site_id, space, Said(refused=str(unclear), typed=typed, status=422))
    ticket = ticket_of(one, site_id, "venues", typed.get("key", ""))
    key, answer = acting.close(one, (site_id, space, begins), new, typed.get("reason", ""), ticket)
    if answer.refused is not None:
        said = _refused(request, site_id, answer.refused, typed)
        return show_new(request, site_id, space, said)
    return RedirectResponse(f"/together/venues/{desk.code_of(one.caller, key)}?did=closed", 303)


@router.get("/{code}")
def one_page(request: Request, code: MatterPath) -> HTMLResponse:
    """One closure."""
    return show_one(request, desk.key_of(doer_of(request).caller, code), _did(request))


@router.post("/{code}/change")
async def change(request: Request, code: MatterPath) -> Response:
    """Another last day, other substitutes."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as sent:
        return await to_thread.run_sync(_change, request, code, sent)


def _change(request: Request, code: str, sent: FormData) -> Response:
    one, typed = doer_of(request), _typed(sent)
    key = _seen(one, code)
    try:
        new = _closing(request, typed)
    except Unclear as unclear:
        return show_one(request, key, Said(refused=str(unclear), typed=typed, status=422))
    ticket = ticket_of(one, key.site_id, f"venues change {code}", typed.get("key", ""))
    return _after(request, key, acting.change(one, key, new, ticket), typed, "changed")


@router.post("/{code}/reopen")
async def reopen(request: Request, code: MatterPath) -> Response:
    """恢复开放."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
        return await to_thread.run_sync(_reopen, request, code, sent)


def _reopen(request: Request, code: str, sent: FormData) -> Response:
    one, typed = doer_of(request), _typed(sent)
    key = _seen(one, code)
    ticket = ticket_of(one, key.site_id, f"venues reopen {code}", typed.get("key", ""))
    return _after(request, key, acting.reopen(one, key, ticket), {}, "reopened")


@router.get("/{site}/{space}")
def room_page(request: Request, site: SitePath, space: SpacePath) -> HTMLResponse:
    """A room: its calendar, and what takes place in it every week."""
    return show_room(request, _site(request, site, Permission.SEE_VENUES), space, _did(request))


@router.post("/{site}/{space}/{step}")
async def keep(request: Request, site: SitePath, space: SpacePath, step: str) -> Response:
    """Add or change an activity, end it, or say how many the room holds."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
        return await to_thread.run_sync(_keep, request, (site, space, step), sent)


def _keep(request: Request, at: tuple[str, str, str], sent: FormData) -> Response:
    (site, space, step), typed = at, _typed(sent)
    site_id, one = _site(request, site, Permission.KEEP_PROGRAMME), doer_of(request)
    typed["days"] = ",".join(str(day) for day in sent.getlist("days"))
    try:
        seen = _number(request, typed.get("seen", ""), LAST_VERSION)
        form = SiteForm(one.shop, one.caller, site_id, typed.get("key", "")[:64], seen or 0)
        _carry_out(request, form, (space, step), typed)
    except programme.Done:
        pass
    except (Unclear, NotChanged, Stale, Clashing) as refusal:
        return show_room(request, site_id, space, _not_kept(request, site_id, refusal, typed))
    did = "ended" if step == "end" else "kept"
    return RedirectResponse(f"/together/venues/{site}/{space}?did={did}", 303)


def _carry_out(request: Request, form: SiteForm, at: tuple[str, str], typed: dict[str, str]) -> None:
    space, step = at
    if step == "end":
        programme.end(form, space, typed.get("code", ""))
    elif step == "seats":
        programme.seat(form, space, _number(request, typed.get("seats", "")))
    elif step == "activity":
        programme.keep(form, space, _activity(request, typed))
    else:
        raise UnknownStream(step)


def _activity(request: Request, typed: dict[str, str]) -> Activity:
    days = frozenset(int(day) for day in typed["days"].split(",") if day in set("0123456"))
    return Activity(
        name=typed.get("name", ""),
        name_en=typed.get("name_en", ""),
        days=days,
        begins=_time(request, typed.get("begins", "")),
        ends=_time(request, typed.get("ends", "")),
        code=typed.get("code", "")[:64],
        people=_number(request, typed.get("people", "")),
    )


def _not_kept(request: Request, site_id: int, refusal: Exception, typed: dict[str, str]) -> Said:
    say = words_in(page_language(request)).gettext
    if isinstance(refusal, Clashing):
        return _refused(request, site_id, refusal, typed)
    words = str(refusal)
    if isinstance(refusal, NotChanged):
        words = say(refusal.words).format(**refusal.named)
    elif isinstance(refusal, Stale):
        words = say("有人刚改过这里，请看过新的内容再保存")
    return Said(refused=words, typed=typed, status=409 if isinstance(refusal, Stale) else 422)


def _typed(sent: FormData) -> dict[str, str]:
    """What was typed; PostgreSQL takes no NUL."""
    return {name: value.replace("\0", "") for name, value in sent.items() if isinstance(value, str)}


def _site(request: Request, code: str, permission: Permission) -> int:
    """Raises UnknownStream for a site that the caller does not see, NotPermitted for one it may not."""
    caller = doer_of(request).caller
    allowed = caller.sites_where(permission)
    if code and code not in caller.sites:
        raise UnknownStream(code)
    if not allowed or (code and caller.sites[code] not in allowed):
        raise NotPermitted
    return caller.sites[code] if code else allowed[0]


def _seen(one: Doer, code: str) -> StreamKey:
    key = desk.key_of(one.caller, code)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        acting.find(one, sql, key)
    return key


def _closing(request: Request, typed: dict[str, str]) -> Closing:
    moves = {
        name.removeprefix("to."): value for name, value in typed.items() if name.startswith("to.") and value
    }
    return Closing(_day(request, typed, "until"), typed.get("substitute") or None, moves)


def _day(request: Request, typed: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(typed.get(name, ""))
    except ValueError:
        raise Unclear(words_in(page_language(request)).gettext("请选第一天和最后一天")) from None


def _time(request: Request, text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Unclear(words_in(page_language(request)).gettext("请填开始和结束的时间")) from None


def _number(request: Request, text: str, most: int = MOST_PEOPLE) -> int | None:
    if not text.strip():
        return None
    if text.isascii() and text.isdigit() and 0 < int(text[:20]) <= most and len(text) <= len(str(most)):
        return int(text)
    raise Unclear(words_in(page_language(request)).gettext("人数请写 1 到 9999，不知道就不填"))


def _refused(request: Request, site_id: int, refusal: Exception, typed: dict[str, str]) -> Said:
    words = why(refusal, rooms_of(request, site_id).directory, page_language(request))
    return Said(refused=words, typed=typed, status=409)


def _after(request: Request, key: StreamKey, answer: Answer, typed: dict[str, str], did: str) -> Response:
    if answer.refused is not None:
        return show_one(request, key, _refused(request, key.site_id, answer.refused, typed))
    code = desk.code_of(doer_of(request).caller, key)
    return RedirectResponse(f"/together/venues/{code}?did={did}", 303)


def _did(request: Request) -> Said:
    say = words_in(page_language(request)).gettext
    words = {
        "closed": say("已关闭，各单位已收到通知；公示板和海报页上看得到活动去哪里"),
        "changed": say("已保存，公示板和日历已更新"),
        "reopened": say("已恢复开放，活动搬回来了"),
        "kept": say("已保存"),
        "ended": say("已结束这项活动"),
    }
    return Said(good=words.get(request.query_params.get("did", ""), ""))
