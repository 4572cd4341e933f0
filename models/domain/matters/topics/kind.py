"""The topic as a kind of stream."""

from collections.abc import Iterator
from datetime import datetime

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, ordinary, timers
from models.domain.matters.topics import events as e
from models.domain.matters.topics.decide import HANDLERS, due
from models.domain.matters.topics.evolve import FOLDS
from models.domain.matters.topics.state import Topic
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice

HANDLER = "handler"
PROPOSED, TO_DELIBERATE, TO_CARRY_OUT = "topic_proposed", "topic_to_deliberate", "topic_to_carry_out"


def committee(context: Context) -> tuple[str, ...]:
    """Who leads deliberations at the site."""
    return context.site.with_capacity(Capacity.COMMITTEE)


def _columns(state: Topic, context: Context) -> Columns:
    ends = [term.due_at for term in state.deadlines.values()]
    return Columns(
        status=state.status,
        space=state.space,
        parties=committee(context),
        holders=committee(context) if state.ended_at is None else (),
        reported_at=state.proposed_at,
        promised_at=min(ends, default=None),
        closed_at=state.ended_at,
    )


def _told(event: Event, state: Topic, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """The committee, when something waits for it that it did not do itself."""
    reasons = {
        e.TopicProposed: PROPOSED if state.party is None else None,
        e.CollectionEnded: TO_DELIBERATE,
        e.PublicationEnded: TO_CARRY_OUT,
    }
    why = reasons.get(type(event))
    for party in committee(context) if why else ():
        yield ordinary(party, HANDLER, why or "", context, at)


TOPIC = MatterKind(
    "topic",
    Topic,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    due=due,
    timers_of=timers,
    told=_told,
    reasons=frozenset({PROPOSED, TO_DELIBERATE, TO_CARRY_OUT}),
)
