"""竣工验收 in the browser: the client enters the certificate, everybody sees until when what is covered."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.matters.acceptances.completion import MONTHS
from services import desk
from services.actions.bodies import SITE_CODE
from services.matters.acceptances import warranty
from services.matters.acceptances.warranty import NewCompletion
from services.views.catalogues import words_in
from services.web.forms import MOST_PHOTOS, NotRecorded
from services.web.matters.acceptances import pictures_in, sent_photo, site_of, too_large
from services.web.matters.acceptances_shown import show_completion, show_completions, show_new_completion
from services.web.matters.kit import (
    KeyField,
    MatterPath,
    Said,
    WordsField,
    doer_of,
    need_done,
    ticket_of,
    typed_in,
)
from services.web.pages import page_language
from services.web.pictures import PICTURE_HANDS, PhotoPath, PhotoSize

router = APIRouter(prefix="/completions", include_in_schema=False, default_response_class=HTMLResponse)

MOST_FIELDS = 200
LONGEST_NUMBER = 120


@router.get("")
def list_page(request: Request) -> HTMLResponse:
    """Certificates and warranties."""
    return show_completions(request)


@router.get("/new")
def new_page(request: Request, site: Annotated[str, Query(pattern=f"^$|{SITE_CODE}")] = "") -> HTMLResponse:
    """The form by which the client enters a certificate."""
    return show_new_completion(request, site_of(request, site))


@router.post("/new")
async def record(request: Request) -> Response:
    """登记."""
    try:
        async with request.form(max_files=MOST_PHOTOS, max_fields=MOST_FIELDS) as form:
            return await to_thread.run_sync(_record, request, form, limiter=PICTURE_HANDS)
    except HTTPException:
        said = Said(refused=too_large(request), status=413)
        return await to_thread.run_sync(show_new_completion, request, site_of(request, ""), said)


def _record(request: Request, form: FormData) -> Response:
    one, typed = doer_of(request), typed_in(form)
    site_id = site_of(request, typed.get("site", ""))
    spaces = [str(each) for each in form.getlist("room")]
    try:
        new = _completion(request, typed, (form, spaces))
        ticket = ticket_of(one, site_id, "completion", typed.get("key", ""))
        key, answer = warranty.record(one, site_id, new, ticket)
        need_done(one, key, answer, page_language(request))
    except NotRecorded as refusal:
        said = Said(refused=refusal.words, typed=typed, status=refusal.status)
        return show_new_completion(request, site_id, said, spaces)
    return RedirectResponse(f"/completions/{desk.code_of(one.caller, key)}?did=recorded", 303)


def _completion(
    request: Request, typed: Mapping[str, str], more: tuple[FormData, list[str]]
) -> NewCompletion:
    """Raises NotRecorded where something is missing."""
    _ = words_in(page_language(request)).gettext
    certificate, (form, spaces) = typed.get("certificate", "").strip(), more
    if not certificate or len(certificate) > LONGEST_NUMBER or not spaces:
        raise NotRecorded(_("请写证书编号，并选好房间"), 422)
    months = {what: typed.get(f"months.{what}", "").strip() for what in MONTHS}
    if any(
        text and not (text.isascii() and text.isdigit() and len(text) < len("10000"))
        for text in months.values()
    ):
        raise NotRecorded(_("保修期请写几个月，比如 60"), 422)
    try:
        day = date.fromisoformat(typed.get("day", ""))
    except ValueError:
        raise NotRecorded(_("请选证书上的日期"), 422) from None
    longer = {what: int(text) for what, text in months.items() if text and int(text) != MONTHS[what]}
    return NewCompletion(day, certificate, spaces, longer, pictures_in(request, form))


@router.get("/{code}")
def one_page(
    request: Request, code: MatterPath, did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One certificate."""
    one = doer_of(request)
    _ = words_in(page_language(request)).gettext
    good = {"recorded": _("已登记，质保从证书日期算起"), "withdrawn": _("已撤销，不再计算质保")}
    found = warranty.find(one, desk.key_of(one.caller, code))
    return show_completion(request, found, Said(good=good.get(did, "")))


@router.get("/{code}/photos/{photo}")
def photo_file(request: Request, code: MatterPath, photo: PhotoPath, size: PhotoSize = "full") -> Response:
    """The certificate's photo."""
    one = doer_of(request)
    key = desk.key_of(one.caller, code)
    warranty.find(one, key)
    return sent_photo(request, key, code, (photo, size))


@router.post("/{code}/withdraw")
def withdraw(request: Request, code: MatterPath, reason: WordsField = "", key: KeyField = "") -> Response:
    """It was entered by mistake."""
    one = doer_of(request)
    at = desk.key_of(one.caller, code)
    found = warranty.find(one, at)
    _ = words_in(page_language(request)).gettext
    if not reason.strip():
        return show_completion(request, found, Said(refused=_("请先写几个字，再提交"), status=422))
    try:
        ticket = ticket_of(one, at.site_id, f"completion withdraw {code}", key)
        need_done(one, at, warranty.withdraw(one, at, reason, ticket), page_language(request))
    except NotRecorded as refusal:
        said = Said(refused=refusal.words, typed={"reason": reason}, status=refusal.status)
        return show_completion(request, found, said)
    return RedirectResponse(f"/completions/{code}?did=withdrawn", 303)
