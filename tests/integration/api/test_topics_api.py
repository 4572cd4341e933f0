"""Deliberation over the API: a resident proposes, all say, the committee agrees and orders carry it out."""

from typing import Any

import pytest

from tests.integration.api.clock_kit import days_pass
from tests.integration.api.conftest import World

TOPICS, PUBLIC = "/api/v1/topics", "/api/v1/public"
NOISE = {"title": "舞蹈房几点关门", "words": "晚上九点以后还有音乐，隔壁睡不好。", "space": "dance"}


def by_code(code: str) -> dict[str, str]:
    return {"Opinion-Code": code}


def proposed(world: World, site: str = "AIBO5") -> tuple[str, str]:
    """The topic's code, and the proposer's."""
    answer = world.client().post(f"{PUBLIC}/sites/{site}/topics", json=NOISE)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    return receipt["topic"]["code"], receipt["opinion_code"]


def led(world: World, code: str, step: str, **said: Any) -> Any:
    committee = world.of("lead", "committee", site=code.partition("-")[0])
    answer = committee.post(f"{TOPICS}/{code}/{step}", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def topic(world: World) -> str:
    """Opinions are collected on it."""
    code, _ = proposed(world)
    led(world, code, "take-up", days=14)
    return code


def say(world: World, code: str, voice: str = "", **said: str) -> Any:
    body = {"stance": "for", "words": "八点关", **said}
    return world.client().post(
        f"{PUBLIC}/topics/{code}/opinion", json=body, headers=by_code(voice) if voice else {}
    )


def test_only_who_proposed_it_sees_it_until_it_is_taken_up(world: World) -> None:
    code, voice = proposed(world)
    assert world.client().get(f"{PUBLIC}/topics/{code}").status_code == 404
    assert (
        world.client().get(f"{PUBLIC}/topics/{code}", headers=by_code(voice)).json()["status"] == "proposed"
    )
    led(world, code, "decline", reason="上个月刚议过")
    assert (
        world.client().get(f"{PUBLIC}/topics/{code}", headers=by_code(voice)).json()["reason"]
        == "上个月刚议过"
    )


def test_one_code_has_one_opinion_and_takes_it_back(world: World, topic: str) -> None:
    voice = say(world, topic).json()["opinion_code"]
    changed = say(world, topic, voice, stance="against", words="不要关").json()["topic"]
    assert [(one["stance"], one["words"], one["mine"]) for one in changed["opinions"]] == [
        ("against", "不要关", True)
    ]
    at = f"{PUBLIC}/topics/{topic}/take-back"
    assert world.client().post(at).status_code == 422
    left = world.client().post(at, headers=by_code(voice))
    assert (left.status_code, left.json()["opinions"], left.json()["turnout"]) == (200, [], 0)
    assert world.client().post(at, headers=by_code(voice)).status_code == 422


def test_a_member_takes_back_what_he_said(world: World, topic: str) -> None:
    handler = world.of("handler", "property", member="liu")
    assert handler.post(f"{TOPICS}/{topic}/opinion", json={"stance": "advice"}).json()["turnout"] == 1
    assert handler.post(f"{TOPICS}/{topic}/take-back").json()["turnout"] == 0


def test_what_was_collected_becomes_a_consensus_and_orders_linked_both_ways(world: World) -> None:
    topic, _ = proposed(world, "OTHER")
    led(world, topic, "take-up", days=14)
    for words in ("门缝加隔音条", "加隔音条，九点关"):
        say(world, topic, words=words)
    ids = [one["id"] for one in world.client().get(f"{PUBLIC}/topics/{topic}").json()["opinions"]]
    [group] = led(world, topic, "group", opinions=ids, heading="加隔音条")["groups"]
    led(world, topic, "answer", group=group["id"], words="可以装")
    led(world, topic, "deliberate")
    assert say(world, topic).status_code == 409
    led(world, topic, "consensus", words="八点半关门，装隔音条。", present=12, days=7)
    committee = world.of("lead", "committee", site="OTHER")
    assert committee.post(f"{TOPICS}/{topic}/carry-out", json={"orders": []}).status_code == 409
    days_pass(world, 8)
    order = {"space": "dance", "category": "soundproofing", "description": "门窗加隔音条"}
    [spawned] = led(world, topic, "carry-out", orders=[order])["orders"]
    seen = committee.get(f"/api/v1/orders/{spawned['code']}").json()
    assert (seen["space"]["code"], seen["description"]) == ("dance", "门窗加隔音条")
    reviewed = led(world, topic, "review", words="音量合适", kept=True)
    assert (reviewed["status"], reviewed["kept"], reviewed["turnout"]) == ("reviewed", True, 2)
    shown = world.client().get(f"{PUBLIC}/topics/{topic}").json()
    assert (shown["consensus"], shown["groups"][0]["answer"]) == ("八点半关门，装隔音条。", "可以装")


def test_who_is_not_asked_leads_nothing_and_hides_nothing(world: World, topic: str) -> None:
    say(world, topic)
    opinion = world.client().get(f"{PUBLIC}/topics/{topic}").json()["opinions"][0]["id"]
    hide = {"opinion": opinion, "reason": "针对个人"}
    assert world.of("lead", "property").post(f"{TOPICS}/{topic}/hide", json=hide).status_code == 403
    assert world.of("lead", "property").post(f"{TOPICS}/{topic}/deliberate").status_code == 403
    [hidden] = world.of("moderator").post(f"{TOPICS}/{topic}/hide", json=hide).json()["opinions"]
    assert (hidden["words"], hidden["hidden"]) == (None, "针对个人")


def test_the_same_key_says_it_once(world: World, topic: str) -> None:
    key = {"Idempotency-Key": "an-opinion-said-only-once"}
    body = {"stance": "for"}
    said = [world.client().post(f"{PUBLIC}/topics/{topic}/opinion", json=body, headers=key) for _ in range(2)]
    assert len({one.json()["opinion_code"] for one in said}) == 1
    assert world.client().get(f"{PUBLIC}/topics/{topic}").json()["turnout"] == 1
