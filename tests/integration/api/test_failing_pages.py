"""A page that cannot be shown, or a form that was not taken, says in plain words what to do next."""

import re

import pytest

from services.web.failing import SAID
from tests.integration.api.conftest import HOME, World

HTML = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize(
    ("method", "path", "kind", "status"),
    [
        ("GET", "/t/foo", "unknown", 422),
        ("GET", "/t/AIBO5-1/note", "no-such-method", 405),
        ("GET", "/s/AIBO5-1/nowhere", "unknown", 404),
        ("POST", "/r/AIBO5/dance/-follow", "bad-value", 422),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_speaks_to_people_and_not_to_programs(
    world: World, method: str, path: str, kind: str, status: int, lang: str
) -> None:
    answer = world.client(**HTML).request(method, path, headers={"Accept-Language": lang})
    main = re.sub(r"<[^>]+>", "", answer.text.partition("<main")[2])
    assert (answer.status_code, (SAID[kind][0] in main) is (lang == "zh")) == (status, True)
    assert not re.search(r"[\^{}$]|#/|Retry-After|Bearer", main)


def test_it_leads_back_to_the_page_that_one_came_from(world: World) -> None:
    came = {"Referer": f"{HOME}/r/AIBO5/dance"}
    page = world.client(**HTML).post("/r/AIBO5/dance/-follow", headers=came).text
    assert 'class="button" href="/r/AIBO5/dance"' in page


def test_it_leads_to_no_other_host(world: World) -> None:
    came = {"Referer": "https://evil.example/r/AIBO5/dance"}
    assert "evil" not in world.client(**HTML).post("/r/AIBO5/dance/-follow", headers=came).text


def test_the_other_language_of_a_refused_form_is_the_page_that_it_stood_on(world: World) -> None:
    came = {"Referer": f"{HOME}/r/AIBO5/dance"}
    page = world.client(**HTML).post("/r/AIBO5/dance/-follow", headers=came).text
    assert 'href="/r/AIBO5/dance?lang=en"' in page


def test_one_key_of_a_page_takes_each_of_its_orders_on(world: World) -> None:
    first, second = world.report(), world.report()
    client = world.client(**HTML)
    client.post("/sign-in", data={"secret": world.link("lead", "property")})
    for code in (first, second):
        client.post(f"/o/{code}/of/property/acknowledge", data={"key": "k" * 20, "back": "/inbox"})
    told = [world.of("lead", "property").get(f"/api/v1/orders/{code}").json() for code in (first, second)]
    states = [
        one["state"] for order in told for one in order["assignments"] if one["party"]["code"] == "property"
    ]
    assert states == ["acknowledged", "acknowledged"]
