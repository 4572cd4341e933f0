"""Weeks by their number, on the site's calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.matters.progress.weeks import week_at, week_called

ZONE = "Asia/Shanghai"


def test_a_week_begins_on_monday_of_the_sites_wall_clock() -> None:
    sunday_evening = datetime(2026, 3, 8, 15, 59, tzinfo=UTC)
    assert week_at(sunday_evening, ZONE).code == "2026-W10"
    assert week_at(sunday_evening + timedelta(minutes=1), ZONE).code == "2026-W11"


def test_days_around_new_year_are_of_the_week_that_has_their_thursday() -> None:
    assert week_at(datetime(2027, 1, 1, tzinfo=UTC), ZONE).code == "2026-W53"


def test_a_code_leads_back_to_its_week() -> None:
    week = week_called("2026-W11", ZONE)
    assert week is not None
    assert (week.monday, week.sunday, week.code) == (date(2026, 3, 9), date(2026, 3, 15), "2026-W11")


@pytest.mark.parametrize("code", ["2025-W53", "2026-W00", "2026-W59", "2026-11", "", "2026-W11x"])
def test_what_is_no_week_is_none(code: str) -> None:
    assert week_called(code, ZONE) is None


def test_a_week_where_the_clock_changes_is_an_hour_shorter() -> None:
    week = week_called("2026-W13", "Europe/Berlin")
    assert week is not None
    assert week.ends.astimezone(UTC) - week.begins.astimezone(UTC) == timedelta(days=7, hours=-1)
