"""A party's working days and hours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.domain.business_time.errors import BeyondCalendar, CalendarError
from models.domain.business_time.timeline import EPOCH, Timeline, WorkingDay, micros, moment

FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2099
_ISO_WEEK: Final = frozenset(range(1, 8))


class DayKind(StrEnum):
    """How a day differs from its weekday."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    """调休: a day of the weekend that is worked for a holiday's sake."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day that differs from its weekday, and the festival it belongs to."""

    kind: DayKind
    name: str


@dataclass(frozen=True)
class Calendar:
    """When a party works; immutable, so that what is computed from it may be kept.

    Attributes:
        code: which calendar, such as `CN`.
        version: which edition of it; a deadline records the one it was computed with.
        zone: IANA name of the time zone that its hours are told in.
        opens: beginning of a working day, local.
        closes: end of a working day, local; a deadline may fall on it.
        weekend: ISO weekdays (Monday is 1) that are not worked.
        days: the days that differ from their weekday.
        published: years whose days are officially known; what reaches another year is provisional.

    Raises:
        CalendarError: zone, hours or weekend make no sense.
    """

    code: str
    version: int
    zone: str
    opens: time = time(9)
    closes: time = time(17, 30)
    weekend: frozenset[int] = frozenset({6, 7})
    days: Mapping[date, Day] = field(default_factory=dict)
    published: frozenset[int] = frozenset()
    tz: ZoneInfo = field(init=False, repr=False, compare=False)
    _timeline: Timeline | None = field(init=False, repr=False, compare=False, default=None)
    _years: dict[int, tuple[WorkingDay, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo or self.opens >= self.closes:
            raise CalendarError(self.code, f"cannot open at {self.opens} and close at {self.closes}")
        if not self.weekend < _ISO_WEEK:
            raise CalendarError(self.code, f"weekend {sorted(self.weekend)} is no part of the days 1 to 7")
        object.__setattr__(self, "days", dict(self.days))
        object.__setattr__(self, "tz", _zone(self.code, self.zone))

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    @property
    def day_length(self) -> timedelta:
        """Working time of an ordinary day."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def local(self, at: datetime) -> datetime:
        """`at` on this calendar's wall clock."""
        return at.astimezone(self.tz)

    def is_working_day(self, day: date) -> bool:
        """Whether the party works on `day`: a make-up day, or a weekday that is no holiday."""
        listed = self.days.get(day)
        return listed.kind is DayKind.MAKE_UP if listed else day.isoweekday() not in self.weekend

    def opening(self, day: date) -> datetime:
        """The instant of opening time on `day`, worked or not, in UTC."""
        return datetime.combine(day, self.opens, self.tz).astimezone(UTC)

    def closing(self, day: date) -> datetime:
        """The instant of closing time on `day`, worked or not, in UTC."""
        return datetime.combine(day, self.closes, self.tz).astimezone(UTC)

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether a year between the two days is not published yet."""
        return any(year not in self.published for year in range(first.year, last.year + 1))

    def timeline(self, first: int, last: int) -> Timeline:
        """A timeline that covers both instants (microseconds since 1970), kept for the next caller.

        Two threads may both make one; either result is right, and the later one is kept.

        Raises:
            BeyondCalendar: an instant lies outside the years 1990 to 2099.
        """
        kept = self._timeline
        if kept is not None and kept.starts <= first and last < kept.ends:
            return kept
        years = [_year(first) - 1, _year(last) + 1]
        if years[1] < FIRST_YEAR or years[0] > LAST_YEAR:
            raise BeyondCalendar
        if kept is not None:
            years = [min(years[0], kept.first_year), max(years[1], kept.last_year)]
        made = self._laid_out(max(years[0], FIRST_YEAR), min(years[1], LAST_YEAR))
        if first < made.starts or last >= made.ends:
            raise BeyondCalendar
        return made

    def longer(self, line: Timeline, by: int) -> Timeline:
        """`line` with `by` more years at its end, or at its beginning where `by` is negative.

        Raises:
            BeyondCalendar: there are no more years.
        """
        first = max(line.first_year + min(by, 0), FIRST_YEAR)
        last = min(line.last_year + max(by, 0), LAST_YEAR)
        if (first, last) == (line.first_year, line.last_year):
            raise BeyondCalendar
        return self._laid_out(first, last)

    def _laid_out(self, first_year: int, last_year: int) -> Timeline:
        years = range(first_year, last_year + 1)
        bounds = (self._at(date(first_year, 1, 1), time(0)), self._at(date(last_year + 1, 1, 1), time(0)))
        line = Timeline(years, bounds, chain.from_iterable(map(self._worked_in, years)))
        object.__setattr__(self, "_timeline", line)
        return line

    def _worked_in(self, year: int) -> tuple[WorkingDay, ...]:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = tuple(self._working_days(year))
        return found

    def _working_days(self, year: int) -> Iterator[WorkingDay]:
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            if self.is_working_day(day):
                opens = self._at(day, self.opens)
                # Where clocks are set forward over all of the hours, the day has no length but still counts.
                yield WorkingDay(ordinal, opens, max(opens, self._at(day, self.closes)))

    def _at(self, day: date, hour: time) -> int:
        return micros(datetime.combine(day, hour, self.tz) - EPOCH)


def _year(at: int) -> int:
    return moment(at).year


def _zone(code: str, name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CalendarError(code, f"there is no time zone {name!r}") from error
