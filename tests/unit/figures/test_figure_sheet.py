"""The spreadsheet, read back: types, the frozen head, and text that is never a formula."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from services.figures.sheet import Table, spreadsheet, tables
from services.figures.views import FiguresView
from tests.unit.figures.figures_kit import seen


def read(view: FiguresView) -> Workbook:
    return load_workbook(BytesIO(spreadsheet(view, "zh")))


def sheet(name: str) -> Worksheet:
    found = read(seen())[name]
    assert isinstance(found, Worksheet)
    return found


def test_each_table_is_a_sheet_with_a_frozen_head() -> None:
    book = read(seen())
    assert book.sheetnames == [one.name for one in tables(seen(), "zh")]
    assert {one.freeze_panes for one in book.worksheets} == {"A2"}


def test_numbers_are_numbers_and_rates_are_parts_of_one() -> None:
    row = next(one for one in sheet("指标").values if one[0] == "按时办结率")
    assert row == ("按时办结率", 9, 12, 0.75, 4, 5, None)
    assert sheet("指标")["D3"].number_format == "0%"


def test_days_are_dates_and_spans_are_times() -> None:
    found = sheet("趋势")["B2"]
    assert found.is_date
    assert found.value.date() == date(2026, 8, 31)
    assert sheet("超时")["C2"].value == timedelta(hours=5)


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil")', "+1", "-1", "@SUM(A1)", "\t=1"])
def test_text_is_never_a_formula(name: str) -> None:
    view = seen()
    view.figures[0].name = name
    cell = read(view)["指标"]["A2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", name, True)


def test_what_no_spreadsheet_may_hold_is_left_out() -> None:
    view = seen()
    view.figures[0].name = "漏\x00水\x1b"
    assert read(view)["指标"]["A2"].value == "漏水"


def test_on_paper_all_columns_are_on_a_page_and_heads_stand_over_their_numbers() -> None:
    shown = sheet("指标")
    assert shown.sheet_properties.pageSetUpPr is not None
    assert shown.sheet_properties.pageSetUpPr.fitToPage
    assert (shown.page_setup.fitToWidth, shown.page_setup.fitToHeight) == (1, 0)
    assert shown.print_title_rows == "$1:$1"
    assert [shown[at].alignment.horizontal for at in ("A1", "B1", "D1")] == [None, "right", "right"]


def test_a_period_without_a_case_still_has_its_heads() -> None:
    table: Table = next(one for one in tables(seen(empty=True), "zh") if one.name == "超时")
    assert (list(table.rows), table.heads[0]) == ([], "类别")
    late = read(seen(empty=True))["超时"]
    assert (late["A1"].value, late["A2"].value) == ("类别", "本期没有。")
