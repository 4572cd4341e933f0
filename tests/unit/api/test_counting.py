"""Counts on a floor plan stand where the rooms' names can be read."""

import re

import pytest

from services.views.counting import RADIUS, counted
from services.views.site import marked
from tests.databases import AIBO

PLAN = (AIBO / "floorplan.svg").read_text(encoding="utf-8")
ROOMS = re.findall(r'id="space-([a-z-]+)"', PLAN)
_NAME = re.compile(r'<text x="([\d.]+)" y="([\d.]+)" font-size="(2[3-7])"[^>]*>([^<]+)</text>')


def _count(plan: str, room: str, colour: str = "green") -> tuple[float, float]:
    drawn = counted(plan, [(room, 7, colour)])
    at = re.search(r"translate\(([\d.]+) ([\d.]+)\) scale", drawn)
    assert at is not None
    return float(at[1]), float(at[2])


@pytest.mark.parametrize("room", ROOMS)
def test_a_count_covers_no_rooms_name(room: str) -> None:
    x, y = _count(PLAN, room)
    covered = [
        name
        for left, base, size, name in _NAME.findall(PLAN)
        if abs(float(left) - x) < RADIUS + len(name) * float(size) / 2 - 1
        and float(base) - float(size) * 0.85 < y + RADIUS
        and float(base) > y - RADIUS
    ]
    assert covered == []


def test_a_count_is_as_large_on_a_plan_drawn_in_other_units() -> None:
    plan = '<svg viewBox="0 0 4000 2000"><g id="space-hall" data-pin="900 800"></g></svg>'
    assert "translate(900.0 800.0) scale(5.00)" in counted(plan, [("hall", 2, "red")])


def test_the_worst_colours_have_shapes_of_their_own() -> None:
    drawn = {colour: counted(PLAN, [("hall", 1, colour)]) for colour in ("red", "yellow", "green")}
    assert len({one.removeprefix(PLAN.rpartition("</svg>")[0])[:160] for one in drawn.values()}) == 3


def test_a_room_that_is_not_drawn_has_no_count() -> None:
    assert counted(PLAN, [(".*", 3, "red")]).count("<g ") == marked(PLAN, ".*").count("<g ")
