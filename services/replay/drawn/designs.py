"""Drawings of what is to be: the floor plan in two editions, and how rooms will look. Made for the story."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from io import BytesIO
from pathlib import Path

import manimgx_fonts_cjk
from PIL import Image, ImageDraw, ImageFont

_FINE = 2
"""Drawn so much larger and made smaller: smooth edges."""
_FONT = Path(manimgx_fonts_cjk.__file__).parent / "NotoSansCJK-VF.otf.ttc"
_SIMPLIFIED, _WEIGHT = 2, 500
"""Which of the collection's faces is the one for simplified Chinese, and how bold it is drawn."""
_INK, _SOFT, _WALL, _NEW, _OLD, _SERVES = "#25323a", "#5d6b74", "#47535d", "#cfe5d3", "#f4e7cf", "#e5e9ed"
_CHANGED, _PAPER, _GLASS, _WOOD, _LEAF = "#b3431f", "#faf8f4", "#d7e6ec", "#c79a63", "#8fae6b"

_ROOMS: tuple[tuple[str, str, tuple[int, int, int, int]], ...] = (
    ("乒乓房", _OLD, (40, 116, 256, 308)),
    ("舞蹈房", _OLD, (256, 116, 448, 308)),
    ("多元化社区\n科普室", _OLD, (448, 116, 630, 308)),
    ("环保小屋", _OLD, (630, 116, 760, 308)),
    ("走廊", _SERVES, (40, 308, 760, 366)),
    ("卫生间", _SERVES, (40, 366, 179, 462)),
    ("设备间", _SERVES, (179, 366, 280, 462)),
    ("长者食堂", _OLD, (40, 462, 280, 680)),
    ("服务大厅", _SERVES, (280, 366, 520, 510)),
    ("露天开放式\n休闲吧", _NEW, (280, 510, 520, 680)),
    ("共享书吧", _NEW, (520, 366, 760, 470)),
    ("儿童乐高\n益智娱乐区", _NEW, (520, 470, 760, 580)),
    ("绘本阅读区", _NEW, (520, 580, 760, 680)),
)


class _Pen:
    """Draws in the measure of the finished sheet."""

    def __init__(self, width: int, height: int) -> None:
        self._sheet = Image.new("RGB", (width * _FINE, height * _FINE), _PAPER)
        self._draw = ImageDraw.Draw(self._sheet)

    def box(self, area: tuple[float, float, float, float], fill: str | None, line: int = 3) -> None:
        """A rectangle; without a line it is flat."""
        scaled = tuple(one * _FINE for one in area)
        self._draw.rectangle(scaled, fill=fill, outline=_WALL if line else None, width=line * _FINE)

    def shape(self, points: list[tuple[float, float]], fill: str, line: int = 3) -> None:
        """A polygon."""
        scaled = [(x * _FINE, y * _FINE) for x, y in points]
        self._draw.polygon(scaled, fill=fill, outline=_WALL if line else fill, width=max(line, 1) * _FINE)

    def line(self, points: list[tuple[float, float]], colour: str, width: int = 3) -> None:
        """A stroke."""
        self._draw.line([(x * _FINE, y * _FINE) for x, y in points], fill=colour, width=width * _FINE)

    def ring(self, middle: tuple[float, float], size: float, fill: str, flat: float = 1) -> None:
        """A circle, or one that is seen from the side."""
        (x, y), r = (middle[0] * _FINE, middle[1] * _FINE), size * _FINE
        area = (x - r, y - r * flat, x + r, y + r * flat)
        self._draw.ellipse(area, fill=fill, outline=_WALL, width=3 * _FINE)

    def text(
        self, at: tuple[float, float], words: str, size: int, colour: str = _INK, anchor: str = "mm"
    ) -> None:
        """Words around a point."""
        place = (at[0] * _FINE, at[1] * _FINE)
        self._draw.multiline_text(place, words, colour, _font(size * _FINE), anchor, align="center")

    def finished(self) -> bytes:
        """The sheet as a PNG."""
        target = BytesIO()
        self._sheet.reduce(_FINE).save(target, "PNG", optimize=True)
        return target.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(_FONT), size, index=_SIMPLIFIED)
    font.set_variation_by_axes([_WEIGHT])
    return font


def _plan(*, edition: int) -> bytes:
    """The ground floor; what the second edition changed is red."""
    pen = _Pen(1200, 1050)
    pen.text((60, 58), "爱博五村党群服务站 · 一层改造平面图", 38, anchor="lm")
    pen.text((60, 104), f"第 {edition} 版 · 绿色为新增空间 · 示意，不作施工依据", 24, _SOFT, "lm")
    for name, colour, (left, top, right, bottom) in _ROOMS:
        area = (_x(left), _y(top), _x(right), _y(bottom))
        pen.box(area, colour, 4)
        pen.text(((area[0] + area[2]) / 2, (area[1] + area[3]) / 2), name, 26)
    for left, right in ((88, 130), (300, 342), (500, 542), (668, 710)):
        pen.line([(_x(left), _y(308)), (_x(right), _y(308))], "#ffffff", 6)
    pen.line([(_x(370), _y(510)), (_x(430), _y(510))], "#ffffff", 6)
    (_steps if edition == 1 else _ramp)(pen)
    return pen.finished()


def _x(plan: float) -> float:
    return (plan - 40) * 1.5 + 60


def _y(plan: float) -> float:
    return (plan - 116) * 1.4 + 140


def _steps(pen: _Pen) -> None:
    for n in range(5):
        pen.box((_x(340), _y(680 + n * 7), _x(460), _y(687 + n * 7)), "#ffffff", 2)
    pen.text((_x(400), _y(726)), "台阶", 24)


def _ramp(pen: _Pen) -> None:
    """A ramp in place of the steps, and a wall against noise."""
    pen.shape([(_x(300), _y(682)), (_x(500), _y(682)), (_x(500), _y(706))], "#ffffff")
    pen.text((_x(400), _y(722)), "轮椅坡道（改）", 24, _CHANGED)
    pen.line([(_x(520), _y(470)), (_x(760), _y(470))], _CHANGED, 10)
    pen.text((_x(640), _y(457)), "隔音墙（改）", 22, _CHANGED)


def _book_bar(*, shelves: int) -> bytes:
    """The shared book bar: shelves along the wall, tables, a window."""
    pen = _Pen(1200, 900)
    pen.box((0, 0, 1200, 620), "#f3ecdf", 0)
    pen.shape([(0, 900), (1200, 900), (1200, 620), (0, 620)], "#d9c6a5", 0)
    pen.box((800, 120, 1130, 430), _GLASS, 5)
    pen.line([(965, 120), (965, 430)], _WALL, 4)
    top = 610 - shelves * 105
    for row in range(shelves):
        y = top + row * 105
        pen.box((70, y, 700, y + 105), _WOOD, 4)
        for n in range(17):
            colour = ("#b3431f", "#2f6f73", "#e0b04a", "#6d7f4f", "#55636c")[(n * 3 + row) % 5]
            height = 62 + (n * 7 + row * 13) % 28
            pen.box((84 + n * 36, y + 99 - height, 108 + n * 36, y + 99), colour, 2)
    for x in (330, 820):
        pen.shape([(x - 170, 730), (x + 170, 730), (x + 210, 780), (x - 210, 780)], "#e4c79a")
        for leg in (-180, 180):
            pen.line([(x + leg, 782), (x + leg * 0.9, 880)], _WALL, 9)
        pen.line([(x, 0), (x, 96)], _WALL, 4)
        pen.shape([(x - 58, 140), (x + 58, 140), (x + 30, 94), (x - 30, 94)], "#e0b04a")
    pen.line([(740, top), (740, 610)], _CHANGED, 4)
    pen.text((740, top - 26), f"{0.4 * shelves:.1f} 米", 28, _CHANGED)
    return _labelled(pen, "共享书吧 效果图")


def _lounge() -> bytes:
    """The open-air lounge: sunshades, tables, planters."""
    pen = _Pen(1200, 900)
    pen.box((0, 0, 1200, 520), "#dceaf0", 0)
    pen.box((0, 240, 1200, 520), "#e9dfcb", 0)
    for x in range(60, 1200, 220):
        pen.box((x, 290, x + 130, 470), _GLASS, 4)
    pen.box((0, 520, 1200, 900), "#cfd8c4", 0)
    for x in range(0, 1200, 100):
        pen.line([(x, 900), (300 + x * 0.5, 520)], "#c0cab3", 2)
    for x, y in ((260, 700), (640, 640), (960, 730)):
        pen.line([(x, y - 320), (x, y + 60)], _WALL, 9)
        pen.shape([(x, y - 380), (x - 190, y - 260), (x + 190, y - 260)], "#c76b56")
        for seat in (-130, 130):
            pen.ring((x + seat, y + 66), 40, _WOOD, 0.45)
        pen.ring((x, y + 30), 96, "#f6efe2", 0.4)
    for x in (60, 480, 1130):
        pen.box((x - 50, 780, x + 50, 860), _WOOD, 4)
        for dx, dy in ((-28, 770), (4, 750), (30, 768)):
            pen.ring((x + dx, dy), 30, _LEAF)
    return _labelled(pen, "露天开放式休闲吧 效果图")


def _labelled(pen: _Pen, words: str) -> bytes:
    pen.box((0, 0, 470, 62), "#ffffff", 0)
    pen.text((22, 31), f"{words} · 示意", 26, anchor="lm")
    return pen.finished()


DESIGNS: Mapping[str, Callable[[], bytes]] = {
    "plan-1": partial(_plan, edition=1),
    "plan-2": partial(_plan, edition=2),
    "book-bar-1": partial(_book_bar, shelves=5),
    "book-bar-2": partial(_book_bar, shelves=4),
    "lounge-1": _lounge,
}
"""By what stories call them."""
