"""The other end of a wire: answers as it is told, or misbehaves, and keeps what it got."""

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# Far longer than any patience of a test: a notifier that is not cut off would get its acceptance.
DRIPS, PAUSE_SECONDS = 300, 0.05


@dataclass
class Far:
    """What the far end does with a request, and the requests that it got: head and body."""

    status: int = 200
    body: bytes = b""
    more: str = ""
    """Further header lines."""
    manner: str = "answer"
    got: list[tuple[str, bytes]] = field(default_factory=list)
    waited_for: bool = False
    """Whether somebody was still there when it came to its end."""
    closed: threading.Event = field(default_factory=threading.Event)

    def reply(self) -> bytes:
        head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.body)}\r\n{self.more}\r\n"
        return head.encode() + self.body


class Http(socketserver.StreamRequestHandler):
    """HTTP from the socket up, since no polite server breaks off in the middle."""

    far: Far

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (line := self.rfile.readline()):
                return
            head += line
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            ),
            0,
        )
        self.far.got.append((head.decode(), self.rfile.read(length)))
        getattr(self, self.far.manner)()

    def answer(self) -> None:
        self.wfile.write(self.far.reply())

    def hang(self) -> None:
        self.far.waited_for = not self.far.closed.wait(DRIPS * PAUSE_SECONDS)

    def drip(self) -> None:
        """The acceptance, a byte at a time; its end comes after everybody's patience."""
        self._drip(self.far.reply())

    def drip_without_length(self) -> None:
        self._drip(b"HTTP/1.1 200 X\r\nConnection: close\r\n\r\n" + self.far.body)

    def _drip(self, whole: bytes) -> None:
        for place in range(len(whole)):
            self.far.waited_for = place == len(whole) - 1
            self.wfile.write(whole[place : place + 1])
            if self.far.closed.wait(PAUSE_SECONDS):
                return

    def drip_head(self) -> None:
        # Clients refuse more than a hundred lines.
        lines = "".join(f"X-{number}: 1\r\n" for number in range(90))
        self._drip(f"HTTP/1.1 200 X\r\n{lines}\r\n".encode() + self.far.body)

    def cut(self) -> None:
        """Less than was promised."""
        self.wfile.write(self.far.reply()[:-1])

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def finish(self) -> None:
        if self.far.manner != "reset":
            super().finish()


class Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; `manner` names the step that goes wrong, `status` how."""

    far: Far
    proof: ssl.SSLContext | None = None
    """With it: TLS is offered and, behind it, AUTH; what was said before it is forgotten."""
    at_once = False
    """TLS from the first byte on."""

    def setup(self) -> None:
        super().setup()
        if self.at_once:
            self._secure()

    def _secure(self) -> None:
        if self.proof is not None:
            self.connection = self.proof.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def handle(self) -> None:
        if self.far.manner == "hang":
            self.far.closed.wait(DRIPS * PAUSE_SECONDS)
            return
        if self._fails("greeting"):
            return
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if self._fails(verb):
                continue
            if verb == "DATA":
                if self._took():
                    continue
                return
            self.say(self._answers(verb))
            if verb == "QUIT":
                return
            if verb == "STARTTLS":
                self._secure()

    def _answers(self, verb: str) -> str:
        if verb == "EHLO" and self.proof is not None:
            return "250-far\r\n250-STARTTLS\r\n250 AUTH PLAIN"
        return {"QUIT": "221 bye", "STARTTLS": "220 go on", "AUTH": "235 come in"}.get(verb, "250 ok")

    def _fails(self, step: str) -> bool:
        if self.far.manner == step:
            self.say(f"{self.far.status} no, fang@street.example")
        return self.far.manner == step

    def _took(self) -> bool:
        """Whether it is to go on."""
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        if self.far.manner == "reset":
            return False
        if self.far.manner == "drip":
            for _ in range(DRIPS):
                if self.far.closed.wait(PAUSE_SECONDS):
                    return False
                self.wfile.write(b"250-")
            self.far.waited_for = True
        if self.far.manner == "end":
            self.say(f"{self.far.status} no, fang@street.example")
        else:
            self.far.got.append(("", b"".join(lines)))
            self.say("250 taken")
        return True

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """A connection that the test broke is no news."""


@contextmanager
def serving(handler: type[socketserver.StreamRequestHandler], far: Far) -> Iterator[int]:
    """Serve on a port of this machine."""
    server = _Server(("127.0.0.1", 0), type("Handler", (handler,), {"far": far}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        far.closed.set()
        server.shutdown()
        server.server_close()
        thread.join()
