"""The floor plan with how many orders are open in each room, so that the rooms' names can still be read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

RADIUS, GAP = 24.0, 2.0
"""Of a count and around it, on a plan that is `USUAL` wide; they grow with the plan."""
USUAL = 800.0
_COUNTS = {
    "red": '<path d="M0 -28L28 0L0 28L-28 0Z" fill="#a4231a" stroke="#fff" stroke-width="3"/>',
    "yellow": '<rect x="-22" y="-22" width="44" height="44" fill="#7a4d00" stroke="#fff" stroke-width="3"/>',
    "green": '<circle r="24" fill="#1c6b3f" stroke="#fff" stroke-width="3"/>',
}
"""By colour a shape too, so that it reads in black and white."""
_TEXT = re.compile(r"<text\b([^>]*)>([^<]+)</text>")
_RECT = re.compile(r"<rect\b([^>]*)>")


@dataclass(frozen=True, slots=True)
class _Box:
    """Corners on the plan."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: "_Box") -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


def counted(plan: str, rooms: Iterable[tuple[str, int, str]]) -> str:
    """The plan with how many orders are open in each room: its code, how many, the colour of the worst."""
    field = re.search(r'<svg[^>]*\bviewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)', plan)
    scale = float(field[1]) / USUAL if field else 1.0
    drawn = []
    for code, many, colour in rooms:
        at = _place(plan, code, scale)
        if at is not None:
            drawn.append(
                f'<g transform="translate({at[0]:.1f} {at[1]:.1f}) scale({scale:.2f})">'
                f"{_COUNTS.get(colour, _COUNTS['green'])}"
                '<text text-anchor="middle" y="10" font-size="28" font-weight="700" fill="#fff">'
                f"{many}</text></g>"
            )
    head, _, tail = plan.rpartition("</svg>")
    return f"{head}{''.join(drawn)}</svg>{tail}"


def _place(plan: str, code: str, scale: float) -> tuple[float, float] | None:
    """Above the room's name, or beside it where only that stays inside the room; None if it is not drawn."""
    at = re.search(rf'id="space-{re.escape(code)}"[^>]*\bdata-pin="([\d.]+) ([\d.]+)"', plan)
    if at is None:
        return None
    room = plan[at.end() :].partition('id="space-')[0]
    name = _name(room)
    if name is None:
        return float(at[1]), float(at[2])
    reach = (RADIUS + GAP) * scale
    above = ((name.left + name.right) / 2, name.top - reach)
    beside = (name.right + reach, (name.top + name.bottom) / 2)
    walls = _walls(room)
    if walls is None or walls.holds(_around(above, RADIUS * scale)):
        return above
    return beside if walls.holds(_around(beside, RADIUS * scale)) else above


def _around(at: tuple[float, float], radius: float) -> _Box:
    return _Box(at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius)


def _name(room: str) -> _Box | None:
    """Where the room's name stands: the lines that are as large as its first."""
    lines: list[_Box] = []
    size = 0.0
    for found in _TEXT.finditer(room):
        told = _numbers(found[1])
        size = size or told.get("font-size", 0.0)
        if size and told.get("font-size") == size and told.keys() >= {"x", "y"}:
            half, drop = len(found[2]) * size / 2, size if "dominant-baseline" not in found[1] else size / 2
            top = told["y"] - drop * 0.9
            lines.append(_Box(told["x"] - half, top, told["x"] + half, top + size))
    if not lines:
        return None
    return _Box(
        min(one.left for one in lines), lines[0].top, max(one.right for one in lines), lines[-1].bottom
    )


def _walls(room: str) -> _Box | None:
    """The room's floor, where it is drawn as one rectangle before all else."""
    first = _RECT.search(room)
    told = _numbers(first[1]) if first else {}
    if first is None or "<path" in room[: first.start()] or not told.keys() >= {"x", "y", "width", "height"}:
        return None
    return _Box(told["x"], told["y"], told["x"] + told["width"], told["y"] + told["height"])


def _numbers(attributes: str) -> dict[str, float]:
    found = re.findall(r'([a-z-]+)="(-?\d+(?:\.\d+)?)"', attributes)
    return {name: float(value) for name, value in found}
