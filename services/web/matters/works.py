"""施工告知 in the browser: announced, walked before, begun, changed, ended, cancelled; and the sheet."""

from collections.abc import Callable
from datetime import date, time
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.orders.refusals import BadValue, Refused
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import SITE_CODE
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters.kit import Doer
from services.matters.works import acting
from services.matters.works.acting import Announcement
from services.matters.works.reading import asked_of
from services.matters.works.refusing import why
from services.matters.works.sheet import sheet_of
from services.store.idempotency import Ticket
from services.store.private import LONGEST_TEXT
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.matters.kit import MatterPath, Said, doer_of, ticket_of
from services.web.matters.works_shown import show_list, show_new, show_one
from services.web.pages import page_language
from services.web.papers import pdf_answer

router = APIRouter(prefix="/together/works", include_in_schema=False, default_response_class=HTMLResponse)

SiteQuery = Annotated[str, Query(pattern=f"^$|{SITE_CODE}")]
MOST_FIELDS = 200


class Unclear(Refused):
    """A field says nothing that can be read; the words _ what to do."""


@router.get("")
def list_page(request: Request, site: SiteQuery = "") -> HTMLResponse:
    """The works that are to come, under way, or over."""
    return show_list(request, _site(request, site, Permission.SEE_WORKS))


@router.get("/new")
def new_page(request: Request, site: SiteQuery = "") -> HTMLResponse:
    """The form by which works are announced."""
    return show_new(request, _site(request, site, Permission.ANNOUNCE_WORKS))


@router.post("/new")
async def announce(request: Request, site: SiteQuery = "") -> Response:
    """Tell everybody."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as sent:
        return await to_thread.run_sync(_announce, request, site, sent)


def _announce(request: Request, site: str, sent: FormData) -> Response:
    one, typed = doer_of(request), _typed(sent)
    site_id = _site(request, site, Permission.ANNOUNCE_WORKS)
    try:
        ticket = ticket_of(one, site_id, "works", typed.get("key", ""))
        key, answer = acting.announce(one, site_id, _announcement(request, typed), ticket)
    except Refused as refusal:
        return show_new(request, site_id, _refused(request, site_id, refusal, typed))
    if answer.refused is not None:
        return show_new(request, site_id, _refused(request, site_id, answer.refused, typed))
    return RedirectResponse(f"/together/works/{desk.code_of(one.caller, key)}?did=announced", 303)


@router.get("/{code}")
def one_page(request: Request, code: MatterPath) -> HTMLResponse:
    """One announcement."""
    return show_one(request, desk.key_of(doer_of(request).caller, code), _did(request))


@router.get("/{code}/sheet.pdf")
def sheet(request: Request, code: MatterPath) -> Response:
    """To print and put up."""
    one = doer_of(request)
    pdf = sheet_of(one, desk.key_of(one.caller, code), page_language(request))
    return pdf_answer(pdf, f"works-{code}")


@router.post("/{code}/{step}")
async def act(request: Request, code: MatterPath, step: str) -> Response:
    """Change, walk, start, end or cancel."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_TEXT) as sent:
        return await to_thread.run_sync(_act, request, code, step, sent)


def _act(request: Request, code: str, step: str, sent: FormData) -> Response:
    one, typed = doer_of(request), _typed(sent)
    if step not in STEPS:
        raise UnknownStream(step)
    key = desk.key_of(one.caller, code)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        acting.find(one, sql, key)
    ticket = ticket_of(one, key.site_id, f"works {step} {code}", typed.get("key", ""))
    try:
        refused = STEPS[step](request, (one, key, ticket), typed).refused
    except Refused as refusal:
        refused = refusal
    if refused is not None:
        return show_one(request, key, _refused(request, key.site_id, refused, typed))
    return RedirectResponse(f"/together/works/{code}?did={step}", 303)


To = tuple[Doer, StreamKey, Ticket | None]


def _change(request: Request, to: To, typed: dict[str, str]) -> Answer:
    one, key, ticket = to
    reason = _reason(request, typed)
    return acting.change(one, key, _announcement(request, typed), reason, ticket)


def _walk(request: Request, to: To, typed: dict[str, str]) -> Answer:
    one, key, ticket = to
    chosen = typed.get("walk", "")
    if not chosen:
        _ = words_in(page_language(request)).gettext
        raise Unclear(_("请选一次巡查，或选“走过了，没有发现隐患”"))
    number = None if chosen == "none" else desk.key_of(one.caller, chosen).stream_id
    return acting.record_walk(one, key, number, ticket)


def _start(_request: Request, to: To, _none: dict[str, str]) -> Answer:
    return acting.start(*to)


def _end(_request: Request, to: To, _none: dict[str, str]) -> Answer:
    return acting.end(*to)


def _cancel(request: Request, to: To, typed: dict[str, str]) -> Answer:
    one, key, ticket = to
    return acting.cancel(one, key, _reason(request, typed), ticket)


STEPS: dict[str, Callable[[Request, To, dict[str, str]], Answer]] = {
    "change": _change,
    "walk": _walk,
    "start": _start,
    "end": _end,
    "cancel": _cancel,
}


def _reason(request: Request, typed: dict[str, str]) -> str:
    reason = typed.get("reason", "").strip()
    if not reason:
        _ = words_in(page_language(request)).gettext
        raise Unclear(_("请写明原因，大家看得到"))
    return reason


def _typed(sent: FormData) -> dict[str, str]:
    """What was typed, ticked rooms joined by commas; PostgreSQL takes no NUL."""
    typed = {name: value.replace("\0", "") for name, value in sent.items() if isinstance(value, str)}
    for name in ("rooms", "substitutes"):
        typed[name] = ",".join(str(one).replace("\0", "") for one in sent.getlist(name))
    return typed


def _announcement(request: Request, typed: dict[str, str]) -> Announcement:
    _ = words_in(page_language(request)).gettext
    try:
        first, last = date.fromisoformat(typed.get("begins", "")), date.fromisoformat(typed.get("until", ""))
        opens, closes = (
            time.fromisoformat(typed.get("opens", "")),
            time.fromisoformat(typed.get("closes", "")),
        )
    except ValueError:
        raise Unclear(_("请选第一天、最后一天和每天的时间")) from None
    return Announcement(
        begins=first,
        until=last,
        opens=opens.replace(tzinfo=None),
        closes=closes.replace(tzinfo=None),
        rooms=_many(typed, "rooms"),
        what=typed.get("what", ""),
        phone=typed.get("phone", ""),
        substitutes=_many(typed, "substitutes"),
        elsewhere=typed.get("elsewhere", ""),
        urgent=typed.get("urgent", ""),
    )


def _many(typed: dict[str, str], name: str) -> tuple[str, ...]:
    return tuple(one for one in typed.get(name, "").split(",") if one)


def _site(request: Request, code: str, permission: Permission) -> int:
    """Raises UnknownStream for a site that the caller does not see, NotPermitted for one it may not."""
    caller = doer_of(request).caller
    allowed = caller.sites_where(permission)
    if code and code not in caller.sites:
        raise UnknownStream(code)
    if not allowed or (code and caller.sites[code] not in allowed):
        raise NotPermitted
    return caller.sites[code] if code else allowed[0]


def _refused(request: Request, site_id: int, refusal: Exception, typed: dict[str, str]) -> Said:
    if isinstance(refusal, Unclear):
        return Said(refused=str(refusal), typed=typed, status=422)
    words = why(refusal, asked_of(doer_of(request), site_id), page_language(request))
    return Said(refused=words, typed=typed, status=422 if isinstance(refusal, BadValue) else 409)


def _did(request: Request) -> Said:
    _ = words_in(page_language(request)).gettext
    words = {
        "announced": _("已告知：各单位收到了通知，公示板和房间页面看得到。请把告知单打印出来贴在门口。"),
        "change": _("已保存，各单位收到了通知；请把门口的告知单换成新的"),
        "walk": _("隐患巡查已登记"),
        "start": _("已登记开工"),
        "end": _("已登记完工，大家都看得到"),
        "cancel": _("已取消，各单位收到了通知；请把门口的告知单取下"),
    }
    return Said(good=words.get(request.query_params.get("did", ""), ""))
