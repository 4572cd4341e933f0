"""The door: nobody comes in unknown. Every path needs a caller but for those that are named here."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services import links
from services.api.problems import ForeignOrigin, NoCaller
from services.callers import LONGEST_SECRET, Caller, NotPermitted, caller_by_token
from services.callers import Scope as Use
from services.execute import Shop
from services.identity.sign_ins import SignIn
from services.identity.whoami import caller_by_sign_in
from services.settings import Settings
from services.store.transactions import transaction
from services.views.order import API
from services.web.cookies import cookie_name

OPEN_PATHS = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/health/engine",
        "/sign-in",
        "/favicon.ico",
        "/.well-known/security.txt",
    }
)
OPEN_FOLDERS = ("/static/", "/sign-in/", links.FOLDER)
"""A link in a message is itself what lets one in; its pages see to that."""
REPORTING = frozenset({f"{API}/orders", f"{API}/orders:batch"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def wanted_scope(method: str, path: str) -> Use:
    """What a token must be for."""
    if method in SAFE_METHODS:
        return Use.METRICS if path == "/metrics" else Use.READ
    return Use.REPORT if path in REPORTING else Use.ACT


class Guard:
    """Finds the caller before the request is read; the API takes tokens, the pages also cookies."""

    def __init__(self, app: ASGIApp, shop: Shop, settings: Settings) -> None:
        self._app, self._shop = app, shop
        self._cookie = cookie_name(settings)
        self._home = urlsplit(settings.public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or raise NoCaller or ForeignOrigin."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        # Nobody forges a request to a link that he does not know, and pages without a referrer say no origin.
        if not path.startswith(("/api/", links.FOLDER)):
            self._need_own_origin(scope["method"], headers)
        if path not in OPEN_PATHS and not path.startswith(OPEN_FOLDERS):
            sign_in, caller = await to_thread.run_sync(self._caller, headers, path)
            if caller is None:
                await self._turn_away(scope, receive, send)
                return
            if wanted_scope(scope["method"], path) not in caller.scopes:
                raise NotPermitted
            scope.setdefault("state", {}).update(caller=caller, sign_in=sign_in)
        await self._app(scope, receive, send)

    def _caller(self, headers: Headers, path: str) -> tuple[SignIn | None, Caller | None]:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            with transaction(self._shop.engine) as sql:
                return None, caller_by_token(sql, token.strip()) if len(token) <= LONGEST_SECRET else None
        secret = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        if path.startswith("/api/") or not secret or len(secret) > LONGEST_SECRET:
            return None, None
        with transaction(self._shop.engine) as sql:
            return caller_by_sign_in(sql, secret, datetime.now(UTC))

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if scope["path"].startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            raise NoCaller
        await RedirectResponse("/sign-in", 303)(scope, receive, send)

    def _need_own_origin(self, method: str, headers: Headers) -> None:
        """Against forged requests: a cookie acts only from our own pages; browsers set both headers."""
        if method in SAFE_METHODS or headers.get("authorization"):
            return
        fetched_from = headers.get("sec-fetch-site")
        if fetched_from is not None:
            if fetched_from != "same-origin":
                raise ForeignOrigin
            return
        origin = urlsplit(headers.get("origin", ""))
        if not origin.netloc or origin.netloc not in {headers.get("host"), self._home.netloc}:
            raise ForeignOrigin
