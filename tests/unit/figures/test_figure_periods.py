"""Weeks, months and quarters on a site's wall clock."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.domain.figures.periods import TREND, Period, Span, last_week

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("span", "first", "last"),
    [
        (Span.WEEK, date(2026, 11, 23), date(2026, 11, 29)),
        (Span.MONTH, date(2026, 11, 1), date(2026, 11, 30)),
        (Span.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_holds_its_day(span: Span, first: date, last: date) -> None:
    found = Period.holding(span, date(2026, 11, 25))
    assert (found.first, found.last) == (first, last)


def test_the_one_before_goes_over_the_year() -> None:
    assert Period.holding(Span.QUARTER, date(2026, 2, 1)).moved(-1).first == date(2025, 10, 1)
    assert Period.holding(Span.MONTH, date(2026, 1, 31)).moved(-1).first == date(2025, 12, 1)


def test_a_trend_ends_with_the_period_itself() -> None:
    found = Period.holding(Span.WEEK, date(2026, 11, 25)).trend()
    assert len(found) == TREND
    assert (found[0].first, found[-1].first) == (date(2026, 9, 7), date(2026, 11, 23))


def test_a_period_begins_at_midnight_of_the_site() -> None:
    since, until = Period.holding(Span.WEEK, date(2026, 11, 25)).instants(SHANGHAI)
    assert since == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert until == datetime(2026, 11, 29, 16, tzinfo=UTC)


def test_the_last_week_is_by_the_sites_wall_clock() -> None:
    monday = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert last_week(monday, SHANGHAI).first == date(2026, 11, 16)
    assert last_week(monday, ZoneInfo("UTC")).first == date(2026, 11, 9)
