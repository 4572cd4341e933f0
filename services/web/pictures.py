"""Photos on their way to a browser."""

from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from services.photos import Kept


class _Whole(FileResponse):
    """A file that is always sent whole: parts of it would be answers that no description announces."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, whatever range is asked for."""
        whole = dict(scope) | {"headers": list(scope["headers"])}
        del MutableHeaders(scope=whole)["range"]
        await super().__call__(whole, receive, send)


def picture_answer(kept: Kept) -> Response:
    """The picture, kept by the browser for a day and never by a proxy."""
    return _Whole(
        kept.path,
        media_type=kept.media_type,
        headers={
            "Cache-Control": "private, max-age=86400, immutable",
            "ETag": f'"{kept.sha256}"',
            "Accept-Ranges": "none",
        },
        content_disposition_type="inline",
    )
