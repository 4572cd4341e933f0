"""The published answer as a kind of stream: decision, fold, lists and notices."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Asked, Command, Event, MatterKind, ordinary
from models.domain.matters.questions import commands as c
from models.domain.matters.questions import events as e
from models.domain.matters.questions.state import AnswerStatus, PublishedAnswer
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.policy import Permission, permits
from models.domain.streams import Actor, DesiredNotice, Role

HANDLER, PUBLISHED = "handler", "answer_published"
GONE = "the answer was withdrawn"
STANDS = "its answer is public already; withdraw that first"


def may_moderate(actor: Actor, context: Context) -> bool:
    """A moderator, or the committee's people."""
    if not permits(actor.role, Permission.PUBLISH_ANSWERS):
        return False
    ours = actor.party is not None and context.site.has(actor.party, Capacity.COMMITTEE)
    return actor.role is Role.MODERATOR or ours


def may_see(actor: Actor, state: PublishedAnswer, context: Context) -> bool:
    """Everybody while it is public; who moderates, also afterwards."""
    return state.public or may_moderate(actor, context)


def _published(_none: None, command: c.PublishAnswer, one: Asked) -> Iterator[Event]:
    _moderating(one)
    if command.standing is not None:
        raise IllegalMove("answer", STANDS, state=AnswerStatus.PUBLISHED, holders=(), allowed=())
    if command.space not in one.context.site.spaces or command.party not in one.context.site.parties:
        raise BadValue("order", "its room or its party is not of this site")
    yield e.AnswerPublished(command)


def _helped(state: PublishedAnswer, command: c.SayHelped, _one: Asked) -> Iterator[Event]:
    _is_public(state)
    if command.mark not in state.helped:
        yield e.AnswerHelped(command.mark)


def _withdrawn(state: PublishedAnswer, command: c.WithdrawAnswer, one: Asked) -> Iterator[Event]:
    _moderating(one)
    _is_public(state)
    yield e.AnswerWithdrawn(command.reason)


def _moderating(one: Asked) -> None:
    if not may_moderate(one.actor, one.context):
        raise NotYours("publish-answer", one.context.site.with_capacity(Capacity.COMMITTEE))


def _is_public(state: PublishedAnswer) -> None:
    if not state.public:
        raise IllegalMove("answer", GONE, state=state.status, holders=(), allowed=())


def _begun(_none: None, event: e.AnswerPublished, at: datetime) -> PublishedAnswer:
    on = event.published
    return PublishedAnswer(
        AnswerStatus.PUBLISHED, on.order, on.space, on.party, on.question, on.answer, published_at=at
    )


def _counted(state: PublishedAnswer, event: e.AnswerHelped, _at: datetime) -> PublishedAnswer:
    return replace(state, helped=state.helped | {event.mark})


def _ended(state: PublishedAnswer, event: e.AnswerWithdrawn, at: datetime) -> PublishedAnswer:
    return replace(state, status=AnswerStatus.WITHDRAWN, reason=event.reason, ended_at=at)


def _columns(state: PublishedAnswer, _context: Context) -> Columns:
    return Columns(
        status=state.status,
        space=state.space,
        parties=(state.party,),
        reported_at=state.published_at,
        closed_at=state.ended_at,
    )


def _told(event: Event, state: PublishedAnswer, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    if isinstance(event, e.AnswerPublished):
        yield ordinary(state.party, HANDLER, PUBLISHED, context, at)


_HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.PublishAnswer: _published,
    c.SayHelped: _helped,
    c.WithdrawAnswer: _withdrawn,
}
_FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], PublishedAnswer]] = {
    e.AnswerPublished: _begun,
    e.AnswerHelped: _counted,
    e.AnswerWithdrawn: _ended,
}

ANSWER = MatterKind(
    "answer",
    PublishedAnswer,
    _HANDLERS,
    _FOLDS,
    columns_of=_columns,
    told=_told,
    reasons=frozenset({PUBLISHED}),
)
