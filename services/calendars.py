"""The days that differ from their weekday, as the packages at hand know them: the seed of calendars.

China's State Council publishes a year's holidays and make-up workdays (调休) in the preceding autumn.
`chinesecalendar` has what was published and raises for any other year; `holidays` answers for those, but
knows only the statutory days: neither which other days are off nor which are worked for it. Its substitute
days (补假) are left out, since where they fall is just what the notice decides. Deadlines in such a year are
provisional.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import version
from itertools import chain
from typing import Final, NamedTuple

from chinese_calendar import constants

from models.domain.business_time.calendar import Day, DayKind

SEED_VERSION: Final = 1
"""Edition of the seeded days; a publication entered later takes the next number."""

_FESTIVALS: Final = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
    "农历除夕": "春节",
}


class DayRow(NamedTuple):
    """One day of a region that differs from its weekday; `source` names the package and its version."""

    region: str
    date: date
    kind: DayKind
    name: str
    source: str
    version: int


class UnknownState(ValueError):
    """Name a state of the United States by its two letters, such as MA."""


def china_published() -> frozenset[int]:
    """The years whose holidays and make-up days are published, as far as `chinesecalendar` knows."""
    return frozenset(day.year for day in constants.holidays)


def china_days(years: Iterable[int]) -> Iterator[DayRow]:
    """The days of China (region CN): as published, or the statutory days alone where nothing is yet."""
    published = china_published()
    for year in sorted(set(years)):
        yield from _published(year) if year in published else _statutory(year)


def us_days(state: str, years: Iterable[int]) -> Iterator[DayRow]:
    """The public holidays of a state (region such as US-MA), with the days on which they are observed.

    They follow from law for any year, so every year counts as published.

    Raises:
        UnknownState: there is no such state.
    """
    import holidays  # noqa: PLC0415 - 4 MB in each process, wanted where a calendar is seeded

    try:
        found = holidays.country_holidays("US", subdiv=state, years=sorted(set(years)), language="en_US")
    except NotImplementedError:
        raise UnknownState(state) from None
    source = f"holidays {version('holidays')}"
    for day, name in sorted(found.items()):
        yield DayRow(f"US-{state}", day, DayKind.HOLIDAY, name, source, SEED_VERSION)


def days_of(rows: Iterable[DayRow]) -> dict[date, Day]:
    """The rows of one region as a `Calendar` takes them; of two rows for a day the higher version wins."""
    return {
        row.date: Day(row.kind, row.name) for row in sorted(rows, key=lambda row: (row.date, row.version))
    }


def _published(year: int) -> Iterator[DayRow]:
    source = f"chinesecalendar {version('chinesecalendar')}"
    off = ((day, DayKind.HOLIDAY, name) for day, name in constants.holidays.items() if day.year == year)
    worked = ((day, DayKind.MAKE_UP, name) for day, name in constants.workdays.items() if day.year == year)
    for day, kind, name in sorted(chain(off, worked)):
        yield DayRow("CN", day, kind, _FESTIVALS.get(name, name), source, SEED_VERSION)


def _statutory(year: int) -> Iterator[DayRow]:
    import holidays  # noqa: PLC0415 - as above

    source = f"holidays {version('holidays')}"
    found = holidays.country_holidays("CN", years=[year], observed=False, language="zh_CN")
    for day, name in sorted(found.items()):
        yield DayRow("CN", day, DayKind.HOLIDAY, _FESTIVALS.get(name, name), source, SEED_VERSION)
