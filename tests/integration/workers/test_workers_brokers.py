"""One little story, told four times at once: the broker is healthy, absent, wiped again and again, or mute.

The broker carries hints alone. So without it the same happens, a few seconds later; and nobody waits for it.
"""

import re
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2
import psycopg
import pytest
import redis

from models.domain.streams import Role
from services.callers import Holder, create_token
from services.settings import Settings
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade
from services.store.transactions import transaction
from tests.integration.test_up import free_port
from tests.integration.workers.conftest import Broker
from tests.integration.workers.crew import STARTED, Crew, Site, add_site, beats, settings_for, wait_until
from workers.pulse import GRACE

SHORT = (
    ('[safety.danger]\nacknowledge = "15 min 24x7"', '[safety.danger]\nacknowledge = "24 s 24x7"'),
    ('past_danger = "1 h 24x7"', 'past_danger = "12 s 24x7"'),
)
"""Steps after 12, 24 and 36 s: so far apart that a slow machine skips none for a later one."""
STEPS_OF_AN_ORDER = 6
"""Half time, red and 催办, of the two parties that act."""
LATEST = GRACE + timedelta(seconds=1)
BUSY = timedelta(seconds=5)
"""What a machine with four stacks on two cores adds, now to one and now to another of them."""
LONGEST_WAIT_SECONDS = 3.0
ORDERS = 2


@contextmanager
def healthy() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    broker = Broker(folder)
    broker.start()
    try:
        yield broker.url
    finally:
        broker.stop()
        rmtree(folder)


@contextmanager
def absent() -> Iterator[str]:
    yield "unix:///nonexistent/lianban.sock?db=0"


@contextmanager
def wiped() -> Iterator[str]:
    over = Event()
    with healthy() as url, redis.Redis.from_url(url) as line:

        def wipe() -> None:
            while not over.wait(0.3):
                line.flushall()

        wiping = Thread(target=wipe)
        wiping.start()
        try:
            yield url
        finally:
            over.set()
            wiping.join()


@contextmanager
def mute() -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


BROKERS = {"healthy": healthy, "absent": absent, "wiped": wiped, "mute": mute}


@dataclass(frozen=True)
class Ending:
    """What became of the orders, without what differs from run to run: instants, ids and commitments."""

    states: list[str]
    steps: list[tuple[Any, ...]]
    notices: list[tuple[Any, ...]]
    told: list[tuple[Any, ...]]
    lateness: timedelta
    slowest_seconds: float


class World:
    """A database, a stack and a site of its own."""

    def __init__(self, url: str, redis_url: str, folder: Path) -> None:
        upgrade(url)
        self.engine = open_engine(url, DatabaseRole.WORKER)
        self.site: Site = add_site(self.engine, _short)
        port = free_port()
        self.settings: Settings = settings_for(folder, url, redis_url, port=port)
        self.crew = Crew(self.settings)
        self.took: list[float] = []
        with transaction(self.engine) as sql:
            holders = {party: Holder(self.site.id, Role.LEAD, party) for party in ("committee", "property")}
            self.tokens = {
                party: create_token(sql, holder, name="test", lasts=timedelta(hours=1))
                for party, holder in holders.items()
            }

    def start(self, *, with_lanes: bool) -> None:
        for name in ("api", "worker", "sender", "pulse"):
            self.crew.start(name)
        wait_until(lambda: beats(self.engine) > 0, STARTED, "no pulse")
        wait_until(self.answers, STARTED, "no API")
        if with_lanes:
            wait_until(lambda: self.crew.log().count(" ready.") == 2, STARTED, "no lanes")

    def answers(self) -> bool:
        try:
            return httpx2.get(f"{self.settings.public_url}/health/ready", timeout=2).status_code == 200
        except httpx2.TransportError:
            return False

    def post(self, party: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        begun = time.monotonic()
        answer = httpx2.post(
            f"{self.settings.public_url}/api/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.tokens[party]}"},
            timeout=30,
        )
        self.took.append(time.monotonic() - begun)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def end(self) -> None:
        self.crew.end()
        self.engine.dispose()


def _short(playbook: str) -> str:
    for old, new in SHORT:
        assert old in playbook, old
        playbook = playbook.replace(old, new, 1)
    return playbook


def story(world: World) -> Ending:
    """Two dangerous leaks that nobody takes up before everybody was reminded; then one party does."""
    report = {
        "site": world.site.code,
        "space": "table-tennis",
        "category": "leak",
        "origin": "pre_existing",
        "severity": "danger",
        "description": "漏水",
    }
    world.post("committee", "orders", report | {"category": "question", "severity": "ordinary"})
    world.took.clear()  # the first request of a process compiles and connects
    codes = [world.post("committee", "orders", report)["code"] for _ in range(ORDERS)]
    wait_until(lambda: count(world, "firing") == ORDERS * STEPS_OF_AN_ORDER, 240, world.crew.log())
    for code in codes:
        world.post("property", f"orders/{code}/assignments/property/acknowledge", {})
    wait_until(lambda: not world.site.ask(UNTOLD), 240, world.crew.log())
    return Ending(
        states=[timeless(row[0], codes) for row in world.site.ask(STATES)],
        steps=world.site.ask(STEPS),
        notices=world.site.ask(NOTICES),
        told=world.site.ask(TOLD),
        lateness=world.site.ask("SELECT max(lateness) FROM firing")[0][0],
        slowest_seconds=max(world.took),
    )


STATES = "SELECT state::text FROM stream ORDER BY stream_id"
STEPS = (
    "SELECT stream_id, deadline_id, kind, party, rung, occurrence, skipped, playbook_version,"
    " calendar_version FROM firing ORDER BY 1, 2, 5, 6"
)
NOTICES = "SELECT stream_id, party, role, why, urgency FROM notice ORDER BY 1, 2, 3, 4"
TOLD = "SELECT stream_id, party, member, why FROM phone ORDER BY 1, 2, 3, 4"
UNTOLD = (
    "SELECT id FROM notice WHERE expanded_at IS NULL AND send_at <= now()"
    " UNION ALL SELECT id FROM delivery WHERE state = 'queued'"
)


def count(world: World, table: str) -> int:
    found: int = world.site.ask(f"SELECT count(*) FROM {table}")[0][0]
    return found


def timeless(state: str, codes: list[str]) -> str:
    """A state without instants, and without the ids and commitments of texts and people."""
    for place, code in enumerate(codes):
        state = state.replace(code, f"order {place}")
    state = re.sub(r'"\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)"', '"at"', state)
    state = re.sub(r'"token:[0-9a-f]+"', '"token"', state)
    # In working hours a limit of days, and what is left of it, depends on the microsecond of its start.
    state = re.sub(r'"(total|left|ran_on_with)": \d+', r'"\1": "…"', state)
    return re.sub(r'"(id|commitment)": "[^"]*"', r'"\1": "…"', state)


@pytest.fixture(scope="module")
def endings(postgres_url: str) -> Iterator[dict[str, Ending]]:
    """How the story ended, by how the broker was."""
    with ExitStack() as stack:
        worlds = {
            name: stack.enter_context(in_world(postgres_url, name, broker()))
            for name, broker in BROKERS.items()
        }
        for name, world in worlds.items():
            world.start(with_lanes=name in {"healthy", "wiped"})
        with ThreadPoolExecutor(len(worlds)) as pool:
            telling = {name: pool.submit(story, world) for name, world in worlds.items()}
        yield {name: one.result() for name, one in telling.items()}


@contextmanager
def in_world(postgres_url: str, name: str, broker: AbstractContextManager[str]) -> Iterator[World]:
    with psycopg.connect(postgres_url, autocommit=True) as sql:
        sql.execute(f"CREATE DATABASE lianban_{name}".encode())
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/lianban_{name}"))
    with broker as redis_url, tempfile.TemporaryDirectory(prefix="lianban-test-") as folder:
        world = World(url, redis_url, Path(folder))
        try:
            yield world
        finally:
            world.end()


TROUBLED = ("absent", "wiped", "mute")


@pytest.mark.parametrize("broker", TROUBLED)
def test_the_orders_end_in_the_same_states(endings: dict[str, Ending], broker: str) -> None:
    assert endings[broker].states == endings["healthy"].states


@pytest.mark.parametrize("broker", TROUBLED)
def test_the_same_steps_are_reached(endings: dict[str, Ending], broker: str) -> None:
    assert endings[broker].steps == endings["healthy"].steps


@pytest.mark.parametrize("broker", TROUBLED)
def test_the_same_people_are_told_the_same(endings: dict[str, Ending], broker: str) -> None:
    assert endings[broker].notices == endings["healthy"].notices
    assert endings[broker].told == endings["healthy"].told


def test_all_steps_and_notices_are_there(endings: dict[str, Ending]) -> None:
    assert len(endings["healthy"].steps) == ORDERS * STEPS_OF_AN_ORDER
    assert len(endings["healthy"].told) > ORDERS * STEPS_OF_AN_ORDER / 2


@pytest.mark.parametrize("broker", TROUBLED)
def test_no_step_is_later_than_the_grace_and_a_second(endings: dict[str, Ending], broker: str) -> None:
    # Told at the same time beside a healthy broker, since a busy machine makes both late.
    assert endings[broker].lateness <= endings["healthy"].lateness + LATEST + BUSY


@pytest.mark.parametrize("broker", TROUBLED)
def test_no_request_waits_for_the_broker(endings: dict[str, Ending], broker: str) -> None:
    assert endings[broker].slowest_seconds - endings["healthy"].slowest_seconds <= LONGEST_WAIT_SECONDS
