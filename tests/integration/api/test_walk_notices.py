"""A rectification notice reaches whom it asks: in the inbox, and by the link of the crew on site."""

import pytest

from services import crew_links
from services.store.transactions import transaction
from tests.integration.api.conftest import HOME, Checked, World

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def walk(world: World) -> str:
    """Two findings for the contractor and one for the property alone; the notice's code."""
    committee = world.of("handler", "committee")
    begun = committee.post("/walk", data={"site": "AIBO5", "origin": "construction"})
    at = begun.headers["location"]
    for hazard, space in (("dust", "hall"), ("seepage", "dance"), ("blocked_exit", "corridor")):
        committee.post(f"{at}/findings", data={"hazard": hazard, "space": space})
    assert committee.post(f"{at}/finish", data={}).status_code == 303
    return at.rpartition("/")[2]


def crew(world: World, party: str = "contractor", only: int | None = None) -> tuple[Checked, str]:
    """The browser of somebody who opened a party's link, and where it led."""
    with transaction(world.worker.engine) as sql:
        wanted = crew_links.For(world.site_ids["AIBO5"], party, "王师傅", None, only)
        url = crew_links.create(sql, wanted, HOME)
    client = world.client()
    opened = client.post("/l", data={"code": url.partition("#")[2]}, headers=PAGE)
    return client, opened.headers["location"]


def test_the_contractors_inbox_shows_it_and_one_tap_takes_all_on(world: World, walk: str) -> None:
    contractor = world.of("handler", "contractor")
    assert f"/walk/{walk}/acknowledge" in contractor.get("/inbox").text
    contractor.post(f"/walk/{walk}/acknowledge")
    assert f"/walk/{walk}" not in contractor.get("/inbox").text


def test_the_inbox_of_who_is_not_asked_does_not(world: World, walk: str) -> None:
    assert walk not in world.of("handler", "asset_company").get("/inbox").text


def test_the_crews_list_leads_to_both_papers(world: World, walk: str) -> None:
    client, at = crew(world)
    page = client.get(at, headers=PAGE).text
    papers = [client.get(f"{at}/walks/{walk}/{one}.pdf") for one in ("notice", "reply")]
    assert all(f'href="{at}/walks/{walk}/{one}.pdf"' in page for one in ("notice", "reply"))
    assert [one.content[:5] for one in papers] == [b"%PDF-"] * 2


@pytest.mark.parametrize(("party", "only"), [("asset_company", None), ("contractor", 1)])
def test_nobody_elses_crew_opens_them(world: World, walk: str, party: str, only: int | None) -> None:
    client, at = crew(world, party, only)
    assert client.get(f"{at}/walks/{walk}/notice.pdf", headers=PAGE).status_code == 404


def test_the_papers_are_not_there_for_whoever_did_not_open_the_link(world: World, walk: str) -> None:
    _, at = crew(world)
    assert world.client().get(f"{at}/walks/{walk}/notice.pdf", headers=PAGE).status_code == 401
