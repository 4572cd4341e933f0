"""What a resident can do on the tracking page, and what a form keeps whatever happens to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.browser.looks import axe, leads_on, shot
from tests.integration.api.conftest import World

LARGE_TARGET = 60
FORM = "/r/AIBO5/dance/loose_fixture"
SPOKEN = """
window.spoken = [];
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, 'speechSynthesis', {value: {
  speaking: false, pending: false,
  speak(one) { this.speaking = true; window.spoken.push(one.text); },
  cancel() { this.speaking = false; },
}});
"""


@pytest.fixture
def photo(tmp_path: Path, picture: bytes) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(picture)
    return path


@pytest.fixture
def no_photo(tmp_path: Path) -> Path:
    path = tmp_path / "b.jpg"
    path.write_bytes(b"no picture")
    return path


@pytest.fixture
def sent(phone: Page, home: str, world: World) -> Callable[[str], str]:
    """Reports something on the phone, which then shows the tracking page; its number."""

    def send(where: str) -> str:
        phone.goto(f"{home}/r/AIBO5/dance/{where}")
        leads_on(phone, ".send button")
        world.route()
        return phone.url.rpartition("/")[2].partition("?")[0]

    return send


@pytest.fixture
def answered(phone: Page, home: str, world: World, sent: Callable[[str], str]) -> str:
    """A question that the committee answered: its reporter is asked whether that helped."""
    code = sent("question")
    for step in ("acknowledge", "done"):
        world.act(code, f"assignments/committee/{step}", "committee")
    phone.goto(f"{home}/t/{code}")
    return code


def of(world: World, code: str) -> dict[str, object]:
    told: dict[str, object] = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()
    return told


def test_the_callback_is_three_large_buttons(phone: Page, answered: str) -> None:
    shot(phone, f"resident-callback-{answered}")
    heights = phone.evaluate(
        "[...document.querySelectorAll('.answers button')].map((one) => one.offsetHeight)"
    )
    assert (len(heights), min(heights) >= LARGE_TARGET, axe(phone)) == (3, True, [])


def test_one_tap_answers_it_and_it_can_be_had_done_again(phone: Page, answered: str, world: World) -> None:
    leads_on(phone, "button[value=satisfied]")
    assert "您说过：解决了，满意" in phone.locator("main").inner_text()
    phone.locator("summary", has_text="又坏了").tap()
    phone.locator("#reopen").fill("又不亮了")
    leads_on(phone, "form[action$='/reopen'] button")
    assert (phone.locator(".said.good").inner_text(), of(world, answered)["status"]) == (
        "重新开始办了",
        "reopened",
    )


def test_the_callback_is_answered_by_keyboard_alone(phone: Page, answered: str, world: World) -> None:
    for _ in range(20):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement.value === 'unresolved'"):
            break
    with phone.expect_navigation():
        phone.keyboard.press("Enter")
    assert (phone.locator(".said.good").count(), of(world, answered)["status"]) == (1, "open")


def test_a_photo_is_added_and_the_report_taken_back(
    phone: Page, sent: Callable[[str], str], world: World, photo: Path
) -> None:
    code = sent("loose_fixture")
    phone.locator("summary", has_text="添一张照片").tap()
    phone.locator("#photo").set_input_files(photo)
    leads_on(phone, "form[action$='/photo'] button")
    assert phone.locator(".shown img").count() == 1
    phone.locator("summary", has_text="撤回").tap()
    phone.locator("#cancel").fill("看错了")
    leads_on(phone, "form[action$='/cancel'] button")
    assert (phone.locator(".said.good").inner_text(), of(world, code)["status"]) == (
        "这件撤回了",
        "cancelled",
    )


def test_a_stale_page_says_so_and_its_other_language_can_be_had(
    phone: Page, home: str, sent: Callable[[str], str], world: World
) -> None:
    code = sent("loose_fixture")
    phone.goto(f"{home}/t/{code}")
    phone.locator("summary", has_text="撤回").tap()
    phone.locator("#cancel").fill("其实是好的")
    world.act(code, "cancel", "committee", {"reason": "重复"}, role="lead")
    leads_on(phone, "form[action$='/cancel'] button")
    shot(phone, "resident-stale")
    assert ("您刚才写的：其实是好的" in phone.locator("[role=alert]").inner_text(), axe(phone)) == (True, [])
    leads_on(phone, ".top a[hreflang=en]")
    assert (phone.url, phone.locator("h1").count()) == (f"{home}/t/{code}?lang=en", 1)


def test_a_page_that_was_open_too_long_asks_for_the_code_and_keeps_what_was_typed(
    phone: Page, home: str, sent: Callable[[str], str]
) -> None:
    code = sent("loose_fixture")
    secret = phone.locator(".secret").inner_text()
    phone.goto(f"{home}/t/{code}")
    phone.locator("summary", has_text="补充一句").tap()
    phone.locator("#note").fill("靠窗那一扇")
    phone.context.clear_cookies()
    leads_on(phone, "form[action$='/note'] button")
    phone.locator("#code").fill(secret)
    leads_on(phone, "#entry button")
    assert (phone.locator("#note").input_value(), phone.locator("#note").is_visible()) == ("靠窗那一扇", True)


def test_a_file_that_is_no_photo_is_told_at_once_and_not_sent(
    phone: Page, home: str, photo: Path, no_photo: Path
) -> None:
    phone.goto(home + FORM)
    phone.locator("#album").set_input_files([no_photo, photo])
    phone.wait_for_selector("#shown canvas")
    shot(phone, "resident-no-photo")
    assert phone.locator("#progress").inner_text() == "这个文件不是照片，请换一张"
    assert phone.evaluate("document.getElementById('album').files.length") == 1


def test_a_sign_in_that_ran_out_costs_neither_words_nor_photos(
    phone: Page, home: str, sign_in: SignIn, photo: Path
) -> None:
    sign_in(phone, "volunteer", member="fang-yiming")
    phone.goto(f"{home}/report/AIBO5/dance/leak")
    phone.locator("#words").fill("顶上滴水")
    phone.locator("#album").set_input_files(photo)
    phone.wait_for_selector("#shown canvas")
    phone.context.clear_cookies()
    phone.locator(".send button").tap()
    phone.wait_for_selector("[role=alert] a")
    shot(phone, "resident-signed-out")
    assert axe(phone) == []
    sign_in(phone, "volunteer", member="fang-yiming")
    leads_on(phone, ".send button")
    assert (phone.locator("p.words").inner_text(), phone.locator(".shown img").count()) == ("顶上滴水", 1)


def test_a_reload_keeps_the_words_until_they_are_sent(phone: Page, home: str) -> None:
    phone.goto(home + FORM)
    phone.locator("#words").fill("滑轮响")
    phone.reload()
    assert phone.locator("#words").input_value() == "滑轮响"
    leads_on(phone, ".send button")
    phone.goto(home + FORM)
    assert phone.locator("#words").input_value() == ""


def test_the_page_is_read_aloud_piece_by_piece_and_falls_silent(phone: Page, home: str) -> None:
    phone.add_init_script(SPOKEN)
    phone.goto(home + FORM)
    button = phone.locator(".aloud button")
    button.tap()
    spoken = phone.evaluate("window.spoken")
    assert (spoken[0], "发送" in spoken, button.inner_text()) == ("← 舞蹈房", True, "不读了")
    button.tap()
    assert (phone.evaluate("speechSynthesis.speaking"), button.inner_text()) == (False, "读给我听")


def test_a_screen_reader_is_told_what_each_thing_is(phone: Page, home: str) -> None:
    phone.goto(home + FORM)
    told = phone.locator("main").aria_snapshot()
    wanted = [
        'heading "舞蹈房 · 移动门、构件松动" [level=1]',
        'button "拍照片"',
        'textbox "说几句（可以不写）"',
        'textbox "您的电话（可以不留）"',
        'checkbox "现在有危险：漏电、起火、大量漏水、有人受伤"',
        'button "发送"',
    ]
    assert [one for one in wanted if one not in told] == []


def test_the_slip_is_printed_on_one_sheet_without_what_cannot_be_pressed(
    phone: Page, home: str, sent: Callable[[str], str]
) -> None:
    code = sent("loose_fixture")
    phone.goto(f"{home}/t/{code}/slip")
    paper = phone.pdf(format="A5")
    phone.emulate_media(media="print")
    assert paper.count(b"/Type /Page\n") == 1
    assert [phone.locator(one).first.is_visible() for one in (".secret", ".qr svg", "[data-print]")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("path", ["/t/foo", "/r/AIBO5/dance/leak/x"])
def test_a_page_that_is_not_there_leads_on(phone: Page, home: str, path: str) -> None:
    phone.goto(home + path)
    shot(phone, f"resident-error{path.replace('/', '-')}")
    assert (phone.locator("main .button").get_attribute("href"), axe(phone)) == ("/t", [])
