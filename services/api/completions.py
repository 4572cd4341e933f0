"""竣工验收合格, entered by the client with its certificate: the warranty runs from it."""

from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, File, Form, Response
from fastapi.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk, photos
from services.actions.bodies import SITE_CODE
from services.api.acceptances import AcceptancePath, ReasonBody, refusal_of
from services.api.problems import declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.matters.acceptances import views, warranty
from services.matters.acceptances.views import CompletionsView, CompletionView
from services.matters.acceptances.warranty import NewCompletion
from services.store.transactions import transaction
from services.web.forms import MOST_PHOTOS
from services.web.pictures import (
    PICTURE,
    PICTURE_HANDS,
    IfNoneMatch,
    PhotoPath,
    PhotoSize,
    picture_answer,
    picture_beside,
)

router = APIRouter(prefix="/completions", tags=["acceptances"])

_REFUSED = declared(403, 404, 409, 413, 415, 422)


class CompletionForm(BaseModel):
    """竣工验收合格: `spaces` by commas; `longer` as `waterproofing=120 decoration=36`, in months."""

    model_config = ConfigDict(extra="forbid")

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]
    day: date
    certificate: Annotated[str, Field(min_length=1, max_length=120)]
    spaces: Annotated[str, Field(max_length=2000)]
    longer: Annotated[str, Field(max_length=400, pattern=r"^([a-z]+=[0-9]{1,4}( |$))*$")] = ""
    photo: Annotated[list[UploadFile], File(max_length=MOST_PHOTOS)] = []


@router.get("", summary="竣工验收 List", operation_id="list_completions", responses=declared(422))
def get_completions(visit: OneVisit) -> CompletionsView:
    """Certificates and what their warranty covers."""
    sites = visit.caller.sites_where(Permission.SEE_ACCEPTANCES)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        found = warranty.listed(visit.doer, sql, sites)
    return CompletionsView(
        items=[views.completion_view(one, visit.caller.at(one.key.site_id), visit.language) for one in found]
    )


@router.get("/{code}", summary="竣工验收 One", operation_id="get_completion", responses=declared(404, 422))
def get_completion(visit: OneVisit, code: AcceptancePath) -> CompletionView:
    """The certificate, and until when each item is covered."""
    return _completion(visit, desk.key_of(visit.caller, code))


@router.get(
    "/{code}/photos/{photo}",
    summary="证书照片 A photo",
    operation_id="get_completion_photo",
    response_class=Response,
    responses={**PICTURE, **declared(404, 422)},
)
def get_certificate(
    visit: OneVisit,
    code: AcceptancePath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Of the certificate."""
    key = desk.key_of(visit.caller, code)
    warranty.find(visit.doer, key)
    kept = picture_beside(visit.shop, key, photo, size)
    return picture_answer(visit.settings, kept, code, if_none_match)


@router.post(
    "",
    status_code=201,
    summary="登记竣工验收 Record",
    operation_id="record_completion",
    responses=_REFUSED,
)
async def record(errand: OneErrand, form: Annotated[CompletionForm, Form()]) -> CompletionView:
    """By the client; the warranty runs from its day."""
    return await to_thread.run_sync(_record, errand, form, limiter=PICTURE_HANDS)


def _record(errand: Errand, form: CompletionForm) -> CompletionView:
    visit = errand.visit
    site_id = desk.key_of(visit.caller, f"{form.site}-1").site_id
    pictures = [photos.picture_of(one.file) for one in form.photo]
    pairs = [one.split("=") for one in form.longer.split()]
    new = NewCompletion(
        form.day,
        form.certificate,
        [one.strip() for one in form.spaces.split(",") if one.strip()],
        {what: int(months) for what, months in pairs},
        pictures,
    )
    said = form.model_dump_json(exclude={"photo"}) + str([one.received for one in pictures])
    key, answer = warranty.record(visit.doer, site_id, new, errand.ticket(site_id, said.encode(), 201))
    if answer.refused is not None:
        raise refusal_of(visit, answer.refused)
    return _completion(visit, key)


@router.post(
    "/{code}/withdraw", summary="撤销登记 Withdraw", operation_id="withdraw_completion", responses=_REFUSED
)
def withdraw(errand: OneErrand, code: AcceptancePath, body: ReasonBody) -> CompletionView:
    """It was entered by mistake."""
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    warranty.find(visit.doer, key)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    answer = warranty.withdraw(visit.doer, key, body.reason, ticket)
    if answer.refused is not None:
        raise refusal_of(visit, answer.refused)
    return _completion(visit, key)


def _completion(visit: Visit, key: StreamKey) -> CompletionView:
    found = warranty.find(visit.doer, key)
    return views.completion_view(found, visit.caller.at(key.site_id), visit.language)
