"""A story's file, read: what happened at a place, in the order of its instants. Its header has the format."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from models.domain.playbook.problems import PlaybookError, Problem
from models.domain.playbook.source import Source
from models.domain.streams import Role

REPORT = "report"
ORDER = "order"
_OF_ORDER = frozenset({"key", "day", "at", "by", "step", "split_from"})
_OF_STEP = frozenset({"day", "at", "action", "party", "volunteer", "resident"})


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts: for a party, as a volunteer (`name` is the member), as the reporting resident, or unnamed."""

    role: Role
    name: str | None = None
    unnamed: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """One command of the story at its instant; `words` are what the file says beside who, when and what."""

    at: datetime
    key: str
    """Of the order, or of what is told around the orders, in the story."""
    action: str
    who: Who
    words: Mapping[str, Any]
    line: int
    kind: str = ORDER


@dataclass(frozen=True, slots=True)
class Script:
    """A whole story. `parts` are the reports of orders that others are split into, by their keys."""

    name: str
    site: str
    begins: datetime
    happenings: tuple[Happening, ...]
    parts: Mapping[str, Happening]


def read_script(name: str, text: str, *, zone: ZoneInfo, until: datetime) -> Script:
    """Read a story that ends at `until`: its first day lies the story's `days` before it.

    Raises:
        PlaybookError: the file is no story; the problem has the line.
    """
    source = Source.read(name, text)
    return _Reader(source, zone, until).script()


class _Reader:
    """One walk over a story's file."""

    def __init__(self, source: Source, zone: ZoneInfo, until: datetime) -> None:
        self._source, self._zone, self._until = source, zone, until
        head: Any = source.tree.get("story", {})
        self._head: Mapping[str, Any] = head
        self._around: Any = source.tree.get("around", [])
        self._days = int(head.get("days", 0))
        self._first = (until.astimezone(zone) - timedelta(days=self._days)).date()

    def script(self) -> Script:
        orders: Any = self._source.tree.get("order", [])
        reports, steps, parts = [], [], {}
        for number, order in enumerate(orders):
            told = self._report(order, number)
            if "split_from" in order:
                parts[told.key] = told
            else:
                reports.append(told)
            steps += list(self._steps(order, number))
        steps += [step for number in range(len(self._around)) for step in self._told(number)]
        # Reports first: what is reported at the instant of another order's step comes before it.
        happenings = sorted([*reports, *steps], key=attrgetter("at"))
        begins = datetime.combine(self._first, time(), self._zone).astimezone(UTC)
        return Script(self._source.name, self._head["site"], begins, tuple(happenings), parts)

    def _report(self, order: Mapping[str, Any], number: int) -> Happening:
        line = self._source.line(("order", number))
        who = self._who(order.get("by", {"resident": True}), line)
        words = {name: value for name, value in order.items() if name not in _OF_ORDER}
        return Happening(self._at(order, line), order["key"], REPORT, who, words, line)

    def _steps(self, order: Mapping[str, Any], number: int) -> Iterator[Happening]:
        for place, step in enumerate(order.get("step", [])):
            yield self._step(step, order["key"], self._source.line(("order", number, "step", place)))

    def _told(self, number: int) -> Iterator[Happening]:
        """The steps around the orders; one with `on` is a step of the order of that key."""
        told = self._around[number]
        for place, step in enumerate(told["step"]):
            line = self._source.line(("around", number, "step", place))
            if "on" in step:
                yield self._step({name: step[name] for name in step if name != "on"}, step["on"], line)
            else:
                yield self._step(step, told["key"], line, told["kind"])

    def _step(self, step: Mapping[str, Any], key: str, line: int, kind: str = ORDER) -> Happening:
        words = {name: self._dated(value, line) for name, value in step.items() if name not in _OF_STEP}
        return Happening(self._at(step, line), key, step["action"], self._who(step, line), words, line, kind)

    def _dated(self, value: object, line: int) -> object:
        """What a step says, with its instants: `{ day, at }` wherever it stands."""
        if isinstance(value, dict):
            if value.keys() == {"day", "at"}:
                return self._instant(value, line)
            return {name: self._dated(one, line) for name, one in value.items()}
        return [self._dated(one, line) for one in value] if isinstance(value, list) else value

    def _at(self, told: Mapping[str, Any], line: int) -> datetime:
        """An instant of the story itself: before its end, so that nothing is told that did not happen yet."""
        at = self._instant(told, line)
        if at > self._until:
            remedy = f"the story lasts {self._days} days and ends when it is told; tell it on an earlier day"
            raise self._problem(line, "this has not happened yet", remedy)
        return at

    def _instant(self, told: Mapping[str, Any], line: int) -> datetime:
        try:
            wall = datetime.combine(self._first + timedelta(days=told["day"]), time.fromisoformat(told["at"]))
        except (KeyError, ValueError, TypeError):
            raise self._problem(line, "no instant", 'write day = 0 and at = "08:30"') from None
        return wall.replace(tzinfo=self._zone).astimezone(UTC)

    def _who(self, told: Mapping[str, Any], line: int) -> Who:
        if "party" in told:
            return Who(Role.LEAD, told["party"])
        if "volunteer" in told:
            return Who(Role.VOLUNTEER, told["volunteer"])
        if isinstance(told.get("resident"), str):
            return Who(Role.RESIDENT, told["resident"])
        if told.get("resident") or told.get("anonymous"):
            return Who(Role.RESIDENT, unnamed=bool(told.get("anonymous")))
        raise self._problem(line, "nobody acts", "write party, volunteer or resident")

    def _problem(self, line: int, message: str, remedy: str) -> PlaybookError:
        return PlaybookError([Problem(self._source.name, line, message, remedy)])
