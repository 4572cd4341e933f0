"""Who tells of works and how; nothing starts before the rooms were walked."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Any

from models.domain.matter import Asked, Command, Event, is_over, term
from models.domain.matters.works import commands as c
from models.domain.matters.works import events as e
from models.domain.matters.works import rules
from models.domain.matters.works.state import Plan, Works, WorksStatus
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.streams import TextRef
from models.domain.walks.state import Walk, WalkStatus

BACKWARDS, PAST, LONG, HOURS, NIGHT = "backwards", "past", "long", "hours", "night"
ROOMS, SUBSTITUTE, SUBSTITUTE_AWAY, LATE, WALK = "rooms", "substitutes", "away", "urgent", "walk"
"""The fields of a plan that can be wrong."""
OVER, RUNNING, EARLY = "they ended or were cancelled", "they have begun", "their first day has not come"
NOT_WALKED, WALKED = "the rooms were not walked for hazards", "the rooms were walked already"
NOT_STARTED = "they have not begun"

_WRONG = {
    BACKWARDS: "the last day lies before the first",
    PAST: "the days are over",
    LONG: "they take more than a year",
    HOURS: "they end before they begin",
    NIGHT: "works are forbidden in some of these hours",
    ROOMS: "name at least one room; there is no such room, or it is closed for good",
    SUBSTITUTE: "there is no such room, it is closed for good, or works are in it",
    SUBSTITUTE_AWAY: "a substitute is closed itself, or under works, in that time",
    LATE: "say why everybody is told so late",
    WALK: "choose a finished walk that began after everybody was told",
}


def _announced(_none: None, command: c.AnnounceWorks, one: Asked) -> Iterator[Event]:
    _need(one, "announce")
    party = str(one.actor.party)
    _check(command.plan, command.away, one)
    _refuse_if(PAST, command.plan.begins < rules.local_day(one.now, one.context))
    _refuse_late(party, command.plan.begins, command.urgent, one)
    yield e.WorksAnnounced(
        party=party,
        plan=command.plan,
        terms=rules.terms(command.plan, None, one),
        walker=rules.walker(one.context),
        urgent=_urgent(party, command.plan.begins, command.urgent, one),
        person=one.actor.person,
    )


def _check(plan: Plan, away: Mapping[str, date], one: Asked) -> None:
    """Raises BadValue."""
    spaces = {code: room for code, room in one.context.site.spaces.items() if not room.closed}
    wrong = {
        BACKWARDS: plan.until < plan.begins,
        PAST: plan.until < rules.local_day(one.now, one.context),
        LONG: (plan.until - plan.begins).days >= rules.LONGEST_DAYS,
        HOURS: time.fromisoformat(plan.closes) <= time.fromisoformat(plan.opens),
        NIGHT: rules.is_barred(plan.opens, plan.closes, one.context),
        ROOMS: not plan.rooms or not set(plan.rooms) <= set(spaces),
        SUBSTITUTE: not set(plan.substitutes) <= set(spaces) - set(plan.rooms),
        SUBSTITUTE_AWAY: not away.keys().isdisjoint(plan.substitutes),
    }
    for field, holds in wrong.items():
        _refuse_if(field, holds)


def _refuse_if(field: str, holds: bool) -> None:  # noqa: FBT001 - the condition itself
    if holds:
        raise BadValue(field, _WRONG[field])


def _refuse_late(party: str, begins: date, urgent: TextRef | None, one: Asked) -> None:
    late = begins < rules.in_time_from(party, one.context, one.now)
    _refuse_if(LATE, late and urgent is None)


def _urgent(party: str, begins: date, urgent: TextRef | None, one: Asked) -> TextRef | None:
    """Works that are told of in time are not urgent, whatever was written."""
    return urgent if begins < rules.in_time_from(party, one.context, one.now) else None


def _changed(works: Works, command: c.ChangeWorks, one: Asked) -> Iterator[Event]:
    _need(one, "change")
    _refuse_over(works, "change")
    before, after = works.plan, command.plan
    _check(after, command.away, one)
    if works.status is WorksStatus.STARTED and after.begins != before.begins:
        raise _illegal(works, "change", RUNNING)
    sooner = after.begins < before.begins or not set(after.rooms) <= set(before.rooms)
    if after.begins != before.begins:
        _refuse_if(PAST, after.begins < rules.local_day(one.now, one.context))
    if sooner:
        _refuse_late(works.party, after.begins, command.urgent, one)
    moved = sooner or after.begins != before.begins
    urgent = _urgent(works.party, after.begins, command.urgent, one) if moved else works.urgent
    yield e.WorksChanged(after, command.reason, rules.terms(after, works, one), urgent)


def _walked(works: Works, command: c.RecordWalk, one: Asked) -> Iterator[Event]:
    if not rules.may_record_walk(one.actor, one.context):
        raise NotYours("walk", [str(each) for each in rules.WALKERS])
    _refuse_over(works, "walk")
    if not works.owes_walk:
        raise _illegal(works, "walk", WALKED)
    _refuse_if(WALK, (command.number is None) != (command.walk is None))
    _refuse_if(WALK, command.walk is not None and not fits(command.walk, works, one.context))
    yield e.HazardWalked(str(one.actor.party), works.plan.rooms, command.number, one.actor.person)


def fits(walk: Walk, works: Works, context: Context) -> bool:
    """Whether a walk is one before these works: finished, and of the day that they were told or later."""
    told = rules.local_day(works.announced_at, context)
    return walk.status is WalkStatus.FINISHED and walk.day >= told


def _started(works: Works, _command: c.StartWorks, one: Asked) -> Iterator[Event]:
    _need(one, "start")
    _refuse_over(works, "start")
    today = rules.local_day(one.now, one.context)
    why = {
        RUNNING: works.status is WorksStatus.STARTED,
        EARLY: today < works.plan.begins,
        NOT_WALKED: works.owes_walk,
    }
    for each, holds in why.items():
        if holds:
            raise _illegal(works, "start", each)
    yield e.WorksStarted(today)


def _ended(works: Works, _command: c.EndWorks, one: Asked) -> Iterator[Event]:
    _need(one, "end")
    _refuse_over(works, "end")
    if works.status is not WorksStatus.STARTED:
        raise _illegal(works, "end", NOT_STARTED)
    yield e.WorksEnded(rules.local_day(one.now, one.context))


def _cancelled(works: Works, command: c.CancelWorks, one: Asked) -> Iterator[Event]:
    _need(one, "cancel")
    _refuse_over(works, "cancel")
    if works.status is WorksStatus.STARTED:
        raise _illegal(works, "cancel", RUNNING)
    yield e.WorksCancelled(command.reason)


def _need(one: Asked, action: str) -> None:
    if not rules.may_announce(one.actor, one.context):
        raise NotYours(action, [str(each) for each in rules.ANNOUNCERS])


def _refuse_over(works: Works, action: str) -> None:
    if not works.is_open:
        raise _illegal(works, action, OVER)


def _illegal(works: Works, action: str, why: str) -> IllegalMove:
    holders = (works.walker,) if why == NOT_WALKED and works.walker else (works.party,)
    return IllegalMove(action, why, state=works.status, holders=holders, allowed=())


def due(works: Works, one: Asked) -> Iterator[Event]:
    """Nobody walked in time, or the last day is over and nobody said that they ended."""
    number = max((int(key) for key in works.deadlines), default=0)
    for running in works.deadlines.values():
        if is_over(running, one.now):
            number += 1
            step = works.asked.get(running.kind, 0) + 1
            limit = rules.AGAIN[min(step - 1, len(rules.AGAIN) - 1)]
            yield e.WorksAsked(step, running.id, term(number, running.kind, running.party, limit, one))


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.AnnounceWorks: _announced,
    c.ChangeWorks: _changed,
    c.RecordWalk: _walked,
    c.StartWorks: _started,
    c.EndWorks: _ended,
    c.CancelWorks: _cancelled,
}
