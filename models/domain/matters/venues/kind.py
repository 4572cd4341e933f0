"""A closed room as a kind of stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, ordinary, timers
from models.domain.matters.venues import events as e
from models.domain.matters.venues.decide import HANDLERS, due
from models.domain.matters.venues.state import Before, Closure, ClosureStatus
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice

HANDLER, LEAD = "handler", "lead"
TOLD = (Capacity.COMMITTEE, Capacity.PROPERTY, Capacity.AUTONOMY_OFFICE, Capacity.CONTRACTOR)
"""Who works with the rooms, and hears that one is closed."""


def _closed(_none: None, event: e.SpaceClosed, at: datetime) -> Closure:
    return Closure(
        status=ClosureStatus.CLOSED,
        space=event.space,
        party=event.party,
        closed_at=at,
        begins=event.begins,
        until=event.until,
        substitute=event.substitute,
        moves=event.moves,
        reason=event.reason,
        person=event.person,
        deadlines={str(event.reopening.id): event.reopening},
    )


def _changed(one: Closure, event: e.ClosureChanged, _at: datetime) -> Closure:
    return replace(
        one,
        before=tuple(_before(one, event.since)),
        until=event.until,
        substitute=event.substitute,
        moves=event.moves,
        asked=0,
        deadlines={str(event.reopening.id): event.reopening},
    )


def _before(one: Closure, since: date) -> Iterator[Before]:
    """What held on some day before it."""
    yield from one.before
    last, first = since - timedelta(days=1), one.begins
    if one.before:
        first = one.before[-1].until + timedelta(days=1)
    if first <= last:
        yield Before(last, one.substitute, one.moves)


def _asked(one: Closure, event: e.ReopeningAsked, _at: datetime) -> Closure:
    return replace(one, asked=event.step, deadlines={str(event.reopening.id): event.reopening})


def _reopened(one: Closure, event: e.SpaceReopened, at: datetime) -> Closure:
    return replace(one, status=ClosureStatus.REOPENED, reopened_on=event.on, deadlines={}, ended_at=at)


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Closure]] = {
    e.SpaceClosed: _closed,
    e.ClosureChanged: _changed,
    e.ReopeningAsked: _asked,
    e.SpaceReopened: _reopened,
}


def _columns(state: Closure, _context: Context) -> Columns:
    term = state.term
    return Columns(
        status=state.status,
        space=state.space,
        colour="red" if state.asked > 1 and term else "yellow" if state.asked and term else "green",
        parties=(state.party,),
        holders=(state.party,) if term else (),
        reported_at=state.closed_at,
        promised_at=term.due_at if term else None,
        closed_at=state.ended_at,
    )


def _told(event: Event, state: Closure, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """The parties that work with the rooms; who closed it when its last day has come, then those above."""
    for party, role, why in _whom(event, state, context):
        if party in context.site.parties:
            yield ordinary(party, role, why, context, at)


def _whom(event: Event, state: Closure, context: Context) -> Iterator[tuple[str, str, str]]:
    if not isinstance(event, e.ReopeningAsked):
        everybody = [party for one in TOLD for party in context.site.with_capacity(one)]
        for party in dict.fromkeys(everybody):
            yield party, HANDLER, _WHY[type(event)]
    elif event.step == 1:
        yield state.party, HANDLER, "venues.ending"
    else:
        above = Capacity.COMMITTEE if event.step == 2 else Capacity.STREET  # noqa: PLR2004 - the second step
        for party in dict.fromkeys((state.party, *context.site.with_capacity(above))):
            yield party, LEAD, "venues.overdue"


_WHY: Mapping[type[Event], str] = {
    e.SpaceClosed: "venues.closed",
    e.ClosureChanged: "venues.changed",
    e.SpaceReopened: "venues.reopened",
}

CLOSURE = MatterKind(
    "closure",
    Closure,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    due=due,
    timers_of=timers,
    told=_told,
    reasons=frozenset({*_WHY.values(), "venues.ending", "venues.overdue"}),
)
"""What is known of a room that is closed for a time."""
