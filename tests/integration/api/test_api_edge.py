"""What is too much: requests, tries, reports, pages, time; and whose word about an address holds."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest
import redis
from fastapi.testclient import TestClient
from starlette.requests import Request

from services import nudges
from services.api.app import make_app
from services.api.flood import SECONDS_AT_ONCE, Buckets, TooManyRequests
from services.embedded.supervisor import spawn
from services.embedded.valkey import Valkey
from services.execute import Shop
from services.identity import tries
from services.identity.tries import network_of
from services.settings import Settings
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from services.views.orders import MOST
from tests.integration.api.conftest import HOME, LEAK
from tests.integration.api.people_kit import PASSWORD, account, code_on_phone
from tests.integration.api.routes_kit import OWN, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from tests.integration.api.conftest import World


def told(world: World, **more: str) -> Settings:
    return Settings.read(
        {
            "LIANBAN_ENV": "test",
            "LIANBAN_DATA": str(world.settings.data),
            "LIANBAN_SECRET_KEY": "k" * 40,
            **{f"LIANBAN_{name.upper()}": value for name, value in more.items()},
        }
    )


def app_of(world: World, **more: str) -> FastAPI:
    """A web process of its own over the same database."""
    return make_app(world.app.state.shop, told(world, **more))


def at(app: FastAPI, address: str, **headers: str) -> TestClient:
    return TestClient(
        app,
        HOME,
        client=(address, 5000),
        headers=OWN | headers,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def statuses(client: Any, number: int, path: str = "/health/live") -> list[int]:
    return [client.get(path).status_code for _ in range(number)]


# ── floods ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_bucket_gives_what_it_holds_and_then_what_runs_in() -> None:
    buckets, held = Buckets(5), int(5 * SECONDS_AT_ONCE)
    for _ in range(held):
        buckets.take("a", 100.0)
    with pytest.raises(TooManyRequests) as refused:
        buckets.take("a", 100.0)
    assert refused.value.wait == pytest.approx(0.2)
    buckets.take("b", 100.0)
    buckets.take("a", 100.2001)
    with pytest.raises(TooManyRequests):
        buckets.take("a", 100.2001)


def test_asking_in_vain_does_not_prolong_the_wait() -> None:
    buckets = Buckets(1)
    for _ in range(int(SECONDS_AT_ONCE)):
        buckets.take("a", 0.0)
    for _ in range(1000):
        with pytest.raises(TooManyRequests):
            buckets.take("a", 0.5)
    buckets.take("a", 1.01)


def test_a_flood_from_everywhere_takes_no_more_memory_and_frees_nobody_who_floods() -> None:
    buckets = Buckets(1, keys=100)
    for _ in range(int(SECONDS_AT_ONCE)):
        buckets.take("flood", 0.0)
    for number in range(10_000):
        buckets.take(str(number), 0.0)
        with pytest.raises(TooManyRequests):
            buckets.take("flood", 0.0)
    assert len(buckets._full_at) == 100


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bucket fills up while a test goes on."""
    for module in ("edge", "guard"):
        monkeypatch.setattr(f"services.api.{module}.monotonic", lambda: 100.0)


@pytest.mark.usefixtures("stopped")
def test_an_address_that_floods_is_answered_429_and_the_others_go_on(world: World) -> None:
    app = app_of(world, requests_per_address="2")
    flood = at(app, "198.51.100.7")
    assert statuses(flood, 20) == [200] * 20
    answer = flood.get("/health/live")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert at(app, "198.51.100.8").get("/health/live").status_code == 200


@pytest.mark.usefixtures("stopped")
def test_a_network_of_ipv6_is_one_address(world: World) -> None:
    app = app_of(world, requests_per_address="1")
    found = [at(app, f"2001:db8::{number:x}").get("/health/live").status_code for number in range(12)]
    assert found == [200] * 10 + [429] * 2
    assert at(app, "2001:db8:0:1::1").get("/health/live").status_code == 200


@pytest.mark.usefixtures("stopped")
def test_a_caller_that_floods_is_held_wherever_it_calls_from(world: World) -> None:
    app = app_of(world, requests_per_caller="1")
    one, other = ({"Authorization": f"Bearer {world.token('lead', 'committee')}"} for _ in range(2))
    found = [
        at(app, f"203.0.113.{number}", **one).get("/api/v1/sites/AIBO5").status_code for number in range(12)
    ]
    assert found == [200] * 10 + [429] * 2
    assert at(app, "203.0.113.1", **other).get("/api/v1/sites/AIBO5").status_code == 200


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_as_what_an_address_is_counted(address: str, counted: str) -> None:
    assert network_of(address) == counted


# ── whose word holds ────────────────────────────────────────────────────────────────────────────────────────

SPOOFED: list[dict[str, str]] = [
    {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"},
    {"Forwarded": "for=192.0.2.1;proto=https;host=evil.example"},
    {"X-Real-IP": "192.0.2.1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Scheme": "https"},
    {"X-Client-IP": "192.0.2.1", "True-Client-IP": "192.0.2.1", "CF-Connecting-IP": "192.0.2.1"},
]


def with_probe(app: FastAPI) -> FastAPI:
    """The application with a page that says for whom it takes its visitor."""

    def probe(request: Request) -> dict[str, str]:
        return {"address": request.client.host if request.client else "", "url": str(request.url)}

    app.router.add_api_route("/sign-in/probe", probe)
    return app


@pytest.fixture(scope="module")
def by_itself(world: World) -> FastAPI:
    """A web process that was told of no proxy."""
    return with_probe(app_of(world))


@pytest.fixture(scope="module")
def behind(world: World) -> FastAPI:
    """One behind two."""
    return with_probe(app_of(world, proxies="10.0.0.0/24, 127.0.0.1"))


def seen_as(app: FastAPI, address: str, headers: dict[str, str]) -> Any:
    return at(app, address, **headers).get("/sign-in/probe").json()


@pytest.mark.parametrize("headers", SPOOFED)
@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.9", "198.51.100.7"])
def test_nobody_is_believed_where_no_proxy_is_named(
    by_itself: FastAPI, headers: dict[str, str], address: str
) -> None:
    found = seen_as(by_itself, address, headers)
    assert found == {"address": address, "url": f"{HOME}/sign-in/probe"}


@pytest.mark.parametrize("headers", SPOOFED)
def test_whoever_is_not_the_proxy_is_not_believed(behind: FastAPI, headers: dict[str, str]) -> None:
    assert seen_as(behind, "10.0.1.9", headers) == {"address": "10.0.1.9", "url": f"{HOME}/sign-in/probe"}


def test_the_proxy_is_believed_in_what_it_added_itself(behind: FastAPI) -> None:
    headers = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7", "X-Forwarded-Proto": "https"}
    found = seen_as(behind, "10.0.0.9", headers)
    assert found == {"address": "198.51.100.7", "url": f"{HOME.replace('http', 'https')}/sign-in/probe"}


def test_another_forwarded_address_gives_no_new_tries(world: World) -> None:
    login = account(world)
    form = {"login": login, "password": "wrong"}
    app = app_of(world)
    found = [
        at(app, "198.51.100.9", **{"X-Forwarded-For": f"192.0.2.{number}"})
        .post("/sign-in/password", data=form)
        .status_code
        for number in range(6)
    ]
    assert found == [401] * 5 + [429]


# ── tries ───────────────────────────────────────────────────────────────────────────────────────────────────


class Broker:
    """A real Valkey that nobody starts again."""

    def __init__(self, folder: Path) -> None:
        server = Valkey(folder)
        child = server.child()
        child.prepare()
        self._process = spawn(child)
        while not child.is_ready():
            time.sleep(0.02)
        self.url = server.url

    def wipe(self) -> None:
        redis.Redis.from_url(self.url).flushall()

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.fixture
def broker(servers_folder: Path) -> Iterator[Broker]:
    folder = servers_folder / f"broker-{uuid4().hex[:6]}"
    started = Broker(folder)
    yield started
    with suppress(ProcessLookupError):
        started.kill()


@pytest.fixture
def with_broker(world: World, broker: Broker) -> Iterator[TestClient]:
    """A browser before a web process that sends its nudges to this broker."""
    app = app_of(world, redis_url=broker.url)
    nudges.start(app.state.settings)
    yield at(app, "198.51.100.60")
    nudges.stop()


def test_codes_are_blocked_at_the_sixth_though_the_broker_is_wiped_and_killed(
    world: World, broker: Broker, with_broker: TestClient
) -> None:
    with_broker.post("/sign-in/code/ask", data={"login": account(world)})
    code, found = code_on_phone(world), []
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for typed in (wrong, wrong, broker.wipe, wrong, broker.kill, wrong, wrong, code):
        if callable(typed):
            typed()
        else:
            found.append(with_broker.post("/sign-in/code", data={"code": typed}).status_code)
    assert found == [401] * 6


def test_passwords_are_blocked_at_the_sixth_though_the_broker_is_wiped_and_killed(
    world: World, broker: Broker, with_broker: TestClient
) -> None:
    login, found = account(world), []
    for typed in ("1", "2", broker.wipe, "3", broker.kill, "4", "5", PASSWORD):
        if callable(typed):
            typed()
        else:
            answer = with_broker.post("/sign-in/password", data={"login": login, "password": typed})
            found.append((answer.status_code, "retry-after" in answer.headers))
    assert found == [(401, False)] * 5 + [(429, True)]


# ── reports of the public ───────────────────────────────────────────────────────────────────────────────────


def test_a_resident_reports_so_often_and_another_process_knows(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "REPORTS_PER_CALLER", tries.Limit(3, tries.QUARTER))
    token = {"Authorization": f"Bearer {world.token('resident', member='resident-9')}"}
    found = [
        at(app_of(world), "198.51.100.20", **token).post("/api/v1/orders", json=LEAK).status_code
        for _ in range(4)
    ]
    assert found == [201] * 3 + [429]


def test_a_batch_of_the_public_counts_each_report_and_is_taken_down_whole_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "REPORTS_PER_CALLER", tries.Limit(3, tries.QUARTER))
    resident = world.of("resident", member="resident-10")
    before = state_of(world)["event"]
    answer = resident.post("/api/v1/orders:batch", json={"reports": [LEAK] * 4})
    assert answer.status_code == 429
    assert state_of(world)["event"] == before


def test_a_member_is_not_counted_as_the_public(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "REPORTS_PER_CALLER", tries.Limit(0, tries.QUARTER))
    assert world.of("handler", "committee").post("/api/v1/orders", json=LEAK).status_code == 201


# ── the database is away ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cut_off(world: World) -> Iterator[FastAPI]:
    engine = open_engine("postgresql://lianban@127.0.0.1:1/lianban", DatabaseRole.APP)
    yield make_app(Shop(engine, Contexts()), told(world))
    engine.dispose()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in", {"secret": "x"}),
        ("/sign-in/password", {"login": "u", "password": PASSWORD}),
        ("/sign-in/code/ask", {"login": "u"}),
        ("/sign-in/code", {"code": "123456"}),
        ("/sign-in/set-up", {"secret": "x", "login": "u", "password": PASSWORD}),
    ],
)
def test_nobody_gets_in_where_tries_cannot_be_counted(
    cut_off: FastAPI, path: str, form: dict[str, str]
) -> None:
    answer = at(cut_off, "198.51.100.30").post(path, data=form)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (503, None)


def test_nobody_gets_in_where_counting_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    login = account(world)

    def broken(*_: Any) -> Any:
        raise psycopg.OperationalError

    monkeypatch.setattr(tries, "_count", broken)
    form = {"login": login, "password": PASSWORD}
    answer = world.client().post("/sign-in/password", data=form, headers=OWN)
    assert (answer.status_code, answer.headers.get("set-cookie")) == (503, None)


def test_names_that_are_made_up_do_not_fill_the_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tries, "PER_ADDRESS", tries.Limit(3, tries.QUARTER))
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tries")
    client = at(app_of(world), "198.51.100.40")
    for number in range(9):
        client.post("/sign-in/password", data={"login": f"made-up-{number}"})
    with transaction(world.worker.engine) as sql:
        row = sql.execute("SELECT count(*) FROM tries WHERE bucket LIKE 'login:%'").fetchone()
    assert row is not None
    assert row[0] == 3


# ── sizes and times ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_list_is_longer_than_its_most_however_much_is_asked_for(world: World) -> None:
    document, wrong, lists = world.app.openapi(), [], 0
    client = world.of("lead", "committee")
    for template, methods in document["paths"].items():
        named = {one["name"] for one in methods.get("get", {}).get("parameters", ())}
        path = template.replace("{code}", world.report() if "{code}" in template else "")
        if "limit" not in named:
            continue
        (limit,) = (one["schema"] for one in methods["get"]["parameters"] if one["name"] == "limit")
        assert (limit["minimum"], limit["maximum"]) == (1, MOST)
        # The public's door asks for the code of an order first.
        for asked in ("1000000000", "201", "0", "-1", "9" * 400) if "/public/" not in path else ():
            lists += 1
            status = client.get(path, params={"limit": asked}).status_code
            wrong += [f"{path}?limit={asked}: {status}"] if status != 422 else []
    assert wrong == []
    assert lists >= 10


def test_a_question_that_takes_too_long_is_given_up(world: World, migrated_url: str) -> None:
    engine = open_engine(migrated_url, DatabaseRole.APP, statement_seconds=1)
    app = make_app(Shop(engine, Contexts()), told(world))

    def slow() -> None:
        with transaction(engine) as sql:
            sql.execute("SELECT pg_sleep(60)")

    app.router.add_api_route("/sign-in/slow", slow)
    answer = at(app, "198.51.100.50", Accept="application/json").get("/sign-in/slow")
    engine.dispose()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 50_000, '{"site": ' + "9" * 10_000 + "}"])
def test_json_that_is_deep_or_huge_is_no_error_of_ours(world: World, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = world.of("handler", "committee").post("/api/v1/orders", content=body, headers=headers)
    assert answer.status_code == 422
