"""A template and its values become a PDF.

Values travel as JSON beside the source and are never part of it: what people wrote stays text, whatever marks
it holds. Only the package's own fonts are used, so that a paper looks the same on every machine.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import manimgx_fonts_cjk

if TYPE_CHECKING:
    import typst

_TEMPLATES = Path(__file__).parent / "templates"
_PIXELS_AN_INCH = 220.0
_NONE: Mapping[str, bytes] = MappingProxyType({})


def typeset(template: str, values: Mapping[str, object], pictures: Mapping[str, bytes] = _NONE) -> bytes:
    """The PDF of `templates/{template}.typ`.

    The template reads `values` from the head's `values`, and shows a picture by its name in `pictures`
    (`image("/pictures/NAME")`: PNG, JPEG or WebP). It takes a processor for its time: not for an event loop.

    Raises:
        KeyError: there is no such template.
        TypeError: a value has no JSON.
        typst.TypstError: the template asks for what the values do not hold.
    """
    return _compiled(template, values, pictures, "pdf")


def draw(template: str, values: Mapping[str, object], pictures: Mapping[str, bytes] = _NONE) -> bytes:
    """The same for a template of one page, as PNG. Raises what `typeset` raises."""
    return _compiled(template, values, pictures, "png")


def _compiled(
    template: str,
    values: Mapping[str, object],
    pictures: Mapping[str, bytes],
    kind: Literal["pdf", "png"],
) -> bytes:
    import typst  # noqa: PLC0415 - 10 MB, wanted where something is printed

    page = _TEMPLATES / f"{template}.typ"
    if page not in _templates():
        raise KeyError(template)
    with TemporaryDirectory(prefix="lianban-paper-") as folder:
        _lay_out(Path(folder), pictures)
        compiler = typst.Compiler(Path(folder) / page.name, root=folder, font_paths=_fonts())
        written = compiler.compile(
            format=kind, ppi=_PIXELS_AN_INCH, sys_inputs={"values": json.dumps(values)}
        )
    if not isinstance(written, bytes):
        raise TypeError(template)
    return written


@cache
def _fonts() -> "typst.Fonts":
    """Looked at once: the file has 30 MB."""
    import typst  # noqa: PLC0415 - as above

    folder = Path(manimgx_fonts_cjk.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _templates() -> tuple[Path, ...]:
    return tuple(_TEMPLATES.glob("*.typ"))


def _lay_out(folder: Path, pictures: Mapping[str, bytes]) -> None:
    """A folder of the paper's own: Typst reads nothing outside it."""
    for path in _templates():
        copyfile(path, folder / path.name)
    (folder / "pictures").mkdir()
    for name, content in pictures.items():
        (folder / "pictures" / name).write_bytes(content)
