"""The entrance as a person goes through it: name and password, and the second step."""

import pyotp
from playwright.sync_api import Page

from tests.browser.looks import leads_on
from tests.integration.api.people_kit import PASSWORD


def by_password(page: Page, home: str, login: str, password: str = PASSWORD) -> None:
    page.goto(f"{home}/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    leads_on(page, "form[action='/sign-in/password'] button")


def set_up_second(page: Page) -> None:
    """Set the second step up; the page then shows the recovery codes."""
    seed = str(page.evaluate("document.querySelector('main code').innerText")).replace(" ", "")
    page.fill("#code", pyotp.TOTP(seed).now())
    leads_on(page, "form[action='/sign-in/enrol'] button")
