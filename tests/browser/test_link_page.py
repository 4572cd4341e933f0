"""The page of a link in a message, as a phone's browser shows it."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from models.domain.streams import StreamKey
from services import links
from services.store.transactions import transaction
from tests.browser.looks import LOOKS, Look, Visitors, complaints, fits, leads_on, shot, until
from tests.integration.api.conftest import World

PROPERTY, LEAD = ("property", "tang-ayong"), ("asset_company", "bao-jing")
OPEN = "form[action='/l'] button"


def _delivery(world: World, code: str, who: tuple[str, str] = PROPERTY) -> tuple[int, str]:
    """A message that went out with a link, and the link as it stands after the host."""
    party, member = who
    site, stream = world.site_ids["AIBO5"], int(code.rpartition("-")[2])
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "INSERT INTO delivery (site_id, notice_id, notice_ids, stream_id, party, member, kind, language,"
            " state, created_at) SELECT site_id, id, ARRAY[id], stream_id, %s, %s, 'recorder', 'zh',"
            " 'accepted', now() FROM notice WHERE (site_id, stream_id) = (%s, %s) LIMIT 1 RETURNING id",
            (party, member, site, stream),
        ).fetchone()
        assert row is not None
        wanted = links.Wanted(row[0], StreamKey(site, stream), party, member)
        (url,) = links.mint(sql, "", [wanted], None).values()
    return row[0], url


def _steps(world: World, delivery: int) -> list[str]:
    with transaction(world.worker.engine) as sql:
        rows = sql.execute(
            "SELECT step FROM delivery_step WHERE delivery_id = %s AND step IN ('opened', 'acted')"
            " ORDER BY id",
            (delivery,),
        )
        return [row[0] for row in rows]


def _opened(page: Page, link: str) -> None:
    """As a person does it: tap the link of the message, then the button."""
    page.goto(link)
    leads_on(page, OPEN)


def _uses(world: World, code: str) -> int:
    key = StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))
    with transaction(world.worker.engine) as sql:
        return sum(one.uses for one in links.listed(sql, key))


def _change(world: World, code: str, change: str) -> None:
    with transaction(world.worker.engine) as sql:
        sql.execute(f"UPDATE act_link SET {change} WHERE stream_id = %s", (int(code.rpartition("-")[2]),))


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_preview_with_scripts_uses_nothing_and_is_shown_nothing(
    world: World, home: str, visitors: Visitors
) -> None:
    code = world.report()
    delivery, link = _delivery(world, code)
    page = visitors.page()
    page.goto(home + link)
    page.evaluate(
        "scrollTo(0, 400); document.body.dispatchEvent(new Event('pointerdown', {bubbles: true})); 0"
    )
    page.evaluate("new Promise((done) => setTimeout(done, 500))")
    shot(page, "phone-landing")
    assert (_steps(world, delivery), _uses(world, code), code in page.inner_text("body")) == ([], 0, False)
    assert complaints(page) == []


def test_a_preview_without_scripts_uses_nothing_and_is_shown_nothing(
    world: World, home: str, visitors: Visitors
) -> None:
    code = world.report()
    delivery, link = _delivery(world, code)
    page = visitors.page(scripts=False)
    page.goto(home + link)
    assert (_steps(world, delivery), _uses(world, code), code in page.inner_text("body")) == ([], 0, False)


def test_the_secret_leaves_the_address_at_once_and_the_browser_with_one_form_alone(
    world: World, home: str, visitors: Visitors
) -> None:
    code = world.report()
    delivery, link = _delivery(world, code)
    secret = link.partition("#")[2]
    page = visitors.page()
    page.goto(home + link)
    assert page.evaluate("location.href") == f"{home}/l"
    asked = list[Request]()
    page.on("request", lambda one: asked.append(one))  # noqa: PLW0108 # Playwright marks what it is given
    leads_on(page, OPEN)
    assert code in page.inner_text("body")
    assert (_steps(world, delivery), _uses(world, code)) == (["opened"], 1)
    holding = [one for one in asked if secret in f"{one.url} {one.post_data} {one.headers}"]
    assert [(one.method, one.url) for one in holding] == [("POST", f"{home}/l")]
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    assert not any(secret in one["url"] for one in history["entries"])


def test_a_second_link_in_the_same_window_replaces_the_first(
    world: World, home: str, visitors: Visitors
) -> None:
    first, second = world.report(), world.report()
    page = visitors.page()
    page.goto(home + _delivery(world, first)[1])
    page.evaluate(f"location.href = {json.dumps(_delivery(world, second)[1])}; 0")
    until(page, lambda: page.evaluate("location.hash") == "")
    leads_on(page, OPEN)
    assert second in page.inner_text("body")


def test_the_other_language_takes_the_link_along(world: World, home: str, visitors: Visitors) -> None:
    code = world.report()
    page = visitors.page()
    page.goto(home + _delivery(world, code)[1])
    leads_on(page, "nav a[hreflang]")
    assert "One tap shows the order" in page.inner_text("body")
    shot(page, "phone-landing-en")
    leads_on(page, OPEN)
    assert "Got it, we are on it" in page.inner_text("body")


def test_reload_shows_it_again_and_is_no_use(world: World, home: str, visitors: Visitors) -> None:
    code = world.report()
    page = visitors.page()
    _opened(page, home + _delivery(world, code)[1])
    page.reload()
    assert code in page.inner_text("body")
    assert _uses(world, code) == 1


def test_back_leads_to_a_page_without_secrets_and_forward_to_the_order(
    world: World, home: str, visitors: Visitors
) -> None:
    code = world.report()
    page = visitors.page()
    _opened(page, home + _delivery(world, code)[1])
    page.go_back()
    assert (page.evaluate("location.href"), code in page.inner_text("body")) == (f"{home}/l", False)
    assert "打开工单" in page.inner_text("body")
    page.go_forward()
    assert code in page.inner_text("body")
    assert _uses(world, code) == 1


@pytest.mark.parametrize("change", ["revoked_at = now()", "expires_at = now()", f"uses = {links.MOST_USES}"])
def test_a_link_that_ended_says_what_to_do(world: World, home: str, visitors: Visitors, change: str) -> None:
    code = world.report()
    _, link = _delivery(world, code)
    _change(world, code, change)
    page = visitors.page()
    _opened(page, home + link)
    assert "请打开最近一条通知里的链接" in page.inner_text("body")
    assert code not in page.inner_text("body")
    shot(page, "phone-dead")


def test_without_scripts_the_link_is_pasted(world: World, home: str, visitors: Visitors) -> None:
    delivery, link = _delivery(world, world.report())
    page = visitors.page(scripts=False)
    page.goto(home + link)
    assert "把整个链接复制到下面" in page.inner_text("body")
    shot(page, "phone-landing-typed")
    page.fill("#code", home + link)
    leads_on(page, OPEN)
    leads_on(page, "form[action$=acknowledge] button")
    assert "已接单，记录在案" in page.inner_text("body")
    assert _steps(world, delivery) == ["opened", "acted"]


# ── acting ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_tap_takes_the_order_on(world: World, home: str, visitors: Visitors) -> None:
    delivery, link = _delivery(world, world.report())
    page = visitors.page()
    _opened(page, home + link)
    shot(page, "phone-new")
    leads_on(page, "form[action$=acknowledge] button")
    assert "已接单，记录在案" in page.inner_text("body")
    assert _steps(world, delivery) == ["opened", "acted"]
    shot(page, "phone-acknowledged")


def test_a_photo_is_taken_along_when_it_is_done(
    world: World, home: str, visitors: Visitors, picture: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "after.jpg"
    file.write_bytes(picture)
    page = visitors.page()
    _opened(page, home + _delivery(world, world.report(), LEAD)[1])
    page.click("details:has(form[action$=done]) summary")
    shot(page, "phone-done")
    page.set_input_files("#photo", file)
    leads_on(page, "form[action$=done] button")
    assert "已报完成，等待核查" in page.inner_text("body")
    assert "现在没有需要在这里办理的事" in page.inner_text("body")
    shot(page, "phone-reported")


def test_without_a_nominee_the_browser_sends_nothing(world: World, home: str, visitors: Visitors) -> None:
    page = visitors.page()
    _opened(page, home + _delivery(world, world.report())[1])
    at = page.evaluate("location.pathname")
    page.click("details:has(form[action$=return]) summary")
    shot(page, "phone-return")
    page.click("form[action$=return] button")
    assert page.evaluate("document.querySelector('form[action$=return]').checkValidity()") is False
    assert page.evaluate("location.pathname") == at


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_link_and_what_it_opens_fit_every_screen(
    world: World, home: str, visitors: Visitors, look: Look
) -> None:
    page = look.page(visitors)
    page.goto(home + _delivery(world, world.report(severity="danger"), LEAD)[1])
    shot(page, f"landing-{look}")
    assert fits(page)
    leads_on(page, OPEN)
    shot(page, f"link-{look}")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    shot(page, f"link-open-{look}")
    assert fits(page)
    page.evaluate("document.querySelector('#reason').value = '漏点在新做的屋面'; 0")
    page.evaluate("document.querySelector('form[action$=return]').noValidate = true; 0")
    leads_on(page, "form[action$=return] button")
    shot(page, f"link-refused-{look}")
    assert page.evaluate("document.querySelector('#reason').value") == "漏点在新做的屋面"


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_pages_of_links_that_open_nothing_fit_every_screen(home: str, visitors: Visitors, look: Look) -> None:
    page = look.page(visitors)
    page.goto(f"{home}/l")
    shot(page, f"landing-typed-{look}")
    assert fits(page)
    page.fill("#code", "nothing")
    leads_on(page, OPEN)
    shot(page, f"link-dead-{look}")
    page.goto(f"{home}/l/0123456789abcdef")
    shot(page, f"link-closed-{look}")
    assert (
        page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth") is True
    )
