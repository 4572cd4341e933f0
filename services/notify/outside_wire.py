"""The wire: one connection, to an address that was looked at, cut off at an instant whatever drips.

Nothing here follows a redirect, keeps a connection, writes a log, or tells what it carried.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv6Address, ip_address, ip_network
from math import inf
from queue import Empty, SimpleQueue
from ssl import SSLContext
from threading import Condition, Thread
from time import monotonic
from urllib.parse import urlsplit

from httpx2 import create_ssl_context

from services.notify.sending_crew import Crew

LONGEST_REPLY = 65_536
"""Bytes of a reply that are read; a longer one is none of the services'."""

PATIENCE_SECONDS = 8.0
"""For the whole of one sending: name, connection, TLS, request and reply."""

CONNECT_SECONDS = 4.0
_CARRIES_IPV4 = ip_network("64:ff9b::/96")


class Unreached(Exception):
    """Nothing was sent; the message says why."""


class Broken(Exception):
    """The connection broke or timed out after sending began; it may or may not have arrived."""


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A POST that a service is sent; its parts hold secrets, so that it does not show itself."""

    url: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Wire:
    """How long to wait, and whether private addresses may be reached."""

    patience_seconds: float = PATIENCE_SECONDS
    private: bool = False

    def post(self, request: Request) -> Reply:
        """Send it once.

        Raises:
            Unreached, Broken: there is no whole reply.
        """
        parts = urlsplit(request.url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        if not secure and not self.private:
            raise Unreached("Without TLS nothing is sent; see LIANBAN_PRIVATE_ADDRESSES.")
        port = parts.port or (443 if secure else 80)
        with self.reached(host, port) as (sock, until):
            client = HTTPSConnection(host, port) if secure else HTTPConnection(host, port)
            client.sock = _secured(sock, host) if secure else sock
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return _exchanged(client, path, request, until)

    @contextmanager
    def reached(
        self, host: str, port: int, *, anywhere: bool = False
    ) -> Iterator[tuple[socket.socket, float]]:
        """A connection, and the instant of `monotonic` at which it is cut. Raises Unreached."""
        until = monotonic() + self.patience_seconds
        addresses = _resolved(host, port, min(CONNECT_SECONDS, self.patience_seconds))
        if not (self.private or anywhere or all(map(is_public, addresses))):
            raise Unreached("The address is private; see LIANBAN_PRIVATE_ADDRESSES.")
        with _connected(addresses, port, until) as sock, _scissors.cutting(sock, until):
            yield sock, until


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet, also where IPv6 carries an IPv4 address."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner or ip in _CARRIES_IPV4:
            return is_public(str(inner)) if inner else False
    return ip.is_global and not ip.is_multicast


_resolvers = Crew("lianban-resolve")


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name; the resolver cannot be interrupted, so it is left behind when it is late."""
    answer: SimpleQueue[list[str]] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.put([str(one[4][0]) for one in found])
        except (OSError, UnicodeError):
            answer.put([])

    _resolvers.do(ask)
    with suppress(Empty):
        if addresses := answer.get(timeout=seconds):
            return addresses
    raise Unreached("The service's name leads nowhere; nothing was sent.")


def _connected(addresses: list[str], port: int, until: float) -> socket.socket:
    for address in addresses:
        left = min(CONNECT_SECONDS, until - monotonic())
        if left <= 0:
            break
        with suppress(OSError):
            sock = socket.create_connection((address, port), timeout=left)
            sock.settimeout(max(0.001, until - monotonic()))
            # Else a request's body waits until its head was acknowledged.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise Unreached("The service could not be reached; nothing was sent.")


class _Scissors:
    """One thread that shuts each connection at its instant, whoever reads it then, byte by byte."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._thread: Thread | None = None
        self._open: dict[socket.socket, float] = {}
        self._sleeps_until = inf

    @contextmanager
    def cutting(self, sock: socket.socket, until: float) -> Iterator[None]:
        """Shut the connection at an instant of `monotonic`, unless it is over before."""
        # A handle of its own: wrapping in TLS takes the other one over.
        with sock.dup() as handle:
            self._note(handle, until)
            try:
                yield
            finally:
                with self._changed:
                    self._open.pop(handle, None)

    def _note(self, handle: socket.socket, until: float) -> None:
        with self._changed:
            self._open[handle] = until
            if self._thread is None or not self._thread.is_alive():  # the first, or after a fork
                self._thread = Thread(target=self._cut, daemon=True, name="lianban-scissors")
                self._thread.start()
            elif until < self._sleeps_until:
                self._changed.notify()

    def _cut(self) -> None:
        with self._changed:
            while True:
                now = monotonic()
                for handle in [one for one, until in self._open.items() if until <= now]:
                    del self._open[handle]
                    with suppress(OSError):
                        handle.shutdown(socket.SHUT_RDWR)
                self._sleeps_until = min(self._open.values(), default=inf)
                self._changed.wait(None if self._sleeps_until == inf else self._sleeps_until - now)


_scissors = _Scissors()


@cache
def tls() -> SSLContext:
    """The trust of the system, hosts' names checked."""
    return create_ssl_context()


def _secured(sock: socket.socket, host: str) -> socket.socket:
    try:
        return tls().wrap_socket(sock, server_hostname=host)
    except (OSError, ValueError):
        raise Unreached("The service did not prove who it is (TLS); nothing was sent.") from None


def _exchanged(client: HTTPConnection, path: str, request: Request, until: float) -> Reply:
    try:
        client.request("POST", path, request.body, {"User-Agent": "lianban", **request.headers})
        response = client.getresponse()
        reply = Reply(response.status, response.read(LONGEST_REPLY))
        missing = bool(response.length) and len(reply.body) < LONGEST_REPLY
    except (OSError, HTTPException, ValueError):
        raise Broken(Broken.__doc__) from None
    finally:
        client.close()
    # Cut off in the middle, a reply without a stated length looks whole.
    if missing or monotonic() >= until:
        raise Broken(Broken.__doc__)
    return reply
