"""施工告知: works are announced, walked before, begun, changed, ended, cancelled."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from models.domain.directory import Capacity
from models.domain.matters.works import decide as d
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Nothing, Text
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.callers import NotPermitted
from services.execute import Answer, UnknownStream
from services.matters import kit
from services.matters.works import acting
from services.matters.works.acting import Announcement
from services.matters.works.reading import asked_of, refs
from services.matters.works.refusing import why
from services.matters.works.sheet import sheet_of
from services.matters.works.views import WorksView, WorksWhole, item_of, whole
from services.store.idempotency import Ticket
from services.store.transactions import transaction
from services.views.language import party_name
from services.web.papers import pdf_answer

router = APIRouter(prefix="/works", tags=["works"])

WorksPath = Annotated[
    str, Path(description="The code of the works.", pattern=ORDER_CODE, examples=["AIBO5-70"])
]
SpaceCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", examples=["table-tennis"])]
Short = Annotated[Text, Field(max_length=acting.LONGEST)]
Rooms = Annotated[tuple[SpaceCode, ...], Field(max_length=60)]
_ACTION = ("施工告知", "works")
_NOTHING = Nothing()
_FIELDS = {
    d.BACKWARDS: "until",
    d.LONG: "until",
    d.PAST: "begins",
    d.HOURS: "closes",
    d.NIGHT: "opens",
    d.SUBSTITUTE_AWAY: "substitutes",
    acting.MOBILE: "phone",
}
"""Where a body says what the core refuses, unless it is called the same."""
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class PlanBody(Body):
    """What everybody is told; days and hours of the site's local time."""

    begins: Annotated[date, Field(description="The first day.")]
    until: Annotated[date, Field(description="The last day.")]
    opens: Annotated[time, Field(description="Of each day.", examples=["08:00:00"])]
    closes: Annotated[time, Field(examples=["17:00:00"])]
    rooms: Annotated[Rooms, Field(min_length=1)]
    what: Short
    phone: Annotated[str, Field(max_length=40, description="Of the organisation, as it is published.")]
    substitutes: Rooms = ()
    elsewhere: Annotated[str, Field(max_length=acting.LONGEST, description="Where else to go, in words.")] = (
        ""
    )
    urgent: Annotated[
        str,
        Field(max_length=acting.LONGEST, description="Why it is less than three working days before."),
    ] = ""


class AnnounceBody(PlanBody):
    """At which site."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]


class ChangeWorksBody(PlanBody):
    """Other days, hours, rooms or substitutes."""

    reason: Short


class WalkedBody(Body):
    """How the rooms were walked for hazards."""

    walk: Annotated[
        str | None, Field(pattern=ORDER_CODE, description="The walk; null: walked, and nothing was found.")
    ] = None


class CancelBody(Body):
    """Why there will be no works."""

    reason: Short


@router.get("", summary="施工告知 Announced works", operation_id="list_works", responses=declared(422))
def get_list(visit: OneVisit) -> WorksView:
    """The works announced lately at the caller's sites."""
    sites = visit.caller.sites_where(Permission.SEE_WORKS)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = kit.with_words(sql, kit.listed(visit.doer, sql, acting.SORT, sites), refs)
    return WorksView(items=[item_of(each, visit.language) for each in found])


@router.get(
    "/{code}", summary="一次施工告知 Some works", operation_id="get_works", responses=declared(404, 422)
)
def get_one(visit: OneVisit, code: WorksPath) -> WorksWhole:
    """As everybody reads it, with what the caller may do."""
    return _shown(visit, desk.key_of(visit.caller, code))


@router.get(
    "/{code}/sheet.pdf",
    summary="告知单 Sheet for the wall",
    operation_id="get_works_sheet",
    response_class=Response,
    responses={
        200: {
            "description": "PDF, one A4 page, with a code that leads to the public page.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        **declared(404, 422),
    },
)
def get_sheet(visit: OneVisit, code: WorksPath) -> Response:
    """To print and put up."""
    pdf = sheet_of(visit.doer, desk.key_of(visit.caller, code), visit.language)
    return pdf_answer(pdf, f"works-{code}")


@router.post("", status_code=201, summary="告知 Announce", operation_id="announce_works", responses=_REFUSED)
def announce(errand: OneErrand, body: AnnounceBody) -> WorksWhole:
    """Tell everybody; later than three working days before only with a reason."""
    visit = errand.visit
    if body.site not in visit.caller.sites:
        raise UnknownStream(body.site)
    site_id = visit.caller.sites[body.site]
    if not visit.caller.may(Permission.ANNOUNCE_WORKS, site_id):
        raise NotPermitted
    ticket = errand.ticket(site_id, body.model_dump_json().encode(), 201)
    with _in_words(visit, site_id):
        key, answer = acting.announce(visit.doer, site_id, _announcement(body), ticket)
    return _answered(visit, key, answer)


@router.post("/{code}/change", summary="改告知 Change", operation_id="change_works", responses=_REFUSED)
def change(errand: OneErrand, code: WorksPath, body: ChangeWorksBody) -> WorksWhole:
    """Everybody reads the reason."""
    key, ticket = _sent(errand, code, body)
    with _in_words(errand.visit, key.site_id):
        answer = acting.change(errand.visit.doer, key, _announcement(body), body.reason, ticket)
    return _answered(errand.visit, key, answer)


@router.post(
    "/{code}/walk",
    summary="登记巡查 Record the walk",
    operation_id="record_works_walk",
    responses=_REFUSED,
)
def walk(errand: OneErrand, code: WorksPath, body: WalkedBody) -> WorksWhole:
    """Before works begin; not by the contractor."""
    key, ticket = _sent(errand, code, body)
    number = None
    if body.walk is not None:
        named = desk.key_of(errand.visit.caller, body.walk)
        number = named.stream_id if named.site_id == key.site_id else 0
    with _in_words(errand.visit, key.site_id):
        answer = acting.record_walk(errand.visit.doer, key, number, ticket)
    return _answered(errand.visit, key, answer)


@router.post("/{code}/start", summary="开工 Start", operation_id="start_works", responses=_REFUSED)
def start(errand: OneErrand, code: WorksPath, body: Nothing = _NOTHING) -> WorksWhole:
    """Not before the first day, and not before the rooms were walked."""
    key, ticket = _sent(errand, code, body)
    return _answered(errand.visit, key, acting.start(errand.visit.doer, key, ticket))


@router.post("/{code}/end", summary="完工 End", operation_id="end_works", responses=_REFUSED)
def end(errand: OneErrand, code: WorksPath, body: Nothing = _NOTHING) -> WorksWhole:
    """The rooms can be used again."""
    key, ticket = _sent(errand, code, body)
    return _answered(errand.visit, key, acting.end(errand.visit.doer, key, ticket))


@router.post("/{code}/cancel", summary="取消 Cancel", operation_id="cancel_works", responses=_REFUSED)
def cancel(errand: OneErrand, code: WorksPath, body: CancelBody) -> WorksWhole:
    """Everybody reads the reason."""
    key, ticket = _sent(errand, code, body)
    return _answered(errand.visit, key, acting.cancel(errand.visit.doer, key, body.reason, ticket))


@contextmanager
def _in_words(visit: Visit, site_id: int) -> Iterator[None]:
    """What cannot be taken at all, with the sentence of the page."""
    try:
        yield
    except BadValue as refusal:
        raise _refusal(visit, site_id, refusal) from refusal


def _announcement(body: PlanBody) -> Announcement:
    return Announcement(
        begins=body.begins,
        until=body.until,
        opens=body.opens.replace(tzinfo=None),
        closes=body.closes.replace(tzinfo=None),
        rooms=body.rooms,
        what=body.what,
        phone=body.phone,
        substitutes=body.substitutes,
        elsewhere=body.elsewhere,
        urgent=body.urgent,
    )


def _sent(errand: Errand, code: str, body: Body) -> tuple[StreamKey, Ticket | None]:
    """The works, which the caller has to see, and the ticket."""
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        acting.find(visit.doer, sql, key)
    return key, errand.ticket(key.site_id, body.model_dump_json().encode(), 200)


def _shown(visit: Visit, key: StreamKey) -> WorksWhole:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = acting.find(visit.doer, sql, key)
    return whole(found, visit.caller.at(key.site_id), visit.language)


def _answered(visit: Visit, key: StreamKey, answer: Answer) -> WorksWhole:
    if answer.refused is not None:
        raise _refusal(visit, key.site_id, answer.refused)
    return _shown(visit, key)


def _refusal(visit: Visit, site_id: int, refusal: Exception) -> Exception:
    """With the sentence of the page, and the names of those who may."""
    one, language = asked_of(visit.doer, site_id), visit.language
    label, site = _ACTION[language == "en"], one.context.site
    if isinstance(refusal, NotYours):
        may = [party for each in refusal.may for party in site.with_capacity(Capacity(each))]
        return Declined(refusal, label, {party: party_name(party, site, language) for party in may})
    if isinstance(refusal, IllegalMove):
        return Declined(refusal, label, {}, why=why(refusal, one, "zh"))
    if isinstance(refusal, BadValue):
        return BadValue(_FIELDS.get(refusal.field, refusal.field), why(refusal, one, language))
    return refusal
