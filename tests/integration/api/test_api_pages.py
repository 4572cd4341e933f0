"""The pages: signing in by a link, looking, and nothing that a foreign page could forge."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.views.history import _OPEN

if TYPE_CHECKING:
    from tests.integration.api.conftest import World

HTML = {"Accept": "text/html,application/xhtml+xml"}
OWN = HTML | {"Sec-Fetch-Site": "same-origin"}


def _signed_in(world: World, party: str = "committee") -> Any:
    client = world.client()
    answer = client.post("/sign-in", data={"secret": world.link("lead", party)}, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return client


def test_a_stranger_is_led_to_the_sign_in(world: World) -> None:
    answer = world.client().get("/o/AIBO5-1", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert world.client().get("/sign-in", headers=HTML).status_code == 200


def test_a_link_signs_in_once(world: World) -> None:
    secret = world.link("lead", "committee")
    first = world.client().post("/sign-in", data={"secret": secret}, headers=OWN)
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("lianban=lbw_")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert world.client().post("/sign-in", data={"secret": secret}, headers=OWN).status_code == 401


def test_a_whole_link_may_be_pasted(world: World) -> None:
    pasted = f" http://127.0.0.1:8000/sign-in#{world.link('lead', 'committee')} "
    assert world.client().post("/sign-in", data={"secret": pasted}, headers=OWN).status_code == 303


@pytest.mark.parametrize("secret", ["", "lbs_wrong", "x" * 399])
def test_a_wrong_link_is_told_so(world: World, secret: str) -> None:
    answer = world.client().post("/sign-in", data={"secret": secret}, headers=OWN)
    assert answer.status_code == 401
    assert "无效" in answer.text


def test_a_link_that_has_expired_does_not_work(world: World) -> None:
    secret = world.link("lead", "committee", lasts=timedelta(seconds=-1))
    assert world.client().post("/sign-in", data={"secret": secret}, headers=OWN).status_code == 401


def test_signing_out_ends_the_sign_in_on_the_server(world: World) -> None:
    client = _signed_in(world)
    kept = client.cookies["lianban"]
    assert client.get("/", headers=HTML).status_code == 200
    assert client.post("/sign-out", headers=OWN).status_code == 303
    stolen = world.client(Cookie=f"lianban={kept}")
    assert stolen.get("/", headers=HTML).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
    ids=repr,
)
def test_a_post_from_elsewhere_is_refused(world: World, headers: dict[str, str]) -> None:
    client = _signed_in(world)
    assert client.post("/sign-out", headers=headers).status_code == 403
    secret = world.link("lead", "committee")
    assert world.client().post("/sign-in", data={"secret": secret}, headers=headers).status_code == 403


def test_a_post_of_our_own_origin_passes(world: World) -> None:
    client = _signed_in(world)
    assert client.post("/sign-out", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 303


def test_a_cookie_opens_no_part_of_the_api(world: World) -> None:
    assert _signed_in(world).get("/api/v1/orders").status_code == 401


def test_the_list_shows_the_room_who_holds_the_ball_and_the_date(world: World) -> None:
    code = world.report()
    page = _signed_in(world).get("/", headers=HTML)
    assert code in page.text
    assert "乒乓房" in page.text
    assert "镇资产经营公司" in page.text
    assert re.search(r"承诺</span> \d+月\d+日 周", page.text)


@pytest.mark.parametrize("show", ["open", "mine", "red", "yellow", "supervised", "closed", "all", "nonsense"])
def test_each_filter_answers(world: World, show: str) -> None:
    assert _signed_in(world).get("/", params={"show": show}, headers=HTML).status_code == 200


def test_the_orders_page_has_a_lane_for_each_party_and_says_why(world: World, picture: bytes) -> None:
    code = world.report(title="乒乓房漏水")
    world.act(code, "assignments/property/acknowledge", "property")
    sent = world.of("handler", "property").post(
        f"/api/v1/orders/{code}/photos", files={"file": ("a.jpg", picture)}
    )
    client = _signed_in(world)
    page = client.get(f"/o/{code}", headers=HTML).text
    for wanted in (
        "镇资产经营公司",
        "爱博五村物业服务处",
        "期限怎么来的",
        "派单于",
        "接单",
        "table-tennis",
    ):
        assert wanted in page
    photo = f"/o/{code}/photos/{sent.json()['photos'][0]['id']}"
    assert photo in page
    assert client.get(photo).headers["content-type"] == "image/jpeg"
    assert client.get("/plan/AIBO5.svg?space=table-tennis").status_code == 200


def test_pages_hold_nothing_inline_and_load_nothing_from_elsewhere(world: World) -> None:
    code = world.report()
    client = _signed_in(world)
    for path in ("/", f"/o/{code}", "/sign-in", "/docs"):
        page = client.get(path, headers=HTML)
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page.text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page.text)
        assert "script-src 'self'" in page.headers["content-security-policy"]


def test_an_unknown_order_is_a_page_that_leads_back(world: World) -> None:
    page = _signed_in(world).get("/o/AIBO5-99999", headers=HTML)
    assert page.status_code == 404
    assert "找不到" in page.text
    english = _signed_in(world).get("/o/AIBO5-99999?lang=en", headers=HTML)
    assert "Not found" in english.text


def test_english_is_chosen_once_and_kept(world: World) -> None:
    world.report()
    client = _signed_in(world)
    assert "Open" in client.get("/?lang=en", headers=HTML).text
    assert "The ball is with" in client.get("/", headers=HTML).text


def test_static_files_are_open_and_kept(world: World) -> None:
    answer = world.client().get("/static/page.css")
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert world.client().get("/static/../pages.py").status_code in {401, 404}
    assert world.client().get("/static/%2e%2e/pages.py").status_code == 404


def test_the_open_end_of_a_span_is_never_shown(world: World) -> None:
    page = _signed_in(world).get(f"/o/{world.report()}", headers=HTML).text
    assert str(_OPEN.year) not in page


def test_an_order_that_ended_promises_nothing_any_more(world: World) -> None:
    into, code = world.report(), world.report()
    answer = world.act(code, "merge", "committee", {"into": into, "reason": "同一处"})
    assert {one["holder"] for one in answer.json()["assignments"]} == {None}
    page = world.of("handler", "committee").get(f"/o/{code}", headers=HTML).text
    assert f'href="/o/{into}"' in page
    for word in ("承诺办结", "待办单位", "正常"):
        assert word not in page
    assert f'href="/o/{code}"' in world.of("handler", "committee").get(f"/o/{into}", headers=HTML).text


def test_a_limit_without_a_lane_says_whose_it_is(world: World) -> None:
    code = world.report(origin="unknown")
    page = world.of("handler", "committee").get(f"/o/{code}", headers=HTML).text
    assert '<span class="whose">爱博五村物业服务处</span>' in page


def test_the_other_language_keeps_what_was_chosen(world: World) -> None:
    page = world.of("handler", "committee").get("/?show=red&lang=zh", headers=HTML).text
    assert 'href="/?show=red&amp;lang=en"' in page


def test_the_reference_says_how_to_begin_and_names_filters(world: World) -> None:
    page = world.of("handler", "committee").get("/docs", headers=HTML).text
    assert "<code>GET /api/v1/sites/{site}</code>" in page
    assert page.index("<code>POST /api/v1/orders</code></h2>") < page.index("/photos</code></h2>")
    assert "site, status, category" in page


def test_of_an_order_that_ended_no_party_is_said_to_be_at_work(world: World) -> None:
    code = world.report()
    world.act(code, "cancel", "committee", {"reason": "报重了"})
    page = world.of("handler", "committee").get(f"/o/{code}", headers=HTML).text
    assert "已派，待接单" not in page
    assert "现在</span>" not in page
