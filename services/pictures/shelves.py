"""Which shelf it is."""

from functools import cache

from services.pictures.folder import Folder
from services.pictures.shelf import Shelf
from services.settings import Settings


@cache
def shelf_of(settings: Settings) -> Shelf:
    """The shelf that the settings name."""
    if settings.photos is None:
        return Folder(settings.data / "photos")
    from services.pictures.bucket import bucket_of  # noqa: PLC0415 - 11 MB that only a bucket's owner needs

    return bucket_of(settings)
