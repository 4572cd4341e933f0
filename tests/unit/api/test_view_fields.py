"""The whitelist of fields: whole, and closed to whatever it does not name."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.domain.orders.events import event_types
from models.domain.policy import SIGHT, Sight, Stand, sights
from models.domain.streams import Role
from services.views import models as m
from services.views import seen

if TYPE_CHECKING:
    from collections.abc import Mapping

VIEWS = [
    one
    for one in vars(m).values()
    if inspect.isclass(one) and issubclass(one, m.View) and one not in {m.View, m.OrdersPage, m.EventsPage}
]
API_AND_PAGES = sorted(
    path for folder in ("api", "web") for path in (Path(seen.__file__).parents[1] / folder).glob("*.py")
)
UNCUT = ("view_of(", "read_events", "whole_page", "read_record")


@pytest.mark.parametrize("view", [one for one in VIEWS if one is not m.NoticesView])
def test_every_field_of_a_view_has_its_line_and_no_line_is_left_over(view: type[m.View]) -> None:
    assert set(view.model_fields) == set(seen.FIELDS[view])


def test_every_type_of_event_has_its_line() -> None:
    assert set(event_types()) == set(seen.HISTORY)


@pytest.mark.parametrize("sight", Sight)
def test_a_field_that_nobody_listed_is_hidden_from_everybody(
    sight: Sight, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wider(m.Named):
        phone: str

    wider: dict[type[m.View], Mapping[str, seen.Sights]] = {**seen.FIELDS, Wider: seen.FIELDS[m.Named]}
    monkeypatch.setattr(seen, "FIELDS", wider)
    shown = seen.cut(Wider(code="a", name="b", phone="13812345678"), frozenset({sight}))
    assert shown.model_dump() == {"code": "a", "name": "b"}


def test_a_view_that_nobody_listed_is_empty_for_everybody() -> None:
    class Unlisted(m.View):
        phone: str

    assert seen.cut(Unlisted(phone="13812345678"), seen.ALL).model_dump() == {}


def test_who_has_no_sight_sees_nothing() -> None:
    assert seen.cut(m.Named(code="a", name="b"), frozenset()).model_dump() == {}


def test_an_events_data_shows_listed_names_alone_at_any_depth() -> None:
    data = {"reporter": {"kind": "resident", "person": "r:1", "contact": {"id": "x"}}, "phone": "1", "id": 2}
    assert seen.public(data) == {"reporter": {"kind": "resident"}, "id": 2}


@pytest.mark.parametrize("path", API_AND_PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_api_and_the_pages_are_given_what_is_cut_and_nothing_else(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not [one for one in UNCUT if one in source]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SYSTEM, Role.IMPORTER])
def test_who_only_runs_it_sees_no_order(role: Role) -> None:
    assert sights(role, set(Stand)) == frozenset()


@pytest.mark.parametrize(
    ("role", "stands", "seen_with"),
    [
        (Role.HANDLER, {Stand.SITE}, {Sight.OUTLINE}),
        (Role.HANDLER, {Stand.SITE, Stand.PART}, {Sight.OUTLINE, Sight.WHOLE}),
        (Role.ARBITER, {Stand.SITE, Stand.OVERSIGHT}, {Sight.OUTLINE, Sight.WHOLE}),
        (Role.OBSERVER, {Stand.SITE, Stand.OVERSIGHT}, {Sight.OUTLINE, Sight.COURSE}),
        (Role.OBSERVER, {Stand.SITE}, {Sight.OUTLINE}),
        (Role.MODERATOR, {Stand.SITE}, {Sight.OUTLINE, Sight.MATTER}),
        (Role.VOLUNTEER, {Stand.SITE}, {Sight.OUTLINE}),
        (Role.VOLUNTEER, {Stand.SITE, Stand.CHECKER}, {Sight.OUTLINE, Sight.MATTER}),
        (Role.RESIDENT, {Stand.SITE}, set()),
        (Role.RESIDENT, {Stand.SITE, Stand.REPORTER}, {Sight.REPORT}),
        (Role.HANDLER, {Stand.LINK}, {Sight.TASK}),
    ],
)
def test_a_role_sees_by_how_it_stands_to_the_order(
    role: Role, stands: set[Stand], seen_with: set[Sight]
) -> None:
    assert sights(role, stands) == seen_with


def test_every_sight_has_its_line() -> None:
    assert set(SIGHT) == set(Sight)
