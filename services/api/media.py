"""Bodies of a media type that the route does not take are refused before they are read."""

from email.message import Message

from fastapi.exceptions import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

JSON = "application/json"
FORM = "multipart/form-data"
WITH_PHOTOS = ("/photos", "/findings", "/drawings", "/versions", "/pairs", "/items", "/completions")
"""How addresses end that take photos: more than 64 kB, and as a form."""


class MediaTypes:
    """JSON everywhere under the API, but for what comes with photos, as a form."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or raise 415."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"].startswith("/api/"):
            headers = Headers(scope=scope)
            wanted = FORM if scope["path"].endswith(WITH_PHOTOS) else JSON
            if _has_body(headers) and _media_type(headers) != wanted:
                raise HTTPException(415)
        await self._app(scope, receive, send)


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _media_type(headers: Headers) -> str:
    message = Message()
    message["content-type"] = headers.get("content-type", "")
    return message.get_content_type() if headers.get("content-type") else ""
