"""The whole API from its own description, as each role: schemathesis invents what is asked.

`LIANBAN_FUZZ_EXAMPLES` is how many examples each role tries on each operation; the suite's share is small.
All roles ask the same, so that it is invented once: that takes far longer than asking.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from services.api import health
from services.store.transactions import transaction

if TYPE_CHECKING:
    from schemathesis import BaseSchema

    from tests.integration.api.conftest import World

EXAMPLES = int(os.environ.get("LIANBAN_FUZZ_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES: dict[str, str | None] = {
    "handler": "asset_company",
    "lead": "committee",
    "observer": "property",
    "arbiter": "street",
    "moderator": None,
    "administrator": None,
    "volunteer": None,
    "resident": None,
    "nobody": None,
}
ASKED: Counter[str] = Counter()


@pytest.fixture(scope="module")
def known(world: World, picture: bytes) -> dict[str, list[str]]:
    """What there is: an address of nothing but invented codes would answer 404 for ever."""
    codes = [world.report() for _ in range(3)]
    client = world.of("handler", "property")
    attached = client.post(f"/api/v1/orders/{codes[0]}/photos", files={"file": ("a.jpg", picture)})
    return {
        "code": codes,
        "party": ["asset_company", "property", "committee"],
        "site": ["AIBO5"],
        "photo": [attached.json()["photos"][0]["id"]],
    }


@pytest.fixture(scope="module")
def description(world: World) -> BaseSchema:
    with transaction(world.worker.engine) as sql:  # the engine beats, as far as anybody can tell
        sql.execute(
            "INSERT INTO heartbeat (name, at, detail) VALUES (%s, statement_timestamp() + '1 day', '{}')"
            " ON CONFLICT DO NOTHING",
            (health.PULSE,),
        )
    schema = schemathesis.openapi.from_dict(world.app.openapi())
    schema.app = world.app
    return schema


@pytest.fixture(scope="module")
def invented(description: BaseSchema, known: dict[str, list[str]]) -> list[tuple[Any, list[Any]]]:
    """Each operation with a few cases, as its description allows and as it does not."""
    operations = []
    for found in description.get_all_operations():
        assert isinstance(found, Ok), found
        operations.append(found.ok())
    return [(one, cases_of(one, known)) for one in operations]


def cases_of(operation: Any, known: dict[str, list[str]]) -> list[Any]:
    pinned = {
        one.name: st.sampled_from(known[one.name]) for one in operation.path_parameters if one.name in known
    }
    cases = st.one_of([operation.as_strategy(mode) for mode in GenerationMode])
    found = []

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
        deadline=None,
    )
    @given(case=cases, real=st.fixed_dictionaries(pinned))
    def keep(case: Any, real: dict[str, str]) -> None:
        case.path_parameters = {**(case.path_parameters or {}), **real}
        found.append(case)

    keep()
    return found


def ask(case: Any, headers: dict[str, str]) -> list[str]:
    """What is wrong with the answer."""
    ASKED[case.operation.label] += 1
    try:
        case.derive().call_and_validate(headers=headers, checks=CHECKS)
    except FailureGroup as failures:
        return [f"{case.operation.label}: {one}" for one in failures.exceptions]
    return []


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_asked_is_answered_as_declared_and_never_with_5xx(
    world: World,
    invented: list[tuple[Any, list[Any]]],
    role: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = None if role == "nobody" else world.token(role, ROLES[role])
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    wrong = [one for _, cases in invented for case in cases for one in ask(case, headers)]
    tried = {(operation.method, operation.path) for operation, cases in invented if cases}
    with capsys.disabled():
        print(  # noqa: T201 - the figure is to be seen
            f"\nschemathesis: {role}, {len(tried)} operations,"
            f" {ASKED.total()} examples so far, {len(wrong)} wrong"
        )
    assert not wrong, "\n".join(wrong)
    declared = {(method, path) for path, told in world.app.openapi()["paths"].items() for method in told}
    assert tried == declared
