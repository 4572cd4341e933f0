"""The pages of the entrance, and of one's own sign-ins, as browsers show them."""

import pytest

from models.domain.streams import Role
from services.identity import accounts, setting_up
from services.store.transactions import transaction
from tests.browser.entrance_kit import by_password, set_up_second
from tests.browser.looks import LOOKS, Look, Visitors, fits, leads_on, shot, until
from tests.integration.api.conftest import World
from tests.integration.api.people_kit import PASSWORD, account

looks = pytest.mark.parametrize("look", LOOKS, ids=str)


@looks
def test_the_ways_in_fit_every_screen(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/sign-in")
    shot(page, f"sign-in-{look}")
    assert fits(page)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    shot(page, f"sign-in-open-{look}")
    assert fits(page)


@looks
def test_a_wrong_password_leaves_the_name_where_it_was(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    by_password(page, home, "shen@example.org", "wrong")
    shot(page, f"sign-in-wrong-{look}")
    assert page.evaluate("document.querySelector('#login').value") == "shen@example.org"
    assert page.evaluate("document.querySelector('[role=alert]').checkVisibility()") is True


@looks
def test_a_code_is_asked_for_and_typed(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/sign-in")
    page.click("details:has(form[action='/sign-in/code/ask']) summary")
    page.fill("#code-login", "nobody-here")
    leads_on(page, "form[action='/sign-in/code/ask'] button")
    shot(page, f"code-{look}")
    assert fits(page)
    page.fill("#code", "123456")
    leads_on(page, "form[action='/sign-in/code'] button")
    shot(page, f"code-wrong-{look}")
    assert page.evaluate("location.pathname") == "/sign-in/code"


@looks
def test_a_lead_sets_up_the_second_step_and_sees_where_he_is_signed_in(
    world: World, home: str, visitors: Visitors, look: Look
) -> None:
    login, page = account(world, Role.LEAD), look.page(visitors)
    by_password(page, home, login)
    shot(page, f"enrol-{look}")
    assert fits(page)
    set_up_second(page)
    shot(page, f"recovery-{look}")
    assert fits(page)
    leads_on(page, "main a.button")
    assert page.evaluate("location.pathname") == "/"
    page.goto(f"{home}/me")
    shot(page, f"me-{look}")
    assert fits(page)
    page.fill("#old", PASSWORD)
    page.fill("#new", "password123")
    page.press("#new", "Enter")
    page.wait_for_selector("[role=alert]")
    shot(page, f"me-weak-{look}")
    assert page.evaluate("document.querySelector('[role=alert]').checkVisibility()") is True


@looks
def test_the_second_step_is_asked_for(world: World, home: str, visitors: Visitors, look: Look) -> None:
    login, page = account(world, Role.LEAD), look.page(visitors)
    by_password(page, home, login)
    set_up_second(page)
    page = look.page(visitors)
    by_password(page, home, login)
    shot(page, f"second-{look}")
    assert fits(page)
    page.fill("#code", "000000")
    leads_on(page, "form[action='/sign-in/second'] button")
    shot(page, f"second-wrong-{look}")
    assert page.evaluate("document.querySelector('[role=alert]').checkVisibility()") is True


@looks
def test_two_browsers_are_listed_and_one_ends(
    world: World, home: str, visitors: Visitors, look: Look
) -> None:
    login, page = account(world), look.page(visitors)
    with transaction(world.worker.engine) as sql:
        found = accounts.by_login(sql, login)
    assert found is not None
    world.client(**{"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)"}).post(
        "/sign-in/password",
        data={"login": login, "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    by_password(page, home, login)
    page.goto(f"{home}/me")
    shot(page, f"me-two-{look}")
    assert fits(page)
    leads_on(page, ".sign-ins form button")
    assert page.evaluate("document.querySelectorAll('.sign-ins li').length") == 1


@looks
def test_a_guest_is_told_that_he_has_no_account(
    world: World, home: str, visitors: Visitors, look: Look
) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/sign-in#{world.link('handler', 'property')}")
    until(page, lambda: page.evaluate("location.pathname") == "/")
    page.goto(f"{home}/me")
    shot(page, f"me-guest-{look}")
    assert fits(page)


@looks
def test_a_link_that_was_used_says_so(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/sign-in#used-long-ago")
    until(page, lambda: page.evaluate("!!document.querySelector('[role=alert]')"))
    shot(page, f"sign-in-dead-link-{look}")
    assert fits(page)


@looks
def test_the_first_set_up_keeps_what_was_typed(
    world: World, home: str, visitors: Visitors, look: Look
) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM account")
        secret = setting_up.create(sql, world.site_ids["AIBO5"])
    page = look.page(visitors)
    page.goto(f"{home}/sign-in/set-up#{secret}")
    shot(page, f"set-up-{look}")
    assert fits(page)
    page.fill("#name", "沈慧珍")
    page.fill("#login", "shen")
    page.fill("#password", "password123")
    leads_on(page, "form[action='/sign-in/set-up'] button")
    shot(page, f"set-up-weak-{look}")
    assert page.evaluate("[...document.querySelectorAll('#name, #login')].map((one) => one.value)") == [
        "沈慧珍",
        "shen",
    ]
    page.fill("#password", PASSWORD)
    leads_on(page, "form[action='/sign-in/set-up'] button")
    assert page.evaluate("location.pathname") == "/sign-in/enrol"


@looks
def test_what_is_not_there_says_so(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/sign-in/nowhere")
    shot(page, f"error-{look}")
    assert (
        page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True
    )


@looks
def test_the_privacy_page_fits_every_screen(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/sign-in")
    leads_on(page, "footer a")
    shot(page, f"privacy-{look}")
    assert page.evaluate("location.pathname") == "/privacy"
    assert fits(page)
