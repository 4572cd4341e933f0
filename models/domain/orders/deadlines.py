"""时限 as facts: setting, meeting, moving, pausing and resuming them; every due instant ends in an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.business_time.arithmetic import Due, after, due, seconds_between
from models.domain.business_time.limits import Clock, Limit
from models.domain.business_time.timeline import micros
from models.domain.orders import events as e
from models.domain.orders.changing import changed
from models.domain.orders.draft import Draft
from models.domain.orders.ladder import first_step, still_reached
from models.domain.orders.state import Deadline
from models.domain.words import DeadlineKind

_MICROSECOND = timedelta(microseconds=1)

K = DeadlineKind
OF_WORK = frozenset({K.CONTACT, K.PLAN, K.ACKNOWLEDGE, K.ON_SITE, K.MAKE_SAFE, K.FIX, K.REDO})
"""What an acting party owes before its work is done; a hold or wait of that party stops only these."""

TO_FIX = frozenset({K.FIX, K.REDO})
_OF_PAUSE = frozenset({K.HOLD_END})
_BY_IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Until:
    """A due instant that was named by a person, an import or another system, not counted from a limit."""

    at: datetime
    reason: str
    clock: Clock = Clock.ALWAYS


def begin(
    draft: Draft,
    kind: DeadlineKind,
    party: str,
    term: Limit | Until | None,
    *,
    start: datetime | None = None,
    of: int | str | None = None,
) -> None:
    """Set a deadline that starts now, or at `start`; without a term there is none.

    `of` is what it belongs to: the id of a request, or the party whose work is reviewed.
    """
    if term is None:
        return
    start = start or draft.now
    calendar = draft.context.site.calendar_of(party)
    limit = term if isinstance(term, Limit) else None
    found = due(calendar, start, term) if isinstance(term, Limit) else Due(term.at, provisional=False)
    total = micros(seconds_between(calendar, term.clock, start, found.due_at))
    deadline = Deadline(
        id=draft.order.next_id,
        kind=kind,
        party=party,
        round=draft.order.round,
        started_at=start,
        due_at=found.due_at,
        clock=str(term.clock),
        total=max(total, 0),
        calendar=calendar.code,
        calendar_version=calendar.version,
        limit=str(limit) if limit else None,
        reason="playbook" if isinstance(term, Limit) else term.reason,
        provisional=found.provisional,
        request=of if isinstance(of, int) else None,
        subject=of if isinstance(of, str) else None,
    )
    step = first_step(deadline, draft.order.severity, draft.context, draft.now)
    draft.emit(e.DeadlineSet(changed(deadline, next=step)))


def begin_fix(draft: Draft, party: str, kind: DeadlineKind, limit: Limit | None) -> None:
    """The limit for fix or redo; where the order is due earlier in another system, the lead has that date."""
    outside = earliest_outside(draft, party)
    if outside is not None and limit is not None:
        calendar = draft.context.site.calendar_of(party)
        if draft.now < outside < due(calendar, draft.now, limit).due_at:
            begin(draft, kind, party, Until(outside, "outside", limit.clock))
            return
    begin(draft, kind, party, limit)


def earliest_outside(draft: Draft, party: str) -> datetime | None:
    """The due date in other systems (12345, 网格), which binds the lead: the earlier one wins."""
    lead = draft.order.lead()
    if lead is None or lead.party != party:
        return None
    return min((one.due_at for one in draft.order.outside if one.due_at is not None), default=None)


def end(draft: Draft, deadlines: Iterable[Deadline], outcome: str | None = None) -> None:
    """End deadlines: met or late by the clock, unless the outcome is given."""
    for one in deadlines:
        by_clock = "late" if _past(draft, one) else "met"
        draft.emit(e.DeadlineEnded(one.id, outcome or by_clock))


def strike(draft: Draft, deadlines: Iterable[Deadline]) -> None:
    """The obligation went away; what was past its due instant by then was late all the same."""
    for one in deadlines:
        draft.emit(e.DeadlineEnded(one.id, "late" if _past(draft, one) else "struck"))


def _past(draft: Draft, deadline: Deadline) -> bool:
    """Late by now, or late when it was paused."""
    if deadline.left is not None and not deadline.dated:
        return deadline.left < 0
    return draft.now > deadline.due_at


def end_of(draft: Draft, party: str, *kinds: DeadlineKind) -> None:
    """End the open deadlines of a party of these kinds."""
    end(draft, draft.order.open_deadlines(party=party, kinds=frozenset(kinds)))


def strike_all_of(draft: Draft, party: str, *, innocent: bool = False) -> None:
    """The party's obligation went away: its working deadlines end, and the review of its work.

    `innocent`: a return was upheld, so that nothing counts against the party, however late it is.
    """
    of_party = draft.order.open_deadlines(party=party, kinds=OF_WORK | _OF_PAUSE)
    reviews = tuple(one for one in draft.order.open_deadlines() if one.subject == party)
    if innocent:
        end(draft, (*of_party, *reviews), "struck")
    else:
        strike(draft, (*of_party, *reviews))


def move(
    draft: Draft, deadline: Deadline, due_at: datetime, reason: str, *, provisional: bool = False
) -> None:
    """Give a deadline another due instant; steps whose time now lies ahead again are taken up again.

    Not so where a year was published: what has fired stays fired.
    """
    calendar = draft.context.site.calendars[deadline.calendar]
    total = micros(seconds_between(calendar, Clock(deadline.clock), deadline.started_at, due_at))
    severity, context = draft.order.severity, draft.context
    keeps_limit = reason == "calendar"
    moved = changed(
        deadline, due_at=due_at, total=max(total, 0), limit=deadline.limit if keeps_limit else None
    )
    if not keeps_limit:
        reached = still_reached(moved, severity, context, draft.now)
        moved = changed(moved, reached=reached, turn=moved.turn_with(reached))
    draft.emit(
        e.DeadlineMoved(
            id=deadline.id,
            due_at=due_at,
            total=moved.total,
            reason=reason,
            calendar_version=calendar.version,
            provisional=provisional,
            limit=moved.limit,
            next=None if deadline.paused else first_step(moved, severity, context, draft.now),
            reached=moved.reached,
        )
    )


def pause(draft: Draft, party: str) -> None:
    """Stop the party's working deadlines with what is left of them."""
    for one in draft.order.open_deadlines(party=party, kinds=OF_WORK):
        if not one.paused:
            calendar = draft.context.site.calendars[one.calendar]
            left = micros(seconds_between(calendar, Clock(one.clock), draft.now, one.due_at))
            draft.emit(e.DeadlinePaused(one.id, left))


def resume(draft: Draft, party: str) -> None:
    """Let them run on with as much clock time as was left, or as late as they were when they were stopped.

    A deadline that was late stays as late as it was: the time of the hold is not held against the party, so
    the steps still ahead of it move on with it, and those it had reached stay reached.
    """
    for one in draft.order.open_deadlines(party=party, kinds=OF_WORK):
        if one.left is not None:
            found = _runs_on_to(draft, one, one.left)
            running = changed(one, left=None, due_at=found.due_at)
            step = first_step(running, draft.order.severity, draft.context, draft.now)
            version = draft.context.site.calendars[one.calendar].version
            draft.emit(e.DeadlineResumed(one.id, found.due_at, found.provisional, step, version))


def _runs_on_to(draft: Draft, deadline: Deadline, left: int) -> Due:
    if deadline.dated:
        return Due(deadline.due_at, provisional=False)
    calendar = draft.context.site.calendars[deadline.calendar]
    found = after(calendar, Clock(deadline.clock), draft.now, left * _MICROSECOND)
    outside = earliest_outside(draft, deadline.party) if deadline.kind in TO_FIX else None
    if outside is not None and deadline.reason != _BY_IMPORT and draft.now < outside < found.due_at:
        return Due(outside, provisional=False)
    return found
