"""Drawings, pairs and progress in the browser: published, commented on at a place, answered, drawn anew."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from services.replay.drawn.designs import DESIGNS
from services.replay.pictures import drawn
from tests.browser.looks import DESKTOP, PHONE, Visitors, axe, leads_on, shot
from tests.integration.api.drawings_kit import TODAY

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import SignIn
    from tests.integration.api.conftest import World

BOARD = "/public/AIBO5/drawings"


def file(name: str) -> FilePayload:
    kind = "image/png" if name in DESIGNS else "image/jpeg"
    return FilePayload(name=name, mimeType=kind, buffer=drawn(name))


def publish(page: Page, home: str) -> str:
    """The drawing's code."""
    page.goto(f"{home}/drawings/new?lang=zh")
    page.check("input[value='plan']")
    page.fill("#title", "一层改造平面图")
    page.set_input_files("#file", file("plan-1"))
    leads_on(page, "form.card button")
    return page.url.rpartition("/")[2].partition("?")[0]


def second_version(page: Page) -> None:
    """From the page of the drawing."""
    page.click("summary:has-text('公布新版')")
    page.set_input_files("#file", file("plan-2"))
    page.fill("#changed", "台阶改成轮椅坡道。")
    leads_on(page, "form[action$='/version'] button")


def test_a_place_tapped_on_the_plan_is_commented_on_answered_and_drawn_anew(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    designer, resident = visitors.page(PHONE), visitors.page(PHONE)
    sign_in(designer, "lead", "designer")
    code = publish(designer, home)
    resident.goto(f"{home}{BOARD}/{code}?lang=zh")
    sheet = resident.locator("#sheet").bounding_box()
    assert sheet is not None
    resident.locator("#sheet").tap(position={"x": sheet["width"] * 0.5, "y": sheet["height"] * 0.9})
    expect(resident.locator("#how")).to_contain_text("位置已标好")
    shot(resident, "drawing-pinning")
    resident.fill("#words", "门口是台阶，轮椅上不去，能不能做坡道？")
    leads_on(resident, "#say button.wide")
    expect(resident.locator(".sheet circle").first).to_be_visible()
    designer.goto(f"{home}/drawings/{code}?lang=zh")
    designer.fill("#answer-1", "已改成坡道，见第 2 版。")
    leads_on(designer, "form[action$='/answer'] button")
    second_version(designer)
    shot(designer, "drawing-member")
    resident.goto(f"{home}{BOARD}/{code}?lang=zh")
    expect(resident.locator(".answer")).to_contain_text("见第 2 版")
    expect(resident.locator("figcaption")).to_contain_text("台阶改成轮椅坡道")
    shot(resident, "drawing-second-version")
    leads_on(resident, ".editions a:has-text('第 1 版')")
    expect(resident.locator(".note a")).to_contain_text("第 2 版")
    assert axe(resident) == []


def test_without_scripts_a_room_is_chosen_and_the_words_are_taken_back(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    designer, resident = visitors.page(PHONE), visitors.page(PHONE, scripts=False)
    sign_in(designer, "lead", "designer")
    code = publish(designer, home)
    resident.goto(f"{home}{BOARD}/{code}?lang=zh")
    expect(resident.locator("#how")).to_be_hidden()
    resident.select_option("#space", "book-bar")
    resident.fill("#words", "书架矮一点")
    leads_on(resident, "#say button.wide")
    expect(resident.locator(".place b")).to_have_text("共享书吧")
    leads_on(resident, "form[action$='/take-back'] button")
    expect(resident.locator(".opinion")).to_have_count(0)


def test_a_version_that_came_while_somebody_wrote_is_shown_first_and_the_words_stay(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    designer, resident = visitors.page(PHONE), visitors.page(PHONE)
    sign_in(designer, "lead", "designer")
    code = publish(designer, home)
    resident.goto(f"{home}{BOARD}/{code}?lang=zh")
    resident.fill("#words", "台阶太高")
    second_version(designer)
    leads_on(resident, "#say button.wide")
    expect(resident.locator(".said.bad")).to_contain_text("刚刚换了一版图")
    expect(resident.locator("#words")).to_have_value("台阶太高")
    leads_on(resident, "#say button.wide")
    expect(resident.locator(".place")).to_contain_text("第 2 版")


def test_words_without_a_word_are_refused_and_the_place_stays(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    designer, resident = visitors.page(PHONE), visitors.page(PHONE)
    sign_in(designer, "lead", "designer")
    code = publish(designer, home)
    resident.goto(f"{home}{BOARD}/{code}?lang=zh")
    resident.locator("#sheet").tap(position={"x": 40, "y": 40})
    resident.select_option("#space", "dance")
    resident.fill("#words", "  ")
    leads_on(resident, "#say button.wide")
    expect(resident.locator(".said.bad")).to_be_visible()
    expect(resident.locator("#space")).to_have_value("dance")
    assert resident.locator("#x").input_value() != ""


@pytest.mark.parametrize(("look", "side_by_side"), [(PHONE, False), (DESKTOP, True)], ids=["phone", "desk"])
def test_before_and_after_stand_side_by_side_where_there_is_room(
    home: str, visitors: Visitors, sign_in: SignIn, look: object, side_by_side: bool
) -> None:
    committee = visitors.page(PHONE)
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/drawings/pairs/new?lang=zh")
    committee.select_option("#space", "table-tennis")
    committee.set_input_files("#before", file("roof-old-felt"))
    committee.set_input_files("#after", file("roof-new-felt"))
    committee.fill("#before-day", str(TODAY - timedelta(20)))
    committee.fill("#after-day", str(TODAY))
    leads_on(committee, "form.card button")
    visitor = visitors.page(PHONE if look is PHONE else DESKTOP)
    visitor.goto(f"{home}{BOARD}?lang=zh")
    first, second = (visitor.locator(".two").first.locator("figure").nth(n).bounding_box() for n in (0, 1))
    assert first is not None
    assert second is not None
    assert (abs(first["y"] - second["y"]) < 2) is side_by_side
    shot(visitor, f"pairs-{'desk' if side_by_side else 'phone'}")


def test_the_week_is_told_from_the_records_and_no_week_to_come(
    home: str, world: World, visitors: Visitors
) -> None:
    code = world.report(description="地上有水")
    page = visitors.page(PHONE)
    page.goto(f"{home}/public/AIBO5?lang=zh")
    leads_on(page, "a[href$='/progress']")
    expect(page.locator("main")).to_contain_text(code)
    expect(page.locator("main")).not_to_contain_text("地上有水")
    expect(page.locator("a[rel='next']")).to_have_count(0)
    assert axe(page) == []
    told = page.goto(f"{home}/public/AIBO5/progress/2099-W01")
    assert told is not None
    assert told.status == 404
