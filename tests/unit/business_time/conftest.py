"""Real calendars: China as published for 2025 and 2026, Boston through a year of daylight saving time."""

from datetime import date, time, timedelta

import pytest

from models.domain.business_time.calendar import Calendar, Day, DayKind

_HOLIDAYS_2026 = (
    ("元旦", date(2026, 1, 1), 3),
    ("春节", date(2026, 2, 15), 9),
    ("清明节", date(2026, 4, 4), 3),
    ("劳动节", date(2026, 5, 1), 5),
    ("端午节", date(2026, 6, 19), 3),
    ("中秋节", date(2026, 9, 25), 3),
    ("国庆节", date(2026, 10, 1), 7),
)
_MAKE_UP_2026 = (
    ("元旦", date(2026, 1, 4)),
    ("春节", date(2026, 2, 14)),
    ("春节", date(2026, 2, 28)),
    ("劳动节", date(2026, 5, 9)),
    ("国庆节", date(2026, 9, 20)),
    ("国庆节", date(2026, 10, 10)),
)


def _china() -> Calendar:
    days = {
        first + timedelta(days=more): Day(DayKind.HOLIDAY, name)
        for name, first, length in _HOLIDAYS_2026
        for more in range(length)
    }
    days |= {day: Day(DayKind.MAKE_UP, name) for name, day in _MAKE_UP_2026}
    days[date(2027, 1, 1)] = Day(DayKind.HOLIDAY, "元旦")
    return Calendar("CN", 1, "Asia/Shanghai", days=days, published=frozenset({2025, 2026}))


def _boston() -> Calendar:
    days = {
        date(2026, 5, 25): Day(DayKind.HOLIDAY, "Memorial Day"),
        date(2026, 11, 26): Day(DayKind.HOLIDAY, "Thanksgiving Day"),
    }
    return Calendar("US-MA", 1, "America/New_York", days=days, published=frozenset(range(2000, 2100)))


def _night_shift() -> Calendar:
    """Hours that clocks change within: 2 a.m. on a Sunday in New York."""
    return Calendar(
        "NIGHT",
        1,
        "America/New_York",
        opens=time(0, 30),
        closes=time(23, 45),
        weekend=frozenset({3}),
        published=frozenset(range(2000, 2100)),
    )


@pytest.fixture(scope="session")
def china() -> Calendar:
    return _china()


@pytest.fixture(scope="session")
def boston() -> Calendar:
    return _boston()


@pytest.fixture(scope="session")
def night_shift() -> Calendar:
    return _night_shift()


@pytest.fixture(scope="session", params=[_china, _boston, _night_shift], ids=["china", "boston", "night"])
def calendar(request: pytest.FixtureRequest) -> Calendar:
    made: Calendar = request.param()
    return made
