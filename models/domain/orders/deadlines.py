"""时限 as facts: setting, meeting, moving, pausing and resuming them; every due instant ends in an event."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from models.domain.business_time.arithmetic import Due, after, due, seconds_between
from models.domain.business_time.limits import Clock, Limit
from models.domain.orders import events as e
from models.domain.orders.draft import Draft
from models.domain.orders.ladder import first_step
from models.domain.orders.state import Deadline
from models.domain.words import DeadlineKind

_MICROSECOND = timedelta(microseconds=1)

K = DeadlineKind
OF_WORK = frozenset({K.CONTACT, K.PLAN, K.ACKNOWLEDGE, K.ON_SITE, K.MAKE_SAFE, K.FIX, K.REDO})
"""What an acting party owes before its work is done; a hold or wait of that party stops these and no others."""

TO_FIX = frozenset({K.FIX, K.REDO})


def begin(
    draft: Draft,
    kind: DeadlineKind,
    party: str,
    limit: Limit | None,
    *,
    start: datetime | None = None,
    due_at: datetime | None = None,
    reason: str = "playbook",
    request: int | None = None,
    subject: str | None = None,
) -> None:
    """Set a deadline that starts now, or at `start`. Give `due_at` where a person or an import named it."""
    start = start or draft.now
    calendar = draft.context.site.calendar_of(party)
    if due_at is not None:
        found, clock = Due(due_at, provisional=False), limit.clock if limit else Clock.ALWAYS
    elif limit is not None:
        found, clock = due(calendar, start, limit), limit.clock
    else:
        return
    total = seconds_between(calendar, clock, start, found.due_at) // _MICROSECOND
    deadline = Deadline(
        id=draft.order.next_id,
        kind=kind,
        party=party,
        round=draft.order.round,
        started_at=start,
        due_at=found.due_at,
        clock=str(clock),
        total=max(total, 0),
        calendar=calendar.code,
        calendar_version=calendar.version,
        limit=str(limit) if limit else None,
        reason=reason,
        provisional=found.provisional,
        request=request,
        subject=subject,
    )
    step = first_step(deadline, draft.order.severity, draft.context)
    draft.emit(e.DeadlineSet(replace(deadline, next=step)))


def end(draft: Draft, deadlines: Iterable[Deadline], outcome: str | None = None) -> None:
    """End deadlines: met or late by the clock, unless the outcome is given ('struck')."""
    for one in deadlines:
        by_clock = "met" if one.paused or draft.now <= one.due_at else "late"
        draft.emit(e.DeadlineEnded(one.id, outcome or by_clock))


def end_of(draft: Draft, party: str, *kinds: DeadlineKind, outcome: str | None = None) -> None:
    """End the open deadlines of a party of these kinds."""
    end(draft, draft.order.open_deadlines(party=party, kinds=frozenset(kinds)), outcome)


def strike_all_of(draft: Draft, party: str) -> None:
    """The party's obligation went away: its working deadlines are struck, and the review of its work."""
    end(draft, draft.order.open_deadlines(party=party, kinds=OF_WORK), "struck")
    end(draft, (one for one in draft.order.open_deadlines() if one.subject == party), "struck")


def move(
    draft: Draft, deadline: Deadline, due_at: datetime, reason: str, *, provisional: bool = False
) -> None:
    """Give a deadline another due instant; steps whose time now lies ahead again are taken up again."""
    calendar = draft.context.site.calendars[deadline.calendar]
    total = seconds_between(calendar, Clock(deadline.clock), deadline.started_at, due_at) // _MICROSECOND
    keeps_limit = reason == "calendar"
    moved = replace(
        deadline,
        due_at=due_at,
        total=max(total, 0),
        limit=deadline.limit if keeps_limit else None,
        reached=deadline.reached if due_at <= draft.now else (),
    )
    step = first_step(moved, draft.order.severity, draft.context)
    draft.emit(
        e.DeadlineMoved(
            id=deadline.id,
            due_at=due_at,
            total=moved.total,
            reason=reason,
            calendar_version=calendar.version,
            provisional=provisional,
            limit=moved.limit,
            next=None if deadline.paused else step,
            reached=moved.reached,
        )
    )


def pause(draft: Draft, party: str) -> None:
    """Stop the party's working deadlines with what is left of them."""
    for one in draft.order.open_deadlines(party=party, kinds=OF_WORK):
        if not one.paused:
            calendar = draft.context.site.calendars[one.calendar]
            left = seconds_between(calendar, Clock(one.clock), draft.now, one.due_at) // _MICROSECOND
            draft.emit(e.DeadlinePaused(one.id, left))


def resume(draft: Draft, party: str) -> None:
    """Let them run on: as much clock time is left as when they were stopped; what was late stays late."""
    for one in draft.order.open_deadlines(party=party, kinds=OF_WORK):
        if one.left is None:
            continue
        calendar = draft.context.site.calendars[one.calendar]
        if one.left > 0:
            found = after(calendar, Clock(one.clock), draft.now, one.left * _MICROSECOND)
        else:
            found = Due(one.due_at, provisional=one.provisional)
        running = replace(one, left=None, due_at=found.due_at)
        step = first_step(running, draft.order.severity, draft.context)
        draft.emit(e.DeadlineResumed(one.id, found.due_at, found.provisional, step))
