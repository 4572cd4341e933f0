"""Deliberation 议事: topics, opinions of members and of the public, consensus, what is carried out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from models.domain.matters.topics.commands import PUBLISHED_FOR
from models.domain.matters.topics.state import Stance
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import (
    ORDER_CODE,
    SITE_CODE,
    Body,
    Code,
    Nothing,
    OrderCode,
    ReportBody,
    Text,
    Title,
)
from services.api.problems import Declined, declared
from services.api.visit import Errand, OneErrand, OneVisit, Visit
from services.callers import Caller
from services.execute import Answer
from services.matters.kit import Doer
from services.matters.meetings.refusing import why
from services.matters.topics import acting
from services.matters.topics.acting import NewTopic
from services.matters.topics.views import TopicsView, TopicWhole, item_of, whole
from services.store.contexts import read_sites
from services.store.idempotency import Ticket
from services.store.transactions import transaction

router = APIRouter(prefix="/topics", tags=["topics"])

TopicPath = Annotated[str, Path(description="The topic's code.", pattern=ORDER_CODE, examples=["AIBO5-41"])]
_TOPIC = ("议事", "deliberation")
_NOTHING = Nothing()
_REFUSED = declared(403, 404, 409, 413, 415, 422)
_Days = Annotated[int, Field(ge=1, le=60, examples=[14])]


class ProposalBody(Body):
    """What is to be deliberated."""

    title: Title = Field(examples=["舞蹈房开放时间"])
    words: Text = Field(examples=["晚上九点以后音乐声大，隔壁楼睡不好，建议定个时间。"])
    space: Code | None = Field(None, description="The room that it concerns, if one.", examples=["dance"])


class TopicBody(ProposalBody):
    """`days`: the committee takes it up at once and collects opinions for so long."""

    site: Annotated[str, Field(pattern=SITE_CODE, examples=["AIBO5"])]
    days: _Days | None = None
    order: OrderCode | None = Field(None, description="Out of which it comes: what one owes there is done.")


class TakeUpBody(Body):
    """How long opinions are collected."""

    days: _Days


class ReasonBody(Body):
    """Everybody reads it."""

    reason: Text


class OpinionBody(Body):
    """赞成, 反对 or 建议, in words or without."""

    stance: Stance
    words: Text | None = None


class HideBody(Body):
    """The opinion, and the reason that stands in its place; without one it is shown again."""

    opinion: Annotated[str, Field(pattern="^[1-9][0-9]{0,6}$", examples=["3"])]
    reason: Text | None = None


class GroupBody(Body):
    """Opinions that say the same, and what they say."""

    opinions: Annotated[
        list[Annotated[str, Field(pattern="^[1-9][0-9]{0,6}$")]], Field(min_length=1, max_length=2000)
    ]
    heading: Title


class AnswerBody(Body):
    """What the committee answers to a group."""

    group: Annotated[str, Field(pattern="^[1-9][0-9]{0,6}$", examples=["1"])]
    words: Text


class ConsensusBody(Body):
    """共识: what was agreed, by how many, and for how many days it is published."""

    words: Text
    present: Annotated[int, Field(ge=1, le=100_000)]
    days: _Days = PUBLISHED_FOR.days


class CarryOutBody(Body):
    """The orders that it takes; none where nothing has to be mended."""

    orders: list[ReportBody] = Field([], max_length=20)


class ReviewBody(Body):
    """回头看: whether what was agreed is kept."""

    words: Text
    kept: bool


@router.get("", summary="议题列表 List topics", operation_id="list_topics", responses=declared(422))
def get_topics(visit: OneVisit) -> TopicsView:
    """What is deliberated at the caller's sites."""
    return listed(visit, visit.caller)


@router.get("/{code}", summary="议题 One topic", operation_id="get_topic", responses=declared(404, 422))
def get_topic(visit: OneVisit, code: TopicPath) -> TopicWhole:
    """Opinions by group, answers, the consensus and what came of it."""
    return shown(visit, visit.caller, desk.key_of(visit.caller, code))


@router.post(
    "", status_code=201, summary="提议 Propose a topic", operation_id="propose_topic", responses=_REFUSED
)
def propose_topic(errand: OneErrand, body: TopicBody) -> TopicWhole:
    """Anybody who lives or works there; the committee may take its own up at once."""
    visit = errand.visit
    site_id = desk.key_of(visit.caller, f"{body.site}-1").site_id
    order = desk.key_of(visit.caller, body.order) if body.order else None
    lasts = timedelta(days=body.days) if body.days else None
    new = NewTopic(body.title, body.words, body.space or "", lasts, order)
    ticket = errand.ticket(site_id, body.model_dump_json().encode(), 201)
    key, answer = acting.propose(visit.doer, site_id, new, ticket)
    need(visit, key, answer)
    return shown(visit, visit.caller, key)


@router.post("/{code}/take-up", summary="列入议事 Take up", operation_id="take_up_topic", responses=_REFUSED)
def take_up(errand: OneErrand, code: TopicPath, body: TakeUpBody) -> TopicWhole:
    """Opinions are collected from now on."""
    lasts = timedelta(days=body.days)
    return _did(errand, code, lambda one, key: acting.take_up(one, key, lasts, _ticket(errand, key, body)))


@router.post("/{code}/decline", summary="不列入 Decline", operation_id="decline_topic", responses=_REFUSED)
def decline(errand: OneErrand, code: TopicPath, body: ReasonBody) -> TopicWhole:
    """With the reason."""
    return _did(
        errand, code, lambda one, key: acting.decline(one, key, body.reason, _ticket(errand, key, body))
    )


@router.post("/{code}/opinion", summary="发表意见 Say", operation_id="say_opinion", responses=_REFUSED)
def say_opinion(errand: OneErrand, code: TopicPath, body: OpinionBody) -> TopicWhole:
    """One a person and phase: a later one takes the place of the earlier."""
    return _did(
        errand,
        code,
        lambda one, key: acting.say(one, key, body.stance, body.words, _ticket(errand, key, body)),
    )


@router.post(
    "/{code}/take-back", summary="收回意见 Take back", operation_id="take_back_opinion", responses=_REFUSED
)
def take_back_opinion(errand: OneErrand, code: TopicPath, body: Nothing = _NOTHING) -> TopicWhole:
    """One's own of this phase; its words are erased."""
    return _did(errand, code, lambda one, key: acting.take_back(one, key, _ticket(errand, key, body)))


@router.post("/{code}/hide", summary="不予公开 Hide", operation_id="hide_opinion", responses=_REFUSED)
def hide_opinion(errand: OneErrand, code: TopicPath, body: HideBody) -> TopicWhole:
    """By the committee or a moderator; the reason is public."""
    return _did(
        errand,
        code,
        lambda one, key: acting.hide(one, key, body.opinion, body.reason, _ticket(errand, key, body)),
    )


@router.post("/{code}/group", summary="归并 Group", operation_id="group_opinions", responses=_REFUSED)
def group_opinions(errand: OneErrand, code: TopicPath, body: GroupBody) -> TopicWhole:
    """They leave the groups that they were in."""
    return _did(
        errand,
        code,
        lambda one, key: acting.group(one, key, body.opinions, body.heading, _ticket(errand, key, body)),
    )


@router.post("/{code}/answer", summary="回应 Answer", operation_id="answer_group", responses=_REFUSED)
def answer_group(errand: OneErrand, code: TopicPath, body: AnswerBody) -> TopicWhole:
    """Stands beside the group."""
    return _did(
        errand,
        code,
        lambda one, key: acting.answer_group(one, key, body.group, body.words, _ticket(errand, key, body)),
    )


@router.post(
    "/{code}/deliberate", summary="开始议事 Deliberate", operation_id="deliberate_topic", responses=_REFUSED
)
def deliberate(errand: OneErrand, code: TopicPath, body: Nothing = _NOTHING) -> TopicWhole:
    """Opinions are collected no longer."""
    return _did(errand, code, lambda one, key: acting.deliberate(one, key, _ticket(errand, key, body)))


@router.post(
    "/{code}/consensus", summary="达成共识 Agree", operation_id="reach_consensus", responses=_REFUSED
)
def reach_consensus(errand: OneErrand, code: TopicPath, body: ConsensusBody) -> TopicWhole:
    """Published at once."""
    sat = (body.present, timedelta(days=body.days))
    return _did(
        errand, code, lambda one, key: acting.agree(one, key, body.words, sat, _ticket(errand, key, body))
    )


@router.post("/{code}/end", summary="未达成共识 End", operation_id="end_topic", responses=_REFUSED)
def end(errand: OneErrand, code: TopicPath, body: ReasonBody) -> TopicWhole:
    """Without a consensus, or after objections to what was published."""
    return _did(errand, code, lambda one, key: acting.end(one, key, body.reason, _ticket(errand, key, body)))


@router.post(
    "/{code}/carry-out", summary="落实 Carry out", operation_id="carry_out_topic", responses=_REFUSED
)
def carry_out(errand: OneErrand, code: TopicPath, body: CarryOutBody) -> TopicWhole:
    """Its orders are reported together with it, or nothing is."""
    return _did(
        errand, code, lambda one, key: acting.carry_out(one, key, body.orders, _ticket(errand, key, body))[1]
    )


@router.post("/{code}/review", summary="回头看 Review", operation_id="review_topic", responses=_REFUSED)
def review(errand: OneErrand, code: TopicPath, body: ReviewBody) -> TopicWhole:
    """The end of the topic."""
    return _did(
        errand,
        code,
        lambda one, key: acting.review(one, key, body.words, _ticket(errand, key, body), kept=body.kept),
    )


def listed(visit: Visit, caller: Caller) -> TopicsView:
    """The topics that a caller sees, who need not be the visitor."""
    with transaction(visit.shop.engine, caller.site_ids) as sql:
        found = acting.topics_of(visit.of(caller).doer, sql, caller.site_ids)
    return TopicsView(items=[item_of(one, visit.language) for one in found])


def shown(visit: Visit, caller: Caller, key: StreamKey) -> TopicWhole:
    """The topic as a caller sees it. Raises UnknownStream."""
    with transaction(visit.shop.engine, caller.site_ids) as sql:
        found = acting.find(visit.of(caller).doer, sql, key)
        return whole(found, sql, caller.at(key.site_id), visit.language)


def _ticket(errand: Errand, key: StreamKey, body: Body) -> Ticket | None:
    return errand.ticket(key.site_id, body.model_dump_json().encode(), 200)


def _did(errand: Errand, code: str, do: Callable[[Doer, StreamKey], Answer]) -> TopicWhole:
    visit = errand.visit
    key = desk.key_of(visit.caller, code)
    one = visit.doer
    acting.found_topic(one, key)
    need(visit, key, do(one, key))
    return shown(visit, visit.caller, key)


def need(visit: Visit, key: StreamKey, answer: Answer, called: tuple[str, str] = _TOPIC) -> None:
    """Raise what was refused: with the names of those who may, and why in the visitor's language.

    `called`: what it was asked of, in Chinese and English.
    """
    refusal = answer.refused
    if refusal is None:
        return
    if not isinstance(refusal, NotYours | IllegalMove):
        raise refusal
    with transaction(visit.shop.engine, visit.caller.site_ids) as sql:
        site = visit.shop.contexts.of(sql, read_sites(sql, [key.site_id])[key.site_id]).site
    codes = refusal.may if isinstance(refusal, NotYours) else refusal.holders
    names = {one: site.parties[one].name if one in site.parties else one for one in codes}
    raise Declined(refusal, called[visit.language == "en"], names, why=why(refusal, "zh", site))
