"""The figures over the API: narrowed, linked to their orders, and the weekly report wanted."""

import re
from typing import Any

import pytest

from services.figures.keeping import keep
from services.store.transactions import transaction
from tests.integration.api.conftest import World

FIGURES = "/api/v1/figures/AIBO5"
SUBSCRIPTION = f"{FIGURES}/subscription"
NUMBER = re.compile(r'<a (?:class="figure" )?href="/[?]([^"]*figure=[^"]*)">(?:<b>)?([^<]+)<')
LINE = 'class="card order'


@pytest.fixture(scope="module")
def lived(world: World) -> World:
    """A leak that was acknowledged, dust that was not, and one that was cancelled."""
    leak = world.report()
    assert world.act(leak, "assignments/asset_company/acknowledge", "asset_company").status_code == 200
    world.report(category="dust", space="yard")
    gone = world.report(category="dust", space="dance")
    assert world.act(gone, "cancel", "committee", {"reason": "重复了"}).status_code == 200
    keep(world.worker)
    return world


def look(world: World, query: str = "", **who: Any) -> Any:
    answer = world.of("handler", "committee", **who).get(f"{FIGURES}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_they_count_what_was_reported_and_leave_out_what_was_cancelled(lived: World) -> None:
    found = look(lived)
    assert found["reported"]["many"] == 2
    assert {one["code"]: one["many"] for one in found["left_out"]}["cancelled"] == 1


def test_each_names_the_orders_that_it_counts(lived: World) -> None:
    response = next(one for one in look(lived)["figures"] if one["code"] == "response")
    listed = lived.of("handler", "committee").get(f"/api/v1/orders?{response['now']['orders']}").json()
    assert response["now"]["denominator"] == len(listed["items"]) == 1


def test_they_are_narrowed(lived: World) -> None:
    assert look(lived, "category=dust&span=week")["reported"]["many"] == 1
    assert look(lived, "space=nowhere")["reported"]["many"] == 0


def test_names_come_in_the_callers_language(lived: World) -> None:
    client = lived.of("handler", "committee")
    names = [one["name"] for one in client.get(FIGURES, headers={"Accept-Language": "en"}).json()["figures"]]
    assert names[1] == "On-time rate"


@pytest.mark.parametrize("query", ["span=day", "day=1812-01-01", "day=heute", "colour=red"])
def test_what_makes_no_sense_is_refused_by_name(lived: World, query: str) -> None:
    answer = lived.of("handler", "committee").get(f"{FIGURES}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, query.partition("=")[0])


@pytest.mark.parametrize(("role", "party"), [("volunteer", None), ("resident", None), ("moderator", None)])
def test_they_are_not_for_everybody(lived: World, role: str, party: str | None) -> None:
    assert lived.of(role, party).get(FIGURES).status_code == 404


def test_a_member_subscribes_and_thinks_better_of_it(lived: World) -> None:
    client = lived.of("lead", "committee", member="shen-huizhen")
    assert client.get(SUBSCRIPTION).json()["wanted"] is False
    for wanted in (True, True, False):
        assert client.post(SUBSCRIPTION, json={"wanted": wanted}).json()["wanted"] is wanted


def test_who_is_no_member_does_not_subscribe(lived: World) -> None:
    answer = lived.of("handler", "committee").post(SUBSCRIPTION, json={"wanted": True})
    assert answer.status_code == 403


def _page(world: World, path: str) -> str:
    answer = world.of("handler", "committee").get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_each_number_on_the_page_opens_as_many_orders(lived: World) -> None:
    told = [(query, number) for query, number in NUMBER.findall(_page(lived, "/figures")) if number.isdigit()]
    assert len(told) >= 3
    wrong = [
        (query, number)
        for query, number in told
        if _page(lived, f"/?{query.replace('&amp;', '&')}").count(LINE) != int(number)
    ]
    assert wrong == []


@pytest.mark.parametrize("query", ["span=nonsense", "day=heute", "day=9999-12-31", "party=nobody"])
def test_a_page_with_a_strange_address_is_still_a_page(lived: World, query: str) -> None:
    assert "<h1>" in _page(lived, f"/figures?{query}")


@pytest.mark.parametrize(("name", "begins"), [("report.pdf", b"%PDF-"), ("report.xlsx", b"PK\x03\x04")])
def test_the_report_is_taken_along(lived: World, name: str, begins: bytes) -> None:
    answer = lived.of("handler", "committee").get(f"/figures/AIBO5/{name}?span=week")
    assert answer.content.startswith(begins)
    assert re.search(r"AIBO5-\d{4}-\d\d-\d\d", answer.headers["content-disposition"])


def _form(world: World) -> str:
    answer = world.client().get("/r/AIBO5/dance/dust?lang=zh", headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_a_resident_is_told_how_long_it_takes_once_ten_cases_say_so(lived: World) -> None:
    add = (
        "INSERT INTO figure_case (site_id, stream_id, number, what, word, party, category, space, at, micros)"
        " SELECT %s, 1000000 + n, 0, 'done_in', '', 'contractor', 'dust', 'yard', now(),"
        " 3600000000::bigint * n FROM generate_series(%s::int, %s::int) AS n"
    )
    with transaction(lived.worker.engine) as sql:
        sql.execute(add, (lived.site_ids["AIBO5"], 1, 9))
    assert "这类事一半在" not in _form(lived)
    with transaction(lived.worker.engine) as sql:
        sql.execute(add, (lived.site_ids["AIBO5"], 10, 10))
    assert "这类事一半在 5 个工作小时内办好，十件里九件在 1.5 个工作日内（近半年 10 件）" in _form(lived)
