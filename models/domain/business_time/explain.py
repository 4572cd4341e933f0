"""Why something is due when it is, step by step, so that anybody can count along with a wall calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from models.domain.business_time.arithmetic import due, next_open, resumed, seconds_between
from models.domain.business_time.calendar import Calendar, DayKind
from models.domain.business_time.errors import BusinessTimeError
from models.domain.business_time.limits import Clock, Limit
from models.domain.business_time.sentences import Explanation, start_words, text

__all__ = ["Explanation", "Moved", "Pause", "explain", "text"]

_A_DAY = timedelta(days=1)
_A_SECOND = timedelta(seconds=1)
_COMPUTED = frozenset({"calendar"})


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still (a granted hold, an accepted wait); without `resumed_at` it still does."""

    paused_at: datetime
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """The due instant was set or replaced, as the ledger's reason has it.

    Causes with words of their own: `by_hand`, `import`, `outside`, `extension`, `wait`, `plan`, `calendar`.
    """

    at: datetime
    due_at: datetime
    cause: str = "by_hand"


def explain(
    calendar: Calendar,
    start: datetime,
    limit: Limit | None,
    *,
    changes: Sequence[Pause | Moved] = (),
    begun_by: str = "dispatched",
) -> tuple[Explanation, ...]:
    """The steps from `start` to the due instant, over the `changes` in the order in which they happened.

    Without a `limit` (a date that was set by hand or import) the first change says what it was set to; it
    runs around the clock.
    The last steps are the due instant, which is what `due` and `resumed` compute, and a note when it is
    provisional; a deadline that is paused now has no due instant. `begun_by` says what started the limit:
    dispatched, reported, arrived, done, asked, rejected, reopened or closed.

    Raises:
        KeyError: `begun_by` is none of these.
        BusinessTimeError: there is no limit, and no `Moved` first.
        NaiveInstant: an instant has no time zone.
        BeyondCalendar: an instant lies outside the years 1990 to 2099.
    """
    if begun_by not in start_words():
        raise KeyError(begun_by)
    if limit is None and not (changes and isinstance(changes[0], Moved)):
        raise BusinessTimeError("without a limit, the first change has to say what the deadline was set to")
    telling = _Telling(calendar, start, limit)
    telling.begin(begun_by)
    for change in changes:
        telling.change(change)
    telling.end()
    return tuple(telling.steps)


class _Telling:
    """The story so far: the steps told, the due instant as it stands, and from where the rest is counted."""

    def __init__(self, calendar: Calendar, start: datetime, limit: Limit | None) -> None:
        self.steps: list[Explanation] = []
        self._calendar = calendar
        self._limit = limit
        self._start = start
        self._clock = limit.clock if limit else Clock.ALWAYS
        # Without a limit the deadline is wherever the first change sets it.
        self._due_at = due(calendar, start, limit).due_at if limit else start
        self._by_days = self._clock is Clock.WORKING_DAYS
        # From where the days not told yet are counted; None when there are none, or none to count.
        self._counts_from: datetime | None = start
        self._computed = True
        self._paused = False
        self._year = 0

    def begin(self, begun_by: str) -> None:
        """Tell what started the limit."""
        local = {"start": begun_by, "at": self._iso(self._start)}
        if self._limit is None or self._by_days:
            self._say("starts_day_excluded" if self._limit else "starts", local, self._start)
            return
        local |= self._amount(self._limit.duration)
        if self._clock is Clock.ALWAYS:
            self._say("starts_around_the_clock", local, self._start)
            return
        local |= {"hours": f"{self._calendar.opens:%H:%M}–{self._calendar.closes:%H:%M}"}
        opens_at = next_open(self._calendar, self._start)
        if opens_at == self._start:
            self._say("starts_in_hours", local, self._start)
        else:
            self._say("starts_outside_hours", local | {"opens_at": self._iso(opens_at)}, self._start)

    def change(self, change: Pause | Moved) -> None:
        """Tell one change; a clock that already stands still is not changed by another pause."""
        if isinstance(change, Moved):
            self._move(change)
        elif not self._paused:
            self._pause(change)

    def end(self) -> None:
        """Tell the rest of the count, the due instant, and what is not certain about it."""
        if self._paused:
            self._say("still_paused", {}, self._due_at)
            return
        self._count(self._due_at)
        self._say("due", {"at": self._iso(self._due_at)}, self._due_at)
        if years := self._unpublished():
            self._say("provisional", {"years": " ".join(map(str, years))}, self._due_at)

    def _move(self, change: Moved) -> None:
        self._count(min(change.at, self._due_at))
        told = {"at": self._iso(change.at), "due_at": self._iso(change.due_at), "cause": change.cause}
        self._say("set" if self._limit is None and len(self.steps) == 1 else "moved", told, change.at)
        self._due_at, self._counts_from, self._paused = change.due_at.astimezone(UTC), None, False
        self._computed = change.cause in _COMPUTED

    def _pause(self, pause: Pause) -> None:
        self._count(min(pause.paused_at, self._due_at))
        left_over = self._left(pause.paused_at)
        if left_over <= timedelta(0):
            self._say("paused_with_nothing_left", {"at": self._iso(pause.paused_at)}, pause.paused_at)
            self._counts_from = None
            return
        left = self._amount(left_over)
        self._say("paused", {"at": self._iso(pause.paused_at)} | left, pause.paused_at)
        if pause.resumed_at is None:
            self._paused = True
            return
        self._say("resumed", {"at": self._iso(pause.resumed_at)} | left, pause.resumed_at)
        span = (pause.paused_at, pause.resumed_at)
        self._due_at = resumed(self._calendar, self._clock, self._due_at, span).due_at
        self._counts_from, self._by_days, self._computed = pause.resumed_at, False, True

    def _left(self, at: datetime) -> timedelta:
        return seconds_between(self._calendar, self._clock, at, self._due_at)

    def _count(self, until: datetime) -> None:
        """Tell the days counted so far: those before the day of `until`, or with it if it is the last."""
        if self._counts_from is None or self._clock is Clock.ALWAYS:
            return
        first, last = self._calendar.local(self._counts_from).date(), self._calendar.local(until).date()
        if until < self._due_at:
            last -= _A_DAY
        if self._by_days:
            self._count_days(first + _A_DAY, last)
        else:
            self._count_hours(first, last)

    def _count_days(self, first: date, last: date) -> None:
        number = 0
        for run in _runs(self._calendar, first, last):
            if not self._calendar.is_working_day(run[0]):
                self._say_off(run)
                continue
            number += 1
            self._say(
                "working_day", {"date": run[0].isoformat(), "n": str(number)} | self._mark(run[0]), run[0]
            )

    def _count_hours(self, first: date, last: date) -> None:
        for run in _runs(self._calendar, first, last):
            if not self._calendar.is_working_day(run[0]):
                self._say_off(run)
                continue
            until = min(self._calendar.closing(run[0]), self._due_at)
            if self._counts_from is not None and until <= self._counts_from:
                continue
            told = {"date": run[0].isoformat(), "until": f"{self._calendar.local(until):%H:%M}"}
            left = self._left(until)
            code = "working_hours" if left else "working_hours_done"
            self._say(code, told | self._amount(left) | self._mark(run[0]), run[0])

    def _mark(self, day: date) -> dict[str, str]:
        listed = self._calendar.days.get(day)
        return {"make_up": listed.name} if listed and listed.kind is DayKind.MAKE_UP else {}

    def _say_off(self, run: Sequence[date]) -> None:
        listed = [self._calendar.days.get(day) for day in run]
        names = "|".join(dict.fromkeys(day.name for day in listed if day))
        weekend = "yes" if None in listed else ""
        told = {
            "first": run[0].isoformat(),
            "last": run[-1].isoformat(),
            "holidays": names,
            "weekend": weekend,
        }
        self._say("days_off", told, run[0])
        self._year = run[-1].year

    def _amount(self, left: timedelta) -> dict[str, str]:
        told = {"left": str(-(-left // _A_SECOND))}
        if self._clock is Clock.WORKING_DAYS:
            return told | {"day": str(self._calendar.day_length // _A_SECOND), "unit": "working_day"}
        if self._clock is Clock.ALWAYS and left > _A_DAY:
            return told | {"day": str(_A_DAY // _A_SECOND), "unit": "day"}
        return told

    def _unpublished(self) -> list[int]:
        if self._clock is Clock.ALWAYS or not self._computed:
            return []
        years = range(self._calendar.local(self._start).year, self._calendar.local(self._due_at).year + 1)
        return [year for year in years if year not in self._calendar.published]

    def _iso(self, at: datetime) -> str:
        return self._calendar.local(at).isoformat()

    def _say(self, code: str, params: dict[str, str], when: date) -> None:
        """Add a step, telling its year where it differs from that of the step before."""
        year = self._calendar.local(when).year if isinstance(when, datetime) else when.year
        self.steps.append(Explanation(code, params | {"year": str(year)} if year != self._year else params))
        self._year = year


def _runs(calendar: Calendar, first: date, last: date) -> Iterator[list[date]]:
    """The days of a span: each working day alone, consecutive days off together."""
    run: list[date] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if not calendar.is_working_day(day):
            run.append(day)
            continue
        if run:
            yield run
            run = []
        yield [day]
    if run:
        yield run
