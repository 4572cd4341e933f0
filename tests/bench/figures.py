"""Figures: what was measured, what it was held against, and whether that was reached."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure. A ratio has both absolute figures beside it."""

    name: str
    value: float
    unit: str
    target: float | None = None
    """None: told without a target."""
    at_most: bool = False
    """Whether the target is a ceiling; else it is a floor."""
    ours: float | None = None
    theirs: float | None = None
    per: str = ""
    """Unit of both absolute figures."""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target was reached, None without one."""
        if self.target is None:
            return None
        return self.value <= self.target if self.at_most else self.value >= self.target

    def image(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"met": self.met}


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides of one comparison, a speed each; measured in turns on the same server."""

    name: str
    target: float | None
    per: str
    note: str = ""

    def measure(
        self, rounds: int, ours: Callable[[], float], theirs: Callable[[], float], *, at_most: bool = False
    ) -> Figure:
        """The median ratio of some rounds, with the medians of both; who begins changes each round."""
        pairs = []
        for number in range(rounds):
            if number % 2:
                there, here = theirs(), ours()
            else:
                here, there = ours(), theirs()
            pairs.append((here, there))
        return Figure(
            self.name,
            median(here / there for here, there in pairs),
            "ratio",
            self.target,
            at_most=at_most,
            ours=median(here for here, _ in pairs),
            theirs=median(there for _, there in pairs),
            per=self.per,
            note=self.note,
        )


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """For people, in 80 columns."""
    lines = [f"{'':31}{'measured':>12}{'asked':>12}{'ours':>12}{'theirs':>12}"]
    for one in figures:
        mark = {True: "", False: " !", None: ""}[one.met]
        lines.append(
            f"{one.name:31}{_with_unit(one.value, one.unit):>12}{_asked(one):>12}"
            f"{_number(one.ours):>12}{_number(one.theirs):>11}{mark:2}".rstrip()
        )
        if one.note or one.per:
            lines += _wrapped(", ".join(part for part in (one.per, one.note) if part))
    return "\n".join(lines)


def _asked(one: Figure) -> str:
    if one.target is None:
        return ""
    return f"{'≤' if one.at_most else '≥'} {_with_unit(one.target, one.unit)}"


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.2f}" if unit == "ratio" else f"{_number(value)} {unit}".strip()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _wrapped(text: str, width: int = 76) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [f"    {one}" for one in (*lines, line)]
