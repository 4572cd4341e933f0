"""What comes out when a picture is redrawn; the pictures here are our own and small."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from services.pictures import redrawing
from services.pictures.limits import THUMBNAIL_SIDE, HardPicture
from services.pictures.redrawing import redrawn
from tests.hostile import drawn


def again(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(redrawn(content).content))
    image.load()
    return image


def coloured(form: str, mode: str, colour: Any, **more: Any) -> bytes:
    target = BytesIO()
    Image.new(mode, (40, 30), colour).save(target, form, **more)
    return target.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_its_form_and_size(form: str) -> None:
    it = redrawn(drawn(form))
    assert (it.form, it.width, it.height) == (form, 40, 30)
    assert (again(drawn(form)).format, again(drawn(form)).size) == (form, (40, 30))


def test_the_same_file_becomes_the_same_picture_again() -> None:
    assert redrawn(drawn("JPEG")) == redrawn(drawn("JPEG"))


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("L", 200, (200, 200, 200)),
        ("I;16", 200 * 256, (200, 200, 200)),
        ("LA", (200, 255), (200, 200, 200)),
        ("1", 1, (255, 255, 255)),
        ("RGBA", (9, 8, 7, 255), (9, 8, 7)),
    ],
)
def test_every_mode_of_a_png_shows_the_colour_that_it_means(
    mode: str, colour: Any, shown: tuple[int, int, int]
) -> None:
    assert again(coloured("PNG", mode, colour)).getpixel((5, 5)) == shown


@pytest.mark.parametrize("content", [coloured("PNG", "RGBA", (255, 0, 0, 0)), coloured("PNG", "LA", (9, 0))])
def test_what_is_transparent_is_white_for_everybody(content: bytes) -> None:
    assert again(content).getpixel((5, 5)) == (255, 255, 255)


def test_a_sixteen_bit_picture_with_a_transparent_grey_is_taken() -> None:
    content = coloured("PNG", "I;16", 200 * 256, transparency=40_000)
    assert again(content).getpixel((5, 5)) == (200, 200, 200)


def test_print_colours_become_screen_colours() -> None:
    assert again(coloured("JPEG", "CMYK", (0, 0, 0, 255))).getpixel((5, 5)) == (0, 0, 0)


def test_a_colour_profile_is_worked_in() -> None:
    """By a profile in which red and green are swapped, red is green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, green = (profile.index(tag + b"\0\0") for tag in (b"rXYZ", b"gXYZ"))
    swapped = bytearray(profile)
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    shown = again(coloured("PNG", "RGB", (255, 0, 0), icc_profile=bytes(swapped))).getpixel((5, 5))
    assert shown == pytest.approx((0, 255, 0), abs=3)


def test_a_picture_that_grows_past_what_is_kept_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redrawing, "MOST_KEPT_BYTES", 100)
    with pytest.raises(HardPicture):
        redrawn(drawn("JPEG"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_however_the_phone_was_held(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert again(drawn("JPEG", exif=exif)).size == ((40, 30) if orientation < 5 else (30, 40))


@pytest.mark.parametrize(("size", "small"), [((2000, 1000), (480, 240)), ((30, 40), (30, 40))])
def test_the_thumbnail_is_a_webp_that_is_never_larger_than_the_picture(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    thumbnail = Image.open(BytesIO(redrawn(drawn("JPEG", size)).thumbnail))
    assert (thumbnail.format, thumbnail.size) == ("WEBP", small)
    assert max(small) <= THUMBNAIL_SIDE


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_gets_over(form: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "12号楼"
    image = again(drawn(form, exif=exif, dpi=(300, 300), icc_profile=b"junk"))
    assert not image.getexif()
    assert not set(image.info) & {"exif", "xmp", "icc_profile", "comment", "dpi"}
