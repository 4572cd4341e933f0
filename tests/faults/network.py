"""What lies between our processes and the world: a broker's proxy and a sink for messages, in one thread.

Both can be told to misbehave. The sink keeps its own record of what it truly took over: the run's only
witness of what arrived outside that does not come from the engine.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Self

LONGEST_MISBEHAVIOUR = 40.0
"""Seconds after which a hanging or dripping connection is given up even if the client is still there."""
DRIP_SECONDS = 0.4
SLOW_SECONDS = 0.8
"""Half of what a sender waits at the harness's usual lease."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the sink took over: the kind of service, whose endpoint it is, and its id there."""

    kind: str
    whose: str
    id: str | None
    """None where the service's protocol has none."""


@dataclass
class Record:
    """What the sink saw. Read it once the run is over, or under the lock."""

    taken: list[Taken] = field(default_factory=list)
    turned_away: Counter[str] = field(default_factory=Counter)
    """Messages that were not taken, by what was done to them instead."""


HOOKS, ROBOTS = "/hook/", "/robot/send?access_token="
"""Paths of webhooks, and of robots as 钉钉 has them; the rest is the name of whose it is."""


def identify(path: str, headers: dict[str, str], body: bytes) -> Taken:
    """What a request is, from its path, its headers by lower-case name, and its body."""
    if path.startswith(HOOKS):
        return Taken("webhook", path.removeprefix(HOOKS), headers["webhook-id"])
    if path.startswith(ROBOTS):
        return Taken("dingtalk", path.removeprefix(ROBOTS).partition("&")[0], None)
    return Taken("ntfy", json.loads(body)["topic"], None)


class Network:
    """The thread that both live in."""

    def __init__(self, broker: Path) -> None:
        self.proxy = Proxy(broker)
        self.sink = Sink()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="network", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.call(self.proxy.open())
        self.call(self.sink.open())
        return self

    def __exit__(self, *_: object) -> None:
        self.call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def call(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the thread and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    async def _end(self) -> None:
        self.proxy.close()
        self.sink.close()
        for _ in range(3):  # what was accepted just now gets its task first, and that is then ended too
            await asyncio.sleep(0)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted is closed when the loop comes round again


class Proxy:
    """A TCP port before the broker's socket, which may be absent or a black hole."""

    def __init__(self, broker: Path) -> None:
        self._broker = broker
        self._server: asyncio.Server | None = None
        self._port = 0
        self._lines: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()

    @property
    def url(self) -> str:
        """The address to give to those who want the broker."""
        return f"redis://127.0.0.1:{self._port}/0"

    async def open(self) -> None:
        """Listen, at the same port as before if there was one."""
        self._flows.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def absent(self) -> None:
        """Refuse connections and break those that stand."""
        self.close()
        for line in self._lines:
            line.transport.abort()

    async def black_hole(self) -> None:
        """Take everything, pass nothing on and say nothing, on old connections and new ones."""
        self._flows.clear()

    async def heal(self) -> None:
        """Pass everything on again; what was swallowed meanwhile comes late, as after a network's fault."""
        self._flows.set()
        if self._server is None or not self._server.is_serving():
            await self.open()

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        inner: asyncio.StreamWriter | None = None
        try:
            await self._flows.wait()
            answers, inner = await asyncio.open_unix_connection(str(self._broker))
            await asyncio.gather(self._pump(reader, inner), self._pump(answers, writer))
        except OSError:  # the broker, or whoever wanted it, is gone
            pass
        finally:
            self._lines.discard(writer)
            for one in (writer, inner):
                if one is not None:
                    one.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # one side hung up: the other one is to know


class Sink:
    """A service that messages are posted to, and that tells the truth about what it took.

    What it does by `mood`: answer well, slow, hang, drip, reset, swallow, 429, or error-200 (only where the
    protocol has an error code in the body).
    """

    def __init__(self, seed: int = 0) -> None:
        self.record, self.lock = Record(), Lock()
        self._dice = random.Random(seed)
        self._mood, self._share = "", 0.0
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def misbehave(self, mood: str, share: float) -> None:
        """Treat this share of all messages so, until told otherwise; '' is good."""
        self._mood, self._share = mood, share

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while message := await self._read(reader):
                if not await self._treat(message, reader, writer):
                    return
        except (OSError, asyncio.IncompleteReadError, TimeoutError):  # the client hung up, or waits for ever
            pass
        finally:
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> Taken | None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return identify(first.split()[1], headers, body)

    async def _treat(
        self, message: Taken, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Take it or not; whether the connection goes on."""
        mood = self._mood if self._dice.random() < self._share else ""
        if mood == "error-200" and message.kind not in READ_BODIES:
            mood = "429"  # where the status alone counts, 200 is a promise
        if mood == "slow":
            await asyncio.sleep(SLOW_SECONDS)
            mood = ""
        if mood in {"", "swallow"}:
            self._take(message)
        else:
            with self.lock:
                self.record.turned_away[mood] += mood != "drip"
        if mood == "hang":
            await asyncio.wait_for(reader.read(1), LONGEST_MISBEHAVIOUR)
        elif mood == "drip":
            await asyncio.wait_for(self._drip(message, writer), LONGEST_MISBEHAVIOUR)
            return True
        elif mood not in {"reset", "swallow"}:
            writer.write(_ANSWERS[mood])
            await writer.drain()
            return True
        return False

    async def _drip(self, message: Taken, writer: asyncio.StreamWriter) -> None:
        *slow, last = (_ANSWERS[""][place : place + 1] for place in range(len(_ANSWERS[""])))
        for byte in slow:
            writer.write(byte)
            await writer.drain()
            await asyncio.sleep(DRIP_SECONDS)
        self._take(message)
        writer.write(last)
        await writer.drain()

    def _take(self, message: Taken) -> None:
        """Before the answer: nobody may know of it earlier than this record."""
        with self.lock:
            self.record.taken.append(message)


def _answer(status: str, body: dict[str, object]) -> bytes:
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    return head.encode() + text


READ_BODIES = frozenset({"dingtalk", "ntfy"})
"""Services that say in the body of a 200 whether they took it."""

_ANSWERS = {
    "": _answer("200 OK", {"errcode": 0, "errmsg": "ok", "event": "message"}),
    "429": _answer("429 Too Many Requests", {"errcode": 130101, "errmsg": "too fast", "error": "too fast"}),
    "error-200": _answer("200 OK", {"errcode": 310000, "errmsg": "sign not match", "error": "not taken"}),
}
