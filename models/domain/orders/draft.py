"""A decision while it is being made: the order so far, the events decided, the notices that they call for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.domain.orders.events import Event
from models.domain.orders.evolve import evolve
from models.domain.orders.notices import wanted
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import SYSTEM, Actor, DesiredNotice


@dataclass(frozen=True, slots=True)
class Decided:
    """One event with its actor; all events of one decision share their instant."""

    event: Event
    actor: Actor


@dataclass(slots=True)
class Draft:
    """Mutable only while a decision runs; what leaves the core is `order`, `events` and `notices()`.

    Handlers emit events and read `order` again, which is already folded: no rule is computed twice, and the
    shell writes the very state that the events lead to.

    `now` is when things take effect. It is the instant of the decision, except while `as_of` lets an alarm
    take effect that the clock's lane finds only later.
    """

    state: Order | None
    context: Context
    now: datetime
    actor: Actor = SYSTEM
    events: list[Decided] = field(default_factory=list)
    recorded_at: datetime = field(init=False)
    _wanted: dict[tuple[str, str], DesiredNotice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recorded_at = self.now

    @contextmanager
    def as_of(self, at: datetime) -> Iterator[None]:
        """Let what is decided within take effect at `at`, which may lie before the decision."""
        self.now = at
        try:
            yield
        finally:
            self.now = self.recorded_at

    @property
    def order(self) -> Order:
        """The order as the events so far leave it."""
        if self.state is None:
            raise RuntimeError("a draft has no order before its first event")
        return self.state

    def emit(self, event: Event) -> None:
        """Decide an event: fold it, and take down whom it concerns."""
        if self.now != self.recorded_at:
            event = replace(event, since=self.now)
        self.state = evolve(self.state, event, self.recorded_at)
        self.events.append(Decided(event, self.actor))
        for notice in wanted(event, self.state, self.context, self.recorded_at):
            self._want(notice)

    def _want(self, notice: DesiredNotice) -> None:
        """One notice per recipient and instant, however many reasons fall together."""
        key = (notice.party, notice.role)
        known = self._wanted.get(key)
        if known is None:
            self._wanted[key] = notice
            return
        why = known.why + tuple(one for one in notice.why if one not in known.why)
        urgency = max(known.urgency, notice.urgency, key=lambda one: one == "danger")
        send_at = min(known.send_at, notice.send_at)
        self._wanted[key] = DesiredNotice(notice.party, notice.role, why, urgency, send_at)

    def notices(self) -> tuple[DesiredNotice, ...]:
        """What is to be told because of this decision."""
        return tuple(self._wanted.values())
