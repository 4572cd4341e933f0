"""初验 in rounds, with rework, signatures and record."""

from collections.abc import Callable
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, File, Form, Path, Response
from fastapi.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from models.domain.matters.acceptances.state import Presence
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk, photos
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Code, Instant, Nothing, Text
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.execute import Answer
from services.matters.acceptances import acting, papers, views
from services.matters.acceptances.acting import Line, Looked
from services.matters.acceptances.views import (
    AcceptancesView,
    AcceptanceWhole,
)
from services.store.transactions import transaction
from services.web.forms import MOST_PHOTOS
from services.web.papers import pdf_answer
from services.web.pictures import (
    PICTURE,
    PICTURE_HANDS,
    IfNoneMatch,
    PhotoPath,
    PhotoSize,
    picture_answer,
    picture_beside,
)

router = APIRouter(prefix="/acceptances", tags=["acceptances"])

AcceptancePath = Annotated[str, Path(description="Its code.", pattern=ORDER_CODE, examples=["AIBO5-70"])]
ItemKey = Annotated[str, Field(pattern="^[1-9][0-9]{0,6}$", examples=["3"])]
_ACCEPTING = ("验收", "acceptance")
_NOTHING = Nothing()
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class LineBody(Body):
    """A line of the checklist; `words` where it is none of the shipped ones."""

    space: Code
    category: Code
    check: Annotated[str, Field(max_length=64)] = ""
    words: Text | None = None

    def line(self) -> Line:
        """As it is kept."""
        return Line(self.space, self.category, self.check, self.words or "")


class PrepareBody(Body):
    """When the rooms are gone through, and what is looked at."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]
    meets_at: Instant
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=400)]


class ChecklistBody(Body):
    """`seen`: the version that was looked at."""

    seen: Annotated[int, Field(ge=1, le=1_000_000)]
    add: list[LineBody] = Field([], max_length=400)
    drop: list[ItemKey] = Field([], max_length=400)


class SignBody(Body):
    """Without a name the caller signs; with one somebody without an account is entered."""

    name: Annotated[str | None, Field(max_length=60, min_length=1)] = None
    kind: Presence = Presence.RESIDENT


class ReasonBody(Body):
    """Why."""

    reason: Text


class CheckForm(BaseModel):
    """How an item was found; what failed needs a photo or a few words."""

    model_config = ConfigDict(extra="forbid")

    item: ItemKey
    passed: bool
    words: Text | None = None
    photo: Annotated[list[UploadFile], File(max_length=MOST_PHOTOS)] = []


# ── the first acceptance ────────────────────────────────────────────────────────────────────────────────────


@router.get("", summary="初验列表 List", operation_id="list_acceptances", responses=declared(422))
def get_acceptances(visit: OneVisit) -> AcceptancesView:
    """The latest of the caller's sites."""
    sites = visit.caller.sites_where(Permission.SEE_ACCEPTANCES)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = acting.listed(visit.doer, sql, sites)
    return AcceptancesView(items=[views.item_of(one) for one in found])


@router.get("/{code}", summary="初验 One", operation_id="get_acceptance", responses=declared(404, 422))
def get_acceptance(visit: OneVisit, code: AcceptancePath) -> AcceptanceWhole:
    """The checklist with its results, who signed, and what the caller may do."""
    return _shown(visit, desk.key_of(visit.caller, code))


@router.get(
    "/{code}/record.pdf",
    summary="初验记录 Record",
    operation_id="get_acceptance_record",
    response_class=Response,
    responses={
        200: {
            "description": "The record.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
        **declared(404, 422),
    },
)
def get_record(visit: OneVisit, code: AcceptancePath) -> Response:
    """With the signatures and the ledger's hash, in the language of the request."""
    pdf = papers.record_of(visit.doer, desk.key_of(visit.caller, code), visit.language)
    return pdf_answer(pdf, f"acceptance-{code}")


@router.get(
    "/{code}/photos/{photo}",
    summary="照片 A photo",
    operation_id="get_acceptance_photo",
    response_class=Response,
    responses={**PICTURE, **declared(404, 422)},
)
def get_photo(
    visit: OneVisit,
    code: AcceptancePath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Of an item, for whoever may see the acceptance."""
    key = desk.key_of(visit.caller, code)
    acting.found_acceptance(visit.doer, key)
    kept = picture_beside(visit.shop, key, photo, size)
    return picture_answer(visit.settings, kept, code, if_none_match)


@router.post(
    "", status_code=201, summary="约初验 Prepare", operation_id="prepare_acceptance", responses=_REFUSED
)
def prepare(errand: OneErrand, body: PrepareBody) -> AcceptanceWhole:
    """The parties are told."""
    visit = errand.visit
    site_id = desk.key_of(visit.caller, f"{body.site}-1").site_id
    ticket = errand.ticket(site_id, body.model_dump_json().encode(), 201)
    lines = [one.line() for one in body.lines]
    key, answer = acting.prepare(visit.doer, site_id, body.meets_at, lines, ticket)
    return _answered(visit, key, answer)


@router.post(
    "/{code}/checklist", summary="改清单 Change", operation_id="change_checklist", responses=_REFUSED
)
def change(errand: OneErrand, code: AcceptancePath, body: ChecklistBody) -> AcceptanceWhole:
    """Before the first round begins; then it stands."""
    lines = ([one.line() for one in body.add], body.drop)
    return _did(
        errand, code, body, lambda one, key, ticket: acting.change(one, key, body.seen, lines, ticket)
    )


@router.post("/{code}/round", summary="开始一轮 Begin", operation_id="begin_round", responses=_REFUSED)
def begin_round(errand: OneErrand, code: AcceptancePath, body: Nothing = _NOTHING) -> AcceptanceWhole:
    """The next one waits until the rework of the last is verified."""
    return _did(errand, code, body, acting.begin_round)


@router.post(
    "/{code}/items", status_code=201, summary="验一项 Check", operation_id="check_item", responses=_REFUSED
)
async def check(
    errand: OneErrand, code: AcceptancePath, form: Annotated[CheckForm, Form()]
) -> AcceptanceWhole:
    """合格 or 不合格; looked at again in the round, the later result counts."""
    return await to_thread.run_sync(_check, errand, code, form, limiter=PICTURE_HANDS)


def _check(errand: Errand, code: str, form: CheckForm) -> AcceptanceWhole:
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    pictures = [photos.picture_of(one.file) for one in form.photo]
    looked = Looked(form.item, form.passed, form.words or "", pictures)
    said = f"{looked.item}/{looked.passed}/{looked.words}/{[one.received for one in pictures]}"
    ticket = errand.ticket(key.site_id, said.encode(), 201)
    return _answered(visit, key, acting.check(visit.doer, key, looked, ticket))


@router.post("/{code}/finish", summary="结束本轮 Finish", operation_id="finish_round", responses=_REFUSED)
def finish(errand: OneErrand, code: AcceptancePath, body: Nothing = _NOTHING) -> AcceptanceWhole:
    """What failed becomes an order of the contractor's, in the same instant."""
    return _did(errand, code, body, lambda one, key, ticket: acting.finish(one, key, ticket)[1])


@router.post("/{code}/sign", summary="签字 Sign", operation_id="sign_acceptance", responses=_REFUSED)
def sign(errand: OneErrand, code: AcceptancePath, body: SignBody) -> AcceptanceWhole:
    """Each party once a round."""
    name = body.name
    if name is None:
        return _did(errand, code, body, acting.sign)
    return _did(
        errand, code, body, lambda one, key, ticket: acting.sign_for(one, key, body.kind, name, ticket)
    )


@router.post("/{code}/cancel", summary="取消 Cancel", operation_id="cancel_acceptance", responses=_REFUSED)
def cancel(errand: OneErrand, code: AcceptancePath, body: ReasonBody) -> AcceptanceWhole:
    """With a reason; rework orders go on."""
    return _did(errand, code, body, lambda one, key, ticket: acting.cancel(one, key, body.reason, ticket))


def _did(errand: Errand, code: str, body: Body, do: Callable[..., Answer]) -> AcceptanceWhole:
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    acting.found_acceptance(visit.doer, key)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    return _answered(visit, key, do(visit.doer, key, ticket))


def _answered(visit: Visit, key: StreamKey, answer: Answer) -> AcceptanceWhole:
    if answer.refused is not None:
        raise refusal_of(visit, answer.refused)
    return _shown(visit, key)


def _shown(visit: Visit, key: StreamKey) -> AcceptanceWhole:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return papers.seen(visit.doer, sql, key, visit.language)[1]


def refusal_of(visit: Visit, refusal: Exception) -> Exception:
    """A refusal of the core with the name of what was wanted."""
    if isinstance(refusal, NotYours | IllegalMove):
        return Declined(refusal, _ACCEPTING[visit.language == "en"], {})
    return refusal
