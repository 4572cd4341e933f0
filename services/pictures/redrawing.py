"""Redraws one picture on a fresh canvas. Runs in the child alone: here a decoder meets a stranger's bytes.

Only the pixels get over. EXIF (where, when, with which phone), comments, colour profiles, further pictures or
files behind the first and whatever else a file can hide stay behind (PIPL). Transparency is laid on white, so
that a picture looks the same to everybody who is shown it.
"""

from io import BytesIO
from typing import Any

# ImageCms, Mpo and Tiff (which reads EXIF) would else be imported when a picture asks for them: too late, as
# the child can open no file by then.
from PIL import (
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from services.pictures.limits import (
    MEDIA_TYPES,
    MOST_KEPT_BYTES,
    MOST_PIXELS,
    THUMBNAIL_SIDE,
    BrokenPicture,
    HardPicture,
    MovingPicture,
    NoPicture,
    Redrawn,
    TooManyPixels,
)

PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_SAVING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": True},
    "PNG": {"compress_level": 4},
    "WEBP": {"quality": 90, "method": 2},
}
_TO_EIGHT_BITS = 1 / 256
_SRGB = ImageCms.createProfile("sRGB")

Image.preinit()
# The limit is checked before anything is decoded; Pillow's own would warn below it.
Image.MAX_IMAGE_PIXELS = None


def redrawn(content: bytes) -> Redrawn:
    """The picture in a file.

    Raises:
        NoPicture, BrokenPicture, TooManyPixels, MovingPicture, HardPicture: see there.
        MemoryError: the process may not take what decoding needs.
    """
    try:
        image = Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a decoder says of a stranger's bytes, it cannot be shown
        raise (BrokenPicture if _begins_as_picture(content) else NoPicture) from None
    _check(image)
    form = _form(image)
    try:
        canvas = _fresh(image)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - as above
        raise BrokenPicture from None
    return _saved(canvas, form)


def _begins_as_picture(content: bytes) -> bool:
    return content.startswith(_BEGINNINGS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def _check(image: Image.Image) -> None:
    if image.width * image.height > MOST_PIXELS:
        raise TooManyPixels
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise MovingPicture


def _form(image: Image.Image) -> str:
    """MPO is what many phones write: a JPEG with further pictures behind the first, which alone is kept."""
    return "JPEG" if image.format == "MPO" else image.format or ""


def _fresh(image: Image.Image) -> Image.Image:
    """A new picture with the same pixels, upright, in sRGB. The old one is closed: both are large."""
    image.load()
    _turn_upright(image)
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK":
        image = _in_srgb(image, profile)
    elif image.mode == "I;16":
        image.info.clear()
        image = image.point(lambda value: value * _TO_EIGHT_BITS).convert("L")
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.convert("RGBA") if image.has_transparency_data else None)
    is_plain = image.mode != "CMYK"
    image.close()
    return _in_srgb(canvas, profile) if is_plain else canvas


def _turn_upright(image: Image.Image) -> None:
    """As EXIF says; where that is garbled the picture stays as it is."""
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001, S110 - a stranger's EXIF can be anything, and the pixels are fine
        pass


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours that a screen shows; without its profile, or with a broken one, a little paler."""
    if not profile:
        return image
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        turned = ImageCms.profileToProfile(image, given, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return turned or image


def _saved(canvas: Image.Image, form: str) -> Redrawn:
    content = _file(canvas, form, **_SAVING[form])
    if len(content) > MOST_KEPT_BYTES:
        raise HardPicture
    width, height = canvas.size
    canvas.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return Redrawn(form, width, height, content, _file(canvas, "WEBP", quality=75, method=4))


def _file(canvas: Image.Image, form: str, **how: Any) -> bytes:  # noqa: ANN401 - as Pillow has it
    target = BytesIO()
    canvas.save(target, form, **how)
    return target.getvalue()
