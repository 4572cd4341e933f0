"""Photos on their way to a browser, and the threads in which those that come are received."""

from typing import Literal

from anyio import CapacityLimiter
from starlette.responses import Response, StreamingResponse

from services import photos
from services.execute import UnknownStream
from services.settings import Settings

PICTURE_HANDS = CapacityLimiter(2)
"""Threads for whoever sends a picture: one waits for the decoder, one writes; all other requests go on."""
PhotoSize = Literal["full", "thumbnail"]
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


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
        "Content-Security-Policy": "default-src 'none'; sandbox",
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
    return StreamingResponse(stored.chunks, media_type=kept.media_type, headers=headers)
