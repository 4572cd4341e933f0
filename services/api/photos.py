"""Photos: received, and served to whoever may see the order."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, File, Form, Response
from fastapi.datastructures import UploadFile
from pydantic import BaseModel, ConfigDict

from models.domain.orders.refusals import BadValue
from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.actions.bodies import Code
from services.api import examples
from services.api.carrying import found_of, look_up, raise_refusal
from services.api.problems import declared
from services.api.visit import CodePath, Errand, OneErrand, OneVisit
from services.execute import Answer
from services.views.models import OrderView
from services.views.order import order_view
from services.web.pictures import (
    PICTURE,
    PICTURE_HANDS,
    IfNoneMatch,
    PhotoPath,
    PhotoSize,
    picture_answer,
    picture_seen,
)

router = APIRouter(prefix="/orders/{code}/photos", tags=["photos"])


class PhotoForm(BaseModel):
    """A photo, what it shows, and for which party it is attached (the caller's own unless named)."""

    model_config = ConfigDict(extra="forbid")

    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 20 MB and 50 million pixels.")]
    purpose: PhotoPurpose = PhotoPurpose.OTHER
    party: Code | None = None


@router.post(
    "",
    status_code=201,
    summary="传照片 Attach a photo",
    operation_id="attach_photo",
    responses={
        201: {
            "description": "Attached; the order as it is now.",
            "content": {"application/json": {"example": examples.ORDER}},
        },
        **declared(403, 404, 409, 413, 415, 422),
    },
)
async def attach_photo(errand: OneErrand, code: CodePath, form: Annotated[PhotoForm, Form()]) -> OrderView:
    """The picture is redrawn, which drops its metadata (place, phone), before it is kept with a thumbnail.

    The ledger vouches for the file as it was received, too.
    """
    return await to_thread.run_sync(_receive, errand, code, form, limiter=PICTURE_HANDS)


def _receive(errand: Errand, code: str, form: PhotoForm) -> OrderView:
    visit = errand.visit
    key = look_up(visit, code)
    attached = _attached(errand, key, form)
    picture = photos.picture_of(form.file.file)
    photos.keep(visit.settings, picture)
    answer = _attach(errand, key, picture, attached)
    raise_refusal(visit, key, answer, desk.Wish("photo", form))
    return order_view(visit.shop, visit.caller, key, visit.language)


def _attached(errand: Errand, key: StreamKey, form: PhotoForm) -> photos.Attached:
    found = found_of(errand.visit, key)
    if form.party is not None and form.party not in found.context.site.parties:
        raise BadValue("party", f"there is no party {form.party!r} here")
    return photos.Attached(
        form.purpose, form.party or errand.visit.caller.at(found.key.site_id).party, found.order.round
    )


def _attach(errand: Errand, key: StreamKey, picture: photos.Picture, attached: photos.Attached) -> Answer:
    """The row first, then the event that refers to it; without the event the row goes again."""
    visit = errand.visit
    body = f"{picture.received}/{attached.purpose}/{attached.party}".encode()
    photo = photos.add_row(visit.shop, key, picture, attached)
    attached_now = False
    try:
        extras = desk.Extras(errand.ticket(key.site_id, body, 201))
        answer = desk.attach(visit.shop, visit.caller, key, photo, extras)
        attached_now = answer.refused is None and answer.recalled is None
    finally:
        if not attached_now:
            photos.drop_row(visit.shop, key, photo.id)
    return answer


@router.get(
    "/{photo}",
    summary="照片 A photo",
    operation_id="get_photo",
    response_class=Response,
    responses={**PICTURE, **declared(404, 422)},
)
def get_photo(
    visit: OneVisit,
    code: CodePath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """For whoever may see the order; kept by the browser, never by a proxy. The thumbnail is a WebP."""
    kept = picture_seen(visit.shop, visit.caller, desk.key_of(visit.caller, code), photo, size)
    return picture_answer(visit.settings, kept, code, if_none_match)
