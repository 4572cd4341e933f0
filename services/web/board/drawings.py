"""图纸 and 前后对比 on the public board: looked at and commented on without an account."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from services import desk
from services.actions.bodies import ORDER_CODE, SITE_CODE
from services.execute import UnknownStream
from services.matters.drawings import acting
from services.views.catalogues import words_in
from services.web.board.speaking import MOST_FIELDS, back, count, own_code, speaker, voice_of
from services.web.forms import NotRecorded
from services.web.matters.drawing_forms import remark_in
from services.web.matters.drawing_pictures import drawing_picture, pair_picture
from services.web.matters.drawings_shown import drawing_values, drawings_values
from services.web.matters.kit import NOTHING, Said, need_done, ticket_of, typed_in
from services.web.pages import page_language, render
from services.web.pictures import PhotoPath, PhotoSize

router = APIRouter(prefix="/public", include_in_schema=False, default_response_class=HTMLResponse)

SitePath = Annotated[str, Path(pattern=SITE_CODE)]
DrawingPath = Annotated[str, Path(pattern=ORDER_CODE)]
Did = Annotated[str, Query(max_length=12)]
Version = Annotated[int | None, Query(ge=1, le=1_000_000)]


@router.get("/{site}/drawings")
def drawings_page(request: Request, site: SitePath) -> HTMLResponse:
    """The drawings of a site, and its spaces before and after the works."""
    values = drawings_values(voice_of(request, site), page_language(request))
    return render(request, "board/drawings.html", {**values, "site": site})


@router.get("/{site}/drawings/{code}")
def drawing_page(
    request: Request, site: SitePath, code: DrawingPath, version: Version = None, did: Did = ""
) -> HTMLResponse:
    """One drawing, in its current version or an older one."""
    _ = words_in(page_language(request)).gettext
    good = {"comment": _("意见已记下，谢谢！"), "take-back": _("已收回。")}
    return _shown(request, (site, code), Said(good=good.get(did, "")), version)


def _shown(
    request: Request, at: tuple[str, str], said: Said = NOTHING, version: int | None = None
) -> HTMLResponse:
    site, code = at
    one = voice_of(request, site)
    values = drawing_values(one, desk.key_of(one.caller, code), page_language(request), said, version)
    mine = own_code(request) if values["mine"] else ""
    return render(request, "board/drawing.html", {**values, "code": mine, "site": site}, said.status)


@router.get("/{site}/drawings/{code}/photos/{photo}")
def picture(
    request: Request, site: SitePath, code: DrawingPath, photo: PhotoPath, size: PhotoSize = "full"
) -> Response:
    """A version's picture, while it is shown."""
    seen = request.headers.get("if-none-match")
    return drawing_picture(voice_of(request, site), code, (photo, size), seen)


@router.get("/{site}/pairs/{code}/photos/{photo}")
def pair_photo(
    request: Request, site: SitePath, code: DrawingPath, photo: PhotoPath, size: PhotoSize = "full"
) -> Response:
    """A photo of a pair, while it is shown."""
    seen = request.headers.get("if-none-match")
    return pair_picture(voice_of(request, site), code, (photo, size), seen)


@router.post("/{site}/drawings/{code}/{step}")
async def act(request: Request, site: SitePath, code: DrawingPath, step: str) -> Response:
    """A resident says something, or takes it back."""
    if step not in {"comment", "take-back"}:
        raise UnknownStream(step)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        return await to_thread.run_sync(_act, request, (site, code, step), form)


def _act(request: Request, at: tuple[str, str, str], form: FormData) -> Response:
    (site, code, step), said = at, typed_in(form)
    mine, one = speaker(request, site, said)
    key = desk.key_of(one.caller, code)
    person = one.caller.id
    new = acting.found_drawing(one, key).state.said_by(person) == 0
    try:
        count(request, site, new=new and step == "comment")
        ticket = ticket_of(one, key.site_id, f"public {step} {code}", said.get("key", ""))
        if step == "comment":
            answer = acting.comment(one, key, remark_in(request, said), ticket)
        else:
            answer = acting.take_back(one, key, said.get("comment", ""), ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        refused = Said(refused=refusal.words, typed=said, status=refusal.status)
        return _shown(request, (site, code), refused)
    return back(request, f"/public/{site}/drawings/{code}?did={step}#said", mine)
