"""Open pages follow what happens, without a reload and without disturbing who types."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import axe, shot
from tests.integration.api.conftest import World

SOON = 3000
"""Milliseconds, for a machine with much to do; how long it takes is measured by `tests.bench.viewers`."""

ACKNOWLEDGED = "爱博五村物业服务处接单"
_OPEN = "it => { for (let at = it; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true }"


def test_an_order_that_is_open_shows_what_another_did(
    world: World, home: str, desktop: Page, sign_in: SignIn
) -> None:
    code = world.report()
    sign_in(desktop, "lead", "committee")
    desktop.goto(f"{home}/o/{code}")
    desktop.wait_for_timeout(800)
    world.act(code, "assignments/property/acknowledge", "property")
    expect(desktop.get_by_text(ACKNOWLEDGED, exact=True)).to_be_visible(timeout=SOON)
    shot(desktop, "live-order")


def test_a_new_order_appears_in_the_open_list(world: World, home: str, phone: Page, sign_in: SignIn) -> None:
    sign_in(phone, "handler", "property")
    phone.goto(f"{home}/")
    phone.wait_for_timeout(800)
    code = world.report()
    expect(phone.locator(f'a[href="/o/{code}"]')).to_be_visible(timeout=SOON)


def test_whoever_types_is_left_alone_and_told(
    world: World, home: str, desktop: Page, sign_in: SignIn
) -> None:
    code = world.report()
    sign_in(desktop, "handler", "committee")
    desktop.goto(f"{home}/o/{code}")
    words = desktop.locator("#order-acts form:has(textarea) textarea").first
    words.evaluate(_OPEN)
    words.fill("正在写的话")
    desktop.wait_for_timeout(800)
    world.act(code, "assignments/property/acknowledge", "property")
    expect(desktop.get_by_role("status").filter(has_text="这一页有更新")).to_be_visible(timeout=SOON)
    expect(words).to_have_value("正在写的话")


def test_a_page_whose_line_is_gone_says_so_and_catches_up(
    world: World, home: str, desktop: Page, sign_in: SignIn
) -> None:
    code = world.report()
    sign_in(desktop, "lead", "committee")
    desktop.goto(f"{home}/o/{code}")
    desktop.wait_for_timeout(800)
    desktop.context.set_offline(True)
    desktop.evaluate("dispatchEvent(new Event('online'))")
    expect(desktop.get_by_role("status").filter(has_text="正在重新连接")).to_be_visible(timeout=9000)
    world.act(code, "assignments/property/acknowledge", "property")
    desktop.context.set_offline(False)
    desktop.evaluate("dispatchEvent(new Event('online'))")
    expect(desktop.get_by_text(ACKNOWLEDGED, exact=True)).to_be_visible(timeout=9000)


def test_the_public_board_is_for_everybody(world: World, home: str, phone: Page, desktop: Page) -> None:
    code = world.report()
    world.of("handler", "committee").post(f"/api/v1/orders/{code}/publish", json={"title": "乒乓房屋面渗水"})
    for page, name in ((phone, "board-phone"), (desktop, "board-desktop")):
        page.goto(f"{home}/public/AIBO5")
        assert axe(page) == []
        shot(page, name)
    phone.goto(f"{home}/public/AIBO5?lang=en")
    shot(phone, "board-phone-en")
    phone.goto(f"{home}/s/{code}?lang=zh")
    assert axe(phone) == []
    shot(phone, "board-order-phone")


def test_posters_are_one_tap_away(world: World, home: str, phone: Page, sign_in: SignIn) -> None:
    told = world.app.state.settings
    world.app.state.settings = told.model_copy(update={"public_url": "http://lianban.example.org"})
    try:
        sign_in(phone, "lead", "committee")
        phone.goto(f"{home}/posters")
        expect(phone.get_by_role("link", name="全部房间")).to_be_visible()
        assert axe(phone) == []
        shot(phone, "posters-phone")
    finally:
        world.app.state.settings = told
