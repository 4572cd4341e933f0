"""A small part of the exploration; `./lianban explore` runs the whole."""

from dataclasses import fields
from typing import Any

import pytest

from models.domain.orders import lives, state
from models.domain.orders.decide import decide
from models.domain.orders.refusals import Refused
from tests.explore.chapters import chapters
from tests.explore.expand import Expander, Node
from tests.explore.explorer import explore
from tests.explore.keys import key
from tests.explore.menu import Chapter, ClockStep, menu
from tests.explore.packing import packed, unpacked
from tests.explore.stories import walk
from tests.explore.world import BEGINS, CATEGORY, context

MOST = 700
TWINS = 150
CHAPTERS = [one for parties in CATEGORY for one in chapters(parties)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda one: f"{one.parties} parties, {one.name}")
def test_no_rule_is_broken_wherever_an_order_can_get(chapter: Chapter) -> None:
    result = explore(chapter, MOST)
    assert {check: result.story(check) for check in result.first} == {}
    assert result.transitions >= MOST


def test_two_processes_find_what_one_finds() -> None:
    chapter = CHAPTERS[0]
    alone, together = explore(chapter, 1500), explore(chapter, 1500, jobs=2)
    assert (alone.states, alone.transitions, alone.refused, alone.lives, alone.depth) == (
        together.states,
        together.transitions,
        together.refused,
        together.lives,
        together.depth,
    )


def test_orders_that_look_alike_have_futures_that_look_alike() -> None:
    """What the key leaves out, nothing that comes later depends on."""
    chapter = next(one for one in CHAPTERS if one.name == "holds")
    expander = Expander(chapter, context())
    seen: dict[bytes, Node] = {}
    frontier, twins = [Node(None, BEGINS, b"")], 0
    while frontier and twins < TWINS:
        node = frontier.pop(0)
        for one in expander.further(node):
            if one.key is None:
                continue
            other = Node(one.order, one.now, node.path + bytes((one.place,)))
            twin = seen.setdefault(one.key, other)
            if twin is other:
                frontier.append(other)
            elif twin.order != other.order:
                twins += 1
                futures = [{way.key for way in expander.further(one)} for one in (twin, other)]
                assert futures[0] == futures[1]
    assert twins >= TWINS


def test_what_is_refused_leaves_the_order_as_it_was() -> None:
    chapter = CHAPTERS[0]
    refused = 0
    for step in walk(bytes((0, 0, 2)), chapter, context()):
        image = packed(Node(step.order, step.at, b""))
        for command, actor in menu(step.order, step.at, chapter, context()):
            if not isinstance(command, ClockStep):
                try:
                    decide(step.order, command, context(), now=step.at, actor=actor)
                except Refused:
                    refused += 1
                assert packed(Node(step.order, step.at, b"")) == image
    assert refused > 0


def test_a_packed_state_is_the_same_again() -> None:
    for step in walk(bytes((0, 0, 2)), CHAPTERS[0], context()):
        node = Node(step.order, step.at, b"\x01")
        assert unpacked(packed(node)) == node
        assert key(step.order, step.at) == key(unpacked(packed(node)).order, step.at)


def test_exploring_leaves_the_core_as_it_was() -> None:
    before = lives.allowed
    explore(CHAPTERS[0], 10)
    assert lives.allowed is before


WEIGHED: list[tuple[type[Any], str]] = [
    (state.Request, "id kind party asked_at decider reason text nominee until before"),
    (state.Plan, "id party text fix_by agreed in_force"),
    (
        state.Deadline,
        """id kind party round started_at due_at clock total calendar calendar_version limit
        reason provisional generation next reached late left pauses ran_on_with dated turn repeats request
        subject""",
    ),
]


@pytest.mark.parametrize(("kind", "known"), WEIGHED, ids=lambda one: getattr(one, "__name__", ""))
def test_a_new_field_of_an_order_is_weighed_for_the_key(kind: type[Any], known: str) -> None:
    """Add it to `keys.py` or leave it out on purpose, then name it here."""
    assert {field.name for field in fields(kind)} == set(known.split())
