"""Photos on their way to a browser, and the threads in which those that come are received."""

from typing import Annotated, Any, Literal

from anyio import CapacityLimiter
from fastapi import Header, Path
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from models.domain.streams import StreamKey
from services import photos
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.pictures.limits import MEDIA_TYPES
from services.pictures.shelf import Stored
from services.settings import Settings
from services.store.transactions import transaction
from services.views.found import find
from services.views.seen import shows_photos

PICTURE_HANDS = CapacityLimiter(2)
"""Threads for whoever sends a picture: one waits for the decoder, one writes; all other requests go on."""
PhotoPath = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
PhotoSize = Literal["full", "thumbnail"]
IfNoneMatch = Annotated[str | None, Header(description="The ETag of what the caller has.")]
_BINARY = {"type": "string", "format": "binary"}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {kind: {"schema": _BINARY} for kind in MEDIA_TYPES.values()},
    },
    304: {"description": "It is still as `If-None-Match` names it."},
}
"""What the API's document says of an answer with a picture."""
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def picture_seen(shop: Shop, caller: Caller, key: StreamKey, photo: str, size: PhotoSize) -> photos.Kept:
    """A photo of an order, or its thumbnail. Raises UnknownStream where the caller may not see it."""
    with transaction(shop.engine, caller.site_ids) as sql:
        may = shows_photos(caller.at(key.site_id), find(shop, sql, caller, key, "zh"))
        kept = photos.find_kept(sql, key, photo, thumbnail=size == "thumbnail") if may else None
    if kept is None:
        raise UnknownStream(photo)
    return kept


def picture_beside(shop: Shop, key: StreamKey, photo: str, size: PhotoSize) -> photos.Kept:
    """A picture beside a stream that the caller was found to see. Raises UnknownStream where it is gone."""
    with transaction(shop.engine, [key.site_id]) as sql:
        kept = photos.find_kept(sql, key, photo, thumbnail=size == "thumbnail")
    if kept is None:
        raise UnknownStream(photo)
    return kept


def picture_answer(settings: Settings, kept: photos.Kept, code: str, seen: str | None) -> Response:
    """The picture, kept by the browser for a day and never by a proxy; 304 if `If-None-Match` names it.

    Nothing in it runs, whatever a browser takes it for. Sent whole, whatever part is asked for.

    Raises:
        UnknownStream: its bytes are gone.
        ShelfAway: the storage does not answer.
    """
    headers = {
        "Cache-Control": "private, max-age=86400, immutable",
        "ETag": f'"{kept.name}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Accept-Ranges": "none",
    }
    if seen is not None and headers["ETag"] in seen:
        return Response(status_code=304, headers=headers)
    stored = photos.open_kept(settings, kept)
    if stored is None:
        raise UnknownStream(code)
    headers["Content-Length"] = str(stored.size)
    name = f"{code}-{kept.name[:8]}.{_ENDINGS[kept.media_type]}"
    headers["Content-Disposition"] = f'inline; filename="{name}"'
    return _Sent(stored, kept.media_type, headers)


class _Sent(StreamingResponse):
    """A kept file on its way; closed also where the browser goes away before its end."""

    def __init__(self, stored: Stored, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(stored.chunks, media_type=media_type, headers=headers)
        self._stored = stored

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stored.chunks.close()
