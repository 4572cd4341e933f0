"""Time held (domain.md, Figures): who had how much of an order's time, exact to the microsecond.

Everything is folded from recorded events. What the clock's lane recorded late counts from the instant at
which it took effect (`Event.since`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.domain.business_time.timeline import micros
from models.domain.orders import events as e
from models.domain.orders.evolve import evolve
from models.domain.orders.rules import Context, Stage, holders, stage
from models.domain.orders.state import Order
from models.domain.words import ACTING, Duty

Recorded = tuple[e.Event, datetime]
"""An event and the instant at which it was recorded."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """One acting assignment: from its dispatch to its end, or to the instant of asking.

    `dispatch` counts the party's dispatches within the round from 1. The `shares`, in microseconds, add up to
    the whole: `ended_at - dispatched_at`, less any time for which the order itself had ended.
    """

    party: str
    duty: Duty
    round: int
    dispatch: int
    dispatched_at: datetime
    ended_at: datetime | None
    misrouted: bool
    shares: Mapping[Stage, int]

    @property
    def total(self) -> int:
        """All of its time, in microseconds."""
        return sum(self.shares.values())


@dataclass(frozen=True, slots=True)
class TimeHeld:
    """An order's time: of each acting assignment, and of the order by the set of those who held it.

    `holders` is in microseconds; the empty set is nobody. `elapsed` is wall-clock time from the report until
    it ended, or until the instant of asking; while a reopened order was closed it does not count.
    """

    assignments: tuple[HeldBy, ...]
    holders: Mapping[frozenset[str], int]
    elapsed: int


@dataclass(slots=True)
class _Dispatch:
    party: str
    duty: Duty
    round: int
    number: int
    at: datetime
    ended_at: datetime | None = None
    misrouted: bool = False
    shares: Counter[Stage] = field(default_factory=Counter)

    def had(self, at: datetime) -> bool:
        """Whether it lay with the party at the instant."""
        return self.at <= at and (self.ended_at is None or at < self.ended_at)

    def result(self) -> HeldBy:
        shares = {Stage.NOBODY: self.shares.total()} if self.misrouted else dict(self.shares)
        return HeldBy(
            party=self.party,
            duty=self.duty,
            round=self.round,
            dispatch=self.number,
            dispatched_at=self.at,
            ended_at=self.ended_at,
            misrouted=self.misrouted,
            shares=shares,
        )


def time_held(events: Iterable[Recorded], context: Context, now: datetime | None = None) -> TimeHeld:
    """Fold the events of one order; without `now`, up to the last of them."""
    clock = _Stopwatch(context)
    for event, at in events:
        clock.take(event, at)
    if now is not None:
        clock.run_to(now)
    return clock.result()


class _Stopwatch:
    """One order's events, one by one; time is booked when it passes, to whoever had it then."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._order: Order | None = None
        self._at: datetime | None = None
        self._dispatches: list[_Dispatch] = []
        self._open: dict[str, _Dispatch] = {}
        self._spans: list[tuple[datetime, frozenset[str], int]] = []
        self._numbers: Counter[tuple[str, int]] = Counter()

    def take(self, event: e.Event, at: datetime) -> None:
        if not isinstance(event, e.StepReached):  # a step changes nobody's time and may be recorded late
            self.run_to(event.since or at)
        self._order = evolve(self._order, event, at)
        follow = _FOLLOWS.get(type(event))
        if follow is not None:
            follow(self, event)

    def run_to(self, at: datetime) -> None:
        """Book what has passed since; time never runs back."""
        order, before = self._order, self._at
        if before is not None and at <= before:
            return
        self._at = at
        if order is None or before is None or order.ended:
            return
        passed = micros(at - before)
        self._spans.append((before, holders(order, self._context), passed))
        for party, one in self._open.items():
            one.shares[stage(order, order.assignments[party])] += passed

    def result(self) -> TimeHeld:
        """The party whose return was upheld held nothing: its time is nobody's in the order's sum as well."""
        innocent = [one for one in self._dispatches if one.misrouted]
        booked: Counter[frozenset[str]] = Counter()
        for start, held_by, passed in self._spans:
            booked[held_by - {one.party for one in innocent if one.had(start)}] += passed
        return TimeHeld(tuple(one.result() for one in self._dispatches), dict(booked), booked.total())

    def dispatched(self, event: e.AssignmentDispatched) -> None:
        self.close(event.party)
        if event.duty not in ACTING or self._order is None or self._at is None:
            return
        place = (event.party, self._order.round)
        self._numbers[place] += 1
        new = _Dispatch(event.party, event.duty, self._order.round, self._numbers[place], self._at)
        self._dispatches.append(new)
        self._open[event.party] = new

    def changed_duty(self, event: e.DutyChanged) -> None:
        if event.party in self._open:
            self._open[event.party].duty = event.duty

    def over(self, event: e.AssignmentVerified | e.AssignmentReleased | e.AssignmentWithdrawn) -> None:
        self.close(event.party, misrouted=isinstance(event, e.AssignmentWithdrawn) and event.misrouted)

    def all_over(self, _event: e.Event) -> None:
        for party in tuple(self._open):
            self.close(party)

    def close(self, party: str, *, misrouted: bool = False) -> None:
        one = self._open.pop(party, None)
        if one is not None:
            one.ended_at, one.misrouted = self._at, misrouted


_FOLLOWS: Mapping[type[e.Event], Callable[[_Stopwatch, Any], None]] = {
    e.AssignmentDispatched: _Stopwatch.dispatched,
    e.DutyChanged: _Stopwatch.changed_duty,
    e.AssignmentVerified: _Stopwatch.over,
    e.AssignmentReleased: _Stopwatch.over,
    e.AssignmentWithdrawn: _Stopwatch.over,
    e.OrderClosed: _Stopwatch.all_over,
    e.OrderCancelled: _Stopwatch.all_over,
    e.FalseAlarmFound: _Stopwatch.all_over,
    e.OrderMerged: _Stopwatch.all_over,
}
