"""The public board: room, category and days by themselves, words and names only where released."""

from typing import Any

import pytest

from services.store.transactions import transaction
from services.web.live.sharing import Shared
from tests.integration.api.conftest import World

SECRET = "靠窗地上有水"


def board(world: World, path: str = "/public/AIBO5", language: str = "zh") -> str:
    answer = world.client(Accept="text/html", **{"Accept-Language": language}).get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def forget(world: World) -> None:
    """The page of a second ago is shown no more."""
    layer: Any = world.app.middleware_stack
    while layer is not None and not isinstance(layer, Shared):
        layer = getattr(layer, "app", None) or getattr(layer, "_app", None)
    if layer is not None:
        layer.forget()


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    forget(world)


def late(world: World, **fields: str) -> str:
    """An order of which the asset company is past its limit; its state alone is made so."""
    code = world.report(**fields)
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE stream SET colour = 'red', state = jsonb_set(jsonb_set(state,"
            " '{assignments,asset_company,red}', 'true'), '{deadlines,3,late}', 'true')"
            " WHERE (site_id, stream_id) = (%s, %s)",
            (world.site_ids["AIBO5"], int(code.partition("-")[2])),
        )
    return code


def test_the_board_shows_room_category_and_days_without_an_account(world: World) -> None:
    code, page = world.report(), board(world)
    assert all(one in page for one in ("乒乓房", "漏水", code, "承诺"))


def test_what_residents_wrote_never_appears_by_itself(world: World) -> None:
    code = world.report(title="三楼王阿姨说漏水")
    assert not any(one in board(world) + board(world, f"/s/{code}") for one in (SECRET, "王阿姨"))


@pytest.mark.parametrize(("role", "party"), [("moderator", None), ("handler", "committee")])
def test_a_moderator_or_the_committee_publishes_a_title(world: World, role: str, party: str | None) -> None:
    code, title = world.report(), f"屋面渗水 {role}"
    answer = world.of(role, party).post(f"/api/v1/orders/{code}/publish", json={"title": title})
    assert answer.status_code == 200, answer.text
    assert title in board(world)


def test_another_party_publishes_nothing(world: World) -> None:
    assert world.act(world.report(), "publish", "property", {"title": "x"}).status_code == 403


def test_a_party_beside_a_red_order_is_not_named_by_itself(world: World) -> None:
    late(world)
    page = board(world)
    assert "超期的" in page
    assert "资产" not in page


def test_the_office_releases_the_name_with_the_partys_explanation(world: World) -> None:
    code = late(world)
    at = "assignments/asset_company/{}"
    assert world.act(code, at.format("explain"), "asset_company", {"note": "卷材缺货"}).status_code == 200
    assert "卷材缺货" not in board(world)
    forget(world)
    assert world.act(code, at.format("name-party"), "autonomy_office").status_code == 200
    page = board(world)
    assert "镇资产经营公司" in page
    assert "卷材缺货" in page


def test_a_name_is_not_released_before_its_party_explained_itself(world: World) -> None:
    code = late(world)
    answer = world.act(code, "assignments/asset_company/name-party", "autonomy_office")
    assert (answer.status_code, "镇资产经营公司" in board(world, f"/s/{code}")) == (409, False)


def test_only_the_autonomy_office_releases_a_name(world: World) -> None:
    code = late(world)
    assert world.act(code, "assignments/asset_company/name-party", "committee").status_code == 403


def test_what_was_cancelled_is_not_on_the_board(world: World) -> None:
    code = world.report()
    world.act(code, "cancel", "committee", {"reason": "报错了"})
    assert code not in board(world)
    assert world.client(Accept="text/html").get(f"/s/{code}").status_code == 404


@pytest.mark.parametrize("path", ["/public/NOWHERE", "/public/%3Cb%3E", "/s/AIBO5-999999", "/s/nonsense"])
def test_an_unknown_site_or_order_is_said_plainly(world: World, path: str) -> None:
    answer = world.client(Accept="text/html", **{"Accept-Language": "zh"}).get(path)
    assert answer.status_code == 404
    assert "公示板" in answer.text


def test_search_engines_are_told_not_to_keep_it_and_browsers_for_how_long(world: World) -> None:
    headers = world.client(Accept="text/html").get("/public/AIBO5").headers
    assert (headers["x-robots-tag"], headers["cache-control"]) == ("noindex", "private, max-age=10")


def test_many_viewers_are_shown_one_rendering(world: World) -> None:
    first, second = (world.client(Accept="text/html").get("/public/AIBO5") for _ in range(2))
    assert first.headers["etag"] == second.headers["etag"]
    again = world.client(Accept="text/html", **{"If-None-Match": first.headers["etag"]}).get("/public/AIBO5")
    assert again.status_code == 304


def test_the_board_speaks_english(world: World) -> None:
    assert "Public board" in board(world, language="en")


def in_room(world: World, name: str) -> str:
    """What the board says of a room with activities."""
    section = board(world).partition("活动在哪里")[2]
    return section.partition(f"<h3>{name}")[2].partition("</ul>")[0]


def test_the_board_says_which_activities_are_where_and_when(world: World) -> None:
    shown = in_room(world, "乒乓房")
    assert ("乒乓球健身队" in shown, "周一至周五 09:00–11:00" in shown) == (True, True)


def test_a_room_in_use_says_what_is_open_there_and_until_which_day(world: World) -> None:
    before = in_room(world, "环保小屋")
    code = world.report(space="eco-hut")
    forget(world)
    shown = in_room(world, "环保小屋")
    promised = board(world, f"/s/{code}").partition("<dd>")[2].partition("<")[0]
    assert ("在办" in before, f"1 件在办，承诺 {promised} 办结" in shown) == (False, True)


def test_a_closed_room_says_why_and_sends_nobody_to_its_activities(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE space SET status = 'closed', reason = '装修，晨舞队先在食堂' WHERE code = 'dance'"
        )
    shown = in_room(world, "舞蹈房")
    assert ("晨舞队先在食堂" in shown, "这里暂停" in shown, "08:30" in shown) == (True, True, False)
