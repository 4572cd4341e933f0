"""Drawings, pairs and progress over the API: published by who makes them, commented on by all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.integration.api.drawings_kit import (
    DRAWINGS,
    PAIRS,
    PUBLIC,
    TODAY,
    next_version,
    pair,
    png,
    publish,
    say,
)

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


def test_a_newer_version_stands_first_and_the_older_stays_to_be_looked_at(world: World) -> None:
    code = publish(world).json()["code"]
    seen = next_version(world, code).json()
    assert [(one["number"], one["changed"]) for one in seen["versions"]] == [(2, "门改到东边"), (1, None)]
    for one in seen["versions"]:
        picture = world.client().get(f"{PUBLIC}/drawings/{code}/photos/{one['picture']['id']}")
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")


def test_a_version_that_was_withdrawn_leaves_its_reason_and_no_picture(world: World) -> None:
    made = publish(world).json()
    code, photo = made["code"], made["picture"]
    body = {"version": "1", "reason": "尺寸标错了"}
    gone = world.of("lead", "designer").post(f"{DRAWINGS}/{code}/withdraw", json=body).json()
    assert (gone["version"], gone["versions"][0]["withdrawn"]) == (None, "尺寸标错了")
    assert world.client().get(f"{PUBLIC}/drawings/{code}/photos/{photo}").status_code == 404
    assert say(world, code).status_code == 409


def test_who_makes_no_drawings_publishes_none(world: World) -> None:
    assert publish(world, "property").status_code == 403
    code = publish(world, "client").json()["code"]
    assert next_version(world, code, "designer").status_code == 403
    assert next_version(world, code, "committee").status_code == 201


def test_a_file_that_is_no_picture_leaves_nothing_behind(world: World) -> None:
    before = len(world.of("lead", "designer").get(DRAWINGS).json()["items"])
    answer = world.of("lead", "designer").post(
        DRAWINGS,
        data={"site": "AIBO5", "sort": "plan", "title": "图"},
        files={"file": ("a.pdf", b"%PDF-1.7 no picture")},
    )
    assert answer.status_code == 415
    assert len(world.of("lead", "designer").get(DRAWINGS).json()["items"]) == before


def test_a_resident_comments_on_a_room_or_a_point_and_takes_it_back_by_the_code(world: World) -> None:
    code = publish(world).json()["code"]
    receipt = say(world, code, space="book-bar", point={"x": 4200, "y": 6100}).json()
    [comment] = receipt["drawing"]["said"]
    assert (comment["space"]["code"], comment["point"]) == ("book-bar", {"x": 4200, "y": 6100})
    assert not world.client().get(f"{PUBLIC}/drawings/{code}").json()["said"][0]["mine"]
    back = {"comment": comment["id"]}
    other = world.client().post(f"{PUBLIC}/drawings/{code}/take-back", json=back)
    assert other.status_code == 403
    mine = {"Opinion-Code": receipt["opinion_code"]}
    left = world.client().post(f"{PUBLIC}/drawings/{code}/take-back", json=back, headers=mine)
    assert left.json()["said"] == []


def test_a_comment_on_the_version_before_is_refused(world: World) -> None:
    code = publish(world).json()["code"]
    assert say(world, code, version=1).status_code == 200
    next_version(world, code)
    refused = say(world, code, version=1)
    assert (refused.status_code, "看过新图" in refused.json()["detail"]) == (409, True)


def test_ten_comments_of_one_person_are_enough(world: World) -> None:
    code = publish(world).json()["code"]
    voice = say(world, code).json()["opinion_code"]
    for _ in range(9):
        assert say(world, code, voice).status_code == 200
    assert say(world, code, voice).status_code == 409


def test_the_answer_stands_beside_a_comment_and_a_hidden_one_leaves_its_reason(world: World) -> None:
    code = publish(world).json()["code"]
    say(world, code)
    designer, moderator = world.of("lead", "designer"), world.of("moderator")
    answered = designer.post(f"{DRAWINGS}/{code}/answer", json={"comment": "1", "words": "已改到一米二"})
    assert answered.json()["said"][0]["answer"] == "已改到一米二"
    hidden = moderator.post(f"{DRAWINGS}/{code}/hide", json={"comment": "1", "reason": "针对个人"})
    assert (hidden.json()["said"][0]["words"], hidden.json()["said"][0]["hidden"]) == (None, "针对个人")


def test_a_comment_beside_the_picture_or_on_no_room_is_refused(world: World) -> None:
    code = publish(world).json()["code"]
    assert say(world, code, point={"x": 10_001, "y": 1}).status_code == 422
    assert say(world, code, space="nowhere").status_code == 422
    assert world.client().get(f"{PUBLIC}/drawings/{code}").json()["said"] == []


def test_the_same_key_publishes_once(world: World) -> None:
    client = world.of("lead", "designer")
    fields = {"site": "AIBO5", "sort": "effect", "title": "书吧", "space": "book-bar"}
    codes = {
        client.post(
            DRAWINGS,
            data=fields,
            files={"file": ("a.png", png())},
            headers={"Idempotency-Key": "drawing-published-once"},
        ).json()["code"]
        for _ in range(2)
    }
    assert len(codes) == 1


def test_a_pair_shows_both_photos_with_their_days_until_it_is_withdrawn(world: World) -> None:
    made = pair(world, (30, 2)).json()
    photo = f"{PUBLIC}/pairs/{made['code']}/photos/{made['after']['id']}"
    assert made["before"]["day"] == str(TODAY - timedelta(30))
    assert world.client().get(photo).status_code == 200
    world.of("lead", "committee").post(f"{PAIRS}/{made['code']}/withdraw", json={"reason": "拍到了人"})
    assert world.client().get(photo).status_code == 404
    listed = world.client().get(f"{PUBLIC}/sites/AIBO5/pairs").json()["items"]
    assert made["code"] not in [one["code"] for one in listed]


def test_a_pair_the_wrong_way_round_or_of_a_day_to_come_is_refused(world: World) -> None:
    assert pair(world, (2, 30)).status_code == 422
    assert pair(world, (3, -3)).status_code == 422


def test_the_progress_of_this_week_is_open_to_everybody_and_no_week_to_come(world: World) -> None:
    code = world.report()
    publish(world, title="进展里的图")
    seen = world.client().get(f"{PUBLIC}/sites/AIBO5/progress")
    body = seen.json()
    assert body["current"] is True
    assert code in [one["code"] for one in body["upcoming"] + body["late"]]
    assert "公布图纸“进展里的图”" in [one["words"] for one in body["happened"]]
    assert world.client().get(f"{PUBLIC}/sites/AIBO5/progress?week=2099-W01").status_code == 404
