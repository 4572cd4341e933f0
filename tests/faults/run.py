"""One run: the load, the faults, the healing, the quiet, the checker."""

import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from services.bootstrap import opened
from services.settings import VALKEY_SOCKET, socket_folder
from tests import machine
from tests.faults import broken
from tests.faults.checking import Checker
from tests.faults.clients import Client, Orders
from tests.faults.history import History
from tests.faults.network import Network
from tests.faults.plan import drawn
from tests.faults.queries import LEFT, LEFT_TO_DO
from tests.faults.stack import Stack, ended
from tests.faults.throwing import Thrower
from tests.faults.world import make_tokens, work_every_day, write_site

CLIENTS = 4
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for."""

    seconds: float
    """Of load and faults; 0 in a hunt for bugs, where each has its own."""
    seed: int
    kinds: Sequence[str]
    lease: timedelta = timedelta(seconds=12)
    bug: str | None = None
    harm: str = ""
    """What is done to the database before the start, to go with the bug."""
    server: Mapping[str, str] = field(default_factory=dict)
    """Settings of PostgreSQL other than the product's."""
    patience: timedelta = timedelta(minutes=4)
    """In which a healed stack is up again, the clients have their answers, and what was due is done."""
    keep: bool = False


class Run:
    """A run on a stack that is up, from the main thread."""

    def __init__(self, order: Order, stack: Stack, tokens: dict[str, str]) -> None:
        self._order, self._stack = order, stack
        self.thrower = Thrower(stack, order.seed)
        self.history, self._over = History(), Event()
        shared = (self.history, Orders(), tokens, self._over)
        self.clients = [Client(n, order.seed, stack.settings.port, shared) for n in range(CLIENTS)]
        for client in self.clients:
            client.cutting = "reply-cut" in order.kinds

    def storm(self) -> None:
        """Load and faults, for as long as was asked for."""
        order = self._order
        todo = list(
            drawn(order.kinds, seed=order.seed, seconds=order.seconds, lease=order.lease.total_seconds())
        )
        self._wait(lambda: self._stack.is_at_work)
        for client in self.clients:
            client.start()
        began = time.monotonic()
        while (now := time.monotonic() - began) < order.seconds:
            while todo and todo[0].at <= now:
                self.thrower.throw(todo.pop(0), now)
            self.thrower.look(now)
            self._stack.look_after()
            self._over.wait(LOOK_SECONDS)
        self.thrower.thrown["reply-cut"] = sum(client.cuts for client in self.clients)

    def heal(self) -> tuple[datetime, list[str]]:
        """Faults off, everybody up, every client answered, nothing due left: the instant of healing, and what
        did not come true in all patience.
        """
        self.thrower.heal()
        self._over.set()
        left = []
        if not self._wait(lambda: self._stack.is_up):
            left.append("the stack did not come up again")
        healed_at = self._now()
        if not self._wait(lambda: not any(client.is_alive() for client in self.clients)):
            left.append("a client has no answer")
        elif not all(client.is_done for client in self.clients):
            left.append("a client broke down")
        if not self._wait(lambda: not self._left(healed_at)):
            left.append(f"not done: {self._left(healed_at)}")
        for client in self.clients:
            client.given_up.set()
        return healed_at, left

    def _wait(self, condition: Callable[[], bool]) -> bool:
        until = time.monotonic() + self._order.patience.total_seconds()
        while not condition():
            if time.monotonic() > until:
                return False
            self._stack.look_after()
            time.sleep(LOOK_SECONDS)
        return True

    def _now(self) -> datetime:
        with psycopg.connect(self._stack.settings.database_url) as sql:
            row = sql.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        now: datetime = row[0]
        return now

    def _left(self, until: datetime) -> dict[str, int]:
        with psycopg.connect(self._stack.settings.database_url) as sql:
            sql.execute("SET ROLE lianban_worker")
            rows = sql.execute(LEFT_TO_DO.encode(), [until] * len(LEFT)).fetchall()
        return {what: count for what, count in rows if count}


def run(order: Order) -> dict[str, Any]:
    """All of it, in a temporary folder; the image of what came out."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="lianban-faults-"))
    folder.chmod(0o711)
    image = {
        "seed": order.seed,
        "seconds": order.seconds,
        "lease_s": order.lease.total_seconds(),
        **machine.told(),
    }
    try:
        with Network(socket_folder(folder) / VALKEY_SOCKET) as network:
            given = broken.told(order.lease, network.sink.port, order.bug)
            stack = Stack(folder, network, given, order.server)
            with ended(stack):
                image |= _in(stack, order)
    finally:
        if not (order.keep and not image.get("good")):
            shutil.rmtree(folder, ignore_errors=True)
    kept = {"folder": str(folder)} if folder.exists() else {}
    return image | {"took_s": round(time.monotonic() - began, 1)} | kept


def _in(stack: Stack, order: Order) -> dict[str, Any]:
    stack.start_servers(order.harm)
    with opened(stack.settings) as shop:
        work_every_day(shop)
        write_site(stack.settings.data / "site", stack.network.sink.port)
        stack.load_site(stack.settings.data / "site")
        tokens = make_tokens(shop)
    stack.start_ours()
    current = Run(order, stack, tokens)
    current.storm()
    healed_at, left = current.heal()
    stack.end_ours()
    with opened(stack.settings) as shop, stack.network.sink.lock:
        records = (current.history, stack.network.sink.record)
        findings = Checker(stack.settings, shop, records, healed_at).check()
    thrown = current.thrower.thrown
    return {
        "faults": {kind: thrown[kind] for kind in sorted(thrown)},
        "faults_thrown": thrown.total(),
        "slowest_answer_s": round(max(client.slowest for client in current.clients), 2),
        "left": left,
        **findings.image(),
        "good": findings.is_good and not left,
    }
