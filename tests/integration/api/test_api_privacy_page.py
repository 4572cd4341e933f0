"""The privacy page: open to all, in both languages, and true of this installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


def test_it_is_open_to_all_and_says_as_much_in_both_languages(world: World) -> None:
    client = world.client(Accept="text/html")
    zh, en = (client.get("/privacy", params={"lang": one}).text for one in ("zh", "en"))
    assert ("谁能看到" in zh, "Who sees it" in en) == (True, True)
    assert (zh.count("<h2>"), zh.count("<li>")) == (en.count("<h2>"), en.count("<li>"))


def test_it_says_for_how_many_days_contacts_are_kept_here(world: World) -> None:
    text = world.client(Accept="text/html").get("/privacy", params={"lang": "en"}).text
    assert f"{world.settings.contact_days} days after the end" in text


@pytest.mark.parametrize("path", ["/sign-in", "/privacy"])
def test_every_page_leads_there(world: World, path: str) -> None:
    assert 'href="/privacy"' in world.client(Accept="text/html").get(path).text
