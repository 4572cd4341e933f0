"""A real server and clients that are no browsers: too large, too many, too slow, or not reading."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from services.api import connection
from services.api.connection import Connection
from services.settings import settings
from tests.integration.api.test_api_headers import wrong_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.api.conftest import World

GET = b"GET /health/live HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /sign-in/password HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LARGE = b"x" * (16 * 1024 * 1024)
OVER_HTTP = ["transport"]
"""What is missing, and rightly: this server is reached without https."""


class Hasty(Connection):
    """The same with less patience."""

    LOOK = 0.05
    HEAD = 0.3
    BODY, BODY_MOST, BODY_RATE = 0.5, 1.0, 1000
    UNREAD = 0.5


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Says which headers came; on /large it says much."""
    body = b""
    while scope["method"] == "POST" and (message := await receive()).get("more_body"):
        body += message["body"]
    said = LARGE if scope["path"] == "/large" else repr([name for name, _ in scope["headers"]]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": said})


def serve(app: Any) -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        made = uvicorn.Config(
            app, lifespan="off", log_config=None, http=Hasty, proxy_headers=False, server_header=False
        )
        server = uvicorn.Server(made)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def port(world: World) -> Iterator[int]:
    yield from serve(world.app)


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    yield from serve(told)


def talk(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that is answered until the server ends the connection; pieces are sent until it does."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        for piece in pieces:
            try:
                line.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        return rest(line)


def rest(line: socket.socket) -> bytes:
    said = b""
    try:
        while piece := line.recv(65536):
            said += piece
    except ConnectionResetError:
        pass
    return said


def status_and_headers(said: bytes) -> tuple[int, dict[str, str]]:
    lines = said.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return int(lines[0].split()[1]), {
        name.lower(): value for name, _, value in (one.partition(": ") for one in lines[1:])
    }


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(GET + b"X: " + b"x" * 40_000 + b"\r\n\r\n", 431, id="a large header"),
        pytest.param(GET + b"X: x\r\n" * 100 + b"\r\n", 431, id="many headers"),
        pytest.param(GET + (b"X: " + b"x" * 900 + b"\r\n") * 40 + b"\r\n", 431, id="many large headers"),
        pytest.param(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, id="a long address"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00", 400, id="no HTTP"),
        pytest.param(POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400, id="two lengths"),
        pytest.param(POST + b"Content-Length: 3\r\n" + CHUNKED, 400, id="two framings"),
        pytest.param(POST + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n", 400, id="a length of 400 digits"),
        pytest.param(GET.replace(b"Host: a", b"Host : a") + b"\r\n", 400, id="a space before the colon"),
        pytest.param(GET.replace(b"\r\n", b"\n") + b"\n", 400, id="lines without a return"),
    ],
)
def test_what_is_too_much_or_no_http_is_refused_with_all_headers(
    port: int, request_: bytes, status: int
) -> None:
    got, headers = status_and_headers(talk(port, request_))
    assert (got, wrong_with(headers)) == (status, OVER_HTTP)


def test_a_head_that_never_ends_is_refused_while_it_comes(port: int) -> None:
    sent = [GET + b"X: "] + [b"x" * 4096] * 1000
    assert status_and_headers(talk(port, *sent, pause=0.001))[0] == 431


@pytest.mark.parametrize("begin", [GET, GET + b"X: ", b"GET /", b"\r\n"])
def test_a_head_that_drips_is_ended_however_often_a_byte_comes(port: int, begin: bytes) -> None:
    said = talk(port, begin, *[b"\r\n" if begin == b"\r\n" else b"x"] * 400, pause=0.05)
    assert said == b"" if begin == b"\r\n" else status_and_headers(said)[0] == 408


def test_a_connection_without_a_word_is_ended(port: int) -> None:
    assert talk(port) == b""


def test_the_next_request_may_not_drip_either(port: int) -> None:
    said = talk(port, GET + b"\r\n", GET, *[b"X: x\r\n"] * 90, pause=0.05)
    assert said.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in said


def test_a_body_that_drips_is_ended(port: int) -> None:
    said = talk(
        port, POST + b"Sec-Fetch-Site: same-origin\r\nContent-Length: 1000\r\n\r\n", *[b"a"] * 999, pause=0.05
    )
    assert status_and_headers(said)[0] == 408


def test_a_body_that_comes_steadily_has_the_time_that_it_needs(echo: int) -> None:
    begin = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4000\r\n\r\n"
    assert talk(echo, begin, *[b"a" * 400] * 10, pause=0.07).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("most", ["chunks of a byte", "words about a chunk", "words after the body"])
def test_what_stands_around_a_body_has_its_limit_too(echo: int, most: str) -> None:
    begin = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    flood = {
        "chunks of a byte": b"1\r\na\r\n" * 20_000,
        "words about a chunk": b"1;" + b"x" * 100_000,
        "words after the body": b"0\r\nX: " + b"x" * 100_000,
    }[most]
    pieces = [flood[at : at + 4096] for at in range(0, len(flood), 4096)]
    assert status_and_headers(talk(echo, begin, *pieces, pause=0.002))[0] in {408, 431}


def test_what_follows_a_body_does_not_pass_for_a_header(echo: int) -> None:
    said = talk(
        echo,
        b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"1\r\na\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\nAuthorization: Bearer x\r\n\r\n",
    )
    assert b"authorization" not in said
    assert b"x-forwarded-for" not in said
    assert b"transfer-encoding" in said


def test_who_does_not_read_is_left(echo: int) -> None:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(20)
        line.connect(("127.0.0.1", echo))
        line.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(2)
        assert len(rest(line)) < len(LARGE)


def test_a_body_without_end_is_cut_off_while_it_comes(port: int) -> None:
    chunk = b"1000\r\n" + b"a" * 4096 + b"\r\n"
    begin = POST + b"Sec-Fetch-Site: same-origin\r\n" + CHUNKED
    said = talk(port, begin, *[chunk] * 400)
    assert status_and_headers(said)[0] == 413


# ── how many ────────────────────────────────────────────────────────────────────────────────────────────────


def served(port: int, number: int) -> list[bool]:
    """Which of so many connections, open at once, are answered."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            for _ in range(number)
        ]
        time.sleep(0.2)  # all are accepted, or ended
        return sorted(_is_served(line) for line in lines)


def _is_served(line: socket.socket) -> bool:
    try:
        line.sendall(GET + b"Connection: close\r\n\r\n")
        return rest(line).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three connections are an address's most, and nobody is in a hurry."""
    monkeypatch.setattr(connection, "MOST_OF_AN_ADDRESS", 3)
    monkeypatch.setattr(Hasty, "HEAD", 20.0)


@pytest.mark.usefixtures("three")
def test_an_address_has_so_many_connections_and_gets_them_back(port: int) -> None:
    assert served(port, 5) == [False, False, True, True, True]
    assert served(port, 1) == [True]


@pytest.mark.usefixtures("three")
def test_a_proxys_connections_are_not_counted_as_one_persons(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = settings().model_copy(update={"proxies": "127.0.0.0/8"})
    monkeypatch.setattr(connection, "settings", lambda: behind)
    assert served(port, 5) == [True] * 5
