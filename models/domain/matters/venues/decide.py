"""Who closes rooms and how: activities go where there is place for them, or nothing is closed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.matter import Asked, Command, Event, Term, is_over, term
from models.domain.matters.venues import commands as c
from models.domain.matters.venues import events as e
from models.domain.matters.venues.clashes import Clash, Clashing, Why, Wish, clashes
from models.domain.matters.venues.state import PAUSED, Closure, ClosureStatus
from models.domain.matters.venues.timetable import Shut, shuts
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.policy import Permission, permits
from models.domain.streams import Actor

KEEPERS = (Capacity.COMMITTEE, Capacity.AUTONOMY_OFFICE)
"""Who leads and who supports 替代场地 in the default playbook."""
ASKED_AT = time(9)
"""On the last day, by the site's clock."""
AGAIN = (Limit(0, 1, Clock.WORKING_DAYS), Limit(0, 5, Clock.WORKING_DAYS))
"""After the first time it is asked, and after each later one: the ladder's + 1 WD and + 5 WD."""
LONGEST_DAYS = 730
KIND = "closure_end"

BACKWARDS, PAST, LONG, NO_ROOM = "backwards", "past", "long", "space"
OVERLAPS = "it is closed in that time already"
OVER = "it is open again"


def may_close(actor: Actor, context: Context) -> bool:
    """The committee and the autonomy office."""
    keeps = any(context.site.has(actor.party, one) for one in KEEPERS)
    return keeps and permits(actor.role, Permission.CLOSE_SPACES)


def may_see(actor: Actor, _closure: object, _context: Context) -> bool:
    """Whoever sees the site at work."""
    return permits(actor.role, Permission.SEE_VENUES)


def may_change(actor: Actor, closure: Closure, context: Context) -> bool:
    """As `may_close`, while it is closed."""
    return closure.status is ClosureStatus.CLOSED and may_close(actor, context)


def local_day(now: datetime, context: Context) -> date:
    """The day on the site's wall clock."""
    return now.astimezone(ZoneInfo(context.site.zone)).date()


def _closed(_none: None, command: c.CloseSpace, one: Asked) -> Iterator[Event]:
    if not may_close(one.actor, one.context) or one.actor.party is None:
        raise NotYours("close", [str(each) for each in KEEPERS])
    space = one.context.site.spaces.get(command.space)
    if space is None or space.closed:
        raise BadValue(NO_ROOM, "there is no such room, or it is closed for good")
    _check_days(command.begins, command.until, one)
    known = shuts(command.around, local_day(one.now, one.context))
    for shut in known:
        if shut.closure.space == command.space and shut.holds(command.begins, command.until):
            raise IllegalMove("close", OVERLAPS, state="closed", holders=(shut.closure.party,), allowed=())
    wish = Closure(
        *(ClosureStatus.CLOSED, command.space, one.actor.party, one.now, command.begins, command.until),
        substitute=command.substitute,
        moves=_moves(command.moves, command.substitute, one, command.space),
    )
    _refuse_clashes(wish, known, one)
    yield e.SpaceClosed(
        space=wish.space,
        party=wish.party,
        begins=wish.begins,
        until=wish.until,
        reopening=_asks(1, wish, one),
        substitute=wish.substitute,
        moves=wish.moves,
        reason=command.reason,
        person=one.actor.person,
    )


def _check_days(begins: date, until: date, one: Asked) -> None:
    wrong = {
        BACKWARDS: until < begins,
        PAST: until < local_day(one.now, one.context),
        LONG: (until - begins).days > LONGEST_DAYS,
    }
    for why, holds in wrong.items():
        if holds:
            raise BadValue(why, _DAYS[why])


_DAYS = {
    BACKWARDS: "the last day lies before the first",
    PAST: "the last day is over",
    LONG: "it is closed for more than two years",
}


def _moves(moves: Mapping[str, str], substitute: str | None, one: Asked, space: str) -> dict[str, str]:
    """Only what differs from the substitute, and only of activities that there are."""
    known = {each.code for each in one.context.site.spaces[space].activities}
    return {code: to for code, to in moves.items() if code in known and to != substitute}


def _refuse_clashes(wish: Closure, known: list[Shut], one: Asked) -> None:
    """Raises Clashing."""
    spaces, first = one.context.site.spaces, max(wish.begins, local_day(one.now, one.context))
    if wish.substitute is not None and wish.substitute != PAUSED and wish.substitute not in spaces:
        raise Clashing([Clash(Why.UNKNOWN, None, wish.substitute)])
    found = clashes(Wish(wish, first, spaces, known))
    if found:
        raise Clashing(found)


def _asks(number: int, wish: Closure, one: Asked) -> Term:
    zone = ZoneInfo(one.context.site.zone)
    due_at = datetime.combine(wish.until, ASKED_AT, zone)
    return Term(number, KIND, wish.party, due_at.astimezone(one.now.tzinfo))


def _changed(closure: Closure, command: c.ChangeClosure, one: Asked) -> Iterator[Event]:
    _open_to(closure, one, "change")
    _check_days(closure.begins, command.until, one)
    moves = _moves(command.moves, command.substitute, one, closure.space)
    wish = replace(closure, until=command.until, substitute=command.substitute, moves=moves)
    known = shuts(command.around, local_day(one.now, one.context))
    first = max(wish.begins, local_day(one.now, one.context))
    for shut in known:
        if shut.closure.space == wish.space and shut.holds(first, wish.until):
            raise IllegalMove("change", OVERLAPS, state="closed", holders=(shut.closure.party,), allowed=())
    _refuse_clashes(wish, known, one)
    number = closure.term.id + 1 if closure.term else 1
    yield e.ClosureChanged(first, wish.until, _asks(number, wish, one), wish.substitute, moves)


def _reopened(closure: Closure, _command: c.ReopenSpace, one: Asked) -> Iterator[Event]:
    _open_to(closure, one, "reopen")
    yield e.SpaceReopened(local_day(one.now, one.context))


def _open_to(closure: Closure, one: Asked, action: str) -> None:
    if not may_close(one.actor, one.context):
        raise NotYours(action, [str(each) for each in KEEPERS])
    if closure.status is not ClosureStatus.CLOSED:
        raise IllegalMove(action, OVER, state=closure.status, holders=(), allowed=())


def due(closure: Closure, one: Asked) -> Iterator[Event]:
    """Its last day has come, or it is still closed after it."""
    running = closure.term
    if running is not None and is_over(running, one.now):
        limit = AGAIN[min(closure.asked, len(AGAIN) - 1)]
        yield e.ReopeningAsked(closure.asked + 1, term(running.id + 1, KIND, closure.party, limit, one))


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.CloseSpace: _closed,
    c.ChangeClosure: _changed,
    c.ReopenSpace: _reopened,
}
