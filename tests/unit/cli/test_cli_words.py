"""Small things of the command line: packing of sentences, gaps of a roster, words that become fields."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from services.actions import bodies
from services.cli.acting import instants, nested, split_words, told_fields
from services.cli.operating import SiteRow, Stop, first_line, site_of_order, the_site
from services.cli.showing import packed
from services.cli.site_checkup import first_gap
from services.cli.words import SIGN, STYLE, short
from services.views.labels import COLOUR
from services.views.models import Named

WEEK = [1, 2, 3, 4, 5, 6, 7]
AIBO = SiteRow(1, "AIBO5", "爱博五村", "Asia/Shanghai", "zh", "live", None)
BOSTON = SiteRow(2, "BOSTON", "Boston", "America/New_York", "en", "frozen", None)


def test_sentences_are_packed_and_none_is_broken_that_fits() -> None:
    assert packed(["一二三", "四五", "六七八九"], "；", 14) == ["一二三；四五；", "六七八九"]


@given(st.lists(st.text("abc 一二三，", min_size=1, max_size=20).map(str.strip).filter(bool)))
def test_packing_loses_no_sentence_and_keeps_the_width(sentences: list[str]) -> None:
    lines = packed(sentences, "；", 44)
    assert "".join(lines) == "；".join(sentences)
    assert all(cell_len(line) <= 44 for line in lines)


def test_a_roster_around_the_clock_has_no_gap() -> None:
    assert first_gap([(WEEK, time(8), time(20)), (WEEK, time(20), time(8))]) is None
    assert first_gap([(WEEK, time(0), time(0))]) is None


@pytest.mark.parametrize(
    ("turns", "gap"),
    [
        ([], "Mon 00:00"),
        ([(WEEK, time(8), time(20))], "Mon 00:00"),
        ([([1, 2, 3, 4, 5], time(8), time(8))], "Mon 00:00"),
        ([([7, 1, 2, 3, 4], time(8), time(8))], "Fri 08:00"),
        ([(WEEK, time(8), time(20)), (WEEK, time(20), time(7, 30))], "Mon 07:30"),
        ([([7], time(12), time(0)), ([1, 2, 3, 4, 5, 6], time(0), time(0))], "Sun 00:00"),
    ],
)
def test_the_first_gap_of_a_roster_is_named(turns: list[tuple[list[int], time, time]], gap: str) -> None:
    assert first_gap(turns) == gap


def test_words_of_a_command_line_are_a_party_and_fields() -> None:
    assert split_words(["property", "reason=a=b", "fix-by=x"]) == (
        "property",
        {"reason": "a=b", "fix_by": "x"},
    )
    assert split_words(["reason=x"]) == (None, {"reason": "x"})
    with pytest.raises(Stop, match="hello: details are written key=value"):
        split_words(["reason=x", "hello"])


def test_dots_lead_into_fields_of_fields() -> None:
    assert nested({"reason": "x", "report.space": "hall", "report.title": "y"}) == {
        "reason": "x",
        "report": {"space": "hall", "title": "y"},
    }


def test_instants_take_the_site_s_zone_unless_they_have_one() -> None:
    found = instants(bodies.HoldBody, {"reason": "x", "until": "2026-10-12T09:00"}, AIBO)
    assert found["until"].utcoffset() == timedelta(hours=8)
    found = instants(bodies.OutsideNumberBody, {"due_at": "2026-10-12T09:00Z"}, AIBO)
    assert found["due_at"].utcoffset() == timedelta()


def test_the_details_of_an_action_are_told_with_brackets_around_what_may_be_left_out() -> None:
    assert sorted(told_fields(bodies.HoldBody).split()) == ["[note=…]", "reason=…", "until=…"]
    assert told_fields(bodies.Nothing) == ""


def test_a_site_is_taken_for_granted_only_where_it_is_the_only_live_one() -> None:
    assert the_site([AIBO], None) is AIBO
    assert the_site([AIBO, BOSTON], None) is AIBO
    assert the_site([AIBO, BOSTON], "BOSTON") is BOSTON
    second = SiteRow(3, "B", "B", "Asia/Shanghai", "zh", "live", None)
    with pytest.raises(Stop, match="say which site with --site: AIBO5, B"):
        the_site([AIBO, second], None)
    with pytest.raises(Stop, match="there is no site yet"):
        the_site([], "AIBO5")


def test_an_order_code_names_its_site() -> None:
    assert site_of_order([AIBO, BOSTON], "BOSTON-7") is BOSTON
    with pytest.raises(Stop, match="is no order code"):
        site_of_order([AIBO], "17")


def test_every_colour_has_a_sign_a_word_and_a_style() -> None:
    assert set(SIGN) == set(STYLE) == set(COLOUR)
    assert len(set(SIGN.values())) == len(SIGN)


def test_a_party_that_is_no_capacity_keeps_its_name() -> None:
    assert short(Named(code="property", name="爱博五村物业服务处"), "zh") == "物业"
    assert short(Named(code="isd", name="Inspectional Services"), "en") == "Inspectional Services"


def test_an_error_of_many_lines_is_told_in_its_first() -> None:
    assert first_line(ValueError("\n one\ntwo")) == "one"
    assert first_line(ValueError()) == "ValueError"
