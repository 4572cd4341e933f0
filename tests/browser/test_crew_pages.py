"""A crew's list and its lead's links on every screen: nothing keeps anybody out, all is translated."""

import re

import pytest
from playwright.sync_api import Page

from services.views.catalogues import FOLDER
from tests.browser.conftest import SignIn
from tests.browser.crew_kit import mould, open_list
from tests.browser.looks import Look, Visitors, axe, shot
from tests.integration.api.conftest import World

SCREENS = [(Look(390, "en", "dark"), False), (Look(390), True), (Look(1280, "en"), False)]
"""Each with and without 长辈版."""
screens = pytest.mark.parametrize(("look", "elder"), SCREENS, ids=str)
FIRST_LOAD = 150 * 1024
SMALL = """() => [...document.querySelectorAll('.crew :is(button, summary, label.button, select)')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML)"""


@pytest.fixture(scope="module")
def orders(world: World) -> list[str]:
    """One of each: new, a danger, asked to wait, waiting, done, taken back."""
    codes = [mould(world) for _ in range(5)]
    world.report(category="works_noise", severity="danger", space="dance", description="电钻声很大，有火花")
    wait = {"nominee": "property", "reason": "等物业关水", "until": "2027-03-01T09:00:00+08:00"}
    for code in codes[1:3]:
        world.act(code, "assignments/contractor/wait", "contractor", wait)
    world.act(codes[2], "assignments/contractor/decide", "property", {"granted": True})
    ask = {"nominee": "asset_company", "reason": "老墙"}
    world.act(codes[3], "assignments/contractor/return", "contractor", ask)
    world.act(codes[3], "assignments/contractor/decide", "committee", {"granted": True})
    return codes


def dressed(visitors: Visitors, look: Look, home: str, *, elder: bool) -> Page:
    page = visitors.page(look)
    if elder:
        page.goto(f"{home}/privacy")
        page.locator("button[name=elder]").click()
        page.wait_for_load_state()
    return page


def untranslated(page: Page) -> list[str]:
    """Words of the catalogue that stand on an English page as they are written."""
    words = (FOLDER / "en" / "crew.po").read_text(encoding="utf-8")
    known = set(re.findall(r'^msgid "(.+)"$', words, re.MULTILINE))
    shown = page.locator("body").inner_text()
    return sorted(one for one in known if one in shown)


@screens
def test_the_list_keeps_nobody_out(
    world: World,
    home: str,
    orders: list[str],
    visitors: Visitors,
    look: Look,
    elder: bool,
) -> None:
    page = dressed(visitors, look, home, elder=elder)
    open_list(world, home, page)
    name = f"crew-{look}{'-elder' if elder else ''}"
    shot(page, name)
    page.evaluate(
        "document.querySelectorAll('.job:first-of-type details').forEach((one) => { one.open = true; })"
    )
    shot(page, f"{name}-open")
    assert axe(page) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert look.lang == "zh" or untranslated(page) == []


@screens
def test_a_lead_makes_a_link_and_revokes_it(
    world: World,
    home: str,
    visitors: Visitors,
    sign_in: SignIn,
    look: Look,
    elder: bool,
) -> None:
    page = dressed(visitors, look, home, elder=elder)
    sign_in(page, "lead", "contractor")
    page.goto(f"{home}/crew")
    page.fill("#name", "王师傅")
    page.locator("form[action='/crew/make'] button").click()
    link = page.locator(".address code").inner_text()
    shot(page, f"crew-links-{look}{'-elder' if elder else ''}")
    assert axe(page) == []
    assert look.lang == "zh" or untranslated(page) == []
    page.locator("form[action='/crew/revoke'] button").first.click()
    page.wait_for_url(f"{home}/crew")
    page.goto(f"{home}/l#{link.partition('#')[2]}")
    page.locator("form[action='/l'] button").click()
    assert page.locator("#crew").count() == 0


def test_a_full_list_is_light_enough_for_a_slow_line(world: World, home: str, phone: Page) -> None:
    for _ in range(16):
        mould(world)
    open_list(world, home, phone)
    of_page = int(phone.evaluate("fetch(location.pathname).then((one) => one.headers.get('content-length'))"))
    parts = phone.evaluate(
        "Promise.all([...document.querySelectorAll('link[rel=stylesheet], script[src]')].map((one) =>"
        " fetch(one.href || one.src).then((it) => it.text()).then((it) => it.length)))"
    )
    weight = of_page + sum(parts)
    print(f"\na list of 15 orders: page {of_page} bytes, with styles and scripts {weight}")  # noqa: T201
    assert weight <= FIRST_LOAD
