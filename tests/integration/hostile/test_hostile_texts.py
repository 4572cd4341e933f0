"""Hostile texts, through every field that people write into: what comes out, on pages and elsewhere."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from services.notify.expanding import expand
from services.notify.sending import send
from services.store.claims import LIVE
from services.store.transactions import transaction
from tests.browser.looks import complaints
from tests.integration.hostile.texts import BROKEN, SCRIPT, TEXTS

if TYPE_CHECKING:
    from tests.browser.looks import Visitors
    from tests.integration.api.conftest import World

LONGEST_TITLE = 120


def _order(world: World, text: str) -> str:
    """An order into all of whose fields somebody wrote a text, as far as it is taken."""
    code = world.report(
        severity="danger",
        description=text,
        title=_fits(text),
        reporter={"name": text[:80], "phone": "13800000000"},
    )
    for path, body in (
        ("note", {"note": text}),
        ("assignments/property/note", {"note": text}),
        ("assignments/property/return", {"reason": text, "nominee": "asset_company"}),
    ):
        party = "committee" if path == "note" else "property"
        answer = world.act(code, path, party, body)
        assert answer.status_code == 200, (path, answer.text)
    return code


def _fits(text: str) -> str:
    return text[:LONGEST_TITLE]


@cache
def _orders(world_id: int) -> dict[str, str]:
    return {}


@pytest.fixture
def orders(world: World) -> dict[str, str]:
    """An order for each text, made once."""
    made = _orders(id(world))
    if not made:
        made.update({name: _order(world, text) for name, text in TEXTS.items()})
    return made


@pytest.mark.parametrize("field", ["description", "title", "reporter", "space", "category", "site"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_no_text_is_refused_as_such(world: World, field: str, broken: bytes) -> None:
    body = json.dumps({"site": "AIBO5", "space": "hall", "description": "x", field: "@"}).encode()
    answer = world.of("handler", "committee").post(
        "/api/v1/orders",
        content=body.replace(b'"@"', broken),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("name", TEXTS)
def test_no_field_that_takes_codes_takes_a_text(world: World, name: str) -> None:
    clerk = world.of("handler", "committee")
    for field in ("site", "space", "category", "severity", "origin"):
        body = {"site": "AIBO5", "space": "hall", "description": "x", field: TEXTS[name]}
        assert clerk.post("/api/v1/orders", json=body).status_code in {404, 422}


@pytest.mark.parametrize("name", TEXTS)
def test_an_answer_has_the_text_as_text_and_no_header_of_it(
    world: World, orders: dict[str, str], name: str
) -> None:
    answer = world.of("handler", "committee").get(f"/api/v1/orders/{orders[name]}")
    assert answer.status_code == 200
    assert not {"set-cookie", "bcc"} & set(answer.headers)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_kept_controls_no_terminal_and_no_line_of_a_log(
    world: World, orders: dict[str, str], name: str
) -> None:
    kept = world.of("handler", "committee").get(f"/api/v1/orders/{orders[name]}").json()
    found = {
        c for text in (kept["description"], kept["title"]) for c in text if unicodedata.category(c) == "Cc"
    }
    assert found <= {"\n", "\t"}


def test_no_script_of_a_text_runs_and_no_page_is_wider_than_the_phone(
    world: World, home: str, visitors: Visitors, orders: dict[str, str]
) -> None:
    page = visitors.page()
    page.set_extra_http_headers({"Authorization": f"Bearer {world.token('handler', 'committee')}"})
    wrong = []
    for name, path in {"the list": "/", **{name: f"/o/{code}" for name, code in orders.items()}}.items():
        page.goto(home + path)
        ran = page.evaluate("window.evil === 1")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if ran or wide or complaints(page):
            wrong.append((name, ran, wide, complaints(page)))
    assert wrong == []


def test_the_search_of_scripts_would_find_one(visitors: Visitors) -> None:
    page = visitors.page()
    page.evaluate(f"document.body.innerHTML = `<img src=x onerror='{SCRIPT}'>`; 0")
    page.wait_for_function("window.evil === 1")
    assert page.evaluate("window.evil === 1") is True


def test_no_notice_repeats_what_somebody_wrote(world: World, orders: dict[str, str]) -> None:
    while expand(world.worker, LIVE):
        pass
    while send(world.worker, LIVE, public_url="https://lianban.example"):
        pass
    with transaction(world.worker.engine) as sql:
        rows = sql.execute("SELECT title, body FROM phone").fetchall()
    assert rows
    said = "\n".join(f"{title}\n{body}" for title, body in rows)
    assert [name for name, text in TEXTS.items() if text in said] == []
    assert all("\n" not in title for title, _ in rows)


def test_no_event_of_the_ledger_holds_what_somebody_wrote(world: World, orders: dict[str, str]) -> None:
    with transaction(world.worker.engine) as sql:
        rows: list[Any] = sql.execute("SELECT convert_from(payload, 'UTF8') FROM event").fetchall()
    said = "\n".join(row[0] for row in rows)
    assert [name for name, text in TEXTS.items() if json.dumps(text, ensure_ascii=False)[1:-1] in said] == []
