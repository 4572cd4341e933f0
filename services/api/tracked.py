"""By the tracking code: who reported follows the order, answers, takes along and erases what is theirs."""

from typing import Annotated

from fastapi import APIRouter, Body, Form, Response
from pydantic import BaseModel

from models.domain.personal import PersonalData
from services import desk
from services.actions import bodies as b
from services.api import examples, orders, photos
from services.api.by_code import ORDERS
from services.api.carrying import act, look_up
from services.api.problems import declared
from services.api.visit import CodePath, Errand, OneErrand, OneVisit, PartyPath
from services.pictures.limits import MEDIA_TYPES
from services.privacy.erasing import ASKED, erase
from services.privacy.exporting import Mine, mine
from services.views.language import say
from services.views.models import EventsPage, OrderView
from services.views.order import API
from services.web.pictures import IfNoneMatch, PhotoPath, PhotoSize

router = APIRouter(prefix="/public/orders/{code}", tags=["residents"])

_DONE = declared(403, 404, 409, 413, 415, 422, 429)
_SEEN = declared(404, 422, 429)
OFFERED = frozenset({"callback", "reopen", "cancel", "note", "photo", "verify", "reject"})


class Erased(BaseModel):
    """What was erased, and what stays."""

    erased: list[PersonalData]
    stays: str


STAYS = (
    "办理经过仍保留：什么时候、哪个单位、做了什么；其中没有您的文字、联系方式和照片。",
    "What happened stays: when, which party, what was done; without your words, contact and photos.",
)


def at_the_door(view: OrderView) -> OrderView:
    """The addresses in it are of this door, and only what can be done here is offered."""
    allowed = [
        one.model_copy(update={"href": _here(one.href)}) for one in view.allowed if one.action in OFFERED
    ]
    shown = [
        one.model_copy(update={"href": _here(one.href), "thumbnail": _here(one.thumbnail)})
        for one in view.photos
    ]
    return view.model_copy(update={"allowed": allowed, "photos": shown})


def _here(href: str) -> str:
    return href.replace(f"{API}/orders/", ORDERS, 1)


def _do(errand: Errand, code: str, wish: desk.Wish) -> OrderView:
    return at_the_door(act(errand, code, wish))


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("", summary="查进度 Follow it", operation_id="track", responses=_SEEN)
def track(visit: OneVisit, code: CodePath) -> OrderView:
    """The order as its reporter sees it; `allowed` says what can be answered now."""
    return at_the_door(orders.get_order(visit, code))


@router.get("/events", summary="办理记录 What happened", operation_id="track_events", responses=_SEEN)
def track_events(
    visit: OneVisit, code: CodePath, limit: orders.Limit = 100, cursor: orders.Cursor = None
) -> EventsPage:
    """What happened, oldest first, as its reporter sees it: also who looked at the contact, and when."""
    return orders.list_events(visit, code, limit, cursor)


@router.get("/mine", summary="我的信息 Take it along", operation_id="track_mine", responses=_SEEN)
def track_mine(visit: OneVisit, code: CodePath, response: Response) -> Mine:
    """All that is kept of the reporter, as a file: contact, words, photos, and what happened."""
    key = look_up(visit, code)
    response.headers["Content-Disposition"] = f'attachment; filename="{code}.json"'
    return mine(visit.shop, visit.caller, key, visit.language)


@router.get(
    "/photos/{photo}",
    summary="照片 A photo",
    operation_id="track_photo",
    response_class=Response,
    responses={
        200: {"description": "The picture.", "content": {one: {} for one in MEDIA_TYPES.values()}},
        304: {"description": "It is still as `If-None-Match` names it."},
        **_SEEN,
    },
)
def track_photo(
    visit: OneVisit,
    code: CodePath,
    photo: PhotoPath,
    size: PhotoSize = "full",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A photo of the order."""
    return photos.get_photo(visit, code, photo, size, if_none_match)


# ── answering ───────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/callback", summary="回访 Answer the callback", operation_id="track_callback", responses=_DONE)
def track_callback(
    errand: OneErrand,
    code: CodePath,
    body: Annotated[b.CallbackBody, Body(examples=[examples.BODIES["order", "callback"]])],
) -> OrderView:
    """Whether it is resolved, and whether the reporter is satisfied; not resolved in time opens it again."""
    return _do(errand, code, desk.Wish("callback", body))


@router.post("/reopen", summary="重开 Reopen", operation_id="track_reopen", responses=_DONE)
def track_reopen(
    errand: OneErrand,
    code: CodePath,
    body: Annotated[b.ReasonBody, Body(examples=[examples.BODIES["order", "reopen"]])],
) -> OrderView:
    """Not resolved after all: once, and in time."""
    return _do(errand, code, desk.Wish("reopen", body))


@router.post("/cancel", summary="作废 Take it back", operation_id="track_cancel", responses=_DONE)
def track_cancel(
    errand: OneErrand,
    code: CodePath,
    body: Annotated[b.ReasonBody, Body(examples=[examples.BODIES["order", "cancel"]])],
) -> OrderView:
    """Reported by mistake; possible until somebody works on it."""
    return _do(errand, code, desk.Wish("cancel", body))


@router.post("/note", summary="补充 Add a remark", operation_id="track_note", responses=_DONE)
def track_note(
    errand: OneErrand,
    code: CodePath,
    body: Annotated[b.RemarkBody, Body(examples=[examples.BODIES["order", "note"]])],
) -> OrderView:
    """Something to add."""
    return _do(errand, code, desk.Wish("note", b.CommentBody(note=body.note)))


@router.post(
    "/assignments/{party}/verify", summary="核查通过 Verify", operation_id="track_verify", responses=_DONE
)
def track_verify(errand: OneErrand, code: CodePath, party: PartyPath) -> OrderView:
    """The committee's own work is for its reporter to check."""
    return _do(errand, code, desk.Wish("verify", b.Nothing(), party))


@router.post(
    "/assignments/{party}/reject", summary="核查不通过 Reject", operation_id="track_reject", responses=_DONE
)
def track_reject(
    errand: OneErrand,
    code: CodePath,
    party: PartyPath,
    body: Annotated[b.ReasonBody, Body(examples=[examples.BODIES["assignment", "reject"]])],
) -> OrderView:
    """The committee's own work is not as it should be."""
    return _do(errand, code, desk.Wish("reject", body, party))


@router.post(
    "/photos", status_code=201, summary="传照片 Attach a photo", operation_id="track_attach", responses=_DONE
)
async def track_attach(
    errand: OneErrand, code: CodePath, form: Annotated[photos.PhotoForm, Form()]
) -> OrderView:
    """Redrawn without place, phone and time before it is kept."""
    return at_the_door(await photos.attach_photo(errand, code, form))


@router.post("/erase", summary="删除我的信息 Erase what is mine", operation_id="track_erase", responses=_DONE)
def track_erase(errand: OneErrand, code: CodePath) -> Erased:
    """The reporter's words, contact and photos go for good; the order goes on, its code still opens it."""
    visit = errand.visit
    key = look_up(visit, code)
    sites = visit.caller.site_ids
    gone = erase(visit.shop, key, ASKED, actor=visit.caller.at(key.site_id), sites=sites)
    return Erased(erased=gone, stays=say(STAYS, visit.language))
