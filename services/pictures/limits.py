"""What a picture may be, what it becomes, and what is said of one that is none."""

from dataclasses import dataclass

MOST_BYTES = 20 * 1024 * 1024
"""Of a file as it is sent."""
MOST_PIXELS = 50_000_000
MOST_KEPT_BYTES = 24 * 1024 * 1024
"""Of a picture as it is kept: what was sent more tightly packed than we pack it grows a little."""
THUMBNAIL_SIDE = 480
"""Pixels of the longer side of a thumbnail."""

THUMBNAIL_TYPE = "image/webp"
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture as it may be shown: `form` is a key of MEDIA_TYPES, the thumbnail is a WebP."""

    form: str
    width: int
    height: int
    content: bytes
    thumbnail: bytes


class PictureRefused(Exception):
    """The file cannot be taken as a picture; send a JPEG, PNG or WebP of at most 20 MB."""


class TooManyBytes(PictureRefused):
    """A photo has at most 20 MB; send a smaller one, as the camera's medium size."""


class NoPicture(PictureRefused):
    """The file is no JPEG, PNG or WebP picture; save or export it as one of these and send that."""


class BrokenPicture(PictureRefused):
    """The picture cannot be decoded: it is cut short or damaged; open it, save it, send it again."""


class TooManyPixels(PictureRefused):
    """The picture has more than 50 million pixels; send it smaller, as the camera's medium size."""


class MovingPicture(PictureRefused):
    """The picture moves; send a single photo, or a screenshot of the moment that counts."""


class HardPicture(PictureRefused):
    """Decoding the picture takes more time or memory than a photo may; save it as a JPEG, send that."""


REFUSALS: dict[str, type[PictureRefused]] = {
    kind.__name__: kind for kind in (NoPicture, BrokenPicture, TooManyPixels, MovingPicture, HardPicture)
}
"""By the words in which the child refuses."""
