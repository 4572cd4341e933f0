"""What stands above every page, and what of a page comes out of a printer."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.browser.looks import DESKTOP, Look, Visitors, axe, fits, shot
from tests.integration.api.conftest import World

ROLES = (("lead", "committee"), ("lead", "property"), ("lead", "street"), ("administrator", None))


@pytest.mark.parametrize(("role", "party"), ROLES)
@pytest.mark.parametrize("look", [DESKTOP, Look(1280, "en")], ids=str)
def test_the_menu_stands_in_one_row(
    visitors: Visitors, home: str, sign_in: SignIn, look: Look, role: str, party: str | None
) -> None:
    page = look.page(visitors)
    sign_in(page, role, party)
    page.goto(f"{home}/me")
    assert page.evaluate("document.querySelector('.ways').getBoundingClientRect().height") < 60


def _ways(page: Page) -> set[str]:
    """Where the menu leads, by what of it can be seen."""
    found = page.evaluate(
        "[...document.querySelectorAll('.ways a')].filter((one) => one.checkVisibility())"
        ".map((one) => one.pathname)"
    )
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("look", [Look(390, "en"), Look(1280, "en")], ids=str)
def test_what_finds_no_room_in_the_menu_is_behind_more(
    visitors: Visitors, home: str, sign_in: SignIn, look: Look
) -> None:
    page = look.page(visitors)
    sign_in(page, "lead", "committee")
    page.goto(f"{home}/duty")
    page.click(".ways summary")
    shot(page, f"menu-{look}")
    assert {"/", "/today", "/board", "/duty", "/admin"} <= _ways(page)
    assert (axe(page), fits(page)) == ([], True)


def test_an_order_is_printed_without_what_is_tapped_and_with_its_lanes(
    world: World, desktop: Page, home: str, sign_in: SignIn
) -> None:
    code = world.report()
    sign_in(desktop, "lead", "committee")
    desktop.goto(f"{home}/o/{code}")
    desktop.emulate_media(media="print")
    shot(desktop, "order-printed")
    seen = "(all) => all.filter((one) => one.checkVisibility()).length"
    tapped = desktop.locator("nav, form, button, .button, textarea").evaluate_all(seen)
    assert (tapped, desktop.locator(".lane svg.track").evaluate_all(seen) > 0) == (0, True)


def test_stages_of_a_lane_are_told_apart_without_colours(
    world: World, desktop: Page, home: str, sign_in: SignIn
) -> None:
    code = world.report()
    sign_in(desktop, "lead", "committee")
    desktop.goto(f"{home}/o/{code}")
    drawn = desktop.locator(".track .hatch, .key rect[fill]").evaluate_all(
        "(all) => all.map((one) => document.querySelector(one.getAttribute('fill').slice(4, -1)) !== null)"
    )
    assert drawn != []
    assert all(drawn)
