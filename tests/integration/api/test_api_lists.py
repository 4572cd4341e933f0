"""Lists: filtered, and walked part by part without a gap or a repetition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

REPORT = {"site": "AIBO5", "space": "dance", "description": "x" * 200}


def _walk(client: Any, path: str, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(path, params=filters | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_a_walk_meets_each_order_once_while_more_are_reported(world: World) -> None:
    clerk = world.of("handler", "committee")
    known = {clerk.post("/api/v1/orders", json=REPORT).json()["code"] for _ in range(11)}
    seen: list[str] = []
    cursor = None
    while True:
        page = clerk.get(
            "/api/v1/orders", params={"limit": 3} | ({"cursor": cursor} if cursor else {})
        ).json()
        seen += [one["code"] for one in page["items"]]
        clerk.post("/api/v1/orders", json=REPORT)
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert known <= set(seen)


def test_the_newest_order_comes_first(world: World) -> None:
    code = world.report()
    assert world.of("handler", "committee").get("/api/v1/orders").json()["items"][0]["code"] == code


def test_a_full_last_part_is_followed_by_none(world: World) -> None:
    clerk = world.of("handler", "committee")
    for _ in range(4):
        clerk.post("/api/v1/orders", json=REPORT | {"space": "yard"})
    first = clerk.get("/api/v1/orders", params={"space": "yard", "limit": 2}).json()
    last = clerk.get("/api/v1/orders", params={"space": "yard", "limit": 2, "cursor": first["next"]}).json()
    assert (len(last["items"]), last["next"]) == (2, None)


def test_a_ledger_is_walked_in_its_order(world: World) -> None:
    code = world.report()
    clerk = world.of("handler", "committee")
    whole = clerk.get(f"/api/v1/orders/{code}/events").json()["items"]
    assert _walk(clerk, f"/api/v1/orders/{code}/events", limit=2) == whole


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "open"}, True),
        ({"status": ["open", "closed"]}, True),
        ({"status": "closed"}, False),
        ({"category": "leak"}, True),
        ({"category": "electrical"}, False),
        ({"party": "autonomy_office"}, True),
        ({"party": "street"}, False),
        ({"holder": "asset_company"}, True),
        ({"holder": "autonomy_office"}, False),
        ({"colour": "green"}, True),
        ({"colour": "red"}, False),
        ({"supervised": "true"}, False),
        ({"supervised": "false", "site": "AIBO5", "space": "table-tennis"}, True),
        ({"site": "NOWHERE"}, False),
    ],
)
def test_filters_narrow_the_list(world: World, filters: dict[str, Any], expected: bool) -> None:
    code = world.report()
    found = _walk(world.of("handler", "committee"), "/api/v1/orders", **filters)
    assert (code in {one["code"] for one in found}) is expected


def test_a_supervised_order_is_found_by_its_mark(world: World) -> None:
    code = world.report()
    world.act(code, "supervise", "street", {"reason": "多次反映"})
    found = _walk(world.of("handler", "committee"), "/api/v1/orders", supervised="true")
    assert code in {one["code"] for one in found}


def test_a_cursor_is_good_for_its_own_list_only(world: World) -> None:
    clerk = world.of("handler", "committee")
    for _ in range(3):
        code = world.report()
    cursor = clerk.get("/api/v1/orders", params={"limit": 1}).json()["next"]
    assert clerk.get("/api/v1/orders", params={"cursor": cursor, "status": "open"}).status_code == 422
    assert clerk.get(f"/api/v1/orders/{code}/events", params={"cursor": cursor}).status_code == 422
    altered = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    assert clerk.get("/api/v1/orders", params={"cursor": altered}).status_code == 422
    stranger = world.of("handler", "committee", site="OTHER")
    assert stranger.get("/api/v1/orders", params={"limit": 1, "cursor": cursor}).status_code == 422


def test_a_line_shows_the_title_or_the_beginning_of_the_description(world: World) -> None:
    clerk = world.of("handler", "committee")
    with_title = clerk.post("/api/v1/orders", json=REPORT | {"title": "舞蹈房"}).json()["code"]
    without = clerk.post("/api/v1/orders", json=REPORT).json()["code"]
    titles = {one["code"]: one["title"] for one in clerk.get("/api/v1/orders").json()["items"]}
    assert (titles[with_title], titles[without]) == ("舞蹈房", "x" * 60)
