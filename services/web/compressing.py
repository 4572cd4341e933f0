"""What leaves compressed: our own files, and the list of orders.

Nothing else: where a page holds a secret beside words that an address brought in, its size tells of the
secret (BREACH). The list holds none.
"""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

FOLDER, LIST = "/static/", "/"


class Compressed:
    """Compresses by path."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain, self._small = app, GZipMiddleware(app, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, compressed where the browser can read it."""
        path = scope["path"] if scope["type"] == "http" else ""
        app = self._small if path == LIST or path.startswith(FOLDER) else self._plain
        await app(scope, receive, send)
