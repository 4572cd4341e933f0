"""Due instants that anybody can check with a wall calendar."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from models.domain.business_time.arithmetic import after, due, next_open, resumed, seconds_between
from models.domain.business_time.calendar import Calendar
from models.domain.business_time.limits import Clock, Limit


def local(calendar: Calendar, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.tz).astimezone(UTC)


def due_local(calendar: Calendar, start: str, limit: str) -> str:
    return (
        f"{calendar.local(due(calendar, local(calendar, start), Limit.parse(limit)).due_at):%Y-%m-%d %H:%M}"
    )


NATIONAL_DAY = {
    ("2026-09-24 10:05", "1 WD"): "2026-09-28 17:30",
    ("2026-09-24 10:05", "3 WD"): "2026-09-30 17:30",
    ("2026-09-24 10:05", "4 WD"): "2026-10-08 17:30",
    ("2026-09-24 10:05", "6 WD"): "2026-10-10 17:30",
    ("2026-09-24 10:05", "7 WD"): "2026-10-12 17:30",
    ("2026-09-24 10:05", "15 WD"): "2026-10-22 17:30",
    ("2026-10-01 12:00", "1 WD"): "2026-10-08 17:30",
    ("2026-09-18 12:00", "1 WD"): "2026-09-20 17:30",
    ("2026-10-10 12:00", "1 WD"): "2026-10-12 17:30",
    ("2026-10-09 17:30", "1 WD"): "2026-10-10 17:30",
    ("2026-09-30 17:00", "2 WH"): "2026-10-08 10:30",
    ("2026-10-09 16:30", "10 WH"): "2026-10-12 09:30",
}
SPRING_FESTIVAL = {
    ("2026-02-13 10:00", "1 WD"): "2026-02-14 17:30",
    ("2026-02-13 10:00", "2 WD"): "2026-02-24 17:30",
    ("2026-02-14 10:00", "5 WD"): "2026-02-28 17:30",
    ("2026-02-14 10:00", "6 WD"): "2026-03-02 17:30",
    ("2026-02-14 17:00", "90 min WH"): "2026-02-24 10:00",
    ("2026-02-14 17:00", "7 d 24x7"): "2026-02-21 17:00",
}


@pytest.mark.parametrize(("asked", "expected"), (NATIONAL_DAY | SPRING_FESTIVAL).items())
def test_holidays_are_skipped_and_make_up_days_count(
    china: Calendar, asked: tuple[str, str], expected: str
) -> None:
    assert due_local(china, *asked) == expected


@pytest.mark.parametrize("hour", ["00:00", "08:59", "09:00", "12:00", "17:30", "23:59:59.999999"])
def test_the_starting_day_is_excluded_whatever_the_hour(china: Calendar, hour: str) -> None:
    assert due_local(china, f"2026-11-02 {hour}", "1 WD") == "2026-11-03 17:30"


def test_working_hours_that_start_at_opening_end_the_same_day(china: Calendar) -> None:
    assert due_local(china, "2026-11-02 09:00", "2 WH") == "2026-11-02 11:00"


def test_a_full_day_of_working_hours_ends_at_closing_and_not_at_the_next_opening(china: Calendar) -> None:
    assert due_local(china, "2026-11-02 09:00", "510 min WH") == "2026-11-02 17:30"


@pytest.mark.parametrize(
    "start", ["2026-11-06 17:30", "2026-11-07 12:00", "2026-11-09 06:00", "2026-11-09 09:00"]
)
def test_working_hours_that_start_outside_hours_begin_at_the_next_opening(
    china: Calendar, start: str
) -> None:
    assert due_local(china, start, "30 min WH") == "2026-11-09 09:30"


def test_a_limit_around_the_clock_runs_through_nights_and_holidays(china: Calendar) -> None:
    assert due_local(china, "2026-09-30 23:50", "30 min 24x7") == "2026-10-01 00:20"


def test_a_deadline_within_published_years_is_final(china: Calendar) -> None:
    assert not due(china, local(china, "2026-12-30 10:00"), Limit.parse("1 WD")).provisional


@pytest.mark.parametrize("limit", ["2 WD", "20 WH"])
def test_a_deadline_that_reaches_an_unpublished_year_is_provisional(china: Calendar, limit: str) -> None:
    found = due(china, local(china, "2026-12-30 10:00"), Limit.parse(limit))
    assert found.provisional
    assert china.local(found.due_at).year == 2027


def test_an_unpublished_year_has_weekdays_and_the_statutory_days_that_are_known(china: Calendar) -> None:
    assert due_local(china, "2026-12-31 10:00", "1 WD") == "2027-01-04 17:30"


def test_a_limit_around_the_clock_is_never_provisional(china: Calendar) -> None:
    assert not due(china, local(china, "2026-12-30 10:00"), Limit.parse("7 d 24x7")).provisional


def test_closing_time_is_told_by_the_wall_clock_when_clocks_go_forward(boston: Calendar) -> None:
    before = due(boston, local(boston, "2026-03-05 10:00"), Limit.parse("1 WD")).due_at
    later = due(boston, local(boston, "2026-03-05 10:00"), Limit.parse("2 WD")).due_at
    assert (before.hour, later.hour) == (22, 21)
    assert later - before == timedelta(days=3) - timedelta(hours=1)


def test_closing_time_is_told_by_the_wall_clock_when_clocks_go_back(boston: Calendar) -> None:
    before = due(boston, local(boston, "2026-10-29 10:00"), Limit.parse("1 WD")).due_at
    later = due(boston, local(boston, "2026-10-29 10:00"), Limit.parse("2 WD")).due_at
    assert later - before == timedelta(days=3) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", 22.25), ("2026-11-01", 24.25), ("2026-11-02", 23.25)]
)
def test_hours_that_clocks_change_within_are_counted_as_they_pass(
    night_shift: Calendar, day: str, hours: float
) -> None:
    span = (local(night_shift, f"{day} 00:00"), local(night_shift, f"{day} 23:59"))
    assert seconds_between(night_shift, Clock.WORKING_HOURS, *span) == timedelta(hours=hours)


def test_working_hours_run_on_over_the_hour_that_is_left_out(night_shift: Calendar) -> None:
    assert due_local(night_shift, "2026-03-08 01:30", "1 WH") == "2026-03-08 03:30"


def test_a_day_around_the_clock_is_24_hours_when_clocks_change(boston: Calendar) -> None:
    assert due_local(boston, "2026-03-07 12:00", "1 d 24x7") == "2026-03-08 13:00"


def test_a_holiday_of_another_country_does_not_count_here(boston: Calendar) -> None:
    assert due_local(boston, "2026-09-30 10:00", "1 WD") == "2026-10-01 17:30"
    assert due_local(boston, "2026-11-25 10:00", "1 WD") == "2026-11-27 17:30"


OPENINGS = {
    "2026-11-02 09:00": "2026-11-02 09:00",
    "2026-11-02 12:34": "2026-11-02 12:34",
    "2026-11-02 17:29:59.999999": "2026-11-02 17:29:59.999999",
    "2026-11-02 17:30": "2026-11-03 09:00",
    "2026-11-02 08:59:59.999999": "2026-11-02 09:00",
    "2026-09-30 18:00": "2026-10-08 09:00",
    "2026-10-10 07:00": "2026-10-10 09:00",
}


@pytest.mark.parametrize(("at", "opening"), OPENINGS.items())
def test_a_notice_waits_for_the_next_opening_unless_it_is_open(
    china: Calendar, at: str, opening: str
) -> None:
    assert next_open(china, local(china, at)) == local(china, opening)


def test_a_paused_limit_of_days_keeps_its_working_time(china: Calendar) -> None:
    start = local(china, "2026-11-02 10:00")
    end = due(china, start, Limit.parse("5 WD")).due_at
    pause = (local(china, "2026-11-04 12:00"), local(china, "2026-11-10 12:00"))
    found = resumed(china, Clock.WORKING_DAYS, end, pause)
    assert found.due_at == local(china, "2026-11-13 17:30")


def test_a_pause_that_ends_at_night_runs_on_from_the_next_opening(china: Calendar) -> None:
    pause = (local(china, "2026-11-06 16:30"), local(china, "2026-11-07 22:00"))
    found = resumed(china, Clock.WORKING_DAYS, local(china, "2026-11-06 17:30"), pause)
    assert found.due_at == local(china, "2026-11-09 10:00")


def test_a_deadline_that_had_passed_is_not_moved_by_a_later_pause(china: Calendar) -> None:
    end = local(china, "2026-11-06 17:30")
    pause = (local(china, "2026-11-07 12:00"), local(china, "2026-11-09 12:00"))
    assert resumed(china, Clock.WORKING_DAYS, end, pause).due_at == end


def test_a_deadline_paused_at_its_very_end_stays_there(china: Calendar) -> None:
    end = local(china, "2026-11-06 17:30")
    assert resumed(china, Clock.WORKING_DAYS, end, (end, local(china, "2026-11-09 12:00"))).due_at == end


def test_a_date_set_on_a_sunday_is_not_moved_by_a_pause_over_the_weekend(china: Calendar) -> None:
    end = local(china, "2026-11-08 12:00")
    pause = (local(china, "2026-11-07 12:00"), local(china, "2026-11-09 12:00"))
    assert resumed(china, Clock.WORKING_DAYS, end, pause).due_at == end


def test_a_day_whose_opening_clocks_put_after_its_closing_has_no_length_but_counts(boston: Calendar) -> None:
    short = replace(boston, opens=time(2, 30), closes=time(3, 10), weekend=frozenset({1}))
    start, skipped = local(short, "2026-03-07 12:00"), local(short, "2026-03-08 12:00")
    assert seconds_between(short, Clock.WORKING_HOURS, start, skipped) == timedelta(0)
    assert due(short, start, Limit.parse("1 WD")).due_at < skipped
    assert due(short, start, Limit.parse("1 min WH")).due_at == local(short, "2026-03-10 02:31")


def test_nothing_at_all_ends_where_it_starts(china: Calendar) -> None:
    sunday = local(china, "2026-11-08 12:00")
    assert after(china, Clock.WORKING_HOURS, sunday, timedelta(0)).due_at == sunday


def test_time_counted_back_to_a_new_year_ends_at_the_last_closing_of_the_old_one(china: Calendar) -> None:
    start = local(china, "2026-11-02 10:00")
    since = seconds_between(china, Clock.WORKING_HOURS, local(china, "2025-01-01 00:00"), start)
    fresh = replace(china)  # has laid out no year before 2025 yet
    assert after(fresh, Clock.WORKING_HOURS, start, -since).due_at == local(china, "2024-12-31 17:30")


def test_time_can_be_counted_backwards(china: Calendar) -> None:
    monday = local(china, "2026-11-09 10:00")
    found = after(china, Clock.WORKING_HOURS, monday, timedelta(hours=-2)).due_at
    assert found == local(china, "2026-11-06 16:30")
