"""Small pictures for the steps of a story: a few drawn scenes; each says that it is drawn."""

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from services.replay.drawn import rooms, things
from services.replay.drawn.designs import DESIGNS
from services.replay.drawn.pen import STEEL, tick

_SHEET = (800, 600)
_SHRINK = 2
"""Drawn large and made smaller: smooth edges."""

Layer = Callable[[ImageDraw.ImageDraw], None]


def mended(pen: ImageDraw.ImageDraw) -> None:
    """The mark of what was put right."""
    tick(pen, 735, 65)


_GREEN = partial(rooms.corner, paint="#cfe0c3")

SCENES: Mapping[str, tuple[Layer, ...]] = {
    "box-locked": (partial(things.cabinet, what="lock"), mended),
    "breaker-new": (partial(things.cabinet, what="breaker"), mended),
    "burst-pipe": (partial(things.pipe, burst=True),),
    "canopy-joint": (things.canopy,),
    "ceiling-drip": (rooms.panels, rooms.panel_drips),
    "ceiling-open": (rooms.panels, rooms.panel_out, rooms.cables),
    "ceiling-panel-off": (rooms.panels, rooms.panel_out, rooms.pail),
    "ceiling-stain": (rooms.room, rooms.ceiling_leaks),
    "corner-clean": (rooms.corner, mended),
    "corridor-clear": (rooms.passage, mended),
    "corridor-dry": (rooms.passage, mended),
    "door-puddle": (things.doorway,),
    "door-rollers": (partial(rooms.leaf, part="rollers"), mended),
    "door-track": (partial(rooms.leaf, part="track"), mended),
    "exit-clear": (rooms.passage, rooms.way_out, mended),
    "exit-sandbags": (rooms.passage, rooms.way_out, rooms.sandbags),
    "floor-dry": (rooms.room, mended),
    "gate-clear": (things.yard, mended),
    "hinge-frame": (partial(rooms.leaf, part="hinges"), mended),
    "lights-on": (rooms.panels, rooms.lamps_on, mended),
    "meter-upgraded": (partial(things.cabinet, what="meter"), mended),
    "mould-corner": (rooms.corner, rooms.damp, rooms.mould),
    "mould-still-damp": (rooms.corner, rooms.damp),
    "mould-wiped": (rooms.corner, partial(rooms.patches, colour="#fffdf6"), mended),
    "paint-patched": (_GREEN, partial(rooms.patches, colour="#dfecd4"), mended),
    "paint-redone": (_GREEN, mended),
    "panel-fixed": (partial(rooms.fitting, what="panel"), mended),
    "partition-full": (rooms.partition, mended),
    "pipe-joint": (partial(things.pipe, drip=True),),
    "pipe-joint-new": (partial(things.pipe, renewed=True), mended),
    "pipe-rewelded": (partial(things.pipe, renewed=True), mended),
    "rail-fixed": (partial(rooms.fitting, what="rail"), mended),
    "roof-new-felt": (partial(rooms.roof, new=True), mended),
    "roof-old-felt": (partial(rooms.roof, new=False),),
    "rubble-gate": (things.yard, things.rubble),
    "rubble-path": (things.yard, things.footway, things.rubble, mended),
    "sand-covered": (things.yard, things.covered_heap, mended),
    "saw-tent": (things.yard, things.saw_tent, mended),
    "sill-sealed": (partial(things.window, sealed=True), mended),
    "socket-new": (partial(things.cabinet, what="socket"), mended),
    "tap-broken": (partial(things.tap, broken=True),),
    "tap-new": (partial(things.tap, broken=False), mended),
    "tile-level": (things.tiles, mended),
    "umbrella-base": (partial(rooms.fitting, what="foot"), mended),
    "wall-dry": (rooms.corner, mended),
    "wall-drying": (rooms.corner, rooms.damp, rooms.dryer),
    "window-crack": (partial(things.window, old=True, wet=True),),
    "window-new": (partial(things.window, sealed=True), mended),
    "window-sill": (partial(things.window, wet=True),),
}
"""What each picture that stories name is drawn of, from the back to the front."""


class UnknownPicture(KeyError):
    """There is no such picture; name one that services/replay/pictures.py draws."""


def drawn(name: str) -> bytes:
    """A scene as JPEG of 400 × 300 pixels, or a design as PNG, marked as drawn. Raises UnknownPicture."""
    if name in DESIGNS:
        return DESIGNS[name]()
    if name not in SCENES:
        raise UnknownPicture(name)
    sheet = Image.new("RGB", _SHEET, "white")
    pen = ImageDraw.Draw(sheet)
    for layer in SCENES[name]:
        layer(pen)
    _label(pen, name)
    target = BytesIO()
    sheet.reduce(_SHRINK).save(target, "JPEG", quality=85)
    return target.getvalue()


def _label(pen: ImageDraw.ImageDraw, name: str) -> None:
    """The only font that every machine has is Latin, so the label is English."""
    pen.rectangle((0, 560, 800, 600), fill="white")
    pen.line([(0, 560), (800, 560)], fill=STEEL, width=3)
    pen.text((14, 566), f"drawing, not a photo · {name}", fill="#3a4048", font=ImageFont.load_default(26))
