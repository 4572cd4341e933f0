"""The board, the wall screen and the call-backs, as the committee sees them."""

import pytest
from playwright.sync_api import Page as Tab

from tests.browser.conftest import SignIn
from tests.browser.looks import axe, shot
from tests.integration.api.conftest import World


@pytest.fixture(scope="module")
def orders(world: World) -> list[str]:
    """Two leaks and dust in the yard, one of them taken on."""
    codes = [world.report(), world.report(), world.report(category="dust", space="yard")]
    assert world.act(codes[0], "assignments/property/acknowledge", "property").status_code == 200
    return codes


@pytest.mark.parametrize("path", ["/board", "/wall", "/callbacks", "/today", "/street"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_keep_nobody_out(
    desktop: Tab, home: str, sign_in: SignIn, orders: list[str], path: str, lang: str
) -> None:
    assert orders
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}{path}?lang={lang}")
    shot(desktop, f"committee{path.replace('/', '-')}-{lang}")
    assert axe(desktop) == []


def test_each_figure_of_the_board_opens_as_many_orders(
    desktop: Tab, home: str, sign_in: SignIn, orders: list[str]
) -> None:
    assert orders
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/board")
    told = [
        (one.get_attribute("href") or "", int(one.evaluate("(a) => parseInt(a.firstChild.textContent)")))
        for one in desktop.locator(".board td a").all()
    ]
    assert told
    for where, many in told:
        page = desktop.context.request.get(f"{home}{where}", headers={"Accept": "text/html"}).text()
        assert page.count('class="card order') == many, where


def test_the_plan_counts_the_orders_of_a_room(
    desktop: Tab, home: str, sign_in: SignIn, orders: list[str]
) -> None:
    assert orders
    sign_in(desktop, "handler", "committee", "shen-guihua")
    drawn = desktop.context.request.get(f"{home}/board/AIBO5.svg")
    assert drawn.status == 200
    assert ">2</text>" in drawn.text()


def test_a_volunteer_is_shown_no_board(desktop: Tab, home: str, sign_in: SignIn) -> None:
    sign_in(desktop, "volunteer")
    answers = [desktop.context.request.get(f"{home}{path}").status for path in ("/board", "/wall", "/street")]
    assert answers == [403, 403, 403]


def test_a_chosen_filter_counts_anew_at_once_and_stands_in_the_address(
    desktop: Tab, home: str, sign_in: SignIn, orders: list[str]
) -> None:
    assert orders
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/board")
    desktop.evaluate("document.body.dataset.page = 'the same'")
    desktop.locator("select[name=category]").select_option("dust")
    desktop.locator("#unfiltered a").wait_for()
    assert desktop.locator(".rooms li").count() == 1
    assert (desktop.locator("body").get_attribute("data-page"), "category=dust" in desktop.url) == (
        "the same",
        True,
    )
