"""Clients over real sockets, as cheap as can be, so that the two cores serve the server."""

import json
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from tests.bench.servers import Broken

Ask = Callable[[int], bytes]
"""The bytes of the n-th request."""


def request(path: str, body: object, **headers: str) -> bytes:
    """A POST as it goes over the line."""
    image = json.dumps(body, ensure_ascii=False).encode()
    told = {"Host": "bench", "Content-Type": "application/json", "Content-Length": str(len(image)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + image


class Line:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def ask(self, what: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._socket.sendall(what)
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        told = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
        while len(self._rest) < int(told):
            self._more()
        body, self._rest = self._rest[: int(told)], self._rest[int(told) :]
        return int(head[9:12]), body

    def _more(self) -> None:
        got = self._socket.recv(1 << 18)
        if not got:
            raise Broken("the server closed the line")
        self._rest += got

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def load(port: int, asks: Sequence[bytes], *, lines: int, status: int = HTTPStatus.CREATED) -> float:
    """Requests a second: `lines` clients, each asks its share one after the other.

    Raises:
        Broken: an answer had another status.
    """
    shares = [asks[number::lines] for number in range(lines)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(lines) as pool:
        list(pool.map(lambda share: _work_off(port, share, status), shares))
    return len(asks) / (time.perf_counter() - begun)


def _work_off(port: int, share: Sequence[bytes], status: int) -> None:
    line = Line(port)
    for what in share:
        got, body = line.ask(what)
        if got != status:
            raise Broken(f"answered {got}: {body[:500]!r}")
    line.close()


def wait_for(port: int, within: float = 60) -> None:
    """Until something listens on the port. Raises Broken."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Broken(f"nothing listens on port {port}")


def decoded(body: bytes) -> Any:
    """The JSON of an answer."""
    return json.loads(body)
