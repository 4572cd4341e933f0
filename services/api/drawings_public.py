"""Drawings, pairs and progress for everybody: looked at and commented on without an account."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services import desk
from services.api.drawings_kit import (
    WORDS,
    CommentBody,
    DrawingPath,
    NumberBody,
    listed,
    remark_of,
    shown,
)
from services.api.pairs import PairPath, pairs_listed
from services.api.problems import declared
from services.api.topics import need
from services.api.topics_public import VoiceHeader, voice_of
from services.api.visit import OneErrand, OneVisit, SitePath
from services.execute import UnknownStream
from services.matters.drawings import acting
from services.matters.drawings.views import DrawingsView, DrawingWhole
from services.matters.pairs.acting import PairsView
from services.matters.progress.reading import NoWeek, progress
from services.matters.progress.views import ProgressView
from services.matters.progress.weeks import WEEK
from services.matters.topics import voices
from services.secrets import ring
from services.web.clients import address_of
from services.web.matters.drawing_pictures import drawing_picture, pair_picture
from services.web.pictures import PICTURE, IfNoneMatch, PhotoPath, PhotoSize

router = APIRouter(prefix="/public", tags=["residents"])
_READ = declared(404, 422, 429)
_SAID = declared(403, 404, 409, 413, 415, 422, 429)


class CommentReceipt(BaseModel):
    """What was said, and the code by which it is taken back."""

    opinion_code: str = Field(
        description="Write it down: with it one's own words are taken back.",
        examples=["7KQM-2X9D-HV3T-8R5N"],
    )
    drawing: DrawingWhole


@router.get(
    "/sites/{site}/drawings",
    summary="公开的图纸 Drawings for everybody",
    operation_id="public_drawings",
    responses=_READ,
)
def public_drawings(visit: OneVisit, site: SitePath) -> DrawingsView:
    """The drawings of a site."""
    return listed(visit, voices.voice(visit.shop, ring(), site, ""))


@router.get(
    "/drawings/{code}",
    summary="公开的图纸 A drawing for everybody",
    operation_id="public_drawing",
    responses=_READ,
)
def public_drawing(visit: OneVisit, code: DrawingPath, voice: VoiceHeader = None) -> DrawingWhole:
    """Nobody's person is in it; with one's code it tells which comments are one's own."""
    caller = voices.voice(visit.shop, ring(), code.partition("-")[0], voice or "")
    return shown(visit, caller, desk.key_of(caller, code))


@router.get(
    "/drawings/{code}/photos/{photo}",
    summary="公开的图 A picture for everybody",
    operation_id="public_drawing_picture",
    response_class=Response,
    responses={**PICTURE, **_READ},
)
def public_drawing_picture(
    visit: OneVisit,
    code: DrawingPath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Of a version that was not withdrawn."""
    caller = voices.voice(visit.shop, ring(), code.partition("-")[0], "")
    return drawing_picture(visit.of(caller).doer, code, (photo, size), if_none_match)


@router.post(
    "/drawings/{code}/comments",
    summary="居民提意见 Comment without an account",
    operation_id="public_comment",
    responses=_SAID,
)
def public_comment(
    errand: OneErrand, code: DrawingPath, body: CommentBody, request: Request, voice: VoiceHeader = None
) -> CommentReceipt:
    """On the version that is current: on a room, a point, both, or all of it."""
    site = code.partition("-")[0]
    mine, caller = voice_of(errand, site, voice)
    one, key = errand.visit.of(caller).doer, desk.key_of(caller, code)
    new = acting.found_drawing(one, key).state.said_by(caller.id) == 0
    voices.count(errand.visit.shop, ring(), site, address_of(request.scope), new=new)
    ticket = errand.ticket(key.site_id, f"{mine} {body.model_dump_json()}".encode(), 200)
    need(errand.visit.of(caller), key, acting.comment(one, key, remark_of(body), ticket), WORDS)
    return CommentReceipt(opinion_code=mine, drawing=shown(errand.visit, caller, key))


@router.post(
    "/drawings/{code}/take-back",
    summary="居民收回意见 Take a comment back without an account",
    operation_id="public_take_back",
    responses=_SAID,
)
def public_take_back(
    errand: OneErrand, code: DrawingPath, body: NumberBody, request: Request, voice: VoiceHeader = None
) -> DrawingWhole:
    """One's own, by its code."""
    site = code.partition("-")[0]
    caller = voices.voice(errand.visit.shop, ring(), site, voice or "")
    one, key = errand.visit.of(caller).doer, desk.key_of(caller, code)
    acting.found_drawing(one, key)
    voices.count(errand.visit.shop, ring(), site, address_of(request.scope), new=False)
    ticket = errand.ticket(key.site_id, f"{caller.id} {body.model_dump_json()}".encode(), 200)
    need(errand.visit.of(caller), key, acting.take_back(one, key, body.comment, ticket), WORDS)
    return shown(errand.visit, caller, key)


@router.get(
    "/sites/{site}/pairs",
    summary="公开的前后对比 Pairs for everybody",
    operation_id="public_pairs",
    responses=_READ,
)
def public_pairs(visit: OneVisit, site: SitePath) -> PairsView:
    """Spaces before and after the works."""
    return pairs_listed(visit, voices.voice(visit.shop, ring(), site, ""))


@router.get(
    "/pairs/{code}/photos/{photo}",
    summary="公开的前后对比照片 A photo of a pair for everybody",
    operation_id="public_pair_photo",
    response_class=Response,
    responses={**PICTURE, **_READ},
)
def public_pair_photo(
    visit: OneVisit,
    code: PairPath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """While the pair is shown."""
    caller = voices.voice(visit.shop, ring(), code.partition("-")[0], "")
    return pair_picture(visit.of(caller).doer, code, (photo, size), if_none_match)


@router.get(
    "/sites/{site}/progress",
    summary="每周进展 Weekly progress",
    operation_id="public_progress",
    responses=_READ,
)
def public_progress(
    visit: OneVisit,
    site: SitePath,
    week: Annotated[
        str | None, Query(pattern=WEEK, description="As in 2026-W20; the current one without it.")
    ] = None,
) -> ProgressView:
    """What was done, what is next, what is late and why: from the events, nothing is typed."""
    caller = voices.voice(visit.shop, ring(), site, "")
    try:
        return progress(visit.shop, caller.sites[site], week, visit.language)
    except NoWeek:
        raise UnknownStream(week or "") from None
