"""Records: a damaged one costs itself, never those that follow."""

from services.replay.municipal.records import MOST_LINES, Record, read_records


def read(data: bytes) -> list[Record]:
    return list(read_records(data))


def test_records_have_the_lines_on_which_they_begin() -> None:
    assert read(b"a,b\n1,2\n\n3,4\n") == [
        Record(1, ("a", "b")),
        Record(2, ("1", "2")),
        Record(4, ("3", "4")),
    ]


def test_a_mark_at_the_beginning_and_line_ends_of_windows_are_no_part_of_a_cell() -> None:
    assert read(b"\xef\xbb\xbfa,b\r\n1,2\r\n") == [Record(1, ("a", "b")), Record(2, ("1", "2"))]


def test_a_text_in_quotes_may_hold_commas_quotes_and_line_ends() -> None:
    assert read(b'a,b\n"x, ""y""\nz",2\n3,4\n')[1:] == [
        Record(2, ('x, "y"\nz', "2")),
        Record(4, ("3", "4")),
    ]


def test_a_quote_that_is_never_closed_costs_one_line() -> None:
    found = read(b'a,b\n"1,2\n3,4\n5,6\n')
    assert [one.wrong for one in found] == [None, "a quote is not closed", None, None]
    assert found[2:] == [Record(3, ("3", "4")), Record(4, ("5", "6"))]


def test_a_quote_that_another_record_closes_costs_one_line() -> None:
    found = read(b'a,b\n"1,2\n3,"4"\n5,6\n')
    assert [(one.line, one.wrong is None) for one in found] == [(1, True), (2, False), (3, True), (4, True)]


def test_the_search_for_a_closing_quote_ends() -> None:
    found = read(b'a,b\n"1,2\n' + b"3,4\n" * (MOST_LINES + 5))
    assert found[1].wrong == "a quote is not closed"
    assert len(found) == 2 + MOST_LINES + 5


def test_too_many_and_too_few_cells_are_told() -> None:
    found = read(b"a,b\n1\n1,2,3\n")
    assert [one.wrong for one in found[1:]] == [
        "1 cells, not 2 as in the header",
        "3 cells, not 2 as in the header",
    ]


def test_bytes_that_are_not_utf_8_cost_one_line() -> None:
    found = read(b"a,b\ncaf\xe9,2\n3,4\n")
    assert [one.wrong for one in found] == [None, "it is not UTF-8", None]


def test_an_empty_file_has_no_records() -> None:
    assert read(b"") == read(b"\n \n") == []
