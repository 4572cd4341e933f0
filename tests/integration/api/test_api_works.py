"""Works by the API: told, refused with what to do, walked for hazards, begun, ended, on the public pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

WORKS = "/api/v1/works"
KEY = {"Idempotency-Key": "works-0001"}


def day(number: int) -> str:
    return (datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date() + timedelta(number)).isoformat()


def told(first: int = 20, **more: Any) -> dict[str, Any]:
    return {
        "site": "AIBO5",
        "begins": day(first),
        "until": day(first + 2),
        "opens": "08:00:00",
        "closes": "17:00:00",
        "rooms": ["table-tennis"],
        "what": "拆旧窗，做窗台防水",
        "phone": "021-0000 0003",
        "substitutes": ["science"],
    } | more


def announced(world: World, **more: Any) -> dict[str, Any]:
    answer = world.of("lead", "contractor").post(WORKS, json=told(**more))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_works_go_from_told_to_ended(world: World) -> None:
    contractor, property_ = world.of("lead", "contractor"), world.of("handler", "property")
    at = f"{WORKS}/{announced(world, first=0, urgent='漏进来了，等不得')['code']}"
    early = contractor.post(f"{at}/start", json={}, headers={"Accept-Language": "zh"})
    assert early.status_code == 409
    assert "还没有隐患巡查，不能开工" in early.json()["detail"]
    assert property_.post(f"{at}/walk", json={}).json()["walked"]["party"]["code"] == "property"
    assert contractor.post(f"{at}/start", json={}).json()["status"] == "started"
    assert contractor.post(f"{at}/end", json={}).json()["ended_on"] == day(0)


def test_everybody_reads_of_them_on_the_public_pages(world: World) -> None:
    number = announced(world)["code"].rpartition("-")[2]
    anybody = world.client()
    for path in (f"/public/AIBO5/works/{number}", "/public/AIBO5", "/r/AIBO5/table-tennis"):
        assert "拆旧窗，做窗台防水" in anybody.get(path).text
    assert "拆旧窗" not in anybody.get("/r/AIBO5/dance").text


@pytest.mark.parametrize(
    ("wrong", "pointer", "said"),
    [
        ({"first": 0}, "#/urgent", "没有提前三个工作日告知"),
        ({"opens": "05:00:00"}, "#/opens", "22:00–06:00 不得施工"),
        ({"phone": "139 0000 0000"}, "#/phone", "个人手机号"),
        ({"substitutes": ["nowhere"]}, "#/substitutes", "请另选"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    world: World, wrong: dict[str, Any], pointer: str, said: str
) -> None:
    answer = world.of("lead", "contractor").post(WORKS, json=told(**wrong), headers={"Accept-Language": "zh"})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert said in error["detail"]


def test_the_same_announcement_sent_twice_happens_once(world: World) -> None:
    contractor, body = world.of("lead", "contractor"), told()
    first = contractor.post(WORKS, json=body, headers=KEY)
    again = contractor.post(WORKS, json=body, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["code"] == again.json()["code"]


def test_who_neither_builds_nor_leads_is_told_who_may(world: World) -> None:
    answer = world.of("lead", "property").post(WORKS, json=told())
    assert answer.status_code == 403
    assert [one["code"] for one in answer.json()["may"]] == ["contractor", "committee"]


def test_a_change_and_a_cancelling_carry_their_reasons(world: World) -> None:
    contractor = world.of("lead", "contractor")
    at = f"{WORKS}/{announced(world)['code']}"
    change = {name: value for name, value in told(first=22).items() if name != "site"}
    changed = contractor.post(f"{at}/change", json=change | {"reason": "材料晚到"})
    assert (changed.json()["begins"], changed.json()["reason"]) == (day(22), "材料晚到")
    gone = contractor.post(f"{at}/cancel", json={"reason": "改用别的办法"})
    assert (gone.json()["status"], gone.json()["allowed"]) == ("cancelled", [])


def test_a_walk_of_another_kind_or_site_is_refused(world: World) -> None:
    at = f"{WORKS}/{announced(world)['code']}"
    answer = world.of("lead", "property").post(f"{at}/walk", json={"walk": "AIBO5-999999"})
    assert answer.status_code == 422


def test_the_sheet_is_a_pdf(world: World) -> None:
    answer = world.of("handler", "property").get(f"{WORKS}/{announced(world)['code']}/sheet.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
