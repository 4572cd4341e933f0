"""公开答复: answered questions that everybody may search and read; published and withdrawn by moderators."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import Field

from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ORDER_CODE, Body, OrderCode, Text
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, SitePath, Visit
from services.execute import Answer
from services.matters.questions import acting, answered, views
from services.matters.questions.acting import EXACT, SIMILAR, NewAnswer
from services.matters.questions.views import AnswersView, AnswerView, MemberAnswer, ModerationView
from services.privacy import reporting
from services.store.transactions import transaction
from services.web.clients import address_of

public = APIRouter(prefix="/public", tags=["residents"])
answers = APIRouter(prefix="/answers", tags=["answers"])

AnswerPath = Annotated[str, Path(description="The answer's code.", pattern=ORDER_CODE, examples=["AIBO5-52"])]
_ANSWER = ("公开答复", "published answer")
_REFUSED = declared(403, 404, 409, 413, 415, 422)


class PublishBody(Body):
    """The moderator's words, without personal data; the order keeps the original ones."""

    order: OrderCode
    question: Text
    answer: Text


class ReasonBody(Body):
    """Why it is withdrawn."""

    reason: Text


class HelpedBody(Body):
    """Which browser was helped: something random that it keeps for itself."""

    browser: Annotated[str, Field(min_length=16, max_length=64)]


@public.get(
    "/sites/{site}/answers",
    summary="查找答复 Search answers",
    operation_id="search_answers",
    responses=declared(404, 422, 429),
)
def search_answers(
    visit: OneVisit,
    site: SitePath,
    q: Annotated[str, Query(max_length=200)] = "",
    similar: Annotated[bool, Query(description="As a question about to be asked.")] = False,  # noqa: FBT002
) -> AnswersView:
    """Two characters suffice; without any, the latest."""
    caller = reporting.public_caller(visit.shop, site)
    one = visit.of(caller).doer
    found = acting.search(one, caller.sites[site], q, SIMILAR if similar else EXACT)
    return AnswersView(items=[views.public_view(each, visit.language) for each in found])


@public.post(
    "/answers/{code}/helped",
    summary="有帮助 It helped",
    operation_id="answer_helped",
    responses=declared(404, 409, 413, 415, 422, 429),
)
def answer_helped(errand: OneErrand, request: Request, code: AnswerPath, body: HelpedBody) -> AnswerView:
    """Counted once a browser."""
    visit = errand.visit
    caller = reporting.public_caller(visit.shop, code.partition("-")[0])
    one, key = visit.of(caller).doer, desk.key_of(caller, code)
    acting.find(one, key)
    answer = acting.helped(one, key, body.browser, address_of(request.scope))
    if answer.refused is not None:
        raise _refusal(answer.refused, visit)
    return views.public_view(acting.find(one, key), visit.language)


@answers.get("", summary="公开答复 Answers", operation_id="list_answers", responses=declared(403, 422))
def list_answers(visit: OneVisit) -> ModerationView:
    """For who moderates: answered questions to publish, and the latest that were."""
    one = visit.doer
    sites = visit.caller.sites_where(Permission.PUBLISH_ANSWERS)
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        waiting = answered.waiting(one, sites, sql)
    found = [each for each in acting.listed(one, sites) if views.may_answer(one, each)]
    return ModerationView(
        waiting=[views.asked_view(each) for each in waiting],
        items=[views.member_view(each, visit.language) for each in found],
    )


@answers.get(
    "/{code}", summary="一则答复 One answer", operation_id="get_answer", responses=declared(404, 422)
)
def get_answer(visit: OneVisit, code: AnswerPath) -> AnswerView:
    """A withdrawn one for who moderates alone."""
    return views.public_view(acting.find(visit.doer, desk.key_of(visit.caller, code)), visit.language)


@answers.post(
    "", status_code=201, summary="公开答复 Publish", operation_id="publish_answer", responses=_REFUSED
)
def publish_answer(errand: OneErrand, body: PublishBody) -> MemberAnswer:
    """By the committee or a moderator, once the question was answered."""
    visit = errand.visit
    order = desk.key_of(visit.caller, body.order)
    ticket = errand.ticket(order.site_id, body.model_dump_json().encode(), 201)
    key, answer = acting.publish(visit.doer, NewAnswer(order, body.question, body.answer), ticket)
    return _answered(errand, key, answer)


@answers.post("/{code}/withdraw", summary="撤下 Withdraw", operation_id="withdraw_answer", responses=_REFUSED)
def withdraw_answer(errand: OneErrand, code: AnswerPath, body: ReasonBody) -> MemberAnswer:
    """It leaves the public page, and is found no more."""
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    acting.find(visit.doer, key)
    ticket = errand.ticket(key.site_id, body.model_dump_json().encode(), 200)
    return _answered(errand, key, acting.withdraw(visit.doer, key, body.reason, ticket))


router = APIRouter()
router.include_router(public)
router.include_router(answers)


def _answered(errand: Errand, key: StreamKey, answer: Answer) -> MemberAnswer:
    if answer.refused is not None:
        raise _refusal(answer.refused, errand.visit)
    return views.member_view(acting.find(errand.visit.doer, key), errand.visit.language)


def _refusal(refusal: Exception, visit: Visit) -> Exception:
    if isinstance(refusal, NotYours | IllegalMove):
        return Declined(refusal, _ANSWER[visit.language == "en"], {})
    return refusal
