"""Rows: every fact is checked before the first command, and what is wrong is told by line."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from services.replay.municipal.format import Format
from services.replay.municipal.rows import NotThisFormat, Reading, Refusal, read_rows
from tests.unit.replay.conftest import file_of

Read = Callable[..., Reading]


def test_a_row_is_read_into_the_words_of_site_and_playbook(read: Read) -> None:
    (row,) = read({"closure_reason": " Case Closed ", "location": "9 Baldwin Pl"}).rows
    assert (row.line, row.id, row.party, row.category, row.space) == (
        2,
        "1",
        "isd",
        "isd-housing",
        "dorchester",
    )
    assert row.opened == datetime(2011, 7, 5, 13, tzinfo=UTC)
    assert row.target == datetime(2011, 7, 12, 13, tzinfo=UTC)
    assert row.closed == datetime(2011, 7, 6, 14, 30, tzinfo=UTC)
    assert row.overdue is False
    assert row.title == "Bed Bugs"
    assert row.text == "1\nRodent Activity\n9 Baldwin Pl"
    assert row.outcome == "Case Closed"


@pytest.mark.parametrize("blank", ["", "  ", "NULL", "\x00"])
def test_target_closing_and_verdict_may_be_blank(read: Read, blank: str) -> None:
    (row,) = read({"target_dt": blank, "closed_dt": blank, "ontime": blank}).rows
    assert (row.target, row.closed, row.overdue) == (None, None, None)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"case_enquiry_id": " "}, "case_enquiry_id is blank"),
        ({"open_dt": ""}, "open_dt is blank"),
        ({"open_dt": "07/05/2011"}, 'open_dt is "07/05/2011", no time of this format'),
        ({"target_dt": "2011-07-32 09:00:00"}, 'target_dt is "2011-07-32 09:00:00", no time of this format'),
        (
            {"closed_dt": "2011-07-06 10:30:00Z"},
            'closed_dt is "2011-07-06 10:30:00Z", no time of this format',
        ),
        ({"closed_dt": "2011-07-05 08:59:59"}, "closed_dt lies before open_dt"),
        ({"target_dt": "2011-07-05 08:59:59"}, "target_dt lies before open_dt"),
        ({"target_dt": "9999-12-31 23:59:59"}, "target_dt lies outside the years 1991 to 2098"),
        ({"open_dt": "0001-01-01 00:00:00"}, "open_dt lies outside the years 1991 to 2098"),
        ({"department": "NASA"}, 'unknown department "NASA"'),
        ({"department": ""}, "department is blank"),
        ({"ontime": "MAYBE"}, 'unknown ontime "MAYBE"'),
        ({"case_enquiry_id": "1" * 10_001}, "case_enquiry_id is longer than 10000 characters"),
        (
            {"case_title": "x" * 10_001},
            "case_enquiry_id, case_title, location, source is longer than 10000 characters",
        ),
    ],
)
def test_a_row_is_refused_with_line_and_reason(read: Read, cells: dict[str, str], reason: str) -> None:
    found = read({}, cells, {})
    assert found.refused == [Refusal(3, reason)]
    assert (found.total, [row.line for row in found.rows]) == (3, [2, 4])


def test_the_second_row_with_an_id_is_refused(read: Read) -> None:
    found = read({"case_enquiry_id": "7"}, {"case_enquiry_id": "7"})
    assert found.refused == [Refusal(3, "the id 7 stands in line 2 already")]


def test_a_refused_row_does_not_take_its_id(read: Read) -> None:
    found = read({"case_enquiry_id": "7", "open_dt": ""}, {"case_enquiry_id": "7"})
    assert [row.line for row in found.rows] == [3]


def test_all_three_instants_may_be_one(read: Read) -> None:
    same = dict.fromkeys(("open_dt", "target_dt", "closed_dt"), "2011-07-05 09:00:00")
    assert not read(same).refused


@pytest.mark.parametrize(
    ("cells", "category"),
    [
        ({"department": "ISD", "reason": "Building"}, "isd-building"),
        ({"department": "ISD", "reason": "Something new"}, "isd-other"),
        ({"department": "ISD", "reason": ""}, "isd-other"),
        ({"department": "PROP", "reason": "Graffiti"}, "prop-graffiti"),
    ],
)
def test_the_category_is_that_of_the_words_or_the_departments_other(
    read: Read, cells: dict[str, str], category: str
) -> None:
    assert read(cells).rows[0].category == category


@pytest.mark.parametrize("word", ["", " ", "Boston", "Atlantis"])
def test_a_place_that_is_not_known_is_the_whole_city(read: Read, word: str) -> None:
    assert read({"neighborhood": word}).rows[0].space == "boston"


def test_control_characters_are_no_part_of_a_text(read: Read) -> None:
    assert read({"case_title": "Bed\x07 Bugs\x00"}).rows[0].text == "1\nBed Bugs"


def test_only_so_many_rows_are_read(boston: Format) -> None:
    assert read_rows(file_of({}, {}, {}), boston, limit=2).total == 2


def test_a_file_without_the_columns_is_refused_as_a_whole(boston: Format) -> None:
    with pytest.raises(NotThisFormat, match="missing: closed_dt"):
        read_rows(file_of({}).replace(b"closed_dt", b"finished"), boston)


def test_a_column_that_stands_twice_is_refused_as_a_whole(boston: Format) -> None:
    with pytest.raises(NotThisFormat, match="twice: ontime"):
        read_rows(file_of({}).replace(b"case_status", b"ontime"), boston)


def test_an_empty_file_is_refused_as_a_whole(boston: Format) -> None:
    with pytest.raises(NotThisFormat):
        read_rows(b"", boston)
