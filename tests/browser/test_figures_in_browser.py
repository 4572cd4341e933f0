"""A member looks at the figures, opens the orders of a number, takes the report along and subscribes."""

import pytest
from playwright.sync_api import Page, expect

from services.figures.keeping import keep
from tests.browser.conftest import SignIn
from tests.browser.looks import LOOKS, Look, Visitors, axe, fits, leads_on, shot
from tests.integration.api.conftest import World


@pytest.fixture(scope="module")
def counted(world: World) -> World:
    """Twelve leaks, most of them acknowledged, and a fixture that nobody has touched."""
    for number in range(12):
        code = world.report()
        world.act(code, "assignments/property/acknowledge", "property")
        if number % 3:
            world.act(code, "assignments/asset_company/acknowledge", "asset_company")
            world.act(code, "assignments/asset_company/contact", "asset_company")
    world.report(category="loose_fixture", space="dance")
    keep(world.worker)
    return world


def test_a_number_leads_to_its_orders(phone: Page, home: str, sign_in: SignIn, counted: World) -> None:
    sign_in(phone, "lead", "committee", "shen-huizhen")
    phone.goto(f"{home}/together?lang=zh")
    leads_on(phone, "a[href='/figures']")
    row = phone.locator("tr", has_text="响应率").first
    expect(row).to_contain_text("100 % (20/20)")
    row.locator("a").first.click()
    expect(phone.locator(".card.order")).to_have_count(12)
    expect(phone.locator(".note")).to_contain_text("只看一部分工单")


def test_the_figures_are_narrowed_without_scripts(
    phone: Page, home: str, sign_in: SignIn, counted: World
) -> None:
    sign_in(phone, "lead", "committee", "shen-huizhen")
    phone.goto(f"{home}/figures?lang=zh")
    phone.select_option("select[name=category]", "loose_fixture")
    phone.select_option("select[name=span]", "week")
    leads_on(phone, ".filters button")
    expect(phone.locator(".figure b").first).to_have_text("1")
    leads_on(phone, ".period a >> nth=0")
    expect(phone.locator(".figure b").first).to_have_text("0")
    expect(phone.locator("select[name=category]")).to_have_value("loose_fixture")


def test_a_member_subscribes_and_takes_the_report_along(
    phone: Page, home: str, sign_in: SignIn, counted: World
) -> None:
    sign_in(phone, "lead", "committee", "shen-huizhen")
    phone.goto(f"{home}/figures?lang=zh")
    leads_on(phone, "#weekly form button")
    expect(phone.locator("#weekly [role=status]")).to_contain_text("您已订阅")
    for name in ("pdf", "xlsx"):
        href = phone.locator(f"#weekly a[href*='.{name}']").get_attribute("href")
        assert phone.context.request.get(f"{home}{href}").ok
    leads_on(phone, "#weekly form button")
    expect(phone.locator("#weekly form button")).to_have_text("订阅每周小结")


def test_charts_tell_what_they_show_without_being_seen(
    desktop: Page, home: str, sign_in: SignIn, counted: World
) -> None:
    sign_in(desktop, "lead", "committee", "shen-huizhen")
    desktop.goto(f"{home}/figures?lang=zh")
    expect(desktop.get_by_role("img", name="本期与上期")).to_be_visible()
    expect(desktop.get_by_role("img", name="响应率：近 12 期")).to_be_visible()
    desktop.locator(".trend details summary").last.click()
    expect(desktop.locator(".trend details table").last).to_contain_text("100 % (20/20)")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_page_looks_well(
    visitors: Visitors, home: str, sign_in: SignIn, counted: World, look: Look
) -> None:
    page = visitors.page(look)
    sign_in(page, "lead", "committee", "shen-huizhen")
    page.goto(f"{home}/figures?lang={look.lang}")
    shot(page, f"figures-{look}")
    assert axe(page) == []
    assert fits(page)
