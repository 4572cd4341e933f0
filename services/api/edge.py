"""Around every request: measured, limited in size, answered with safe headers, and never with a traceback."""

from time import monotonic, perf_counter

from fastapi.exceptions import HTTPException
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services import crew_links, links
from services.api.flood import Buckets
from services.api.media import WITH_PHOTOS
from services.api.problems import answer
from services.identity.tries import network_of
from services.pictures.limits import MOST_BYTES
from services.settings import Settings
from services.views.order import API
from services.web.clients import address_of
from services.web.cookies import is_https
from services.web.live import PATH as LIVE

MOST_JSON_BYTES = 1024 * 1024
MOST_FORM_BYTES = 64 * 1024
MOST_PHOTO_BYTES = MOST_BYTES + MOST_FORM_BYTES
"""A photo and the parts of the form around it."""
MOST_DIGITS = 15
"""Of an announced length; Python refuses to read thousands of them."""

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Content-Security-Policy": (
        "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
ONE_YEAR = "max-age=31536000; includeSubDomains"

REQUESTS = Counter("lianban_http_requests", "Requests by route and status.", ["method", "route", "status"])
SECONDS = Histogram(
    "lianban_http_request_seconds",
    "Seconds from the request to the end of its answer, by route.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def safe_headers(settings: Settings) -> dict[str, str]:
    """What every answer carries, whatever else it says."""
    return SAFE | ({"Strict-Transport-Security": ONE_YEAR} if is_https(settings) else {})


class Edge:
    """The outermost layer, but for the one that believes proxies."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._safe = Headers(safe_headers(settings)).raw
        self._buckets = Buckets(settings.requests_per_address)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(send, self._safe)
        began = perf_counter()
        try:
            self._buckets.take(network_of(address_of(scope)), monotonic())
            await self._app(scope, _limited(scope, receive), exchange.send)
        except ClientDisconnect:
            pass  # there is nobody left to tell
        except Exception as error:
            response = answer(Request(scope, receive), error)
            if exchange.status:
                raise  # half an answer is out already: only breaking off tells the client
            await response(scope, receive, exchange.send)
        finally:
            _measure(scope, exchange.status, perf_counter() - began)


class _Exchange:
    """An answer on its way out."""

    def __init__(self, send: Send, safe: list[tuple[bytes, bytes]]) -> None:
        self._send, self._safe = send, safe
        self.status = 0

    async def send(self, message: Message) -> None:
        """Add the safe headers that the answer does not set itself."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            told = {name for name, _ in headers}  # small letters, as ASGI has them
            message["headers"] = headers + [one for one in self._safe if one[0] not in told]
        await self._send(message)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """The body, cut off with 413 as soon as it is known to be too large."""
    most = _most_bytes(scope["path"])
    announced = Headers(scope=scope).get("content-length", "")[:MOST_DIGITS]
    seen = int(announced) if announced.isdecimal() and int(announced) > most else 0

    async def limited() -> Message:
        nonlocal seen
        if seen > most:
            raise _too_large()
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large()
        return message

    return limited


_SHOWING = ("/completions/", "/drawings/", "/o/", "/r/", "/report/", "/t/")
"""Where pages with forms for photos begin."""


def _most_bytes(path: str) -> int:
    if path.endswith(WITH_PHOTOS):
        return MOST_PHOTO_BYTES
    if path.startswith((links.FOLDER, crew_links.FOLDER, *_SHOWING)):
        return MOST_PHOTO_BYTES
    return MOST_JSON_BYTES if path.startswith("/api/") else MOST_FORM_BYTES


def _too_large() -> HTTPException:
    """The connection ends with it: else the server would go on reading what it does not want."""
    return HTTPException(413, headers={"Connection": "close"})


def _measure(scope: Scope, status: int, seconds: float) -> None:
    # A route knows its path within its router only; all routers under the API share its prefix.
    route = getattr(scope.get("route"), "path", "") or "other"
    if scope["path"].startswith(f"{API}/") and route != "other":
        route = API + route
    method = scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(method, route, status or 500).inc()
    if route != LIVE:  # how long a page stays open says nothing of how fast we are
        SECONDS.labels(method, route).observe(seconds)
