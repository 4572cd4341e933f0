"""Floor plans: a drawing that somebody sends is written anew from what is harmless in it; rooms go on it."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from typing import IO
from xml.parsers import expat

from models.domain.policy import Permission
from services import photos
from services.administering.changing import Form, NotChanged, change
from services.pictures.limits import NoPicture, PictureRefused

MOST_DRAWING = 1_000_000
"""Bytes of a drawing; larger ones are better sent as a picture."""
MOST_PICTURE = 3_000_000
"""Bytes of a picture within a plan."""
_WHOLE = 100
_FARTHEST = 100_000
"""Of a coordinate; nothing is drawn out there."""
SVG = "http://www.w3.org/2000/svg"
_SHAPE_WORDS = (
    "svg g path rect circle ellipse line polyline polygon text tspan title desc defs clipPath linearGradient"
    " radialGradient stop"
)
_SHAPES = frozenset(_SHAPE_WORDS.split())
_PAINT_WORDS = (
    "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-linecap"
    " stroke-linejoin stroke-miterlimit opacity paint-order font-size font-family font-weight font-style"
    " text-anchor dominant-baseline letter-spacing stop-color stop-opacity clip-path clip-rule visibility"
    " display color vector-effect"
)
_PAINT = frozenset(_PAINT_WORDS.split())
_PLACE_WORDS = (
    "id class data-pin viewBox width height x y x1 y1 x2 y2 cx cy r rx ry dx dy d points transform offset"
    " gradientUnits gradientTransform clipPathUnits preserveAspectRatio role aria-label aria-labelledby"
    " aria-hidden lang"
)
_ATTRIBUTES = _PAINT | frozenset(_PLACE_WORDS.split())
_HARMLESS = re.compile(r"[^<\\@]*")
_CALL = re.compile(r"url\s*\(", re.IGNORECASE)
_OWN_CALL = re.compile(r"\s*url\(\s*['\"]?#[\w.-]+['\"]?\s*\)\s*", re.IGNORECASE)
_NUMBERS = re.compile(r"-?[\d.]+(?:e-?\d+)?", re.IGNORECASE)
_ROOM = r'\n<g id="space-{code}" class="placed".*?</g>'


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


class _Writer:
    """Writes the harmless part of a drawing anew; what is in an element that is not known goes with it."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._depth = 0
        self._dropped = 0

    def start(self, name: str, given: dict[str, str]) -> None:
        space, _space, tag = name.rpartition(" ")
        if self._dropped or space != SVG or tag not in _SHAPES or (self._depth == 0) != (tag == "svg"):
            if self._depth == 0:
                raise NotChanged(_("这个文件不是 SVG 图，请换一个"))
            self._dropped += 1
            return
        kept = dict(_kept(given))
        if self._depth == 0:
            kept = {"xmlns": SVG, "viewBox": _box(kept)} | {
                k: v for k, v in kept.items() if k not in {"viewBox", "width", "height"}
            }
        self._depth += 1
        told = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        self.written.append(f"<{tag}{told}>")

    def end(self, name: str) -> None:
        if self._dropped:
            self._dropped -= 1
            return
        self._depth -= 1
        self.written.append(f"</{name.rpartition(' ')[2]}>")

    def text(self, words: str) -> None:
        if not self._dropped:
            self.written.append(escape(words, quote=False))


def _kept(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes that only say how something looks and where; of `style` what could stand by itself."""
    for part in given.get("style", "").split(";"):
        name, _colon, value = part.partition(":")
        if name.strip() in _PAINT and _is_harmless(value):
            yield name.strip(), value.strip()
    yield from ((k, v) for k, v in given.items() if k in _ATTRIBUTES and _is_harmless(v))


def _is_harmless(value: str) -> bool:
    return _HARMLESS.fullmatch(value) is not None and (
        _CALL.search(value) is None or _OWN_CALL.fullmatch(value) is not None
    )


def _box(root: Mapping[str, str]) -> str:
    """The drawing's field; where it only has a size, from that."""
    box = [float(one) for one in _NUMBERS.findall(root.get("viewBox", ""))]
    if len(box) != len("xywh"):
        size = [_NUMBERS.match(root.get(side, "")) for side in ("width", "height")]
        box = [0.0, 0.0, *(float(one[0]) for one in size if one)]
    if len(box) != len("xywh") or min(box[2:]) <= 0 or max(map(abs, box)) > _FARTHEST:
        raise NotChanged(_("这张 SVG 图没有写明大小（viewBox），请重新导出"))
    return " ".join(f"{one:g}" for one in box)


def _refuse(*_: object) -> None:
    raise NotChanged(_NO_ENTITIES)


_NO_ENTITIES = _("这张 SVG 图里有不能接受的内容（DOCTYPE），请另存为普通 SVG")


def cleaned(drawing: bytes) -> str:
    """A drawing as it may be kept and shown.

    An allowlist of elements and attributes: no scripts, styles, foreign objects, links, embedded pictures or
    entities; nothing that refers to anything outside.

    Raises:
        NotChanged: it is no SVG, has no size, or is too large.
    """
    if len(drawing) > MOST_DRAWING:
        raise NotChanged(_("SVG 图不能超过 1 MB，请简化，或改传一张图片"))
    writer, reader = _Writer(), expat.ParserCreate(namespace_separator=" ")
    reader.StartDoctypeDeclHandler = _refuse
    reader.EntityDeclHandler = _refuse
    reader.StartElementHandler, reader.EndElementHandler = writer.start, writer.end
    reader.CharacterDataHandler = writer.text
    try:
        reader.Parse(drawing, True)  # noqa: FBT003 - expat's own
    except (expat.ExpatError, ValueError, LookupError):
        raise NotChanged(_("这个文件不是 SVG 图，请换一个")) from None
    return "".join(writer.written)


def plan_of(file: IO[bytes]) -> str:
    """The plan in a file: a drawing cleaned, or a picture redrawn and laid into an empty drawing.

    Raises:
        NotChanged: it is neither, or too large.
    """
    beginning = file.read(2000).lstrip(b"\xef\xbb\xbf \t\r\n")
    file.seek(0)
    if beginning.startswith(b"<"):
        return cleaned(file.read(MOST_DRAWING + 1))
    try:
        found = photos.picture_of(file)
    except NoPicture:
        raise NotChanged(_("请上传 SVG、JPEG、PNG 或 WebP 格式的平面图")) from None
    except PictureRefused:
        raise NotChanged(_("这张图打不开，请另存一次或换一张")) from None
    if len(found.content) > MOST_PICTURE:
        raise NotChanged(_("图片太大，请缩小到 3 MB 以内（例如截一张图）"))
    data = f"data:{found.media_type};base64,{b64encode(found.content).decode()}"
    width, height = found.width, found.height
    return (
        f'<svg xmlns="{SVG}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="{data}"/></svg>'
    )


def hang(form: Form, file: IO[bytes]) -> None:
    """Keep another floor plan; rooms that were placed on the old one are placed again. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    plan = plan_of(file)
    with change(form, "plan.hung", "", bytes=len(plan)) as sql:
        sql.execute("UPDATE site SET floorplan = %s WHERE id = %s", (plan, form.site_id))


def place(form: Form, room: str, corners: tuple[float, float, float, float]) -> None:
    """Place a room; `corners` are left, top, right, bottom in parts of a hundred. Raises NotChanged."""
    form.need(Permission.MANAGE_SITE)
    if not all(0 <= one <= _WHOLE for one in corners):
        raise NotChanged(_("请在图上点房间的两个对角"))
    with change(form, "room.placed", room, corners=list(corners)) as sql:
        row = sql.execute(
            "SELECT s.floorplan, p.name FROM site s JOIN space p ON p.site_id = s.id AND p.code = %s"
            " WHERE s.id = %s",
            (room, form.site_id),
        ).fetchone()
        if row is None or row[0] is None:
            raise NotChanged(_("请先上传平面图"))
        plan = placed(row[0], room, row[1], corners)
        sql.execute("UPDATE site SET floorplan = %s WHERE id = %s", (plan, form.site_id))


def placed(plan: str, code: str, name: str, corners: tuple[float, float, float, float]) -> str:
    """The plan with a room at these corners, and nowhere else.

    Raises:
        NotChanged: the corners are one point, or the plan has no field.
    """
    field = re.search(r'viewBox="([^"]+)"', plan)
    left, top, width, height = map(float, field[1].replace(",", " ").split()) if field else (0, 0, 0, 0)
    xs, ys = sorted(corners[::2]), sorted(corners[1::2])
    wide, high = (xs[1] - xs[0]) * width / 100, (ys[1] - ys[0]) * height / 100
    if wide <= width / 200 or high <= height / 200:
        raise NotChanged(_("请在图上点房间的两个对角"))
    x, y = left + xs[0] * width / 100, top + ys[0] * height / 100
    size = min(wide / max(len(name), 1), high / 2, width / 30)
    room = (
        f'\n<g id="space-{code}" class="placed" data-pin="{x + wide / 2:.1f} {y + high / 2:.1f}">'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="#2f8f83"'
        f' fill-opacity="0.15" stroke="#0b5f5b" stroke-width="{width / 400:.1f}"/>'
        f'<text x="{x + wide / 2:.1f}" y="{y + high / 2:.1f}" font-size="{size:.1f}" fill="#25323a"'
        f' font-family="sans-serif" text-anchor="middle" dominant-baseline="middle">{escape(name)}</text></g>'
    )
    without = re.sub(_ROOM.format(code=re.escape(code)), "", plan, flags=re.DOTALL)
    # A room that was drawn by whoever made the plan keeps its drawing and loses its name to the placed one.
    without = without.replace(f'id="space-{code}"', "")
    head, _end, tail = without.rpartition("</svg>")
    return f"{head}{room}</svg>{tail}"


def rooms_on(plan: str | None) -> frozenset[str]:
    """The codes of the rooms that have a place on the plan."""
    return frozenset(re.findall(r'id="space-([a-z0-9_-]+)"[^>]*\bdata-pin=', plan or ""))
