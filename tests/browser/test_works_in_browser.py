"""Works are announced: refused with what to do, told on the board, walked for hazards, begun, ended."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import DESKTOP, PHONE, Visitors, axe, leads_on, shot

LOOKS = (("zh", "light", PHONE), ("en", "dark", PHONE), ("zh", "light", DESKTOP))
WHAT = "拆旧窗，做窗台防水"


def _day(number: int) -> str:
    return (datetime.now(ZoneInfo("Asia/Shanghai")).date() + timedelta(number)).isoformat()


def _fill(page: Page, home: str, *, first: int, room: str = "lego", closes: str = "17:00") -> None:
    page.goto(f"{home}/together/works?lang=zh")
    leads_on(page, "a[href^='/together/works/new']")
    page.fill("#what", WHAT)
    page.check(f"input[name='rooms'][value='{room}']")
    page.fill("#begins", _day(first))
    page.fill("#until", _day(first + 3))
    page.fill("#closes", closes)
    page.fill("#phone", "021-0000 0003")


def _tell(page: Page) -> None:
    leads_on(page, "form.card button.wide")


def test_forbidden_hours_and_too_short_a_notice_are_refused_and_what_was_typed_stays(
    phone: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "lead", "contractor")
    _fill(phone, home, first=20, closes="23:00")
    _tell(phone)
    expect(phone.locator(".said.bad")).to_contain_text("22:00–06:00 不得施工")
    expect(phone.locator("#what")).to_have_value(WHAT)
    expect(phone.locator("input[name='rooms'][value='lego']")).to_be_checked()
    phone.fill("#closes", "17:00")
    phone.fill("#begins", _day(0))
    _tell(phone)
    expect(phone.locator(".said.bad")).to_contain_text("没有提前三个工作日告知")
    shot(phone, "works-late")


def test_works_are_told_walked_for_hazards_begun_and_ended(
    phone: Page, desktop: Page, home: str, sign_in: SignIn
) -> None:
    sign_in(phone, "lead", "contractor")
    _fill(phone, home, first=0, room="picture-books")
    phone.fill("#urgent", "窗台漏进来，等不得")
    _tell(phone)
    expect(phone.locator(".said.good")).to_contain_text("已告知")
    expect(phone.locator("main")).to_contain_text("还没有隐患巡查，不会开工")
    expect(phone.locator("form[action$='/start']")).to_have_count(0)
    here = phone.url.partition("?")[0]

    desktop.goto(f"{home}/public/AIBO5?lang=zh")
    leads_on(desktop, "a:has-text('绘本阅读区')[href^='/public/AIBO5/works/']")
    expect(desktop.locator("main")).to_contain_text("窗台漏进来，等不得")
    expect(desktop.locator("a[href='tel:021-00000003']")).to_be_visible()
    desktop.goto(f"{home}/r/AIBO5/picture-books?lang=zh")
    expect(desktop.locator("main")).to_contain_text("将要施工")

    desktop.context.clear_cookies()
    sign_in(desktop, "lead", "property")
    desktop.goto(f"{here}?lang=zh")
    desktop.select_option("#walked", "none")
    shot(desktop, "works-walk")
    leads_on(desktop, "form[action$='/walk']:has(select) button")
    expect(desktop.locator(".said.good")).to_have_text("隐患巡查已登记")

    phone.goto(f"{here}?lang=zh")
    leads_on(phone, "form[action$='/start'] button")
    expect(phone.locator("main .chip").first).to_have_text("正在施工")
    leads_on(phone, "form[action$='/end'] button")
    expect(phone.locator("main .chip").first).to_have_text("已完工")
    answer = phone.request.get(f"{here}/sheet.pdf")
    assert answer.body().startswith(b"%PDF")


def test_a_change_and_a_cancelling_say_why(phone: Page, home: str, sign_in: SignIn) -> None:
    sign_in(phone, "lead", "contractor")
    _fill(phone, home, first=20)
    _tell(phone)
    phone.locator("summary", has_text="改日期").click()
    phone.fill("#until", _day(30))
    phone.fill("#reason", "材料晚到两天")
    leads_on(phone, "form[action$='/change'] button.wide")
    expect(phone.locator("main")).to_contain_text("材料晚到两天")
    phone.locator("summary", has_text="取消这次施工").click()
    phone.fill("#why", "改用别的办法")
    leads_on(phone, "form[action$='/cancel'] button")
    expect(phone.locator("main .chip").first).to_have_text("已取消")
    expect(phone.locator("main")).to_contain_text("改用别的办法")


def test_a_walk_leads_back_to_the_works_that_wait_for_it(phone: Page, home: str, sign_in: SignIn) -> None:
    sign_in(phone, "lead", "committee")
    _fill(phone, home, first=20, room="open-lounge")
    _tell(phone)
    here = phone.url.partition("?")[0]
    leads_on(phone, "form[action='/walk'] button")
    leads_on(phone, ".rooms a >> nth=0")
    phone.click(".hazards label >> nth=0")
    leads_on(phone, ".save")
    phone.click(".ending summary")
    leads_on(phone, "form[action$=finish] button")
    walk = phone.url.partition("?")[0].rpartition("/")[2]
    leads_on(phone, f"a[href='{here.removeprefix(home)}#walk']")
    phone.select_option("#walked", walk)
    leads_on(phone, "form[action$='/walk']:has(select) button")
    expect(phone.locator(f"a[href='/walk/{walk}']")).to_be_visible()
    expect(phone.locator("main")).to_contain_text("施工前已做隐患巡查")


@pytest.mark.parametrize("look", LOOKS)
def test_its_pages_pass_axe_on_every_look(
    visitors: Visitors, home: str, sign_in: SignIn, look: tuple[str, str, object]
) -> None:
    language, scheme, screen = look
    page = visitors.page(screen)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    sign_in(page, "lead", "committee")
    _fill(page, home, first=25, room="book-bar")
    _tell(page)
    code = page.url.partition("?")[0].rpartition("-")[2]
    for name, at in (
        ("one", page.url),
        ("list", "/together/works"),
        ("new", "/together/works/new"),
        ("public", f"/public/AIBO5/works/{code}"),
        ("room", "/r/AIBO5/book-bar"),
        ("calendar", "/public/AIBO5/spaces/book-bar"),
        ("board", "/public/AIBO5"),
    ):
        page.goto(f"{at if at.startswith('http') else home + at}".partition("?")[0] + f"?lang={language}")
        assert not axe(page)
        shot(page, f"works-{name}-{language}-{scheme}-{'phone' if screen == PHONE else 'desktop'}")
