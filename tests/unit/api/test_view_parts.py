"""Cursors, lanes, floor plans, pointers: the small parts of views and pages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.fields import pointer_to
from services.views.cursors import BadCursor, Cursors
from services.views.history import History, Span, _end, _note
from services.views.site import marked
from services.web.lanes import WIDTH, Axis, bars, legend

CURSORS = Cursors(b"k" * 32)
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(st.lists(st.integers(min_value=0, max_value=2**63 - 1), min_size=1, max_size=2))
def test_a_cursor_comes_back_as_its_place(place: list[int]) -> None:
    assert CURSORS.read("list", CURSORS.make("list", place)) == place


@given(st.text(max_size=60))
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.read("list", text)


def test_a_cursor_of_another_secret_or_list_is_refused() -> None:
    cursor = CURSORS.make({"status": "open"}, [1, 2])
    for cursors, scope in ((Cursors(b"x" * 32), {"status": "open"}), (CURSORS, {"status": "closed"})):
        with pytest.raises(BadCursor):
            cursors.read(scope, cursor)


@pytest.mark.parametrize(
    ("loc", "pointer"),
    [
        (("body",), "#"),
        (("body", "reporter", "phone"), "#/reporter/phone"),
        (("body", "items", 3), "#/items/3"),
        (("body", 17), "#"),
        (("body", "a/b~c"), "#/a~1b~0c"),
        (("query", "limit"), "limit"),
        (("header", "Idempotency-Key"), "Idempotency-Key"),
    ],
)
def test_a_field_is_pointed_at_as_rfc_6901_has_it(loc: tuple[int | str, ...], pointer: str) -> None:
    assert pointer_to(loc) == pointer


def _spans(*changes: tuple[str, int]) -> list[Span]:
    spans: list[Span] = []
    for words, hours in changes:
        _note(spans, (words,) if words else (), AT + hours * HOUR, goes_on=bool(words))
    return spans


def test_a_span_lasts_until_something_else_holds() -> None:
    spans = _spans(("a", 0), ("a", 1), ("b", 2), ("", 5))
    assert [(one.words, one.length) for one in spans] == [(("a",), 2 * HOUR), (("b",), 3 * HOUR)]


def test_several_changes_at_one_instant_leave_the_last() -> None:
    spans = _spans(("a", 0), ("b", 0), ("c", 0))
    _end(spans, AT + HOUR)
    assert [(one.words, one.length) for one in spans] == [(("c",), HOUR)]


def test_time_held_counts_every_holder_of_a_span() -> None:
    history = History(held=[Span(("a", "b"), AT, AT + HOUR), Span(("b",), AT + HOUR, AT + 3 * HOUR)])
    assert history.time_held() == [("b", 3 * HOUR), ("a", HOUR)]


def test_bars_fill_the_axis_and_even_the_shortest_is_seen() -> None:
    axis = Axis(AT, AT + 100 * HOUR)
    spans = [Span(("working",), AT, AT + timedelta(seconds=1)), Span(("held",), AT + HOUR, AT + 100 * HOUR)]
    drawn = bars(spans, axis, "zh")
    assert drawn[0].width > 0
    assert drawn[1].x + drawn[1].width == WIDTH
    assert [stage for stage, _ in legend([*spans, *spans], "zh")] == ["working", "held"]


def test_an_order_that_was_just_reported_has_an_axis() -> None:
    assert Axis(AT, AT).place(AT) == 0


def test_a_room_that_is_not_drawn_is_not_marked() -> None:
    plan = '<svg><g id="space-hall" class="space" data-pin="10 20.5"></g></svg>'
    assert "translate(10 20.5)" in marked(plan, "hall")
    for room in ("yard", ".*", 'hall" x="'):
        assert marked(plan, room) == plan
