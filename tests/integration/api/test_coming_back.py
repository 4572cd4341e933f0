"""Whoever was sent to the entrance comes back to where he was, and nowhere else."""

import pytest

from services.web.coming_back import own_path
from tests.integration.api.conftest import World

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example/", "o/1", "", "/a\nb", "/" + "a" * 400],
)
def test_no_other_host_is_gone_to(wanted: str) -> None:
    assert own_path(wanted) == "/"


def test_after_the_sign_in_one_is_where_one_wanted_to_be(world: World) -> None:
    client = world.client(**HTML)
    client.get("/walk?x=1")
    answer = client.post("/sign-in", data={"secret": world.link("handler", "committee")})
    assert answer.headers["location"] == "/walk?x=1"
    answer = client.post("/sign-in", data={"secret": world.link("handler", "committee")})
    assert answer.headers["location"] == "/"


def test_a_form_that_was_sent_leads_back_to_its_page(world: World) -> None:
    client = world.client(**HTML)
    client.post("/o/AIBO5-1/act/note", headers={"Referer": "http://127.0.0.1:8000/o/AIBO5-1"})
    answer = client.post("/sign-in", data={"secret": world.link("handler", "committee")})
    assert answer.headers["location"] == "/o/AIBO5-1"


def test_a_page_of_another_host_is_not_led_back_to(world: World) -> None:
    client = world.client(**HTML)
    client.post("/o/AIBO5-1/act/note", headers={"Referer": "https://evil.example/o/AIBO5-1"})
    answer = client.post("/sign-in", data={"secret": world.link("handler", "committee")})
    assert answer.headers["location"] == "/"
