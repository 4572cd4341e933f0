"""Why activities cannot go where somebody would send them, and where they could go instead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from models.domain.directory import Activity, Space
from models.domain.matters.venues.state import PAUSED, Closure
from models.domain.matters.venues.timetable import WEEK, Shut, meet, weekdays
from models.domain.orders.refusals import Refused


class Why(StrEnum):
    """What is in the way."""

    NONE = "nothing is chosen for it"
    UNKNOWN = "there is no such room, or it is the room itself"
    CLOSED = "the room is closed itself in that time"
    SMALL = "the room is too small"
    BUSY = "the room has another activity at that hour"
    HERE = "another activity is there at that hour, in the room itself"
    TAKEN = "the room to be closed is itself the substitute of another"


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing in the way: which activity, sent where, and what is there on which days of the week.

    `until` is when the room that is closed itself opens, or the other closure ends. `instead` are the rooms
    where the activity could go.
    """

    why: Why
    activity: Activity | None
    space: str
    other: Activity | None = None
    home: str = ""
    """Where the other activity belongs."""
    days: frozenset[int] = frozenset()
    until: date | None = None
    instead: tuple[str, ...] = ()


class Clashing(Refused):
    """The room cannot be closed so: see the clashes, choose other substitutes, or let activities pause."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        super().__init__("; ".join(f"{one.space}: {one.why}" for one in self.clashes))


@dataclass(frozen=True, slots=True)
class Wish:
    """A closure as it would be, from a day on; `shut` are the others that hold on some day."""

    closure: Closure
    first: date
    spaces: Mapping[str, Space]
    shut: Sequence[Shut]

    @property
    def space(self) -> Space:
        """The room to be closed."""
        return self.spaces[self.closure.space]

    def others(self) -> Iterator[Shut]:
        """Which of the other closures hold meanwhile."""
        return (one for one in self.shut if one.holds(self.first, self.closure.until))


def clashes(wish: Wish) -> list[Clash]:
    """All that is in the way; empty where nothing is."""
    found = list(_taken(wish))
    for activity in wish.space.activities:
        target = wish.closure.moves.get(activity.code, wish.closure.substitute)
        if target == PAUSED:
            continue
        clash = Clash(Why.NONE, activity, "") if target is None else in_the_way(wish, activity, target)
        if clash is not None:
            found.append(_with_choices(wish, clash))
    return found


def _with_choices(wish: Wish, clash: Clash) -> Clash:
    activity = clash.activity
    if activity is None:
        return clash
    return replace(
        clash, instead=tuple(code for code in wish.spaces if in_the_way(wish, activity, code) is None)
    )


def _taken(wish: Wish) -> Iterator[Clash]:
    """Others' activities that are here meanwhile would have nowhere to go."""
    for one in wish.others():
        for other in wish.spaces[one.closure.space].activities:
            if one.closure.goes(other.code) == wish.closure.space:
                yield Clash(Why.TAKEN, None, wish.closure.space, other, one.closure.space, until=one.last)
                break


def in_the_way(wish: Wish, activity: Activity, target: str) -> Clash | None:
    """Why an activity of the room cannot be in another one meanwhile; None where it can."""
    room = wish.spaces.get(target)
    if room is None or target == wish.closure.space:
        return Clash(Why.UNKNOWN, activity, target)
    if room.closed:
        return Clash(Why.CLOSED, activity, target)
    shut = next((one for one in wish.others() if one.closure.space == target), None)
    if shut is not None:
        return Clash(Why.CLOSED, activity, target, until=shut.last)
    if room.seats is not None and activity.people is not None and room.seats < activity.people:
        return Clash(Why.SMALL, activity, target)
    for other, home, days in _busy(wish, room):
        met = meet(activity, other, days)
        if met:
            return Clash(Why.BUSY, activity, target, other, home, met)
    return None


def _busy(wish: Wish, room: Space) -> Iterator[tuple[Activity, str, frozenset[int]]]:
    """What is in a room meanwhile, where it belongs, and on which days of the week: its own, then guests."""
    until = wish.closure.until
    for one in room.activities:
        yield one, room.code, weekdays(wish.first, until)
    for shut in wish.others():
        for one in wish.spaces[shut.closure.space].activities:
            if shut.closure.goes(one.code) == room.code:
                days = weekdays(max(wish.first, shut.first), min(until, shut.last))
                yield one, shut.closure.space, days


def newcomer(
    space: str, activity: Activity, spaces: Mapping[str, Space], shut: Sequence[Shut]
) -> Clash | None:
    """Why an activity cannot be in a room every week: another one is there then, its own or a guest.

    Of a room that is closed, also why it could not go to the substitute with the others.
    """
    for other in spaces[space].activities:
        if other.code != activity.code and (met := meet(activity, other, frozenset(range(WEEK)))):
            return Clash(Why.HERE, activity, space, other, space, met)
    for one in shut:
        clash = _away(one, activity, spaces, shut) if one.closure.space == space else None
        clash = clash or _with_guests(one, activity, space, spaces)
        if clash is not None:
            return clash
    return None


def _away(one: Shut, activity: Activity, spaces: Mapping[str, Space], shut: Sequence[Shut]) -> Clash | None:
    target = one.closure.goes(activity.code)
    others = [other for other in shut if other.number != one.number]
    wish = Wish(one.closure, one.first, spaces, others)
    clash = None if target == PAUSED else in_the_way(wish, activity, target)
    return _with_choices(wish, clash) if clash is not None else None


def _with_guests(one: Shut, activity: Activity, space: str, spaces: Mapping[str, Space]) -> Clash | None:
    for guest in spaces[one.closure.space].activities:
        met = meet(activity, guest, weekdays(one.first, one.last))
        if one.closure.space != space and one.closure.goes(guest.code) == space and met:
            return Clash(Why.HERE, activity, space, guest, one.closure.space, met, one.last)
    return None
