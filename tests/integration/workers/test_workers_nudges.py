"""The nudger: coalesces, never blocks the caller, drops when the broker is away, and recovers."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import redis
from celery import Celery
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from models.domain.streams import Role
from services import nudges
from services.api.app import make_app
from services.callers import Holder, create_token
from services.execute import Shop
from services.nudges import Nudger, producer, queue_name
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.integration.workers.conftest import Broker
from tests.integration.workers.crew import Site, settings_for, wait_until


class Told(Celery):
    """Keeps what is sent, and may be held up."""

    def __init__(self) -> None:
        super().__init__("told", set_as_current=False)
        self.sent: list[str] = []
        self.free = Event()
        self.entered = Event()

    def send_task(self, name: str, *_: object, **__: object) -> None:  # type: ignore[override]
        self.entered.set()
        assert self.free.wait(10)
        self.sent.append(name)


@pytest.fixture
def black_hole() -> Iterator[str]:
    """A broker that takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


@pytest.fixture
def nudger(broker: Broker) -> Iterator[Nudger]:
    made = Nudger(producer(settings_for(Path("/tmp"), "postgresql://x@/x", broker.url).broker_url))
    with redis.Redis.from_url(broker.url) as line:
        line.flushall()
    yield made
    made.stop()


def queued(broker: Broker, lane: str) -> int:
    with redis.Redis.from_url(broker.url) as line:
        return int(line.llen(queue_name(lane)))


def test_many_nudges_while_one_is_sent_become_one_message_a_lane() -> None:
    app = Told()
    nudger = Nudger(app)
    nudger.nudge(["route"])
    assert app.entered.wait(5)
    for _ in range(1000):
        nudger.nudge(["route", "send"])
    app.free.set()
    wait_until(lambda: len(app.sent) == 3)
    nudger.stop()
    assert app.sent == ["lianban.order.route", "lianban.order.route", "lianban.notice.send"]


def test_nudging_returns_at_once_while_the_broker_hangs(black_hole: str) -> None:
    nudger = Nudger(producer(black_hole))
    begun = time.monotonic()
    for _ in range(1000):
        nudger.nudge(["route"])
    assert time.monotonic() - begun < 0.5


def test_a_nudge_arrives_in_the_lane_s_own_queue(nudger: Nudger, broker: Broker) -> None:
    nudger.nudge(["fire"])
    wait_until(lambda: queued(broker, "fire") == 1)
    assert queued(broker, "route") == 0


def test_nudges_are_dropped_while_the_broker_is_away_and_arrive_once_it_is_back(
    nudger: Nudger, broker: Broker
) -> None:
    nudger.nudge(["route"])
    wait_until(lambda: queued(broker, "route") == 1)
    broker.stop()
    for _ in range(20):
        nudger.nudge(["route"])
        time.sleep(0.01)
    broker.start()

    def arrives() -> bool:
        nudger.nudge(["send"])
        return queued(broker, "send") > 0

    assert wait_until(arrives) < 5


def test_after_flushall_the_next_nudge_arrives(nudger: Nudger, broker: Broker) -> None:
    nudger.nudge(["route"])
    wait_until(lambda: queued(broker, "route") == 1)
    with redis.Redis.from_url(broker.url) as line:
        line.flushall()
    nudger.nudge(["route"])
    wait_until(lambda: queued(broker, "route") == 1)


def test_starting_anew_ends_the_nudger_before(broker: Broker) -> None:
    given = settings_for(Path("/tmp"), "postgresql://x@/x", broker.url)
    nudges.start(given)
    first = nudges._nudger
    nudges.start(given)
    nudges.stop()
    assert first is not None
    assert not first._thread.is_alive()


def test_no_request_waits_for_a_broker_that_never_answers(
    folder: Path, migrated_url: str, black_hole: str, site: Site, engine: Engine
) -> None:
    given = settings_for(folder, migrated_url, black_hole)
    with transaction(engine) as sql:
        holder = Holder(site.id, Role.HANDLER, "committee", None)
        token = create_token(sql, holder, name="test", lasts=timedelta(hours=1))
    body = {"site": site.code, "space": "hall", "description": "灯不亮"}
    app = make_app(Shop(open_engine(migrated_url, DatabaseRole.APP), Contexts()), given, with_nudges=True)
    took = []
    with TestClient(app, base_url=given.public_url, headers={"Authorization": f"Bearer {token}"}) as client:
        client.get("/api/v1/orders")  # warm
        for _ in range(5):
            begun = time.monotonic()
            assert client.post("/api/v1/orders", json=body).status_code == 201
            took.append(time.monotonic() - begun)
    assert max(took) < 1
