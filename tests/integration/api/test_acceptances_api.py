"""初验 in rounds over the API, then 竣工验收合格 and the warranty that a later report finds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.api.conftest import World

ACCEPTANCES, COMPLETIONS = "/api/v1/acceptances", "/api/v1/completions"
LINES = [
    {"space": "dance", "category": "mould", "check": "no-mould"},
    {"space": "dance", "category": "mould", "check": "doors"},
    {"space": "lego", "category": "leak", "check": "dry"},
]


def prepare(world: World, party: str = "committee", **said: Any) -> Any:
    when = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    body = {"site": "AIBO5", "meets_at": when, "lines": LINES, **said}
    return world.of("lead", party).post(ACCEPTANCES, json=body)


def act(world: World, code: str, step: str, party: str = "committee", **said: Any) -> Any:
    return world.of("lead", party).post(f"{ACCEPTANCES}/{code}/{step}", json=said)


def look(world: World, code: str, item: str, party: str = "property", **said: Any) -> Any:
    fields = {"item": item, "passed": "true", **said}
    return world.of("lead", party).post(f"{ACCEPTANCES}/{code}/items", files=form(fields))


def form(fields: dict[str, Any]) -> list[tuple[str, Any]]:
    """As a form with files is sent: bytes are a photo."""
    return [(name, ("a.jpg", one) if isinstance(one, bytes) else (None, one)) for name, one in fields.items()]


@pytest.fixture
def code(world: World) -> str:
    made = prepare(world)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


@pytest.fixture
def reworking(world: World, code: str, picture: bytes) -> Any:
    """A round is over: the doors have failed."""
    act(world, code, "round")
    for item in ("1", "3"):
        assert look(world, code, item).status_code == 201
    failed = look(world, code, "2", passed="false", words="门关不上", photo=picture)
    assert failed.status_code == 201, failed.text
    finished = act(world, code, "finish")
    assert finished.status_code == 200, finished.text
    world.route()
    return finished.json()


def test_what_failed_is_the_contractors_rework_with_its_photo(
    world: World, code: str, reworking: Any
) -> None:
    [order] = reworking["waits_for"]
    doors = next(one for one in reworking["checks"] if one["item"] == "2")
    assert (doors["result"]["words"], doors["result"]["order"]) == ("门关不上", order)
    assert world.of("lead", "committee").get(doors["result"]["photos"][0]).status_code == 200
    seen = world.of("handler", "contractor").get(f"/api/v1/orders/{order}").json()
    [lead] = [one for one in seen["assignments"] if one["duty"] == "lead"]
    assert (lead["party"]["code"], seen["origin"], seen["space"]["code"]) == (
        "contractor",
        "construction",
        "dance",
    )
    payer = world.of("lead", "committee").get(f"/api/v1/orders/{order}/payer").json()
    assert (payer["ground"], payer["payer"]["code"]) == ("rework", "contractor")


def test_the_next_round_waits_for_verified_rework_and_then_it_is_passed(
    world: World, code: str, reworking: Any, picture: bytes
) -> None:
    assert act(world, code, "round").status_code == 409
    [order] = reworking["waits_for"]
    contractor = world.of("handler", "contractor")
    contractor.post(f"/api/v1/orders/{order}/assignments/contractor/acknowledge", json={})
    photo = contractor.post(
        f"/api/v1/orders/{order}/photos", data={"purpose": "after"}, files={"file": ("a.jpg", picture)}
    )
    assert photo.status_code == 201, photo.text
    done = contractor.post(f"/api/v1/orders/{order}/assignments/contractor/done", json={"note": "换了合页"})
    assert done.status_code == 200, done.text
    verified = world.act(order, "assignments/contractor/verify", "property")
    assert verified.status_code == 200, verified.text
    again = act(world, code, "round").json()
    assert [one["item"] for one in again["checks"] if one["open"]] == ["2"]
    look(world, code, "2")
    passed = act(world, code, "finish").json()
    assert (passed["status"], passed["round"], passed["waits_for"]) == ("passed", 2, [])


def test_parties_sign_once_and_there_is_a_record(world: World, code: str, reworking: Any) -> None:
    for party in ("committee", "contractor"):
        assert act(world, code, "sign", party).status_code == 200
    assert act(world, code, "sign", "contractor").status_code == 409
    named = act(world, code, "sign", name="汪阿姨", kind="resident").json()
    assert [one["kind"] for one in named["signatures"]] == ["party", "party", "resident"]
    pdf = world.of("lead", "property").get(f"{ACCEPTANCES}/{code}/record.pdf")
    assert (pdf.status_code, pdf.headers["content-type"], pdf.content[:5]) == (
        200,
        "application/pdf",
        b"%PDF-",
    )


def test_the_checklist_changes_before_the_first_round_alone(world: World, code: str) -> None:
    more: dict[str, Any] = {"add": [{"space": "lego", "category": "mould", "check": "exit"}], "drop": ["1"]}
    assert [one["item"] for one in act(world, code, "checklist", seen=1, **more).json()["checks"]] == [
        "2",
        "3",
        "4",
    ]
    assert act(world, code, "checklist", seen=1, **more).status_code == 409
    act(world, code, "round")
    late = act(world, code, "checklist", seen=2, **more)
    assert late.status_code == 409
    assert late.json()["detail"]


def test_whoever_did_the_work_does_not_accept_it_and_a_failure_needs_a_word(world: World, code: str) -> None:
    act(world, code, "round")
    assert look(world, code, "1", "contractor").status_code == 403
    assert look(world, code, "1", passed="false").status_code == 422
    assert act(world, code, "finish").status_code == 409
    assert prepare(world, "property").status_code == 403
    assert prepare(world, lines=[{"space": "moon", "category": "leak", "check": "dry"}]).status_code == 422


def test_a_cancelled_one_says_why(world: World, code: str) -> None:
    gone = act(world, code, "cancel", reason="下雨改期").json()
    assert (gone["status"], gone["reason"], gone["allowed"]) == ("cancelled", "下雨改期", [])


# ── the completion ──────────────────────────────────────────────────────────────────────────────────────────


def completed(world: World, party: str = "client", **said: str) -> Any:
    day = (datetime.now(UTC) - timedelta(days=400)).date().isoformat()
    body = {
        "site": "OTHER",
        "day": day,
        "certificate": "沪竣验 2025-118",
        "spaces": "table-tennis, dance",
        **said,
    }
    return world.of("lead", party, site="OTHER").post(COMPLETIONS, files=form(body))


def leak_in(world: World, space: str) -> Any:
    """Who is proposed to pay for a leak that is reported now."""
    committee = world.of("handler", "committee", site="OTHER")
    body = {"site": "OTHER", "space": space, "category": "leak", "description": "窗边漏水"}
    order = committee.post("/api/v1/orders", json=body).json()["code"]
    return committee.get(f"/api/v1/orders/{order}/payer").json()


def test_a_later_leak_is_covered_until_the_completion_is_withdrawn(world: World) -> None:
    made = completed(world, longer="waterproofing=120")
    assert made.status_code == 201, made.text
    assert {one["what"] for one in made.json()["covers"]} >= {"waterproofing", "decoration"}
    leak = leak_in(world, "table-tennis")
    assert (leak["ground"], leak["payer"]["code"]) == ("warranty", "contractor")
    assert leak_in(world, "lego")["ground"] is None
    at = f"{COMPLETIONS}/{made.json()['code']}/withdraw"
    gone = world.of("lead", "client", site="OTHER").post(at, json={"reason": "楼号写错"})
    assert gone.json()["status"] == "withdrawn"
    assert leak_in(world, "table-tennis")["ground"] is None


@pytest.mark.parametrize(
    "said",
    [
        {"spaces": "moon"},
        {"spaces": " "},
        {"longer": "waterproofing=12"},
        {"longer": "x"},
        {"day": "2999-01-01"},
    ],
    ids=str,
)
def test_an_impossible_completion_is_refused(world: World, said: dict[str, str]) -> None:
    assert completed(world, **said).status_code == 422


def test_only_the_client_enters_it(world: World) -> None:
    assert completed(world, "contractor").status_code == 403
