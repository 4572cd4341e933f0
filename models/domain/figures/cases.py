"""What one order adds to the figures of `domain.md`, as cases that can be counted, summed and ranked.

A case belongs to a period by its `at`. The seven rates come from `models.domain.orders.figures`; beside them
stand returns 退单 with their outcome, steps of the ladder, lateness, time to done and time held.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.domain.business_time.arithmetic import seconds_between
from models.domain.business_time.limits import Clock
from models.domain.business_time.timeline import micros
from models.domain.orders import events as e
from models.domain.orders.figures import observe
from models.domain.orders.holding import Recorded, time_held
from models.domain.orders.rules import Context
from models.domain.words import Duty, RequestKind


class Kind(StrEnum):
    """What is counted beside the rates of `Figure`, whose codes stand beside these."""

    REPORTED = "reported"
    """An order that was reported; `at` the report."""
    CLOSED = "closed"
    """A closing of an order, by its lead."""
    RETURN = "return"
    """退单 asked for; `word` is what became of it: upheld, dismissed, lapsed, open."""
    STEP = "step"
    """A step of the ladder that was told and not struck; `word` is its mark."""
    LATE = "late"
    """A limit that ended late; `word` is its kind, `micros` the time past it, by the wall clock."""
    DONE_IN = "done_in"
    """The lead's first round: working time from its dispatch to done, in its own calendar."""
    HELD = "held"
    """Time that an assignment was held, when that ended; `word` is to what it is booked."""
    LEFT_OUT = "left_out"
    """Merged, a false alarm or cancelled: `word` says which. Such an order adds nothing else."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to count. `what` is a `Figure` or a `Kind`; `party` is empty for the order as a whole."""

    what: str
    party: str
    at: datetime
    good: bool | None = None
    word: str = ""
    micros: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """An order's category as it is now, and its cases."""

    category: str | None
    cases: tuple[Case, ...]


def cases_of(events: Sequence[Recorded], context: Context, now: datetime) -> Counted:
    """The cases of one order, as they stood at `now`."""
    observed = observe(events, now)
    if observed.left_out is not None:
        ended = max(event.since or at for event, at in events)
        return Counted(observed.category, (Case(Kind.LEFT_OUT, "", ended, word=observed.left_out),))
    watcher = _Watcher(context)
    for event, at in events:
        watch = _WATCHES.get(type(event))
        if watch is not None:
            watch(watcher, event, event.since or at)
    rates = (Case(one.figure, one.party, one.at, good=one.good) for one in observed.samples)
    return Counted(observed.category, (*rates, *watcher.cases(), *_held(events, context, now)))


def _held(events: Sequence[Recorded], context: Context, now: datetime) -> Iterator[Case]:
    """Of assignments that have ended: each of their shares, which add up to the whole."""
    for one in time_held(events, context, now).assignments:
        if one.ended_at is not None:
            for stage, share in one.shares.items():
                if share:
                    yield Case(Kind.HELD, one.party, one.ended_at, word=str(stage), micros=share)


@dataclass(slots=True)
class _Late:
    """A limit that ended late."""

    kind: str
    party: str
    due_at: datetime
    ended_at: datetime
    done_at: datetime
    """When it was kept after all: as recorded, or as the decider accepted it."""


@dataclass(slots=True)
class _Watcher:
    context: Context
    limits: dict[int, tuple[str, str, datetime]] = field(default_factory=dict)
    late: list[_Late] = field(default_factory=list)
    asked: dict[int, Case] = field(default_factory=dict)
    steps: list[Case] = field(default_factory=list)
    others: list[Case] = field(default_factory=list)
    leads: dict[str, datetime] = field(default_factory=dict)
    lead: str = ""
    first_round: bool = True

    def cases(self) -> Iterator[Case]:
        yield from self.others
        yield from self.asked.values()
        yield from self.steps
        for one in self.late:
            past = micros(one.done_at - one.due_at)
            if past > 0:
                yield Case(Kind.LATE, one.party, one.done_at, word=one.kind, micros=past)

    def reported(self, _event: e.OrderReported, at: datetime) -> None:
        self.others.append(Case(Kind.REPORTED, "", at))

    def closed(self, _event: e.OrderClosed, at: datetime) -> None:
        self.others.append(Case(Kind.CLOSED, self.lead, at))
        self.leads.clear()

    def dispatched(self, event: e.AssignmentDispatched, at: datetime) -> None:
        self.leads.pop(event.party, None)
        if event.duty is Duty.LEAD:
            self.leads[event.party], self.lead = at, event.party

    def changed_duty(self, event: e.DutyChanged, at: datetime) -> None:
        if event.duty is Duty.LEAD:
            self.leads[event.party], self.lead = at, event.party
        else:
            self.leads.pop(event.party, None)

    def withdrawn(self, event: e.AssignmentWithdrawn, _at: datetime) -> None:
        self.leads.pop(event.party, None)

    def done(self, event: e.AssignmentDone, at: datetime) -> None:
        since = self.leads.pop(event.party, None)
        if since is not None and self.first_round and event.party in self.context.site.parties:
            calendar = self.context.site.calendar_of(event.party)
            worked = micros(seconds_between(calendar, Clock.WORKING_HOURS, since, at))
            self.others.append(Case(Kind.DONE_IN, event.party, at, micros=worked))

    def reopened(self, _event: e.OrderReopened, _at: datetime) -> None:
        self.first_round = False

    def began(self, event: e.DeadlineSet, _at: datetime) -> None:
        one = event.deadline
        self.limits[one.id] = (one.kind, one.party, one.due_at)

    def moved(self, event: e.DeadlineMoved | e.DeadlineResumed, _at: datetime) -> None:
        if event.id in self.limits:
            kind, party, _ = self.limits[event.id]
            self.limits[event.id] = (kind, party, event.due_at)

    def ended(self, event: e.DeadlineEnded, at: datetime) -> None:
        found = self.limits.pop(event.id, None)
        if found is not None and event.outcome == "late":
            self.late.append(_Late(*found, at, at))

    def claim_accepted(self, event: e.ClaimedTimeAccepted, _at: datetime) -> None:
        for one in self.late:
            if one.party == event.party and event.claimed_at < one.ended_at <= event.received_at:
                one.done_at = event.claimed_at

    def asks(self, event: e.RequestMade, at: datetime) -> None:
        if event.request.kind is RequestKind.RETURN:
            self.asked[event.request.id] = Case(Kind.RETURN, event.request.party, at, word="open")

    def decided(self, event: e.RequestDecided, _at: datetime) -> None:
        self._becomes(event.id, "upheld" if event.granted else "dismissed")

    def lapsed(self, event: e.RequestLapsed, _at: datetime) -> None:
        self._becomes(event.id, "lapsed")

    def _becomes(self, number: int, word: str) -> None:
        before = self.asked.get(number)
        if before is not None:
            good = None if word == "lapsed" else word == "upheld"
            self.asked[number] = Case(Kind.RETURN, before.party, before.at, good=good, word=word)

    def stepped(self, event: e.StepReached, at: datetime) -> None:
        if not event.skipped:
            self.steps.append(Case(Kind.STEP, event.party, at, word=event.mark or event.rung))

    def struck(self, event: e.StepsStruck, _at: datetime) -> None:
        self.steps = [one for one in self.steps if one.party != event.party]


_WATCHES: Mapping[type[e.Event], Callable[[_Watcher, Any, datetime], None]] = {
    e.OrderReported: _Watcher.reported,
    e.OrderClosed: _Watcher.closed,
    e.AssignmentDispatched: _Watcher.dispatched,
    e.DutyChanged: _Watcher.changed_duty,
    e.AssignmentWithdrawn: _Watcher.withdrawn,
    e.AssignmentDone: _Watcher.done,
    e.OrderReopened: _Watcher.reopened,
    e.DeadlineSet: _Watcher.began,
    e.DeadlineMoved: _Watcher.moved,
    e.DeadlineResumed: _Watcher.moved,
    e.DeadlineEnded: _Watcher.ended,
    e.ClaimedTimeAccepted: _Watcher.claim_accepted,
    e.RequestMade: _Watcher.asks,
    e.RequestDecided: _Watcher.decided,
    e.RequestLapsed: _Watcher.lapsed,
    e.StepReached: _Watcher.stepped,
    e.StepsStruck: _Watcher.struck,
}


def next_change(deadlines: Iterable[Mapping[str, Any]], now: datetime) -> datetime | None:
    """The next instant at which open limits count as missed though nothing happens: the soonest due one.

    `deadlines` as the image of an order's state has them; one that is paused never does.
    """
    due = (datetime.fromisoformat(one["due_at"]) for one in deadlines if one.get("left") is None)
    return min((at for at in due if at > now), default=None)
