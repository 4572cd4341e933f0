"""Photos: checked by decoding, stripped of what they tell about people and places, kept by their hash.

A photo is written again from its pixels: that drops EXIF (where and with which phone it was taken), embedded
films and whatever else hides in a file, for good (PIPL). What is kept is what events vouch for.
"""

import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO, Any
from uuid import uuid4

from PIL import Image, ImageCms, ImageOps

from models.domain.ledger import commitment
from models.domain.orders.state import Photo
from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services.execute import Shop
from services.settings import Settings, make_data_folder
from services.store.contexts import Sql
from services.store.transactions import transaction

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
"""A picture is decoded to three or four bytes a pixel, one picture at a time in a process."""
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_SAVING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 90, "method": 2},
}
_BEGINNING = re.compile(rb"\xff\xd8\xff|\x89PNG|RIFF....WEBP", re.DOTALL)
_one_at_a_time = Lock()

# The limit above is checked before anything is decoded; Pillow's own would warn below it.
Image.MAX_IMAGE_PIXELS = None


class PhotoTooLarge(ValueError):
    """A photo has at most 20 MB; send a smaller one."""


class NoPhoto(ValueError):
    """The file is no JPEG, PNG or WebP picture; send one of these."""


class BrokenPhoto(ValueError):
    """The picture cannot be decoded whole, or has more than 50 million pixels; send it again, or smaller."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    media_type: str
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """Its name in the photo folder."""
        return hashlib.sha256(self.content).hexdigest()


def picture_of(file: IO[bytes]) -> Picture:
    """The picture in a file that somebody sent.

    Raises:
        PhotoTooLarge: more than 20 MB.
        NoPhoto: no JPEG, PNG or WebP.
        BrokenPhoto: cut short, damaged, or too many pixels.
    """
    if file.seek(0, os.SEEK_END) > MOST_BYTES:
        raise PhotoTooLarge
    file.seek(0)
    try:
        image = Image.open(file, formats=tuple(MEDIA_TYPES))
    except Exception:  # noqa: BLE001 - whatever a decoder says of a stranger's bytes, it cannot be shown
        file.seek(0)
        raise (BrokenPhoto if _BEGINNING.match(file.read(12)) else NoPhoto) from None
    if image.width * image.height > MOST_PIXELS:
        raise BrokenPhoto
    with _one_at_a_time:
        try:
            return _written_again(image)
        except Exception:  # noqa: BLE001 - as above
            raise BrokenPhoto from None


def _written_again(image: Image.Image) -> Picture:
    """Decoded whole, turned upright, without metadata.

    MPO is what many phones write: a JPEG with further pictures behind the first, which alone is kept.
    """
    form = "JPEG" if image.format == "MPO" else image.format or ""
    upright = _in_plain_colours(ImageOps.exif_transpose(image))
    upright.info.clear()
    target = BytesIO()
    upright.save(target, form, **_SAVING[form])
    return Picture(target.getvalue(), MEDIA_TYPES[form], upright.width, upright.height)


def _in_plain_colours(image: Image.Image) -> Image.Image:
    """The picture in sRGB: a colour profile is a file within the file, and may name whose device it was."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK"}:
        return image
    try:
        plain = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), plain, outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # without its profile it is shown a little paler
    return turned or image


def keep(settings: Settings, picture: Picture) -> None:
    """Put the picture into the photo folder; one that is there already stays."""
    place = path_of(settings, picture.sha256)
    if place.is_file():
        return
    make_data_folder(settings.data)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{uuid4().hex}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(picture.content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(place)


def path_of(settings: Settings, sha256: str) -> Path:
    """Where a picture of this hash lies."""
    return settings.data / "photos" / sha256[:2] / sha256


@dataclass(frozen=True, slots=True)
class Attached:
    """For which party and round a photo is attached, and what it shows."""

    purpose: PhotoPurpose
    party: str | None
    round: int


def add_row(shop: Shop, key: StreamKey, picture: Picture, attached: Attached) -> Photo:
    """Write the picture's row with its commitment key; the event that refers to it follows."""
    photo_id, secret = uuid4().hex, secrets.token_bytes(32)
    with transaction(shop.engine, [key.site_id]) as sql:
        sql.execute(
            "INSERT INTO photo (site_id, id, stream_id, secret, sha256, media_type, width, height, size,"
            " created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp())",
            (
                *(key.site_id, photo_id, key.stream_id, secret, picture.sha256, picture.media_type),
                *(picture.width, picture.height, len(picture.content)),
            ),
        )
    vouched = commitment(secret, picture.content)
    return Photo(photo_id, vouched, attached.purpose, attached.party, attached.round)


def drop_row(shop: Shop, key: StreamKey, photo_id: str) -> None:
    """Take back a row to which no event came to refer."""
    with transaction(shop.engine, [key.site_id]) as sql:
        sql.execute("DELETE FROM photo WHERE site_id = %s AND id = %s", (key.site_id, photo_id))


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that can be served."""

    path: Path
    media_type: str
    sha256: str


def find_kept(sql: Sql, settings: Settings, key: StreamKey, photo_id: str) -> Kept | None:
    """The picture of an order; None where there is none, or none any more."""
    row = sql.execute(
        "SELECT sha256, media_type FROM photo WHERE site_id = %s AND stream_id = %s AND id = %s"
        " AND sha256 IS NOT NULL",
        (key.site_id, key.stream_id, photo_id),
    ).fetchone()
    if row is None:
        return None
    kept = Kept(path_of(settings, row[0]), row[1], row[0])
    return kept if kept.path.is_file() else None
