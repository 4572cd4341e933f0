"""The door: nobody comes in unknown. Every path needs a caller but for those that are named here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services import crew_links, links
from services.api.flood import Buckets
from services.api.problems import ForeignOrigin, NoCaller
from services.api.together import Together
from services.callers import LONGEST_SECRET, Caller, NotPermitted, callers_by_tokens
from services.callers import Scope as Use
from services.execute import Shop
from services.identity.sign_ins import SignIn
from services.identity.whoami import callers_by_sign_ins
from services.settings import Settings
from services.store.transactions import transaction
from services.views.order import API
from services.web.board import FOLDERS as BOARD
from services.web.coming_back import remember
from services.web.cookies import cookie_name

OPEN_PATHS = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/health/engine",
        "/sign-in",
        "/favicon.ico",
        "/.well-known/security.txt",
        links.LANDING,
        "/crew-sw.js",
        "/privacy",
        "/look",
        "/t",
    }
)
PUBLIC = f"{API}/public/"
"""For people without an account; `by_code.py` is its door."""
OPEN_FOLDERS = ("/static/", "/sign-in/", links.FOLDER, crew_links.FOLDER, PUBLIC, *BOARD, "/r/", "/t/")
"""A link in a message or a tracking code is itself what lets one in; its pages see to that.

Posters lead to /r/.
"""
API_FOLDER = "/api/"
"""Takes no cookie and is called by programs: what says nothing of where it comes from is let in."""
REPORTING = frozenset({f"{API}/orders", f"{API}/orders:batch"})
AT_ONCE = 100
"""Callers that are looked up together: hundreds of open pages hear of a change in one moment."""
_SignedIn = tuple[SignIn | None, Caller | None]
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
        self._settings, self._cookie = settings, cookie_name(settings)
        self._home = urlsplit(settings.public_url)
        self._tokens: Together[str, Caller | None] = Together(self._by_tokens, most=AT_ONCE)
        self._sign_ins: Together[str, _SignedIn] = Together(self._by_sign_ins, most=AT_ONCE)
        self._buckets = Buckets(settings.requests_per_caller)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request in, or raise NoCaller, ForeignOrigin, NotPermitted or TooManyRequests."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        self._need_own_origin(scope["method"], path, headers)
        if path not in OPEN_PATHS and not path.startswith(OPEN_FOLDERS):
            sign_in, caller = await self._who(headers, path)
            if caller is None:
                await self._turn_away(scope, receive, send)
                return
            self._buckets.take(caller.id, monotonic())
            if wanted_scope(scope["method"], path) not in caller.scopes:
                raise NotPermitted
            scope.setdefault("state", {}).update(caller=caller, sign_in=sign_in)
        await self._app(scope, receive, send)

    async def _who(self, headers: Headers, path: str) -> _SignedIn:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = token.strip()
            return None, await self._tokens.do(token) if len(token) <= LONGEST_SECRET else None
        secret = cookie_parser(headers.get("cookie", "")).get(self._cookie, "")
        if path.startswith("/api/") or not secret or len(secret) > LONGEST_SECRET:
            return None, None
        return await self._sign_ins.do(secret)

    def _by_tokens(self, tokens: Sequence[str]) -> list[Caller | None]:
        with transaction(self._shop.engine) as sql:
            found = callers_by_tokens(sql, tokens)
        return [found.get(one) for one in tokens]

    def _by_sign_ins(self, secrets: Sequence[str]) -> list[_SignedIn]:
        with transaction(self._shop.engine) as sql:
            return callers_by_sign_ins(sql, secrets, datetime.now(UTC))

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if scope["path"].startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
            raise NoCaller
        response = RedirectResponse("/sign-in", 303)
        remember(request, response, self._settings)
        await response(scope, receive, send)

    def _need_own_origin(self, method: str, path: str, headers: Headers) -> None:
        """Against forged requests: a cookie acts only from our own pages; browsers set these headers.

        A token is sent by no browser on its own; a name and password for a proxy is.
        """
        if method in SAFE_METHODS or _is_bearer(headers):
            return
        fetched_from, origin = headers.get("sec-fetch-site"), headers.get("origin")
        own = {f"{self._home.scheme}://{host}" for host in (headers.get("host"), self._home.netloc)}
        from_here = fetched_from == "same-origin" or (fetched_from is None and origin in own)
        by_no_browser = fetched_from is None and origin is None and path.startswith(API_FOLDER)
        # Our pages without a referrer say `null`, and that they ask their own server.
        is_foreign = origin not in own and origin not in {None, "null"}
        if is_foreign or not (from_here or by_no_browser):
            raise ForeignOrigin


def _is_bearer(headers: Headers) -> bool:
    return headers.get("authorization", "")[:7].lower() == "bearer "
