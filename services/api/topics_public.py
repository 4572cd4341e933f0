"""Deliberation for everybody: topics read, proposed and answered without an account, by one's own code."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from models.domain.orders.refusals import BadValue
from services import desk
from services.api.guard import PUBLIC
from services.api.problems import declared
from services.api.residents import SHORTEST_KEY
from services.api.topics import OpinionBody, ProposalBody, TopicPath, listed, need, shown
from services.api.visit import Errand, OneErrand, OneVisit, SitePath
from services.callers import Caller
from services.matters.topics import acting, voices
from services.matters.topics.acting import NewTopic
from services.matters.topics.views import TopicsView, TopicWhole
from services.secrets import ring
from services.web.clients import address_of

router = APIRouter(prefix="/public", tags=["residents"])

VoiceHeader = Annotated[
    str | None,
    Header(
        alias="Opinion-Code",
        max_length=voices.LONGEST,
        description="Handed out with the first opinion or proposal; with it one's own words are changed.",
    ),
]
_OPEN = declared(404, 409, 413, 415, 422, 429)


class VoiceReceipt(BaseModel):
    """What was said, and the code by which it is changed."""

    opinion_code: str = Field(
        description="Write it down: it changes this opinion, and says the next.",
        examples=["7KQM-2X9D-HV3T-8R5N"],
    )
    topic: TopicWhole


@router.get(
    "/sites/{site}/topics",
    summary="公开的议题 Topics for everybody",
    operation_id="public_topics",
    responses=declared(404, 422, 429),
)
def public_topics(visit: OneVisit, site: SitePath, voice: VoiceHeader = None) -> TopicsView:
    """What is deliberated at a site; with one's code also what one proposed."""
    return listed(visit, voices.voice(visit.shop, ring(), site, voice or ""))


@router.get(
    "/topics/{code}",
    summary="公开的议题 A topic for everybody",
    operation_id="public_topic",
    responses=declared(404, 422, 429),
)
def public_topic(visit: OneVisit, code: TopicPath, voice: VoiceHeader = None) -> TopicWhole:
    """Nobody's person is in it; with one's code it tells which words are one's own."""
    caller = voices.voice(visit.shop, ring(), code.partition("-")[0], voice or "")
    return shown(visit, caller, desk.key_of(caller, code))


@router.post(
    "/sites/{site}/topics",
    status_code=201,
    summary="居民提议 Propose without an account",
    operation_id="public_propose_topic",
    responses=_OPEN,
)
def public_propose(
    errand: OneErrand, site: SitePath, body: ProposalBody, request: Request, voice: VoiceHeader = None
) -> VoiceReceipt:
    """The committee takes it up, or says why not; until then only the proposer sees it."""
    code, caller = voice_of(errand, site, voice)
    voices.count(errand.visit.shop, ring(), site, address_of(request.scope), new=True)
    new = NewTopic(body.title, body.words, body.space or "")
    one, site_id = errand.visit.of(caller).doer, caller.sites[site]
    ticket = errand.ticket(site_id, f"{code} {body.model_dump_json()}".encode(), 201)
    key, answer = acting.propose(one, site_id, new, ticket)
    need(errand.visit.of(caller), key, answer)
    return VoiceReceipt(opinion_code=code, topic=shown(errand.visit, caller, key))


@router.post(
    "/topics/{code}/opinion",
    summary="居民意见 Say without an account",
    operation_id="public_say_opinion",
    responses={**declared(403), **_OPEN},
)
def public_say(
    errand: OneErrand, code: TopicPath, body: OpinionBody, request: Request, voice: VoiceHeader = None
) -> VoiceReceipt:
    """One a code and phase: sent again with the code it takes the place of the earlier one."""
    site = code.partition("-")[0]
    mine, caller = voice_of(errand, site, voice)
    one, key = errand.visit.of(caller).doer, desk.key_of(caller, code)
    new = acting.found_topic(one, key).state.of(caller.id) is None
    voices.count(errand.visit.shop, ring(), site, address_of(request.scope), new=new)
    ticket = errand.ticket(key.site_id, f"{mine} {body.model_dump_json()}".encode(), 200)
    need(errand.visit.of(caller), key, acting.say(one, key, body.stance, body.words, ticket))
    return VoiceReceipt(opinion_code=mine, topic=shown(errand.visit, caller, key))


@router.post(
    "/topics/{code}/take-back",
    summary="居民收回意见 Take an opinion back without an account",
    operation_id="public_take_back_opinion",
    responses={**declared(403), **_OPEN},
)
def public_take_back_opinion(
    errand: OneErrand, code: TopicPath, request: Request, voice: VoiceHeader = None
) -> TopicWhole:
    """One's own of this phase, by its code; its words are erased."""
    site = code.partition("-")[0]
    caller = voices.voice(errand.visit.shop, ring(), site, voice or "")
    one, key = errand.visit.of(caller).doer, desk.key_of(caller, code)
    acting.found_topic(one, key)
    voices.count(errand.visit.shop, ring(), site, address_of(request.scope), new=False)
    ticket = errand.ticket(key.site_id, caller.id.encode(), 200)
    need(errand.visit.of(caller), key, acting.take_back(one, key, ticket))
    return shown(errand.visit, caller, key)


def voice_of(errand: Errand, site: str, given: str | None) -> tuple[str, Caller]:
    """The code that came, or a new one: the same for the same Idempotency-Key."""
    if errand.key is not None and len(errand.key) < SHORTEST_KEY:
        raise BadValue("Idempotency-Key", "too short: make it random, of at least 16 characters")
    seed = f"{PUBLIC}{site} {errand.key}" if errand.key else None
    code = given or voices.new_code(ring(), seed)
    return code, voices.voice(errand.visit.shop, ring(), site, code)
