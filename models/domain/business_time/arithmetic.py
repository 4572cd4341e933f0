"""Instants on business clocks.

One rule for every boundary: a clock has a *reading* at each instant, which grows only while the clock runs,
and an amount ends at the **earliest** instant at which the reading is reached. What is used up at closing
time ends at closing time, not at the next opening; nothing at all ends where it starts.

A pause conserves what is left: `left = seconds_between(cal, clock, paused_at, due_at)` and afterwards
`after(cal, clock, resumed_at, left)`, which is what `resumed` does. Working days are paused in working time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from models.domain.business_time.calendar import Calendar
from models.domain.business_time.errors import BeyondCalendar
from models.domain.business_time.limits import Clock, Limit
from models.domain.business_time.timeline import instant, micros, moment

_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due, in UTC; provisional when a year on the way has no published holidays yet."""

    due_at: datetime
    provisional: bool


def due(calendar: Calendar, start: datetime, limit: Limit) -> Due:
    """When `limit` ends that starts at `start`.

    n WD excludes the starting day, at whatever hour it starts, and ends at closing time of the nth working
    day. Hours and minutes count on their clock from `start`. (The domain's rules, section Limits.)

    Raises:
        NaiveInstant: `start` has no time zone.
        BeyondCalendar: start or end lies outside the years 1990 to 2099.
    """
    if limit.clock is not Clock.WORKING_DAYS:
        return after(calendar, limit.clock, start, limit.duration)
    return _due(calendar, instant(start), limit)


# A lane decides a batch of orders at one instant, under the same few limits.
@lru_cache(maxsize=1024)
def _due(calendar: Calendar, at: int, limit: Limit) -> Due:
    first = calendar.local(moment(at))
    line = calendar.timeline(at, at)
    while (day := line.nth_after(first.toordinal(), limit.days)) is None:
        line = calendar.longer(line, 1)
    return Due(moment(day.closes), calendar.is_provisional(first, date.fromordinal(day.ordinal)))


def seconds_between(calendar: Calendar, clock: Clock, start: datetime, end: datetime) -> timedelta:
    """Clock time from `start` to `end`, exact to the microsecond; negative when `end` comes first.

    Working days are measured like working hours: in time within them.

    Raises:
        NaiveInstant: an instant has no time zone.
        BeyondCalendar: an instant lies outside the years 1990 to 2099.
    """
    first, last = instant(start), instant(end)
    if clock is Clock.ALWAYS:
        return timedelta(microseconds=last - first)
    return _worked_between(calendar, first, last)


@lru_cache(maxsize=1024)
def _worked_between(calendar: Calendar, first: int, last: int) -> timedelta:
    line = calendar.timeline(min(first, last), max(first, last))
    return timedelta(microseconds=line.reading(last) - line.reading(first))


def after(calendar: Calendar, clock: Clock, start: datetime, amount: timedelta) -> Due:
    """The earliest instant at which `amount` of clock time has passed since `start`.

    A zero amount ends at `start`; a negative one at the earliest instant with as much time up to `start`.

    Raises:
        NaiveInstant: `start` has no time zone.
        BeyondCalendar: start or end lies outside the years 1990 to 2099.
    """
    at = instant(start)
    if clock is Clock.ALWAYS or amount == _NOTHING:
        return Due(_plus(at, amount), provisional=False)
    return _worked_after(calendar, at, micros(amount))


@lru_cache(maxsize=1024)
def _worked_after(calendar: Calendar, at: int, amount: int) -> Due:
    end = moment(_reached(calendar, at, amount))
    first, last = sorted((calendar.local(moment(at)), calendar.local(end)))
    return Due(end, calendar.is_provisional(first, last))


def resumed(calendar: Calendar, clock: Clock, due_at: datetime, pause: tuple[datetime, datetime]) -> Due:
    """The due instant after a pause (from, to): as much clock time is left at its end as at its beginning.

    A deadline with no clock time left when the pause began stays where it was: what is late stays late.

    Raises:
        NaiveInstant: an instant has no time zone.
        BeyondCalendar: an instant lies outside the years 1990 to 2099.
    """
    paused_at, resumed_at = pause
    left = seconds_between(calendar, clock, paused_at, due_at)
    if left <= _NOTHING:
        return Due(due_at, provisional=False)
    return after(calendar, clock, resumed_at, left)


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """`at` if it is within working hours, else the next opening; closing time itself is not within them.

    Raises:
        NaiveInstant: `at` has no time zone.
        BeyondCalendar: `at` or the opening lies outside the years 1990 to 2099.
    """
    wanted = instant(at)
    line = calendar.timeline(wanted, wanted)
    while (opening := line.next_open(wanted)) is None:
        line = calendar.longer(line, 1)
    return moment(opening)


def _reached(calendar: Calendar, at: int, amount: int) -> int:
    line = calendar.timeline(at, at)
    while not 0 < (reading := line.reading(at) + amount) <= line.total:
        line = calendar.longer(line, 1 if amount > 0 else -1)
    return line.earliest(reading)


def _plus(at: int, amount: timedelta) -> datetime:
    try:
        return moment(at) + amount
    except OverflowError:
        raise BeyondCalendar from None
