"""The addresses of coordination meetings and of who pays, and what their forms send."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from anyio import to_thread
from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.orders.paying import Circumstance, Ground
from models.domain.orders.refusals import BadValue
from models.domain.streams import StreamKey
from models.domain.words import Does, MeetingReason, Origin
from services import desk
from services.actions.bodies import ORDER_CODE
from services.execute import Answer, UnknownStream
from services.matters.meetings import acting
from services.matters.meetings.acting import Confirmed, Line, NewMeeting, NewMinutes
from services.matters.meetings.calendar import invitation
from services.matters.meetings.paper import minutes_of
from services.matters.meetings.refusing import why
from services.store.contexts import read_sites
from services.store.private import LONGEST_TEXT
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.web.forms import LONGEST_KEY, NotRecorded
from services.web.matters.kit import KeyField, MatterPath, Said, WordsField, doer_of, ticket_of
from services.web.matters.meetings_shown import show_list, show_meeting, show_new, show_payer
from services.web.pages import page_language, settings_of
from services.web.papers import pdf_answer

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

OrderQuery = Annotated[str, Query(pattern=ORDER_CODE)]
CLOSES = time(17, 30)
"""When a day ends by which something is done (domain.md, n WD)."""
MOST_FIELDS = 200
DUTIES = frozenset({Does.LEAD, Does.SUPPORT, Does.WITHDRAW})


class PayerForm(BaseModel):
    """Who pays, as a person says."""

    payer: Annotated[str, Field(max_length=64)]
    ground: Ground
    origin: Origin
    reason: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    key: Annotated[str, Field(max_length=LONGEST_KEY)] = ""


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/meetings")
def meetings_page(request: Request) -> HTMLResponse:
    """The meetings that the caller sees."""
    return show_list(request)


@router.get("/meetings/new")
def new_page(
    request: Request, order: OrderQuery, reason: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """The form by which a meeting is called on an order."""
    return show_new(request, _key(request, order), Said(typed={"reason": reason}))


@router.get("/meetings/{code}")
def meeting_page(
    request: Request, code: MatterPath, did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One meeting."""
    _ = words_in(page_language(request)).gettext
    good = {
        "called": _("协调会已召集，已通知各单位"),
        "position": _("书面意见已提交"),
        "minutes": _("协调纪要已提出，已通知各单位签署"),
        "sign": _("已签署"),
        "rule": _("已裁定，已通知各单位"),
        "cancel": _("协调会已取消"),
    }
    return show_meeting(request, code, Said(good=good.get(did, "")))


@router.get("/meetings/{code}/calendar.ics")
def calendar_file(request: Request, code: MatterPath) -> Response:
    """The meeting for the phone's calendar."""
    found = acting.found_meeting(doer_of(request), _key(request, code))
    return invitation(found, page_language(request), settings_of(request).public_url)


@router.get("/meetings/{code}/minutes.pdf")
def minutes_file(request: Request, code: MatterPath) -> Response:
    """协调纪要 to print."""
    pdf = minutes_of(doer_of(request), _key(request, code), page_language(request))
    return pdf_answer(pdf, f"minutes-{code}")


@router.get("/payer/{code}")
def payer_page(
    request: Request, code: MatterPath, circumstance: Annotated[str, Query(max_length=20)] = ""
) -> HTMLResponse:
    """Who pays for an order."""
    known = Circumstance(circumstance) if circumstance in set(Circumstance) else None
    return show_payer(request, _key(request, code), circumstance=known)


# ── acting ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/meetings/new")
async def call(request: Request, order: OrderQuery) -> Response:
    """Call a meeting."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_call, request, order, form)


def _call(request: Request, order: str, form: FormData) -> Response:
    typed, invited = _typed(form), [str(one) for one in form.getlist("invited")]
    one, key = doer_of(request), _key(request, order)
    try:
        new = NewMeeting(
            order=key,
            reason=_reason(request, typed.get("reason", "")),
            meets_at=_at(request, key, typed.get("meets_at", "")),
            place=typed.get("place", ""),
            invited=invited,
            words=_short(request, typed.get("words", "")),
        )
    except NotRecorded as refusal:
        return show_new(request, key, Said(refused=refusal.words, typed=typed, status=refusal.status))
    meeting, answer = acting.call(
        one, new, ticket_of(one, key.site_id, f"meeting {order}", typed.get("key", ""))
    )
    if answer.refused is not None:
        said = Said(refused=_why(request, key, answer.refused), typed=typed, status=409)
        return show_new(request, key, said)
    return RedirectResponse(f"/meetings/{order.partition('-')[0]}-{meeting.stream_id}?did=called", 303)


@router.post("/meetings/{code}/position")
def position(request: Request, code: MatterPath, words: WordsField = "", key: KeyField = "") -> Response:
    """书面意见."""
    said, meeting = _short(request, words), _key(request, code)
    if said is None:
        _ = words_in(page_language(request)).gettext
        return show_meeting(request, code, Said(refused=_("请先写下意见，再提交"), status=422))
    one = doer_of(request)
    ticket = ticket_of(one, meeting.site_id, f"position {code}", key)
    answer = acting.state_position(one, meeting, said, ticket)
    return _answered(request, code, answer, ("position", {"words": words}))


@router.post("/meetings/{code}/minutes")
async def minutes(request: Request, code: MatterPath) -> Response:
    """协调纪要."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_settle, request, code, _typed(form), "minutes")


@router.post("/meetings/{code}/rule")
async def rule(request: Request, code: MatterPath) -> Response:
    """The decider's ruling."""
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_settle, request, code, _typed(form), "rule")


def _settle(request: Request, code: str, typed: Mapping[str, str], action: str) -> Response:
    one, key = doer_of(request), _key(request, code)
    ticket = ticket_of(one, key.site_id, f"{action} {code}", typed.get("key", ""))
    try:
        lines, note = _lines(request, key, typed), _note(request, action, typed.get("note", ""))
    except NotRecorded as refusal:
        return show_meeting(request, code, Said(refused=refusal.words, typed=typed, status=refusal.status))
    if action == "rule":
        answer = acting.rule(one, key, lines, note or "", ticket)
    else:
        after = int(typed["after"]) if typed.get("after", "").isdecimal() else 0
        new = NewMinutes(after, lines, typed.get("payer") or None, note)
        answer = acting.draft(one, key, new, ticket)
    return _answered(request, code, answer, (action, typed))


@router.post("/meetings/{code}/sign")
def sign(
    request: Request, code: MatterPath, draft: Annotated[int, Form(ge=1, le=1000)], key: KeyField = ""
) -> Response:
    """Sign the draft that was read."""
    one, meeting = doer_of(request), _key(request, code)
    ticket = ticket_of(one, meeting.site_id, f"sign {code} {draft}", key)
    return _answered(request, code, acting.sign(one, meeting, draft, ticket), ("sign", {}))


@router.post("/meetings/{code}/cancel")
def cancel(request: Request, code: MatterPath, key: KeyField = "") -> Response:
    """Call it off."""
    one, meeting = doer_of(request), _key(request, code)
    answer = acting.cancel(one, meeting, ticket_of(one, meeting.site_id, f"cancel {code}", key))
    return _answered(request, code, answer, ("cancel", {}))


@router.post("/payer/{code}")
def confirm(request: Request, code: MatterPath, form: Annotated[PayerForm, Form()]) -> Response:
    """A person confirms who pays."""
    one, order = doer_of(request), _key(request, code)
    said = Confirmed(form.payer, form.ground, form.origin, _short(request, form.reason))
    ticket = ticket_of(one, order.site_id, f"payer {code}", form.key)
    try:
        refused = acting.confirm(one, order, said, ticket).refused
    except BadValue as refusal:
        refused = refusal
    if refused is None:
        return RedirectResponse(f"/payer/{code}", 303)
    typed = {"payer": form.payer, "reason": form.reason}
    return show_payer(request, order, Said(refused=_why(request, order, refused), typed=typed, status=409))


# ── reading forms ───────────────────────────────────────────────────────────────────────────────────────────


def _key(request: Request, code: str) -> StreamKey:
    return desk.key_of(doer_of(request).caller, code)


def _typed(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


def _short(request: Request, words: str) -> str | None:
    if len(words) > LONGEST_TEXT:
        raise NotRecorded(words_in(page_language(request)).gettext("文字太长，请缩短后再保存"), 422)
    return words.strip() or None


def _note(request: Request, action: str, words: str) -> str | None:
    """What stands beside the lines; a ruling needs its reasons."""
    note = _short(request, words)
    if action == "rule" and note is None:
        raise NotRecorded(words_in(page_language(request)).gettext("裁定须写明理由"), 422)
    return note


def _reason(request: Request, code: str) -> MeetingReason:
    if code not in set(MeetingReason):
        raise NotRecorded(words_in(page_language(request)).gettext("请选择为什么召集"), 422)
    return MeetingReason(code)


def _zone(request: Request, key: StreamKey) -> ZoneInfo:
    one = doer_of(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        context = one.shop.contexts.of(sql, read_sites(sql, [key.site_id])[key.site_id])
    return ZoneInfo(context.site.zone)


def _at(request: Request, key: StreamKey, local: str) -> datetime:
    """An instant, or the end of a day, as a browser's field has it; in the site's time."""
    try:
        at = datetime.fromisoformat(local)
    except ValueError:
        words = words_in(page_language(request)).gettext("请写明日期和时间")
        raise NotRecorded(words, 422) from None
    day = datetime.combine(at.date(), CLOSES) if len(local) == len("2026-01-01") else at
    return day.replace(tzinfo=_zone(request, key))


def _lines(request: Request, key: StreamKey, typed: Mapping[str, str]) -> list[Line]:
    """The rows of the form in which something was chosen."""
    found: list[Line] = []
    for name, does in typed.items():
        field, _, party = name.partition(".")
        what = _short(request, typed.get(f"what.{party}", ""))
        if field == "does" and does in DUTIES:
            by = typed.get(f"by.{party}", "")
            going = does == Does.WITHDRAW
            at = _at(request, key, by) if by and not going else None
            found.append(Line(party, Does(does), None if going else what, at))
        if field == "safe" and does:
            found.append(Line(party, Does.MAKE_SAFE, what, _at(request, key, does)))
    return found


def _answered(request: Request, code: str, answer: Answer, did: tuple[str, Mapping[str, str]]) -> Response:
    if answer.refused is not None:
        words = _why(request, _key(request, code), answer.refused)
        return show_meeting(request, code, Said(refused=words, typed=did[1], status=409))
    return RedirectResponse(f"/meetings/{code}?did={did[0]}", 303)


def _why(request: Request, key: StreamKey, refusal: Exception) -> str:
    if isinstance(refusal, UnknownStream):
        raise refusal
    one = doer_of(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        context = one.shop.contexts.of(sql, read_sites(sql, [key.site_id])[key.site_id])
    return why(refusal, page_language(request), context.site)
