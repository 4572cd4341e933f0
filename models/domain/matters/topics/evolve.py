"""State is a fold of events, without a rule in it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.matter import Event, Term
from models.domain.matters.topics import events as e
from models.domain.matters.topics.state import Group, Opinion, Topic, TopicStatus

S = TopicStatus


def _proposed(_topic: None, event: e.TopicProposed, at: datetime) -> Topic:
    return Topic(
        S.PROPOSED, event.title, event.words, event.space, at, event.party, event.person, event.order
    )


def _collecting(topic: Topic, event: e.CollectionBegan, _at: datetime) -> Topic:
    return replace(topic, status=S.COLLECTING, deadlines=_only(event.term))


def _declined(topic: Topic, event: e.TopicDeclined, at: datetime) -> Topic:
    return replace(topic, status=S.DECLINED, reason=event.reason, ended_at=at)


def _given(topic: Topic, event: e.OpinionGiven, _at: datetime) -> Topic:
    said = {**topic.opinions, str(event.opinion.id): event.opinion}
    return replace(topic, opinions=said, next_opinion=max(topic.next_opinion, event.opinion.id + 1))


def _taken_back(topic: Topic, event: e.OpinionTakenBack, _at: datetime) -> Topic:
    left = {key: one for key, one in topic.opinions.items() if key != event.opinion}
    return replace(topic, opinions=left, groups=_with_some(topic.groups, left))


def _hidden(topic: Topic, event: e.OpinionHidden, _at: datetime) -> Topic:
    return _changed(topic, event.opinion, lambda one: replace(one, hidden=event.reason))


def _shown(topic: Topic, event: e.OpinionShown, _at: datetime) -> Topic:
    return _changed(topic, event.opinion, lambda one: replace(one, hidden=None))


def _grouped(topic: Topic, event: e.OpinionsGrouped, _at: datetime) -> Topic:
    number = event.group.id
    for key in event.opinions:
        topic = _changed(topic, key, lambda one: replace(one, group=number))
    groups = _with_some(topic.groups, topic.opinions)
    return replace(topic, groups={**groups, str(number): event.group}, next_group=number + 1)


def _with_some(groups: Mapping[str, Group], opinions: Mapping[str, Opinion]) -> dict[str, Group]:
    """The groups in which there is an opinion."""
    used = {str(one.group) for one in opinions.values()}
    return {key: one for key, one in groups.items() if key in used}


def _answered(topic: Topic, event: e.GroupAnswered, at: datetime) -> Topic:
    group = replace(topic.groups[event.group], answer=event.words, answered_at=at)
    return replace(topic, groups={**topic.groups, event.group: group})


def _deliberating(topic: Topic, _event: e.CollectionEnded, _at: datetime) -> Topic:
    return replace(topic, status=S.DELIBERATING, deadlines={})


def _published(topic: Topic, event: e.ConsensusReached, at: datetime) -> Topic:
    return replace(
        topic,
        status=S.PUBLISHED,
        consensus=event.words,
        present=event.present,
        published_at=at,
        deadlines=_only(event.term),
    )


def _agreed(topic: Topic, _event: e.PublicationEnded, _at: datetime) -> Topic:
    return replace(topic, status=S.AGREED, deadlines={})


def _ended(topic: Topic, event: e.TopicEnded, at: datetime) -> Topic:
    return replace(topic, status=S.ENDED, reason=event.reason, deadlines={}, ended_at=at)


def _carried_out(topic: Topic, event: e.TopicCarriedOut, _at: datetime) -> Topic:
    return replace(topic, status=S.CARRIED_OUT, orders=event.orders)


def _reviewed(topic: Topic, event: e.TopicReviewed, at: datetime) -> Topic:
    return replace(topic, status=S.REVIEWED, review=event.words, kept=event.kept, ended_at=at)


def _only(term: Term) -> dict[str, Term]:
    return {str(term.id): term}


def _changed(topic: Topic, key: str, change: Callable[[Opinion], Opinion]) -> Topic:
    return replace(topic, opinions={**topic.opinions, key: change(topic.opinions[key])})


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Topic]] = {
    e.TopicProposed: _proposed,
    e.CollectionBegan: _collecting,
    e.TopicDeclined: _declined,
    e.OpinionGiven: _given,
    e.OpinionTakenBack: _taken_back,
    e.OpinionHidden: _hidden,
    e.OpinionShown: _shown,
    e.OpinionsGrouped: _grouped,
    e.GroupAnswered: _answered,
    e.CollectionEnded: _deliberating,
    e.ConsensusReached: _published,
    e.PublicationEnded: _agreed,
    e.TopicEnded: _ended,
    e.TopicCarriedOut: _carried_out,
    e.TopicReviewed: _reviewed,
}
