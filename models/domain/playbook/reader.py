"""Reading a parsed document into typed values, collecting every problem instead of stopping at the first.

A reader is a function of a `Value`. Where the value is wrong it says so by `Value.refuse` and returns a
placeholder: reading goes on, and since there is a problem the result is thrown away as a whole.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from typing import Final, TypeVar

from models.domain.business_time.errors import LimitSyntaxError
from models.domain.business_time.limits import Clock, Limit
from models.domain.playbook.locator import Path
from models.domain.playbook.problems import PlaybookError, Problem, nearest
from models.domain.playbook.source import Source

T = TypeVar("T")
K = TypeVar("K")
E = TypeVar("E", bound=StrEnum)


class _Missing:
    """Stands for a value that is not there, which was told already."""


_MISSING: Final = _Missing()
_CODE: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_PERCENT: Final = re.compile(r"([0-9]{1,3}) ?%")
_SHOWN: Final = 60


@dataclass
class Report:
    """The problems found in one source so far."""

    source: Source
    problems: list[Problem] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    """Where each of the problems is."""

    def add(self, path: Path, message: str, remedy: str) -> None:
        """Note a problem of what stands, or should stand, at `path`."""
        self.problems.append(Problem(self.source.name, self.source.line(path), message, remedy))
        self.paths.append(path)

    def flawed(self, *path: str | int) -> bool:
        """Whether something under `path` is wrong, so that placeholders may stand there."""
        return any(one[: len(path)] == path for one in self.paths)

    def close(self) -> None:
        """Raise what was found.

        Raises:
            PlaybookError: there is a problem.
        """
        if self.problems:
            raise PlaybookError(set(self.problems))


@dataclass(frozen=True)
class Value:
    """Something in the document, and where it stands."""

    report: Report
    path: Path
    raw: object

    @property
    def key(self) -> str:
        """The key that it stands under, for messages."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "the file")

    def refuse(self, message: str, remedy: str) -> None:
        """Say what is wrong with it; of a missing value that was said already."""
        if self.raw is not _MISSING:
            self.report.add(self.path, message, remedy)

    def child(self, step: str | int, raw: object) -> "Value":
        """What stands under it."""
        return Value(self.report, (*self.path, step), raw)


Reader = Callable[[Value], T]


class Table:
    """A table whose keys are asked for one by one; those never asked for are unknown."""

    def __init__(self, value: Value, values: Mapping[str, object] | None) -> None:
        self.value = value
        self._values = values or {}
        self._silent = values is None
        self._known: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        self._known[key] = None
        return key in self._values

    def need(self, key: str, reader: Reader[T]) -> T:
        """What must be there."""
        if key not in self and not self._silent:
            shown = self.value.path[-1] if self.value.path else "the file"
            where = self.value.key if isinstance(shown, int) else shown
            self.refuse((key,), f"{where} has no {key}", f"add {key}")
        return reader(self.value.child(key, self._values.get(key, _MISSING)))

    def get(self, key: str, reader: Reader[T]) -> T | None:
        """What may be there."""
        return reader(self.value.child(key, self._values[key])) if key in self else None

    def take(self, key: str, reader: Reader[T], default: T) -> T:
        """What has a meaning when it is absent."""
        return reader(self.value.child(key, self._values[key])) if key in self else default

    def refuse(self, step: Path, message: str, remedy: str) -> None:
        """Say what is wrong with the table, or with what stands in it at `step`."""
        if not self._silent:
            self.value.report.add((*self.value.path, *step), message, remedy)

    @property
    def flawed(self) -> bool:
        """Whether something in it was refused."""
        return self._silent or self.value.report.flawed(*self.value.path)

    def finish(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._values:
            if key not in self._known:
                where = f" in {self.value.key}" if self.value.path else ""
                self.refuse((key,), f'unknown key "{key}"{where}', nearest(key, self._known))


def table(read: Callable[[Table], T]) -> Reader[T]:
    """A table with known keys."""

    def reader(value: Value) -> T:
        fields = _fields(value)
        inner = Table(value, fields)
        result = read(inner)
        inner.finish()
        return result

    return reader


def entries(key: Reader[K], reader: Reader[T]) -> Reader[dict[K, T]]:
    """A table whose keys are data."""

    def read(value: Value) -> dict[K, T]:
        fields = _fields(value) or {}
        return {key(value.child(name, name)): reader(value.child(name, raw)) for name, raw in fields.items()}

    return read


def _fields(value: Value) -> Mapping[str, object] | None:
    if isinstance(value.raw, dict):
        return value.raw
    value.refuse(f"{value.key} is {_shown(value.raw)}, not a table", f"write [{value.key}] or {{ key = … }}")
    return None


def each(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list."""

    def read(value: Value) -> tuple[T, ...]:
        if not isinstance(value.raw, list):
            remedy = "write it in [ ], with commas"
            value.refuse(f"{value.key} is {_shown(value.raw)}, not a list", remedy)
            return ()
        return tuple(reader(value.child(place, raw)) for place, raw in enumerate(value.raw))

    return read


def distinct(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """A list in which nothing stands twice."""

    def read(value: Value) -> tuple[T, ...]:
        found = each(reader)(value)
        seen = set()
        for place, one in enumerate(found):
            # A placeholder is no second mention.
            if value.report.flawed(*value.path, place):
                continue
            if one in seen:
                value.child(place, one).refuse(f'{value.key} names "{one}" twice', "remove one")
            seen.add(one)
        return found

    return read


def any_of(reader: Reader[T]) -> Reader[frozenset[T]]:
    """One word, or a list of words of which any will do; an empty list would never match."""

    def read(value: Value) -> frozenset[T]:
        if isinstance(value.raw, str):
            return frozenset({reader(value)})
        if value.raw == []:
            value.refuse(f"{value.key} is an empty list, which matches nothing", "leave it out to match all")
        return frozenset(distinct(reader)(value))

    return read


def text(value: Value) -> str:
    """A text that says something."""
    if isinstance(value.raw, str) and value.raw.strip():
        return value.raw
    what = "empty" if isinstance(value.raw, str) else f"{_shown(value.raw)}, not a text"
    value.refuse(f"{value.key} is {what}", 'write a text in "quotes"')
    return ""


def written(pattern: re.Pattern[str], what: str, remedy: str) -> Reader[str]:
    """A text of a certain form."""

    def read(value: Value) -> str:
        if isinstance(value.raw, str) and pattern.fullmatch(value.raw):
            return value.raw
        value.refuse(f"{_shown(value.raw)} is no {what}", remedy)
        return ""

    return read


def code(value: Value) -> str:
    """A short name by which other lines refer to something."""
    return _written_code(value)


_written_code: Final = written(_CODE, "code", "use a to z and 0 to 9, with single - or _ between")


def known(words: Collection[str], what: str) -> Reader[str]:
    """One of the words."""

    def read(value: Value) -> str:
        if isinstance(value.raw, str):
            if value.raw in words:
                return value.raw
            value.refuse(f'unknown {what} "{value.raw}"', nearest(value.raw, words))
        else:
            value.refuse(f"{value.key} is {_shown(value.raw)}, not a {what}", nearest("", words))
        return next(iter(words), "")

    return read


def word(words: type[E], what: str | None = None) -> Reader[E]:
    """One of the words of the domain."""
    read = known([str(one) for one in words], what or words.__name__.lower())
    return lambda value: words(read(value))


def flag(value: Value) -> bool:
    """Yes or no."""
    if not isinstance(value.raw, bool):
        value.refuse(f"{value.key} is {_shown(value.raw)}", "write true or false, without quotes")
    return value.raw is True


def number(least: int, most: int) -> Reader[int]:
    """A whole number, bounds included."""

    def read(value: Value) -> int:
        raw = value.raw
        if isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most:
            return raw
        value.refuse(f"{value.key} is {_shown(raw)}", f"write a whole number from {least} to {most}")
        return least

    return read


def stated(fixed: str | bool, rule: str) -> Reader[None]:  # noqa: FBT001 - the value of a key
    """What a file may say but not change, because the rule never bends."""

    def read(value: Value) -> None:
        if type(value.raw) is not type(fixed) or value.raw != fixed:
            shown = _shown(fixed)
            value.refuse(f"{value.key} is {_shown(value.raw)}, but {rule}", f"write {shown} or leave it out")

    return read


def limit(value: Value) -> Limit:
    """An amount of time on a named clock."""
    if isinstance(value.raw, str):
        try:
            return Limit.parse(value.raw)
        except LimitSyntaxError as error:
            value.refuse(f'{value.key} is "{value.raw[:_SHOWN]}", which is no limit', _lower(error.__doc__))
    else:
        value.refuse(f"{value.key} is {_shown(value.raw)}, not a limit", 'write it in "quotes", as "15 WD"')
    return Limit(1, 0, Clock.ALWAYS)


def span(value: Value) -> Limit:
    """A length to compare limits with: '1 h' without a clock is an hour of the plain clock."""
    if isinstance(value.raw, str):
        try:
            return Limit.parse(f"{value.raw} {Clock.ALWAYS}")
        except LimitSyntaxError:
            return limit(value)
    return limit(value)


def percent(value: Value) -> int:
    """A part of a limit, such as '80 %': from 1 to 100."""
    found = _PERCENT.fullmatch(value.raw) if isinstance(value.raw, str) else None
    if found and 1 <= int(found[1]) <= 100:  # noqa: PLR2004 - a percentage
        return int(found[1])
    value.refuse(f"{value.key} is {_shown(value.raw)}", 'write a percentage from "1 %" to "100 %"')
    return 100


def local_time(value: Value) -> time:
    """A time of the day, to the minute, on the site's wall clock."""
    if isinstance(value.raw, str) and _TIME.fullmatch(value.raw):
        return time.fromisoformat(value.raw)
    value.refuse(f"{value.key} is {_shown(value.raw)}, not a time", 'write it in quotes, as "08:30"')
    return time()


def _shown(raw: object) -> str:
    match raw:
        case bool():
            return str(raw).lower()
        case str():
            return f'"{raw[:_SHOWN]}"'
        case dict():
            return "a table"
        case list():
            return "a list"
        case int() if raw.bit_length() > _SHOWN:
            return "a huge number"
    return str(raw)[:_SHOWN]


def _lower(sentence: str | None) -> str:
    plain = (sentence or "").strip().rstrip(".")
    return plain[:1].lower() + plain[1:]
