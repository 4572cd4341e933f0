"""Working days laid end to end: a clock that runs only while somebody works.

The clock's *reading* at an instant is how many microseconds were worked since the timeline began. Instants
are integer microseconds since 1970 in UTC: every sum is exact, and daylight saving time is nothing special.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final, NamedTuple

from models.domain.business_time.errors import NaiveInstant

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_A_DAY: Final = 86_400
_MICROS: Final = 1_000_000


def micros(span: timedelta) -> int:
    """Length of `span` in microseconds."""
    return (span.days * _SECONDS_A_DAY + span.seconds) * _MICROS + span.microseconds


def instant(at: datetime) -> int:
    """`at` in microseconds since 1970.

    Raises:
        NaiveInstant: `at` has no time zone.
    """
    if at.tzinfo is None:
        raise NaiveInstant(at)
    return micros(at - EPOCH)


def moment(at: int) -> datetime:
    """The instant that is `at` microseconds after 1970 began, in UTC."""
    return EPOCH + timedelta(microseconds=at)


class WorkingDay(NamedTuple):
    """One working day: its proleptic ordinal, and its opening and closing in microseconds since 1970."""

    ordinal: int
    opens: int
    closes: int


class Timeline:
    """The working days of some whole years in a row; never changes once made."""

    def __init__(self, years: range, bounds: tuple[int, int], days: Iterable[WorkingDay]) -> None:
        """Lay out `days`, those of `years` in order; `bounds` is where the years begin and end."""
        listed = list(days)
        self.first_year, self.last_year = years[0], years[-1]
        self.starts, self.ends = bounds
        self._ordinals = [day.ordinal for day in listed]
        self._opens = [day.opens for day in listed]
        self._closes = [day.closes for day in listed]
        self._closing_readings = list(accumulate(day.closes - day.opens for day in listed))

    @property
    def total(self) -> int:
        """The reading at the end."""
        return self._closing_readings[-1]

    def reading(self, at: int) -> int:
        """Microseconds worked from the beginning until `at`."""
        index = bisect_right(self._opens, at) - 1
        if index < 0:
            return 0
        return self._closing_readings[index] - max(self._closes[index] - at, 0)

    def earliest(self, reading: int) -> int:
        """The first instant with this `reading` (1 to total): within or at the end of working hours."""
        index = bisect_left(self._closing_readings, reading)
        return self._closes[index] - (self._closing_readings[index] - reading)

    def nth_after(self, ordinal: int, number: int) -> WorkingDay | None:
        """The working day that is `number` (from 1) after day `ordinal`; None past the end."""
        index = bisect_right(self._ordinals, ordinal) + number - 1
        if index >= len(self._ordinals):
            return None
        return WorkingDay(self._ordinals[index], self._opens[index], self._closes[index])

    def next_open(self, at: int) -> int | None:
        """`at` when somebody works then (closing time excluded), else the next opening; None past the end."""
        index = bisect_right(self._closes, at)
        return max(at, self._opens[index]) if index < len(self._opens) else None
