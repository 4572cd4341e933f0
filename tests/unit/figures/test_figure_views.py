"""Figures as they are shown: numerator and denominator, change, the query of the orders, charts."""

from urllib.parse import parse_qs

from services.figures import charts
from services.figures.counting import Narrowed
from services.figures.paper import report
from services.figures.views import FigureView, working_text
from tests.unit.figures.figures_kit import seen

DAY = int(8.5 * 3600)


def on_time() -> FigureView:
    return next(one for one in seen().figures if one.code == "on_time")


def test_a_rate_has_numerator_denominator_and_from_ten_cases_a_percentage() -> None:
    now, before = on_time().now, on_time().before
    assert (now.numerator, now.denominator, now.percent) == (9, 12, 75)
    assert (before.numerator, before.denominator, before.percent) == (4, 5, None)


def test_a_change_is_told_only_where_both_have_ten_cases() -> None:
    assert on_time().change is None


def test_only_parties_with_cases_have_a_line() -> None:
    assert [one.code for one in seen().by_party] == ["committee", "property"]
    assert [one.code for one in seen().by_space] == ["dance", "yard"]


def test_each_number_names_its_orders() -> None:
    found = parse_qs(seen(narrowed=Narrowed(category="leak")).by_party[1].rates[1].missed)
    assert found == {
        "site": ["AIBO5"],
        "figure": ["on_time.bad"],
        "figure_party": ["property"],
        "category": ["leak"],
        "since": ["2026-11-16"],
        "until": ["2026-11-22"],
    }


def test_the_period_before_names_its_own_days() -> None:
    assert parse_qs(on_time().before.orders)["until"] == ["2026-11-15"]


def test_shares_of_time_held_fill_the_bar() -> None:
    [held] = seen().held
    slices = charts.shares(held)
    assert [one.code for one in slices] == ["working", "under_review"]
    assert sum(one.width for one in slices) == 100


def test_a_period_without_a_case_leaves_a_gap_in_the_line() -> None:
    line = charts.trend(on_time().trend)
    assert [one.few for one in line.dots] == [True, False]
    assert line.path.count("M") == 2
    assert "L" not in line.path


def test_bars_are_as_long_as_their_rates() -> None:
    found = next(one for one in charts.bars(seen().figures) if one.figure.code == "on_time")
    assert (found.now, found.before) == (75.0, 80.0)


def test_working_time_reads_as_hours_and_from_a_day_on_as_working_days() -> None:
    told = [working_text(seconds, DAY, "zh") for seconds in (1, 3601, DAY, DAY + 1, 3 * DAY)]
    assert told == ["1 个工作小时", "2 个工作小时", "9 个工作小时", "1.5 个工作日", "3 个工作日"]
    assert [working_text(one, DAY, "en") for one in (60, 3 * DAY)] == ["1 working hour", "3 working days"]


def test_the_report_is_printed_with_and_without_cases() -> None:
    papers = [report(seen("zh"), "zh"), report(seen("en"), "en"), report(seen(empty=True), "zh")]
    assert [one[:5] for one in papers] == [b"%PDF-"] * 3
