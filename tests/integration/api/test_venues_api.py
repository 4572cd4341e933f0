"""Rooms over the API: closed with a substitute, changed, opened again; what takes place in them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.integration.api.conftest import World

VENUES = "/api/v1/venues"


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def day(number: int) -> str:
    return (today() + timedelta(number)).isoformat()


def close(world: World, space: str = "table-tennis", party: str = "committee", **said: Any) -> Any:
    body = {
        "site": "AIBO5",
        "space": space,
        "begins": day(0),
        "until": day(13),
        "substitute": "science",
        **said,
    }
    return world.of("lead", party).post(VENUES, json=body)


def room(world: World, space: str) -> Any:
    return world.of("handler", "property").get(f"{VENUES}/AIBO5/{space}").json()


def act(world: World, code: str, step: str, **said: Any) -> Any:
    return world.of("lead", "committee").post(f"{VENUES}/{code}/{step}", json=said)


@pytest.fixture
def closed(world: World) -> Any:
    """The table tennis room; opened again afterwards."""
    made = close(world, reason="屋面修漏")
    assert made.status_code == 201, made.text
    yield made.json()
    act(world, made.json()["code"], "reopen")


def test_its_activities_are_at_the_substitute_until_it_is_opened_again(world: World, closed: Any) -> None:
    assert (closed["reason"], {one["to"]["code"] for one in closed["moves"]}) == ("屋面修漏", {"science"})
    held = room(world, "table-tennis")["calendar"]
    assert {one["at"]["code"] for one in held} == {"science"}
    assert "乒乓球健身队" in {one["name"] for one in room(world, "science")["calendar"]}
    opened = act(world, closed["code"], "reopen")
    assert (opened.json()["status"], opened.json()["reopened_on"]) == ("reopened", day(0))
    assert {one["at"]["code"] for one in room(world, "table-tennis")["calendar"]} == {"table-tennis"}
    assert act(world, closed["code"], "reopen").status_code == 409


def test_the_feed_says_where_to_go(world: World, closed: Any) -> None:
    feed = world.client().get("/public/AIBO5/spaces/table-tennis.ics")
    assert feed.status_code == 200
    assert f"LOCATION:{closed['moves'][0]['to']['name']}" in feed.text


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        ({"substitute": "canteen"}, 409, "长者午餐"),
        ({"substitute": None}, 409, "还没有安排"),
        ({"substitute": "moon"}, 409, "没有这个空间"),
        ({"begins": day(-3), "until": day(-1)}, 422, "已经过去"),
        ({"begins": day(5), "until": day(3)}, 422, "第一天之后"),
        ({"space": "moon"}, 422, "没有这个空间"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_closed(
    world: World, said: dict[str, Any], status: int, told: str
) -> None:
    before = len(world.of("lead", "committee").get(VENUES).json()["items"])
    refused = close(world, **said)
    assert (refused.status_code, told in refused.json()["detail"]) == (status, True), refused.text
    assert len(world.of("lead", "committee").get(VENUES).json()["items"]) == before


def test_a_substitute_that_is_closed_itself_is_refused(world: World, closed: Any) -> None:
    dance = close(world, "dance", substitute="table-tennis")
    assert dance.status_code == 409
    assert "那里自己也关闭到" in dance.json()["detail"]
    assert "现在是乒乓房的替代场地" in close(world, "science", substitute="book-bar").json()["detail"]


def test_it_is_closed_longer_with_some_activities_elsewhere(world: World, closed: Any) -> None:
    moved = closed["moves"][0]["code"]
    said = {"until": day(20), "substitute": "science", "moves": {moved: "-"}}
    changed = act(world, closed["code"], "change", **said).json()
    assert (changed["until"], changed["moves"][0]["to"]) == (day(20), None)
    assert changed["moves"][1]["to"]["code"] == "science"


def test_only_those_who_keep_the_rooms_close_them(world: World) -> None:
    assert close(world, party="contractor").status_code == 403
    assert world.client().get(VENUES).status_code == 401


def test_an_activity_is_added_changed_and_ended_by_who_saw_the_programme(world: World) -> None:
    committee = world.of("lead", "committee")
    at, seen = f"{VENUES}/AIBO5/book-bar", room(world, "book-bar")["version"]
    choir = {"name": "合唱队", "days": [1], "begins": "14:00", "ends": "15:00", "people": 12}
    added = committee.post(f"{at}/activities", json={"seen": seen, **choir})
    assert added.status_code == 201, added.text
    [one] = added.json()["activities"]
    assert committee.post(f"{at}/activities", json={"seen": seen, **choir}).status_code == 409
    seen = added.json()["version"]
    longer = {"seen": seen, **choir, "ends": "16:00"}
    changed = committee.post(f"{at}/activities/{one['code']}", json=longer).json()
    assert changed["activities"][0]["ends"] == "16:00:00"
    ended = committee.post(f"{at}/activities/{one['code']}/end", json={"seen": changed["version"]})
    assert ended.json()["activities"] == []
