"""A room's page, and the order's page by its code: what is kept, what is shown, and to whom."""

import re
from typing import Any

import pytest

from services import voices
from tests.databases import rows
from tests.integration.api.conftest import HOME, Checked, World

OWN = {"Origin": HOME, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
VOICE = b"\x1a\x45\xdf\xa3" + b"spoken" * 100
KEYS = iter(f"room-test-key-{number:04}" for number in range(1000))


def send(world: World, path: str = "table-tennis/leak", files: Any = None, **fields: str) -> Any:
    """The form of a room, sent once; the browser and the answer."""
    client = world.client(**OWN)
    answer = client.post(f"/r/AIBO5/{path}", data={"key": next(KEYS)} | fields, files=files)
    return client, answer


def page(client: Checked, answer: Any) -> str:
    """The page that the form leads to."""
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.headers["location"]).text)


def number(answer: Any) -> str:
    return str(answer.headers["location"].partition("?")[0].rpartition("/")[2])


def test_nothing_typed_becomes_a_sentence_of_room_and_category(world: World) -> None:
    _, answer = send(world)
    order = world.of("handler", "committee").get(f"/api/v1/orders/{number(answer)}").json()
    assert (order["description"], order["category"]["code"]) == ("乒乓房：漏水", "leak")


def test_a_form_posted_twice_is_one_order_with_one_code(world: World) -> None:
    first, second = send(world, key="k" * 24), send(world, key="k" * 24)
    codes = [re.search(r'class="secret">([^<]+)', page(*one)) for one in (first, second)]
    assert number(first[1]) == number(second[1])
    assert [one and one[1] for one in codes[:1]] == [one and one[1] for one in codes[1:]] != [None]


def test_a_form_changed_after_it_was_sent_says_so_and_keeps_what_was_typed(world: World) -> None:
    send(world, key="c" * 24, words="一")
    _, answer = send(world, key="c" * 24, words="别的话")
    assert (answer.status_code, "已经报上了" in answer.text, "别的话" in answer.text) == (409, True, True)


def test_a_point_on_the_plan_is_kept_with_the_order(world: World) -> None:
    _, answer = send(world, x="2600", y="2400")
    order = world.of("handler", "committee").get(f"/api/v1/orders/{number(answer)}").json()
    assert order["point"] == {"x": 2600, "y": 2400}


def test_a_voice_is_played_to_its_reporter_and_to_whoever_reads_the_words(world: World) -> None:
    client, answer = send(world, files={"voice": ("v", VOICE, "audio/webm")})
    code = number(answer)
    heard = client.get(f"/t/{code}/voice")
    world.route()
    assert (heard.content, heard.headers["content-type"]) == (VOICE, "audio/webm")
    assert world.of("handler", "property").get(f"/o/{code}/voice").content == VOICE


def test_a_voice_is_kept_from_who_may_not_read_the_words(world: World) -> None:
    _, answer = send(world, files={"voice": ("v", VOICE, "audio/webm")})
    assert world.of("volunteer").get(f"/o/{number(answer)}/voice").status_code == 404
    assert world.client(**OWN).get(f"/t/{number(answer)}/voice").status_code == 401


def test_erasing_takes_the_voice_with_the_words(world: World) -> None:
    client, answer = send(world, files={"voice": ("v", VOICE, "audio/webm")})
    code = number(answer)
    assert client.post(f"/t/{code}/erase").status_code == 303
    left = rows(
        world.worker,
        "SELECT 1 FROM private_row WHERE kind = 'voice' AND body IS NOT NULL AND stream_id = %s",
        int(code.partition("-")[2]),
    )
    assert (client.get(f"/t/{code}/voice").status_code, left) == (404, [])


def test_what_is_mine_has_the_voice_in_it(world: World) -> None:
    client, answer = send(world, files={"voice": ("v", VOICE, "audio/webm")})
    assert client.get(f"/t/{number(answer)}/mine").json()["voice"].startswith("data:audio/webm;base64,")


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"MZ no recording", 415, "这段录音放不出来"),
        (VOICE + b"\0" * voices.MOST_BYTES, 413, "录音太长了"),
    ],
)
def test_what_is_no_voice_is_said_and_keeps_what_was_typed(
    world: World, content: bytes, status: int, words: str
) -> None:
    _, answer = send(world, files={"voice": ("v", content, "audio/webm")}, words="靠窗有水")
    assert (answer.status_code, words in answer.text, "靠窗有水" in answer.text) == (status, True, True)


def test_a_photo_that_is_none_does_not_cost_the_report(world: World, picture: bytes) -> None:
    files = [("photo", ("a.jpg", b"no picture", "image/jpeg")), ("photo", ("b.jpg", picture, "image/jpeg"))]
    client, answer = send(world, files=files)
    shown = page(client, answer)
    assert "有一张照片没收下" in shown
    assert f"/t/{number(answer)}/photos/" in shown


def test_a_phone_number_that_is_none_is_said_and_keeps_what_was_typed(world: World) -> None:
    _, answer = send(world, phone="张三", words="顶上滴水")
    assert (answer.status_code, "电话只写数字" in answer.text, "顶上滴水" in answer.text) == (422, True, True)


@pytest.mark.parametrize("path", ["/r/AIBO5/attic", "/r/NOWHERE/dance"])
def test_an_unknown_room_says_what_to_do_next(world: World, path: str) -> None:
    answer = world.client(**OWN).get(path)
    assert (answer.status_code, "没有找到这个房间" in answer.text) == (404, True)


def test_a_follower_sees_no_more_than_the_poster_and_can_do_nothing(world: World) -> None:
    _, answer = send(world, "science/leak", words="王阿婆家楼上")
    client = world.client(**OWN)
    followed = client.post("/r/AIBO5/science/-follow", data={"order": number(answer), "key": next(KEYS)})
    shown = page(client, followed)
    acted = client.post(f"/t/{number(answer)}/note", data={"note": "x", "key": next(KEYS)})
    assert ("王阿婆" in shown, acted.status_code) == (False, 401)


def test_a_room_says_how_many_neighbours_follow(world: World) -> None:
    _, answer = send(world, "eco-hut/leak")
    world.client(**OWN).post("/r/AIBO5/eco-hut/-follow", data={"order": number(answer), "key": next(KEYS)})
    shown = world.client(**OWN, **{"Accept-Language": "zh"}).get("/r/AIBO5/eco-hut").text
    assert "另有 1 位邻居关注" in shown


def test_a_followers_code_opens_nothing_in_the_api(world: World) -> None:
    _, answer = send(world, "science/leak")
    client = world.client(**OWN)
    followed = client.post("/r/AIBO5/science/-follow", data={"order": number(answer), "key": next(KEYS)})
    code = re.search(r'class="secret">([^<]+)', page(client, followed))
    assert code is not None
    asked = world.client(**{"Tracking-Code": code[1]}).get(f"/api/v1/public/orders/{number(answer)}")
    assert asked.status_code == 404


def test_a_wrong_code_says_so_and_keeps_what_was_typed(world: World) -> None:
    answer = world.client(**OWN).post("/t", data={"order": "AIBO5-1", "code": "7KQM-2X9D-HV3T-8R5N"})
    assert (answer.status_code, "对不上" in answer.text, "7KQM-2X9D" in answer.text) == (404, True, True)


def test_a_cookie_opens_no_other_order(world: World) -> None:
    client, answer = send(world)
    _, other = send(world)
    name, value = next(iter(client.cookies.items()))
    stranger = world.client(**OWN)
    stranger.cookies.set(name, value)
    assert stranger.get(f"/t/{number(other)}").status_code == 401
    assert client.get(f"/t/{number(answer)}").status_code == 200


def test_an_order_by_name_alone_asks_for_its_code(world: World) -> None:
    _, answer = send(world)
    asked = world.client(**OWN).get(f"/t/{number(answer)}")
    assert (asked.status_code, "请输入查询码" in asked.text) == (401, True)


def test_only_the_form_may_ask_for_the_microphone(world: World) -> None:
    client = world.client(**OWN)
    heads = [client.get(f"/r/AIBO5/dance{path}").headers["permissions-policy"] for path in ("", "/leak")]
    assert ["microphone=(self)" in one for one in heads] == [False, True]


def test_words_are_proposed_categories_of_the_site(world: World) -> None:
    found = world.client(**OWN).post("/r/AIBO5/-guess", data={"words": "门把手掉了"})
    assert [one["code"] for one in found.json()] == ["loose_fixture"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("satisfied", ("closed", True, True)),
        ("unsatisfied", ("closed", True, False)),
        ("unresolved", ("open", None, None)),
    ],
)
def test_each_of_the_three_answers_of_the_callback_does_what_it_says(
    world: World, answer: str, said: tuple[object, ...]
) -> None:
    client, sent = send(world, "dance/question")
    world.route()
    _close(world, number(sent))
    client.post(f"/t/{number(sent)}/callback", data={"answer": answer, "key": next(KEYS)})
    order = world.of("handler", "committee").get(f"/api/v1/orders/{number(sent)}").json()
    assert (order["status"], order["resolved"], order["satisfied"]) == said


def _close(world: World, code: str) -> None:
    world.act(code, "assignments/committee/acknowledge", "committee")
    done = world.act(code, "assignments/committee/done", "committee")
    assert done.status_code == 200, done.text
