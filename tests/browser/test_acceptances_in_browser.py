"""A first acceptance on a phone: an item fails, its rework, the second round, signatures, the card."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.crew_kit import shot_of_work
from tests.browser.looks import PHONE, Visitors, axe, leads_on, shot

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import SignIn
    from tests.integration.api.conftest import World

__all__ = ["shot_of_work"]


def arrange(page: Page, home: str) -> str:
    """Where it is."""
    page.goto(f"{home}/acceptances/new?lang=zh")
    page.fill("#meets_at", (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT10:00"))
    for room in ("lego", "book-bar"):
        page.check(f"input[name='room'][value='{room}']")
    for code in ("drains", "floor", "doors", "fixtures", "power", "exit", "quiet", "dry"):
        page.uncheck(f"input[name='check'][value='{code}']")
    shot(page, "acceptance-new")
    leads_on(page, "form.card button")
    return page.url.partition("?")[0]


def pass_item(page: Page, item: str) -> None:
    leads_on(page, f"#item-{item} button[value='yes']")


def fail_item(page: Page, item: str, words: str, photo: Path) -> None:
    page.set_input_files(f"#photo-{item}", photo)
    page.fill(f"#words-{item}", words)
    leads_on(page, f"#item-{item} button[value='no']")


def rework(world: World, code: str, photo: Path) -> None:
    world.route()
    contractor = world.of("handler", "contractor")
    world.act(code, "assignments/contractor/acknowledge", "contractor")
    files = {"file": ("after.jpg", photo.read_bytes())}
    sent = contractor.post(f"/api/v1/orders/{code}/photos", files=files, data={"purpose": "after"})
    done = world.act(code, "assignments/contractor/done", "contractor", {"note": "重新刷过"})
    checked = world.act(code, "assignments/contractor/verify", "property")
    assert (sent.status_code, done.status_code, checked.status_code) == (201, 200, 200), checked.text


def test_rooms_are_gone_through_reworked_and_signed(
    world: World, home: str, visitors: Visitors, sign_in: SignIn, shot_of_work: Path
) -> None:
    page = visitors.page(PHONE)
    sign_in(page, "lead", "committee")
    at = arrange(page, home)
    leads_on(page, "form[action$='/round'] button")
    page.goto(f"{at}?room=book-bar")
    pass_item(page, "1")
    page.goto(f"{at}?room=lego")
    shot(page, "acceptance-room")
    assert axe(page) == []
    leads_on(page, "#item-2 button[value='no']")
    expect(page.get_by_role("alert")).to_contain_text("不合格的请拍照或写几个字")
    fail_item(page, "2", "窗下有霉点", shot_of_work)
    page.goto(at)
    leads_on(page, "form[action$='/finish'] button")
    expect(page.get_by_text("整改中")).to_be_visible()
    shot(page, "acceptance-reworking")
    order = page.locator("section.card a[href^='/o/']").inner_text()
    leads_on(page, "form[action$='/sign'] button")
    rework(world, order, shot_of_work)
    page.goto(at)
    leads_on(page, "form[action$='/round'] button")
    page.goto(f"{at}?room=lego")
    page.locator("#item-2 summary").click()
    page.set_input_files("#photo-2", shot_of_work)
    pass_item(page, "2")
    page.goto(at)
    leads_on(page, "form[action$='/finish'] button")
    expect(page.get_by_text("通过", exact=True)).to_be_visible()
    expect(page.locator(".told-card")).to_be_visible()
    shot(page, "acceptance-passed")
    assert page.request.get(f"{at}/record.pdf").body()[:5] == b"%PDF-"
    assert page.request.get(f"{at}/card/2.png").body()[1:4] == b"PNG"


def test_the_client_enters_the_certificate_and_a_later_leak_is_the_warrantys(
    world: World, home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    client, committee = visitors.page(PHONE), visitors.page(PHONE)
    sign_in(client, "lead", "client")
    client.goto(f"{home}/completions/new?lang=zh")
    client.fill("#certificate", "沪竣验 2025-118")
    client.fill("#day", (datetime.now(UTC).date() - timedelta(days=30)).isoformat())
    client.check("input[name='room'][value='dance']")
    client.fill("[id='months.waterproofing']", "12")
    leads_on(client, "form.card button")
    expect(client.get_by_role("alert")).to_contain_text("不能短于法定年限")
    client.fill("[id='months.waterproofing']", "120")
    shot(client, "completion-new")
    leads_on(client, "form.card button")
    shot(client, "completion")
    code = world.report(category="leak", space="dance", origin="unknown")
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/payer/{code}?lang=zh")
    expect(committee.get_by_text("在“防水”保修期内")).to_be_visible()
