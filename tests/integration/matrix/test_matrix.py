"""Role × route × object × field: all ask every address for every order, and no mark is where it is not due.

What is due is written down in `expected`, by hand. That the matrix can fail is shown as well: a test opens a
hole in the product's whitelist and sees what comes out.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from fastapi.routing import iter_route_contexts

from models.domain.policy import Sight
from services.api import health
from services.api.examples import BODIES
from services.views import seen
from services.views.models import OrderView, RequestView
from tests.integration.matrix import expected, marks
from tests.integration.matrix.stage import PAGE, VISITORS, Stage, Visitor, build, client_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.integration.api.conftest import Checked, World

NO_SIGHT = expected.NO_SIGHT
DUST = "扬尘、垃圾未清"
READ = {"GET", "HEAD"}
POSTING = (
    *(
        "handler designer",
        "lead utility",
        "observer property",
        "arbiter designer",
        "moderator",
        "administrator",
    ),
    *("volunteer", "resident owner", "resident other", "token read", "token metrics", "foreign lead"),
    *("anonymous", "link"),
)
"""Who tries every action: those of whom most is hidden."""


@dataclass(frozen=True)
class Route:
    method: str
    path: str


@dataclass
class Found:
    """What the matrix counted."""

    cells: int = 0
    requests: int = 0
    leaks: list[str] = field(default_factory=list)
    shown: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)


# ── what there is to see ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def stage(world: World) -> Stage:
    return build(world)


@pytest.fixture(scope="module")
def clients(stage: Stage) -> dict[str, Checked]:
    return {one.name: client_of(stage, one) for one in VISITORS}


@pytest.fixture(scope="module")
def known(stage: Stage, clients: dict[str, Checked], migrated_url: str) -> dict[str, marks.Marked]:
    """By mark: what it marks, and of which order ("" for none)."""
    with psycopg.connect(migrated_url) as owner:
        placed = marks.Marker(owner, stage.world.site_ids, stage.orders).place()
    written = {word: what.split(" of ", 1) for what, word in stage.texts.items()}
    # What an order of a walk is called stands in the playbook.
    placed.pop(DUST, None)
    return placed | {word: (what, order) for word, (what, order) in written.items()}


def routes(world: World) -> list[Route]:
    """All that the application answers, documented or not."""
    found = [
        Route(method, str(one.path))
        for one in iter_route_contexts(world.app.routes)
        for method in sorted(getattr(one, "methods", None) or ())
        if method != "HEAD"
    ]
    assert {one.path for one in found} >= set(world.app.openapi()["paths"])
    return found


def addresses(stage: Stage, route: Route, order: str, client: Checked) -> str:
    """The route's address for an order."""
    code = stage.orders[order]
    filled = {
        "code": code,
        "site": code.partition("-")[0],
        "party": "property",
        "photo": stage.photo[order],
        "space": "table-tennis",
        "category": "leak",
        "page": client.headers.get("x-at", "/l/none").rpartition("/")[2],
    }
    filled |= {"section": "parties", "paper": "notice"}
    if expected.OF_WALKS in route.path:
        filled["code"] = stage.walk
    if expected.OF_MEETINGS in route.path:
        filled["code"] = stage.meeting
    if expected.OF_WORKS in route.path:
        filled["code"] = stage.works
    filled["number"] = stage.works.rpartition("-")[2]
    path = route.path
    for name, value in filled.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{action}", "acknowledge")


# ── what may be seen ────────────────────────────────────────────────────────────────────────────────────────


def due(one: Visitor, route: Route, what: str, order: str) -> bool:
    """Whether the visitor may see the mark of an order at this address."""
    if what == "finding":
        return route.path in expected.FINDINGS and expected.sees_walk(one)
    # The telephone of the works is the one text that bears no mark of ours.
    if what == "works" or (what == "private_row.body" and route.path in expected.WORKS_PHONE):
        return route.path in expected.WORKS_FOR_ALL or (
            route.path in expected.WORKS_OF_SITE and expected.sees_works(one)
        )
    if what == "position":
        return route.path in expected.POSITIONS and expected.sees_meeting(one)
    eye = expected.eye(one, order)
    by_hand = {**expected.TEXTS, **expected.ROWS}
    if what in by_hand and eye in by_hand[what][0] and route.path in by_hand[what][1]:
        return True
    works = one.role in {"handler", "lead", "account"} and eye == "whole"
    return {
        "member.name": (route.path in expected.LOOKING and eye in expected.COORDINATOR)
        or (route.path == "/crew" and one.role == "lead")
        or (route.path == "/duty" and one.role in {"handler", "lead", "account"})
        or (route.path.startswith("/admin/") and one.role in {"lead", "administrator"}),
        # Of a row that names nobody whom the site knows; the guide says so.
        **dict.fromkeys(
            ("channel.member", "channel.party"), route.path == "/admin/{site}" and one.role == "administrator"
        ),
        "party.name": one.role != "nobody",
        "party.name_en": one.role != "nobody",
        "alert.name": sees_figures(one, route),
        "heartbeat.name": sees_figures(one, route),
        "account name": route.path == "/me" and one.role == "account",
        "agent": route.path == "/me" and one.role == "account",
        "masked phone": route.path.endswith("/contact") and works and one.party in expected.CALLING[order],
        **dict.fromkeys(expected.OF_ONESELF, route.path.endswith("/mine") and eye == "report"),
    }.get(what, False)


def sees_figures(one: Visitor, route: Route) -> bool:
    return route.path == "/metrics" and one.role in expected.FIGURES and one.scope in {"", "metrics"}


def fields_of(route: Route, body: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """The objects of an answer with the names of their fields: order, line, event, notice."""
    if route.path == "/api/v1/orders/{code}":
        yield "order", frozenset(body)
        for outer, inner in (name.split(".") for name in expected.INNER):
            held = body.get(outer) or []
            for one in held if isinstance(held, list) else [held]:
                if inner in one:
                    yield f"{outer}.{inner}", frozenset()
    for path, kind in (
        ("/api/v1/orders", "line"),
        ("/{code}/events", "event"),
        ("/{code}/notices", "notice"),
    ):
        if route.path.endswith(path) and isinstance(body.get("items"), list):
            for one in body["items"]:
                yield f"{kind} {one.get('code', '')}", frozenset(one)


TABLES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "order": expected.FIELDS,
    "line": expected.LINE_FIELDS,
    "event": expected.EVENT_FIELDS,
    "notice": expected.NOTICE_FIELDS,
}


def misplaced(stage: Stage, one: Visitor, route: Route, order: str, body: Any) -> Iterator[str]:
    """Fields of a JSON answer that are not this visitor's."""
    for kind, names in fields_of(route, body):
        table, _, code = kind.partition(" ")
        if code and code not in stage.orders.values():
            continue  # an order of the walk
        at = next((name for name, known in stage.orders.items() if known == code), order)
        eye = expected.eye(one, at)
        if table in expected.INNER:
            yield from [table] if eye not in expected.INNER[table] else []
        else:
            yield from (f"{table}.{name}" for name in names - TABLES[table].get(eye, NO_SIGHT))


def look(
    stage: Stage, one: Visitor, client: Checked, route: Route, order: str, known: Mapping[str, Any]
) -> tuple[int, list[str], list[str]]:
    """Ask once: the status, the marks that are there and due, and what leaked."""
    path = addresses(stage, route, order, client)
    body = None if route.method == "GET" else body_of(route)
    headers = None if route.path in stage.world.app.openapi()["paths"] else PAGE
    answer = client.request(route.method, path, json=body, headers=headers)
    at = f"{one.name} · {route.method} {route.path} · {order}"
    shown: list[str] = []
    leaks: list[str] = []
    for what, of in there(answer.text + repr(answer.headers), path, known):
        seen_here = due(one, route, what, of or order)
        (shown if seen_here else leaks).append(what if seen_here else f"{at} · {what} of {of}")
    if answer.status_code == 200 and answer.headers.get("content-type") == "application/json":
        leaks += [f"{at} · {name}" for name in misplaced(stage, one, route, order, answer.json())]
    return answer.status_code, shown, leaks


MARK = re.compile(r"qz\d{5}xv")


def there(text: str, path: str, known: Mapping[str, marks.Marked]) -> Iterator[marks.Marked]:
    """What is marked by the words that are in an answer; what the visitor asked with he knows already."""
    words = set(MARK.findall(text)) | {one for one in known if not MARK.fullmatch(one) and one in text}
    yield from (known[one] for one in words if one in known and one not in path)


def body_of(route: Route) -> Any:
    """A body that is good for the action, so that who may not act is refused for that."""
    scope = "assignment" if "/assignments/" in route.path else "order"
    return BODIES.get((scope, route.path.rpartition("/")[2]), {})


def walk(
    stage: Stage, clients: Mapping[str, Checked], known: Mapping[str, Any], wanted: list[Route]
) -> Found:
    """Everybody asks for everything that only looks; who sees little tries to act as well."""
    found = Found()
    people = {one.name: one for one in VISITORS}
    cells = [
        *itertools.product(people, [one for one in wanted if one.method == "GET"], expected.ORDERS),
        *itertools.product(POSTING, [one for one in wanted if one.method != "GET"], expected.ORDERS[::2]),
    ]
    for name, route, order in cells:
        if skipped(people[name], route, order):
            continue
        status, shown, leaks = look(stage, people[name], clients[name], route, order, known)
        found.requests += 1
        found.cells += len(known) + len(FIELD_NAMES)
        found.leaks += leaks
        found.shown.update(shown)
        found.answers[name, status] += 1
    return found


FIELD_NAMES = frozenset().union(*(names for table in TABLES.values() for names in table.values()))


def skipped(one: Visitor, route: Route, order: str) -> bool:
    """What would only be asked again (an address without an order for each order), or would change things."""
    if route.method == "GET":
        alike = "{" not in route.path or expected.OF_WALKS in route.path
        return alike and order != "leak"
    last = route.path.rpartition("/")[2]
    offered = last in {"note", "photos", "callback", "cancel", "reopen", "{action}"}
    return offered or route.path in ENDING or expected.eye(one, order) == "whole" or "{" not in route.path


ENDING = frozenset({"/me/end", "/sign-out"})


# ── the tests ───────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_has_thought_about_every_column_of_the_database(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as owner:
        assert marks.forgotten(owner) == set()


def test_nobody_finds_a_mark_where_it_is_not_due(
    stage: Stage,
    clients: dict[str, Checked],
    known: dict[str, marks.Marked],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(health, "ENGINE_SECONDS", 0.1)
    wanted = routes(stage.world)
    found = walk(stage, clients, known, wanted)
    with capsys.disabled():
        print(  # noqa: T201 - the count of cells is to be seen
            f"\nmatrix: {len(VISITORS)} roles × {len(wanted)} routes × {len(expected.ORDERS)} orders ×"
            f" {len(known) + len(FIELD_NAMES)} fields: {found.cells} cells in {found.requests} requests,"
            f" {len(found.leaks)} leaks, {found.shown.total()} marks shown where they are due"
        )
    assert not found.leaks, "\n".join(sorted(set(found.leaks))[:200])
    assert min(found.cells, found.requests, len(known), len(wanted)) > 0
    assert set(found.shown) >= {"finding", *expected.TEXTS, *expected.ROWS} - NEVER
    assert {name for name, status in found.answers if status < 400} >= WELCOME


NEVER = {"private_row.body"}
"""Due to nobody at any address: a text's row is marked as what was written; contacts are sealed in theirs."""
WELCOME = {one.name for one in VISITORS} - {"token report", "token act"}
"""Who is let in somewhere: a matrix of closed doors shows nothing."""


@pytest.mark.parametrize(
    ("view", "name", "sight"),
    [(OrderView, "description", Sight.OUTLINE), (RequestView, "text", Sight.COURSE)],
)
def test_the_matrix_finds_a_hole_in_the_whitelist(
    stage: Stage,
    clients: dict[str, Checked],
    known: dict[str, marks.Marked],
    monkeypatch: pytest.MonkeyPatch,
    view: type,
    name: str,
    sight: Sight,
) -> None:
    lines = seen.FIELDS[view]
    monkeypatch.setitem(seen.FIELDS, view, {**lines, name: lines[name] | {sight}})
    found = walk(stage, clients, known, [Route("GET", "/api/v1/orders/{code}")])
    assert found.leaks
