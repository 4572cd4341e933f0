"""Moment 8: a wrong order returned in two taps, upheld: the record shows no lateness."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from services import lanes
from services.store.claims import LIVE
from tests.browser.conftest import SignIn
from tests.browser.crew_kit import job, mould, open_list, sent
from tests.browser.figures import hands
from tests.browser.looks import until
from tests.integration.api.conftest import World


def late(world: World, page: Page, code: str) -> None:
    """The contractor is past his limit, and the ladder has said so."""
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    body = {"kind": "fix", "due_at": soon, "reason": "今天就要"}
    set_ = world.act(code, "assignments/contractor/set-limit", "committee", body)
    assert set_.status_code == 200, set_.text

    def reached() -> bool:
        lanes.drain(lanes.fire, world.worker, LIVE)
        order = world.of("handler", "committee").get(f"/api/v1/orders/{code}").json()
        return bool(order["colour"] == "red")

    until(page, reached)


def test_a_wrong_order_is_returned_in_two_taps_and_leaves_no_lateness(
    world: World, home: str, phone: Page, desktop: Page, sign_in: SignIn
) -> None:
    code = mould(world)
    open_list(world, home, phone)
    late(world, phone, code)
    phone.reload()
    expect(job(phone, code).locator(".chip.red")).to_be_visible()
    with hands(phone, "8 a wrong order, returned") as done:
        job(phone, code).get_by_text("办不了").tap()
        job(phone, code).get_by_role("button", name="镇资产经营公司").tap()
        sent(phone)
    assert (done.taps, done.typed) == (2, 0)
    expect(job(phone, code).locator(".why-now")).to_contain_text("退单成立就不计超期")
    upheld = world.act(code, "assignments/contractor/decide", "committee", {"granted": True})
    assert upheld.status_code == 200, upheld.text
    phone.reload()
    expect(phone.locator(".past")).to_contain_text(f"{code} 乒乓房 · 退单成立，不计超期")
    sign_in(desktop, "lead", "contractor")
    desktop.goto(f"{home}/o/{code}")
    expect(desktop.locator("main")).to_contain_text("改造工程施工项目部的超期记录撤销（派单有误）")
    part = next(
        one
        for one in world.of("lead", "contractor").get(f"/api/v1/orders/{code}").json()["assignments"]
        if one["party"]["code"] == "contractor"
    )
    assert (part["state"], part["colour"], part["deadlines"]) == ("withdrawn", "green", [])
