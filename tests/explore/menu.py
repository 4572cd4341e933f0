"""What may be tried in a state: the commands by theme, the firing, and the steps of the clock.

Also what must be refused is tried (theme `wrong`); whatever is allowed by mistake shows in the checks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.domain.orders import commands as c
from models.domain.orders import rules
from models.domain.orders.deadlines import TO_FIX
from models.domain.orders.decide import needs_routing
from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Order
from models.domain.streams import SYSTEM, Actor
from models.domain.words import (
    STOPPED,
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
    RequestKind,
    Severity,
)
from tests.explore.world import BEGINS, HOUR, OUTSIDER, PARTIES, REPORTER, RESIDENT, SECOND, TEXT, person

A, R, S = AssignmentState, RequestKind, OrderStatus
ROUNDS = 2
HORIZON = 2
"""The top rung is climbed so often; then time stands still for the order."""

_AT_WORK = frozenset({A.DISPATCHED, A.ACKNOWLEDGED, A.IN_PROGRESS, A.REJECTED})
_HALF = HOUR / 2


@dataclass(frozen=True, slots=True)
class ClockStep(c.Command):
    """Nothing is done until `to`."""

    to: datetime


Tried = tuple[c.Command, Actor]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of the exploration: how it begins, and which themes its menu has."""

    name: str
    parties: int
    themes: tuple[str, ...]
    category: str | None = None
    severity: Severity = Severity.ORDINARY
    opening: tuple[Tried, ...] = ()
    """What has happened before the exploration begins."""


@dataclass(frozen=True, slots=True)
class Look:
    """A state as the menu sees it."""

    order: Order
    now: datetime
    context: Context
    outsider: str

    def acting(self) -> list[Assignment]:
        """The acting assignments; those of a reported or triaged order included."""
        return list(self.order.acting())


def menu(order: Order | None, now: datetime, chapter: Chapter, context: Context) -> list[Tried]:
    """All that is tried, in an order that depends on the state alone."""
    if order is None:
        category = chapter.category
        report = c.Report("hall", TEXT, REPORTER, category, severity=chapter.severity)
        return [(report, RESIDENT)]
    look = Look(order, now, context, OUTSIDER[chapter.parties])
    found = list(_by_itself(look))
    for theme in chapter.themes:
        found += THEMES[theme](look)
    return found


# ── the router, the timers' lane, the clock ─────────────────────────────────────────────────────────────


def overdue(order: Order, now: datetime) -> bool:
    """Whether a step fell due and was not fired yet."""
    return any(one.next is not None and one.next.at < now for one in order.deadlines.values())


def _by_itself(look: Look) -> Iterator[Tried]:
    if needs_routing(look.order):
        yield c.RouteOrder(), SYSTEM
    if overdue(look.order, look.now):
        yield c.FireDue(), SYSTEM
    else:
        for at in _instants(look.order, look.now):
            yield ClockStep(at), SYSTEM


def _instants(order: Order, now: datetime) -> list[datetime]:
    """The next due instant and a second to either side; and past the second one, as after a downtime.

    Only limits' ends and alarms are looked at from both sides: what happens a second before a reminder is
    what happens now.
    """
    steps = [(one.next, one) for one in order.deadlines.values() if one.next is not None]
    if not steps or any(step.occurrence - one.turn >= HORIZON for step, one in steps):
        return []
    dues = sorted({step.at for step, _ in steps})
    first = dues[0]
    ends = any(step.at == first == one.due_at for step, one in steps)
    found = [first - SECOND, first, _past(first)] if ends else [_past(first)]
    if len(dues) > 1:
        found.append(_past(dues[1]))
    return sorted({at for at in found if at > now and _on_grid(at)})


def _past(due: datetime) -> datetime:
    """A second later; half an hour later where the second would leave the grid."""
    return due + SECOND if _on_grid(due + SECOND) else due - _off(due) + _HALF


def _off(at: datetime) -> timedelta:
    """How far it lies from the next or the last half hour, whichever is nearer."""
    return (at - BEGINS + _HALF / 2) % _HALF - _HALF / 2


def _on_grid(at: datetime) -> bool:
    """At most a second from the half hour, so that a second of a second never adds up."""
    return abs(_off(at)) <= SECOND


# ── what people do ──────────────────────────────────────────────────────────────────────────────────────


def _work(look: Look) -> Iterator[Tried]:
    for one in look.acting():
        me = person(one.party)
        if one.state in {A.DISPATCHED, A.REJECTED}:
            yield c.Acknowledge(one.party), me
        if one.duty is Duty.LEAD and one.contacted_at is None:
            yield c.Contact(one.party), me
        if one.state in _AT_WORK | {A.WAITING}:
            yield c.Done(one.party), me


def _start(look: Look) -> Iterator[Tried]:
    for one in look.acting():
        if one.state in (_AT_WORK | STOPPED) - {A.IN_PROGRESS}:
            yield c.Start(one.party), person(one.party)


def _review(look: Look) -> Iterator[Tried]:
    for one in look.acting():
        if one.state is A.DONE:
            reviewer = rules.reviewer(one, look.context)
            if reviewer is not None:
                yield c.Verify(one.party), person(reviewer)
                yield c.Reject(one.party, TEXT), person(reviewer)


def _release(look: Look) -> Iterator[Tried]:
    lead = look.order.lead()
    for one in look.acting():
        if one.duty is Duty.SUPPORT and lead is not None and one.state in _AT_WORK | STOPPED:
            yield c.Release(one.party), person(lead.party)


def _returns(look: Look) -> Iterator[Tried]:
    for one in look.acting():
        if one.state in _AT_WORK:
            for nominee in (look.outsider, "committee"):
                if nominee != one.party:
                    yield c.MakeRequest(one.party, R.RETURN, "not_ours", TEXT, nominee), person(one.party)


def _holds(look: Look) -> Iterator[Tried]:
    """For the whole time allowed, on top of a hold that runs, and for a second more."""
    rule = look.context.playbook.hold
    if rule is None:
        return
    for one in look.acting():
        if one.state in _AT_WORK | {A.HELD}:
            running = look.order.open_deadlines(party=one.party, kinds=frozenset({DeadlineKind.HOLD_END}))
            until = max([look.now, *(held.due_at for held in running)]) + rule.at_most.duration
            for at in (until, until + SECOND):
                yield c.MakeRequest(one.party, R.HOLD, "material", None, None, at), person(one.party)


def _extensions(look: Look) -> Iterator[Tried]:
    """For as much as the limit again, and for a second more."""
    for one in look.order.open_deadlines(kinds=TO_FIX):
        if look.order.assignments[one.party].state in _AT_WORK:
            for at in (
                one.due_at + timedelta(microseconds=one.total) + more for more in (0 * SECOND, SECOND)
            ):
                yield c.MakeRequest(one.party, R.EXTEND, "material", None, None, at), person(one.party)


def _waits(look: Look) -> Iterator[Tried]:
    for one in look.acting():
        if one.state in _AT_WORK | {A.WAITING}:
            others = [other.party for other in look.acting() if other.party != one.party][:1]
            for named in (*others, look.outsider):
                if named != one.party:
                    until = look.now + 4 * HOUR
                    yield c.MakeRequest(one.party, R.WAIT, "key", TEXT, named, until), person(one.party)


def _decisions(look: Look) -> Iterator[Tried]:
    for request in look.order.requests:
        for granted in (True, False):
            yield c.Decide(request.party, granted, TEXT, None, request.kind), person(request.decider)
        if request.kind is R.WAIT and request.nominee is not None:
            yield c.Decide(request.party, True, TEXT, None, request.kind), person(request.nominee)


def _designations(look: Look) -> Iterator[Tried]:
    for request in look.order.requests:
        if request.kind is R.RETURN:
            for named in (look.outsider, "client"):
                decision = c.Decide(request.party, True, TEXT, named, request.kind)
                yield decision, person(request.decider)


def _hand_over(look: Look) -> Iterator[Tried]:
    """Reassigned or withdrawn; who was withdrawn from an order without anybody is handed over too."""
    nobody_left = look.order.status is S.UNROUTED
    for one in look.order.assignments.values():
        decider = rules.decider(look.order, look.context, asker=one.party) or "committee"
        if one.acting or (nobody_left and one.state is A.WITHDRAWN):
            yield c.Reassign(one.party, look.outsider, TEXT), person(decider)
        if one.acting and one.state is not A.DONE:
            yield c.Withdraw(one.party, TEXT), person(decider)
            if one.duty is Duty.LEAD:
                yield c.Withdraw(one.party, TEXT, look.outsider), person(decider)


def _plans(look: Look) -> Iterator[Tried]:
    order = look.order
    for one in look.acting():
        if one.state in _AT_WORK | STOPPED and order.plan is None:
            yield c.ProposePlan(one.party, TEXT, look.now + 12 * HOUR), person(one.party)
        if order.plan is not None and not order.plan.in_force and one.party not in order.plan.agreed:
            yield c.AgreePlan(one.party), person(one.party)
    if order.plan is not None and not order.plan.in_force:
        decider = rules.decider(order, look.context, asker=order.plan.party)
        if decider is not None:
            yield c.AgreePlan(order.plan.party), person(decider)


def _limits(look: Look) -> Iterator[Tried]:
    for one in look.acting():
        decider = rules.decider(look.order, look.context, asker=one.party)
        running = look.order.open_deadlines(party=one.party, kinds=TO_FIX)
        if decider is not None and running and running[0].reason != "by_hand":
            at = look.now + 6 * HOUR
            yield c.SetLimit(one.party, running[0].kind, at, TEXT), person(decider)


def _closing(look: Look) -> Iterator[Tried]:
    order = look.order
    if order.status is S.CLOSED and order.round < ROUNDS:
        yield c.Callback(True, True), person("committee")
        yield c.Callback(False, None), RESIDENT
        yield c.Reopen(TEXT), RESIDENT
        yield c.Reopen(TEXT), person(rules.decider(order, look.context, asker=None) or "committee")
    if rules.ends_on_help(order, look.context) and not order.ended:
        yield c.Callback(True, True), RESIDENT
        yield c.Callback(False, None), RESIDENT


def _danger(look: Look) -> Iterator[Tried]:
    if look.order.severity is Severity.ORDINARY:
        yield c.Reclassify(TEXT, severity=Severity.DANGER), person("committee")
        return
    for one in look.acting():
        if one.duty is Duty.LEAD and one.arrived_at is None:
            yield c.Arrive(one.party), person(one.party)
        if one.made_safe_at is None:
            yield c.MakeSafe(one.party), person(one.party)


def _triage(look: Look) -> Iterator[Tried]:
    if look.order.category is None:
        for category in ("two", "answer"):
            yield c.Triage(category), person("committee")


def _reclassify(look: Look) -> Iterator[Tried]:
    for category in ("two", "three", "answer"):
        if category != look.order.category:
            yield c.Reclassify(TEXT, category), person("committee")


def _over(look: Look) -> Iterator[Tried]:
    if not look.order.supervised:
        yield c.Supervise(TEXT), person("street")
    yield c.Cancel(TEXT), person("committee")
    yield c.FalseAlarm(TEXT), person("committee")


def _outside(look: Look) -> Iterator[Tried]:
    if not look.order.outside:
        yield c.AddOutsideNumber("12345", "1", look.now + 6 * HOUR), person("committee")


def _wrong(look: Look) -> Iterator[Tried]:
    """By somebody whom the rules bar: the fixer verifies, asker, nominee or another fixer decides."""
    acting = look.acting()
    for one in acting:
        if one.state is A.DONE:
            yield c.Verify(one.party), person(one.party)
    for request in look.order.requests:
        barred = {request.party, request.nominee, *(one.party for one in acting)} - {None, request.decider}
        for party in sorted(str(one) for one in barred):
            yield c.Decide(request.party, False, TEXT, None, request.kind), person(party)
            if party != request.nominee or request.kind is not R.WAIT:
                yield c.Decide(request.party, True, TEXT, None, request.kind), person(party)
    for one in acting[:1]:
        stranger = next(party for party in PARTIES if party not in look.order.assignments)
        yield c.Done(one.party), person(stranger)
        if one.duty is Duty.LEAD:
            yield c.Release(one.party), person("committee")


THEMES: Mapping[str, Callable[[Look], Iterator[Tried]]] = {
    "work": _work,
    "start": _start,
    "review": _review,
    "release": _release,
    "returns": _returns,
    "holds": _holds,
    "extensions": _extensions,
    "waits": _waits,
    "decisions": _decisions,
    "designations": _designations,
    "hand_over": _hand_over,
    "plans": _plans,
    "limits": _limits,
    "closing": _closing,
    "danger": _danger,
    "triage": _triage,
    "reclassify": _reclassify,
    "over": _over,
    "outside": _outside,
    "wrong": _wrong,
}
EVERYTHING = tuple(theme for theme in THEMES if theme not in {"triage", "reclassify", "outside"})
