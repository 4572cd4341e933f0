"""The report as a spreadsheet: numbers are numbers, dates are dates, and text is never a formula."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from services.figures.views import FiguresView, RateView
from services.views.catalogues import words_in
from services.views.language import Language

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | date | timedelta | None
WIDEST = 40
_PERCENT, _SPAN = "0%", "[h]:mm"
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no spreadsheet may hold."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet: its heads, and rows of one type a column."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    percents: frozenset[int] = frozenset()
    """Columns, from 0, whose numbers are parts of one."""


def spreadsheet(view: FiguresView, language: Language) -> bytes:
    """All figures of a period as XLSX, a sheet a table."""
    from openpyxl import Workbook  # noqa: PLC0415 - 10 MB, wanted where somebody takes it along

    book = Workbook()
    book.remove(book.worksheets[0])
    none = words_in(language).gettext("本期没有。")
    for table in tables(view, language):
        _fill(book.create_sheet(table.name), table if table.rows else replace(table, rows=[[none]]))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(sheet: "Worksheet", table: Table) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for line, row in enumerate((table.heads, *table.rows), 1):
        for column, value in enumerate(row, 1):
            _put(sheet, line, column, value)
            if line > 1 and column - 1 in table.percents:
                sheet.cell(line, column).number_format = _PERCENT
    for column, head in enumerate(table.heads, 1):
        values = [row[column - 1] for row in table.rows if len(row) >= column]
        cell = sheet.cell(1, column)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EAEB")
        if values and not isinstance(values[0], str):
            # Over its numbers.
            cell.alignment = Alignment(horizontal="right")
        widths = [_width(head), *map(_width, values)]
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, max(widths) + 3)
    sheet.freeze_panes = "A2"
    if len(table.rows) > 1:
        sheet.auto_filter.ref = sheet.dimensions
    _for_paper(sheet)


def _for_paper(sheet: "Worksheet") -> None:
    """All columns on one page, the heads on each."""
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415 - as above

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_title_rows = "1:1"


def _put(sheet: "Worksheet", line: int, column: int, value: Value) -> None:
    """Text as text: what begins with = would be a formula, with + - or @ one elsewhere."""
    cell = sheet.cell(line, column)
    if isinstance(value, str):
        cell.value = _UNPRINTABLE.sub("", value)
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in {"=", "+", "-", "@", "\t", "\r"}
        return
    cell.value = value
    if isinstance(value, timedelta):
        cell.number_format = _SPAN


def _width(value: Value) -> int:
    """Chinese letters take two places."""
    return sum(2 if ord(one) > 255 else 1 for one in str("" if value is None else value))  # noqa: PLR2004 - Latin-1


def tables(view: FiguresView, language: Language) -> list[Table]:
    """The sheets of a report."""
    _ = words_in(language).gettext
    rate = [_("分子"), _("分母"), _("比率")]
    before = [_("上期分子"), _("上期分母"), _("上期比率")]
    parts = frozenset({3, 6})
    return [
        Table(
            _("指标"),
            [_("指标"), *rate, *before],
            [[one.name, *_rate(one.now), *_rate(one.before)] for one in view.figures],
            parts,
        ),
        Table(
            _("趋势"),
            [_("指标"), _("起始日"), *rate],
            [
                [one.name, point.first, point.numerator, point.denominator, _part(point.percent)]
                for one in view.figures
                for point in one.trend
            ],
            frozenset({4}),
        ),
        *(
            Table(
                name,
                [name, _("指标"), *rate],
                [
                    [group.name, figure.name, *_rate(one)]
                    for group in groups
                    for figure, one in zip(view.figures, group.rates, strict=True)
                    if one.denominator
                ],
                frozenset({4}),
            )
            for name, groups in (
                (_("单位"), view.by_party),
                (_("类别"), view.by_category),
                (_("地点"), view.by_space),
            )
        ),
        *_counted(view, language),
    ]


def _counted(view: FiguresView, language: Language) -> Iterable[Table]:
    _ = words_in(language).gettext
    ranks = [_("件数"), _("一半不超过"), _("九成不超过"), _("最长")]
    for name, lines in ((_("退单情况"), view.returns), (_("催办升级"), view.steps)):
        heads = [one.name for one in lines[0].counts] if lines else []
        yield Table(
            name,
            [_("单位"), *heads],
            [[one.party.name, *(count.many for count in one.counts)] for one in lines],
        )
    for name, ranked in ((_("超时"), view.late), (_("办结用时（工作时间）"), view.done_in)):
        yield Table(
            name,
            [_("类别"), *ranks],
            [
                [one.name, one.many, *(timedelta(seconds=each) for each in (one.p50, one.p90, one.most))]
                for one in ranked
            ],
        )
    yield Table(
        _("用时去向"),
        [_("单位"), _("阶段"), _("时间"), _("占比")],
        [
            [held.party.name, one.name, timedelta(seconds=one.seconds), one.seconds / max(1, held.seconds)]
            for held in view.held
            for one in held.shares
        ],
        frozenset({3}),
    )
    yield Table(
        _("件数"),
        [_("类别"), _("件数")],
        [[one.name, one.many] for one in (view.reported, view.closed, *view.left_out)],
    )


def _rate(one: RateView) -> list[Value]:
    return [one.numerator, one.denominator, _part(one.percent)]


def _part(percent: int | None) -> float | None:
    """Empty of fewer than ten cases."""
    return None if percent is None else percent / 100
