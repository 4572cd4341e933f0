"""前后对比: two photos of a space, published by who does the works, looked at by all."""

from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from models.domain.streams import StreamKey
from services import desk, photos
from services.actions.bodies import ORDER_CODE, SITE_CODE, Body, Code, Text
from services.api.drawings_kit import PictureFile, site_of, ticket_of
from services.api.problems import declared
from services.api.topics import need
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.callers import Caller
from services.matters.pairs import acting
from services.matters.pairs.acting import PairsView, PairView, Shot, pair_view
from services.store.transactions import transaction
from services.web.matters.drawing_pictures import pair_picture
from services.web.pictures import PICTURE, PICTURE_HANDS, IfNoneMatch, PhotoPath, PhotoSize

router = APIRouter(prefix="/pairs", tags=["drawings"])

PairPath = Annotated[str, Path(description="The pair's code.", pattern=ORDER_CODE, examples=["AIBO5-72"])]
WORDS = ("前后对比", "the pair of photos")
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class PairForm(BaseModel):
    """Two photos of a space, each with the day on which it was taken."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(pattern=SITE_CODE)]
    space: Code
    before: PictureFile
    before_day: date
    after: PictureFile
    after_day: date
    words: Text | None = None


class ReasonBody(Body):
    """Everybody reads it."""

    reason: Text


@router.get("", summary="前后对比列表 List pairs", operation_id="list_pairs", responses=declared(422))
def get_pairs(visit: OneVisit) -> PairsView:
    """The latest pairs of the caller's sites."""
    return pairs_listed(visit, visit.caller)


@router.get(
    "/{code}/photos/{photo}",
    summary="前后对比的照片 A photo of a pair",
    operation_id="get_pair_photo",
    response_class=Response,
    responses={**PICTURE, **declared(404, 422)},
)
def get_pair_photo(
    visit: OneVisit,
    code: PairPath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """While the pair is shown."""
    return pair_picture(visit.doer, code, (photo, size), if_none_match)


@router.post(
    "",
    status_code=201,
    summary="公布前后对比 Publish a pair",
    operation_id="publish_pair",
    responses=_REFUSED,
)
async def publish_pair(errand: OneErrand, form: Annotated[PairForm, Form()]) -> PairView:
    """Before and after the works; both photos are redrawn."""
    return await to_thread.run_sync(_pair, errand, form, limiter=PICTURE_HANDS)


def _pair(errand: Errand, form: PairForm) -> PairView:
    visit = errand.visit
    site_id = site_of(visit, form.site)
    before = Shot(photos.picture_of(form.before.file), form.before_day)
    after = Shot(photos.picture_of(form.after.file), form.after_day)
    said = [(shot.picture.received, str(shot.day)) for shot in (before, after)]
    ticket = errand.ticket(site_id, f"{form.space}/{form.words}/{said}".encode(), 201)
    one = visit.doer
    key, answer = acting.publish(one, (site_id, form.space), (before, after), form.words, ticket)
    need(visit, key, answer, WORDS)
    return _shown(visit, key)


@router.post(
    "/{code}/withdraw",
    summary="撤下前后对比 Withdraw a pair",
    operation_id="withdraw_pair",
    responses=_REFUSED,
)
def withdraw_pair(errand: OneErrand, code: PairPath, body: ReasonBody) -> PairView:
    """Its photos are shown no longer."""
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    _shown(visit, key)
    ticket = ticket_of(errand, key, body)
    need(visit, key, acting.withdraw(visit.doer, key, body.reason, ticket), WORDS)
    return _shown(visit, key)


def pairs_listed(visit: Visit, caller: Caller) -> PairsView:
    """The pairs of a caller's sites."""
    with transaction(visit.shop.engine, caller.site_ids) as sql:
        found = acting.pairs_of(visit.of(caller).doer, sql, caller.site_ids)
    return PairsView(items=[pair_view(one, visit.language) for one in found])


def _shown(visit: Visit, key: StreamKey) -> PairView:
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        return pair_view(acting.find(visit.doer, sql, key), visit.language)
