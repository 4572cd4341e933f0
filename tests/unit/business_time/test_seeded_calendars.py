"""The days that calendars are seeded with."""

from datetime import date

import pytest

from models.domain.business_time.calendar import Calendar, DayKind
from services.calendars import UnknownState, china_days, china_published, days_of, us_days


def test_china_is_published_from_2004_to_2026() -> None:
    assert {2004, 2026} <= china_published()
    assert 2003 not in china_published()


def test_the_seeded_days_of_2026_are_those_that_were_published(china: Calendar) -> None:
    published = {day: what for day, what in china.days.items() if day.year == 2026}
    assert days_of(china_days([2026])) == published


def test_every_published_year_has_its_make_up_days_on_weekends() -> None:
    rows = [row for row in china_days(china_published()) if row.kind is DayKind.MAKE_UP]
    assert {row.date.year for row in rows} <= china_published()
    assert all(row.date.isoweekday() in {6, 7} for row in rows)


def test_an_unpublished_year_has_the_statutory_days_and_no_make_up_days() -> None:
    rows = list(china_days([2027]))
    assert len(rows) == 13
    assert {row.kind for row in rows} == {DayKind.HOLIDAY}
    assert days_of(rows)[date(2027, 10, 1)].name == "国庆节"


def test_the_names_of_chinese_days_are_chinese() -> None:
    assert all(not row.name.isascii() for row in china_days(range(2004, 2028)))


def test_a_row_says_where_it_comes_from() -> None:
    sources = {row.source.split()[0] for row in china_days([2026, 2027])}
    assert sources == {"chinesecalendar", "holidays"}


def test_boston_rests_on_the_holidays_of_massachusetts() -> None:
    days = days_of(us_days("MA", [2011]))
    assert days[date(2011, 4, 18)].name == "Patriots' Day"
    assert date(2011, 12, 26) in days


def test_rows_come_in_order_and_a_day_comes_once() -> None:
    for rows in (list(china_days(range(2004, 2028))), list(us_days("MA", range(2010, 2015)))):
        dates = [row.date for row in rows]
        assert dates == sorted(set(dates))


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(UnknownState, match="XX"):
        list(us_days("XX", [2011]))


def test_a_calendar_of_the_seeded_days_skips_them() -> None:
    calendar = Calendar("US-MA", 1, "America/New_York", days=days_of(us_days("MA", [2011])))
    assert not calendar.is_working_day(date(2011, 7, 4))
