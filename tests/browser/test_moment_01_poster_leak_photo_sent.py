"""Moment 1: a resident of 72: poster, 漏水, photo, sent: three taps, nothing typed, large by itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.replay.pictures import drawn
from tests.browser.figures import hands
from tests.browser.looks import PHONE, Visitors, shot
from tests.integration.api.conftest import World

POSTER = "/r/AIBO5/table-tennis"
LARGE = 24
"""18 pt in CSS pixels."""


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    path = tmp_path / "leak.jpg"
    path.write_bytes(drawn("ceiling-drip"))
    return path


def send(page: Page, photo: Path) -> None:
    """What she does at the poster's page."""
    page.get_by_role("link", name="漏水", exact=True).tap()
    with page.expect_file_chooser() as chooser:
        page.locator("label[for=camera]").tap()
    chooser.value.set_files(photo)
    page.wait_for_selector("#shown canvas")
    page.get_by_role("button", name="发送").tap()
    page.wait_for_url("**/t/AIBO5-**")


def test_a_leak_is_reported_in_three_taps_without_a_word(phone: Page, home: str, leak: Path) -> None:
    phone.goto(home + POSTER)
    with hands(phone, "1 poster, 漏水, photo, sent") as done:
        send(phone, leak)
    assert (done.taps, done.typed) == (3, 0)
    shot(phone, "resident-sent")
    assert phone.locator("section.said.good").inner_text() == "收到了，谢谢您"
    assert phone.locator(".shown img").count() == 1


def test_it_is_large_without_a_switch(phone: Page, home: str) -> None:
    phone.goto(home + POSTER)
    sizes = phone.evaluate(
        "[...document.querySelectorAll('.known p:not(.small), .kinds span, .call span')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= LARGE
    small = phone.evaluate(
        "[...document.querySelectorAll('main .button, main a, main button')]"
        ".filter((one) => one.getBoundingClientRect().height < 60).map((one) => one.outerHTML)"
    )
    assert small == []


def test_first_comes_the_button_that_calls_the_committee(phone: Page, home: str) -> None:
    phone.goto(home + POSTER)
    first = phone.locator("main .button, main a").first
    assert first.get_attribute("href") == "tel:021-00000000"


def test_without_scripts_a_plain_form_reports_it(visitors: Visitors, home: str, leak: Path) -> None:
    page = visitors.page(PHONE, scripts=False)
    page.goto(f"{home}{POSTER}/leak")
    page.locator("#camera").set_input_files(leak)
    page.get_by_role("button", name="发送").click()
    page.wait_for_url("**/t/AIBO5-**")
    assert page.locator(".shown img").count() == 1


def test_a_double_tap_makes_one_order(phone: Page, home: str, world: World) -> None:
    phone.goto(f"{home}{POSTER}/leak")
    before = _orders(world)
    phone.get_by_role("button", name="发送").dblclick()
    phone.wait_for_url("**/t/AIBO5-**")
    assert _orders(world) == before + 1


def test_words_propose_a_category_and_a_person_chooses_it(phone: Page, home: str) -> None:
    phone.goto(f"{home}{POSTER}/-")
    phone.locator("#words").fill("天花板滴水")
    phone.locator("#guesses button", has_text="漏水").tap()
    phone.get_by_role("button", name="发送").tap()
    phone.wait_for_url("**/t/AIBO5-**")
    assert "漏水" in phone.locator(".parcel h1").inner_text()


def test_by_keyboard_alone_it_is_reported(desktop: Page, home: str) -> None:
    desktop.goto(home + POSTER)
    desktop.get_by_role("link", name="漏水", exact=True).focus()
    desktop.keyboard.press("Enter")
    desktop.wait_for_selector("form.report")
    for _ in range(40):
        desktop.keyboard.press("Tab")
        if desktop.evaluate("document.activeElement.matches('.send button')"):
            break
    desktop.keyboard.press("Enter")
    desktop.wait_for_url("**/t/AIBO5-**")
    assert desktop.locator(".secret").count() == 1


def test_what_cannot_be_sent_stays_and_says_so(phone: Page, home: str) -> None:
    phone.goto(f"{home}{POSTER}/leak")
    phone.locator("#words").fill("靠窗")
    phone.context.set_offline(offline=True)
    phone.get_by_role("button", name="发送").tap()
    phone.wait_for_selector("[role=alert]")
    phone.context.set_offline(offline=False)
    phone.get_by_role("button", name="发送").tap()
    phone.wait_for_url("**/t/AIBO5-**")
    assert phone.locator("p.words").inner_text() == "靠窗"


def _orders(world: World) -> int:
    return len(world.of("handler", "committee").get("/api/v1/orders", params={"limit": 200}).json()["items"])
