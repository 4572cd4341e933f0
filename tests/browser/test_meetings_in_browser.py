"""A coordination meeting from the order's page to the last signature, on phones, on every look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.looks import DESKTOP, PHONE, Visitors, axe, shot

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import SignIn
    from tests.integration.api.conftest import World

LOOKS = (("zh", "light", PHONE), ("en", "dark", PHONE), ("zh", "light", DESKTOP))
PARTIES = ("contractor", "property", "asset_company")


@pytest.fixture
def leak(world: World) -> str:
    """An old leak that the asset company leads."""
    code = world.report(category="leak", origin="pre_existing")
    world.route()
    return code


def call(page: Page, home: str, leak: str) -> str:
    """Called from the order's page; the meeting's address."""
    page.goto(f"{home}/o/{leak}?lang=zh")
    page.locator("a[href^='/meetings/new']").first.click()
    page.locator("input[value='unclear_owner']").check()
    page.locator("input[value='contractor']").check()
    page.locator("form.card button").click()
    expect(page.locator(".said.good")).to_be_visible()
    return page.url.partition("?")[0]


def draft(page: Page, at: str) -> None:
    """The contractor leads, the property helps, the owner goes; the contractor pays."""
    page.goto(at)
    if not page.locator("#minutes-does-contractor").is_visible():
        page.locator("summary").first.click()
    for party, does in zip(PARTIES, ("lead", "support", "withdraw"), strict=True):
        page.select_option(f"#minutes-does-{party}", does)
    page.fill("#minutes-what-contractor", "重做窗台防水")
    page.fill("#minutes-what-property", "关闸、清场")
    page.select_option("#payer", "contractor")
    page.locator("form[action$='/minutes'] button").click()
    expect(page.locator(".said.good")).to_be_visible()


def test_what_the_last_lead_signs_stands_on_the_order_at_once(
    home: str, leak: str, visitors: Visitors, sign_in: SignIn
) -> None:
    chair = visitors.page(PHONE)
    sign_in(chair, "lead", "committee")
    at = call(chair, home, leak)
    draft(chair, at)
    for party in PARTIES:
        lead = visitors.page(PHONE)
        sign_in(lead, "lead", party)
        lead.goto(at)
        lead.locator("form[action$='/sign'] button").click()
        expect(lead.locator(".said.good")).to_be_visible()
    chair.goto(f"{home}/o/{leak}")
    expect(chair.locator(".facts")).to_contain_text("谁出资：")
    expect(chair.locator(".lane.green", has_text="主办")).to_contain_text("施工")


def test_a_position_is_read_by_the_others_and_nothing_typed_is_lost(
    home: str, leak: str, visitors: Visitors, sign_in: SignIn
) -> None:
    chair = visitors.page(PHONE)
    sign_in(chair, "lead", "committee")
    at = call(chair, home, leak)
    other = visitors.page(PHONE)
    sign_in(other, "lead", "asset_company")
    other.goto(at)
    other.fill("#position", "老墙渗水，不是新漏")
    other.locator("form[action$='/position'] button").click()
    chair.goto(at)
    expect(chair.locator(".position")).to_contain_text("老墙渗水")
    chair.select_option("#minutes-does-contractor", "lead")
    chair.fill("#minutes-note", "写了一半")
    chair.locator("form[action$='/minutes'] button").click()
    expect(chair.locator(".said.bad")).to_contain_text("请写明做什么")
    expect(chair.locator("#minutes-note")).to_have_value("写了一半")


def test_who_pays_is_proposed_confirmed_and_disputed(
    home: str, leak: str, visitors: Visitors, sign_in: SignIn
) -> None:
    committee = visitors.page(PHONE)
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/payer/{leak}?lang=zh")
    expect(committee.locator(".rule .holds")).to_contain_text("老房旧病")
    committee.locator("form[method=post] button.wide").click()
    expect(committee.locator("h2").first).to_have_text("已确认")
    owner = visitors.page(PHONE)
    sign_in(owner, "lead", "asset_company")
    owner.goto(f"{home}/payer/{leak}?lang=zh")
    owner.locator("a[href*='unclear_payer']").click()
    expect(owner.locator("input[value='unclear_payer']")).to_be_checked()
    owner.locator("input[value='contractor']").check()
    owner.locator("form.card button").click()
    committee.reload()
    expect(committee.locator("main")).not_to_contain_text("已确认")


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_of_a_meeting_keeps_anybody_out(
    home: str, leak: str, visitors: Visitors, sign_in: SignIn, look: tuple[str, str, object]
) -> None:
    language, scheme, screen = look
    page = visitors.page(screen)  # type: ignore[arg-type]
    sign_in(page, "lead", "committee")
    page.goto(f"{home}/meetings/new?order={leak}")
    at = call(page, home, leak)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    places = {"new": f"{home}/meetings/new?order={leak}", "called": at, "list": f"{home}/meetings"}
    barriers = []
    name = f"{language}-{scheme}-{screen}"
    for which, place in places.items():
        page.goto(f"{place}{'&' if '?' in place else '?'}lang={language}")
        shot(page, f"meeting-{which}-{name}")
        barriers += axe(page)
    draft(page, at)
    for which, place in {"minutes": at, "payer": f"{home}/payer/{leak}", "order": f"{home}/o/{leak}"}.items():
        page.goto(f"{place}?lang={language}")
        shot(page, f"meeting-{which}-{name}")
        barriers += axe(page)
    assert barriers == []
