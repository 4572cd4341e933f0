"""Hostile texts through the other doors: batches, the public, requests and plans, links, signing in."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from models.domain.streams import StreamKey
from services import links
from services.store.private import cleaned
from services.store.transactions import transaction
from services.web.link_tries import Tries
from tests.integration.hostile.texts import SCRIPT, TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.integration.api.conftest import World

OWN = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
MARKUP = (f"<script>{SCRIPT}", "<img src=x", "<svg/onload")
"""None of these stands in a page as it was written."""
DELIVERIES = count(5_000_000)
LONGEST_TITLE, LONGEST_NAME = 120, 80
PARAMETERS = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@pytest.fixture(autouse=True)
def untried(world: World) -> None:
    world.app.state.link_tries = Tries()
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tries")


def controls(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) == "Cc"} - {"\n", "\t"}


def harmless_page(answer: Any) -> bool:
    """Whether a page repeats a text as text alone, and no header has it."""
    assert answer.status_code < 500
    assert not {"bcc", "x-evil"} & set(answer.headers)
    assert not any("evil" in one for one in answer.headers.get_list("set-cookie"))
    return not any(one in answer.text for one in MARKUP)


def _seen(world: World, code: str) -> dict[str, Any]:
    seen: dict[str, Any] = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()
    return seen


# ── many at once, and the public ────────────────────────────────────────────────────────────────────────────


def test_a_batch_keeps_each_text_clean_and_loses_none(world: World) -> None:
    told = [
        {
            "site": "AIBO5",
            "space": "hall",
            "description": text,
            "title": text[:LONGEST_TITLE],
            "reporter": {"name": text[:LONGEST_NAME], "phone": "13800000000"},
        }
        for text in TEXTS.values()
    ]
    answer = world.of("handler", "committee").post("/api/v1/orders:batch", json={"reports": told})
    answers = answer.json()["answers"]
    kept = [one["order"]["description"] for one in answers if one["status"] == 201]
    assert kept == [cleaned(text) for text in TEXTS.values()]
    assert [
        code for code in (one["order"]["code"] for one in answers) if controls(str(_seen(world, code)))
    ] == []


@PARAMETERS
def test_what_the_public_writes_is_kept_clean_and_answered_as_text(world: World, text: str) -> None:
    told = {"site": "AIBO5", "space": "hall", "description": text, "reporter": {"name": text[:LONGEST_NAME]}}
    answer = world.client().post("/api/v1/public/reports", json=told)
    assert answer.status_code == 201, answer.text
    code, secret = answer.json()["code"], answer.json()["tracking_code"]
    resident = world.client(**{"Tracking-Code": secret})
    assert resident.post(f"/api/v1/public/orders/{code}/note", json={"note": text}).status_code == 200
    own = resident.get(f"/api/v1/public/orders/{code}/mine")
    assert [one["words"] for one in own.json()["words"]] == [cleaned(text)] * 2
    assert _seen(world, code)["description"] == cleaned(text)


# ── requests and plans ──────────────────────────────────────────────────────────────────────────────────────


@PARAMETERS
def test_a_request_a_plan_and_a_decision_keep_their_words_clean(world: World, text: str) -> None:
    code, soon = world.report(), (datetime.now(UTC) + timedelta(days=2)).isoformat()
    lead, other = "asset_company", "property"
    for party, path, body in (
        (lead, "acknowledge", {}),
        (lead, "propose-plan", {"plan": text, "fix_by": soon}),
        (lead, "hold", {"reason": "material", "until": soon, "note": text}),
        (other, "return", {"reason": text, "nominee": "client"}),
    ):
        answer = world.act(code, f"assignments/{party}/{path}", party, body)
        assert answer.status_code == 200, (path, answer.text)
    seen = _seen(world, code)
    assert [seen["plan"]["text"], *(one["text"] for one in seen["requests"])] == [cleaned(text)] * 3


@PARAMETERS
def test_a_number_of_another_system_is_refused_with_controls_and_kept_without(
    world: World, text: str
) -> None:
    answer = world.act(world.report(), "outside-number", "street", {"system": "12345", "number": text[:64]})
    assert answer.status_code == (422 if controls(text[:64]) or {"\n", "\t"} & set(text[:64]) else 200)


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────


@PARAMETERS
def test_no_text_opens_a_link(world: World, text: str) -> None:
    answer = world.client().post("/l", data={"code": text}, headers=OWN)
    assert answer.status_code in {404, 410, 413, 422}
    assert harmless_page(answer)


@PARAMETERS
def test_what_a_link_takes_is_kept_clean_and_what_it_refuses_is_shown_as_text(
    world: World, text: str
) -> None:
    code = world.report()
    key = StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))
    wanted = links.Wanted(next(DELIVERIES), key, "property", "tang-ayong")
    with transaction(world.worker.engine) as sql:
        (url,) = links.mint(sql, "http://127.0.0.1:8000/", [wanted], None).values()
    client = world.client()
    page = client.post("/l", data={"code": url.rpartition("#")[2]}, headers=OWN).headers["location"]
    refused = client.post(f"{page}/return", data={"key": text, "nominee": text, "reason": text}, headers=OWN)
    assert refused.status_code in {409, 422}
    assert harmless_page(refused)
    sent = client.post(f"{page}/return", data={"key": "k", "nominee": "client", "reason": text}, headers=OWN)
    assert sent.status_code == 303, sent.text
    assert _seen(world, code)["requests"][0]["text"] == cleaned(text)


# ── signing in ──────────────────────────────────────────────────────────────────────────────────────────────

FORMS: Mapping[str, tuple[str, ...]] = {
    "/sign-in": ("secret",),
    "/sign-in/password": ("login", "password"),
    "/sign-in/code": ("code",),
    "/sign-in/second": ("code",),
    "/sign-in/enrol": ("code", "sealed"),
    "/sign-in/set-up": ("secret", "login", "name", "password"),
    "/me/password": ("old", "new"),
}


@PARAMETERS
def test_no_text_signs_anybody_in_or_breaks_a_form(world: World, text: str) -> None:
    for path, fields in FORMS.items():
        client = world.client()
        client.cookies.set("lianban-code", quote(text[:200]))
        answer = client.post(path, data=dict.fromkeys(fields, text), headers=OWN)
        assert harmless_page(answer), path
        assert not any(one.startswith("lianban=") for one in answer.headers.get_list("set-cookie"))


# ── where nothing is ────────────────────────────────────────────────────────────────────────────────────────


@PARAMETERS
def test_a_problem_repeats_a_text_as_json_or_as_text(world: World, text: str) -> None:
    clerk = world.of("handler", "committee")
    word = quote(text[:500], safe="")
    for path in (
        f"/api/v1/orders/{word}",
        f"/api/v1/orders?party={word}&cursor={word}",
        f"/api/v1/sites/{word}",
    ):
        answer = clerk.get(path)
        assert answer.headers["content-type"] in {"application/problem+json", "application/json"}
        assert answer.status_code in {200, 404, 422}
        assert not controls(answer.text)
    for path in (f"/o/{word}", f"/{word}", f"/?party={word}&lang={word}&cursor={word}"):
        assert harmless_page(clerk.get(path, headers=OWN)), path
