"""Every page: nobody is kept out, nothing is untranslated, nothing is heavy; and pictures of all of them."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from jinja2.environment import create_cache
from playwright.sync_api import Browser, BrowserContext, Page

from services.store.transactions import transaction
from services.web.pages import templates
from tests.browser.conftest import SignIn, entering
from tests.browser.figures import figure
from tests.browser.lived_site import WRITTEN, LivedSite, lived
from tests.browser.looks import DESKTOP, PHONE, PICTURES, Look, Visitors, axe, complaints, shot
from tests.browser.pages_of_the_web import NO_PAGES, PAGES, Shown
from tests.databases import AIBO
from tests.integration.api.conftest import World
from tests.integration.api.routes_kit import every_route

KILOBYTE = 1000
HEAVIEST = 150 * KILOBYTE
"""Bytes of a first load, without photos."""
LARGE_PX, LARGE_TARGET_PX = 24, 60
NOT_A_PAGE = (".pdf", ".xlsx", ".svg", ".png", ".ics", ".toml", "/voice", "/photos/{photo}")
_SMALL = """(least) => [...document.querySelectorAll('.button, button, summary, select, input, nav a')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => !['hidden', 'file', 'checkbox', 'radio'].includes(one.type))
  .filter((one) => one.offsetWidth > 1 && one.getBoundingClientRect().height < least - .5)
  .map((one) => one.outerHTML.slice(0, 120))"""
_CHINESE = r"""() => {
  const found = [], han = /[\u3400-\u9fff]/;
  const foreign = (one) => one.closest('html [lang^=zh]');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement, data } = texts.currentNode;
    if (han.test(data) && !foreign(parentElement)) found.push(data.trim());
  }
  for (const one of document.querySelectorAll('*')) {
    for (const name of ['aria-label', 'alt', 'title', 'placeholder', 'content', 'data-read', 'data-stop']) {
      const words = one.getAttribute(name);
      if (words && han.test(words) && !foreign(one)) found.push(words);
    }
  }
  return [...found, ...(han.test(document.title) ? [document.title] : [])];
}"""

_ENGLISH = r"""() => {
  const found = [], latin = /[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}|^[A-Z]?[a-z]{3,}$/;
  const foreign = (one) => one.closest('[lang=en], code, samp, pre, input, script, style');
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement, data } = texts.currentNode;
    if (latin.test(data.trim()) && !foreign(parentElement)) found.push(data.trim());
  }
  return found;
}"""
COLOURS = ("color-contrast", "link-in-text-block")
"""What the dark changes: the rules of axe that look at colours."""
ENGLISH_DESK = Look(1280, "en")

each_page = pytest.mark.parametrize("shown", PAGES, ids=str)


@dataclass
class Seen:
    """What was seen of a page."""

    barriers: dict[str, list[str]] = field(default_factory=dict)
    """What axe found, by how the page looked."""
    complaints: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    """Looks in which it was wider than the screen."""
    font: float = 0
    """Of the body in 长辈版, in pixels."""
    small: list[str] = field(default_factory=list)
    """Targets that are too small in 长辈版."""
    chinese: list[str] = field(default_factory=list)
    """What stands in Chinese on the English page."""
    english: list[str] = field(default_factory=list)
    """What stands in English on the Chinese page."""
    weight: int = 0


@dataclass
class Tour:
    """Comes to pages and looks at them, each once: on a phone, in 长辈版, on a desk in English."""

    home: str
    site: LivedSite
    names: set[str]
    """Of people, and what they wrote."""
    site_names: set[str]
    """Of rooms, parties, kinds of trouble: as the site and its rules have them."""
    visitors: Visitors
    enter: SignIn
    known: dict[str, Seen] = field(default_factory=dict)
    browsers: dict[tuple[object, ...], BrowserContext] = field(default_factory=dict)
    """Those that are signed in, by whom and how they show."""

    def seen(self, shown: Shown) -> Seen:
        if shown.name not in self.known:
            seen = self.known[shown.name] = Seen()
            self._on_a_phone(shown, seen)
            self._by_elders(shown, seen)
            self._in_english(shown, seen)
            if PICTURES:
                self._only_shown(shown)
        return self.known[shown.name]

    def _on_a_phone(self, shown: Shown, seen: Seen) -> None:
        with self._page(shown, PHONE) as page:
            seen.weight = self._come(page, shown, weighed=True)
            seen.complaints = list(complaints(page))
            if shown.in_both != "all":
                seen.english = [one for one in page.evaluate(_ENGLISH) if one not in self.names]
            self._note(seen, page, shown, "phone-zh")
            page.emulate_media(color_scheme="dark")
            self._note(seen, page, shown, "phone-dark", COLOURS)

    def _by_elders(self, shown: Shown, seen: Seen) -> None:
        with self._page(shown, PHONE, elder=True) as page:
            self._come(page, shown)
            page.wait_for_selector("html.elder")
            self._note(seen, page, shown, "phone-elder")
            seen.font = float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))
            seen.small = page.evaluate(_SMALL, LARGE_TARGET_PX)

    def _in_english(self, shown: Shown, seen: Seen) -> None:
        with self._page(shown, ENGLISH_DESK) as page:
            self._come(page, shown)
            self._note(seen, page, shown, "desktop-en")
            if shown.in_both != "all":
                known = self.names | (self.site_names if shown.in_both else set())
                seen.chinese = [one for one in page.evaluate(_CHINESE) if _are_ours(one, known)]

    def _only_shown(self, shown: Shown) -> None:
        for look, name in ((DESKTOP, "desktop-zh"), (Look(390, "en"), "phone-en")):
            with self._page(shown, look) as page:
                self._come(page, shown)
                shot(page, f"{shown}-{name}")

    def _note(self, seen: Seen, page: Page, shown: Shown, look: str, rules: Sequence[str] = ()) -> None:
        seen.barriers[look] = axe(page, *rules)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            seen.wide.append(look)
        if shown.main or look not in {"phone-dark", "phone-elder"}:
            shot(page, f"{shown}-{look}")

    @contextmanager
    def _page(self, shown: Shown, look: Look, *, elder: bool = False) -> Iterator[Page]:
        """A page of whoever looks at it: in a browser of its own where the way there leaves traces."""
        key = (shown.who, shown.name if shown.way else "", look, elder)
        if key not in self.browsers:
            page = self.visitors.page(look)
            if elder:
                page.context.add_cookies([{"name": "lianban-elder", "value": "on", "url": self.home}])
            if shown.who:
                self.enter(page, *shown.who)
            self.browsers[key] = page.context
            page.close()
        page = self.visitors.another(self.browsers[key])
        yield page
        page.close()

    def _come(self, page: Page, shown: Shown, *, weighed: bool = False) -> int:
        """Go there; the bytes of a first load, if they are asked for."""
        if shown.way:
            shown.way(page, self.home, self.site)
            return _weight(page, page.url) if weighed and not shown.answers else 0
        at = self.home + (shown.at or shown.template).format(**self.site.orders)
        if weighed:
            return _weight(page, at)
        page.goto(at)
        return 0


def _are_ours(text: str, known: set[str]) -> bool:
    """Whether words are left when what people wrote, and how they are called, is taken out."""
    for one in sorted(known, key=len, reverse=True):
        text = text.replace(one, "")
    return any("\u3400" <= one <= "\u9fff" for one in text)


def _weight(page: Page, url: str) -> int:
    """Bytes over the line of a first load, without photos."""
    line, asked, came = page.context.new_cdp_session(page), dict[str, str](), dict[str, int]()

    def sent(told: dict[str, Any]) -> None:
        if told["type"] != "EventSource":
            asked[told["requestId"]] = told["request"]["url"]

    def ended(told: dict[str, Any]) -> None:
        came[told["requestId"]] = told.get("encodedDataLength", 0)

    line.on("Network.requestWillBeSent", sent)
    line.on("Network.loadingFinished", ended)
    line.on("Network.loadingFailed", ended)
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.send("Network.setBypassServiceWorker", {"bypass": True})
    page.goto(url)
    for _ in range(20):
        if asked.keys() <= came.keys():
            break
        page.wait_for_timeout(50)
    line.detach()
    return sum(size for one, size in came.items() if "/photos/" not in asked.get(one, ""))


def _names(world: World) -> set[str]:
    """How people and things that have no other name are called; and what people wrote."""
    with transaction(world.worker.engine) as sql:
        rows = sql.execute("SELECT name FROM member").fetchall()
    return {row[0] for row in rows} | set(WRITTEN.values()) | {"王阿姨", "陶队长", "test"}


def _texts(of: object) -> Iterator[str]:
    """All texts in what a TOML file holds."""
    if isinstance(of, str):
        yield of
    elif isinstance(of, dict | list):
        for one in of.values() if isinstance(of, dict) else of:
            yield from _texts(one)


@pytest.fixture(scope="module")
def tour(world: World, home: str, browser: Browser) -> Iterator[Tour]:
    visitors = Visitors(browser)
    # What stands in it afterwards, pages were made of.
    templates.env.cache = create_cache(400)
    files = [tomllib.loads((AIBO / name).read_text("utf-8")) for name in ("site.toml", "playbook.toml")]
    yield Tour(home, lived(world), _names(world), set(_texts(files)), visitors, entering(world, home))
    visitors.leave()


@each_page
def test_nobody_is_kept_out(tour: Tour, shown: Shown) -> None:
    assert {look: found for look, found in tour.seen(shown).barriers.items() if found} == {}


@each_page
def test_it_fits_the_phone_and_the_browser_does_not_complain(tour: Tour, shown: Shown) -> None:
    seen = tour.seen(shown)
    assert (seen.wide, seen.complaints) == ([], [])


@each_page
def test_elders_read_and_hit_it(tour: Tour, shown: Shown) -> None:
    seen = tour.seen(shown)
    assert seen.font >= LARGE_PX
    assert seen.small == []


@each_page
def test_in_english_all_of_it_is_english(tour: Tour, shown: Shown) -> None:
    assert tour.seen(shown).chinese == []


@each_page
def test_in_chinese_all_of_it_is_chinese(tour: Tour, shown: Shown) -> None:
    assert tour.seen(shown).english == []


@each_page
def test_it_is_light(tour: Tour, shown: Shown) -> None:
    seen = tour.seen(shown)
    violations = {look: len(found) for look, found in seen.barriers.items()}
    figure("page", str(shown), bytes=seen.weight, **violations)
    assert seen.weight <= HEAVIEST


def test_every_name_is_one_page() -> None:
    assert len({shown.name for shown in PAGES}) == len(PAGES)


def test_every_page_is_in_the_list(world: World) -> None:
    routes = {one.template for one in every_route(world.app) if one.method == "GET"}
    pages = {one for one in routes if not one.startswith("/api/") and not one.endswith(NOT_A_PAGE)}
    assert pages - NO_PAGES - {shown.template for shown in PAGES} == set()


def test_every_template_was_seen(tour: Tour) -> None:
    for shown in PAGES:
        tour.seen(shown)
    seen = {name for _, name in templates.env.cache or ()}
    assert set(templates.env.list_templates(extensions=["html"])) - seen == set()
