"""A deliberation in the browser: residents propose and say, the committee groups, answers, agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.looks import PHONE, Visitors, axe, leads_on, shot

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import SignIn

BOARD = "/public/AIBO5/topics"


def propose(page: Page, home: str) -> str:
    """The topic's code."""
    page.goto(f"{home}{BOARD}/new?lang=zh")
    page.fill("#title", "舞蹈房几点关门")
    page.fill("#words", "晚上九点以后还有音乐，隔壁睡不好。")
    page.select_option("#space", "dance")
    leads_on(page, "form.card button")
    return page.url.rpartition("/")[2].partition("?")[0]


def say(page: Page, at: str, stance: str, words: str) -> None:
    page.goto(at)
    page.check(f"#say input[value='{stance}']")
    page.fill("#say #words", words)
    leads_on(page, "#say button")
    expect(page.locator(".said.good")).to_be_visible()


def test_what_residents_say_without_an_account_becomes_a_published_consensus(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    resident, other, committee = visitors.page(PHONE), visitors.page(PHONE), visitors.page(PHONE)
    code = propose(resident, home)
    shot(resident, "topic-proposed")
    assert other.goto(f"{home}{BOARD}/{code}").status == 404  # type: ignore[union-attr]
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/topics/{code}?lang=zh")
    leads_on(committee, "form[action$='/take-up'] button")
    say(resident, f"{home}{BOARD}/{code}?lang=zh", "for", "八点关门，门缝加隔音条。")
    say(other, f"{home}{BOARD}/{code}?lang=zh", "advice", "加隔音条，九点关也行。")
    shot(other, "topic-said")
    committee.goto(f"{home}/topics/{code}")
    for one in committee.locator("input[name='opinion']").all():
        one.check()
    committee.fill("#heading", "加隔音条")
    leads_on(committee, "form[action$='/group'] button")
    committee.fill("#answer", "请资产公司看过，可以装。")
    leads_on(committee, "form[action$='/answer'] button")
    shot(committee, "topic-grouped")
    leads_on(committee, "form[action$='/deliberate'] button")
    committee.fill("#agreed", "八点半关门；门窗加隔音条。")
    committee.fill("#present", "12")
    leads_on(committee, "form[action$='/consensus'] button")
    resident.goto(f"{home}{BOARD}/{code}?lang=zh")
    expect(resident.locator("#consensus ~ .words")).to_have_text("八点半关门；门窗加隔音条。")
    expect(resident.locator(".answer")).to_contain_text("可以装")
    shot(resident, "topic-consensus")
    assert axe(resident) == []


def test_a_second_word_takes_the_place_of_the_first_also_on_another_phone(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    resident, committee = visitors.page(PHONE), visitors.page(PHONE)
    code = propose(resident, home)
    mine = resident.locator("b.code").inner_text()
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/topics/{code}?lang=zh")
    leads_on(committee, "form[action$='/take-up'] button")
    at = f"{home}{BOARD}/{code}?lang=zh"
    say(resident, at, "for", "八点关门")
    elsewhere = visitors.page(PHONE)
    elsewhere.goto(at)
    elsewhere.click("#say summary")
    elsewhere.fill("#code", mine.lower())
    elsewhere.check("#say input[value='against']")
    elsewhere.fill("#say #words", "还是不要关")
    leads_on(elsewhere, "#say button")
    expect(elsewhere.locator(".opinion")).to_have_count(1)
    expect(elsewhere.locator(".opinion .words")).to_have_text("还是不要关")


def test_what_was_said_is_taken_back_by_whoever_said_it(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    resident, other, committee = visitors.page(PHONE), visitors.page(PHONE), visitors.page(PHONE)
    code = propose(resident, home)
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/topics/{code}?lang=zh")
    leads_on(committee, "form[action$='/take-up'] button")
    at = f"{home}{BOARD}/{code}?lang=zh"
    say(resident, at, "for", "八点关门")
    shot(resident, "topic-to-take-back")
    other.goto(at)
    expect(other.locator("form[action$='/take-back']")).to_have_count(0)
    leads_on(resident, "form[action$='/take-back'] button")
    expect(resident.locator(".said.good")).to_have_text("已收回。")
    expect(resident.locator(".opinion")).to_have_count(0)
    say(committee, f"{home}/topics/{code}?lang=zh", "advice", "再看看")
    leads_on(committee, "form[action$='/take-back'] button")
    expect(committee.locator(".opinion")).to_have_count(0)


def test_what_is_hidden_leaves_its_reason_and_nothing_typed_is_lost(
    home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    resident, committee = visitors.page(PHONE), visitors.page(PHONE)
    code = propose(resident, home)
    sign_in(committee, "lead", "committee")
    committee.goto(f"{home}/topics/{code}?lang=zh")
    leads_on(committee, "form[action$='/take-up'] button")
    say(resident, f"{home}{BOARD}/{code}?lang=zh", "against", "某某人素质太差")
    committee.goto(f"{home}/topics/{code}")
    committee.click("summary:has-text('不予公开')")
    committee.fill("#why-hidden", "针对个人")
    leads_on(committee, "form[action$='/hide'] button")
    resident.goto(f"{home}{BOARD}/{code}")
    expect(resident.locator(".opinion")).to_contain_text("针对个人")
    expect(resident.locator(".opinion")).not_to_contain_text("素质太差")
    resident.goto(f"{home}{BOARD}/new?lang=zh")
    resident.fill("#title", "  ")
    resident.fill("#words", "说了很多话")
    leads_on(resident, "form.card button")
    expect(resident.locator(".said.bad")).to_be_visible()
    expect(resident.locator("#words")).to_have_value("说了很多话")
