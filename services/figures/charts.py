"""Where the marks of a chart stand; the templates draw them. Pure geometry, in units of the picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.figures.views import FigureView, HeldView, PointView

WIDTH, HEIGHT = 320, 120
LEFT, TOP, BOTTOM = 34, 10, 96
BAR = 34
"""Height of a figure's two bars with the room around them."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A period's rate; `few`: of fewer than ten cases, drawn hollow."""

    x: float
    y: float
    few: bool
    point: PointView


@dataclass(frozen=True, slots=True)
class Line:
    """A trend: its dots, and the lines between neighbours; a period without a case leaves a gap."""

    dots: list[Dot]
    path: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A figure in this period and the one before, as lengths of 100."""

    figure: FigureView
    y: int
    now: float
    before: float


@dataclass(frozen=True, slots=True)
class Slice:
    """A share of a bar of 100."""

    code: str
    x: float
    width: float


def trend(points: Sequence[PointView]) -> Line:
    """The dots of a trend from left to right, full marks at the top."""
    step = (WIDTH - LEFT - 10) / (len(points) - 1)
    dots, path, joined = [], [], False
    for place, one in enumerate(points):
        if not one.denominator:
            joined = False
            continue
        x = round(LEFT + place * step, 1)
        y = round(BOTTOM - (BOTTOM - TOP) * one.numerator / one.denominator, 1)
        dots.append(Dot(x, y, one.percent is None, one))
        path.append(f"{'L' if joined else 'M'}{x} {y}")
        joined = True
    return Line(dots, "".join(path))


def bars(figures: Sequence[FigureView]) -> list[Bars]:
    """Two bars a figure."""
    return [
        Bars(
            one,
            place * BAR,
            _length(one.now.numerator, one.now.denominator),
            _length(one.before.numerator, one.before.denominator),
        )
        for place, one in enumerate(figures)
    ]


def _length(numerator: int, denominator: int) -> float:
    return round(100 * numerator / denominator, 1) if denominator else 0.0


def shares(held: HeldView) -> list[Slice]:
    """The shares of a party's time, which fill the bar exactly."""
    found, x = [], 0.0
    for one in held.shares:
        width = 100 * one.seconds / max(1, sum(each.seconds for each in held.shares))
        found.append(Slice(one.code, round(x, 2), round(width, 2)))
        x += width
    return found
