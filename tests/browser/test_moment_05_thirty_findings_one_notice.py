"""Moment 5: thirty findings walked into one PDF; the reply filled by the contractor's photos."""

from io import BytesIO
from pathlib import Path
from time import monotonic

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from services.replay.pictures import drawn
from tests.browser.conftest import SignIn
from tests.browser.figures import figure, hands
from tests.browser.looks import axe, shot

SCENES = ("mould-corner", "ceiling-drip", "burst-pipe", "exit-sandbags", "ceiling-panel-off")
ROOMS = ("table-tennis", "dance", "hall", "corridor", "canteen")
HAZARDS = ("mould", "seepage", "dust", "tripping", "finish", "seepage")
WORDS = {0: "窗台下方", 3: "靠东墙，手摸潮湿"}
SECONDS_EACH = 40
"""Thirty in twenty minutes."""


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures as large as a phone takes them."""
    folder = tmp_path_factory.mktemp("shots")
    found = []
    for name in SCENES:
        path = folder / f"{name}.jpg"
        Image.open(BytesIO(drawn(name))).resize((4000, 3000)).save(path, "JPEG", quality=92)
        found.append(path)
    return found


def walked(page: Page, shots: list[Path]) -> float:
    """Thirty findings in five rooms; the seconds that each took, without walking and looking."""
    page.get_by_role("button", name="施工巡查").click()
    began = monotonic()
    for number in range(30):
        if number % 6 == 0:
            page.locator(f".rooms a[href$='room={ROOMS[number // 6]}']").click()
        page.locator(f".hazards label:has(input[value='{HAZARDS[number % 6]}'])").click()
        with page.expect_file_chooser() as chooser:
            page.locator("label[for=photo]").click()
        chooser.value.set_files(shots[number % len(shots)])
        if number % 6 in WORDS:
            page.locator("#words").click()
            page.locator("#words").fill(WORDS[number % 6])
        page.get_by_role("button", name="记下").click()
        expect(page.locator(".said.good")).to_contain_text("已记下")
        expect(page.locator(".findings .finding")).to_have_count(number % 6 + 1)
    return (monotonic() - began) / 30


def mend(page: Page, home: str, code: str, shot: Path) -> None:
    """The contractor's photo and 'done', on the order's page."""
    page.goto(f"{home}/o/{code}")
    form = page.locator("form[action$='/of/contractor/done']")
    form.evaluate("(one) => { for (let at = one; at; at = at.parentElement) at.open = true; }")
    form.locator("input[type=file]").set_input_files(shot)
    form.get_by_role("button").last.click()
    page.wait_for_url("**did=done")


def test_thirty_findings_become_one_paper_and_photos_fill_the_reply(
    phone: Page, desktop: Page, home: str, sign_in: SignIn, shots: list[Path]
) -> None:
    sign_in(phone, "handler", "committee")
    phone.goto(f"{home}/walk")
    with hands(phone, "5 thirty findings, noted") as done:
        each = walked(phone, shots)
    assert done.taps <= 30 * 3 + len(ROOMS) * (1 + len(WORDS)) + 1
    assert each < SECONDS_EACH / 4
    shot(phone, "walk-noting")
    phone.reload()
    expect(phone.locator(".ending small")).to_have_text("共记 30 项")
    assert axe(phone) == []

    phone.locator(".ending summary").click()
    shot(phone, "walk-finish")
    phone.get_by_role("button", name="发出整改通知单").click()
    expect(phone.locator(".progress")).to_contain_text("共 30 项")
    at = phone.url.partition("?")[0]
    began = monotonic()
    paper = phone.request.get(f"{at}/notice.pdf")
    figure("paper", "整改通知单", seconds=round(monotonic() - began, 2), bytes=len(paper.body()))
    assert paper.body().startswith(b"%PDF-")

    sign_in(desktop, "handler", "contractor")
    desktop.goto(at)
    desktop.get_by_role("button", name="全部接单").click()
    code = desktop.locator(".answers a.plain").first.get_attribute("href") or ""
    mend(desktop, home, code.rpartition("/")[2], shots[0])
    desktop.goto(at)
    expect(desktop.locator(".progress")).to_contain_text("已整改 1")
    expect(desktop.locator(".answers li").first.locator("img")).to_have_count(2)
    assert axe(desktop) == []
    shot(desktop, "walk-progress")
    before = len(desktop.request.get(f"{at}/reply.pdf").body())
    code = desktop.locator(".answers a.plain").nth(1).get_attribute("href") or ""
    mend(desktop, home, code.rpartition("/")[2], shots[1])
    assert len(desktop.request.get(f"{at}/reply.pdf").body()) > before
