"""催办、督办: which rung of a deadline's ladder comes next, when, and whom it tells."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from models.domain.business_time.arithmetic import after, due
from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.orders import rules
from models.domain.orders.rules import Context
from models.domain.orders.state import Deadline, NextStep, Order
from models.domain.playbook.model import COORDINATOR, DECIDER, HANDLER, PARTY_LEAD, Rung
from models.domain.words import AssignmentState, DeadlineKind, OrderStatus, Severity

ALARMS = frozenset({DeadlineKind.CONFIRM, DeadlineKind.HOLD_END, DeadlineKind.OBJECTION})
"""Their passing has an effect instead of a ladder."""

EFFECT = "effect"


_parsed = lru_cache(maxsize=512)(Limit.parse)
"""A playbook has a few dozen limits; each deadline names one as text."""


def first_step(deadline: Deadline, severity: Severity, context: Context, now: datetime) -> NextStep | None:
    """The first step of a deadline that starts, was moved or runs on, without those in its `reached`."""
    if deadline.kind in ALARMS:
        return NextStep(EFFECT, deadline.due_at)
    ladder = rungs(deadline, context)
    for rung in ladder:
        if rung.code not in deadline.reached:
            return NextStep(rung.code, _reached_at(rung, deadline, severity, context), deadline.turn)
    return _again(ladder[-1], deadline, severity, context, now) if ladder else None


def _again(
    top: Rung, deadline: Deadline, severity: Severity, context: Context, now: datetime
) -> NextStep | None:
    """A deadline that climbed its whole ladder and was paused or moved: the top rung's next turn."""
    if top.repeat is None:
        return None
    at = _reached_at(top, deadline, severity, context)
    while at < now:
        at = due(context.site.calendars[deadline.calendar], at, top.repeat).due_at
    return NextStep(top.code, at, deadline.repeats + 1)


def still_reached(deadline: Deadline, severity: Severity, context: Context, now: datetime) -> tuple[str, ...]:
    """Of the rungs that a moved deadline had reached, those that do not lie ahead of it again."""
    return tuple(
        rung.code
        for rung in rungs(deadline, context)
        if rung.code in deadline.reached and _reached_at(rung, deadline, severity, context) <= now
    )


def step_after(step: NextStep, deadline: Deadline, severity: Severity, context: Context) -> NextStep | None:
    """The step that follows `step`: the next rung, or the last one again where it repeats."""
    ladder = rungs(deadline, context)
    place = next((i for i, rung in enumerate(ladder) if rung.code == step.rung), len(ladder))
    if place + 1 < len(ladder):
        rung = ladder[place + 1]
        return NextStep(rung.code, _reached_at(rung, deadline, severity, context), deadline.turn)
    every = ladder[place].repeat if place < len(ladder) else None
    if every is None:
        return None
    again = due(context.site.calendars[deadline.calendar], step.at, every)
    return NextStep(step.rung, again.due_at, step.occurrence + 1)


def rungs(deadline: Deadline, context: Context) -> list[Rung]:
    """The rungs that stand for a limit of this length, in the order of the playbook."""
    limit = _parsed(deadline.limit) if deadline.limit else None
    return [rung for rung in context.playbook.ladder if rung.stands_for(limit)]


def _reached_at(rung: Rung, deadline: Deadline, severity: Severity, context: Context) -> datetime:
    calendar = context.site.calendars[deadline.calendar]
    if rung.percent is not None:
        rest = timedelta(microseconds=-(deadline.total * (100 - rung.percent) // 100))
        return after(calendar, Clock(deadline.clock), deadline.due_at, rest).due_at
    past = rung.past.get(severity, rung.past.get(Severity.ORDINARY))
    return due(calendar, deadline.due_at, past).due_at if past is not None else deadline.due_at


def told_by(
    rung: Rung, deadline: Deadline, order: Order, context: Context, *, now: datetime
) -> tuple[str, ...]:
    """Whom the rung tells, as ``party:role``; the late party is skipped for the next above it."""
    wants = list(rung.to)
    for capacity, more in rung.also.items():
        if context.site.has(deadline.party, capacity):
            wants += more
    if HANDLER in wants and not _within_budget(deadline.party, order, context, now):
        wants.remove(HANDLER)
    found = (_recipient(want, deadline, order, context) for want in wants)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _recipient(want: str, deadline: Deadline, order: Order, context: Context) -> str | None:
    late = deadline.party
    if want == HANDLER:
        return f"{late}:handler"
    if want == PARTY_LEAD:
        return f"{late}:lead"
    return next((one for one in _upwards(want, order, late, context) if not one.startswith(f"{late}:")), None)


def _within_budget(party: str, order: Order, context: Context, now: datetime) -> bool:
    """An order that stays on time costs a handler only so many messages; danger and who is late go beyond."""
    if order.severity is Severity.DANGER or any(one.late for one in order.open_deadlines(party=party)):
        return True
    told = order.messages.get(party, ())
    return now in told or len(told) + _still_to_come(party, order, context) < context.playbook.notice_budget


def _still_to_come(party: str, order: Order, context: Context) -> int:
    """Messages that a step must leave room for: they say what to do, a step only that it is time."""
    if order.status is OrderStatus.TRIAGE:
        return _AFTER_TRIAGE
    if rules.ends_on_help(order, context):
        return 0
    undone = (one for one in order.acting() if one.state is not AssignmentState.DONE and one.party != party)
    return sum(rules.reviewer(one, context) == party for one in undone)


_AFTER_TRIAGE = 2
"""Who triaged may be sent the order, and then review what another did on it."""


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
