"""Walks over the API: what the pages do, for programs, and for the same people alone."""

from typing import Any

import pytest

from tests.integration.api.conftest import Checked, World

API = "/api/v1/walks"
BEGIN = {"site": "AIBO5", "origin": "construction"}
DUST = {"space": "hall", "hazard": "dust", "words": "靠墙一堆碎砖"}


def note(client: Checked, code: str, files: Any = None, **fields: str) -> Any:
    parts = [(name, (None, text)) for name, text in (DUST | fields).items()]
    return client.post(f"{API}/{code}/findings", files=parts + (files or []))


@pytest.fixture
def committee(world: World) -> Checked:
    return world.of("handler", "committee")


@pytest.fixture
def walk(committee: Checked) -> str:
    """A walk under way; its code."""
    begun = committee.post(API, json=BEGIN)
    assert begun.status_code == 201, begun.text
    return str(begun.json()["code"])


@pytest.fixture
def notice(committee: Checked, walk: str) -> str:
    note(committee, walk)
    assert committee.post(f"{API}/{walk}/finish", json={}).status_code == 200
    return walk


def test_a_walk_goes_from_setting_out_to_its_notice(committee: Checked, walk: str) -> None:
    noted = note(committee, walk)
    assert [one["words"] for one in noted.json()["findings"]] == [DUST["words"]]
    done = committee.post(f"{API}/{walk}/finish", json={}).json()
    assert (done["status"], [one["party"]["code"] for one in done["findings"]]) == (
        "finished",
        ["contractor"],
    )


def test_the_list_names_it(committee: Checked, walk: str) -> None:
    assert walk in [one["code"] for one in committee.get(API).json()["items"]]


def test_a_photo_comes_with_its_finding_and_is_served(committee: Checked, walk: str, picture: bytes) -> None:
    noted = note(committee, walk, files=[("photo", ("a.jpg", picture, "image/jpeg"))]).json()
    [[at]] = [one["photos"] for one in noted["findings"]]
    assert committee.get(at).headers["content-type"] == "image/jpeg"


def test_a_danger_by_the_list_is_an_order_at_once(committee: Checked, walk: str) -> None:
    [one] = note(committee, walk, hazard="exposed_wire").json()["findings"]
    assert (one["severity"], bool(one["order"])) == ("danger", True)


def test_a_repeated_key_notes_one_finding(committee: Checked, walk: str) -> None:
    committee.headers["Idempotency-Key"] = f"once-{walk}"
    answers = [note(committee, walk) for _ in range(2)]
    assert [len(one.json()["findings"]) for one in answers] == [1, 1]


def test_a_finding_is_taken_back_and_a_walk_given_up_and_taken_up(committee: Checked, walk: str) -> None:
    note(committee, walk)
    dropped = committee.post(f"{API}/{walk}/drop", json={"finding": "1"})
    given_up = committee.post(f"{API}/{walk}/abandon", json={})
    taken_up = committee.post(f"{API}/{walk}/take-up", json={})
    states = [one.json()["status"] for one in (dropped, given_up, taken_up)]
    assert (dropped.json()["findings"], states) == ([], ["walking", "abandoned", "walking"])


def test_both_papers_are_there_once_the_notice_is(committee: Checked, notice: str) -> None:
    papers = committee.get(f"{API}/{notice}").json()["papers"]
    answers = [committee.get(one) for one in papers]
    assert [one.content[:5] for one in answers] == [b"%PDF-"] * 2


def test_the_asked_party_takes_all_on(world: World, notice: str) -> None:
    contractor = world.of("handler", "contractor")
    assert contractor.get(f"{API}/{notice}").json()["allowed"] == ["acknowledge"]
    taken = contractor.post(f"{API}/{notice}/acknowledge", json={})
    assert (taken.json()["allowed"], taken.json()["findings"][0]["state"]) == ([], "已接单")


@pytest.mark.parametrize(
    ("role", "party"),
    [("handler", "asset_company"), ("observer", "committee"), ("moderator", None), ("resident", None)],
)
def test_who_is_not_asked_finds_neither_walk_nor_papers(
    world: World, notice: str, role: str, party: str | None
) -> None:
    client = world.of(role, party)
    asked = [client.get(f"{API}/{notice}{more}").status_code for more in ("", "/notice.pdf", "/reply.pdf")]
    assert asked == [404] * 3
    assert client.get(API).json()["items"] == []


def test_a_contractor_may_not_set_out_and_is_told_who_may(world: World) -> None:
    answer = world.of("handler", "contractor").post(API, json=BEGIN)
    assert answer.status_code == 403
    assert {one["code"] for one in answer.json()["may"]} == {"committee", "property", "supervisor", "street"}


def test_an_empty_walk_is_refused_with_a_sentence(committee: Checked, walk: str) -> None:
    answer = committee.post(f"{API}/{walk}/finish", json={})
    assert answer.status_code == 409
    assert "还没有记下任何问题" in answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong", [{"space": "ballroom"}, {"hazard": "ghosts"}, {"severity": "odd"}, {"x": "y"}]
)
def test_what_is_not_on_the_list_is_refused_by_its_field(
    committee: Checked, walk: str, wrong: dict[str, str]
) -> None:
    answer = note(committee, walk, **wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["errors"][0]["pointer"]
