"""Orders over HTTP: reported, routed, acted on, and seen with their clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from services.api.examples import BODIES
from services.callers import callers_by_tokens
from services.desk import key_of
from services.store import transactions
from services.views.order import order_view

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


def _seen(world: World, code: str, party: str = "committee", **headers: str) -> dict[str, Any]:
    answer = world.of("handler", party).get(f"/api/v1/orders/{code}", headers=headers)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_report_is_answered_with_its_code_and_place(world: World) -> None:
    body = {"site": "AIBO5", "space": "table-tennis", "description": "漏水", "title": "乒乓房漏水"}
    answer = world.of("handler", "committee").post("/api/v1/orders", json=body)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/api/v1/orders/{answer.json()['code']}"
    assert (answer.json()["status"], answer.json()["title"]) == ("reported", "乒乓房漏水")


def test_a_routed_order_shows_a_clock_for_each_acting_party(world: World) -> None:
    order = _seen(world, world.report())
    assert order["status"] == "open"
    assert [(one["party"]["code"], one["duty"]) for one in order["assignments"]] == [
        ("asset_company", "lead"),
        ("property", "support"),
        ("autonomy_office", "consult"),
    ]
    lead = order["assignments"][0]
    assert {one["kind"] for one in lead["deadlines"]} == {"acknowledge", "contact", "fix"}
    assert order["promised_at"] == next(o["due_at"] for o in lead["deadlines"] if o["kind"] == "fix")
    assert {one["code"] for one in order["holders"]} == {"asset_company", "property"}


def test_each_deadline_explains_itself_and_names_its_next_step(world: World) -> None:
    for assignment in _seen(world, world.report())["assignments"]:
        for one in assignment["deadlines"]:
            assert one["explain"][0].startswith("派单于")
            assert one["explain"][-1] == f"到期 {one['due_text']}"
            assert one["next"]["tells"]


def test_explanations_come_in_english(world: World) -> None:
    order = _seen(world, world.report(), **{"Accept-Language": "en"})
    deadline = order["assignments"][0]["deadlines"][0]
    assert deadline["explain"][0].startswith("Dispatched")
    assert deadline["explain"][-1].startswith("Due ")
    assert order["assignments"][0]["party"]["name"] == "Town asset company"


def test_a_date_set_by_hand_is_explained_as_such(world: World) -> None:
    code = world.report()
    body = {"kind": "fix", "due_at": "2089-11-25T17:30:00+08:00", "reason": "节前"}
    assert world.act(code, "assignments/asset_company/set-limit", "committee", body).status_code == 200
    lead = _seen(world, code)["assignments"][0]
    fix = next(one for one in lead["deadlines"] if one["kind"] == "fix")
    assert fix["reason"] == "by_hand"
    assert any("人工设定时限" in sentence for sentence in fix["explain"])


def test_what_the_view_allows_is_what_works(world: World) -> None:
    code = world.report()
    for party in ("asset_company", "property", "committee", "autonomy_office", "street"):
        for one in _seen(world, code, party)["allowed"]:
            if one["action"] not in {"acknowledge", "arrive", "start"}:
                continue
            fresh = world.report()
            href = one["href"].replace(code, fresh)
            assert world.of("handler", party).post(href).status_code == 200, one


def test_one_partys_work_goes_through_verification_to_the_close(world: World, picture: bytes) -> None:
    code = world.report()
    for party in ("asset_company", "property"):
        world.act(code, f"assignments/{party}/acknowledge", party)
        world.act(code, f"assignments/{party}/start", party)
        files = {"file": ("a.jpg", picture, "image/jpeg")}
        shown = world.of("handler", party).post(
            f"/api/v1/orders/{code}/photos", files=files, data={"purpose": "after"}
        )
        assert shown.status_code == 201
        assert world.act(code, f"assignments/{party}/done", party, {"note": "好了"}).status_code == 200
    assert _seen(world, code)["status"] == "awaiting_review"
    for party in ("asset_company", "property"):
        assert world.act(code, f"assignments/{party}/verify", "committee").status_code == 200
    order = _seen(world, code)
    assert (order["status"], order["holders"]) == ("closed", [])
    assert [one["kind"] for one in order["deadlines"]] == ["callback"]


def test_a_request_shows_who_decides_it(world: World) -> None:
    code = world.report()
    body = {"nominee": "contractor", "reason": "漏点在新做的屋面"}
    order = world.act(code, "assignments/asset_company/return", "asset_company", body).json()
    request = order["requests"][0]
    assert (request["kind"], request["decider"]["code"], request["text"]) == (
        "return",
        "committee",
        "漏点在新做的屋面",
    )
    assert "decide" in _seen(world, code)["assignments"][0]["allowed"]


def test_a_hold_stops_one_partys_clock_only(world: World) -> None:
    code = world.report()
    world.act(code, "assignments/property/acknowledge", "property")
    until = _seen(world, code)["assignments"][1]["deadlines"][0]["due_at"]
    body = {"reason": "material", "until": until}
    assert world.act(code, "assignments/property/hold", "property", body).status_code == 200
    order = world.act(code, "assignments/property/decide", "committee", {"granted": True}).json()
    by_party = {one["party"]["code"]: one for one in order["assignments"]}
    held = next(one for one in by_party["property"]["deadlines"] if one["kind"] == "fix")
    assert (held["paused"], held["due_at"], held["colour"]) == (True, None, "grey")
    assert held["left_seconds"] > 0
    assert not any(one["paused"] for one in by_party["asset_company"]["deadlines"])


def test_split_and_merge_name_each_other(world: World) -> None:
    code = world.report()
    body = {"reason": "两件事", "report": {"space": "dance", "category": "electrical", "description": "灯"}}
    part = world.act(code, "split", "committee", body).json()["split_into"][0]
    assert _seen(world, part)["split_from"] == code
    world.route()
    merged = world.act(part, "merge", "committee", {"into": code, "reason": "还是一件"}).json()
    assert (merged["status"], merged["merged_into"]) == ("merged", code)
    assert _seen(world, code)["absorbed"] == [part]


def test_every_action_of_the_table_has_a_route_that_takes_its_example(world: World) -> None:
    """Whatever the order's state, an example is understood: never 404, 415, 422 for its form, or 500."""
    code, other = world.report(), world.report()
    clerk = world.of("handler", "committee")
    for (scope, name), body in BODIES.items():
        path = f"assignments/property/{name}" if scope == "assignment" else name
        sent = body | {"into": other} if name == "merge" else body
        answer = clerk.post(f"/api/v1/orders/{code}/{path}", json=sent)
        assert answer.status_code in {200, 403, 409}, (name, answer.text)


def test_an_order_costs_at_most_seven_queries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = world.report()
    caller_token = world.token("handler", "committee")
    assert world.client(caller_token).get(f"/api/v1/orders/{code}").status_code == 200
    shop = world.app.state.shop
    with transactions.transaction(shop.engine) as sql:
        caller = callers_by_tokens(sql, [caller_token]).get(caller_token)
    assert caller is not None
    counted: list[str] = []
    original = psycopg.Connection.execute

    def counting(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        counted.append(str(query))
        return original(self, query, *args, **more)

    monkeypatch.setattr(psycopg.Connection, "execute", counting)
    order_view(shop, caller, key_of(caller, code), "zh")
    assert len(counted) <= 7, counted  # the first one names the caller's sites


def test_the_ledger_tells_each_event_in_words(world: World) -> None:
    code = world.report()
    world.act(code, "assignments/property/note", "property", {"note": "材料明天到"})
    page = world.of("handler", "property").get(f"/api/v1/orders/{code}/events").json()
    assert [one["seq"] for one in page["items"]] == list(range(1, len(page["items"]) + 1))
    assert page["items"][0]["text"] == "已受理：乒乓房，漏水"
    assert page["items"][-1]["words"] == "材料明天到"
    assert all(len(one["hash"]) == 64 for one in page["items"])
    assert "材料明天到" not in str(page["items"][-1]["data"])


def test_notices_are_listed_with_whom_they_go_to(world: World) -> None:
    code = world.report()
    items = world.of("handler", "committee").get(f"/api/v1/orders/{code}/notices").json()["items"]
    assert {one["party"]["code"] for one in items} >= {"asset_company", "property"}
    assert all(one["text"] for one in items)


def test_a_site_tells_its_rooms_parties_and_categories(world: World) -> None:
    site = world.of("handler", "property").get("/api/v1/sites/AIBO5").json()
    assert "table-tennis" in {one["code"] for one in site["spaces"]}
    assert "leak" in {one["code"] for one in site["categories"]}
    assert world.of("handler", "property").get("/api/v1/sites/NOWHERE").status_code == 404


def test_the_floor_plan_marks_the_room(world: World) -> None:
    clerk = world.of("handler", "property")
    plain = clerk.get("/api/v1/sites/AIBO5/floorplan.svg")
    marked = clerk.get("/api/v1/sites/AIBO5/floorplan.svg", params={"space": "dance"})
    assert plain.headers["content-type"] == "image/svg+xml"
    assert ('id="mark"' in plain.text, 'id="mark"' in marked.text) == (False, True)
    assert clerk.get("/api/v1/sites/AIBO5/floorplan.svg", params={"space": "nowhere"}).text == plain.text
