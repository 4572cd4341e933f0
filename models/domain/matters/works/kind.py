"""Announced works as a kind of stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, Term, ordinary, timers
from models.domain.matters.works import events as e
from models.domain.matters.works.decide import HANDLERS, due
from models.domain.matters.works.rules import END, WALK
from models.domain.matters.works.state import HazardWalk, Works, WorksStatus
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice

HANDLER, LEAD = "handler", "lead"
TOLD = (
    *(Capacity.COMMITTEE, Capacity.PROPERTY, Capacity.AUTONOMY_OFFICE, Capacity.CLIENT),
    *(Capacity.CONTRACTOR, Capacity.SUPERVISOR),
)
"""Who works with the rooms, and hears of works in them."""


def _by_id(terms: tuple[Term, ...]) -> dict[str, Term]:
    return {str(one.id): one for one in terms}


def _announced(_none: None, event: e.WorksAnnounced, at: datetime) -> Works:
    return Works(
        status=WorksStatus.ANNOUNCED,
        party=event.party,
        walker=event.walker,
        announced_at=at,
        plan=event.plan,
        urgent=event.urgent,
        deadlines=_by_id(event.terms),
        person=event.person,
    )


def _changed(one: Works, event: e.WorksChanged, at: datetime) -> Works:
    return replace(
        one,
        plan=event.plan,
        reason=event.reason,
        urgent=event.urgent,
        changed_at=at,
        asked={},
        deadlines=_by_id(event.terms),
    )


def _walked(one: Works, event: e.HazardWalked, at: datetime) -> Works:
    walked = HazardWalk(event.party, at, event.rooms, event.walk, event.person)
    left = {key: each for key, each in one.deadlines.items() if each.kind != WALK}
    return replace(one, walked=walked, deadlines=left)


def _started(one: Works, event: e.WorksStarted, _at: datetime) -> Works:
    return replace(one, status=WorksStatus.STARTED, started_on=event.on)


def _asked(one: Works, event: e.WorksAsked, _at: datetime) -> Works:
    left = {key: each for key, each in one.deadlines.items() if each.id != event.passed}
    asked = {**one.asked, event.term.kind: event.step}
    return replace(one, asked=asked, deadlines={**left, str(event.term.id): event.term})


def _ended(one: Works, event: e.WorksEnded, at: datetime) -> Works:
    return replace(one, status=WorksStatus.ENDED, ended_on=event.on, ended_at=at, deadlines={})


def _cancelled(one: Works, event: e.WorksCancelled, at: datetime) -> Works:
    return replace(one, status=WorksStatus.CANCELLED, reason=event.reason, ended_at=at, deadlines={})


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Works]] = {
    e.WorksAnnounced: _announced,
    e.WorksChanged: _changed,
    e.HazardWalked: _walked,
    e.WorksStarted: _started,
    e.WorksAsked: _asked,
    e.WorksEnded: _ended,
    e.WorksCancelled: _cancelled,
}


def _columns(state: Works, _context: Context) -> Columns:
    walk = next((one for one in state.deadlines.values() if one.kind == WALK), None)
    end = next((one for one in state.deadlines.values() if one.kind == END), None)
    return Columns(
        status=state.status,
        origin="construction",
        space=state.plan.rooms[0] if len(state.plan.rooms) == 1 else "",
        colour="red" if state.deadlines and state.asked else "green",
        parties=(state.party,),
        holders=(walk.party,) if walk else (state.party,) if end else (),
        reported_at=state.announced_at,
        promised_at=end.due_at if end else None,
        closed_at=state.ended_at,
    )


def _told(event: Event, state: Works, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """The parties that work with the rooms; who owes the walk; then those above, when a limit is passed."""
    for party, role, why in _whom(event, state, context):
        if party in context.site.parties:
            yield ordinary(party, role, why, context, at)


def _whom(event: Event, state: Works, context: Context) -> Iterator[tuple[str, str, str]]:
    if isinstance(event, e.WorksAsked):
        yield from _asked_of(event, state, context)
    elif type(event) in _WHY:
        why = _WHY[type(event)]
        if isinstance(event, e.WorksAnnounced) and event.urgent is not None:
            why = URGENT
        for party in dict.fromkeys(party for one in TOLD for party in context.site.with_capacity(one)):
            owes = party == state.walker and state.owes_walk
            yield party, HANDLER, OWED if owes and isinstance(event, e.WorksAnnounced) else why


def _asked_of(event: e.WorksAsked, state: Works, context: Context) -> Iterator[tuple[str, str, str]]:
    """First whoever owes it, then the committee's or the autonomy office's, then the street's."""
    walk = event.term.kind == WALK
    if event.step == 1:
        yield event.term.party, HANDLER, "works.walk_late" if walk else "works.ending"
        if walk and state.party != event.term.party:
            yield state.party, HANDLER, "works.walk_late"
        return
    second = Capacity.AUTONOMY_OFFICE if walk else Capacity.COMMITTEE
    above = second if event.step == 2 else Capacity.STREET  # noqa: PLR2004 - the second step
    for party in dict.fromkeys((event.term.party, *context.site.with_capacity(above))):
        yield party, LEAD, "works.walk_late" if walk else "works.overdue"


OWED, URGENT = "works.walk", "works.urgent"
_WHY: Mapping[type[Event], str] = {
    e.WorksAnnounced: "works.announced",
    e.WorksChanged: "works.changed",
    e.WorksCancelled: "works.cancelled",
    e.WorksEnded: "works.ended",
}

WORKS = MatterKind(
    "works",
    Works,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    due=due,
    timers_of=timers,
    told=_told,
    reasons=frozenset({*_WHY.values(), OWED, URGENT, "works.walk_late", "works.ending", "works.overdue"}),
)
"""What is known of announced works."""
