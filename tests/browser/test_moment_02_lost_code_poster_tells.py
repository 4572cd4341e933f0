"""Moment 2: she lost her code: the poster shows the report and its plan, and she follows it."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.browser.figures import hands
from tests.browser.looks import shot
from tests.integration.api.conftest import World

POSTER = "/r/AIBO5/dance"
WORDS = "王阿婆家楼上那间，电话13812345678"


def planned(world: World) -> str:
    code = world.report(space="dance", category="loose_fixture", origin="unknown", description=WORDS)
    world.act(code, "assignments/property/acknowledge", "property")
    fix_by = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    plan = {"plan": "换滑轮", "fix_by": fix_by}
    assert world.act(code, "assignments/property/propose-plan", "property", plan).status_code == 200
    for party in ("contractor", "committee"):
        world.act(code, f"assignments/{party}/agree-plan", party)
    return code


def test_the_poster_shows_the_report_its_day_and_what_is_promised(
    phone: Page, home: str, world: World
) -> None:
    planned(world)
    phone.goto(home + POSTER)
    shot(phone, "resident-lost-code")
    told = phone.locator(".known li").first.inner_text()
    assert "移动门、构件松动" in told
    assert "整改方案定了" in told


def test_nothing_private_stands_on_it(phone: Page, home: str, world: World) -> None:
    planned(world)
    phone.goto(home + POSTER)
    page = phone.content()
    assert [word for word in ("王阿婆", "138", "换滑轮") if word in page] == []


def test_who_follows_gets_a_code_that_shows_no_more_than_the_poster(
    phone: Page, home: str, world: World
) -> None:
    planned(world)
    phone.goto(home + POSTER)
    with hands(phone, "2 poster tells, followed") as done:
        phone.locator(".known li").first.get_by_role("button", name="就是这件，我也关注").tap()
        phone.wait_for_url("**/t/AIBO5-**")
    assert done.taps == 1
    shot(phone, "resident-follows")
    page = phone.content()
    assert phone.locator(".secret").count() == 1
    assert [word for word in ("王阿婆", "换滑轮", "删除我的信息") if word in page] == []


def test_a_code_behind_the_hash_opens_the_page_and_leaves_the_address(phone: Page, home: str) -> None:
    phone.goto(f"{home}{POSTER}/leak")
    phone.get_by_role("button", name="发送").tap()
    phone.wait_for_url("**/t/AIBO5-**")
    code, order = phone.locator(".secret").inner_text(), phone.locator(".parcel .code").inner_text()
    phone.context.clear_cookies()
    phone.goto(f"{home}/t#{order}.{code}")
    phone.wait_for_url(f"**/t/{order}")
    assert (phone.locator(".secret").inner_text(), code in phone.url) == (code, False)
