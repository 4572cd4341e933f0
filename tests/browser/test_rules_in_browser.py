"""The committee changes a limit in the browser; a party objects; broken rules are told by line."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import leads_on, shot
from tests.integration.api.conftest import World


def _draft(page: Page, home: str) -> None:
    page.goto(f"{home}/together/rules?lang=zh")
    leads_on(page, "form[action$='/draft'] button")


def _open(page: Page, section: str, part: str) -> None:
    page.locator("#draft summary", has_text=section).click()
    leads_on(page, f"button[value='{part}']")


def test_a_limit_is_changed_tried_put_to_the_parties_and_objected_to(
    phone: Page, desktop: Page, home: str, world: World, sign_in: SignIn
) -> None:
    world.report(category="dust")
    sign_in(phone, "lead", "committee")
    _draft(phone, home)
    _open(phone, "派单路线", "routes.14")
    phone.fill("input[name='routes.14.fix.n']", "12")
    leads_on(phone, "#draft button[value='check']")
    expect(phone.locator(".changes")).to_contain_text("24 小时（昼夜） → 12 小时（昼夜）")
    expect(phone.locator("#lived")).to_be_visible()
    shot(phone, "rules-tried")
    phone.fill("#reason", "扬尘投诉多")
    leads_on(phone, "form[action='/together/rules'] button")
    change = phone.url
    sign_in(desktop, "lead", "contractor")
    desktop.goto(f"{change}?lang=zh")
    desktop.fill("#objection", "夜里不能洒水")
    leads_on(desktop, "form[action$='/object'] button")
    expect(desktop.locator("#answers + ul")).to_contain_text("夜里不能洒水")
    shot(desktop, "rules-objected")


def test_a_stricter_safety_limit_is_in_force_at_once(phone: Page, home: str, sign_in: SignIn) -> None:
    sign_in(phone, "lead", "committee")
    _draft(phone, home)
    _open(phone, "安全时限", "safety")
    phone.fill("input[name='safety.danger.make_safe.n']", "30")
    phone.select_option("select[name='safety.danger.make_safe.unit']", "min 24x7")
    leads_on(phone, "#draft button[value='check']")
    phone.fill("#reason", "安全第一")
    leads_on(phone, "form[action='/together/rules'] button")
    expect(phone.locator("h1")).to_contain_text("已生效")


def test_a_broken_text_is_told_by_line_and_stays_as_it_was_typed(
    phone: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "lead", "committee")
    _draft(phone, home)
    leads_on(phone, "button[value='text']")
    text = phone.input_value("#text")
    phone.fill(
        "#text", text.replace('category = "venue"\nlead', 'category = "venue"\norigin = ["misuse"]\nlead')
    )
    leads_on(phone, "button[value='check']")
    expect(phone.locator(".bad-rules")).to_contain_text("venue 缺少派单路线")
    assert 'origin = ["misuse"]\nlead = "committee"' in phone.input_value("#text")
    shot(phone, "rules-broken")
