"""The same request again has the same answer and no second effect."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from services.store.transactions import transaction

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

REPORT = {"site": "AIBO5", "space": "dance", "category": "leak", "description": "x"}


def _count(world: World) -> int:
    with transaction(world.worker.engine) as sql:
        row = sql.execute("SELECT count(*) FROM stream").fetchone()
    return int(row[0]) if row else 0


def test_a_repeated_report_is_answered_with_the_same_order(world: World) -> None:
    clerk = world.of("handler", "committee")
    key = {"Idempotency-Key": "report-1"}
    first = clerk.post("/api/v1/orders", json=REPORT, headers=key)
    before = _count(world)
    again = clerk.post("/api/v1/orders", json=REPORT, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["code"] == again.json()["code"]
    assert first.headers["location"] == again.headers["location"]
    assert _count(world) == before


def test_eight_at_once_make_one_order(world: World) -> None:
    token = world.token("handler", "committee")
    before, together = _count(world), Barrier(8)

    def report(_: int) -> Any:
        client = world.client(token)
        together.wait()
        return client.post("/api/v1/orders", json=REPORT, headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(report, range(8)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["code"] for one in answers}) == 1
    assert _count(world) == before + 1


def test_spaces_and_the_order_of_fields_do_not_make_another_body(world: World) -> None:
    clerk = world.of("handler", "committee")
    headers = {"Idempotency-Key": "spelling", "Content-Type": "application/json"}
    first = clerk.post("/api/v1/orders", json=REPORT, headers=headers)
    raw = b'{ "description":"x",  "category":"leak", "space":"dance", "site":"AIBO5" }'
    again = clerk.post("/api/v1/orders", content=raw, headers=headers)
    assert first.json()["code"] == again.json()["code"]


def test_another_body_under_the_same_key_is_a_conflict(world: World) -> None:
    clerk = world.of("handler", "committee")
    key = {"Idempotency-Key": "conflict"}
    clerk.post("/api/v1/orders", json=REPORT, headers=key)
    answer = clerk.post("/api/v1/orders", json=REPORT | {"description": "y"}, headers=key)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:lianban:problem:key-reused")


def test_keys_of_different_callers_and_routes_do_not_meet(world: World) -> None:
    key = {"Idempotency-Key": "shared"}
    codes = {
        world.of("handler", party).post("/api/v1/orders", json=REPORT, headers=key).json()["code"]
        for party in ("committee", "property")
    }
    assert len(codes) == 2
    code = codes.pop()
    clerk = world.of("handler", "committee")
    assert clerk.post(f"/api/v1/orders/{code}/note", json={"note": "x"}, headers=key).status_code == 200


def test_a_repeated_action_has_one_effect_and_the_first_status(world: World) -> None:
    code = world.report()
    clerk = world.of("handler", "property")
    key = {"Idempotency-Key": "ack"}
    path = f"/api/v1/orders/{code}/assignments/property/acknowledge"
    first, again = clerk.post(path, headers=key), clerk.post(path, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["events"] == again.json()["events"]
    assert clerk.post(path).status_code == 409


def test_a_refused_action_may_be_tried_again_with_its_key(world: World) -> None:
    code = world.report()
    key = {"Idempotency-Key": "verify"}
    committee = world.of("handler", "committee")
    path = f"/api/v1/orders/{code}/assignments/property/verify"
    assert committee.post(path, headers=key).status_code == 409
    world.act(code, "assignments/property/done", "property")
    assert committee.post(path, headers=key).status_code == 200


def test_a_repeated_split_makes_one_part(world: World) -> None:
    code = world.report()
    committee = world.of("handler", "committee")
    body = {"reason": "x", "report": {"space": "dance", "description": "y"}}
    key = {"Idempotency-Key": "split"}
    for _ in range(2):
        answer = committee.post(f"/api/v1/orders/{code}/split", json=body, headers=key)
    assert len(answer.json()["split_into"]) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "tab\t"])
def test_a_key_is_short_and_plain(world: World, key: str) -> None:
    clerk = world.of("handler", "committee")
    answer = clerk.post("/api/v1/orders", json=REPORT, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


def test_neither_key_nor_caller_is_kept_in_the_clear(world: World) -> None:
    clerk = world.of("handler", "committee")
    clerk.post("/api/v1/orders", json=REPORT, headers={"Idempotency-Key": "my-own-words"})
    with transaction(world.worker.engine) as sql:
        rows = sql.execute("SELECT scope, body_hash, answer::text FROM idempotency").fetchall()
    assert "my-own-words" not in str(rows)
    assert all(set(one[2]) <= set('{"stream_id": 0123456789}') for one in rows)
