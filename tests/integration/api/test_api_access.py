"""Who comes in, who sees what, and who is told that it is somebody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.domain.streams import Role
from services.callers import Holder, Scope, create_token
from services.store.transactions import transaction
from tests.integration.api.conftest import LEAK

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


def test_no_path_but_health_and_sign_in_is_open(world: World) -> None:
    document = world.app.openapi()
    stranger = world.client()
    for template, methods in document["paths"].items():
        closed = [method for method, operation in methods.items() if operation.get("security") != []]
        path = template.replace("{code}", "AIBO5-1").replace("{party}", "property").replace("{site}", "AIBO5")
        path = path.replace("{photo}", "0" * 32)
        assert {m: stranger.request(m, path).status_code for m in closed} == dict.fromkeys(closed, 401)


@pytest.mark.parametrize(
    "path", ["/", "/o/AIBO5-1", "/docs", "/openapi.json", "/metrics", "/nonsense", "/plan/AIBO5.svg"]
)
def test_pages_and_unknown_paths_are_closed_too(world: World, path: str) -> None:
    assert world.client().get(path).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer lbt_wrong", "Basic abc", "Bearer " + "x" * 5000, "bearer \x7f"],
)
def test_a_wrong_token_is_answered_like_none(world: World, header: str) -> None:
    known = world.client().get("/api/v1/orders")
    answer = world.client(Authorization=header).get("/api/v1/orders")
    assert (answer.status_code, answer.json()) == (401, known.json())


def test_an_expired_token_does_not_work(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        holder = Holder(world.site_ids["AIBO5"], Role.HANDLER, "property")
        token = create_token(sql, holder, name="old", lasts=timedelta(seconds=-1))
    assert world.client(token).get("/api/v1/orders").status_code == 401


def test_an_order_of_another_site_is_answered_like_one_that_does_not_exist(world: World) -> None:
    code = world.report()
    stranger = world.of("lead", "committee", site="OTHER")
    for suffix in ("", "/events", "/notices", f"/photos/{'0' * 32}"):
        hidden = stranger.get(f"/api/v1/orders/{code}{suffix}")
        missing = stranger.get(f"/api/v1/orders/AIBO5-99999{suffix}")
        nowhere = stranger.get(f"/api/v1/orders/NOWHERE-1{suffix}")
        assert hidden.status_code == 404
        bodies = [one.json() | {"instance": ""} for one in (hidden, missing, nowhere)]
        assert bodies[0] == bodies[1] == bodies[2]


def test_acting_on_an_order_of_another_site_is_the_same_404(world: World) -> None:
    code = world.report()
    stranger = world.of("handler", "property", site="OTHER")
    for path in (f"{code}/note", "AIBO5-99999/note", f"{code}/assignments/property/done"):
        assert stranger.post(f"/api/v1/orders/{path}", json={"note": "x"}).status_code == 404


def test_reporting_at_a_site_that_one_may_not_see_is_a_404(world: World) -> None:
    body = {"site": "OTHER", "space": "dance", "description": "x"}
    assert world.of("handler", "committee").post("/api/v1/orders", json=body).status_code == 404


def test_a_list_holds_only_the_callers_sites(world: World) -> None:
    world.report()
    stranger = world.of("lead", "committee", site="OTHER")
    assert stranger.get("/api/v1/orders").json()["items"] == []
    assert stranger.get("/api/v1/orders", params={"site": "AIBO5"}).json()["items"] == []


def test_what_is_somebody_elses_is_refused_with_who_may(world: World) -> None:
    code = world.report()
    answer = world.act(code, "assignments/asset_company/acknowledge", "property")
    assert answer.status_code == 403
    assert answer.json()["may"] == [{"code": "asset_company", "name": "镇资产经营公司"}]
    assert answer.json()["detail"] == "“接单”应由镇资产经营公司办理"


def test_an_observer_sees_and_does_not_act(world: World) -> None:
    code = world.report()
    observer = world.of("observer", "property")
    assert observer.get(f"/api/v1/orders/{code}").json()["allowed"] == []
    path = f"/api/v1/orders/{code}/assignments/property/acknowledge"
    assert observer.post(path).status_code == 403


def test_a_party_that_does_not_exist_is_not_found(world: World) -> None:
    code = world.report()
    for action in ("acknowledge", "verify", "decide"):
        body = {"granted": True} if action == "decide" else {}
        answer = world.act(code, f"assignments/nobody/{action}", "property", body)
        assert answer.status_code == 404


def test_a_resident_sees_its_own_reports_alone(world: World) -> None:
    world.report()
    resident = world.of("resident", member="resident-1")
    body: dict[str, Any] = {"site": "AIBO5", "space": "hall", "description": "灯坏了"}
    own = resident.post("/api/v1/orders", json=body | {"reporter": {"name": "王", "phone": "13800005678"}})
    assert own.status_code == 201
    code = own.json()["code"]
    assert [one["code"] for one in resident.get("/api/v1/orders").json()["items"]] == [code]
    others = world.report()
    assert resident.get(f"/api/v1/orders/{others}").status_code == 404
    assert resident.post(f"/api/v1/orders/{others}/note", json={"note": "x"}).status_code == 404


def test_no_view_tells_who_a_person_is(world: World) -> None:
    reporter = {"name": "王秀英", "phone": "13800005678"}
    code = world.report(reporter=reporter)
    clerk = world.of("lead", "street")
    for suffix in ("", "/events", "/notices"):
        told = clerk.get(f"/api/v1/orders/{code}{suffix}").text
        assert "王秀英" not in told
        assert "13800005678" not in told
    assert clerk.get(f"/api/v1/orders/{code}").json()["reporter"] == {
        "kind": "resident",
        "contact_known": True,
    }


# ── what a role, and a token, is for ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["observer", "arbiter", "moderator", "administrator"])
def test_who_only_looks_or_rules_does_not_report(world: World, role: str) -> None:
    answer = world.of(role, "street").post("/api/v1/orders", json=LEAK)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:lianban:problem:not-permitted")
    batch = world.of(role, "street").post("/api/v1/orders:batch", json={"reports": [LEAK]})
    assert [one["status"] for one in batch.json()["answers"]] == [403]


def test_an_administrator_sees_the_site_and_none_of_its_orders(world: World) -> None:
    code = world.report()
    administrator = world.of("administrator")
    assert administrator.get("/api/v1/sites/AIBO5").status_code == 200
    assert administrator.get(f"/api/v1/orders/{code}").status_code == 404
    assert administrator.get("/api/v1/orders").json()["items"] == []


def test_an_arbiter_decides_for_its_party_and_does_none_of_its_work(world: World) -> None:
    code = world.report()
    ask = {"reason": "不归我们", "nominee": "contractor"}
    assert world.act(code, "assignments/asset_company/return", "asset_company", ask).status_code == 200
    path, body = f"/api/v1/orders/{code}/assignments/asset_company/decide", {"granted": True}
    assert world.of("arbiter", "property").post(path, json=body).status_code == 403
    assert world.of("arbiter", "committee").post(path, json=body).status_code == 200
    done = f"/api/v1/orders/{code}/assignments/property/acknowledge"
    assert world.of("arbiter", "property").post(done, json={}).status_code == 403


@pytest.mark.parametrize(
    ("scope", "works"),
    [("read", {"get"}), ("report", {"report"}), ("act", {"note"}), ("metrics", {"metrics"})],
)
def test_a_token_is_good_for_what_it_was_made_for_alone(world: World, scope: str, works: set[str]) -> None:
    code = world.report()
    holder = Holder(world.site_ids["AIBO5"], Role.HANDLER, "property")
    with transaction(world.worker.engine) as sql:
        secret = create_token(sql, holder, name="t", lasts=None, scopes=[Scope(scope)])
    client = world.client(secret)
    answers = {
        "get": client.get(f"/api/v1/orders/{code}"),
        "report": client.post("/api/v1/orders", json=LEAK),
        "note": client.post(f"/api/v1/orders/{code}/note", json={"note": "看过"}),
        "metrics": client.get("/metrics"),
    }
    assert {name for name, one in answers.items() if one.status_code < 300} == works
    assert {one.status_code for name, one in answers.items() if name not in works} == {403}
