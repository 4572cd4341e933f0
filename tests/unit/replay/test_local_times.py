"""Local times without a zone: the order of what was written is kept."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.replay.municipal.local_times import to_utc

BOSTON = ZoneInfo("America/New_York")
SPRING, AUTUMN = datetime.fromisoformat("2012-03-11"), datetime.fromisoformat("2011-11-06")


def at(day: datetime, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return to_utc(day.replace(hour=hour, minute=minute, second=second), BOSTON)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2011-07-01T07:16:44", datetime(2011, 7, 1, 11, 16, 44, tzinfo=UTC)),
        ("2012-01-31T23:59:59", datetime(2012, 2, 1, 4, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_plain_time_is_read_in_its_season(local: str, utc: datetime) -> None:
    assert to_utc(datetime.fromisoformat(local), BOSTON) == utc


def test_an_hour_that_comes_twice_is_its_first_coming() -> None:
    assert at(AUTUMN, 1, 30) == datetime(2011, 11, 6, 5, 30, tzinfo=UTC)
    assert at(AUTUMN, 2) == datetime(2011, 11, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(("minute", "second"), [(0, 0), (30, 0), (59, 59)])
def test_a_time_that_never_comes_is_the_instant_of_the_change(minute: int, second: int) -> None:
    assert at(SPRING, 2, minute, second) == datetime(2012, 3, 11, 7, tzinfo=UTC) == at(SPRING, 3)


def test_the_second_before_the_change_stays_what_it_is() -> None:
    assert at(SPRING, 1, 59, 59) == datetime(2012, 3, 11, 6, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Australia/Lord_Howe", "Pacific/Apia", "Asia/Shanghai", "Africa/Monrovia"])
def test_odd_zones_are_read_as_well(zone: str) -> None:
    day = datetime.fromisoformat("2011-12-29T23:59:59")
    instants = [to_utc(day + timedelta(hours=number), ZoneInfo(zone)) for number in range(60)]
    assert instants == sorted(instants)


@given(st.lists(st.integers(0, 3 * 3600), min_size=2, max_size=2), st.sampled_from([SPRING, AUTUMN]))
def test_no_two_times_change_places(seconds: list[int], day: datetime) -> None:
    first, last = (day + timedelta(hours=1, seconds=one) for one in sorted(seconds))
    assert to_utc(first, BOSTON) <= to_utc(last, BOSTON)
