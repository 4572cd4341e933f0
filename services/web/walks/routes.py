"""The addresses of walks, and what their forms send."""

from collections.abc import Mapping
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Form, Path, Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.matter import Command
from models.domain.streams import StreamKey
from models.domain.walks.commands import AbandonWalk, DropFinding, TakeUpWalk
from models.domain.words import Origin, Severity
from services import desk, photos
from services.actions.bodies import ORDER_CODE, SITE_CODE
from services.execute import Answer, UnknownStream
from services.store.idempotency import Ticket
from services.store.private import LONGEST_TEXT
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.walks import acting, papers
from services.walks.acting import NewFinding, Walker
from services.walks.reading import find_walk
from services.walks.refusing import why
from services.web.forms import LONGEST_KEY, MOST_PHOTOS, NotRecorded, picture
from services.web.pages import caller_of, page_language, settings_of, shop_of
from services.web.papers import Paper, paper_answer
from services.web.pictures import PICTURE_HANDS, PhotoPath, PhotoSize, picture_answer
from services.web.walks.pages import Said, show_list, show_walk

router = APIRouter(prefix="/walk", include_in_schema=False, default_response_class=HTMLResponse)

WalkPath = Annotated[str, Path(pattern=ORDER_CODE)]
KeyField = Annotated[str, Form(max_length=LONGEST_KEY)]
Room = Annotated[str, Query(max_length=64)]
MOST_FIELDS = 10


def walker_of(request: Request) -> Walker:
    """Whoever walks, with the process's workshop."""
    return Walker(shop_of(request), settings_of(request), caller_of(request))


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("")
def list_page(request: Request) -> HTMLResponse:
    """The walks, and where to set out."""
    return show_list(request)


@router.get("/{code}")
def walk_page(
    request: Request, code: WalkPath, room: Room = "", did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One walk."""
    _ = words_in(page_language(request)).gettext
    good = {
        "noted": _("已记下"),
        "danger": _("已记下，并已立即通知责任单位"),
        "dropped": _("已撤回这一项"),
        "finished": _("整改通知单已发出"),
        "taken": _("已全部接单"),
    }
    return show_walk(request, code, Said(good=good.get(did, ""), room=room))


@router.get("/{code}/photos/{photo}")
def photo_file(request: Request, code: WalkPath, photo: PhotoPath, size: PhotoSize = "full") -> Response:
    """A photo of a finding, for whoever may see the walk."""
    shop, caller = shop_of(request), caller_of(request)
    key = desk.key_of(caller, code)
    with transaction(shop.engine, caller.site_ids) as sql:
        find_walk(shop, sql, caller, key)
        kept = photos.find_kept(sql, key, photo, thumbnail=size == "thumbnail")
    if kept is None:
        raise UnknownStream(photo)
    return picture_answer(settings_of(request), kept, code, request.headers.get("if-none-match"))


@router.get("/{code}/{paper}.pdf")
def paper_file(request: Request, code: WalkPath, paper: Paper) -> Response:
    """整改通知单 or 整改回复单."""
    shop, told = shop_of(request), settings_of(request)
    return paper_answer(papers.Desk(shop, told, caller_of(request), page_language(request)), code, paper)


# ── walking ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("")
def begin(
    request: Request,
    site: Annotated[str, Form(pattern=SITE_CODE)],
    origin: Annotated[Origin, Form()],
    key: KeyField = "",
) -> Response:
    """Set out."""
    one = walker_of(request)
    if site not in one.caller.sites:
        raise UnknownStream(site)
    site_id = one.caller.sites[site]
    walk, answer = acting.begin(one, site_id, origin, _ticket(one, site_id, "walk", key))
    if answer.refused is not None:
        return show_list(request, Said(refused=why(answer.refused, page_language(request)), status=409))
    return RedirectResponse(f"/walk/{site}-{walk.stream_id}", 303)


@router.post("/{code}/findings")
async def note(request: Request, code: WalkPath) -> Response:
    """Keep a finding."""
    try:
        async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
            return await to_thread.run_sync(_note, request, code, form, limiter=PICTURE_HANDS)
    except HTTPException:
        # Of a form with too many files, or too large as a whole.
        words = words_in(page_language(request)).gettext(
            "照片太多或太大：一次最多 5 张，共 20 MB，请少选几张"
        )
        return await to_thread.run_sync(show_walk, request, code, Said(refused=words, status=413))


def _note(request: Request, code: str, form: FormData) -> Response:
    typed = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    room, one = typed.get("space", ""), walker_of(request)
    key = desk.key_of(one.caller, code)
    try:
        new = _finding(request, form, typed, key)
        ticket = _ticket(one, key.site_id, f"walk finding {code}", typed.get("key", ""))
    except NotRecorded as refusal:
        said = Said(refused=refusal.words, typed=typed, room=room, status=refusal.status)
        return show_walk(request, code, said)
    answer = acting.note(one, key, new, ticket)
    if answer.refused is not None:
        said = Said(refused=why(answer.refused, page_language(request)), typed=typed, room=room, status=409)
        return show_walk(request, code, said)
    did = "danger" if new.severity is Severity.DANGER else "noted"
    return RedirectResponse(f"/walk/{code}?room={new.space}&did={did}#note", 303)


def _finding(request: Request, form: FormData, typed: Mapping[str, str], key: StreamKey) -> NewFinding:
    """What was tapped; a hazard that is a danger by the list is one, and so is what is marked as one.

    Raises:
        NotRecorded: something is missing, or a file is no photo.
    """
    language = page_language(request)
    _ = words_in(language).gettext
    one = walker_of(request)
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        hazards = find_walk(one.shop, sql, one.caller, key).context.playbook.hazards
    hazard = hazards.get(typed.get("hazard", ""))
    if hazard is None:
        raise NotRecorded(_("请先点一下是什么隐患，再保存；照片请重新选"), 422)
    words = typed.get("words", "")
    if len(words) > LONGEST_TEXT:
        raise NotRecorded(_("文字太长，请缩短后再保存"), 422)
    # A browser sends an empty file where none was chosen.
    files = [part.file for part in form.getlist("photo") if isinstance(part, UploadFile) and part.size]
    danger = hazard.severity is Severity.DANGER or typed.get("danger") == "yes"
    return NewFinding(
        space=typed.get("space", ""),
        hazard=hazard.code,
        severity=Severity.DANGER if danger else Severity.ORDINARY,
        words=words,
        pictures=[picture(file, language) for file in files],
    )


@router.post("/{code}/drop")
def drop(
    request: Request, code: WalkPath, finding: Annotated[str, Form(max_length=9)], room: Room = ""
) -> Response:
    """Take a finding back."""
    return _plain(request, code, DropFinding(finding), f"?room={room}&did=dropped")


@router.post("/{code}/abandon")
def abandon(request: Request, code: WalkPath) -> Response:
    """Give the walk up."""
    return _plain(request, code, AbandonWalk(), "")


@router.post("/{code}/take-up")
def take_up(request: Request, code: WalkPath) -> Response:
    """Go on with it."""
    return _plain(request, code, TakeUpWalk(), "")


def _plain(request: Request, code: str, command: Command, then: str) -> Response:
    one = walker_of(request)
    answer = acting.act(one, desk.key_of(one.caller, code), command)
    return _answered(request, code, answer, then)


def _answered(request: Request, code: str, answer: Answer, then: str) -> Response:
    if isinstance(answer.refused, UnknownStream):
        raise answer.refused
    if answer.refused is not None:
        return show_walk(request, code, Said(refused=why(answer.refused, page_language(request)), status=409))
    return RedirectResponse(f"/walk/{code}{then}", 303)


@router.post("/{code}/finish")
def finish(request: Request, code: WalkPath, key: KeyField = "") -> Response:
    """Write the notice; whoever presses twice, or second, comes to the one that was written."""
    one = walker_of(request)
    walk = desk.key_of(one.caller, code)
    answer = acting.finish(one, walk, _ticket(one, walk.site_id, f"walk finish {code}", key))
    return _answered(request, code, answer, "?did=finished")


@router.post("/{code}/acknowledge")
def take_on(request: Request, code: WalkPath) -> Response:
    """接单: all orders of the notice that the caller's party has not acknowledged, together."""
    one = walker_of(request)
    answer = acting.take_on(one, desk.key_of(one.caller, code))
    if answer is not None and answer.refused is not None:
        return _answered(request, code, answer, "")
    return RedirectResponse(f"/walk/{code}?did=taken", 303)


def _ticket(one: Walker, site_id: int, route: str, key: str) -> Ticket | None:
    """The same form sent twice happens once."""
    if not key:
        return None
    return Ticket.of(actor=one.caller.id, route=route, key=key, site_id=site_id, body=b"", status=200)
