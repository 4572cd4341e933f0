"""The order as a kind of stream."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models.domain.kinds import Columns, Happened, Outcome
from models.domain.orders import rules
from models.domain.orders.commands import Command, FireDue
from models.domain.orders.decide import decide, needs_routing
from models.domain.orders.events import UPCASTERS, Event, event_types
from models.domain.orders.evolve import evolve
from models.domain.orders.notices import wanted
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import Actor, DesiredNotice, Timer


class OrderKind:
    """工单: see `StreamKind` for what each method answers."""

    name = "order"
    state_type = Order
    event_types = event_types()

    def decide(
        self, state: Order | None, command: Command, context: Context, *, now: datetime, actor: Actor
    ) -> Outcome:
        """See `decide.decide`."""
        decision = decide(state, command, context, now=now, actor=actor)
        happened = tuple(Happened(one.event, one.actor) for one in decision.events)
        return Outcome(decision.order, happened, decision.notices)

    def evolve(self, state: Order | None, event: Event, at: datetime) -> Order:
        """See `evolve.evolve`."""
        return evolve(state, event, at)

    def notices(self, event: Event, state: Order, context: Context, at: datetime) -> Iterable[DesiredNotice]:
        """See `notices.wanted`."""
        return wanted(event, state, context, at)

    def columns(self, state: Order, context: Context) -> Columns:
        """What lists ask for."""
        return Columns(
            status=state.status,
            category=state.category,
            severity=state.severity,
            origin=state.origin,
            space=state.space,
            colour=state.colour,
            supervised=state.supervised,
            parties=tuple(sorted(state.assignments)),
            holders=tuple(sorted(rules.holders(state, context))),
            reported_at=state.reported_at,
            promised_at=state.promised_at,
            closed_at=state.closed_at,
        )

    def clock_command(self) -> FireDue:
        """What the fire lane issues."""
        return FireDue()

    def timers(self, state: Order) -> tuple[Timer, ...]:
        """The next step of each open deadline."""
        return tuple(
            Timer(one.id, one.generation, one.next.at, one.party, one.kind)
            for one in state.deadlines.values()
            if one.next is not None
        )

    def waits_for_routing(self, state: Order) -> bool:
        """Reported, or reopened."""
        return needs_routing(state)

    def pinned(self, state: Order) -> str | None:
        """The playbook's digest, from the first dispatch on (rule 10)."""
        return state.pin.digest if state.pin else None

    def upcast(self, name: str, version: int, image: Mapping[str, Any]) -> Mapping[str, Any]:
        """Step by step through the registered upcasters."""
        newest = self.event_types[name].version
        while version < newest:
            image = UPCASTERS[name, version](image)
            version += 1
        return image


ORDER = OrderKind()
