"""Which days and hours are worked."""

import copy
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from models.domain.business_time.arithmetic import due, next_open
from models.domain.business_time.calendar import Calendar, Day, DayKind
from models.domain.business_time.errors import BeyondCalendar, CalendarError, NaiveInstant
from models.domain.business_time.limits import Limit


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_make_up_day_is_worked_though_it_is_a_saturday(china: Calendar) -> None:
    assert china.is_working_day(date(2026, 10, 10))


def test_a_holiday_is_not_worked_though_it_is_a_weekday(china: Calendar) -> None:
    assert not china.is_working_day(date(2026, 10, 1))


def test_an_ordinary_day_follows_its_weekday(china: Calendar) -> None:
    assert china.is_working_day(date(2026, 9, 24))
    assert not china.is_working_day(date(2026, 10, 11))


def test_opening_and_closing_are_told_in_utc(china: Calendar) -> None:
    assert china.opening(date(2026, 9, 24)) == utc("2026-09-24T01:00+00:00")
    assert china.closing(date(2026, 9, 24)) == utc("2026-09-24T09:30+00:00")
    assert china.opening(date(2026, 9, 24)).tzinfo is UTC


def test_only_the_unpublished_year_is_provisional(china: Calendar) -> None:
    assert not china.is_provisional(date(2025, 1, 1), date(2026, 12, 31))
    assert china.is_provisional(date(2026, 12, 31), date(2027, 1, 1))


def test_a_calendar_can_be_a_key_and_is_equal_to_its_copy(china: Calendar) -> None:
    assert {china: 1}[replace(china)] == 1
    assert replace(china, version=2) != china


def test_a_calendar_survives_copying_and_pickling(china: Calendar) -> None:
    assert copy.deepcopy(china) == china
    assert pickle.loads(pickle.dumps(china)) == china


def test_a_calendar_does_not_notice_later_changes_of_the_days_it_was_given() -> None:
    days = {date(2026, 10, 1): Day(DayKind.HOLIDAY, "国庆节")}
    made = Calendar("CN", 1, "Asia/Shanghai", days=days)
    days.clear()
    assert not made.is_working_day(date(2026, 10, 1))


@pytest.mark.parametrize(
    ("zone", "opens", "closes", "weekend"),
    [
        ("Asia/Nowhere", time(9), time(17), frozenset({7})),
        ("../etc/passwd", time(9), time(17), frozenset({7})),
        ("Asia/Shanghai", time(17), time(9), frozenset({7})),
        ("Asia/Shanghai", time(9), time(9), frozenset({7})),
        ("Asia/Shanghai", time(9, tzinfo=UTC), time(17), frozenset({7})),
        ("Asia/Shanghai", time(9), time(17), frozenset(range(1, 8))),
        ("Asia/Shanghai", time(9), time(17), frozenset({0})),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused(
    zone: str, opens: time, closes: time, weekend: frozenset[int]
) -> None:
    with pytest.raises(CalendarError, match="'X'"):
        Calendar("X", 1, zone, opens=opens, closes=closes, weekend=weekend)


def test_an_instant_without_a_time_zone_is_refused(china: Calendar) -> None:
    with pytest.raises(NaiveInstant):
        next_open(china, datetime(2026, 9, 24, 9))  # noqa: DTZ001 - it is what is refused


@pytest.mark.parametrize("year", [1, 1989, 2100, 9998])
def test_an_instant_beyond_the_calendar_is_refused(china: Calendar, year: int) -> None:
    with pytest.raises(BeyondCalendar):
        due(china, datetime(year, 6, 1, tzinfo=UTC), Limit.parse("1 WD"))


@pytest.mark.parametrize("limit", ["1000 WD", "24000 h 24x7", "8000 WH"])
def test_a_limit_that_ends_beyond_the_calendar_is_refused(china: Calendar, limit: str) -> None:
    start = datetime(9999, 1, 1, tzinfo=UTC) if "24x7" in limit else datetime(2098, 1, 1, tzinfo=UTC)
    with pytest.raises(BeyondCalendar):
        due(china, start, Limit.parse(limit))
