"""The pages of walks on every screen: without barriers, in both languages, large and dark."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.crew_kit import open_list
from tests.browser.looks import PHONE, Visitors, axe, shot
from tests.integration.api.conftest import World

LOOKS = (("zh", "light", False), ("en", "dark", False), ("zh", "light", True))


@pytest.fixture
def walk(phone: Page, home: str, sign_in: SignIn) -> str:
    """A walk of the committee's with a danger and an ordinary finding; its address."""
    sign_in(phone, "handler", "committee")
    phone.goto(f"{home}/walk?lang=zh")
    phone.locator("button[value=construction]").click()
    at = phone.url
    for hazard in ("exposed_wire", "mould"):
        phone.goto(f"{at}?room=hall")
        phone.locator(f".hazards label:has(input[value='{hazard}'])").click()
        phone.locator("#words").fill("靠近配电箱")
        phone.locator(".save").click()
        expect(phone.locator(".said.good")).to_be_visible()
    return at


def seen(page: Page, at: str, look: tuple[str, str, bool]) -> str:
    """The page in a look; its name."""
    language, scheme, elder = look
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{at}{'&' if '?' in at else '?'}lang={language}")
    if elder != page.evaluate("document.documentElement.classList.contains('elder')"):
        page.locator("button[name=elder]").click()
        page.goto(at)
    return f"{language}-{scheme}{'-elder' if elder else ''}"


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_of_a_walk_keeps_anybody_out(
    phone: Page, home: str, walk: str, look: tuple[str, str, bool]
) -> None:
    barriers = []
    for name, at in (("list", f"{home}/walk"), ("rooms", walk), ("room", f"{walk}?room=hall")):
        shot(phone, f"walk-{name}-{seen(phone, at, look)}")
        barriers += axe(phone)
    phone.request.post(f"{walk}/finish", headers={"Origin": home, "Sec-Fetch-Site": "same-origin"})
    shot(phone, f"walk-notice-{seen(phone, walk, look)}")
    barriers += axe(phone)
    seen(phone, walk, LOOKS[0])
    assert barriers == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_notice_reaches_inbox_and_crew(
    world: World,
    phone: Page,
    home: str,
    walk: str,
    visitors: Visitors,
    sign_in: SignIn,
    look: tuple[str, str, bool],
) -> None:
    phone.request.post(f"{walk}/finish", headers={"Origin": home, "Sec-Fetch-Site": "same-origin"})
    code = walk.rpartition("/")[2]
    office = visitors.page(PHONE)
    sign_in(office, "handler", "contractor")
    shot(office, f"walk-inbox-{seen(office, f'{home}/inbox', look)}")
    assert axe(office) == []
    expect(office.locator("#notices")).to_contain_text(code)
    crew = visitors.page(PHONE)
    at = open_list(world, home, crew)
    shot(crew, f"walk-crew-{seen(crew, at, look)}")
    assert axe(crew) == []
    href = crew.locator(f".notice a[href*='{code}/notice.pdf']").get_attribute("href")
    paper = crew.request.get(f"{home}{href}")
    assert paper.body().startswith(b"%PDF-")


def test_a_room_is_noted_without_scripts(phone: Page, walk: str) -> None:
    plain = phone.context.browser
    assert plain is not None
    page = plain.new_context(
        java_script_enabled=False, storage_state=phone.context.storage_state()
    ).new_page()
    page.goto(f"{walk}?room=corridor")
    page.locator(".hazards label").first.click()
    page.locator(".save").click()
    expect(page.locator(".findings .finding")).to_have_count(1)
    page.context.close()
