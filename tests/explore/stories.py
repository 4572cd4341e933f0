"""A path through the menus, walked again: told as a story, and held against what only a whole life shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.decide import decide, needs_routing
from models.domain.orders.evolve import evolve
from models.domain.orders.holding import Recorded, time_held
from models.domain.orders.refusals import Refused
from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Order
from models.domain.streams import SYSTEM, Actor, Role, TextRef
from models.domain.words import STOPPED, AssignmentState, Duty, OrderStatus
from tests.explore.menu import Chapter, ClockStep, Tried, menu
from tests.explore.world import BEGINS, OUTSIDER, RESIDENT, TEXT, person, said

A, S = AssignmentState, OrderStatus
_STEPS_TO_THE_END = 40
FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What the core never raises; its refusals are none of these."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story: what was tried when, and what came of it."""

    at: datetime
    tried: Tried
    events: tuple[Recorded, ...]
    order: Order | None


def walk(path: bytes, chapter: Chapter, context: Context) -> Iterator[Step]:
    """The steps of a path: the chapter's opening, then by their places in the menus."""
    order: Order | None = None
    now = BEGINS
    for place in (*chapter.opening, *path):
        tried = place if isinstance(place, tuple) else menu(order, now, chapter, context)[place]
        command, actor = tried
        if isinstance(command, ClockStep):
            now = command.to
            yield Step(now, tried, (), order)
            continue
        decision = decide(order, command, context, now=now, actor=actor)
        order = decision.order
        yield Step(now, tried, tuple((one.event, now) for one in decision.events), order)


def tell(path: bytes, chapter: Chapter, context: Context) -> list[str]:
    """The story of a path in words, with the events of its last step, or with how the core failed there."""
    lines: list[str] = []
    last: Step | None = None
    try:
        for last in walk(path, chapter, context):
            lines.append(f"{said(last.at)}  {_words(last.tried)}")
    except FAILURES as error:
        order, now = (last.order, last.at) if last else (None, BEGINS)
        return [
            *lines,
            f"{said(now)}  {_words(menu(order, now, chapter, context)[path[-1]])}",
            f"         {error!r}",
        ]
    return lines + [f"         {_of(event)}" for event, _ in (last.events if last else ())]


def _of(event: e.Event) -> str:
    """The event with what it is about."""
    about = [
        str(getattr(event, name)) for name in ("party", "rung", "kind", "outcome") if hasattr(event, name)
    ]
    return " ".join([type(event).__name__, *about])


def _words(tried: Tried) -> str:
    command, actor = tried
    if isinstance(command, ClockStep):
        return f"the clock moves on to {said(command.to)}"
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", type(command).__name__).lower()
    told = [_value(field.name, getattr(command, field.name)) for field in fields(command)]
    return f"{actor.party or actor.role}: {' '.join([name, *filter(None, told)])}"


def _value(name: str, value: object) -> str | None:
    if value is None or isinstance(value, TextRef) or name == "reporter":
        return None
    if isinstance(value, datetime):
        return f"{name} {said(value)}"
    return str(value) if name == "party" else f"{name} {value}"


# ── what only a whole life shows ────────────────────────────────────────────────────────────────────────


def broken_in_a_life(
    path: bytes, order: Order, now: datetime, chapter: Chapter, context: Context
) -> Iterator[tuple[str, str]]:
    """As (check, what): the fold of all events, time held, and that some way leads to the end."""
    history = [one for step in walk(path, chapter, context) for one in step.events]
    state: Order | None = None
    for event, at in history:
        state = evolve(state, event, at)
    if state != order:
        yield "rule_11_state_is_the_fold_of_all_events", "the events lead to another state"
    yield from (("figures_time_held_adds_up", what) for what in _time_held(history, context, now))
    if not _comes_to_an_end(order, now, chapter, context):
        yield (
            "ball_some_way_leads_to_the_end",
            f"{order.status} cannot be brought to closed by those in charge",
        )


def _time_held(history: list[Recorded], context: Context, now: datetime) -> Iterator[str]:
    """Exactly partitioned: each assignment's time by stage, the order's by the set of its holders."""
    held = time_held(history, context, now)
    closed = list(_ended_for(history, now))
    for one in held.assignments:
        end = one.ended_at or now
        pause = sum((min(b, end) - max(a, one.dispatched_at) for a, b in closed if a < end), timedelta(0))
        if timedelta(microseconds=one.total) != end - one.dispatched_at - max(pause, timedelta(0)):
            yield f"{one.party} held it for {end - one.dispatched_at}, booked are {one.total} µs"
    lived = now - BEGINS - sum((b - a for a, b in closed), timedelta(0))
    if sum(held.holders.values()) != held.elapsed or timedelta(microseconds=held.elapsed) != lived:
        yield f"it lived {lived}, booked are {held.elapsed} µs"


def _ended_for(history: list[Recorded], now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans for which the order was over."""
    state: Order | None = None
    since: datetime | None = None
    for event, at in history:
        state = evolve(state, event, at)
        if state.ended and since is None:
            since = event.since or at
        elif not state.ended and since is not None:
            yield since, event.since or at
            since = None
    if since is not None:
        yield since, now


def _comes_to_an_end(order: Order, now: datetime, chapter: Chapter, context: Context) -> bool:
    """Whether the people in charge, doing the next best thing, bring it to its end."""
    order = decide(order, c.FireDue(), context, now=now, actor=SYSTEM).order
    for _ in range(_STEPS_TO_THE_END):
        if order.ended:
            return True
        command, actor = _next_best(order, chapter, context)
        try:
            order = decide(order, command, context, now=now, actor=actor).order
        except Refused:
            return False
    return order.ended


def _next_best(order: Order, chapter: Chapter, context: Context) -> Tried:
    if needs_routing(order):
        return c.RouteOrder(), SYSTEM
    if order.status is S.TRIAGE:
        return c.Triage("two"), person("committee")
    for request in order.requests:
        return c.Decide(request.party, False, TEXT, None, request.kind), person(request.decider)
    acting = sorted(order.acting(), key=lambda one: one.state is A.DONE)
    return _work_on(acting[0], order, context) if acting else _given_to_another(order, chapter)


def _work_on(one: Assignment, order: Order, context: Context) -> Tried:
    if one.state is not A.DONE:
        return (c.Start if one.state in STOPPED else c.Done)(one.party), person(one.party)
    if rules.ends_on_help(order, context):
        return c.Callback(True, True), RESIDENT
    return c.Verify(one.party), _reviewer(rules.verifiers(one, context)[0])


def _given_to_another(order: Order, chapter: Chapter) -> Tried:
    """By whoever withdrew the last party, as the lead's duty where it had that."""
    gone = min(
        (one for one in order.assignments.values() if one.state is A.WITHDRAWN),
        key=lambda one: one.duty is not Duty.LEAD,
    )
    other = next(one for one in (OUTSIDER[chapter.parties], "contractor", "property") if one != gone.party)
    by = "street" if gone.party == "committee" else "committee"
    return c.Reassign(gone.party, other, TEXT), person(by)


def _reviewer(name: str) -> Actor:
    if name == "reporter":
        return RESIDENT
    return Actor(Role.VOLUNTEER, person="volunteer") if name == "volunteer" else person(name)
