"""Where an activity is on a day: computed from the closures, never copied."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.domain.directory import Activity, Space
from models.domain.matters.venues.state import Closure

WEEK = 7


@dataclass(frozen=True, slots=True)
class Shut:
    """A closure by its number, with the days on which it holds."""

    number: int
    closure: Closure
    first: date
    last: date

    def holds(self, first: date, last: date) -> bool:
        """Whether it holds on one of these days."""
        return self.first <= last and first <= self.last


@dataclass(frozen=True, slots=True)
class Held:
    """An activity on a day: where it belongs, where it is, and by which closure if that is elsewhere."""

    activity: Activity
    home: str
    at: str
    """PAUSED where it does not take place."""
    by: Shut | None = None


def shuts(closures: Mapping[int, Closure], today: date) -> list[Shut]:
    """The closures that hold on some day; one that nobody ended does where the room's next one begins."""
    found = [Shut(number, one, one.begins, _last(one, closures, today)) for number, one in closures.items()]
    return [one for one in found if one.first <= one.last]


def _last(one: Closure, closures: Mapping[int, Closure], today: date) -> date:
    later = (x.begins for x in closures.values() if x.space == one.space and x.begins > one.until)
    return min(one.last(today), *(begins - timedelta(days=1) for begins in later), date.max)


def shut_on(space: str, day: date, shut: Iterable[Shut]) -> Shut | None:
    """What keeps a room closed on a day."""
    return next((one for one in shut if one.closure.space == space and one.holds(day, day)), None)


def on_day(spaces: Iterable[Space], shut: Iterable[Shut], day: date) -> list[Held]:
    """What takes place, or pauses, on a day, the earliest first."""
    known = list(shut)
    found = []
    for space in spaces:
        closed = shut_on(space.code, day, known)
        for one in space.activities:
            if day.weekday() in one.days:
                at = closed.closure.went(one.code, day) if closed else space.code
                found.append(Held(one, space.code, at, closed))
    return sorted(found, key=lambda one: (one.activity.begins, one.activity.ends, one.home))


def stays(one: Shut, activity: str) -> Iterator[tuple[date, date, str]]:
    """From which day to which an activity of the closed room is where; one after the other."""
    first = one.first
    for held in one.closure.before:
        if first <= min(held.until, one.last):
            yield first, min(held.until, one.last), one.closure.went(activity, first)
            first = held.until + timedelta(days=1)
    if first <= one.last:
        yield first, one.last, one.closure.went(activity, first)


def days_between(first: date, last: date) -> Iterator[date]:
    """Both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(number)


def weekdays(first: date, last: date) -> frozenset[int]:
    """The days of the week between two days, both included."""
    return frozenset(
        (first.weekday() + number) % WEEK for number in range(min(WEEK, (last - first).days + 1))
    )


def meet(one: Activity, other: Activity, days: frozenset[int]) -> frozenset[int]:
    """On which of these days of the week both are at the same time; one may end as the other begins."""
    at_once = one.begins < other.ends and other.begins < one.ends
    return one.days & other.days & days if at_once else frozenset()
