"""Files that somebody might send to do harm, made on the spot, each with what shall become of it.

The large ones are written by hand, not by drawing them: a bomb is small as a file.
"""

import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from PIL import Image, PngImagePlugin

from services.pictures.limits import (
    BrokenPicture,
    MovingPicture,
    NoPicture,
    PictureRefused,
    TooManyBytes,
    TooManyPixels,
)

MARK = b"<?php system('evil'); ?><script>alert('evil')</script>"
"""Whatever is cleaned carries it in, and must not carry it out."""

Make = Callable[[], bytes]


def drawn(form: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    target = BytesIO()
    Image.new(mode, size).save(target, form, **more)
    return target.getvalue()


def noisy(form: str, size: tuple[int, int] = (200, 200)) -> bytes:
    """What cannot be packed tightly, so that half of the file is half of the picture."""
    target = BytesIO()
    Image.frombytes("RGB", size, random.Random(7).randbytes(size[0] * size[1] * 3)).save(target, form)
    return target.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int, height: int, *, bits: int = 8, colour: int = 2, rows: bytes = b"", more: bytes = b""
) -> bytes:
    """A PNG by its chunks; `rows` are packed as they are, however few."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + head + more + body + chunk(b"IEND", b"")


def zipped_behind(picture: bytes) -> bytes:
    target = BytesIO(picture)
    target.seek(0, 2)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("evil.php", MARK)
    return target.getvalue()


def with_comment(picture: bytes, comment: bytes) -> bytes:
    """A JPEG comment right behind the beginning."""
    return picture[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + picture[2:]


def with_text(text: str, *, zip_it: bool = False) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("Comment", text, zip=zip_it)
    return drawn("PNG", pnginfo=info)


def with_exif(content: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = content.decode()
    exif.get_ifd(0x8825)[2] = (31.0, 12.0, 1.0)
    return drawn("JPEG", exif=exif)


def webp_of_size(width: int, height: int) -> bytes:
    """The header of an extended WebP (VP8X) that promises what does not follow."""
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = (
        b"WEBPVP8X"
        + struct.pack("<I", 10)
        + bytes(4)
        + sides
        + b"VP8L"
        + struct.pack("<I", 4)
        + b"\x2f\0\0\0"
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def moving(form: str, size: tuple[int, int] = (40, 30), times: int = 3) -> bytes:
    colours = [Image.new("RGB", size, colour) for colour in ("red", "green", "blue")]
    frames = (colours * times)[:times]
    target = BytesIO()
    frames[0].save(target, form, save_all=True, append_images=frames[1:])
    return target.getvalue()


REFUSED: Mapping[str, tuple[Make, type[PictureRefused]]] = {
    "nothing": (lambda: b"", NoPicture),
    "text": (lambda: b"not a picture", NoPicture),
    "svg": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", NoPicture),
    "gif": (lambda: drawn("GIF"), NoPicture),
    "moving gif": (lambda: moving("GIF"), NoPicture),
    "gif that is a script": (lambda: b"GIF89a/*" + bytes(40) + b"*/=1;" + MARK, NoPicture),
    "page named as a picture": (lambda: b"<!doctype html><html>" + MARK, NoPicture),
    "heic": (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(400), NoPicture),
    "avif": (lambda: b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(400), NoPicture),
    "tiff": (lambda: drawn("TIFF"), NoPicture),
    "bmp": (lambda: drawn("BMP"), NoPicture),
    "eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NoPicture),
    "pdf with a picture behind": (lambda: b"%PDF-1.7\n" + drawn("JPEG"), NoPicture),
    "page with a picture behind": (lambda: b"<html>" + MARK + drawn("PNG"), NoPicture),
    "zip with a picture behind": (lambda: zipped_behind(b"PK") + drawn("JPEG"), NoPicture),
    "moving webp": (lambda: moving("WEBP"), MovingPicture),
    "moving png": (lambda: moving("PNG"), MovingPicture),
    "moving webp of 54 million pixels": (lambda: moving("WEBP", (3_000, 3_000), 6), MovingPicture),
    "moving png of 54 million pixels": (lambda: moving("PNG", (3_000, 3_000), 6), MovingPicture),
    "cut jpeg": (lambda: noisy("JPEG")[:9000], BrokenPicture),
    "cut png": (lambda: noisy("PNG")[:60_000], BrokenPicture),
    "cut webp": (lambda: noisy("WEBP")[:4000], BrokenPicture),
    "beginning of a jpeg": (lambda: b"\xff\xd8\xff\xe0", BrokenPicture),
    "beginning of a png": (lambda: b"\x89PNG\r\n\x1a\n", BrokenPicture),
    "png with a wrong sum": (lambda: drawn("PNG").replace(b"IDAT", b"IDAT\0", 1), BrokenPicture),
    "png with a text bomb": (lambda: with_text("a" * 100_000_000, zip_it=True), BrokenPicture),
    "png with a profile bomb": (lambda: png(4, 4, rows=bytes(52), more=_profile(100_000_000)), BrokenPicture),
    "png of 60,000 by 60,000": (lambda: png(60_000, 60_000), TooManyPixels),
    "png of too many pixels": (lambda: png(10_000, 5_001, bits=1, colour=0), TooManyPixels),
    "png of two thousand million pixels": (lambda: png(2**31 - 1, 1), TooManyPixels),
    "jpeg of four thousand million pixels": (
        lambda: drawn("JPEG").replace(struct.pack(">HH", 30, 40), b"\xff\xff\xff\xff", 1),
        TooManyPixels,
    ),
    "webp of 268 million pixels": (lambda: webp_of_size(16_383, 16_383), BrokenPicture),
    "too many bytes": (lambda: drawn("JPEG") + bytes(20 * 1024 * 1024), TooManyBytes),
}
"""Not taken, and with which words."""


CLEANED: Mapping[str, Make] = {
    "jpeg with a page in its comment": lambda: with_comment(drawn("JPEG"), MARK),
    "jpeg that is a script": lambda: _script(drawn("JPEG")),
    "jpeg with a page before its pixels and behind": lambda: (
        with_comment(drawn("JPEG"), b"<html>" + MARK) + MARK
    ),
    "jpeg with 16 large comments": lambda: _repeated(drawn("JPEG"), MARK + b"x" * 65_000, 16),
    "jpeg with a zip behind": lambda: zipped_behind(drawn("JPEG")),
    "jpeg with a film behind": lambda: drawn("JPEG") + b"ftypmp42" + MARK * 1000,
    "jpeg with place and phone": lambda: with_exif(MARK),
    "jpeg with garbled exif": lambda: drawn("JPEG", exif=b"Exif\0\0" + MARK * 100),
    "jpeg with xmp": lambda: drawn("JPEG", xmp=MARK),
    "jpeg with a large junk profile": lambda: drawn("JPEG", icc_profile=MARK * 40_000),
    "jpeg in print colours": lambda: with_comment(drawn("JPEG", mode="CMYK"), MARK),
    "jpeg with further pictures": lambda: moving("MPO") + MARK,
    "png with a page in its text": lambda: with_text(MARK.decode()),
    "png with a page in its packed text": lambda: with_text(MARK.decode() * 1000, zip_it=True),
    "png with a text of 16 MB": lambda: png(
        4, 4, rows=bytes(52), more=chunk(b"tEXt", b"k\0" + MARK * 300_000)
    ),
    "png with place and phone": lambda: png(4, 4, rows=bytes(52), more=chunk(b"eXIf", b"MM\0*" + MARK)),
    "png with far more rows than it says": lambda: png(4, 4, rows=bytes(100_000_000)) + MARK,
    "png with a private chunk": lambda: png(4, 4, rows=bytes(13 * 4), more=chunk(b"evIl", MARK * 1000)),
    "png with a page behind": lambda: drawn("PNG") + MARK,
    "png of 16 bits": lambda: drawn("PNG", mode="I;16") + MARK,
    "png with a palette": lambda: drawn("PNG", mode="P", transparency=0) + MARK,
    "webp with place and phone": lambda: drawn("WEBP", exif=b"Exif\0\0" + MARK, xmp=MARK),
    "png of 49 million pixels": lambda: png(7_000, 7_000, bits=1, colour=0, rows=bytes(876 * 7_000)) + MARK,
}
"""Taken, without what they carry."""


def _repeated(picture: bytes, comment: bytes, times: int) -> bytes:
    for _ in range(times):
        picture = with_comment(picture, comment)
    return picture


def _script(picture: bytes) -> bytes:
    """A JPEG that reads as JavaScript as well: the length of its first comment is written `/*`."""
    words = (b"*/=1;" + MARK + b"/*").ljust(int.from_bytes(b"/*") - 2, b" ")
    return picture[:2] + b"\xff\xfe/*" + words + picture[2:]


def _profile(size: int) -> bytes:
    return chunk(b"iCCP", b"evil\0\0" + zlib.compress(bytes(size), 9))


def slow(side: int = 7_000, scans: int = 20_000) -> bytes:
    """A progressive JPEG that refines the same empty picture over and over: small, and minutes of work."""
    picture = drawn("JPEG", (side, side), "L", progressive=True)
    last = picture.rindex(b"\xff\xda")
    return picture[:last] + picture[last:-2] * scans + b"\xff\xd9"
