"""Pages in a real browser: the API's world, served by a real server, looked at by Chromium."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from typing import Protocol

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from models.domain.streams import Role
from services.callers import Holder
from services.identity import sign_in_links
from services.store.transactions import transaction
from tests.browser.looks import DESKTOP, PHONE, Visitors
from tests.integration.api.conftest import World, engines, picture, portal, world

__all__ = ["engines", "picture", "portal", "world"]


@pytest.fixture(scope="module")
def home(world: World) -> Iterator[str]:
    """The address of a server over the world."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(world.app, lifespan="off", log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def visitors(browser: Browser) -> Iterator[Visitors]:
    """Opens pages, each in a browser that knows nothing yet."""
    visitors = Visitors(browser)
    yield visitors
    visitors.leave()


@pytest.fixture
def phone(visitors: Visitors) -> Page:
    """A page on a phone: 390 x 844, touched."""
    return visitors.page(PHONE)


@pytest.fixture
def desktop(visitors: Visitors) -> Page:
    """A page on a desk: 1280 x 900."""
    return visitors.page(DESKTOP)


class SignIn(Protocol):
    """Sign a page's browser in at AIBO5."""

    def __call__(self, page: Page, role: str, party: str | None = None, member: str | None = None) -> None:
        """As whom."""


def entering(world: World, home: str) -> SignIn:
    """By a link that was made for it, without its page."""

    def enter(page: Page, role: str, party: str | None = None, member: str | None = None) -> None:
        holder = Holder(world.site_ids["AIBO5"], Role(role), party, member)
        with transaction(world.worker.engine) as sql:
            link = sign_in_links.create(sql, holder, lasts=timedelta(hours=1))
        answer = page.context.request.post(
            f"{home}/sign-in",
            form={"secret": link},
            headers={"Origin": home, "Sec-Fetch-Site": "same-origin"},
            max_redirects=0,
        )
        assert answer.status == HTTPStatus.SEE_OTHER, answer.text()

    return enter


@pytest.fixture
def sign_in(world: World, home: str) -> SignIn:
    """Signs a page's browser in."""
    return entering(world, home)
