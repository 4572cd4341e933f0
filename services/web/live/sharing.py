"""A page that many have open is rendered once for all who see the same of it, at most once a second.

Of people's own pages only what a live page asks for (the header `Lianban-Live`, with the mark that it was
told) comes from here; who opens one gets it fresh. Whoever reported an order that a page shows may see more
of it than his colleagues: he has a page of his own.
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.callers import Caller
from services.settings import Settings
from services.views.seen import REPORTERS_MET
from services.web.cookies import ELDER, LANGUAGE, cookie_name
from services.web.live.hub import Hub

HEADER = "lianban-live"
SHARED = re.compile(r"/|/(?:today|callbacks|board|wall|street)|/o/[A-Z0-9]+-\d+")
"""Pages on which people of one party and role see the same, but for those who reported."""
PUBLIC = re.compile(r"/public/[^/]+|/s/[^/]+")
"""Pages that are the same for everybody; they come from here whoever asks."""
AT_MOST_EVERY = 1.0
GOOD_FOR = 30.0
"""Seconds; a page tells times that pass."""
KEPT = 200

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer as it was rendered."""

    position: int
    at: float
    headers: list[tuple[bytes, bytes]]
    body: bytes
    etag: str
    reporters: frozenset[str]
    """Of the orders that were looked at for it."""


@dataclass(slots=True)
class _Place:
    """Where a page is kept; the lock is held while it is rendered anew."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    page: Page | None = None


class Shared:
    """Inside of the guard: the caller is known."""

    def __init__(self, app: ASGIApp, hub: Hub, settings: Settings) -> None:
        self._app, self._hub = app, hub
        self._cookies = (cookie_name(settings, LANGUAGE), cookie_name(settings, ELDER))
        self._places: OrderedDict[Key, _Place] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a page that refreshes itself from what is kept; all else passes."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope["type"] == "http":
            scope.setdefault("state", {})["live_mark"] = self._hub.mark
        if not _is_shared(scope, headers):
            await self._app(scope, receive, send)
            return
        page = await self._page(scope, headers)
        if page is None:
            await self._app(scope, receive, send)
            return
        is_same = headers.get("if-none-match") == page.etag
        answered = MutableHeaders(raw=list(page.headers))
        answered["etag"] = page.etag
        if is_same:
            del answered["content-length"]
        status = HTTPStatus.NOT_MODIFIED if is_same else HTTPStatus.OK
        await send({"type": "http.response.start", "status": status, "headers": answered.raw})
        await send({"type": "http.response.body", "body": b"" if is_same else page.body})

    def forget(self) -> None:
        """Keep nothing of what was rendered."""
        self._places.clear()

    async def _page(self, scope: Scope, headers: Headers) -> Page | None:
        """The page as the caller sees it, new enough; None where there is nothing to share."""
        caller: Caller | None = scope["state"].get("caller")
        key = self._key(scope, headers, caller)
        own = (*key, caller.id if caller else "")
        persons = {caller.at(one).person for one in caller.site_ids} if caller else set()
        asked = self._hub.position_of(headers.get(HEADER, ""))
        good_for = GOOD_FOR if caller else AT_MOST_EVERY
        place = self._places.get(own) or self._place(key)
        async with place.lock:
            page, now = place.page, monotonic()
            if page is not None and not (place is not self._places.get(own) and page.reporters & persons):
                if page.position >= asked and now - page.at < good_for:
                    return page
                await asyncio.sleep(max(0.0, page.at + AT_MOST_EVERY - now))
            page = await self._render(scope)
            if page is not None:
                (self._place(own) if page.reporters & persons else place).page = page
            return page

    def _place(self, key: Key) -> _Place:
        place = self._places.setdefault(key, _Place())
        self._places.move_to_end(key)
        while len(self._places) > KEPT:
            self._places.popitem(last=False)
        return place

    def _key(self, scope: Scope, headers: Headers, caller: Caller | None) -> Key:
        stands = [(one, caller.at(one)) for one in caller.site_ids] if caller else []
        cookies = cookie_parser(headers.get("cookie", ""))
        return (
            scope["path"],
            scope["query_string"],
            tuple((site, actor.role, actor.party) for site, actor in stands),
            caller.scopes if caller else None,
            tuple(cookies.get(one) for one in self._cookies),
            headers.get("accept-language"),
            "gzip" in headers.get("accept-encoding", ""),
        )

    async def _render(self, scope: Scope) -> Page | None:
        """Render it; None where the answer is none to keep."""
        began, position = monotonic(), self._hub.position
        answer = _Answer()
        met: set[str] = set()
        token = REPORTERS_MET.set(met)
        try:
            await self._app(dict(scope), answer.receive, answer.send)
        finally:
            REPORTERS_MET.reset(token)
        if answer.status != HTTPStatus.OK or any(name == b"set-cookie" for name, _ in answer.headers):
            return None
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        return Page(position, began, answer.headers, answer.body, etag, frozenset(met))


def _is_shared(scope: Scope, headers: Headers) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return PUBLIC.fullmatch(scope["path"]) is not None or (
        HEADER in headers and SHARED.fullmatch(scope["path"]) is not None
    )


class _Answer:
    """What the application answers to nobody in particular."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = 0, list[tuple[bytes, bytes]](), b""
        self._asked = False

    async def receive(self) -> Message:
        """A request without a body, whose client never goes."""
        if self._asked:
            await asyncio.Event().wait()
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: Message) -> None:
        """Keep it."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        else:
            self.body += message.get("body", b"")
