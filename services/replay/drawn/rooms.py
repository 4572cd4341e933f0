"""Rooms, and what is wrong with them, as layers of a picture."""

from itertools import pairwise

from PIL.ImageDraw import ImageDraw

from services.replay.drawn.pen import (
    DAMP,
    FLOOR,
    GREEN,
    INK,
    LINE,
    SKY,
    STEEL,
    WALL,
    WARN,
    WATER,
    WOOD,
    blob,
    box,
    bucket,
    dots,
    drops,
    puddle,
    shape,
)


def _room(pen: ImageDraw) -> None:
    """A ceiling, three walls and a floor, seen from the middle."""
    pen.rectangle((0, 0, 800, 600), fill=WALL)
    shape(pen, [(0, 0), (800, 0), (640, 130), (160, 130)], "#f8f5ee")
    shape(pen, [(0, 600), (800, 600), (640, 440), (160, 440)], FLOOR)
    for x in (160, 640):
        pen.line([(x, 130), (x, 440)], fill=INK, width=LINE)


def room(pen: ImageDraw) -> None:
    """A room with a table-tennis table."""
    _room(pen)
    shape(pen, [(250, 360), (550, 360), (600, 430), (200, 430)], "#4d7f9e")
    pen.line([(400, 360), (400, 430)], fill="white", width=LINE)
    for x in (225, 575):
        pen.line([(x, 432), (x, 520)], fill=INK, width=9)


def ceiling_leaks(pen: ImageDraw) -> None:
    """A stain on its ceiling, drops, and water on the floor."""
    blob(pen, (430, 75), 105, DAMP)
    blob(pen, (430, 75), 55, "#98865e", 4)
    drops(pen, 430, 140, 4)
    puddle(pen, (430, 525), 170)


def panels(pen: ImageDraw) -> None:
    """A hung ceiling seen from below."""
    pen.rectangle((0, 0, 800, 600), fill=WALL)
    for row, (top, bottom) in enumerate(pairwise((0, 110, 200, 270))):
        for column in range(5):
            box(pen, (column * 160, top, column * 160 + 160, bottom), "#f8f5ee" if row % 2 else "#fbfaf6")


def panel_drips(pen: ImageDraw) -> None:
    """One panel is wet through."""
    blob(pen, (400, 150), 75, DAMP)
    drops(pen, 400, 215, 4)
    puddle(pen, (400, 530), 150)


def panel_out(pen: ImageDraw) -> None:
    """One panel was taken out."""
    box(pen, (320, 110, 480, 200), "#3b3a3a")


def pail(pen: ImageDraw) -> None:
    """A pail on the floor."""
    bucket(pen, 400, 550)


def cables(pen: ImageDraw) -> None:
    """Cables that hang out of the ceiling."""
    for x, colour in ((345, WARN), (395, WATER), (440, "#c05f4b")):
        pen.arc((x - 60, 60, x + 40, 290), 20, 160, fill=colour, width=9)


def lamps_on(pen: ImageDraw) -> None:
    """A row of lamps that are lit."""
    for x in range(75, 700, 170):
        pen.rounded_rectangle((x, 132, x + 140, 168), 14, fill="#ffe28a", outline=INK)
        pen.polygon([(x, 285), (x + 140, 285), (x + 190, 560), (x - 50, 560)], fill="#f7efc9")


def roof(pen: ImageDraw, *, new: bool) -> None:
    """A flat roof with its felt: cracked and blistered, or laid anew in strips."""
    pen.rectangle((0, 0, 800, 600), fill=SKY)
    edge: list[tuple[float, float]] = [(0, 600), (0, 300), (180, 170), (620, 170), (800, 300), (800, 600)]
    shape(pen, edge, "#565b61" if new else "#8a8478")
    for n in range(1, 5):
        pen.line(
            [(160 * n, 600), (180 + 110 * (n - 0.6), 170)], fill="#71777e" if new else "#777063", width=7
        )
    pen.ellipse((370, 205, 430, 235), fill=STEEL if new else "#7b4f36", outline=INK, width=LINE)
    if new:
        return
    pen.line([(260, 250), (300, 320), (270, 390), (340, 470), (320, 560)], fill=INK, width=8)
    pen.line([(560, 230), (530, 320), (590, 400), (560, 480)], fill=INK, width=7)
    for x, y in ((430, 330), (200, 470), (650, 520)):
        pen.ellipse((x - 55, y - 24, x + 55, y + 24), fill="#a29b8c", outline=INK, width=LINE)


def corner(pen: ImageDraw, *, paint: str = "#f1ece0") -> None:
    """The corner of a room down to its skirting."""
    shape(pen, [(0, 0), (400, 60), (400, 430), (0, 560)], paint)
    shape(pen, [(800, 0), (400, 60), (400, 430), (800, 560)], "#e4ddcd")
    shape(pen, [(0, 600), (0, 560), (400, 430), (800, 560), (800, 600)], FLOOR)
    shape(pen, [(0, 520), (400, 400), (400, 430), (0, 560)], "white")
    shape(pen, [(800, 520), (400, 400), (400, 430), (800, 560)], "white")


def damp(pen: ImageDraw) -> None:
    """The corner is damp."""
    blob(pen, (345, 365), 90, DAMP, 7)
    blob(pen, (470, 372), 70, DAMP, 5)


def mould(pen: ImageDraw) -> None:
    """Mould in the corner."""
    dots(pen, (330, 320), 62, "#44503f", 120)
    dots(pen, (450, 350), 45, "#44503f", 60)


def patches(pen: ImageDraw, *, colour: str) -> None:
    """Places that were painted over."""
    for area in ((110, 170, 250, 270), (230, 290, 330, 360)):
        pen.rounded_rectangle(area, 22, fill=colour)


def dryer(pen: ImageDraw) -> None:
    """A machine that dries the air."""
    box(pen, (540, 330, 680, 520), "#f5f5f2")
    for y in (360, 385, 410):
        pen.line([(560, y), (660, y)], fill=STEEL, width=8)
    pen.ellipse((590, 440, 630, 480), fill=GREEN)


def partition(pen: ImageDraw) -> None:
    """A partition wall that goes up to the slab, its joint sealed."""
    _room(pen)
    shape(pen, [(300, 68), (500, 68), (500, 470), (300, 470)], "#dcd6c6")
    for x in (350, 400, 450):
        pen.line([(x, 72), (x, 468)], fill="#c8c1ae", width=4)
    pen.line([(298, 66), (502, 66)], fill=GREEN, width=12)


def passage(pen: ImageDraw) -> None:
    """A corridor with its lines on the floor."""
    _room(pen)
    pen.line([(230, 590), (330, 445)], fill=WARN, width=12)
    pen.line([(570, 590), (470, 445)], fill=WARN, width=12)


def way_out(pen: ImageDraw) -> None:
    """The emergency exit at its end."""
    box(pen, (320, 190, 480, 440), "#7fa98b")
    pen.line([(340, 320), (460, 320)], fill=STEEL, width=12)
    box(pen, (345, 145, 455, 182), GREEN)
    pen.polygon([(430, 163), (410, 151), (410, 175)], fill="white")
    pen.line([(365, 163), (412, 163)], fill="white", width=7)


def sandbags(pen: ImageDraw) -> None:
    """A heap of bags before the exit."""
    for row, count in enumerate((4, 3, 2)):
        for n in range(count):
            x, y = 230 + row * 55 + n * 110, 515 - row * 62
            area = (x - 52, y - 32, x + 52, y + 32)
            pen.rounded_rectangle(area, 28, fill="#d8bd84", outline=INK, width=LINE)


def leaf(pen: ImageDraw, *, part: str) -> None:
    """A sliding door with its rollers or its track, or a door's hinges: the mended part stands out."""
    pen.rectangle((0, 0, 800, 600), fill=WALL)
    pen.rectangle((0, 500, 800, 600), fill=FLOOR)
    box(pen, (110, 70, 690, 110), STEEL)
    box(pen, (150, 130, 400, 500), "#d3ab77")
    box(pen, (400, 130, 650, 500), "#dcb988")
    for x in (375, 425):
        pen.line([(x, 270), (x, 350)], fill=INK, width=12)
    near = {"rollers": [(200, 120), (350, 120), (450, 120), (600, 120)], "hinges": [(150, 190), (150, 430)]}
    for x, y in near.get(part, []):
        pen.ellipse((x - 24, y - 24, x + 24, y + 24), fill=WARN, outline=INK, width=LINE)
    if part == "track":
        box(pen, (110, 500, 690, 526), WARN)


def fitting(pen: ImageDraw, *, what: str) -> None:
    """Something screwed down: a handrail, a counter's panel, the foot of a sunshade."""
    pen.rectangle((0, 0, 800, 600), fill=SKY if what == "foot" else WALL)
    pen.rectangle((0, 470, 800, 600), fill=FLOOR)
    screws = [(220, 250), (580, 250)]
    if what == "rail":
        pen.line([(220, 250), (220, 330), (580, 330), (580, 250)], fill=STEEL, width=34, joint="curve")
    elif what == "panel":
        box(pen, (140, 150, 660, 500), WOOD)
        screws = [(180, 190), (620, 190), (180, 460), (620, 460)]
    else:
        pen.line([(400, 20), (400, 420)], fill=STEEL, width=30)
        shape(pen, [(400, 20), (60, 170), (740, 170)], "#c76b56")
        shape(pen, [(220, 470), (580, 470), (520, 410), (280, 410)], STEEL)
        screws = [(300, 452), (370, 452), (430, 452), (500, 452)]
    for x, y in screws:
        pen.ellipse((x - 20, y - 20, x + 20, y + 20), fill="#e8e8e6", outline=INK, width=LINE)
        pen.line([(x - 11, y - 11), (x + 11, y + 11)], fill=INK, width=LINE)
