"""Colours and strokes of the drawn pictures, on a sheet of 800 × 600.

Flat colours and plain outlines: nobody takes them for photos.
"""

from random import Random

from PIL.ImageDraw import ImageDraw

INK, WALL, FLOOR, SKY, WATER = "#3a4048", "#efe9dc", "#cbb79a", "#d7e6ec", "#6aa6c8"
STEEL, WOOD, DAMP, GREEN, WARN = "#9aa4ad", "#b98d5c", "#b9ad8f", "#5b9a6c", "#e0a128"
LINE = 5

Point = tuple[float, float]


def blob(pen: ImageDraw, middle: Point, size: float, colour: str, seed: int = 1) -> None:
    """A stain without an outline: overlapping rounds, always the same for a seed."""
    dice = Random(seed)  # noqa: S311 - the shape of a stain
    for _ in range(9):
        x, y = middle[0] + dice.uniform(-size, size), middle[1] + dice.uniform(-size, size) / 2
        r = size * dice.uniform(0.3, 0.6)
        pen.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=colour)


def dots(pen: ImageDraw, middle: Point, size: float, colour: str, count: int = 60) -> None:
    """Specks, denser towards the middle."""
    dice = Random(count)  # noqa: S311 - the shape of a stain
    for _ in range(count):
        x, y = dice.gauss(middle[0], size), dice.gauss(middle[1], size)
        r = dice.uniform(3, 10)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def drops(pen: ImageDraw, x: float, top: float, count: int) -> None:
    """Falling drops, one above the other."""
    for n in range(count):
        y = top + n * 58
        pen.polygon([(x, y), (x - 10, y + 24), (x + 10, y + 24)], fill=WATER)
        pen.ellipse((x - 11, y + 14, x + 11, y + 36), fill=WATER)


def puddle(pen: ImageDraw, middle: Point, width: float) -> None:
    """Water on a floor, with a gleam."""
    x, y = middle
    pen.ellipse((x - width, y - width * 0.22, x + width, y + width * 0.22), fill=WATER)
    pen.arc(
        (x - width * 0.7, y - width * 0.13, x + width * 0.4, y + width * 0.1), 190, 280, fill="white", width=6
    )


def box(pen: ImageDraw, area: tuple[float, float, float, float], colour: str, *, line: int = LINE) -> None:
    """A rectangle with an outline."""
    pen.rectangle(area, fill=colour, outline=INK, width=line)


def shape(pen: ImageDraw, points: list[Point], colour: str) -> None:
    """A polygon with an outline."""
    pen.polygon(points, fill=colour, outline=INK, width=LINE)


def tick(pen: ImageDraw, x: float, y: float) -> None:
    """A mark for what was mended."""
    pen.ellipse((x - 34, y - 34, x + 34, y + 34), fill=GREEN)
    pen.line([(x - 16, y), (x - 4, y + 14), (x + 18, y - 14)], fill="white", width=9, joint="curve")


def bucket(pen: ImageDraw, x: float, y: float) -> None:
    """A pail under a leak."""
    shape(pen, [(x - 52, y - 74), (x + 52, y - 74), (x + 38, y), (x - 38, y)], STEEL)
    pen.ellipse((x - 52, y - 86, x + 52, y - 62), fill=WATER, outline=INK, width=LINE)
