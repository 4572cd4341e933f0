"""A question in the browser: offered what is answered, asked all the same, published, found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.looks import PHONE, Visitors, axe, leads_on, shot

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import SignIn
    from tests.integration.api.conftest import World

ASKED, SAID = "书吧开放以后收费吗？", "不收费，可以带电脑，靠窗有八个座位。"


def answered(world: World) -> str:
    code = world.report(category="question", space="book-bar", description="我是三楼老陈，书吧以后收费伐？")
    world.act(code, "assignments/committee/acknowledge", "committee")
    world.act(code, "assignments/committee/done", "committee", {"note": SAID})
    return code


def publish(page: Page, home: str, code: str) -> str:
    """The answer's code."""
    page.goto(f"{home}/together/questions?lang=zh")
    page.locator(f"a[href$='order={code}']").click()
    expect(page.locator("#answer")).to_have_value(SAID)
    page.fill("#question", ASKED)
    leads_on(page, "form.card button")
    return page.url.rpartition("/")[2].partition("?")[0]


def test_what_one_asked_is_published_and_found_by_the_next(
    world: World, home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    committee, reader = visitors.page(PHONE), visitors.page(PHONE)
    order = answered(world)
    sign_in(committee, "lead", "committee")
    code = publish(committee, home, order)
    shot(committee, "question-published")
    committee.goto(f"{home}/o/{order}?lang=zh")
    leads_on(committee, "a:has-text('看答复')")
    assert committee.url.endswith(f"/public/AIBO5/answers/{code}")
    reader.goto(f"{home}/public/AIBO5/answers?lang=zh")
    reader.fill("#q", "收费")
    reader.get_by_role("button", name="找", exact=True).click()
    shot(reader, "answers-found")
    assert axe(reader) == []
    reader.locator(f"a[href$='/answers/{code}']").click()
    leads_on(reader, "form[action$='/helped'] button")
    expect(reader.get_by_text("帮到 1 人")).to_be_visible()
    leads_on(reader, "form[action$='/helped'] button")
    expect(reader.get_by_text("帮到 1 人")).to_be_visible()
    shot(reader, "answer-helped")
    committee.goto(f"{home}/together/questions/{code}")
    committee.fill("#reason", "收费办法要重新商量")
    leads_on(committee, "form[action$='/withdraw'] button")
    assert reader.goto(f"{home}/public/AIBO5/answers/{code}").status == 404  # type: ignore[union-attr]


def test_a_similar_question_is_offered_its_answer_and_can_be_asked_all_the_same(
    world: World, home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    committee, resident = visitors.page(PHONE), visitors.page(PHONE)
    sign_in(committee, "lead", "committee")
    publish(committee, home, answered(world))
    resident.goto(f"{home}/r/AIBO5/book-bar/question?lang=zh")
    resident.fill("#words", "书吧收费吗")
    resident.check("#private")
    resident.locator(".send button").click()
    expect(resident.get_by_role("alert").get_by_role("link", name=ASKED).first).to_be_visible()
    assert resident.input_value("#words") == "书吧收费吗"
    shot(resident, "question-offered")
    resident.locator(".send button").click()
    resident.wait_for_url("**/t/**")


def test_without_scripts_a_similar_question_is_offered_too(
    world: World, home: str, visitors: Visitors, sign_in: SignIn
) -> None:
    committee = visitors.page(PHONE)
    sign_in(committee, "lead", "committee")
    publish(committee, home, answered(world))
    resident = visitors.page(PHONE, scripts=False)
    resident.goto(f"{home}/r/AIBO5/book-bar/question?lang=zh")
    resident.fill("#words", "书吧收费吗")
    leads_on(resident, ".send button")
    expect(resident.get_by_role("link", name=ASKED).first).to_be_visible()
    assert resident.input_value("#words") == "书吧收费吗"
    leads_on(resident, ".send button")
    assert "/t/AIBO5-" in resident.url
