"""A connection as uvicorn serves it, ended where its client is slow, sends without end, or does not read.

uvicorn takes any head and waits for ever: its limit of heads is h11's alone, its timeout for pauses
between requests (Kludex/uvicorn issue 157). `--http=services.api.connection:Connection` is this.
"""

import asyncio
from collections import Counter
from http import HTTPStatus
from ipaddress import ip_address, ip_network
from typing import ClassVar

from starlette.datastructures import MutableHeaders
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.api.edge import safe_headers
from services.settings import settings
from services.web.live import PATH as LIVE

MOST_HEAD_BYTES = 32 * 1024
MOST_HEADERS = 100
MOST_URL_BYTES = 8 * 1024
MOST_CONNECTIONS = 1000
"""Of a process; below the 1,024 files that a process may open where nobody said otherwise."""
MOST_OF_AN_ADDRESS = 200


class TooMuch(Exception):
    """The head is larger than any that we need."""


class Connection(HttpToolsProtocol):
    """Times are in seconds of the loop's clock; looked at by one timer a connection, not one a request."""

    LOOK = 2.0
    HEAD = 10.0
    """From the first byte (or from connecting) to the end of the head."""
    BODY, BODY_MOST, BODY_RATE = 30.0, 300.0, 4096
    """To the end of the body: so long, and a second more for so many bytes that came, up to the most."""
    UNREAD = 30.0
    """Without 48 KB of our answer (uvloop's marks) getting on their way."""
    of_address: ClassVar[Counter[str]] = Counter()

    # ── coming and going ────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to watch it, or end it where there are too many."""
        super().connection_made(transport)
        now = self.loop.time()
        self._begun: float | None = now
        self._in_head = self._in_body = self._was_asked = False
        self._loose = self._body_bytes = 0
        self._unread: float | None = None
        self._status = HTTPStatus.BAD_REQUEST
        self._address = self.client[0] if self.client else ""
        self.of_address[self._address] += 1
        self._timer = self.loop.call_later(self.LOOK, self._look)
        if len(self.connections) > MOST_CONNECTIONS or (
            self.of_address[self._address] > MOST_OF_AN_ADDRESS and not is_proxy(self._address)
        ):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._timer.cancel()
        self.of_address[self._address] -= 1
        if not self.of_address[self._address]:
            del self.of_address[self._address]
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server ends: an answer is waited for, a stream is none."""
        super().shutdown()
        if self._was_asked and self.scope["path"] == LIVE:
            self.transport.close()

    # ── what comes ──────────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        """Count what is neither a whole head nor a body: the parser keeps it until it ends."""
        if self._begun is None:
            self._begun = self.loop.time()
        self._loose += len(data)
        super().data_received(data)
        if self._loose > MOST_HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins; several may come at once."""
        self._in_head, self._loose, self._body_bytes = True, 0, 0
        self._begun = self._begun or self.loop.time()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header. What follows a body in its place (RFC 9110, 6.5.1: trailers) must not pass for one."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Raises TooMuch, which the parser turns into an error of its own."""
        self._in_head, self._loose = False, 0
        if len(self.url) > MOST_URL_BYTES:
            self._status = HTTPStatus.REQUEST_URI_TOO_LONG
            raise TooMuch
        size = sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > MOST_HEADERS or size > MOST_HEAD_BYTES:
            self._status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise TooMuch
        self._in_body = self._was_asked = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Of chunks, what they carry: what is written around it buys no time, and has its limit too."""
        self._body_bytes += len(body)
        self._loose = max(0, self._loose - 2 * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is here."""
        self._in_body, self._begun, self._loose = False, None, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP, or too much of it."""
        del msg
        self._refuse(self._status)

    # ── what goes ───────────────────────────────────────────────────────────────────────────────────────────

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self._unread = self._unread or self.loop.time()

    def resume_writing(self) -> None:
        """It did."""
        super().resume_writing()
        self._unread = None

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────

    def _look(self) -> None:
        now = self.loop.time()
        self._timer = self.loop.call_later(self.LOOK, self._look)
        if self._unread is not None and now - self._unread > self.UNREAD:
            self.transport.abort()
        elif self.transport.is_closing():
            self._unread = self._unread or now  # what is left is still to be read
        elif self.flow.read_paused:
            self._begun = now if self._begun is not None else None  # it is us who do not read
        elif self._begun is not None and now - self._begun > self._patience():
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)

    def _patience(self) -> float:
        if not self._in_body or self.cycle.response_complete:
            return self.HEAD
        return min(self.BODY + self._body_bytes / self.BODY_RATE, self.BODY_MOST)

    def _refuse(self, status: int) -> None:
        """End it: with a word where none is out yet and something was asked."""
        if self.transport.is_closing():
            return
        answering = self._was_asked and not self.cycle.response_complete
        if self.pipeline or (answering and self.cycle.response_started):
            self.transport.abort()
            return
        if self._in_head or self._in_body or status != HTTPStatus.REQUEST_TIMEOUT:
            self.transport.write(_answer(status))
        self.transport.close()


def is_proxy(address: str) -> bool:
    """Whether all the people behind it come over this address."""
    try:
        return any(ip_address(address) in ip_network(one) for one in settings().trusted_proxies)
    except ValueError:
        return False


def _answer(status: int) -> bytes:
    headers = MutableHeaders(safe_headers(settings()) | {"Connection": "close", "Content-Length": "0"})
    lines = [name + b": " + value for name, value in headers.raw]
    return STATUS_LINE[status] + b"\r\n".join([*lines, b"", b""])
