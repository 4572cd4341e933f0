"""催办、督办: which rung of a deadline's ladder comes next, when, and whom it tells."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from models.domain.business_time.arithmetic import after, due
from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.orders import rules
from models.domain.orders.rules import Context
from models.domain.orders.state import Deadline, NextStep, Order
from models.domain.playbook.model import COORDINATOR, DECIDER, HANDLER, PARTY_LEAD, Rung
from models.domain.words import DeadlineKind, Severity

ALARMS = frozenset({DeadlineKind.CONFIRM, DeadlineKind.HOLD_END, DeadlineKind.OBJECTION})
"""Their passing has an effect instead of a ladder."""

EFFECT = "effect"


def first_step(deadline: Deadline, severity: Severity, context: Context) -> NextStep | None:
    """The first step of a deadline that starts or was moved, without those in its `reached`."""
    if deadline.kind in ALARMS:
        return NextStep(EFFECT, deadline.due_at)
    for rung in rungs(deadline, context):
        if rung.code not in deadline.reached:
            return NextStep(rung.code, _reached_at(rung, deadline, severity, context))
    return _again(deadline, context)


def _again(deadline: Deadline, context: Context) -> NextStep | None:
    """A deadline that climbed its whole ladder, was paused and runs on late: the last rung repeats from there."""
    ladder = rungs(deadline, context)
    every = ladder[-1].repeat if ladder else None
    if every is None or not deadline.pauses:
        return None
    at = due(context.site.calendars[deadline.calendar], deadline.pauses[-1], every).due_at
    return NextStep(ladder[-1].code, at)


def step_after(step: NextStep, deadline: Deadline, severity: Severity, context: Context) -> NextStep | None:
    """The step that follows `step`: the next rung, or the last one again where it repeats."""
    ladder = rungs(deadline, context)
    place = next((i for i, rung in enumerate(ladder) if rung.code == step.rung), len(ladder))
    if place + 1 < len(ladder):
        return NextStep(ladder[place + 1].code, _reached_at(ladder[place + 1], deadline, severity, context))
    if place >= len(ladder) or ladder[place].repeat is None:
        return None
    again = due(context.site.calendars[deadline.calendar], step.at, ladder[place].repeat)
    return NextStep(step.rung, again.due_at, step.occurrence + 1)


def rungs(deadline: Deadline, context: Context) -> list[Rung]:
    """The rungs that stand for a limit of this length, in the order of the playbook."""
    limit = Limit.parse(deadline.limit) if deadline.limit else None
    return [rung for rung in context.playbook.ladder if rung.stands_for(limit)]


def _reached_at(rung: Rung, deadline: Deadline, severity: Severity, context: Context) -> datetime:
    calendar = context.site.calendars[deadline.calendar]
    if rung.percent is not None:
        rest = timedelta(microseconds=-(deadline.total * (100 - rung.percent) // 100))
        return after(calendar, Clock(deadline.clock), deadline.due_at, rest).due_at
    past = rung.past.get(severity, rung.past.get(Severity.ORDINARY))
    return due(calendar, deadline.due_at, past).due_at if past is not None else deadline.due_at


def told_by(rung: Rung, deadline: Deadline, order: Order, context: Context) -> tuple[str, ...]:
    """Whom the rung tells, as ``party:role``; the late party is skipped for the next above it."""
    wants = list(rung.to)
    for capacity, more in rung.also.items():
        if context.site.has(deadline.party, capacity):
            wants += more
    found = (_recipient(want, deadline, order, context) for want in wants)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _recipient(want: str, deadline: Deadline, order: Order, context: Context) -> str | None:
    late = deadline.party
    if want == HANDLER:
        return f"{late}:handler" if _within_budget(deadline, order, context) else None
    if want == PARTY_LEAD:
        return f"{late}:lead"
    return next((one for one in _upwards(want, order, late, context) if not one.startswith(f"{late}:")), None)


def _within_budget(deadline: Deadline, order: Order, context: Context) -> bool:
    """An order that stays on time costs a handler the dispatch and so many reminders; danger is not counted."""
    assignment = order.assignments.get(deadline.party)
    if assignment is None or order.severity is Severity.DANGER:
        return True
    return 1 + assignment.nudges < context.playbook.notice_budget


def _upwards(want: str, order: Order, late: str, context: Context) -> Iterator[str]:
    """The wanted recipient, then those above it."""
    site = context.site
    if want not in {COORDINATOR, DECIDER}:
        yield from (f"{party}:lead" for party in site.with_capacity(Capacity(want)))
    if want == COORDINATOR:
        yield from (f"{party}:coordinator" for party in site.with_capacity(Capacity.COMMITTEE))
    if want in {COORDINATOR, DECIDER}:
        decider = rules.decider(order, context, asker=late)
        if decider is not None:
            yield f"{decider}:lead"
        yield from (f"{party}:lead" for party in site.with_capacity(Capacity.STREET))
