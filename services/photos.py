"""Photos of orders: redrawn without what they tell about people and places, kept by their hash, vouched for.

An event vouches for both the picture as it is kept and the file as it was received, so that whoever still has
that file can show that it is the one.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO
from uuid import uuid4

from models.domain.ledger import commitment
from models.domain.orders.state import Photo
from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services.execute import Shop
from services.pictures.decoder import DECODER
from services.pictures.limits import MEDIA_TYPES, THUMBNAIL_TYPE
from services.pictures.shelf import Stored
from services.pictures.shelves import shelf_of
from services.settings import Settings
from services.store.contexts import Sql
from services.store.transactions import transaction


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept, the SHA-256 of that, and the SHA-256 of the file as it was received."""

    content: bytes
    sha256: str
    media_type: str
    width: int
    height: int
    thumbnail: bytes
    received: str


def picture_of(file: IO[bytes]) -> Picture:
    """The picture in a file that somebody sent, redrawn by a child process.

    Raises:
        PictureRefused: by its kind, whose docstring says what to do.
    """
    it, received = DECODER.redraw(file)
    digest = sha256(it.content).hexdigest()
    return Picture(it.content, digest, MEDIA_TYPES[it.form], it.width, it.height, it.thumbnail, received)


def keep(settings: Settings, picture: Picture) -> None:
    """Put the picture and its thumbnail on the shelf; those that are there already stay. Raises ShelfAway."""
    shelf = shelf_of(settings)
    shelf.put(thumbnail_of(picture.sha256), picture.thumbnail)
    shelf.put(picture.sha256, picture.content)


def thumbnail_of(sha256: str) -> str:
    """The name under which the thumbnail of a kept picture is kept."""
    return f"{sha256}.webp"


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
            "INSERT INTO photo (site_id, id, stream_id, secret, sha256, received, media_type, width, height,"
            " size, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, statement_timestamp())",
            (
                *(key.site_id, photo_id, key.stream_id, secret, picture.sha256, picture.received),
                *(picture.media_type, picture.width, picture.height, len(picture.content)),
            ),
        )
    return Photo(
        photo_id,
        commitment(secret, picture.content),
        attached.purpose,
        attached.party,
        attached.round,
        commitment(secret, picture.received.encode()),
    )


def copy_row(
    shop: Shop, settings: Settings, source: StreamKey, photo_id: str, target: StreamKey
) -> Photo | None:
    """The same picture beside another stream, under a key of its own; None where it was erased meanwhile.

    It shows what was found: erasing the one leaves the other alone.
    """
    with transaction(shop.engine, [source.site_id]) as sql:
        kept = find_kept(sql, source, photo_id)
    stored = open_kept(settings, kept) if kept is not None else None
    if stored is None:
        return None
    content, new_id, secret = b"".join(stored.chunks), uuid4().hex, secrets.token_bytes(32)
    with transaction(shop.engine, [source.site_id]) as sql:
        row = sql.execute(
            "INSERT INTO photo (site_id, id, stream_id, secret, sha256, received, media_type, width, height,"
            " size, created_at) SELECT site_id, %s, %s, %s, sha256, received, media_type, width, height,"
            " size, statement_timestamp() FROM photo WHERE site_id = %s AND id = %s AND sha256 IS NOT NULL"
            " RETURNING received",
            (new_id, target.stream_id, secret, source.site_id, photo_id),
        ).fetchone()
    if row is None:
        return None
    received = commitment(secret, row[0].encode())
    return Photo(new_id, commitment(secret, content), PhotoPurpose.BEFORE, None, 1, received)


def drop_row(shop: Shop, key: StreamKey, photo_id: str) -> None:
    """Take back a row to which no event came to refer."""
    with transaction(shop.engine, [key.site_id]) as sql:
        sql.execute("DELETE FROM photo WHERE site_id = %s AND id = %s", (key.site_id, photo_id))


@dataclass(slots=True)
class Rows:
    """Rows of photos to which the events of a unit refer; they go again where nothing came of it."""

    shop: Shop
    settings: Settings
    made: list[tuple[StreamKey, str]] = field(default_factory=list)
    happened: bool = False

    def add(self, key: StreamKey, picture: Picture, purpose: PhotoPurpose = PhotoPurpose.BEFORE) -> Photo:
        """A picture beside a stream."""
        photo = add_row(self.shop, key, picture, Attached(purpose, None, 1))
        self.made.append((key, photo.id))
        return photo

    def copy(self, key: StreamKey, photo: Photo, target: StreamKey) -> Photo | None:
        """A photo of one stream beside another."""
        copied = copy_row(self.shop, self.settings, key, photo.id, target)
        if copied is not None:
            self.made.append((target, copied.id))
        return copied


@contextmanager
def rows_of(shop: Shop, settings: Settings) -> Iterator[Rows]:
    """Rows that stay where `happened` is set."""
    rows = Rows(shop, settings)
    try:
        yield rows
    finally:
        for key, photo_id in () if rows.happened else rows.made:
            drop_row(shop, key, photo_id)


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture, or the thumbnail of one, that can be served."""

    name: str
    media_type: str


def find_kept(sql: Sql, key: StreamKey, photo_id: str, *, thumbnail: bool = False) -> Kept | None:
    """The picture of an order; None where there is none, or none any more."""
    row = sql.execute(
        "SELECT sha256, media_type FROM photo WHERE site_id = %s AND stream_id = %s AND id = %s"
        " AND sha256 IS NOT NULL",
        (key.site_id, key.stream_id, photo_id),
    ).fetchone()
    if row is None:
        return None
    return Kept(thumbnail_of(row[0]), THUMBNAIL_TYPE) if thumbnail else Kept(row[0], row[1])


def open_kept(settings: Settings, kept: Kept) -> Stored | None:
    """Its bytes; None where they were deleted. Raises ShelfAway. It may wait: not within a transaction."""
    return shelf_of(settings).open(kept.name)
