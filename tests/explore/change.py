"""One transition as the checks see it, and how a check says that a rule was broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from models.domain.orders import events as e
from models.domain.orders.commands import Command
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import Actor, DesiredNotice

E = TypeVar("E", bound=e.Event)


@dataclass(frozen=True, slots=True)
class Change:
    """What a command did at `now`; `before` is None for the report alone.

    Nothing was overdue before, unless the command is the firing itself.
    """

    before: Order | None
    after: Order
    events: tuple[tuple[e.Event, Order], ...]
    """Each with the order as it was just before it; not the report, which has none."""
    notices: tuple[DesiredNotice, ...]
    command: Command
    actor: Actor
    now: datetime
    context: Context

    def of(self, kind: type[E]) -> Iterator[tuple[E, Order]]:
        """The events of a kind."""
        return ((one, order) for one, order in self.events if isinstance(one, kind))

    def at(self, event: e.Event) -> datetime:
        """When the event took effect."""
        return event.since or self.now


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: the check that found it, and what it saw."""

    check: str
    what: str


StateCheck = Callable[[Order, datetime, Context], Iterator[str]]
ChangeCheck = Callable[[Change], Iterator[str]]
