"""Every page of the web, in one list: for axe, both languages, weights, and pictures.

Who makes a page adds it here; `test_every_page.py` says which ones are missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from playwright.sync_api import Page

from models.domain.streams import Role
from tests.browser.entrance_kit import by_password, set_up_second
from tests.browser.lived_site import LivedSite
from tests.browser.looks import leads_on
from tests.integration.api.drawings_kit import pair, publish, say
from tests.integration.api.meetings_kit import MEETINGS, link_to, meeting_on
from tests.integration.api.people_kit import account

Way = Callable[[Page, str, LivedSite], None]


@dataclass(frozen=True)
class Shown:
    """A page: where it is, who looks at it, and how one comes there where no address leads to it."""

    name: str
    template: str
    """Its route, as the application has it."""
    at: str = ""
    """Its address, if it differs; ``{leak}`` is the code of that order."""
    who: tuple[str, str | None] | None = None
    """Role and party of whoever is signed in; nobody for pages that are open."""
    way: Way | None = None
    main: bool = False
    """Whether pictures of it are also taken in 长辈版 and in the dark."""

    answers: bool = False
    """Whether it is not there a second time, as the answer to a form; then it is not weighed."""
    in_both: Literal["", "names", "all"] = ""
    """What it shows in both languages at once: how rooms and parties are called, or whatever it says."""

    def __str__(self) -> str:
        return self.name


def _by_message(page: Page, home: str, site: LivedSite) -> None:
    page.goto(home + site.link)
    _open(page)


def _by_signing_link(page: Page, home: str, site: LivedSite) -> None:
    """Of a lead whose party has still to sign minutes."""
    world, order = site.world, site.orders["door"]
    known = world.of("lead", "committee").get(MEETINGS).json()["items"]
    items = [{"party": "property", "does": "lead", "what": "2026"}]
    code = next((one["code"] for one in known if one["order"] == order), "")
    page.goto(f"{home}/l#{link_to(world, code or meeting_on(world, order, items), 'property')}")
    _open(page)


def _by_crew_link(page: Page, home: str, site: LivedSite) -> None:
    page.goto(home + site.crew)
    _open(page)
    page.wait_for_selector("#crew")


def _open(page: Page) -> None:
    leads_on(page, "form[action='/l'] button")


def _by_tracking_code(page: Page, home: str, site: LivedSite) -> None:
    page.goto(f"{home}/t")
    page.fill("#order", site.orders["door"])
    page.fill("#code", site.tracking)
    page.locator("main form button").last.click()
    page.wait_for_url("**/t/AIBO5-*")


def _to_slip(page: Page, home: str, site: LivedSite) -> None:
    _by_tracking_code(page, home, site)
    page.goto(f"{home}/t/{site.orders['door']}/slip")


def _change_rules(page: Page, home: str, _site: LivedSite) -> None:
    """One route opened."""
    page.goto(f"{home}/together/rules")
    leads_on(page, "form[action$='/draft'] button")
    page.click("#draft details:nth-of-type(3) summary")
    leads_on(page, "button[value='routes.0']")


def _try_rules(page: Page, home: str, site: LivedSite) -> None:
    _change_rules(page, home, site)
    page.fill("input[name='routes.0.fix.n']", "9")
    leads_on(page, "#draft button[value='check']")


def _propose_rules(page: Page, home: str, site: LivedSite) -> None:
    _try_rules(page, home, site)
    page.fill("#reason", "2026")
    leads_on(page, "form[action='/together/rules'] button")


def _begin_walk(page: Page, home: str, _site: LivedSite) -> None:
    page.goto(f"{home}/walk")
    leads_on(page, "main form button >> nth=0")


def _meet(page: Page, home: str, site: LivedSite) -> None:
    """The meeting on the mould, called by whoever comes first."""
    page.goto(f"{home}/meetings/new?order={site.orders['mould']}")
    if page.locator("form.card").count():
        page.locator("input[value='unclear_owner']").check()
        leads_on(page, "form.card button")
    else:
        leads_on(page, "main a[href^='/meetings/AIBO5']")


def _accept_a_room(page: Page, home: str, _site: LivedSite) -> None:
    """A first acceptance under way: one passed, one failed."""
    page.goto(f"{home}/acceptances/new")
    page.fill("#meets_at", (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT10:00"))
    page.check("input[name='room'][value='lego']")
    leads_on(page, "form.card button")
    leads_on(page, "form[action$='/round'] button")


def _complete_a_room(page: Page, home: str, _site: LivedSite) -> None:
    page.goto(f"{home}/completions/new")
    page.fill("#certificate", "2025-118")
    page.fill("#day", (datetime.now(UTC).date() - timedelta(days=30)).isoformat())
    page.check("input[name='room'][value='hall']")
    leads_on(page, "form.card button")


def _publish_an_answer(page: Page, home: str, site: LivedSite) -> None:
    """Of a question that the committee answered."""
    code = site.world.report(category="question", space="hall", description="10:00?")
    site.world.act(code, "assignments/committee/acknowledge", "committee")
    site.world.act(code, "assignments/committee/done", "committee", {"note": "9:00"})
    page.goto(f"{home}/together/questions/new?order={code}")
    leads_on(page, "form.card button")


def _to_the_public_answer(page: Page, home: str, site: LivedSite) -> None:
    _publish_an_answer(page, home, site)
    code = page.url.rpartition("/")[2].partition("?")[0]
    page.goto(f"{home}/public/AIBO5/answers/{code}")


def _to_publish(page: Page, home: str, site: LivedSite) -> None:
    code = site.world.report(category="question", space="hall", description="17:00?")
    site.world.act(code, "assignments/committee/acknowledge", "committee")
    site.world.act(code, "assignments/committee/done", "committee", {"note": "17:30"})
    page.goto(f"{home}/together/questions")
    leads_on(page, f"a[href$='order={code}']")


def _take_a_topic_up(page: Page, home: str, _site: LivedSite) -> None:
    """One with opinions."""
    page.goto(f"{home}/topics/new")
    page.fill("#title", "2026")
    page.fill("#words", "2026")
    leads_on(page, "form.card button")
    page.check("#say input[value='for']")
    page.fill("#say #words", "2026")
    leads_on(page, "#say button")


def _to_the_public_topic(page: Page, home: str, site: LivedSite) -> None:
    _take_a_topic_up(page, home, site)
    leads_on(page, "a[href^='/public/AIBO5/topics/']")


def _closed_room(page: Page, home: str, _site: LivedSite) -> None:
    """The dance room, closed by whoever comes first."""
    page.goto(f"{home}/together/venues")
    if not page.locator(".venues .rows a").count():
        page.goto(f"{home}/together/venues/new?site=AIBO5&space=dance")
        page.fill("#until", (datetime.now(UTC).date() + timedelta(20)).isoformat())
        page.select_option("#substitute", "canteen")
        leads_on(page, "form.card button")
        return
    leads_on(page, ".venues .rows a >> nth=0")


def _board_of_closed(page: Page, home: str, site: LivedSite) -> None:
    sign = site.world
    day = datetime.now(UTC).date()
    body = {"site": "AIBO5", "space": "dance", "begins": day.isoformat(), "substitute": "canteen"}
    sign.of("lead", "committee").post(
        "/api/v1/venues", json=body | {"until": (day + timedelta(20)).isoformat()}
    )
    page.goto(f"{home}/public/AIBO5/spaces/dance")


def _announced(page: Page, home: str, site: LivedSite) -> str:
    """Works in the Lego corner, announced by whoever comes first; the number of them."""
    committee = site.world.of("lead", "committee")
    known = committee.get("/api/v1/works").json()["items"]
    if not known:
        day = datetime.now(UTC).date() + timedelta(30)
        body = {"site": "AIBO5", "rooms": ["lego"], "what": "2026", "phone": "021-0000 0003"}
        hours = {"opens": "08:00:00", "closes": "17:00:00"}
        days = {"begins": day.isoformat(), "until": day.isoformat()}
        known = [committee.post("/api/v1/works", json=body | hours | days).json()]
    code = str(known[0]["code"])
    page.goto(f"{home}/together/works/{code}")
    return code.rpartition("-")[2]


def _to_announced(page: Page, home: str, site: LivedSite) -> None:
    _announced(page, home, site)


def _works_for_everybody(page: Page, home: str, site: LivedSite) -> None:
    number = _announced(page, home, site)
    page.goto(f"{home}/public/AIBO5/works/{number}")


def _drawing(page: Page, home: str, site: LivedSite) -> str:
    """A plan with a comment; its page on the board."""
    code = publish(site.world, title="2026").json()["code"]
    say(site.world, code, words="2026", point={"x": 5000, "y": 5000})
    page.goto(f"{home}/public/AIBO5/drawings/{code}")
    return str(code)


def _public_drawing(page: Page, home: str, site: LivedSite) -> None:
    _drawing(page, home, site)


def _own_drawing(page: Page, home: str, site: LivedSite) -> None:
    page.goto(f"{home}/drawings/{_drawing(page, home, site)}")


def _drawings(page: Page, home: str, site: LivedSite) -> None:
    _drawing(page, home, site)
    pair(site.world, (30, 2))
    page.goto(f"{home}/public/AIBO5/drawings")


def _own_drawings(page: Page, home: str, site: LivedSite) -> None:
    _drawings(page, home, site)
    page.goto(f"{home}/drawings")


def _into_a_room(page: Page, home: str, site: LivedSite) -> None:
    _begin_walk(page, home, site)
    leads_on(page, ".rooms a >> nth=0")


def _finish_walk(page: Page, home: str, site: LivedSite) -> None:
    _into_a_room(page, home, site)
    page.click(".hazards label >> nth=0")
    leads_on(page, ".save")
    page.click(".ending summary")
    leads_on(page, "form[action$=finish] button")


def _by_dead_link(page: Page, home: str, _site: LivedSite) -> None:
    page.goto(f"{home}/l")
    page.fill("#code", "nothing")
    _open(page)


def _posters(page: Page, home: str, site: LivedSite) -> None:
    """Where phones can reach the site."""
    state = site.world.app.state
    known = state.settings
    state.settings = known.model_copy(update={"public_url": "http://lianban.example"})
    page.goto(f"{home}/posters")
    state.settings = known


def _refused(page: Page, home: str, site: LivedSite) -> None:
    """A form that the browser would not have let go."""
    page.goto(f"{home}/o/{site.orders['burst']}")
    form = page.locator("form[action$='/property/return']")
    with page.expect_navigation():
        form.evaluate("(one) => { one.noValidate = true; one.requestSubmit(); }")


def _with_password(page: Page, home: str, site: LivedSite) -> None:
    by_password(page, home, account(site.world, Role.LEAD))


def _with_recovery_codes(page: Page, home: str, site: LivedSite) -> None:
    _with_password(page, home, site)
    set_up_second(page)


def _again_with_password(page: Page, home: str, site: LivedSite) -> None:
    login = account(site.world, Role.LEAD)
    by_password(page, home, login)
    set_up_second(page)
    page.context.clear_cookies(name="lianban")
    by_password(page, home, login)


COMMITTEE, PROPERTY, STREET = ("lead", "committee"), ("lead", "property"), ("lead", "street")
ADMIN = ("administrator", None)

PAGES = (
    Shown("sign-in", "/sign-in"),
    Shown("sign-in-code", "/sign-in/code"),
    Shown("sign-in-set-up", "/sign-in/set-up"),
    Shown("second-step-set-up", "/sign-in/enrol", way=_with_password, answers=True),
    Shown("second-step-codes", "/sign-in/enrol", way=_with_recovery_codes, answers=True),
    Shown("second-step", "/sign-in/second", way=_again_with_password, answers=True),
    Shown("error", "", "/sign-in/nowhere"),
    Shown("privacy", "/privacy"),
    Shown("orders", "/", who=COMMITTEE, main=True),
    Shown("orders-none", "/", "/?show=closed", who=COMMITTEE),
    Shown("order-to-decide", "/o/{code}", "/o/{leak}", who=COMMITTEE),
    Shown("order-to-verify", "/o/{code}", "/o/{mould}", who=("handler", "client"), main=True),
    Shown("order-danger", "/o/{code}", "/o/{burst}", who=PROPERTY),
    Shown("order-refused", "/o/{code}", who=PROPERTY, way=_refused, answers=True),
    Shown("me", "/me", who=COMMITTEE),
    Shown("docs", "/docs", who=COMMITTEE, in_both="all"),
    Shown("link", "/l"),
    Shown("link-dead", "/l", way=_by_dead_link, answers=True),
    Shown("link-order", "/l/{page}", way=_by_message, main=True),
    Shown("link-signing", "/l/{page}", way=_by_signing_link, main=True),
    Shown("crew", "/c/{page}", way=_by_crew_link, main=True),
    Shown("crew-links", "/crew", who=COMMITTEE),
    Shown("inbox", "/inbox", who=PROPERTY, main=True),
    Shown("duty", "/duty", who=PROPERTY),
    Shown("channels", "/channels", who=PROPERTY),
    Shown("today", "/today", who=COMMITTEE, main=True),
    Shown("today-none", "/today", who=("handler", "designer")),
    Shown("board", "/board", who=COMMITTEE, main=True),
    Shown("figures", "/figures", who=COMMITTEE, main=True),
    Shown("wall", "/wall", who=COMMITTEE),
    Shown("callbacks", "/callbacks", who=COMMITTEE),
    Shown("street", "/street", who=STREET, main=True),
    Shown("street-order", "/o/{code}", "/o/{sand}", who=STREET),
    Shown("together", "/together", who=COMMITTEE),
    Shown("rules", "/together/rules", who=COMMITTEE),
    Shown("rules-draft", "/together/rules/draft", who=COMMITTEE, way=_change_rules, answers=True),
    Shown("rules-tried", "/together/rules/draft", who=COMMITTEE, way=_try_rules, answers=True, main=True),
    Shown("rules-change", "/together/rules/{code}", who=COMMITTEE, way=_propose_rules),
    Shown("acceptances", "/acceptances", who=COMMITTEE),
    Shown("acceptance-new", "/acceptances/new", who=COMMITTEE),
    Shown("acceptance", "/acceptances/{code}", who=COMMITTEE, way=_accept_a_room, main=True),
    Shown("completions", "/completions", who=COMMITTEE),
    Shown("completion-new", "/completions/new", who=("lead", "client")),
    Shown("completion", "/completions/{code}", who=("lead", "client"), way=_complete_a_room, main=True),
    Shown("questions", "/together/questions", who=COMMITTEE),
    Shown("question-new", "/together/questions/new", who=COMMITTEE, way=_to_publish),
    Shown("question", "/together/questions/{code}", who=COMMITTEE, way=_publish_an_answer, main=True),
    Shown("topics", "/topics", who=COMMITTEE),
    Shown("topic-new", "/topics/new", who=COMMITTEE),
    Shown("topic", "/topics/{code}", who=COMMITTEE, way=_take_a_topic_up, main=True),
    Shown("walks", "/walk", who=COMMITTEE),
    Shown("walking", "/walk/{code}", who=COMMITTEE, way=_begin_walk),
    Shown("walk-room", "/walk/{code}", who=COMMITTEE, way=_into_a_room, main=True),
    Shown("walk-finished", "/walk/{code}", who=COMMITTEE, way=_finish_walk),
    Shown("meetings", "/meetings", who=COMMITTEE),
    Shown("meeting-new", "/meetings/new", "/meetings/new?order={leak}", who=COMMITTEE),
    Shown("meeting", "/meetings/{code}", who=COMMITTEE, way=_meet, main=True),
    Shown("payer", "/payer/{code}", "/payer/{leak}", who=COMMITTEE),
    Shown("works-list", "/together/works", who=COMMITTEE),
    Shown("works-new", "/together/works/new", who=COMMITTEE),
    Shown("works", "/together/works/{code}", who=COMMITTEE, way=_to_announced, main=True),
    Shown(
        "works-public", "/public/{site}/works/{number}", who=COMMITTEE, way=_works_for_everybody, main=True
    ),
    Shown("venues", "/together/venues", who=COMMITTEE),
    Shown("venue-new", "/together/venues/new", "/together/venues/new?site=AIBO5&space=dance", who=COMMITTEE),
    Shown("venue", "/together/venues/{code}", who=COMMITTEE, way=_closed_room, main=True),
    Shown(
        "venue-room",
        "/together/venues/{site}/{space}",
        "/together/venues/AIBO5/table-tennis",
        who=COMMITTEE,
        in_both="names",
    ),
    Shown("venue-public", "/public/{site}/spaces/{space}", way=_board_of_closed, main=True),
    Shown("public", "/public/{site}", "/public/AIBO5", main=True),
    Shown("public-none", "/public/{site}", "/public/NOWHERE"),
    Shown("public-order", "/s/{code}", "/s/{leak}"),
    Shown("public-answers", "/public/{site}/answers", "/public/AIBO5/answers"),
    Shown(
        "public-answer",
        "/public/{site}/answers/{code}",
        who=COMMITTEE,
        way=_to_the_public_answer,
        main=True,
    ),
    Shown("public-topics", "/public/{site}/topics", "/public/AIBO5/topics"),
    Shown("public-topic-new", "/public/{site}/topics/new", "/public/AIBO5/topics/new"),
    Shown("public-topic", "/public/{site}/topics/{code}", who=COMMITTEE, way=_to_the_public_topic, main=True),
    Shown("public-drawings", "/public/{site}/drawings", way=_drawings, main=True),
    Shown("public-drawing", "/public/{site}/drawings/{code}", way=_public_drawing, main=True),
    Shown("progress", "/public/{site}/progress", "/public/AIBO5/progress", main=True),
    Shown("progress-week", "/public/{site}/progress/{week}", "/public/AIBO5/progress/2020-W01"),
    Shown("drawings", "/drawings", who=COMMITTEE, way=_own_drawings),
    Shown("drawing", "/drawings/{code}", who=COMMITTEE, way=_own_drawing, main=True),
    Shown("drawing-new", "/drawings/new", who=COMMITTEE),
    Shown("pair-new", "/drawings/pairs/new", who=COMMITTEE),
    Shown("posters", "/posters", who=COMMITTEE, way=_posters, answers=True),
    Shown("posters-none", "/posters", who=COMMITTEE),
    Shown("report-sites", "/report", who=COMMITTEE),
    Shown("report-rooms", "/report/{site}", "/report/AIBO5", who=COMMITTEE),
    Shown("report-room", "/report/{site}/{space}", "/report/AIBO5/canteen", who=COMMITTEE),
    Shown("report-form", "/report/{site}/{space}/{category}", "/report/AIBO5/canteen/leak", who=COMMITTEE),
    Shown("resident-rooms", "/r/{site}", "/r/AIBO5"),
    Shown("resident-room", "/r/{site}/{space}", "/r/AIBO5/canteen", main=True),
    Shown("resident-no-room", "/r/{site}/{space}", "/r/AIBO5/nowhere"),
    Shown("resident-form", "/r/{site}/{space}/{category}", "/r/AIBO5/canteen/leak", main=True),
    Shown("resident-code", "/t"),
    Shown("resident-tracking", "/t/{code}", way=_by_tracking_code, main=True),
    Shown("resident-slip", "/t/{code}/slip", way=_to_slip),
    Shown("admin", "/admin", who=ADMIN),
    Shown("admin-begin", "/admin/{site}", "/admin/AIBO5", who=ADMIN),
    *(
        Shown(f"admin-{one}", "/admin/{site}/{section}", f"/admin/AIBO5/{one}", who=ADMIN, in_both="names")
        for one in ("site", "rooms", "plan", "parties", "tokens", "guide", "record")
    ),
)

NO_PAGES = frozenset(
    {
        *("/metrics", "/static/htmx.js", "/favicon.ico", "/crew-sw.js", "/live", "/openapi.json"),
        *("/.well-known/security.txt", "/health/live", "/health/ready", "/health/engine"),
        *("/public/{site}/spaces/{space}.ics",),
        *("/sign-in/outside/return", "/t/{code}/mine"),
    }
)
"""Addresses that answer with something else, or lead on."""
