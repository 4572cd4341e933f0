"""Moment 6: '等物业关水' in two taps: property gets the ball, the crew's clock stops, the page says why."""

from playwright.sync_api import Page, expect

from tests.browser.crew_kit import events, job, mould, open_list, sent
from tests.browser.figures import hands
from tests.integration.api.conftest import World


def test_waiting_for_the_water_is_two_taps_and_stops_the_clock_once_it_is_accepted(
    world: World, home: str, phone: Page
) -> None:
    code = mould(world)
    open_list(world, home, phone)
    with hands(phone, "6 等物业关水") as done:
        job(phone, code).get_by_text("办不了").tap()
        job(phone, code).get_by_role("button", name="等物业关水").tap()
        sent(phone)
    assert (done.taps, done.typed) == (2, 0)
    expect(job(phone, code).locator(".why-now")).to_contain_text("批复之前，您的时限照常走")
    assert "DeadlinePaused" not in events(world, code)
    accepted = world.act(code, "assignments/contractor/decide", "property", {"granted": True})
    assert accepted.status_code == 200, accepted.text
    phone.reload()
    expect(job(phone, code).locator(".why-now")).to_contain_text("您的时限已停表")
    expect(job(phone, code).locator(".dues")).to_contain_text("停表中")
    order = world.of("handler", "property").get(f"/api/v1/orders/{code}").json()
    assert [one["code"] for one in order["holders"]] == ["property"]
