"""Pipes, windows, boxes and yards, and what is wrong with them."""

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
    drops,
    puddle,
    shape,
)

GROUND = "#c9c3b4"


def pipe(pen: ImageDraw, *, drip: bool = False, burst: bool = False, renewed: bool = False) -> None:
    """A pipe along a tiled wall with its joint: dripping, burst or renewed."""
    pen.rectangle((0, 0, 800, 600), fill="#e6edef")
    for n in range(1, 6):
        pen.line([(0, n * 110), (800, n * 110)], fill="white", width=4)
        pen.line([(n * 140, 0), (n * 140, 600)], fill="white", width=4)
    box(pen, (-10, 230, 380, 300), "#7fb08a" if renewed else "#c9c4b8")
    box(pen, (420, 230, 810, 300), "#7fb08a" if renewed else "#c9c4b8")
    box(pen, (340, 210, 460, 320), GREEN if renewed else "#8d6a4c")
    if drip:
        drops(pen, 400, 335, 3)
        puddle(pen, (400, 560), 120)
    if burst:
        for angle in (-190, -120, -50, 40, 120, 200):
            pen.line([(400, 215), (400 + angle, 40 + abs(angle) * 0.5)], fill=WATER, width=16)
        pen.line([(360, 225), (400, 300), (440, 225)], fill=INK, width=9)
        pen.rectangle((0, 520, 800, 600), fill=WATER)


def tap(pen: ImageDraw, *, broken: bool) -> None:
    """A basin with its tap, broken off or new."""
    pen.rectangle((0, 0, 800, 600), fill="#e6edef")
    shape(pen, [(150, 390), (650, 390), (590, 520), (210, 520)], "white")
    pen.ellipse((230, 400, 570, 470), fill="#d5dde0", outline=INK, width=LINE)
    box(pen, (370, 240, 430, 390), STEEL)
    if broken:
        shape(pen, [(365, 240), (385, 215), (405, 238), (420, 212), (435, 240)], "#6f7880")
        shape(pen, [(500, 350), (640, 300), (650, 325), (510, 378)], STEEL)
        for lean in (-40, 0, 40):
            pen.line([(400, 210), (400 + lean, 110)], fill=WATER, width=12)
        puddle(pen, (400, 438), 70)
    else:
        pen.arc((370, 130, 550, 350), 180, 340, fill=INK, width=46)
        pen.arc((376, 136, 544, 344), 181, 339, fill=STEEL, width=34)


def window(pen: ImageDraw, *, old: bool = False, wet: bool = False, sealed: bool = False) -> None:
    """A window with its sill: rusty, seeping, sealed or new."""
    pen.rectangle((0, 0, 800, 600), fill=WALL)
    box(pen, (180, 60, 620, 400), "#8a5a3c" if old else "#f7f7f5")
    for left in (210, 415):
        box(pen, (left, 90, left + 175, 370), SKY)
        pen.line([(left + 30, 180), (left + 100, 110)], fill="white", width=10)
    shape(pen, [(140, 400), (660, 400), (690, 445), (110, 445)], "#d9d2c2")
    if old:
        pen.line([(420, 95), (470, 190), (440, 260), (520, 365)], fill=INK, width=6)
        for x, y in ((190, 120), (605, 300), (200, 380), (400, 75)):
            blob(pen, (x, y), 16, "#5c3a25", x)
    if wet:
        blob(pen, (400, 520), 130, DAMP, 6)
        for x in (300, 400, 500):
            drops(pen, x, 450, 1)
        puddle(pen, (400, 420), 90)
    if sealed:
        pen.rectangle((172, 52, 628, 408), outline=GREEN, width=14)


def cabinet(pen: ImageDraw, *, what: str) -> None:
    """A switch box that is locked, its breaker, its meter, or a socket."""
    pen.rectangle((0, 0, 800, 600), fill=SKY if what == "lock" else WALL)
    if what == "socket":
        pen.rounded_rectangle((250, 160, 550, 440), 40, fill="white", outline=INK, width=LINE)
        for x in (345, 455):
            pen.line([(x, 250), (x, 310)], fill=INK, width=18)
        pen.line([(400, 345), (400, 385)], fill=INK, width=18)
    else:
        box(pen, (220, 70, 580, 530), "#c5ccd1" if what != "lock" else "#d9a441")
    if what == "lock":
        pen.polygon([(400, 130), (340, 250), (400, 250), (370, 350), (470, 210), (410, 210)], fill=INK)
        pen.arc((365, 380, 435, 460), 180, 360, fill=INK, width=14)
        box(pen, (350, 420, 450, 500), STEEL)
    elif what == "breaker":
        for n in range(4):
            box(pen, (250 + n * 80, 180, 310 + n * 80, 400), "white" if n else "#a9d3b3")
            box(pen, (264 + n * 80, 210, 296 + n * 80, 280), INK if n else GREEN)
    elif what == "meter":
        pen.ellipse((290, 120, 510, 340), fill="white", outline=INK, width=LINE)
        box(pen, (330, 200, 470, 260), "#e8efe2")
        pen.line([(400, 340), (400, 530)], fill=INK, width=34)
        pen.line([(400, 340), (400, 530)], fill=WARN, width=24)


def yard(pen: ImageDraw) -> None:
    """The yard before its gate."""
    pen.rectangle((0, 0, 800, 330), fill=SKY)
    pen.rectangle((0, 330, 800, 600), fill=GROUND)
    for x in (90, 640):
        box(pen, (x, 130, x + 70, 340), "#b9897a")
    for x in range(180, 640, 46):
        pen.line([(x, 180), (x, 330)], fill=STEEL, width=6)


def rubble(pen: ImageDraw) -> None:
    """A heap of rubble before the gate."""
    shape(pen, [(290, 540), (390, 380), (470, 430), (560, 340), (740, 540)], "#a79d92")
    for x, y, w in ((380, 470, 60), (480, 500, 70), (570, 420, 60), (620, 500, 70), (440, 430, 50)):
        shape(pen, [(x, y), (x + w, y - 20), (x + w + 14, y + 22), (x + 10, y + 34)], "#c47b62")


def footway(pen: ImageDraw) -> None:
    """A way that was cleared beside it."""
    shape(pen, [(60, 555), (230, 335), (320, 335), (250, 555)], "#f0ead8")


def covered_heap(pen: ImageDraw) -> None:
    """Sand under a net."""
    shape(pen, [(260, 545), (385, 365), (470, 410), (565, 322), (770, 545)], "#6f9f74")
    for n in range(6):
        pen.line([(300 + n * 75, 540), (400 + n * 45, 400)], fill="#55805a", width=4)


def saw_tent(pen: ImageDraw) -> None:
    """A tent over the saw."""
    shape(pen, [(250, 300), (400, 200), (560, 300), (560, 520), (250, 520)], "#e9e4d2")
    box(pen, (310, 380, 500, 520), INK)
    box(pen, (300, 440, 510, 462), WOOD)
    pen.ellipse((370, 390, 440, 460), fill=STEEL, outline=INK, width=LINE)


def canopy(pen: ImageDraw) -> None:
    """A canopy whose joint with the wall lets the rain through."""
    pen.rectangle((0, 0, 800, 600), fill=SKY)
    pen.rectangle((0, 0, 180, 600), fill=WALL, outline=INK, width=LINE)
    shape(pen, [(180, 150), (760, 230), (760, 262), (180, 190)], "#7c97a6")
    pen.line([(180, 140), (180, 200)], fill="#c05f4b", width=16)
    drops(pen, 215, 210, 5)
    for x in (330, 460, 600, 700):
        pen.line([(x, 20), (x - 24, 100)], fill=WATER, width=7)
    box(pen, (170, 520, 420, 545), WOOD)
    pen.line([(300, 545), (300, 600)], fill=INK, width=14)
    puddle(pen, (250, 522), 60)


def doorway(pen: ImageDraw) -> None:
    """A locked door with water coming from under it."""
    pen.rectangle((0, 0, 800, 600), fill=WALL)
    pen.rectangle((0, 470, 800, 600), fill=FLOOR)
    box(pen, (270, 70, 530, 472), "#8fa3ad")
    pen.ellipse((480, 270, 510, 300), fill=INK)
    pen.line([(275, 470), (525, 470)], fill=WATER, width=12)
    puddle(pen, (420, 525), 230)


def tiles(pen: ImageDraw) -> None:
    """Floor tiles laid level again."""
    pen.rectangle((0, 0, 800, 600), fill="#e7e1d4")
    for n in range(-6, 14):
        pen.line([(n * 110, 0), (400 + (n * 110 - 400) * 2, 600)], fill="#b9b1a0", width=5)
    for y in (60, 140, 240, 370, 530):
        pen.line([(0, y), (800, y)], fill="#b9b1a0", width=5)
    box(pen, (150, 290, 650, 330), WARN)
    pen.ellipse((370, 297, 430, 323), fill="#d9ef9a", outline=INK, width=4)
