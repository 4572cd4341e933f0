"""The pages of a party's people, on every screen, with nothing for axe to find."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import DESKTOP, LOOKS, PHONE, Look, Visitors, axe, fits, shot
from tests.integration.api.conftest import World


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("at", ["/inbox", "/duty", "/channels", "/o/"])
def test_the_page_fits_and_axe_finds_nothing(
    world: World, home: str, visitors: Visitors, sign_in: SignIn, at: str, look: Look
) -> None:
    code = world.report()
    page = look.page(visitors)
    sign_in(page, "lead", "property")
    page.goto(f"{home}{at}{code if at == '/o/' else ''}")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    shot(page, f"dispatching{at.replace('/', '-')}{look}")
    assert fits(page)
    assert axe(page) == []


def test_what_was_typed_is_there_after_a_sign_in_that_ran_out(
    world: World, home: str, phone: Page, sign_in: SignIn
) -> None:
    code = world.report()
    sign_in(phone, "handler", "property")
    phone.goto(f"{home}/o/{code}")
    phone.locator("details#note > summary").click()
    phone.locator("#note-note").fill("材料明天到，下午装")
    phone.context.clear_cookies()
    phone.locator("details#note form .button").click()
    expect(phone).to_have_url(f"{home}/sign-in")
    sign_in(phone, "handler", "property")
    phone.goto(f"{home}/o/{code}")
    expect(phone.locator("#note-note")).to_have_value("材料明天到，下午装")
    phone.locator("details#note form .button").click()
    expect(phone.locator(".said.good")).to_contain_text("已记录：留言")


@pytest.mark.parametrize("look", [PHONE, DESKTOP], ids=str)
def test_before_and_after_lie_side_by_side(
    world: World, home: str, visitors: Visitors, sign_in: SignIn, picture: bytes, look: Look
) -> None:
    code = world.report()
    for purpose in ("before", "after", "origin"):
        sent = world.of("handler", "asset_company").post(
            f"/api/v1/orders/{code}/photos",
            files={"file": ("a.jpg", picture, "image/jpeg")},
            data={"purpose": purpose},
        )
        assert sent.status_code == 201, sent.text
    page = look.page(visitors)
    sign_in(page, "lead", "property")
    page.goto(f"{home}/o/{code}")
    before, after = (page.get_by_alt_text(f"照片：{name}").bounding_box() for name in ("处置前", "处置后"))
    assert before is not None
    assert after is not None
    assert before["y"] == after["y"]
    assert before["x"] + before["width"] < after["x"]
    lanes = page.locator(".lanes").bounding_box()
    assert lanes is not None
    assert look is DESKTOP or after["y"] < lanes["y"]
    shot(page, f"order-compared-{look}")


def test_the_first_contact_is_one_tap_to_the_number_and_stands_on_record(
    world: World, home: str, phone: Page, sign_in: SignIn
) -> None:
    code = world.report(reporter={"name": "周阿姨", "phone": "13800005678"})
    sign_in(phone, "handler", "asset_company")
    phone.goto(f"{home}/o/{code}")
    shot(phone, "order-to-contact")
    phone.get_by_role("button", name="查看报告人电话：先行联系").click()
    expect(phone.locator('.said a[href="tel:13800005678"]')).to_be_visible()
    assert axe(phone) == []
    shot(phone, "order-contact-shown")
    phone.locator("details#contact-asset_company > summary").click()
    phone.locator("details#contact-asset_company .button").click()
    expect(phone.locator(".history")).to_contain_text("先行联系")
    expect(phone.get_by_role("button", name="查看报告人电话")).to_have_count(0)


def test_a_new_alert_appears_in_the_open_inbox_and_one_tap_acknowledges_it(
    world: World, home: str, phone: Page, sign_in: SignIn
) -> None:
    sign_in(phone, "handler", "property")
    phone.goto(f"{home}/inbox")
    phone.wait_for_timeout(800)
    code = world.report(category="electrical", severity="danger", space="canteen")
    alert = phone.locator(".alert").filter(has_text=code)
    expect(alert).to_be_visible()
    alert.get_by_role("button", name=f"接单 {code}").click()
    expect(phone.locator(".said.good")).to_contain_text("已记录：接单")
    shot(phone, "inbox-live")
    assert axe(phone) == []


def test_a_call_back_is_one_tap_to_the_number(
    world: World, home: str, phone: Page, sign_in: SignIn, picture: bytes
) -> None:
    code = world.report(reporter={"name": "周阿姨", "phone": "13800005678"})
    for party in ("asset_company", "property"):
        world.act(code, f"assignments/{party}/acknowledge", party)
        world.of("handler", party).post(
            f"/api/v1/orders/{code}/photos",
            files={"file": ("a.jpg", picture, "image/jpeg")},
            data={"purpose": "after"},
        )
        world.act(code, f"assignments/{party}/done", party, {"note": "好了"})
        world.act(code, f"assignments/{party}/verify", "committee")
    sign_in(phone, "handler", "committee")
    phone.goto(f"{home}/o/{code}")
    phone.get_by_role("button", name="查看报告人电话：回访").click()
    expect(phone.locator('.said a[href="tel:13800005678"]')).to_be_visible()
