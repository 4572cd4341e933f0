"""The figures of domain.md: each with numerator and denominator, per party, category and period.

An order is observed once (`observe`), which yields its cases; `tally` counts the cases of many orders. Merged
orders, false alarms and cancelled ones are left out and counted apart.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from models.domain.orders import events as e
from models.domain.orders.holding import Recorded
from models.domain.orders.state import Deadline
from models.domain.playbook.model import Playbook
from models.domain.words import ACTING, DeadlineKind, Duty

K = DeadlineKind


class Figure(StrEnum):
    """What is counted, and of whom."""

    CONTACT = "contact"
    """先行联系率: the lead contacted the reporter within the limit."""
    ON_TIME = "on_time"
    """按时办结率: the work was done within its limit."""
    RESOLUTION = "resolution"
    """实际解决率: callbacks 'resolved' of those answered, for the lead."""
    FIRST_PASS = "first_pass"  # noqa: S105 - the name of a figure
    """一次核查通过率: verified the first time."""
    SATISFACTION = "satisfaction"
    """满意率: 'satisfied' of those who said whether they are, for the lead."""
    COVERAGE = "coverage"
    """回访覆盖率: answered of the closed, for the lead."""
    RESPONSE = "response"
    """响应率: acknowledged within the limit, of the first round's assignments."""


MEASURED_BY: Mapping[Figure, DeadlineKind] = {
    Figure.CONTACT: K.CONTACT,
    Figure.ON_TIME: K.FIX,
    Figure.RESOLUTION: K.CALLBACK,
    Figure.FIRST_PASS: K.REVIEW,
    Figure.SATISFACTION: K.CALLBACK,
    Figure.COVERAGE: K.CALLBACK,
    Figure.RESPONSE: K.ACKNOWLEDGE,
}
"""A figure is measured where the playbook has a limit of this kind."""

_BY_LIMIT = {K.CONTACT: Figure.CONTACT, K.FIX: Figure.ON_TIME, K.ACKNOWLEDGE: Figure.RESPONSE}
FEW = 10
"""Of fewer cases no percentage is said."""


class Rate(NamedTuple):
    """So many of so many."""

    numerator: int
    denominator: int

    def __str__(self) -> str:
        """``7/9``; from ten cases on ``78 % (70/90)``, rounded half up."""
        plain = f"{self.numerator}/{self.denominator}"
        if self.denominator < FEW:
            return plain
        return f"{(200 * self.numerator + self.denominator) // (2 * self.denominator)} % ({plain})"


def shown(rate: Rate | None) -> str:
    """A rate as a report says it; None is 'not measured'."""
    return "not measured" if rate is None else str(rate)


class Sample(NamedTuple):
    """One case of a figure; `at` is the instant by which it belongs to a period."""

    figure: Figure
    party: str
    at: datetime
    good: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """What one order adds to the figures; `left_out` says why it adds nothing."""

    category: str | None
    samples: tuple[Sample, ...]
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counted cases by figure, party and category; and what was left out, by why."""

    counts: Mapping[tuple[Figure, str, str | None], Rate]
    measured: frozenset[Figure]
    left_out: Mapping[str, int]

    def rate(self, figure: Figure, *, party: str | None = None, category: str | None = None) -> Rate | None:
        """The rate of a party, a category, both or all; None where it is not measured."""
        if figure not in self.measured:
            return None
        found = [
            rate
            for (what, who, of), rate in self.counts.items()
            if what is figure and party in {None, who} and category in {None, of}
        ]
        return Rate(sum(one.numerator for one in found), sum(one.denominator for one in found))


def tally(
    observations: Iterable[Observation],
    playbook: Playbook,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Figures:
    """Count the cases from `since` on and before `until`; a limit set by import is measured as well."""
    good: Counter[tuple[Figure, str, str | None]] = Counter()
    total: Counter[tuple[Figure, str, str | None]] = Counter()
    left_out: Counter[str] = Counter()
    for one in observations:
        if one.left_out is not None:
            left_out[one.left_out] += 1
        for figure, party, at, was_good in one.samples:
            if (since is None or at >= since) and (until is None or at < until):
                key = (figure, party, one.category)
                total[key] += 1
                good[key] += was_good
    seen = frozenset(figure for figure, _, _ in total)
    counts = {key: Rate(good[key], number) for key, number in total.items()}
    return Figures(counts, measured(playbook) | (seen & {Figure.ON_TIME}), dict(left_out))


def measured(playbook: Playbook) -> frozenset[Figure]:
    """The figures that a playbook has limits for."""
    kinds = {kind for kind, limits in playbook.limits.items() if limits}
    for route in playbook.routes:
        kinds |= route.limits.keys()
    if playbook.safety:
        kinds.add(K.ACKNOWLEDGE)
    return frozenset(figure for figure, kind in MEASURED_BY.items() if kind in kinds)


def observe(events: Iterable[Recorded], now: datetime) -> Observation:
    """Take one order's events together, as they stood at `now`."""
    observer = _Observer()
    for event, at in events:
        watch = _WATCHES.get(type(event))
        if watch is not None:
            watch(observer, event, event.since or at)
    return observer.result(now)


# ── one order ────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Dispatch:
    """One acting assignment: for each limit whether it was kept, and when that was settled."""

    party: str
    duty: Duty
    round: int
    at: datetime
    kept: dict[Figure, tuple[datetime, bool]] = field(default_factory=dict)
    withdrawn: bool = False
    misrouted: bool = False


@dataclass(slots=True)
class _Closing:
    at: datetime
    lead: str
    answer: e.CallbackRecorded | None = None


@dataclass(slots=True)
class _Clock:
    kind: DeadlineKind
    party: str
    due_at: datetime
    paused: bool = False
    ended_at: datetime | None = None


class _Observer:
    def __init__(self) -> None:
        self.category: str | None = None
        self.left_out: str | None = None
        self.round = 1
        self.dispatches: list[_Dispatch] = []
        self.open: dict[str, _Dispatch] = {}
        self.clocks: dict[int, _Clock] = {}
        self.late: list[_Clock] = []
        self.closings: list[_Closing] = []
        self.closed = False
        self.answer: e.CallbackRecorded | None = None

    def classified(
        self, event: e.OrderReported | e.OrderTriaged | e.OrderReclassified, _at: datetime
    ) -> None:
        self.category = event.category

    def dispatched(self, event: e.AssignmentDispatched, at: datetime) -> None:
        self.open.pop(event.party, None)
        if event.duty in ACTING:
            new = _Dispatch(event.party, event.duty, self.round, at)
            self.dispatches.append(new)
            self.open[event.party] = new

    def changed_duty(self, event: e.DutyChanged, _at: datetime) -> None:
        if event.party in self.open:
            self.open[event.party].duty = event.duty

    def began(self, event: e.DeadlineSet, _at: datetime) -> None:
        deadline: Deadline = event.deadline
        if deadline.kind in _BY_LIMIT:
            self.clocks[deadline.id] = _Clock(deadline.kind, deadline.party, deadline.due_at)

    def moved(self, event: e.DeadlineMoved | e.DeadlineResumed, _at: datetime) -> None:
        if event.id in self.clocks:
            self.clocks[event.id].due_at = event.due_at
            self.clocks[event.id].paused &= isinstance(event, e.DeadlineMoved)

    def paused(self, event: e.DeadlinePaused, _at: datetime) -> None:
        if event.id in self.clocks:
            self.clocks[event.id].paused = True

    def ended(self, event: e.DeadlineEnded, at: datetime) -> None:
        clock = self.clocks.pop(event.id, None)
        if clock is not None and event.outcome in {"met", "late"}:
            self._keep(clock, at, good=event.outcome == "met")
            if event.outcome == "late":
                clock.ended_at = at
                self.late.append(clock)

    def in_time_after_all(self, event: e.ClaimedTimeAccepted, _at: datetime) -> None:
        """What ended late by its receipt, and in time by the accepted claim, was kept."""
        for one in self.late:
            held = self.open.get(one.party)
            came_in = one.ended_at is not None and event.claimed_at < one.ended_at <= event.received_at
            if held and one.party == event.party and came_in and event.claimed_at <= one.due_at:
                figure = _BY_LIMIT[one.kind]
                held.kept[figure] = (event.claimed_at if figure is Figure.ON_TIME else held.at, True)

    def _keep(self, clock: _Clock, at: datetime, *, good: bool) -> None:
        """What was late once stays so, whatever limit came after it."""
        held = self.open.get(clock.party)
        figure = _BY_LIMIT[clock.kind]
        if held is not None and (figure not in held.kept or held.kept[figure][1]):
            held.kept[figure] = (at if figure is Figure.ON_TIME else held.at, good)

    def verified(self, event: e.AssignmentVerified, at: datetime) -> None:
        self.open[event.party].kept.setdefault(Figure.FIRST_PASS, (at, True))

    def rejected(self, event: e.AssignmentRejected, at: datetime) -> None:
        self.answer = None
        self.open[event.party].kept.setdefault(Figure.FIRST_PASS, (at, False))

    def withdrawn(self, event: e.AssignmentWithdrawn, _at: datetime) -> None:
        if event.party in self.open:
            self.open[event.party].withdrawn = True
            self.open[event.party].misrouted = event.misrouted

    def said(self, event: e.CallbackRecorded, _at: datetime) -> None:
        if self.closed:
            self.closings[-1].answer = event
        else:
            self.answer = event

    def has_closed(self, _event: e.OrderClosed, at: datetime) -> None:
        leads = (one for one in reversed(self.dispatches) if one.duty is Duty.LEAD and not one.withdrawn)
        lead = next(leads).party
        self.closings.append(_Closing(at, lead, self.answer))
        self.closed, self.answer = True, None

    def has_reopened(self, _event: e.OrderReopened, _at: datetime) -> None:
        self.closed = False
        self.round += 1

    def gone(self, event: e.Event, _at: datetime) -> None:
        self.left_out = _GONE[type(event)]

    def result(self, now: datetime) -> Observation:
        if self.left_out is not None:
            return Observation(self.category, (), self.left_out)
        for clock in self.clocks.values():
            if not clock.paused and clock.due_at < now:
                self._keep(clock, clock.due_at, good=False)
        return Observation(self.category, (*self._of_work(), *self._of_callbacks()))

    def _of_work(self) -> Iterator[Sample]:
        for one in self.dispatches:
            for figure, (at, good) in one.kept.items():
                counts = figure is not Figure.RESPONSE or one.round == 1
                if counts and not one.misrouted:
                    yield Sample(figure, one.party, at, good)

    def _of_callbacks(self) -> Iterator[Sample]:
        for one in self.closings:
            answer = one.answer
            yield Sample(Figure.COVERAGE, one.lead, one.at, answer is not None)
            if answer is not None:
                yield Sample(Figure.RESOLUTION, one.lead, one.at, answer.resolved)
                if answer.satisfied is not None:
                    yield Sample(Figure.SATISFACTION, one.lead, one.at, answer.satisfied)


_GONE: Mapping[type[e.Event], str] = {
    e.OrderMerged: "merged",
    e.FalseAlarmFound: "false_alarm",
    e.OrderCancelled: "cancelled",
}
_WATCHES: Mapping[type[e.Event], Callable[[_Observer, Any, datetime], None]] = {
    e.OrderReported: _Observer.classified,
    e.OrderTriaged: _Observer.classified,
    e.OrderReclassified: _Observer.classified,
    e.AssignmentDispatched: _Observer.dispatched,
    e.DutyChanged: _Observer.changed_duty,
    e.DeadlineSet: _Observer.began,
    e.DeadlineMoved: _Observer.moved,
    e.DeadlineResumed: _Observer.moved,
    e.DeadlinePaused: _Observer.paused,
    e.DeadlineEnded: _Observer.ended,
    e.ClaimedTimeAccepted: _Observer.in_time_after_all,
    e.AssignmentVerified: _Observer.verified,
    e.AssignmentRejected: _Observer.rejected,
    e.AssignmentWithdrawn: _Observer.withdrawn,
    e.CallbackRecorded: _Observer.said,
    e.OrderClosed: _Observer.has_closed,
    e.OrderReopened: _Observer.has_reopened,
    **dict.fromkeys(_GONE, _Observer.gone),
}
