"""Posters: a sheet a room, whose code leads to the room's page; none where it would lead nowhere."""

from io import BytesIO

import pytest
import segno
from PIL import Image

from services.settings import Settings
from services.views import posters
from services.views.posters import NoPosters, UnknownRoom
from tests.integration.api.conftest import World

PUBLIC = "https://lianban.example.org"


@pytest.fixture
def public(world: World) -> Settings:
    return world.settings.model_copy(update={"public_url": PUBLIC})


def modules(picture: bytes) -> list[list[int]]:
    """The code's modules as they are printed, without the quiet zone."""
    image = Image.open(BytesIO(picture)).convert("1")
    count = image.width // posters.PIXELS
    middle = posters.PIXELS // 2
    at = [one * posters.PIXELS + middle for one in range(4, count - 4)]
    return [[0 if image.getpixel((x, y)) else 1 for x in at] for y in at]


def test_the_printed_code_is_the_rooms_address(world: World, public: Settings) -> None:
    sheets = posters.sheets_of(world.worker, public, world.site_ids["AIBO5"], ["dance"]).rooms
    assert [one.address for one in sheets] == [f"{PUBLIC}/r/AIBO5/dance"]
    expected = segno.make(f"{PUBLIC}/r/AIBO5/dance", error="h", micro=False)
    assert modules(posters.code_picture(sheets[0].address)) == [list(row) for row in expected.matrix]


def test_each_room_has_its_sheet(world: World, public: Settings) -> None:
    site = posters.sheets_of(world.worker, public, world.site_ids["AIBO5"])
    assert site.name == "爱博五村党群服务站"
    assert len(site.rooms) == len({one.address for one in site.rooms}) >= 11


def test_the_sheets_are_a_pdf(world: World, public: Settings) -> None:
    pdf = posters.posters(world.worker, public, world.site_ids["AIBO5"], ["dance", "lego"])
    assert pdf.startswith(b"%PDF-")


def test_nothing_is_printed_that_leads_to_the_scanners_own_machine(world: World) -> None:
    with pytest.raises(NoPosters):
        posters.posters(world.worker, world.settings, world.site_ids["AIBO5"])


def test_the_page_says_so_plainly(world: World) -> None:
    answer = world.client(world.token("lead", "committee"), Accept="text/html").get("/posters")
    assert answer.status_code == 409
    assert "LIANBAN_PUBLIC_URL" in answer.text


def test_a_room_that_is_not_there_has_no_sheet(world: World, public: Settings) -> None:
    with pytest.raises(UnknownRoom):
        posters.posters(world.worker, public, world.site_ids["AIBO5"], ["attic"])


def test_in_one_tap_for_a_room_and_for_all(
    world: World, public: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.app.state, "settings", public)
    client = world.client(world.token("handler", "committee"), Accept="text/html")
    page = client.get("/posters").text
    assert all(f"/posters/AIBO5.pdf{one}" in page for one in ('"', "?room=table-tennis"))
    answers = [client.get(f"/posters/AIBO5.pdf{one}") for one in ("", "?room=table-tennis")]
    assert [one.headers["content-type"] for one in answers] == ["application/pdf"] * 2
