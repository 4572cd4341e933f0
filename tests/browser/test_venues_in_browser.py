"""A room is closed: refused with a choice, then closed, told on the board, and opened again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import DESKTOP, PHONE, Visitors, axe, leads_on, shot

LOOKS = (("zh", "light", PHONE), ("en", "dark", PHONE), ("zh", "light", DESKTOP))


def _day(number: int) -> str:
    return (datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(number)).isoformat()


def _close(page: Page, home: str, space: str, to: str) -> None:
    page.goto(f"{home}/together/venues?lang=zh")
    leads_on(page, "a[href^='/together/venues/new']")
    page.select_option("#space", space)
    leads_on(page, "form.card button")
    page.fill("#until", _day(20))
    page.select_option("#substitute", to)
    page.fill("#reason", "屋面修漏")
    leads_on(page, "form.card button")


def test_a_clash_is_named_with_what_to_choose_and_what_was_typed_stays(
    phone: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "lead", "committee")
    _close(phone, home, "table-tennis", "canteen")
    expect(phone.locator(".said.bad")).to_contain_text(
        "不能改到长者食堂：那里周一至周五 10:30–12:30 有“长者午餐”"
    )
    expect(phone.locator("#substitute")).to_have_value("canteen")
    expect(phone.locator("#reason")).to_have_value("屋面修漏")
    shot(phone, "venue-clash")


def test_a_room_is_closed_and_everybody_sees_where_its_activities_are(
    phone: Page, desktop: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "lead", "committee")
    _close(phone, home, "table-tennis", "science")
    expect(phone.locator(".said.good")).to_be_visible()
    desktop.goto(f"{home}/public/AIBO5?lang=zh")
    room = desktop.locator(".meanwhile > li", has_text="乒乓房").first
    expect(room).to_contain_text("活动改在多元化社区科普室")
    expect(room).to_contain_text("关闭至")
    shot(desktop, "venue-board")
    desktop.goto(f"{home}/r/AIBO5/table-tennis?lang=zh")
    expect(desktop.locator("main")).to_contain_text("活动改在多元化社区科普室")
    leads_on(desktop, "a[href='/public/AIBO5/spaces/table-tennis']")
    expect(desktop.locator("main")).to_contain_text("改在 多元化社区科普室")
    leads_on(phone, "form[action$='/reopen'] button")
    expect(phone.locator(".chip.green")).to_have_text("已恢复开放")
    desktop.reload()
    expect(desktop.locator("main")).not_to_contain_text("改在")


def test_the_feed_needs_no_account_and_names_the_substitute(
    phone: Page, desktop: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "lead", "committee")
    _close(phone, home, "dance", "canteen")
    answer = desktop.request.get(f"{home}/public/AIBO5/spaces/dance.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    places = {str(one["LOCATION"]) for one in Calendar.from_ical(answer.body()).walk("VEVENT")}
    assert len(places) == 2


def test_a_weekly_activity_is_added_changed_and_ended(phone: Page, home: str, sign_in: SignIn) -> None:
    sign_in(phone, "lead", "committee")
    phone.goto(f"{home}/together/venues/AIBO5/book-bar?lang=zh")
    phone.fill("#name-new", "读书会")
    phone.locator("form:has(#name-new) input[value='2']").check()
    phone.fill("#begins-new", "15:00")
    phone.fill("#ends-new", "14:00")
    leads_on(phone, "form:has(#name-new) button")
    expect(phone.locator(".said.bad")).to_have_text("结束时间要晚于开始时间")
    expect(phone.locator("#name-new")).to_have_value("读书会")
    phone.fill("#ends-new", "16:30")
    leads_on(phone, "form:has(#name-new) button")
    expect(phone.locator("main")).to_contain_text("周三 15:00–16:30")
    shot(phone, "venue-room")
    phone.locator("details summary", has_text="读书会").click()
    leads_on(phone, "button[formaction$='/end']")
    expect(phone.locator(".said.good")).to_have_text("已结束这项活动")
    expect(phone.locator("main")).not_to_contain_text("读书会")


@pytest.mark.parametrize("look", LOOKS)
def test_its_pages_pass_axe_on_every_look(
    visitors: Visitors, home: str, sign_in: SignIn, look: tuple[str, str, object]
) -> None:
    language, scheme, screen = look
    page = visitors.page(screen)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, "lead", "committee")
    _close(page, home, "dance", "canteen")
    for name, at in (
        ("one", page.url),
        ("list", "/together/venues"),
        ("room", "/together/venues/AIBO5/dance"),
        ("public", "/public/AIBO5/spaces/dance"),
    ):
        page.goto(f"{at if at.startswith('http') else home + at}".partition("?")[0] + f"?lang={language}")
        assert not axe(page)
        shot(page, f"venue-{name}-{language}-{scheme}")
