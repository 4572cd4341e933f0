"""Moment 9: the secretary at 08:45. One screen, ten lines; the group text and the notice in one tap each."""

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Response

from tests.browser.conftest import SignIn
from tests.browser.figures import hands
from tests.browser.looks import axe, shot
from tests.integration.api.conftest import World


@pytest.fixture(scope="module")
def morning(world: World) -> list[str]:
    """Twelve orders that wait for the committee: ten to triage, one to check, one to be taken on."""
    codes = [world.report(category=None, origin="unknown", description=f"第{n}处漏水") for n in range(10)]
    checked = world.report()
    for action in ("acknowledge", "done"):
        assert world.act(checked, f"assignments/property/{action}", "property").status_code == 200
    return [*codes, checked, world.report(category="dust", space="yard", description="黄沙堆在路上")]


def test_ten_lines_stand_on_one_screen_each_with_one_action(
    desktop: Tab, home: str, sign_in: SignIn, morning: list[str]
) -> None:
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/today")
    shot(desktop, "moment-09-today")
    lines = desktop.locator(".today li")
    assert [lines.count(), lines.locator(".button").count()] == [10, 10]
    assert desktop.locator(".today a[href='/?show=mine']").inner_text() == f"还有 {len(morning) - 10} 件"
    assert axe(desktop) == []


def test_the_most_urgent_line_comes_first_and_leads_to_its_form(
    desktop: Tab, home: str, sign_in: SignIn, morning: list[str]
) -> None:
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/today")
    first = desktop.locator(".today li").first
    assert "黄沙堆在路上" in first.inner_text()
    first.locator(".button").click()
    desktop.locator("#acknowledge-committee button").click()
    assert "已记录" in desktop.locator("main").inner_text()


def test_the_words_for_the_group_are_copied_in_one_tap(
    desktop: Tab, home: str, sign_in: SignIn, morning: list[str]
) -> None:
    desktop.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/o/{morning[10]}")
    with hands(desktop, "9 words for the group, copied") as done:
        desktop.get_by_role("button", name="复制到微信群").click()
        desktop.get_by_text("已复制").wait_for()
    assert done.taps == 1
    copied = desktop.evaluate("navigator.clipboard.readText()")
    what, who, ask, way = copied.splitlines()
    assert what.startswith("各位邻居好：乒乓房")
    assert "镇资产经营公司" in who
    assert ask.startswith("有疑问请")
    assert way.endswith(f"/s/{morning[10]}")


@pytest.mark.parametrize(("name", "begins"), [("A4 公示", b"%PDF-"), ("配图", b"\x89PNG")])
def test_the_notice_and_the_picture_come_in_one_tap(
    desktop: Tab, home: str, sign_in: SignIn, morning: list[str], name: str, begins: bytes
) -> None:
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/o/{morning[10]}")
    with hands(desktop, f"9 {name}") as done, desktop.context.expect_event("response", _is_paper) as came:
        desktop.get_by_role("link", name=name).click()
    assert done.taps == 1
    assert desktop.context.request.get(came.value.url).body().startswith(begins)


def _is_paper(answer: Response) -> bool:
    return answer.url.endswith((".pdf", ".png"))


def test_nothing_to_do_says_so(phone: Tab, home: str, sign_in: SignIn, world: World) -> None:
    sign_in(phone, "handler", "designer")
    phone.goto(f"{home}/today")
    shot(phone, "moment-09-nothing")
    assert "现在没有要您办的事" in phone.locator("main").inner_text()
