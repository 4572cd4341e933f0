"""The reporter's name and number: sealed, masked, in full only for who has to call, and on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from models.domain.streams import StreamKey
from services.secrets import ring
from services.store.contacts import read_contact, reseal
from services.store.transactions import transaction
from tests.integration.api.test_api_residents import NAME, PHONE, PUBLIC, WHO, reported

if TYPE_CHECKING:
    from services.store.contexts import Sql
    from tests.integration.api.conftest import World

REASON = {"reason": "上门前约时间"}


@pytest.fixture(autouse=True)
def untried(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM tries")


def leak(world: World, **fields: Any) -> str:
    """An order of the public's with a contact: asset company leads, property supports."""
    return reported(world, category="leak", **WHO, **fields)[0]


def reveal(world: World, code: str, party: str, role: str = "handler", **body: Any) -> Any:
    return world.act(code, "reveal", party, REASON | body, role=role)


def test_who_has_to_call_sees_it_masked(world: World) -> None:
    code = leak(world)
    seen = world.of("handler", "committee").get(f"/api/v1/orders/{code}/contact").json()
    assert seen == {"name": "王**", "phone": "138****5678"}


def test_it_is_shown_in_full_for_a_reason(world: World) -> None:
    code = leak(world)
    assert reveal(world, code, "committee").json() == {"name": None, "phone": PHONE}
    both = reveal(world, code, "committee", what=["name", "phone"]).json()
    assert both == {"name": NAME, "phone": PHONE}


def test_without_a_reason_it_is_not(world: World) -> None:
    code = leak(world)
    assert world.act(code, "reveal", "committee", {"what": ["phone"]}).status_code == 422


def test_each_look_is_in_the_orders_history_with_who_and_why_and_without_the_number(world: World) -> None:
    code = leak(world)
    reveal(world, code, "committee")
    events = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()["items"]
    look = next(one for one in events if one["type"] == "ContactRevealed")
    assert (look["actor"]["party"], look["data"]["what"], look["words"]) == (
        "committee",
        ["phone"],
        REASON["reason"],
    )
    assert PHONE not in str(events)


def test_the_reporter_sees_who_looked(world: World) -> None:
    code, resident = reported(world, category="leak", **WHO)
    reveal(world, code, "committee")
    events = resident.get(f"{PUBLIC}/orders/{code}/events").json()["items"]
    assert any("查看了报告人的电话" in one["text"] for one in events)


@pytest.mark.parametrize(
    ("origin", "party", "status"),
    [
        ("pre_existing", "asset_company", 200),
        ("pre_existing", "property", 403),
        ("pre_existing", "autonomy_office", 403),
        ("pre_existing", "street", 403),
        ("construction", "contractor", 403),
        ("construction", "committee", 200),
    ],
)
def test_the_lead_and_the_committee_may_look_and_the_contractor_never(
    world: World, origin: str, party: str, status: int
) -> None:
    code = world.report(origin=origin, **WHO)
    assert reveal(world, code, party).status_code == status
    masked = world.of("handler", party).get(f"/api/v1/orders/{code}/contact")
    assert masked.status_code == status


@pytest.mark.parametrize("role", ["observer", "arbiter", "moderator"])
def test_who_only_looks_on_does_not_look_at_it(world: World, role: str) -> None:
    assert reveal(world, leak(world), "committee", role).status_code == 403


def test_where_nothing_was_left_there_is_nothing_to_look_at(world: World) -> None:
    code, _ = reported(world)
    assert reveal(world, code, "committee").status_code == 409
    seen = world.of("handler", "committee").get(f"/api/v1/orders/{code}/contact").json()
    assert seen == {"name": None, "phone": None}


def test_no_table_holds_name_or_number_in_the_clear(world: World) -> None:
    code = leak(world)
    reveal(world, code, "committee", what=["name", "phone"])
    with transaction(world.worker.engine) as sql:
        tables = [
            row[0] for row in sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ]
        rows = [str(sql.execute(f"SELECT t::text FROM {one} t").fetchall()) for one in tables]
    found = [one for one, text in zip(tables, rows, strict=True) if PHONE in text or NAME in text]
    assert found == []


def tables_with(sql: Sql, words: str) -> list[str]:
    """The tables in which somebody who reads the database would find these words."""
    named = sql.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return [one for (one,) in named if words in str(sql.execute(f"SELECT t::text FROM {one} t").fetchall())]


ROLES = [
    *((role, "committee") for role in ("handler", "lead", "observer", "arbiter")),
    *((role, None) for role in ("moderator", "administrator", "volunteer", "resident")),
    *(
        ("handler", party)
        for party in ("property", "asset_company", "contractor", "street", "autonomy_office")
    ),
]


def _gets(world: World, code: str) -> list[str]:
    """The address of every route that is looked at, by the OpenAPI document, and the pages."""
    found = [
        path.replace("{code}", code).replace("{site}", "AIBO5").replace("{photo}", "0" * 32)
        for path, methods in world.app.openapi()["paths"].items()
        if "get" in methods and not path.startswith("/health")
    ]
    return [*found, f"/o/{code}", "/", "/?show=all", "/docs", "/metrics"]


@pytest.mark.parametrize(("role", "party"), ROLES)
def test_no_route_shows_the_number_to_anybody_unless_it_is_asked_for_in_full(
    world: World, role: str, party: str | None
) -> None:
    code = leak(world)
    reveal(world, code, "committee", what=["name", "phone"])
    client = world.of(role, party)
    told = [(path, client.get(path).text) for path in _gets(world, code)]
    assert [path for path, text in told if PHONE in text or NAME in text] == []


def test_by_the_code_the_number_is_in_the_file_that_one_takes_along_and_nowhere_else(world: World) -> None:
    code, resident = reported(world, category="leak", **WHO)
    told = {path: resident.get(path).text for path in _gets(world, code) if PUBLIC in path}
    assert [path for path, text in told.items() if PHONE in text] == [f"{PUBLIC}/orders/{code}/mine"]


def test_a_contact_that_is_sealed_anew_opens_as_before(world: World) -> None:
    code = leak(world)
    key = StreamKey(world.site_ids["AIBO5"], int(code.partition("-")[2]))
    with transaction(world.worker.engine) as sql:
        before = sql.execute(
            "SELECT body FROM private_row WHERE stream_id = %s AND kind = 'contact'", (key.stream_id,)
        ).fetchone()
        assert reseal(sql, ring()) > 0
        after = sql.execute(
            "SELECT body FROM private_row WHERE stream_id = %s AND kind = 'contact'", (key.stream_id,)
        ).fetchone()
        found = read_contact(sql, key)
    assert before != after
    assert found is not None
    assert found.phone == PHONE
