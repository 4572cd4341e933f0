"""Publishing answers: which questions were answered, what everybody reads of them, and taking one back."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.domain.orders.refusals import BadValue
from models.domain.policy import Permission
from services import desk
from services.actions.bodies import ORDER_CODE
from services.callers import NotPermitted
from services.matters.kit import Doer
from services.matters.questions import acting, answered
from services.matters.questions.acting import NewAnswer
from services.matters.questions.views import asked_view, may_answer, member_view
from services.store.transactions import transaction
from services.views.catalogues import words_in
from services.views.refusing import value_in_chinese
from services.web.forms import NotRecorded
from services.web.matters.kit import (
    NOTHING,
    KeyField,
    MatterPath,
    Said,
    WordsField,
    doer_of,
    need_done,
    ticket_of,
)
from services.web.pages import page_language, render

router = APIRouter(prefix="/together/questions", include_in_schema=False, default_response_class=HTMLResponse)

OrderQuery = Annotated[str, Query(pattern=ORDER_CODE)]


@router.get("")
def list_page(request: Request) -> HTMLResponse:
    """Answered questions to publish, and the latest that were."""
    one, language = doer_of(request), page_language(request)
    sites = one.caller.sites_where(Permission.PUBLISH_ANSWERS)
    if not sites:
        raise NotPermitted
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        waiting = answered.waiting(one, sites, sql)
    found = [each for each in acting.listed(one, sites) if may_answer(one, each)]
    values = {
        "waiting": [asked_view(each) for each in waiting],
        "answers": [member_view(each, language) for each in found],
    }
    return render(request, "matters/questions.html", values)


@router.get("/new")
def new_page(request: Request, order: OrderQuery) -> HTMLResponse:
    """The words that everybody will read; first those of the order."""
    return _new(request, order)


def _new(request: Request, order: str, said: Said = NOTHING) -> HTMLResponse:
    one = doer_of(request)
    key = desk.key_of(one.caller, order)
    try:
        with transaction(one.shop.engine, one.caller.site_ids) as sql:
            asked = answered.answered_by(one, sql, key)
    except BadValue as refusal:
        refused = Said(refused=_why(request, refusal), typed=said.typed)
        values = {"order": order, "key": uuid4().hex, "said": refused}
        return render(request, "matters/question_new.html", values, 409)
    values = {"order": order, "asked": asked, "key": uuid4().hex, "said": said}
    return render(request, "matters/question_new.html", values, said.status)


@router.post("/new")
def publish(
    request: Request,
    order: Annotated[str, Form(pattern=ORDER_CODE)],
    question: WordsField = "",
    answer: WordsField = "",
    key: KeyField = "",
) -> Response:
    """公开."""
    one, typed = doer_of(request), {"question": question, "answer": answer}
    try:
        found = _published(request, one, (order, question.strip(), answer.strip()), key)
    except NotRecorded as refusal:
        return _new(request, order, Said(refused=refusal.words, typed=typed, status=refusal.status))
    return RedirectResponse(f"/together/questions/{found}?did=published", 303)


def _published(request: Request, one: Doer, said: tuple[str, str, str], form_key: str) -> str:
    if not all(said):
        _ = words_in(page_language(request)).gettext
        raise NotRecorded(_("请把问题和答复都写上"), 422)
    order = desk.key_of(one.caller, said[0])
    ticket = ticket_of(one, order.site_id, "answer", form_key)
    try:
        key, answer = acting.publish(one, NewAnswer(order, said[1], said[2]), ticket)
    except BadValue as refusal:
        raise NotRecorded(_why(request, refusal), 422) from None
    need_done(one, key, answer, page_language(request))
    return desk.code_of(one.caller, key)


@router.get("/{code}")
def answer_page(
    request: Request, code: MatterPath, did: Annotated[str, Query(max_length=12)] = ""
) -> HTMLResponse:
    """One answer, as its moderators see it."""
    _ = words_in(page_language(request)).gettext
    good = {"published": _("已公开，公示板上可以查到"), "withdrawn": _("已撤下，公示板上查不到了")}
    return _shown(request, code, Said(good=good.get(did, "")))


def _shown(request: Request, code: str, said: Said) -> HTMLResponse:
    one = doer_of(request)
    found = acting.find(one, desk.key_of(one.caller, code))
    values = {
        "a": member_view(found, page_language(request)),
        "zone": found.context.site.zone,
        "may": may_answer(one, found),
        "key": uuid4().hex,
        "said": said,
    }
    return render(request, "matters/question.html", values, said.status)


@router.post("/{code}/withdraw")
def withdraw(request: Request, code: MatterPath, reason: WordsField = "", key: KeyField = "") -> Response:
    """撤下, with a reason."""
    one = doer_of(request)
    at = desk.key_of(one.caller, code)
    acting.find(one, at)
    if not reason.strip():
        _ = words_in(page_language(request)).gettext
        return _shown(request, code, Said(refused=_("请写明为什么撤下"), status=422))
    try:
        ticket = ticket_of(one, at.site_id, f"withdraw answer {code}", key)
        need_done(one, at, acting.withdraw(one, at, reason, ticket), page_language(request))
    except NotRecorded as refusal:
        said = Said(refused=refusal.words, typed={"reason": reason}, status=refusal.status)
        return _shown(request, code, said)
    return RedirectResponse(f"/together/questions/{code}?did=withdrawn", 303)


def _why(request: Request, refusal: BadValue) -> str:
    english = refusal.message[:1].upper() + refusal.message[1:]
    return value_in_chinese(refusal.message) if page_language(request) == "zh" else english
