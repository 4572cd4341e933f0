"""The tracking page: what its reporter can still do, and what is said where that is not possible any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.views.guessing import Guesses
from tests.integration.api.conftest import Checked, World
from tests.integration.api.test_api_room import KEYS, number, send


def filed(world: World, path: str = "dance/loose_fixture", **fields: str) -> tuple[Checked, str]:
    """An order of a resident that is on its way; the reporter's browser."""
    client, answer = send(world, path, **fields)
    world.route()
    return client, number(answer)


def press(client: Checked, code: str, action: str, files: Any = None, **fields: str) -> Any:
    return client.post(f"/t/{code}/{action}", data={"key": next(KEYS)} | fields, files=files)


def status(world: World, code: str) -> str:
    return str(world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()["status"])


def answered(world: World) -> tuple[Checked, str]:
    """A question that was answered, and that its reporter found helpful."""
    client, code = filed(world, "dance/question")
    for step in ("acknowledge", "done"):
        assert world.act(code, f"assignments/committee/{step}", "committee").status_code == 200
    press(client, code, "callback", answer="satisfied")
    return client, code


def test_a_reporter_takes_a_report_back(world: World) -> None:
    client, code = filed(world)
    assert press(client, code, "cancel", reason="看错了").headers["location"] == f"/t/{code}?did=cancel"
    assert status(world, code) == "cancelled"


def test_a_reporter_has_it_done_again_once_it_is_closed(world: World) -> None:
    client, code = answered(world)
    assert status(world, code) == "closed"
    assert press(client, code, "reopen", reason="又不亮了").headers["location"] == f"/t/{code}?did=reopen"
    assert status(world, code) in {"open", "reopened"}


def test_a_photo_is_added_and_shown(world: World, picture: bytes) -> None:
    client, code = filed(world)
    press(client, code, "photo", files={"photo": ("a.jpg", picture, "image/jpeg")})
    assert f"/t/{code}/photos/" in client.get(f"/t/{code}").text


def test_a_photo_that_is_none_opens_the_form_again_and_says_so(world: World) -> None:
    client, code = filed(world)
    answer = press(client, code, "photo", files={"photo": ("a.jpg", b"none", "image/jpeg")})
    assert (answer.status_code, "这个文件不是照片" in answer.text) == (415, True)
    assert "<details open><summary><svg" in answer.text.replace("\n", "")


@pytest.mark.parametrize("times", [1, 2])
def test_a_form_posted_twice_adds_one_note(world: World, times: int) -> None:
    client, code = filed(world)
    for _ in range(times):
        client.post(f"/t/{code}/note", data={"key": "n" * 20, "note": "靠窗那一扇"})
    events = world.of("handler", "committee").get(f"/api/v1/orders/{code}/events").json()["items"]
    assert sum(one["type"] == "NoteAdded" for one in events) == 1


def test_what_was_written_to_an_order_that_moved_on_is_shown_again(world: World) -> None:
    client, code = filed(world)
    assert world.act(code, "cancel", "committee", {"reason": "重复"}, role="lead").status_code == 200
    answer = press(client, code, "cancel", reason="其实是好的")
    assert (answer.status_code, "您刚才写的：其实是好的" in answer.text) == (409, True)
    assert "这件刚才有了新情况" in answer.text


def test_who_is_asked_whether_it_helped_is_not_asked_twice(world: World) -> None:
    client, code = filed(world, "dance/question")
    for step in ("acknowledge", "done"):
        world.act(code, f"assignments/committee/{step}", "committee")
    page = client.get(f"/t/{code}").text
    assert [word in page for word in ("办好了吗？您满意吗？", "居委会做完了，请您看看")] == [True, False]
    assert "做完了，等报的人看一看" in page


def test_an_appointment_stands_on_the_poster_and_on_the_tracking_page(world: World) -> None:
    client, code = filed(world, "science/loose_fixture")
    world.act(code, "assignments/property/acknowledge", "property")
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert world.act(code, "assignments/property/appoint", "property", {"at": at}).status_code == 200
    pages = [client.get(path).text for path in (f"/t/{code}", "/r/AIBO5/science")]
    assert ["爱博五村物业服务处 明天" in page for page in pages] == [True, True]


def test_a_category_is_learnt_from_the_sites_own_orders(world: World) -> None:
    client = world.client(Origin="http://127.0.0.1:8000", Accept="text/html")

    def proposed() -> list[str]:
        world.app.state.guesses = Guesses()
        found = client.post("/r/AIBO5/-guess", data={"words": "嗡嗡嗡的老冰柜"}).json()
        return [one["code"] for one in found]

    before = proposed()
    for _ in range(4):
        send(world, "canteen/soundproofing", words="嗡嗡嗡的老冰柜")
    assert ("soundproofing" in before[:1], proposed()[:1]) == (False, ["soundproofing"])
