"""Forged requests: no page of another site acts in anybody's name, and looking changes nothing."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from models.domain.streams import Role
from services.api.app import make_app
from services.api.guard import Guard
from services.execute import Shop
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from tests.integration.api.conftest import Checked
from tests.integration.api.routes_kit import (
    OWN,
    SAFE,
    bodies,
    every_route,
    say,
    signed_in,
    state_of,
    static_files,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.api.conftest import World
    from tests.integration.api.routes_kit import Route

EVIL = "https://evil.example"
HOME = "http://127.0.0.1:8000"
FORGED: dict[str, dict[str, str]] = {
    "another origin": {"Origin": EVIL},
    "an origin that is told nobody": {"Origin": "null"},
    "another scheme": {"Origin": HOME.replace("http:", "https:")},
    "another port": {"Origin": "http://127.0.0.1:9000"},
    "ours as its user": {"Origin": f"{HOME}@evil.example"},
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    "another site without an origin": {"Sec-Fetch-Site": "cross-site"},
    "a neighbour of the same site": {
        "Sec-Fetch-Site": "same-site",
        "Origin": "https://other.lianban.example",
    },
    "nobody's page": {"Sec-Fetch-Site": "none"},
    "another site that says our origin": {"Sec-Fetch-Site": "cross-site", "Origin": HOME},
    "another origin that says it is ours": {"Sec-Fetch-Site": "same-origin", "Origin": EVIL},
    "a password for the proxy": {"Origin": EVIL, "Authorization": "Basic dTpw"},
}


def mutating(world: World, code: str) -> list[Route]:
    return [one for one in every_route(world.app, code=code) if one.method not in SAFE]


def let_in(world: World, routes: list[Route]) -> list[str]:
    """Which forged requests were not refused, or changed something."""
    wrong = []
    for route in routes:
        client, login = signed_in(world)
        before = state_of(world)
        for (how, headers), body in product(FORGED.items(), bodies(login)):
            answer = client.request(route.method, route.path, headers=headers, **body)
            if answer.status_code not in {401, 403}:
                wrong.append(f"{route}: {how}: {answer.status_code}")
        after = state_of(world)
        wrong += [f"{route}: changed {name}" for name in before if before[name] != after[name]]
    return wrong


def test_no_route_that_changes_something_does_it_for_another_sites_page(world: World) -> None:
    routes = mutating(world, world.report())
    assert let_in(world, routes) == []
    ways = len(FORGED) * len(list(bodies("")))
    number = len(routes) * ways
    say(f"{len(routes)} mutating routes x {ways} forged requests = {number}: refused, nothing changed")
    assert len(routes) > 20


def test_this_is_found_out_where_the_guard_looks_at_no_origin(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Guard, "_need_own_origin", lambda *_: None)
    pages = [one for one in mutating(world, "AIBO5-1") if one.path in {"/sign-out", "/me/password"}]
    found = let_in(world, pages)
    assert "POST /sign-out: changed sign_in" in found
    assert "POST /me/password: changed account" in found


@pytest.mark.parametrize(
    "headers", [{"Origin": HOME}, {"Sec-Fetch-Site": "same-origin"}, OWN | {"Origin": "null"}]
)
def test_our_own_pages_may(world: World, headers: dict[str, str]) -> None:
    client, _ = signed_in(world)
    assert client.post("/sign-out", headers=headers).headers["location"] == "/sign-in"


# ── looking changes nothing ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def reader(world: World, migrated_url: str) -> Iterator[World]:
    """The same world over connections in which every write is an error."""
    engine = open_engine(migrated_url, DatabaseRole.APP)

    @event.listens_for(engine, "connect")
    def _read_only(connection: Any, _record: Any) -> None:
        connection.read_only = True

    app = make_app(Shop(engine, Contexts()), world.settings)
    yield type(world)(app, world.worker, world.settings, world.site_ids)
    engine.dispose()


def looking(world: World, code: str) -> list[Route]:
    routes = [one for one in every_route(world.app, code=code) if one.method in {"GET", "HEAD"}]
    # It waits five seconds for the pulse, which does not run here.
    return [one for one in routes if one.template != "/health/engine"] + static_files()


def visitors(world: World) -> dict[str, Checked]:
    found: dict[str, Checked] = {"stranger": world.client(), "browser": signed_in(world)[0]}
    for role in Role:
        party = "street" if role in {Role.ARBITER, Role.MODERATOR, Role.OBSERVER} else "property"
        found[str(role)] = world.of(str(role), party, member="qian-weiguo")
    return found


def test_no_get_writes_whoever_asks(world: World, reader: World) -> None:
    routes, people = looking(world, world.report()), visitors(world)
    wrong, before = [], state_of(world)
    for (name, client), route in product(people.items(), routes):
        usual = client.request(route.method, route.path).status_code  # notes when it was last seen
        client._transport.app = reader.app  # type: ignore[attr-defined]
        got = client.request(route.method, route.path).status_code
        client._transport.app = world.app  # type: ignore[attr-defined]
        if got != usual or got == 500:
            wrong.append(f"{route} as {name}: {usual}, then {got}")
    assert wrong == []
    assert state_of(world) == before
    say(f"{len(routes)} GET routes x {len(people)} visitors = {len(routes) * len(people)}: no write is tried")


def test_a_write_there_is_found_out(reader: World) -> None:
    answer = reader.client().post("/sign-in/password", data={"login": "u", "password": "x"}, headers=OWN)
    assert answer.status_code == 500
