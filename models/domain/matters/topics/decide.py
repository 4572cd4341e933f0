"""Who may do what with a topic, in which phase; then the command's events."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from models.domain.directory import Capacity
from models.domain.matter import Asked, Command, Event, Term, is_over
from models.domain.matters.topics import commands as c
from models.domain.matters.topics import events as e
from models.domain.matters.topics.state import Group, Opinion, Topic, TopicStatus
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.policy import Permission, permits
from models.domain.streams import Actor

S = TopicStatus
SHORTEST, LONGEST = timedelta(days=1), timedelta(days=60)
"""Of collecting and of publishing."""

OVER = "the time for opinions is over"
NOT_YET = "opinions are not collected yet"
AGREED = "its publication is over; it is agreed"
NOT_NOW = "the topic is in another phase"
NOTHING_SAID = "you have said nothing on it in this phase"
COLLECT, PUBLISH = "collect", "publish"


def may_lead(actor: Actor, context: Context) -> bool:
    """The committee takes the lead in deliberations."""
    return context.site.has(actor.party, Capacity.COMMITTEE) and permits(actor.role, Permission.DELIBERATE)


def may_moderate(actor: Actor, context: Context) -> bool:
    """The committee, and a moderator."""
    return may_lead(actor, context) or permits(actor.role, Permission.MODERATE)


def may_see(actor: Actor, topic: Topic, context: Context) -> bool:
    """Everybody, once it is taken up; before, and declined, who proposed it and who works for a party."""
    if topic.status not in {S.PROPOSED, S.DECLINED}:
        return True
    own = topic.person is not None and topic.person == actor.person
    return own or permits(actor.role, Permission.DELIBERATE) or may_moderate(actor, context)


def may_say(actor: Actor) -> bool:
    """Whoever lives or works there: by code, or as a member of a party or a volunteer."""
    return permits(actor.role, Permission.SAY_OPINION)


def _proposed(_topic: None, command: c.ProposeTopic, one: Asked) -> Iterator[Event]:
    leads = may_lead(one.actor, one.context)
    if not leads and not may_say(one.actor):
        raise NotYours("propose", ("committee", "resident"))
    if command.space and command.space not in one.context.site.spaces:
        raise BadValue("space", "there is no such space here")
    if command.lasts is not None and not leads:
        raise NotYours("take-up", ("committee",))
    by = one.actor
    yield e.TopicProposed(command.title, command.words, command.space, by.party, by.person, command.order)
    if command.lasts is not None:
        yield e.CollectionBegan(_term(1, COLLECT, command.lasts, one))


def _taken_up(_topic: Topic, command: c.TakeUpTopic, one: Asked) -> Iterator[Event]:
    yield e.CollectionBegan(_term(1, COLLECT, command.lasts, one))


def _declined(_topic: Topic, command: c.DeclineTopic, _one: Asked) -> Iterator[Event]:
    yield e.TopicDeclined(command.reason)


def _given(topic: Topic, command: c.GiveOpinion, one: Asked) -> Iterator[Event]:
    """One a person and phase: while opinions are collected, and on the consensus while it is published."""
    if not may_say(one.actor):
        raise NotYours("opinion", ("resident",))
    person = one.actor.person
    if person is None:
        raise BadValue("person", "say by which code the opinion can be changed")
    _need_hearing(topic, one)
    earlier = topic.of(person)
    yield e.OpinionGiven(
        Opinion(
            id=earlier.id if earlier else topic.next_opinion,
            person=person,
            phase=topic.status,
            stance=command.stance,
            at=one.now,
            words=command.words,
            group=earlier.group if earlier else None,
            hidden=earlier.hidden if earlier else None,
        )
    )


def _need_hearing(topic: Topic, one: Asked) -> None:
    if topic.status not in {S.COLLECTING, S.PUBLISHED}:
        raise _illegal(topic, NOT_YET if topic.status is S.PROPOSED else OVER)
    if any(is_over(term, one.now) for term in topic.deadlines.values()):
        raise _illegal(topic, OVER)


def _taken_back(topic: Topic, _command: c.TakeBackOpinion, one: Asked) -> Iterator[Event]:
    """One's own of the phase that is under way; what a phase ended with stays counted."""
    _need_hearing(topic, one)
    said = topic.of(one.actor.person) if one.actor.person is not None else None
    if said is None:
        raise BadValue("opinion", NOTHING_SAID)
    yield e.OpinionTakenBack(str(said.id))


def _hidden(topic: Topic, command: c.HideOpinion, one: Asked) -> Iterator[Event]:
    if not may_moderate(one.actor, one.context):
        raise NotYours("hide", ("committee", "moderator"))
    opinion = _opinion(topic, command.opinion)
    if command.reason is not None:
        yield e.OpinionHidden(command.opinion, command.reason)
    elif opinion.hidden is not None:
        yield e.OpinionShown(command.opinion)


def _grouped(topic: Topic, command: c.GroupOpinions, _one: Asked) -> Iterator[Event]:
    wanted = tuple(dict.fromkeys(command.opinions))
    if not wanted:
        raise BadValue("opinions", "choose at least one")
    for key in wanted:
        _opinion(topic, key)
    yield e.OpinionsGrouped(Group(topic.next_group, command.heading), wanted)


def _answered(topic: Topic, command: c.AnswerGroup, _one: Asked) -> Iterator[Event]:
    if command.group not in topic.groups:
        raise BadValue("group", "there is no such group any more; look again")
    yield e.GroupAnswered(command.group, command.words)


def _deliberating(_topic: Topic, _command: c.BeginDeliberation, _one: Asked) -> Iterator[Event]:
    yield e.CollectionEnded()


def _agreed_on(_topic: Topic, command: c.ReachConsensus, one: Asked) -> Iterator[Event]:
    if command.present < 1:
        raise BadValue("present", "say how many sat together")
    yield e.ConsensusReached(command.words, command.present, _term(2, PUBLISH, command.lasts, one))


def _ended(topic: Topic, command: c.EndTopic, one: Asked) -> Iterator[Event]:
    """What was published to its end is agreed, also where the clock has not looked yet."""
    if any(is_over(term, one.now) for term in topic.deadlines.values()):
        raise _illegal(topic, AGREED)
    yield e.TopicEnded(command.reason)


def _carried_out(_topic: Topic, command: c.CarryOut, _one: Asked) -> Iterator[Event]:
    yield e.TopicCarriedOut(command.orders)


def _reviewed(_topic: Topic, command: c.ReviewTopic, _one: Asked) -> Iterator[Event]:
    yield e.TopicReviewed(command.words, command.kept)


def due(topic: Topic, one: Asked) -> Iterator[Event]:
    """A phase that has a date ends by the clock."""
    over = [term for term in topic.deadlines.values() if is_over(term, one.now)]
    if over and topic.status is S.COLLECTING:
        yield e.CollectionEnded()
    elif over and topic.status is S.PUBLISHED:
        yield e.PublicationEnded()


def _term(number: int, kind: str, lasts: timedelta, one: Asked) -> Term:
    if not SHORTEST <= lasts <= LONGEST:
        raise BadValue("lasts", f"from {SHORTEST.days} to {LONGEST.days} days")
    lead = one.actor.party or ""
    return Term(number, kind, lead, one.now + lasts)


def _opinion(topic: Topic, key: str) -> Opinion:
    if key not in topic.opinions:
        raise BadValue("opinion", "there is no such opinion")
    return topic.opinions[key]


def _illegal(topic: Topic, why: str) -> IllegalMove:
    return IllegalMove("topic", why, state=topic.status, holders=("committee",), allowed=())


_Handler = Callable[[Topic, Any, Asked], Iterator[Event]]


def _led(handler: _Handler, *phases: TopicStatus) -> _Handler:
    """Only the committee, and only in these phases."""

    def handle(topic: Topic, command: Command, one: Asked) -> Iterator[Event]:
        if not may_lead(one.actor, one.context):
            raise NotYours("topic", ("committee",))
        if topic.status not in phases:
            raise _illegal(topic, NOT_NOW)
        yield from handler(topic, command, one)

    return handle


_HEARING = (S.COLLECTING, S.DELIBERATING, S.PUBLISHED)
HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.ProposeTopic: _proposed,
    c.TakeUpTopic: _led(_taken_up, S.PROPOSED),
    c.DeclineTopic: _led(_declined, S.PROPOSED),
    c.GiveOpinion: _given,
    c.TakeBackOpinion: _taken_back,
    c.HideOpinion: _hidden,
    c.GroupOpinions: _led(_grouped, *_HEARING),
    c.AnswerGroup: _led(_answered, *_HEARING),
    c.BeginDeliberation: _led(_deliberating, S.COLLECTING),
    c.ReachConsensus: _led(_agreed_on, S.DELIBERATING),
    c.EndTopic: _led(_ended, S.DELIBERATING, S.PUBLISHED),
    c.CarryOut: _led(_carried_out, S.AGREED),
    c.ReviewTopic: _led(_reviewed, S.CARRIED_OUT),
}
