"""Every way in which something is not done, as RFC 9457 has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy.exc

from services.store.transactions import transaction
from tests.integration.api.conftest import LEAK

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

REPORT = {"site": "AIBO5", "space": "hall", "description": "x"}


def _errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {one["pointer"]: one["detail"] for one in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"site": "AIBO5", "space": "hall"}, "#/description"),
        (REPORT | {"colour": "red"}, "#/colour"),
        (REPORT | {"severity": "terrible"}, "#/severity"),
        (REPORT | {"space": "Hall!"}, "#/space"),
        (REPORT | {"description": ""}, "#/description"),
        (REPORT | {"description": "x" * 10_001}, "#/description"),
        (REPORT | {"reporter": {"phone": "call me"}}, "#/reporter/phone"),
        (REPORT | {"reporter": {"wechat": "x"}}, "#/reporter/wechat"),
        (REPORT | {"space": "no-such-room"}, "#/space"),
        (REPORT | {"category": "no-such-category"}, "#/category"),
        (REPORT | {"a/b~c": 1}, "#/a~1b~0c"),
        ([], "#"),
        ("text", "#"),
        (None, "#"),
    ],
)
def test_a_wrong_field_is_named_by_its_path(world: World, body: Any, pointer: str) -> None:
    assert pointer in _errors(world.of("handler", "committee").post("/api/v1/orders", json=body))


@pytest.mark.parametrize(
    "raw", [b"{", b"\xff\xfe", b'{"site": NaN', b"[" * 20_000, b'"\\ud800', b"", b"{} {}"], ids=repr
)
def test_json_that_cannot_be_read_points_at_the_whole_body(world: World, raw: bytes) -> None:
    clerk = world.of("handler", "committee")
    answer = clerk.post("/api/v1/orders", content=raw, headers={"Content-Type": "application/json"})
    assert "#" in _errors(answer)


def test_a_lone_surrogate_is_refused_not_kept(world: World) -> None:
    raw = b'{"site": "AIBO5", "space": "hall", "description": "a\\ud800b"}'
    clerk = world.of("handler", "committee")
    answer = clerk.post("/api/v1/orders", content=raw, headers={"Content-Type": "application/json"})
    assert "#/description" in _errors(answer)


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/orders?limit=201", "limit"),
        ("/api/v1/orders?limit=0", "limit"),
        ("/api/v1/orders?status=odd", "status/0"),
        ("/api/v1/orders?cursor=abc", "cursor"),
        ("/api/v1/orders?cursor=%00", "cursor"),
        ("/api/v1/orders/aibo5-1", "code"),
        ("/api/v1/orders/AIBO5-%D9%A1", "code"),
        ("/api/v1/orders/AIBO5-1234567890123456789", "code"),
    ],
)
def test_a_wrong_parameter_is_named(world: World, path: str, parameter: str) -> None:
    assert parameter in _errors(world.of("handler", "committee").get(path))


def test_words_of_events_hold_no_control_characters(world: World) -> None:
    body = {"system": "12345", "number": "a\x00b"}
    answer = world.act("AIBO5-1", "outside-number", "committee", body)
    assert "#/number" in _errors(answer)


@pytest.mark.parametrize("until", ["2026-12-01", "2026-12-01T09:00:00", "9999-12-31T23:59:59-12:00", "soon"])
def test_an_instant_has_a_zone_and_lies_within_the_calendars(world: World, until: str) -> None:
    body = {"reason": "material", "until": until}
    answer = world.act("AIBO5-1", "assignments/property/hold", "property", body)
    assert "#/until" in _errors(answer)


def test_an_illegal_move_says_state_holders_and_what_is_allowed(world: World) -> None:
    code = world.report()
    answer = world.act(code, "assignments/property/verify", "committee")
    assert answer.status_code == 409
    told = answer.json()
    assert told["state"] == "open"
    assert told["detail"].startswith(
        "现在不能“核查通过”：承办单目前是“已派，待接单”。当前待办：镇资产经营公司"
    )
    assert {one["code"] for one in told["holders"]} == {"asset_company", "property"}
    assert "property/release" in told["allowed"]
    assert "note" in told["allowed"]


def test_what_a_refusal_allows_are_actions_that_exist(world: World) -> None:
    code = world.report()
    told = world.act(code, "assignments/property/agree-plan", "property").json()
    paths = {path.rpartition("/")[2] for path in world.app.openapi()["paths"]} | {"photo"}
    assert {one.rpartition("/")[2] for one in told["allowed"]} <= paths
    assert {"property/return", "property/hold"} <= set(told["allowed"])


def test_a_value_that_means_nothing_here_is_a_422_with_its_field(world: World) -> None:
    code = world.report()
    body = {"nominee": "property", "reason": "x"}
    assert "#/nominee" in _errors(world.act(code, "assignments/property/return", "property", body))


def test_a_wrong_field_of_the_part_split_off_is_found_inside_the_report(world: World) -> None:
    code = world.report()
    body = {"reason": "x", "report": {"space": "no-room", "description": "y"}}
    assert "#/report/space" in _errors(world.act(code, "split", "committee", body))


def test_merging_into_itself_is_a_wrong_field(world: World) -> None:
    code = world.report()
    body = {"into": code, "reason": "x"}
    assert "#/into" in _errors(world.act(code, "merge", "committee", body))


@pytest.mark.parametrize("into", ["AIBO5-99999", "OTHER-1", "NOWHERE-1"])
def test_merging_into_an_order_that_cannot_be_seen_is_a_wrong_field(world: World, into: str) -> None:
    world.of("handler", "committee", site="OTHER").post("/api/v1/orders", json=LEAK | {"site": "OTHER"})
    code = world.report()
    answer = world.act(code, "merge", "committee", {"into": into, "reason": "x"})
    assert _errors(answer) == {"#/into": "没有这张工单，或者您无权查看"}


def test_a_resident_cannot_find_out_by_merging_which_orders_there_are(world: World) -> None:
    theirs, resident = world.report(), world.of("resident")
    mine = resident.post("/api/v1/orders", json=LEAK).json()["code"]
    for into in (theirs, "AIBO5-99999"):
        body = {"into": into, "reason": "x"}
        assert "#/into" in _errors(resident.post(f"/api/v1/orders/{mine}/merge", json=body))


def test_an_order_has_one_code_not_many(world: World) -> None:
    code = world.report()
    padded = code.replace("-", "-0")
    assert "code" in _errors(world.of("handler", "committee").get(f"/api/v1/orders/{padded}"))


@pytest.mark.parametrize("path", ["/api/v1/orders?colr=red", "/api/v1/orders/AIBO5-1?colr=red"])
def test_an_unknown_parameter_is_refused_not_overlooked(world: World, path: str) -> None:
    assert _errors(world.of("handler", "committee").get(path)) == {"colr": "没有这个字段"}


def test_wrong_fields_are_told_in_the_language_asked_for(world: World) -> None:
    body = REPORT | {"colour": "red", "description": "\u202e\u200b\u0301"}
    clerk = world.of("handler", "committee")
    assert _errors(clerk.post("/api/v1/orders", json=body)) == {
        "#/colour": "没有这个字段",
        "#/description": "请写能看懂的内容",
    }
    english = clerk.post("/api/v1/orders", json=body, headers={"Accept-Language": "en"})
    assert _errors(english) == {
        "#/colour": "There is no such field",
        "#/description": "say something that can be read",
    }


def test_a_value_that_means_nothing_here_is_told_in_chinese_too(world: World) -> None:
    answer = world.of("handler", "committee").post("/api/v1/orders", json=REPORT | {"space": "no-room"})
    assert _errors(answer) == {"#/space": "本场所没有“no-room”这个空间"}
    assert answer.json()["detail"] == "#/space：本场所没有“no-room”这个空间"


def test_a_refusal_offers_nothing_that_would_be_refused_in_turn(world: World) -> None:
    code = world.report()
    until = {"reason": "material", "until": "2089-12-01T09:00:00+08:00"}
    world.act(code, "assignments/property/return", "property", {"nominee": "contractor", "reason": "x"})
    told = world.act(code, "assignments/property/hold", "property", until).json()
    view = world.of("handler", "property").get(f"/api/v1/orders/{code}").json()
    assert set(told["allowed"]) == {
        f"{one['party']}/{one['action']}" if one["party"] else one["action"] for one in view["allowed"]
    }
    assert "property/agree-plan" not in told["allowed"]


def test_a_refusal_names_only_those_whom_one_can_turn_to(world: World) -> None:
    told = world.act(world.report(), "assignments/property/verify", "asset_company").json()
    assert [one["code"] for one in told["may"]] == ["committee"]
    assert told["detail"] == "“核查通过”应由爱博五村居委会办理"


def test_a_refusal_names_no_party_to_whoever_may_not_see_them(world: World) -> None:
    told = world.act(world.report(), "assignments/property/verify", "client").json()
    assert told["detail"] == "“核查通过”应由本单的承办单位办理"


def test_nothing_happens_on_a_frozen_clock(world: World) -> None:
    code = world.report()
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE site SET clock = 'frozen' WHERE code = 'AIBO5'")
    try:
        answer = world.act(code, "note", "property", {"note": "x"})
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:lianban:problem:frozen-clock")
        assert world.of("handler", "property").get(f"/api/v1/orders/{code}").status_code == 200
    finally:
        with transaction(world.worker.engine) as sql:
            sql.execute("UPDATE site SET clock = 'live' WHERE code = 'AIBO5'")


def test_a_body_over_a_megabyte_is_refused(world: World) -> None:
    clerk = world.of("handler", "committee")
    answer = clerk.post("/api/v1/orders", json=REPORT | {"description": "x" * 1_100_000})
    assert answer.status_code == 413


def test_a_body_of_unknown_length_is_cut_off(world: World) -> None:
    clerk = world.of("handler", "committee")
    parts = (b" " * 65_536 for _ in range(1000))
    answer = clerk.post("/api/v1/orders", content=parts, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)
def test_another_media_type_is_refused(world: World, media: str) -> None:
    clerk = world.of("handler", "committee")
    answer = clerk.post("/api/v1/orders", content=b"{}", headers={"Content-Type": media})
    assert answer.status_code == 415


def test_unknown_paths_and_methods_are_problems_too(world: World) -> None:
    clerk = world.of("handler", "committee")
    for method, path, status in (
        ("GET", "/api/v1/nonsense", 404),
        ("POST", "/api/v1/orders/AIBO5-1/explode", 404),
        ("DELETE", "/api/v1/orders/AIBO5-1", 405),
        ("PUT", "/api/v1/orders", 405),
    ):
        answer = clerk.request(method, path, json={} if method == "POST" else None)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    "error",
    [
        sqlalchemy.exc.TimeoutError("pool"),
        psycopg.OperationalError("gone"),
        sqlalchemy.exc.OperationalError("SELECT secret", {}, Exception("gone")),
    ],
)
def test_a_database_that_is_away_is_a_503_with_retry_after(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    token = world.token("handler", "committee")

    def broken(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("services.api.guard.callers_by_tokens", broken)
    answer = world.client(token).get("/api/v1/orders")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "secret" not in answer.text


def test_an_error_inside_tells_nothing_of_the_inside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("a secret detail")

    monkeypatch.setattr("services.api.orders.orders_page", broken)
    answer = world.of("handler", "committee").get("/api/v1/orders")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_problems_are_told_in_english_on_request(world: World) -> None:
    answer = world.client().get("/api/v1/orders", headers={"Accept-Language": "en-GB,zh;q=0.5"})
    assert answer.json()["title"] == "Sign in first"
    assert answer.headers["content-language"] == "en"
