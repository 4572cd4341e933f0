"""Questions over the API: asked as an order, answered, published in other words, found by two characters."""

from typing import Any

import pytest

from tests.integration.api.conftest import World

ANSWERS, PUBLIC = "/api/v1/answers", "/api/v1/public"
ASKED, SAID = "这不只是刷层漆吗？", "防水、隔音、地坪都重做，图纸已公开。"


@pytest.fixture
def order(world: World) -> str:
    """A question that the committee has answered."""
    code = world.report(category="question", description="我是3号楼的，这不只是刷层漆吗？")
    assert world.act(code, "assignments/committee/acknowledge", "committee").status_code == 200
    done = world.act(code, "assignments/committee/done", "committee", {"note": SAID})
    assert done.status_code == 200, done.text
    return code


def publish(world: World, order: str, party: str = "committee", **said: str) -> Any:
    body = {"order": order, "question": ASKED, "answer": SAID, **said}
    return world.of("handler", party).post(ANSWERS, json=body)


@pytest.fixture
def answer(world: World, order: str) -> str:
    made = publish(world, order)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


def found(world: World, words: str, **more: str) -> list[str]:
    asked = world.client().get(f"{PUBLIC}/sites/AIBO5/answers", params={"q": words, **more})
    assert asked.status_code == 200, asked.text
    return [one["code"] for one in asked.json()["items"]]


def test_what_was_answered_waits_for_a_moderator(world: World, order: str) -> None:
    seen = world.of("moderator").get(ANSWERS).json()
    assert {"order": order, "question": "我是3号楼的，这不只是刷层漆吗？"} in seen["waiting"]
    assert world.of("handler", "contractor").get(ANSWERS).json() == {"waiting": [], "items": []}


def test_two_characters_find_it_and_a_similar_question_is_offered_it(world: World, answer: str) -> None:
    assert answer in found(world, "隔音")
    assert answer in found(world, "只是刷一层漆吗", similar="true")
    assert answer not in found(world, "食堂")


def test_the_askers_words_stay_with_the_order(world: World, answer: str) -> None:
    text = world.client().get(f"{PUBLIC}/sites/AIBO5/answers").text
    assert ASKED in text
    assert "3号楼" not in text


def test_whom_it_helped_is_counted_once_a_browser(world: World, answer: str) -> None:
    at = f"{PUBLIC}/answers/{answer}/helped"
    for browser in ("a" * 16, "b" * 16, "a" * 16):
        counted = world.client().post(at, json={"browser": browser})
        assert counted.status_code == 200
    assert counted.json()["helped"] == 2
    assert world.client().post(at, json={"browser": "short"}).status_code == 422


def test_a_withdrawn_one_is_found_no_more_and_may_be_published_anew(
    world: World, order: str, answer: str
) -> None:
    at, why = f"{ANSWERS}/{answer}/withdraw", {"reason": "写错了楼号"}
    assert world.of("handler", "contractor").post(at, json=why).status_code == 403
    withdrawn = world.of("moderator").post(at, json=why)
    assert (withdrawn.json()["status"], withdrawn.json()["reason"]) == ("withdrawn", "写错了楼号")
    assert answer not in found(world, "隔音")
    helped = world.client().post(f"{PUBLIC}/answers/{answer}/helped", json={"browser": "c" * 16})
    assert helped.status_code == 404
    assert publish(world, order).status_code == 201


def test_what_cannot_be_published_is_refused_with_a_reason(world: World, order: str) -> None:
    assert publish(world, order, "contractor").status_code == 404  # who does not see the question
    numbered = publish(world, order, question="请打 120 0000 0000 问")
    assert (numbered.status_code, "电话" in numbered.text) == (422, True)
    unanswered = world.report(category="question", description="还没答")
    assert publish(world, unanswered).status_code == 422
    assert publish(world, order).status_code == 201
    assert publish(world, order).status_code == 409
