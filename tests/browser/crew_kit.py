"""A crew's phone: its link, its line, and what the ledger has of it."""

import json
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from models.domain.streams import StreamKey
from services import crew_links
from services.store.transactions import transaction
from tests.browser.looks import until
from tests.integration.api.conftest import World

CREW = "contractor"


def open_list(world: World, home: str, page: Page, party: str = CREW) -> str:
    """As a foreman does it: the link of the chat, one tap; where the list is."""
    with transaction(world.worker.engine) as sql:
        wanted = crew_links.For(world.site_ids["AIBO5"], party, "王师傅")
        link = crew_links.create(sql, wanted, home)
    page.goto(link)
    page.locator("form[action='/l'] button").click()
    expect(page.locator("#crew")).to_be_visible()
    # The list is kept for when the line is gone as soon as the worker is there.
    until(page, lambda: bool(page.evaluate("navigator.serviceWorker.controller !== null")))
    until(
        page, lambda: bool(page.evaluate(f"caches.match('{urlsplit(page.url).path}').then((one) => !!one)"))
    )
    return page.url


def job(page: Page, code: str) -> Locator:
    return page.locator(f"#job-{code}")


def mould(world: World) -> str:
    """An order that the contractor leads, and whose end needs a photo."""
    return world.report(category="mould", origin="construction", description="北墙角发霉，有巴掌大一片")


def events(world: World, code: str) -> list[str]:
    """The types of its events, the oldest first."""
    key = StreamKey(world.site_ids["AIBO5"], int(code.rpartition("-")[2]))
    with transaction(world.worker.engine) as sql:
        rows = sql.execute(
            "SELECT payload FROM event WHERE (site_id, stream_id) = (%s, %s) ORDER BY seq",
            (key.site_id, key.stream_id),
        ).fetchall()
    return [str(json.loads(bytes(row[0]))["type"]) for row in rows]


def queued(page: Page, count: int) -> None:
    expect(page.locator("#queue-count")).to_have_text(f"待发送 {count}")


def sent(page: Page) -> None:
    expect(page.locator("#queue-count")).to_have_text("已送达")


@pytest.fixture
def shot_of_work(tmp_path: Path) -> Path:
    target, path = BytesIO(), tmp_path / "after.jpg"
    Image.effect_noise((3000, 2000), 90).convert("RGB").save(target, "JPEG")
    path.write_bytes(target.getvalue())
    return path


def losing_receipts(route: Route) -> None:
    """The request arrives and is carried out, its answer does not come back."""
    route.fetch()
    route.abort("connectionreset")
