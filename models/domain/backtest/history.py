"""A case as it was: who reported it and what people did about it, each with its delay from dispatch."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models.domain.backtest.asked import asked
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import minutes as m
from models.domain.orders.evolve import evolve
from models.domain.orders.state import Order
from models.domain.streams import SYSTEM, Actor
from models.domain.words import DeadlineKind

_SETTLED = (m.FollowMinutes, m.LeaveMeeting)
"""The system carries out what people agreed on elsewhere."""
REPORTED = "/0"
"""What is counted from the report itself, as long as the order was not sent out."""


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did: its delay from an anchor.

    That is ``party/n``, the party's n-th dispatch, or ``/n``, the n-th routing of the order.
    """

    anchor: str
    delay: timedelta
    command: c.Command
    actor: Actor
    was_at: datetime
    """When it was done; dates that it names move with it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One order's life as far as people made it. `name` is how it is called in what is told."""

    name: str
    at: datetime
    report: c.Report
    actor: Actor
    steps: tuple[Step, ...] = ()
    parties: frozenset[str] = frozenset()
    """Who had a part in it: what another party would have done nobody knows."""
    measured: Collection[DeadlineKind] = frozenset(DeadlineKind)
    """The limits for which it shows whether they were kept."""

    def shows(self, party: str, kind: str) -> bool:
        """Whether it tells how the party kept a limit of this kind."""
        return party in self.parties and kind in self.measured


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the ledger has it."""

    event: e.Event
    at: datetime
    actor: Actor


def case_of(name: str, recorded: Iterable[Recorded]) -> Case:
    """The case of an order's events, the first of which is its report. ValueError where there is none."""
    reading = _Reading()
    steps: list[Step] = []
    head: tuple[datetime, c.Report, Actor] | None = None
    for group in _groups(recorded):
        first = group[0]
        for command in asked(reading.order, [one.event for one in group]):
            if isinstance(command, c.Report):
                head = (first.at, command, first.actor)
                reading.reported(first.at)
            elif first.actor.role is not SYSTEM.role or isinstance(command, _SETTLED):
                anchor, since = reading.anchor_of(command)
                steps.append(Step(anchor, first.at - since, command, first.actor, first.at))
        reading.fold(group)
    if head is None:
        raise ValueError(f"{name} was never reported")
    return Case(name, *head, tuple(steps), frozenset(reading.parties))


def _groups(recorded: Iterable[Recorded]) -> Iterator[Sequence[Recorded]]:
    """What one person did at one instant."""
    group: list[Recorded] = []
    for one in recorded:
        if group and (one.at, one.actor) != (group[0].at, group[0].actor):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


@dataclass(slots=True)
class _Reading:
    """The order as it was, and where its delays are counted from."""

    order: Order | None = None
    parties: set[str] = field(default_factory=set)
    _since: dict[str, datetime] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)

    def reported(self, at: datetime) -> None:
        """What was done in the same breath as the report, as a walk's photos are, counts from it."""
        self._since[REPORTED] = at

    def fold(self, group: Sequence[Recorded]) -> None:
        for one in group:
            self.order = evolve(self.order, one.event, one.at)
            for party in dispatched(one.event):
                self._count[party] = self._count.get(party, 0) + 1
                self._since[f"{party}/{self._count[party]}"] = one.at
            self.parties |= set(_obliged(one.event))

    def anchor_of(self, command: c.Command) -> tuple[str, datetime]:
        """The party's last dispatch where it concerns one, else the order's last routing."""
        party = command.party if isinstance(command, c.PartyCommand) else ""
        count = self._count.get(party, 0)
        anchor = f"{party}/{count}" if count else f"/{self._count.get('', 0)}"
        return anchor, self._since[anchor]


def dispatched(event: e.Event) -> Iterator[str]:
    """Whom an event dispatches; '' stands for the order, which is routed."""
    if isinstance(event, e.AssignmentDispatched):
        yield event.party
    elif isinstance(event, e.OrderRouted):
        yield ""


def _obliged(event: Any) -> Iterator[str]:  # noqa: ANN401 - any event
    if isinstance(event, e.AssignmentDispatched):
        yield event.party
    elif isinstance(event, e.DeadlineSet):
        yield event.deadline.party
