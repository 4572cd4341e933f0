"""The page of a link in a message, as a phone's browser shows it."""

import os
from pathlib import Path

import pytest

from models.domain.streams import StreamKey
from services import links
from services.store.transactions import transaction
from tests.browser.chromium import Chromium, Page
from tests.integration.api.conftest import World

PICTURES = os.environ.get("LIANBAN_TEST_PICTURES")
"""A folder for what the pages look like, if somebody wants to see."""


def _delivery(world: World, code: str, party: str, member: str) -> tuple[int, str]:
    """A message that went out with a link, and the link's path."""
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


def _keep(page: Page, name: str) -> None:
    if PICTURES:
        page.picture(Path(PICTURES) / f"{name}.png")


def test_a_preview_with_scripts_opens_nothing_and_a_persons_first_touch_does(
    world: World, home: str, chromium: Chromium
) -> None:
    delivery, path = _delivery(world, world.report(), "property", "tang-ayong")
    page = chromium.page()
    page.open(home + path)
    page.value("scrollTo(0, 400); document.querySelector('summary').click(); 0")
    page.value("document.body.dispatchEvent(new Event('pointerdown', {bubbles: true})); 0")
    page.value("new Promise((done) => setTimeout(done, 500))")
    assert _steps(world, delivery) == []
    page.tap("h1")
    page.until(lambda: _steps(world, delivery) == ["opened"])
    assert page.complaints() == []


def test_one_tap_takes_the_order_on(world: World, home: str, chromium: Chromium) -> None:
    delivery, path = _delivery(world, world.report(), "property", "tang-ayong")
    page = chromium.page()
    page.open(home + path)
    _keep(page, "phone-new")
    page.tap("form[action$=acknowledge] button", leads_on=True)
    assert "已接单，记录在案" in page.text()
    assert _steps(world, delivery) == ["opened", "acted"]
    _keep(page, "phone-acknowledged")


def test_a_photo_is_taken_along_when_it_is_done(
    world: World, home: str, chromium: Chromium, picture: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "after.jpg"
    file.write_bytes(picture)
    _, path = _delivery(world, world.report(), "asset_company", "bao-jing")
    page = chromium.page()
    page.open(home + path)
    page.tap("details:has(form[action$=done]) summary")
    _keep(page, "phone-done")
    page.choose_file("#photo", file)
    page.tap("form[action$=done] button", leads_on=True)
    assert "已报完成，等待核查" in page.text()
    assert "现在没有需要在这里办理的事" in page.text()
    _keep(page, "phone-reported")


def test_without_a_nominee_the_browser_sends_nothing(world: World, home: str, chromium: Chromium) -> None:
    code = world.report()
    _, path = _delivery(world, code, "property", "tang-ayong")
    page = chromium.page()
    page.open(home + path)
    page.tap("details:has(form[action$=return]) summary")
    _keep(page, "phone-return")
    page.tap("form[action$=return] button")
    assert page.value("document.querySelector('form[action$=return]').checkValidity()") is False
    assert page.value("location.pathname") == path


def test_it_works_without_scripts(world: World, home: str, chromium: Chromium) -> None:
    delivery, path = _delivery(world, world.report(), "property", "tang-ayong")
    page = chromium.page(scripts=False)
    page.open(home + path)
    page.tap("form[action$=acknowledge] button", leads_on=True)
    assert "已接单，记录在案" in page.text()
    assert _steps(world, delivery) == ["opened", "acted"]


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_cut_off_and_targets_are_large_enough(
    world: World, home: str, chromium: Chromium, width: int
) -> None:
    _, path = _delivery(world, world.report(severity="danger"), "asset_company", "bao-jing")
    page = chromium.page(width)
    page.open(home + path)
    page.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.value("document.documentElement.scrollWidth <= innerWidth") is True
    heights = page.value(
        "[...document.querySelectorAll('main button, main summary, main select, main [type=file], .more a')]"
        ".map((one) => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44
    _keep(page, f"open-{width}")


def test_a_dead_link_says_what_to_do(world: World, home: str, chromium: Chromium) -> None:
    page = chromium.page()
    page.open(f"{home}/l/nothing")
    assert "请打开最近一条通知里的链接" in page.text()
    _keep(page, "phone-dead")
    page.open(f"{home}/l/nothing?lang=en")
    assert "Open the link of your latest notice" in page.text()
