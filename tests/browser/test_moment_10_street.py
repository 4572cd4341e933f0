"""Moment 10: a street official understands a red order cold and supervises it in one tap."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services import lanes
from services.store.claims import Scope
from services.store.transactions import transaction
from tests.browser.conftest import SignIn
from tests.browser.figures import hands
from tests.browser.looks import axe, shot
from tests.integration.api.conftest import World


@pytest.fixture(scope="module")
def red(world: World) -> str:
    """An order that nobody acknowledged until it was late: two days by the site's own clock."""
    site, begun = world.site_ids["AIBO5"], datetime.now(UTC)
    _clock(world, "virtual", begun)
    code = world.report(category="dust", space="yard", description="黄沙堆在路上，轮椅过不去")
    lanes.drain(lanes.route, world.worker, Scope(site, begun))
    late = begun + timedelta(days=2)
    _clock(world, "virtual", late)
    lanes.drain(lanes.fire, world.worker, Scope(site, late))
    return code


def _clock(world: World, clock: str, at: datetime) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute(
            "UPDATE site SET clock = %s, virtual_now = %s WHERE id = %s", (clock, at, world.site_ids["AIBO5"])
        )


def test_a_red_order_says_who_is_late_since_when_why_and_what_is_proposed(
    phone: Tab, home: str, sign_in: SignIn, red: str
) -> None:
    sign_in(phone, "arbiter", "street", "xia-zhengming")
    phone.goto(f"{home}/street")
    shot(phone, "moment-10-street")
    told = phone.locator(f"#{red}").inner_text()
    asked = ["谁晚了", "已超", "自 ", "为什么", "没有接单", "打算怎么办", "还没有方案"]
    assert [one for one in asked if one not in told] == []
    assert axe(phone) == []


def test_every_figure_opens_its_orders(desktop: Tab, home: str, sign_in: SignIn, red: str) -> None:
    sign_in(desktop, "arbiter", "street", "xia-zhengming")
    desktop.goto(f"{home}/street")
    shot(desktop, "moment-10-desktop")
    for figure in desktop.locator(".figure").all():
        many, where = int(figure.locator("b").inner_text()), figure.get_attribute("href")
        listed = desktop.context.request.get(f"{home}{where}", headers={"Accept": "text/html"}).text()
        assert listed.count('class="card order') == many, where


def test_one_tap_supervises_and_a_second_changes_nothing(
    phone: Tab, home: str, sign_in: SignIn, world: World, red: str
) -> None:
    sign_in(phone, "arbiter", "street", "xia-zhengming")
    phone.goto(f"{home}/street")
    form = f"form[action='/street/{red}/supervise']"
    with hands(phone, "10 督办") as done:
        phone.locator(f"{form} button").tap()
        expect(phone.locator(f"#{red}")).to_contain_text("已督办")
    assert done.taps == 1
    again = phone.context.request.post(
        f"{home}/street/{red}/supervise",
        form={"key": f"{red}-supervise"},
        headers={"Origin": home, "Sec-Fetch-Site": "same-origin"},
    )
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT count(*) FROM event WHERE site_id = %s AND type = 'OrderSupervised'",
            (world.site_ids["AIBO5"],),
        ).fetchone()
    assert [again.status, row] == [200, (1,)]


def test_who_sees_no_figures_is_shown_none(desktop: Tab, home: str, sign_in: SignIn) -> None:
    sign_in(desktop, "volunteer")
    assert [desktop.goto(f"{home}{path}").status for path in ("/street",)] == [403]  # type: ignore[union-attr]


def test_the_wall_names_the_orders_that_are_late(desktop: Tab, home: str, sign_in: SignIn, red: str) -> None:
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/wall")
    named = desktop.locator(".urgent li").all_inner_texts()
    assert [red in one for one in named] == [True]
    assert "黄沙" not in "".join(named)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_on_the_wall_has_to_be_scrolled_to(
    desktop: Tab, home: str, sign_in: SignIn, red: str, lang: str
) -> None:
    assert red
    sign_in(desktop, "handler", "committee", "shen-guihua")
    desktop.goto(f"{home}/wall?lang={lang}")
    shot(desktop, f"moment-10-wall-{lang}")
    table = desktop.locator("#wall .wide[role=region]")
    assert table.evaluate("(it) => it.scrollWidth <= it.clientWidth") is True
