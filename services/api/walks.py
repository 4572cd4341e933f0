"""Walks 巡查: setting out, findings as they are made, the notice 整改通知单 and its reply 整改回复单."""

from collections.abc import Mapping
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, File, Form, Path, Response
from fastapi.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from models.domain.matter import Command
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.streams import StreamKey
from models.domain.walks.commands import AbandonWalk, DropFinding, TakeUpWalk
from models.domain.words import Origin, Severity
from services import desk, photos
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Code, Nothing, Text
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.execute import Answer, UnknownStream
from services.store.transactions import transaction
from services.walks import acting, papers
from services.walks.acting import NewFinding, Walker
from services.walks.reading import find_walk, list_walks, read_orders
from services.walks.refusing import why
from services.walks.views import WalksView, WalkWhole, item_of, whole
from services.web.forms import MOST_PHOTOS
from services.web.papers import Paper, paper_answer
from services.web.pictures import (
    PICTURE,
    PICTURE_HANDS,
    IfNoneMatch,
    PhotoPath,
    PhotoSize,
    picture_answer,
    picture_beside,
)

router = APIRouter(prefix="/walks", tags=["walks"])

WalkPath = Annotated[str, Path(description="The walk's code.", pattern=ORDER_CODE, examples=["AIBO5-40"])]
_WALKING = ("巡查", "walking")
_NOTHING = Nothing()
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class SetOut(Body):
    """Where somebody walks, and what the findings come from: `construction` where works are walked."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]
    origin: Origin = Origin.UNKNOWN


class DropBody(Body):
    """The finding that was noted by mistake."""

    finding: Annotated[str, Field(pattern="^[1-9][0-9]{0,8}$", examples=["3"])]


class FindingForm(BaseModel):
    """A finding. A hazard that is a danger by the playbook's list is one, whatever is said here."""

    model_config = ConfigDict(extra="forbid")

    space: Code
    hazard: Code
    severity: Severity = Severity.ORDINARY
    words: Text | None = None
    photo: Annotated[
        list[UploadFile],
        File(description="JPEG, PNG or WebP, at most 20 MB together.", max_length=MOST_PHOTOS),
    ] = []


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("", summary="巡查列表 List walks", operation_id="list_walks", responses=declared(422))
def get_walks(visit: OneVisit) -> WalksView:
    """Parties that walk see all of their sites' walks, others those whose notice they were sent."""
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return WalksView(items=[item_of(one) for one in list_walks(visit.shop, sql, visit.caller)])


@router.get("/{code}", summary="巡查 One walk", operation_id="get_walk", responses=declared(404, 422))
def get_walk(visit: OneVisit, code: WalkPath) -> WalkWhole:
    """Its findings with their orders, how far each is, and what the caller may do."""
    return _shown(visit, desk.key_of(visit.caller, code))


@router.get(
    "/{code}/{paper}.pdf",
    summary="整改通知单、整改回复单 Notice and reply",
    operation_id="get_paper",
    response_class=Response,
    responses={
        200: {
            "description": "The paper.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        **declared(404, 422),
    },
)
def get_paper(visit: OneVisit, code: WalkPath, paper: Paper) -> Response:
    """The notice as it was sent, or the reply as things are now, in the language of the request."""
    return paper_answer(papers.Desk(visit.shop, visit.settings, visit.caller, visit.language), code, paper)


@router.get(
    "/{code}/photos/{photo}",
    summary="照片 A photo of a finding",
    operation_id="get_walk_photo",
    response_class=Response,
    responses={**PICTURE, **declared(404, 422)},
)
def get_walk_photo(
    visit: OneVisit,
    code: WalkPath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """For whoever may see the walk."""
    key = desk.key_of(visit.caller, code)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        find_walk(visit.shop, sql, visit.caller, key)
    return picture_answer(visit.settings, picture_beside(visit.shop, key, photo, size), code, if_none_match)


# ── walking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("", status_code=201, summary="开始巡查 Set out", operation_id="begin_walk", responses=_REFUSED)
def begin_walk(errand: OneErrand, body: SetOut) -> WalkWhole:
    """A walk takes findings on the local day on which it began."""
    visit = errand.visit
    if body.site not in visit.caller.sites:
        raise UnknownStream(body.site)
    site_id = visit.caller.sites[body.site]
    ticket = errand.ticket(site_id, body.model_dump_json().encode(), 201)
    key, answer = acting.begin(_walker(visit), site_id, body.origin, ticket)
    if answer.refused is not None:
        raise _refusal(visit, answer.refused, {})
    return _shown(visit, key)


@router.post(
    "/{code}/findings",
    status_code=201,
    summary="记一项 Note a finding",
    operation_id="note_finding",
    responses=_REFUSED,
)
async def note_finding(errand: OneErrand, code: WalkPath, form: Annotated[FindingForm, Form()]) -> WalkWhole:
    """A danger is reported as an order and told at once; all else waits for the notice."""
    return await to_thread.run_sync(_note, errand, code, form, limiter=PICTURE_HANDS)


def _note(errand: Errand, code: str, form: FindingForm) -> WalkWhole:
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        hazards = find_walk(visit.shop, sql, visit.caller, key).context.playbook.hazards
    listed = hazards.get(form.hazard)
    danger = Severity.DANGER in {form.severity, listed.severity if listed else None}
    pictures = [photos.picture_of(one.file) for one in form.photo]
    new = NewFinding(
        space=form.space,
        hazard=form.hazard,
        severity=Severity.DANGER if danger else Severity.ORDINARY,
        words=form.words or "",
        pictures=pictures,
    )
    said = f"{new.space}/{new.hazard}/{new.severity}/{new.words}/{[one.received for one in pictures]}"
    return _answered(
        visit, key, acting.note(_walker(visit), key, new, errand.ticket(key.site_id, said.encode(), 201))
    )


@router.post(
    "/{code}/drop", summary="撤回一项 Take a finding back", operation_id="drop_finding", responses=_REFUSED
)
def drop_finding(errand: OneErrand, code: WalkPath, body: DropBody) -> WalkWhole:
    """It was noted by mistake; a danger was told already and is cancelled as an order."""
    return _plain(errand, code, DropFinding(body.finding), body)


@router.post(
    "/{code}/abandon", summary="放弃巡查 Give it up", operation_id="abandon_walk", responses=_REFUSED
)
def abandon_walk(errand: OneErrand, code: WalkPath, body: Nothing = _NOTHING) -> WalkWhole:
    """Nothing is sent; it may be taken up again on the same day."""
    return _plain(errand, code, AbandonWalk(), body)


@router.post("/{code}/take-up", summary="继续巡查 Go on", operation_id="take_up_walk", responses=_REFUSED)
def take_up_walk(errand: OneErrand, code: WalkPath, body: Nothing = _NOTHING) -> WalkWhole:
    """With a walk that was given up."""
    return _plain(errand, code, TakeUpWalk(), body)


@router.post(
    "/{code}/finish",
    summary="发出整改通知单 Write the notice",
    operation_id="finish_walk",
    responses=_REFUSED,
)
def finish_walk(errand: OneErrand, code: WalkPath, body: Nothing = _NOTHING) -> WalkWhole:
    """Each finding becomes an order, and each party is told once for all of them."""
    key = desk.key_of(errand.visit.caller, code)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    return _answered(errand.visit, key, acting.finish(_walker(errand.visit), key, ticket))


@router.post(
    "/{code}/acknowledge", summary="全部接单 Take all on", operation_id="take_on_walk", responses=_REFUSED
)
def take_on_walk(errand: OneErrand, code: WalkPath) -> WalkWhole:
    """All orders of the notice that the caller's party has not acknowledged yet."""
    key = desk.key_of(errand.visit.caller, code)
    return _answered(errand.visit, key, acting.take_on(_walker(errand.visit), key))


def _plain(errand: Errand, code: str, command: Command, body: Body) -> WalkWhole:
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    _shown(visit, key)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    return _answered(visit, key, acting.act(_walker(visit), key, command, ticket))


def _walker(visit: Visit) -> Walker:
    return Walker(visit.shop, visit.settings, visit.caller)


def _answered(visit: Visit, key: StreamKey, answer: Answer | None) -> WalkWhole:
    shown = _shown(visit, key)
    if answer is not None and answer.refused is not None:
        raise _refusal(visit, answer.refused, {shown.party.code: shown.party.name})
    return shown


def _shown(visit: Visit, key: StreamKey) -> WalkWhole:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = find_walk(visit.shop, sql, visit.caller, key)
        orders = read_orders(sql, found)
    return whole(found, orders, visit.caller.at(key.site_id), visit.language)


def _refusal(visit: Visit, refusal: Exception, walks: Mapping[str, str]) -> Exception:
    """With the names of those who may; what the core cannot say in Chinese is said as on the page."""
    label = _WALKING[visit.language == "en"]
    if isinstance(refusal, NotYours):
        return Declined(refusal, label, walks or {one: one for one in refusal.may})
    if isinstance(refusal, IllegalMove):
        return Declined(refusal, label, walks, why=why(refusal, visit.language))
    return refusal
