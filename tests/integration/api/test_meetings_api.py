"""Meetings over the API, and the last signature by the link of a message."""

from typing import Any

import pytest

from tests.integration.api.conftest import World
from tests.integration.api.meetings_kit import MEETINGS, link_to, meeting_on

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
ITEMS = [
    {"party": "contractor", "does": "lead", "what": "重做窗台防水"},
    {"party": "property", "does": "support", "what": "关闸、清场"},
    {"party": "asset_company", "does": "withdraw"},
]


@pytest.fixture
def leak(world: World) -> str:
    code = world.report(category="leak", origin="pre_existing")
    world.route()
    return code


@pytest.fixture
def meeting(world: World, leak: str) -> str:
    return meeting_on(world, leak, ITEMS)


def sign(world: World, meeting: str, party: str, role: str = "lead") -> Any:
    return world.of(role, party).post(f"{MEETINGS}/{meeting}/sign", json={"draft": 1})


def test_the_last_signature_changes_who_leads(world: World, leak: str, meeting: str) -> None:
    for party in ("contractor", "property", "asset_company"):
        assert sign(world, meeting, party).status_code == 200
    order = world.of("lead", "committee").get(f"/api/v1/orders/{leak}").json()
    acting = {one["party"]["code"]: one["duty"] for one in order["assignments"] if one["stage"]}
    assert acting["contractor"] == "lead"
    assert "asset_company" not in acting


def test_a_handler_does_not_sign_for_his_party(world: World, meeting: str) -> None:
    assert sign(world, meeting, "property", role="handler").status_code == 403


def test_a_stranger_does_not_learn_of_a_meeting(world: World, meeting: str) -> None:
    assert world.of("lead", "utility").get(f"{MEETINGS}/{meeting}").status_code == 404


def test_a_refusal_is_a_sentence_in_both_languages(world: World, leak: str, meeting: str) -> None:
    client = world.of("lead", "committee")
    again = {"after": 0, "items": ITEMS}
    chinese = client.post(f"{MEETINGS}/{meeting}/minutes", json=again)
    english = client.post(f"{MEETINGS}/{meeting}/minutes", json=again, headers={"Accept-Language": "en"})
    assert "刚有人提出另一份协调纪要" in chinese.json()["detail"]
    assert "put minutes on the table" in english.json()["detail"]


def test_the_calendar_file_has_the_meeting(world: World, meeting: str) -> None:
    answer = world.of("lead", "property").get(f"{MEETINGS}/{meeting}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert f"UID:meeting-{meeting}@" in answer.text


def test_a_lead_signs_by_the_link_of_the_message(world: World, leak: str, meeting: str) -> None:
    for party in ("contractor", "property"):
        sign(world, meeting, party)
    client = world.client()
    opened = client.post("/l", data={"code": link_to(world, meeting, "asset_company")}, headers=PAGE)
    at = opened.headers["location"]
    assert "重做窗台防水" in client.get(at, headers=PAGE).text
    done = client.post(f"{at}/sign", data={"draft": "1", "key": "k"}, headers=PAGE)
    assert done.status_code == 303, done.text
    shown = world.of("lead", "committee").get(f"{MEETINGS}/{meeting}").json()
    assert shown["status"] == "signed"


def test_a_link_is_only_for_who_has_still_to_sign(world: World, meeting: str) -> None:
    sign(world, meeting, "property")
    assert link_to(world, meeting, "property") == ""
    assert link_to(world, meeting, "asset_company") != ""


def test_who_pays_is_proposed_with_reasons(world: World, leak: str) -> None:
    shown = world.of("lead", "property").get(f"/api/v1/orders/{leak}/payer").json()
    assert (shown["payer"]["code"], shown["ground"]) == ("asset_company", "old_defect")
    assert [one["ground"] for one in shown["reasons"]][-1] == "old_defect"
