"""A sign-in that ran out in the middle of a form costs nothing that was typed."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn
from tests.integration.api.conftest import World

WORDS = "已联系业主，明早开门"


@pytest.fixture
def out_in_the_middle(world: World, home: str, phone: Page, sign_in: SignIn) -> str:
    """The order whose comment was sent by somebody whose sign-in had ended: he stands before the entrance."""
    code = world.report()
    sign_in(phone, "handler", "property")
    phone.goto(f"{home}/o/{code}")
    form = phone.locator("form[action$='/act/note']").first
    form.evaluate("(one) => { for (let at = one; at; at = at.parentElement) at.open = true; }")
    form.locator("textarea").fill(WORDS)
    phone.context.clear_cookies()
    form.locator("button").last.click()
    phone.wait_for_url("**/sign-in")
    return code


def test_the_person_comes_back_to_the_page_and_to_the_words(
    out_in_the_middle: str, world: World, phone: Page, home: str
) -> None:
    phone.goto(f"{home}/sign-in#{world.link('handler', 'property')}")
    phone.wait_for_url(f"**/o/{out_in_the_middle}")
    field = phone.locator("form[action$='/act/note'] textarea").first
    assert (field.input_value(), field.is_visible()) == (WORDS, True)


@dataclass(frozen=True)
class Typed:
    """What somebody types into a form."""

    path: str
    role: str
    party: str | None
    form: str
    field: str
    words: str

    def __str__(self) -> str:
        return self.path


ELSEWHERE = [
    Typed("/admin/AIBO5/rooms", "administrator", None, "form:has([value='room.add'])", "name", "小会议室"),
    Typed("/duty", "lead", "property", "form[action='/duty/turns']", "begins", "21:15"),
]
_SAME = "(words) => [...document.querySelectorAll('input')].filter((one) => one.value === words).length"


@pytest.mark.parametrize("typed", ELSEWHERE, ids=str)
def test_what_was_typed_elsewhere_stays_in_its_form_alone(
    phone: Page, home: str, sign_in: SignIn, typed: Typed
) -> None:
    sign_in(phone, typed.role, typed.party)
    phone.goto(home + typed.path)
    form = phone.locator(typed.form).first
    form.evaluate("(one) => { for (let at = one; at; at = at.parentElement) at.open = true; }")
    form.locator(f"[name={typed.field}]").fill(typed.words)
    phone.context.clear_cookies()
    form.evaluate("(one) => one.submit()")
    phone.wait_for_url("**/sign-in")
    sign_in(phone, typed.role, typed.party)
    phone.goto(home + typed.path)
    field = phone.locator(typed.form).first.locator(f"[name={typed.field}]")
    assert (field.input_value(), phone.evaluate(_SAME, typed.words)) == (typed.words, 1)


def test_what_was_recorded_is_not_brought_back(
    out_in_the_middle: str, world: World, phone: Page, home: str
) -> None:
    phone.goto(f"{home}/sign-in#{world.link('handler', 'property')}")
    phone.wait_for_url(f"**/o/{out_in_the_middle}")
    phone.locator("form[action$='/act/note'] button").last.click()
    phone.wait_for_selector(".said.good")
    phone.goto(f"{home}/o/{out_in_the_middle}")
    assert phone.locator("form[action$='/act/note'] textarea").first.input_value() == ""
