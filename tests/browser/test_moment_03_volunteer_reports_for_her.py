"""Moment 3: a volunteer reports for her in half a minute, prints a slip; the call-back comes by telephone."""

from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.browser.figures import hands
from tests.browser.looks import axe, shot
from tests.integration.api.conftest import World

SECONDS = 30


def test_a_volunteer_reports_for_a_neighbour_and_prints_the_slip(
    phone: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "volunteer", member="fang-yiming")
    phone.goto(f"{home}/report")
    with hands(phone, "3 reported for her, slip") as done:
        phone.get_by_role("link", name="乒乓房").tap()
        phone.get_by_role("link", name="漏水", exact=True).tap()
        phone.locator("#phone").tap()
        phone.locator("#phone").fill("138 1234 5678")
        phone.get_by_role("button", name="发送").tap()
        phone.wait_for_url("**/t/AIBO5-**")
        phone.get_by_role("link", name="打印纸条").tap()
        phone.wait_for_selector(".slip svg.segno, .slip .qr svg")
    shot(phone, "resident-volunteer-slip")
    assert (done.taps, done.typed) == (5, len("138 1234 5678"))
    assert done.seconds < SECONDS / 2
    assert axe(phone) == []


def test_the_callback_by_telephone_is_entered_on_the_orders_page(
    desktop: Page, home: str, sign_in: SignIn, world: World, picture: bytes
) -> None:
    code = world.report(category="loose_fixture", origin="unknown", reporter={"phone": "13812345678"})
    photo = {"file": ("a.jpg", picture, "image/jpeg")}
    for party in ("property", "contractor"):
        own = world.of("handler", party)
        own.post(f"/api/v1/orders/{code}/assignments/{party}/acknowledge", json={})
        own.post(f"/api/v1/orders/{code}/photos", files=photo, data={"purpose": "after"})
        own.post(f"/api/v1/orders/{code}/assignments/{party}/done", json={})
    world.act(code, "assignments/property/verify", "committee")
    world.act(code, "assignments/contractor/verify", "property")
    assert world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()["status"] == "closed"
    sign_in(desktop, "handler", "committee", "gu-xiaowen")
    desktop.goto(f"{home}/callbacks")
    with hands(desktop, "3 call-back by telephone, entered") as done:
        desktop.get_by_role("link", name=f"回访 {code}").click()
        desktop.locator("form[action$='/callback'] button[value=true]").click()
        desktop.wait_for_url("**did=callback")
    assert done.taps == 2
    assert world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()["resolved"] is True
