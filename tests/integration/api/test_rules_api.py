"""The rules over the API: checked with a backtest, proposed, objected to, ruled on."""

from typing import Any

import pytest

from tests.databases import PLAYBOOK
from tests.integration.api.clock_kit import days_pass
from tests.integration.api.conftest import World

RULES = "/api/v1/rules"
DUST = 'acknowledge = "2 h 24x7"\nfix = "24 h 24x7"'
SHORTER = PLAYBOOK.replace(DUST, 'acknowledge = "1 h 24x7"\nfix = "12 h 24x7"')
SAFER = PLAYBOOK.replace(
    '[safety.danger]\nacknowledge = "15 min 24x7"', '[safety.danger]\nacknowledge = "10 min 24x7"'
)


def propose(world: World, source: str, party: str = "committee", site: str = "AIBO5") -> Any:
    body = {"site": site, "source": source, "reason": "施工扬尘投诉多"}
    return world.of("lead", party, site=site).post(RULES, json=body)


def answer(world: World, code: str, step: str, party: str, **said: Any) -> Any:
    return world.of("lead", party, site=code.partition("-")[0]).post(f"{RULES}/{code}/{step}", json=said)


@pytest.fixture
def code(world: World) -> Any:
    """A change on its way; gone afterwards."""
    made = propose(world, SHORTER)
    assert made.status_code == 201, made.text
    yield made.json()["code"]
    answer(world, made.json()["code"], "withdraw", "committee")


def test_a_check_tells_what_differs_and_what_would_have_been(world: World) -> None:
    assert SHORTER != PLAYBOOK
    for _ in range(3):
        world.report(category="dust", space="hall", origin="construction", description="灰大")
    checked = world.of("lead", "committee").post(f"{RULES}/check", json={"site": "AIBO5", "source": SHORTER})
    assert checked.status_code == 200, checked.text
    told = checked.json()
    assert (told["problems"], told["at_once"]) == ([], False)
    assert {(one["before"], one["after"]) for one in told["changes"]} >= {
        ("24 小时（昼夜）", "12 小时（昼夜）")
    }
    assert told["backtest"] is not None


def test_rules_that_do_not_hold_are_told_by_line_and_not_proposed(world: World) -> None:
    wrong = PLAYBOOK.replace(DUST, 'acknowledge = "2 h 24x7"\nfix = "0 h 24x7"')
    checked = world.of("lead", "committee").post(f"{RULES}/check", json={"site": "AIBO5", "source": wrong})
    [problem, *_] = checked.json()["problems"]
    assert problem["line"] > 1
    assert problem["remedy"]
    refused = propose(world, wrong)
    assert (refused.status_code, "这一行" in refused.json()["detail"]) == (422, True)
    same = propose(world, PLAYBOOK)
    assert (same.status_code, "与现行规则" in same.json()["detail"]) == (422, True), same.text
    assert propose(world, "x = [").status_code == 422


def test_who_consents_or_objects_stands_beside_it(world: World, code: str) -> None:
    assert answer(world, code, "consent", "property").status_code == 200
    said = answer(world, code, "object", "contractor", reason="夜间无法洒水").json()
    assert [one["code"] for one in said["consents"]] == ["property"]
    assert [(one["party"]["code"], one["reason"]) for one in said["objections"]] == [
        ("contractor", "夜间无法洒水")
    ]
    assert answer(world, code, "rule", "autonomy_office", accepted=True, reason="同意").status_code == 409
    source = world.of("lead", "property").get(f"{RULES}/source", params={"site": "AIBO5"}).json()["source"]
    assert DUST in source


def test_only_the_committee_proposes(world: World) -> None:
    assert propose(world, SHORTER, "contractor").status_code == 403
    assert world.of("observer").get(RULES).json()["items"] == []


def test_after_an_objection_the_decider_rules_and_new_orders_have_the_new_limits(world: World) -> None:
    code = propose(world, SHORTER, site="OTHER").json()["code"]
    answer(world, code, "object", "contractor", reason="做不到")
    days_pass(world, 12)
    ruling = world.of("lead", "committee", site="OTHER").get(f"{RULES}/{code}").json()
    assert ruling["status"] == "ruling"
    by = ruling["decider"]["code"]
    assert answer(world, code, "rule", "property", accepted=True, reason="同意").status_code == 403
    ruled = answer(world, code, "rule", by, accepted=True, reason="同意缩短").json()
    assert (ruled["status"], ruled["why"], ruled["ruling"]) == ("effective", "ruling", "同意缩短")
    lead = world.of("lead", "property", site="OTHER")
    source = lead.get(f"{RULES}/source", params={"site": "OTHER"}).json()["source"]
    assert DUST not in source


def test_a_stricter_safety_limit_takes_effect_at_once_and_overtakes_what_waits(
    world: World, code: str
) -> None:
    made = propose(world, SAFER)
    assert made.status_code == 201, made.text
    assert (made.json()["status"], made.json()["why"]) == ("effective", "safety")
    for party in [
        one["code"] for one in world.of("lead", "committee").get(f"{RULES}/{code}").json()["unanswered"]
    ]:
        ended = answer(world, code, "consent", party).json()
    assert ended["status"] == "overtaken"
    source = world.of("lead", "property").get(f"{RULES}/source", params={"site": "AIBO5"}).json()["source"]
    assert DUST in source
