"""One state taken further in every way that its menu has, each way checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.decide import Decision, decide
from models.domain.orders.evolve import evolve
from models.domain.orders.refusals import Refused
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import SYSTEM, Actor
from tests.explore.change import Change, Violation
from tests.explore.checks_of_changes import CHANGE_CHECKS
from tests.explore.checks_of_states import STATE_CHECKS
from tests.explore.checks_of_the_clock import CLOCK_CHECKS
from tests.explore.keys import key
from tests.explore.menu import Chapter, ClockStep, menu, overdue
from tests.explore.stories import FAILURES, broken_in_a_life

_CHECKS = (*CHANGE_CHECKS, *CLOCK_CHECKS)
ONE_LIFE_IN = 64
"""The whole life of so many states is walked again; by their key, so that it is the same ones each time."""


class Node(NamedTuple):
    """A state with the path that leads to it."""

    order: Order | None
    now: datetime
    path: bytes


@dataclass(frozen=True, slots=True)
class Reached:
    """A transition's end: the place in the menu, what the state looks like, what the transition broke."""

    place: int
    key: bytes | None
    """None where it is reached by way of the firing as well."""
    order: Order | None
    now: datetime
    broken: tuple[Violation, ...] = ()


class Expander:
    """Takes states further under one chapter's menu."""

    def __init__(self, chapter: Chapter, context: Context) -> None:
        self.chapter = chapter
        self.context = context
        self.refused = 0
        self.lives = 0

    def further(self, node: Node) -> Iterator[Reached]:
        """Every way on from a state; what is refused is counted."""
        fired = self._fired(node)
        for place, (command, actor) in enumerate(menu(node.order, node.now, self.chapter, self.context)):
            if isinstance(command, ClockStep):
                yield Reached(place, key(node.order, command.to), node.order, command.to)
                continue
            try:
                found = self._tried(node, fired, command, actor)
            except FAILURES as error:
                broken_down = Violation("core_answers_or_refuses", repr(error))
                yield Reached(place, None, None, node.now, (broken_down,))
                continue
            if found is None:
                self.refused += 1
                continue
            order, broken = found
            looks = key(order, node.now) if order is not None else None
            yield Reached(place, looks, order, node.now, tuple(broken))

    def in_state(self, order: Order | None, now: datetime) -> Iterator[Violation]:
        """What is broken in a state."""
        if order is not None:
            for check in STATE_CHECKS:
                for what in check(order, now, self.context):
                    yield Violation(check.__name__, what)

    def in_life(self, node: Node) -> Iterator[Violation]:
        """For one state in some: what is broken in the life that led there, and that it comes to an end."""
        order = node.order
        if order is None or key(order, node.now)[0] % ONE_LIFE_IN:
            return
        self.lives += 1
        for check, what in broken_in_a_life(node.path, order, node.now, self.chapter, self.context):
            yield Violation(check, what)

    def _fired(self, node: Node) -> Decision | None:
        """What the timers' lane would make of it first; None where nothing is overdue."""
        if node.order is None or not overdue(node.order, node.now):
            return None
        return decide(node.order, c.FireDue(), self.context, now=node.now, actor=SYSTEM)

    def _tried(
        self, node: Node, fired: Decision | None, command: c.Command, actor: Actor
    ) -> tuple[Order | None, list[Violation]] | None:
        """The order afterwards and what was broken; None where it was refused.

        Where something is overdue, the tap that came first must lead to what it leads to after the timers'
        lane: the state after that is taken further on its own, so that no order is handed back here.
        """
        direct = self._decided(node.order, node.now, command, actor)
        if fired is None or isinstance(command, c.FireDue):
            return None if direct is None else (direct.order, self._broken(node, direct, command, actor))
        later = self._decided(fired.order, node.now, command, actor)
        if direct is None and later is None:
            return None
        if direct is not None and later is not None and _same(direct, fired, later):
            return None, []
        what = "the tap and the timer's lane lead to different ledgers"
        return None, [Violation("ledger_does_not_depend_on_who_came_first", what)]

    def _decided(
        self, order: Order | None, now: datetime, command: c.Command, actor: Actor
    ) -> Decision | None:
        try:
            return decide(order, command, self.context, now=now, actor=actor)
        except Refused:
            return None

    def _broken(self, node: Node, decision: Decision, command: c.Command, actor: Actor) -> list[Violation]:
        events: list[tuple[e.Event, Order]] = []
        state = node.order
        for one in decision.events:
            if state is not None:
                events.append((one.event, state))
            state = evolve(state, one.event, node.now)
        if state != decision.order:
            return [Violation("rule_11_state_is_the_fold_of_its_events", "the events lead to another state")]
        change = Change(
            node.order,
            decision.order,
            tuple(events),
            decision.notices,
            command,
            actor,
            node.now,
            self.context,
        )
        return [Violation(check.__name__, what) for check in _CHECKS for what in check(change)]


def _same(direct: Decision, fired: Decision, later: Decision) -> bool:
    events = tuple(one.event for one in direct.events)
    return direct.order == later.order and events == tuple(one.event for one in fired.events + later.events)
