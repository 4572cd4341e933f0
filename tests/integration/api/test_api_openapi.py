"""The OpenAPI document: whole, and true of every route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from services.actions.bodies import Body, MergeBody, ReportAtSite, SplitBody
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS, SPLIT
from services.api.examples import BODIES, ORDER, REPORTS
from services.views.models import OrderView

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.api.conftest import World

METHODS = {"get", "post"}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for one in part.values():
            yield from _references(one)
    elif isinstance(part, list):
        for one in part:
            yield from _references(one)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_reference_leads_somewhere(world: World) -> None:
    document = world.app.openapi()
    for one in _references(document):
        place: Any = document
        for step in one.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def test_no_schema_stands_unused(world: World) -> None:
    document = world.app.openapi()
    used = {one.rpartition("/")[2] for one in _references(document)}
    assert set(document["components"]["schemas"]) <= used


def test_operations_are_named_once_described_and_have_declared_parameters(world: World) -> None:
    operations = list(_operations(world.app.openapi()))
    names = [one["operationId"] for *_, one in operations]
    assert len(names) == len(set(names))
    for path, method, one in operations:
        assert method in METHODS
        assert one["summary"]
        assert one["description"]
        named = {p["name"] for p in one.get("parameters", ()) if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_each_operation_of_the_api_declares_its_problems(world: World) -> None:
    for path, method, one in _operations(world.app.openapi()):
        if not path.startswith("/api/"):
            continue
        wanted = {"401", "422", "500", "503"} | ({"409", "413", "415"} if method == "post" else set())
        assert wanted <= set(one["responses"]), path
        for status, answer in one["responses"].items():
            if status >= "400":
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}


def test_every_post_takes_an_idempotency_key(world: World) -> None:
    for path, method, one in _operations(world.app.openapi()):
        if method == "post":
            assert "Idempotency-Key" in {p["name"] for p in one["parameters"]}, path


def test_every_action_of_the_table_is_there_with_its_body_and_an_example(world: World) -> None:
    paths = world.app.openapi()["paths"]
    for name in (*ORDER_ACTIONS, SPLIT, MERGE):
        assert f"/api/v1/orders/{{code}}/{name}" in paths
    for name, action in ASSIGNMENT_ACTIONS.items():
        body = paths[f"/api/v1/orders/{{code}}/assignments/{{party}}/{name}"]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        assert action.body.__name__ in str(schema)
        assert schema["examples"] == [BODIES["assignment", name]]


def test_examples_are_of_their_types() -> None:
    OrderView.model_validate(ORDER)
    assert OrderView.model_fields.keys() == ORDER.keys()
    for one in REPORTS.values():
        ReportAtSite.model_validate(one["value"])
    for (scope, name), body in BODIES.items():
        table = ORDER_ACTIONS if scope == "order" else ASSIGNMENT_ACTIONS
        two_streams: dict[str, type[Body]] = {SPLIT: SplitBody, MERGE: MergeBody}
        (two_streams.get(name) or table[name].body).model_validate(body)


def test_access_is_by_token_but_for_health(world: World) -> None:
    document = world.app.openapi()
    assert document["security"] == [{"token": []}]
    open_ = {path for path, _, one in _operations(document) if one.get("security") == []}
    assert open_ == {
        *("/health/live", "/health/ready", "/health/engine"),
        *("/api/v1/public/reports", "/api/v1/public/sites/{site}"),
        *("/api/v1/public/sites/{site}/topics", "/api/v1/public/topics/{code}"),
        *("/api/v1/public/sites/{site}/answers", "/api/v1/public/answers/{code}/helped"),
        *("/api/v1/public/topics/{code}/opinion", "/api/v1/public/topics/{code}/take-back"),
        *("/api/v1/public/sites/{site}/drawings", "/api/v1/public/drawings/{code}"),
        *("/api/v1/public/drawings/{code}/photos/{photo}", "/api/v1/public/drawings/{code}/comments"),
        *("/api/v1/public/drawings/{code}/take-back", "/api/v1/public/sites/{site}/pairs"),
        *("/api/v1/public/pairs/{code}/photos/{photo}", "/api/v1/public/sites/{site}/progress"),
    }


def test_what_a_resident_does_on_an_order_is_by_its_code(world: World) -> None:
    document = world.app.openapi()
    by_code = {path for path, _, one in _operations(document) if one.get("security") == [{"code": []}]}
    assert by_code == {path for path in document["paths"] if path.startswith("/api/v1/public/orders/")}


ODD_BODIES: list[Any] = [
    {},
    [],
    None,
    0,
    {"reason": 1},
    {"reason": "x", "note": None, "until": "2026-13-01T00:00:00Z"},
    {"granted": "maybe", "kind": "odd", "nominee": "", "to": "A", "plan": "", "resolved": 2},
    {"\u0000": "\u0000"},
]


@pytest.mark.parametrize("body", ODD_BODIES, ids=repr)
def test_odd_bodies_are_answered_as_declared_everywhere(world: World, body: Any) -> None:
    code = world.report()
    clerk = world.of("lead", "committee")
    for path, method, _ in _operations(world.app.openapi()):
        if method == "post" and path.startswith("/api/"):
            asked = path.replace("{code}", code).replace("{party}", "property")
            assert clerk.post(asked, json=body).status_code < 500


@pytest.mark.parametrize(
    "odd", ["", "%00", "..", "%2e%2e", "a" * 300, "%F0%9F%92%A7", "AIBO5-0", "property%2F.."]
)
def test_odd_parameters_are_answered_as_declared_everywhere(world: World, odd: str) -> None:
    clerk = world.of("lead", "committee")
    for path, method, one in _operations(world.app.openapi()):
        if path.startswith("/health"):
            continue
        asked = re.sub(r"{\w+}", odd, path)
        query = {p["name"]: odd for p in one.get("parameters", ()) if p["in"] == "query"}
        answer = clerk.request(method, asked, params=query, json={} if method == "post" else None)
        assert answer.status_code < 500, asked
