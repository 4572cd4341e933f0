"""Coordination meetings 协调会, their minutes 协调纪要, and who pays."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from models.domain.orders.paying import Circumstance, Ground
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.streams import StreamKey
from models.domain.words import Does, MeetingReason, Origin
from services import desk
from services.actions.bodies import ORDER_CODE, Body, Code, Instant, Nothing, OrderCode, Text
from services.api.problems import Declined, declared
from services.api.visit import CodePath, Errand, OneErrand, OneVisit, Visit
from services.execute import Answer
from services.matters import kit
from services.matters.meetings import acting
from services.matters.meetings.acting import Confirmed, Line, NewMeeting, NewMinutes
from services.matters.meetings.calendar import invitation
from services.matters.meetings.paper import minutes_of
from services.matters.meetings.paying import proposal_of
from services.matters.meetings.refusing import why
from services.matters.meetings.views import MeetingsView, MeetingWhole, PayingView, item_of, paying, whole
from services.store.contexts import read_sites
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.web.papers import pdf_answer

router = APIRouter()
meetings = APIRouter(prefix="/meetings", tags=["meetings"])
payers = APIRouter(prefix="/orders", tags=["orders"])

MeetingPath = Annotated[
    str, Path(description="The meeting's code.", pattern=ORDER_CODE, examples=["AIBO5-41"])
]
_MEETING = ("协调会", "coordination meeting")
_NOTHING = Nothing()
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class CallBody(Body):
    """Who meets when and where, and why. Who acts on the order is invited by itself."""

    order: OrderCode
    reason: MeetingReason
    meets_at: Instant
    place: Code = Field(description="A space of the site.", examples=["table-tennis"])
    invited: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    words: Text | None = None


class PositionBody(Body):
    """书面意见: what the party says beforehand."""

    words: Text


class LineBody(Body):
    """Who does what by when."""

    party: Code
    does: Does
    what: Text | None = None
    by: Instant | None = None

    @property
    def line(self) -> Line:
        """As it is carried out."""
        return Line(self.party, self.does, self.what, self.by)


class MinutesBody(Body):
    """A draft. `after` is how many drafts there were when it was written (`drafts`)."""

    after: Annotated[int, Field(ge=0, le=1000)]
    items: Annotated[list[LineBody], Field(min_length=1, max_length=30)]
    payer: Code | None = Field(None, description="A party at the table, fund or culprit; none: 费用待定.")
    note: Text | None = None


class SignBody(Body):
    """The number of the draft that was read."""

    draft: Annotated[int, Field(ge=1, le=1000)]


class RulingBody(Body):
    """What the decider settles, and why. Who pays is not among it."""

    items: Annotated[list[LineBody], Field(min_length=1, max_length=30)]
    reason: Text


class PayerBody(Body):
    """Who pays and on which ground; another payer than the rule proposes needs a reason."""

    payer: Code
    ground: Ground
    origin: Origin
    reason: Text | None = None


@meetings.get("", summary="协调会列表 List meetings", operation_id="list_meetings", responses=declared(422))
def get_meetings(visit: OneVisit) -> MeetingsView:
    """Those to which the caller's party was invited; who oversees sees all."""
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = kit.listed(visit.doer, sql, acting.SORT, visit.caller.site_ids)
    return MeetingsView(items=[item_of(one, visit.language) for one in found])


@meetings.get(
    "/{code}", summary="协调会 One meeting", operation_id="get_meeting", responses=declared(404, 422)
)
def get_meeting(visit: OneVisit, code: MeetingPath) -> MeetingWhole:
    """Who is invited, what they say, the minutes with their signatures."""
    return _shown(visit, desk.key_of(visit.caller, code))


@meetings.get(
    "/{code}/calendar.ics",
    summary="日历文件 Calendar file",
    operation_id="get_meeting_calendar",
    response_class=Response,
    responses={
        200: {
            "description": "iCalendar (RFC 5545).",
            "content": {"text/calendar": {"schema": {"type": "string", "format": "binary"}}},
        },
        **declared(404, 422),
    },
)
def get_calendar(visit: OneVisit, code: MeetingPath) -> Response:
    """The meeting for the phone's calendar."""
    found = acting.found_meeting(visit.doer, desk.key_of(visit.caller, code))
    return invitation(found, visit.language, visit.settings.public_url)


@meetings.get(
    "/{code}/minutes.pdf",
    summary="协调纪要 Minutes as a paper",
    operation_id="get_minutes_paper",
    response_class=Response,
    responses={
        200: {
            "description": "PDF, with the signatures and the hash of the record.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        **declared(404, 422),
    },
)
def get_minutes(visit: OneVisit, code: MeetingPath) -> Response:
    """To print, as soon as there is a draft; a new draft makes another paper."""
    pdf = minutes_of(visit.doer, desk.key_of(visit.caller, code), visit.language)
    return pdf_answer(pdf, f"minutes-{code}")


@meetings.post(
    "", status_code=201, summary="召集协调会 Call a meeting", operation_id="call_meeting", responses=_REFUSED
)
def call_meeting(errand: OneErrand, body: CallBody) -> MeetingWhole:
    """By a party that acts on the order, the coordinator or the decider."""
    visit = errand.visit
    order = desk.key_of(visit.caller, body.order)
    new = NewMeeting(order, body.reason, body.meets_at, body.place, body.invited, body.words)
    ticket = errand.ticket(order.site_id, body.model_dump_json().encode(), 201)
    key, answer = acting.call(visit.doer, new, ticket)
    if answer.refused is not None:
        raise _refusal(visit, order, answer.refused)
    return _shown(visit, key)


@meetings.post(
    "/{code}/position",
    summary="书面意见 State a position",
    operation_id="state_position",
    responses=_REFUSED,
)
def state_position(errand: OneErrand, code: MeetingPath, body: PositionBody) -> MeetingWhole:
    """Before the deadline, and before anybody signs; a later one takes the place of the earlier."""
    key, one = _key(errand, code), errand.visit.doer
    return _answered(errand, key, acting.state_position(one, key, body.words, _ticket(errand, key, body)))


@meetings.post(
    "/{code}/minutes",
    summary="起草协调纪要 Draft minutes",
    operation_id="draft_minutes",
    responses=_REFUSED,
)
def draft_minutes(errand: OneErrand, code: MeetingPath, body: MinutesBody) -> MeetingWhole:
    """By who called it, or the coordinator. A new draft voids what was signed of the earlier one."""
    key, one = _key(errand, code), errand.visit.doer
    new = NewMinutes(body.after, [each.line for each in body.items], body.payer, body.note)
    return _answered(errand, key, acting.draft(one, key, new, _ticket(errand, key, body)))


@meetings.post("/{code}/sign", summary="签署 Sign", operation_id="sign_minutes", responses=_REFUSED)
def sign_minutes(errand: OneErrand, code: MeetingPath, body: SignBody) -> MeetingWhole:
    """By a party's lead. With the last signature the order follows by itself."""
    key, one = _key(errand, code), errand.visit.doer
    return _answered(errand, key, acting.sign(one, key, body.draft, _ticket(errand, key, body)))


@meetings.post("/{code}/rule", summary="裁定 Rule", operation_id="rule_meeting", responses=_REFUSED)
def rule_meeting(errand: OneErrand, code: MeetingPath, body: RulingBody) -> MeetingWhole:
    """By the decider after the deadline: action and making safe, with reasons; never who pays."""
    key, one = _key(errand, code), errand.visit.doer
    lines = [each.line for each in body.items]
    return _answered(errand, key, acting.rule(one, key, lines, body.reason, _ticket(errand, key, body)))


@meetings.post("/{code}/cancel", summary="取消 Call off", operation_id="cancel_meeting", responses=_REFUSED)
def cancel_meeting(errand: OneErrand, code: MeetingPath, body: Nothing = _NOTHING) -> MeetingWhole:
    """Nothing is settled by it."""
    key, one = _key(errand, code), errand.visit.doer
    return _answered(errand, key, acting.cancel(one, key, _ticket(errand, key, body)))


@payers.get(
    "/{code}/payer", summary="谁出资 Who pays", operation_id="get_payer", responses=declared(404, 422)
)
def get_payer(visit: OneVisit, code: CodePath, circumstance: Circumstance | None = None) -> PayingView:
    """What the rule proposes, with its reasons; `circumstance` is what somebody saw there."""
    return _payer(visit, desk.key_of(visit.caller, code), circumstance)


@payers.post(
    "/{code}/payer", summary="确认出资方 Confirm who pays", operation_id="confirm_payer", responses=_REFUSED
)
def confirm_payer(errand: OneErrand, code: CodePath, body: PayerBody) -> PayingView:
    """By the committee, or by whoever pays. A dispute is a meeting for the reason `unclear_payer`."""
    visit, key = errand.visit, _key(errand, code)
    said = Confirmed(body.payer, body.ground, body.origin, body.reason)
    answer = acting.confirm(visit.doer, key, said, _ticket(errand, key, body))
    if answer.refused is not None:
        raise _refusal(visit, key, answer.refused)
    return _payer(visit, key, None)


router.include_router(meetings)
router.include_router(payers)


def _payer(visit: Visit, key: StreamKey, circumstance: Circumstance | None) -> PayingView:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = acting.order_of(visit.doer, sql, key, visit.language)
        return paying(found, proposal_of(sql, found, circumstance))


def _key(errand: Errand, code: str) -> StreamKey:
    return desk.key_of(errand.visit.caller, code)


def _ticket(errand: Errand, key: StreamKey, body: Body) -> Ticket | None:
    return errand.ticket(key.site_id, body.model_dump_json().encode(), 200)


def _answered(errand: Errand, key: StreamKey, answer: Answer) -> MeetingWhole:
    if answer.refused is not None:
        raise _refusal(errand.visit, key, answer.refused)
    return _shown(errand.visit, key)


def _shown(visit: Visit, key: StreamKey) -> MeetingWhole:
    found = acting.found_meeting(visit.doer, key)
    return whole(found, visit.caller.at(key.site_id), visit.language)


def _refusal(visit: Visit, key: StreamKey, refusal: Exception) -> Exception:
    """With the names of those who may, or hold it; why, in the visitor's language."""
    if not isinstance(refusal, NotYours | IllegalMove):
        return refusal
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        site = visit.shop.contexts.of(sql, read_sites(sql, [key.site_id])[key.site_id]).site
    codes = refusal.may if isinstance(refusal, NotYours) else refusal.holders
    names = {one: site.parties[one].name if one in site.parties else one for one in codes}
    return Declined(refusal, _MEETING[visit.language == "en"], names, why=why(refusal, "zh", site))
