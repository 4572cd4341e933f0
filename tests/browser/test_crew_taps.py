"""Each thing that a crew does is two taps and a reason at most, and two phones on one order agree."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.crew_kit import events, job, mould, open_list, sent, shot_of_work
from tests.browser.figures import hands
from tests.browser.looks import Visitors
from tests.integration.api.conftest import World

__all__ = ["shot_of_work"]

Doing = Callable[[Locator, Path], None]
MOST_TAPS = 2


def button(name: str) -> Doing:
    return lambda card, _: card.get_by_role("button", name=name, exact=True).click()


def cannot(name: str) -> Doing:
    """Under 'cannot': which of its reasons."""

    def doing(card: Locator, _: Path) -> None:
        card.get_by_text("办不了").click()
        card.get_by_role("button", name=name, exact=True).click()

    return doing


def written(field: str, name: str) -> Doing:
    """Words, which are no taps, and sending them."""

    def doing(card: Locator, _: Path) -> None:
        card.get_by_text("照片、备注、方案").click()
        card.locator(f"textarea[name={field}]").evaluate("(one) => { one.value = '墙里有管，先探一探'; }")
        card.get_by_role("button", name=name).click()

    return doing


def photographed(label: str, then: str = "") -> Doing:
    """A photo out of the phone's own picker."""

    def doing(card: Locator, photo: Path) -> None:
        if not then:
            card.get_by_text("照片、备注、方案").click()
        with card.page.expect_file_chooser() as chooser:
            card.get_by_text(label, exact=True).click()
        chooser.value.set_files(photo)
        if then:
            card.get_by_role("button", name=then, exact=True).click()

    return doing


ACTIONS: dict[str, tuple[Doing, str]] = {
    "acknowledge": (button("接单"), "AssignmentAcknowledged"),
    "arrive": (button("到场"), "PartyArrived"),
    "make safe": (button("已控险"), "PlaceMadeSafe"),
    "note": (written("note", "记一笔"), "NoteAdded"),
    "photo before": (photographed("施工前照片"), "PhotoAttached"),
    "photo after": (photographed("施工后照片"), "PhotoAttached"),
    "done": (photographed("拍完工照", "办结"), "AssignmentDone"),
    "plan": (written("plan", "提交方案"), "PlanProposed"),
    "wait": (cannot("等物业关水"), "RequestMade"),
    "hold": (cannot("等待材料、配件"), "RequestMade"),
    "extend": (cannot("人手不够"), "RequestMade"),
    "return": (cannot("镇资产经营公司"), "RequestMade"),
}


@pytest.mark.parametrize("what", ACTIONS)
def test_it_is_two_taps_at_most(world: World, home: str, phone: Page, shot_of_work: Path, what: str) -> None:
    doing, event = ACTIONS[what]
    danger = {"category": "works_noise", "severity": "danger", "space": "dance", "description": "电钻有火花"}
    code = world.report(**danger) if what == "make safe" else mould(world)
    if what == "hold":
        world.act(code, "assignments/contractor/acknowledge", "contractor")
    open_list(world, home, phone)
    with hands(phone, f"a crew's {what}") as done:
        doing(job(phone, code), shot_of_work)
        sent(phone)
    assert event in events(world, code)
    assert done.taps <= MOST_TAPS


def test_two_phones_on_one_order_do_it_once_and_the_second_is_told(
    world: World, home: str, visitors: Visitors
) -> None:
    code, phones = mould(world), [visitors.page(), visitors.page()]
    for one in phones:
        open_list(world, home, one)
    for one in phones:
        one.context.set_offline(True)
        job(one, code).get_by_role("button", name="接单").click()
    phones[0].context.set_offline(False)
    sent(phones[0])
    phones[1].context.set_offline(False)
    expect(phones[1].locator("#queue li .bad")).to_contain_text("没有办成：承办单目前是“已接单”")
    expect(job(phones[1], code).locator(".chips")).to_contain_text("已接单")
    assert events(world, code).count("AssignmentAcknowledged") == 1


def test_what_a_page_on_the_desk_had_missed_is_told_beside_the_refusal(
    world: World, home: str, phone: Page, desktop: Page, sign_in: SignIn
) -> None:
    code = mould(world)
    sign_in(desktop, "handler", "contractor")
    # A page whose line is gone does not hear of it.
    desktop.route("**/live**", lambda route: route.abort())
    desktop.goto(f"{home}/o/{code}")
    open_list(world, home, phone)
    job(phone, code).get_by_text("办不了").click()
    job(phone, code).get_by_role("button", name="镇资产经营公司", exact=True).click()
    sent(phone)
    desktop.locator("#acknowledge-contractor button").click()
    told = desktop.get_by_role("alert")
    expect(told).to_contain_text("您打开页面之后")
    expect(told).to_contain_text("申请退单")


def test_a_list_that_comes_under_a_pressing_finger_does_not_swallow_the_tap(
    world: World, home: str, phone: Page
) -> None:
    code = mould(world)
    address = open_list(world, home, phone)
    ways = job(phone, code).get_by_text("办不了")
    ways.hover()
    phone.mouse.down()
    with phone.expect_response(lambda answer: answer.url == address):
        phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.wait_for_timeout(300)
    phone.mouse.up()
    expect(job(phone, code).get_by_role("button", name="镇资产经营公司", exact=True)).to_be_visible()
