"""电话已告知 over HTTP: who may say that a party was told, and what it leaves on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.notify.expanding import expand
from services.store.claims import Scope
from services.store.transactions import transaction

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


@pytest.fixture
def code(world: World) -> str:
    """An order whose parties somebody has to telephone."""
    made = world.report(severity="danger")
    site_id = world.site_ids["AIBO5"]
    while expand(world.worker, Scope(site_id)):
        pass
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE delivery SET state = 'by_hand', kind = 'spoken' WHERE site_id = %s", (site_id,))
    return made


def deliveries(world: World, code: str, party: str) -> list[dict[str, Any]]:
    items = world.of("handler", "committee").get(f"/api/v1/orders/{code}/notices").json()["items"]
    return [told for one in items if one["party"]["code"] == party for told in one["deliveries"]]


def test_a_handlers_word_makes_the_partys_calls_accepted(world: World, code: str) -> None:
    answer = world.of("handler", "committee").post(f"/api/v1/orders/{code}/calls/property/told")
    assert answer.status_code == 200
    assert {one["state"] for one in deliveries(world, code, "property")} == {"accepted"}
    assert {one["state"] for one in deliveries(world, code, "asset_company")} == {"by_hand"}


def test_said_again_it_changes_nothing(world: World, code: str) -> None:
    for _ in range(2):
        world.of("handler", "committee").post(f"/api/v1/orders/{code}/calls/property/told")
    steps = [step["step"] for one in deliveries(world, code, "property") for step in one["steps"]]
    assert steps.count("accepted") == len(deliveries(world, code, "property")) > 0


@pytest.mark.parametrize(
    ("role", "caller", "party", "status"),
    [
        ("observer", "committee", "property", 403),
        ("handler", "committee", "nobody", 404),
        ("lead", "property", "asset_company", 200),
    ],
)
def test_who_acts_for_a_party_may_say_so_of_a_party_that_there_is(
    world: World, code: str, role: str, caller: str, party: str, status: int
) -> None:
    answer = world.of(role, caller).post(f"/api/v1/orders/{code}/calls/{party}/told")
    assert answer.status_code == status
