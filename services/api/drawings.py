"""图纸: published by who makes them, looked at by all, commented on at a place, answered."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form, Response

from models.domain.streams import StreamKey
from services import desk, photos
from services.api.drawings_kit import (
    WORDS,
    AnswerBody,
    CommentBody,
    DrawingForm,
    DrawingPath,
    HideBody,
    NumberBody,
    VersionForm,
    WithdrawBody,
    did,
    listed,
    remark_of,
    shown,
    site_of,
    ticket_of,
)
from services.api.problems import declared
from services.api.topics import need
from services.api.visit import Errand, OneErrand, OneVisit
from services.execute import Answer
from services.matters.drawings import acting
from services.matters.drawings.acting import NewDrawing
from services.matters.drawings.views import DrawingsView, DrawingWhole
from services.matters.kit import Doer
from services.web.matters.drawing_pictures import drawing_picture
from services.web.pictures import PICTURE, PICTURE_HANDS, IfNoneMatch, PhotoPath, PhotoSize

router = APIRouter(prefix="/drawings", tags=["drawings"])
_REFUSED = declared(403, 404, 409, 413, 415, 422)


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("", summary="图纸列表 List drawings", operation_id="list_drawings", responses=declared(422))
def get_drawings(visit: OneVisit) -> DrawingsView:
    """The latest drawings of the caller's sites."""
    return listed(visit, visit.caller)


@router.get(
    "/{code}",
    summary="图纸 One drawing",
    operation_id="get_drawing",
    responses=declared(404, 422),
)
def get_drawing(visit: OneVisit, code: DrawingPath) -> DrawingWhole:
    """Its versions and what was said about them."""
    return shown(visit, visit.caller, desk.key_of(visit.caller, code))


@router.get(
    "/{code}/photos/{photo}",
    summary="图 A picture",
    operation_id="get_drawing_picture",
    response_class=Response,
    responses={**PICTURE, **declared(404, 422)},
)
def get_drawing_picture(
    visit: OneVisit,
    code: DrawingPath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Of a version that was not withdrawn."""
    return drawing_picture(visit.doer, code, (photo, size), if_none_match)


# ── publishing ──────────────────────────────────────────────────────────────────────────────────────────────


@router.post(
    "",
    status_code=201,
    summary="公布图纸 Publish a drawing",
    operation_id="publish_drawing",
    responses=_REFUSED,
)
async def publish_drawing(errand: OneErrand, form: Annotated[DrawingForm, Form()]) -> DrawingWhole:
    """By the committee, the client or the designer; its picture is redrawn as photos are."""
    return await to_thread.run_sync(_publish, errand, form, limiter=PICTURE_HANDS)


def _publish(errand: Errand, form: DrawingForm) -> DrawingWhole:
    visit = errand.visit
    site_id = site_of(visit, form.site)
    picture = photos.picture_of(form.file.file)
    said = f"{form.sort}/{form.title}/{form.space}/{picture.received}"
    new = NewDrawing(form.sort, form.title, picture, form.space or "")
    ticket = errand.ticket(site_id, said.encode(), 201)
    key, answer = acting.publish(visit.doer, site_id, new, ticket)
    need(visit, key, answer, WORDS)
    return shown(visit, visit.caller, key)


@router.post(
    "/{code}/versions",
    status_code=201,
    summary="公布新版 Publish a version",
    operation_id="publish_version",
    responses=_REFUSED,
)
async def publish_version(
    errand: OneErrand, code: DrawingPath, form: Annotated[VersionForm, Form()]
) -> DrawingWhole:
    """The older ones stay to be looked at."""
    return await to_thread.run_sync(_version, errand, code, form, limiter=PICTURE_HANDS)


def _version(errand: Errand, code: str, form: VersionForm) -> DrawingWhole:
    def do(one: Doer, key: StreamKey) -> Answer:
        picture = photos.picture_of(form.file.file)
        ticket = errand.ticket(key.site_id, f"{form.changed}/{picture.received}".encode(), 201)
        return acting.publish_version(one, key, picture, form.changed, ticket)

    return did(errand, code, do)


@router.post(
    "/{code}/withdraw",
    summary="撤下 Withdraw a version",
    operation_id="withdraw_version",
    responses=_REFUSED,
)
def withdraw_version(errand: OneErrand, code: DrawingPath, body: WithdrawBody) -> DrawingWhole:
    """Its picture is shown no longer; the reason stands in its place."""
    return did(
        errand,
        code,
        lambda one, key: acting.withdraw(one, key, body.version, body.reason, ticket_of(errand, key, body)),
    )


# ── saying and answering ────────────────────────────────────────────────────────────────────────────────────


@router.post(
    "/{code}/comments",
    summary="提意见 Comment",
    operation_id="comment_on_drawing",
    responses=_REFUSED,
)
def comment_on_drawing(errand: OneErrand, code: DrawingPath, body: CommentBody) -> DrawingWhole:
    """On the version that is current."""
    return did(
        errand,
        code,
        lambda one, key: acting.comment(one, key, remark_of(body), ticket_of(errand, key, body)),
    )


@router.post(
    "/{code}/take-back",
    summary="收回意见 Take a comment back",
    operation_id="take_back_comment",
    responses=_REFUSED,
)
def take_back_comment(errand: OneErrand, code: DrawingPath, body: NumberBody) -> DrawingWhole:
    """One's own."""
    return did(
        errand,
        code,
        lambda one, key: acting.take_back(one, key, body.comment, ticket_of(errand, key, body)),
    )


@router.post("/{code}/hide", summary="不予公开 Hide", operation_id="hide_comment", responses=_REFUSED)
def hide_comment(errand: OneErrand, code: DrawingPath, body: HideBody) -> DrawingWhole:
    """By the committee or a moderator; the reason is public."""
    return did(
        errand,
        code,
        lambda one, key: acting.hide(one, key, body.comment, body.reason, ticket_of(errand, key, body)),
    )


@router.post("/{code}/answer", summary="回复 Answer", operation_id="answer_comment", responses=_REFUSED)
def answer_comment(errand: OneErrand, code: DrawingPath, body: AnswerBody) -> DrawingWhole:
    """By whose drawing it is, or by the committee."""
    return did(
        errand,
        code,
        lambda one, key: acting.answer_comment(
            one, key, body.comment, body.words, ticket_of(errand, key, body)
        ),
    )
