"""What every page must be on every screen, and pictures of it for whoever wants to see."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

PICTURES = os.environ.get("LIANBAN_TEST_PICTURES")
"""A folder for what the pages look like, if somebody wants to see."""
PATIENCE_MS = 15_000
AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_TARGETS = "button, summary, select, input, textarea, nav a, main p > a"
_SMALL = f"""(least) => [...document.querySelectorAll('{_TARGETS}')]
  .filter((one) => one.checkVisibility() && !['hidden', 'file', 'checkbox', 'radio'].includes(one.type))
  .filter((one) => one.getBoundingClientRect().height < least).map((one) => one.outerHTML)"""
_COMPLAINTS: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Look:
    """A screen, and how its owner has set it."""

    width: int
    lang: str = "zh"
    scheme: str = "light"

    def page(self, visitors: "Visitors") -> Page:
        return visitors.page(self)

    def __str__(self) -> str:
        return f"{self.width}-{self.lang}-{self.scheme}"


PHONE, DESKTOP = Look(390), Look(1280)
LOOKS = [PHONE, Look(320, "en", "dark"), Look(1280, "en"), Look(1280, "zh", "dark")]


class Visitors:
    """Opens pages and closes them all."""

    def __init__(self, browser: Browser) -> None:
        self._browser, self._contexts = browser, list[BrowserContext]()

    def page(self, look: Look = PHONE, *, scripts: bool = True) -> Page:
        """A page in a browser that knows nothing yet; no wait in it is longer than 15 s."""
        small = look.width < 600
        settings: dict[str, Any] = {"is_mobile": small, "has_touch": small, "java_script_enabled": scripts}
        context = self._browser.new_context(
            viewport={"width": look.width, "height": 844 if small else 900},
            device_scale_factor=2 if small else 1,
            locale="zh-CN" if look.lang == "zh" else "en-GB",
            color_scheme="dark" if look.scheme == "dark" else "light",
            timezone_id="Asia/Shanghai",
            **settings,
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        return self.another(context)

    def another(self, context: BrowserContext) -> Page:
        """Another page in a browser that was opened before."""
        page = context.new_page()
        _listen(page)
        return page

    def leave(self) -> None:
        for context in self._contexts:
            context.close()


def _listen(page: Page) -> None:
    told = _COMPLAINTS.setdefault(page, [])

    def said(message: ConsoleMessage) -> None:
        # That the page itself was answered with an error's status is none.
        own = "responded with a status" in message.text and message.location["url"] == page.url
        if message.type == "error" and not own:
            told.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: told.append(str(error)))


def complaints(page: Page) -> list[str]:
    """Errors of the page: exceptions, refused styles and scripts."""
    return _COMPLAINTS[page]


def leads_on(page: Page, selector: str) -> None:
    """Tap what leads to another page, and wait until that is there."""
    with page.expect_navigation():
        page.click(selector)


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something outside is so."""
    for _ in range(PATIENCE_MS // 50):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never came to be")


def axe(page: Page, *rules: str) -> list[str]:
    """What axe finds: each rule that is broken, and where; of these rules alone, if there are any."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE + "; 0")
    wanted = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = page.evaluate("(wanted) => axe.run(document, wanted)", wanted)
    return [f"{one['id']}: {at['html']}" for one in found["violations"] for at in one["nodes"]]


def fits(page: Page, least: int = 44) -> bool:
    """Nothing is cut off, each target is large enough for a thumb, and the browser complains of nothing."""
    assert complaints(page) == []
    assert (
        page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True
    )
    assert page.evaluate(_SMALL, least) == []
    # Of what stands above every page nothing breaks within a word.
    assert page.evaluate("document.querySelector('.top').getBoundingClientRect().height") <= 64
    return True


def shot(page: Page, name: str) -> None:
    """A picture of the page, if pictures are wanted."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)
