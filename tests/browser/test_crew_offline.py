"""A crew's page while the line comes and goes: nothing is lost, nothing happens twice, conflicts are told."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from services import crew_links
from services.store.transactions import transaction
from services.web.crew import routes
from services.web.crew.cards import MOST
from tests.browser.conftest import SignIn
from tests.browser.crew_kit import events, job, losing_receipts, mould, open_list, queued, sent
from tests.browser.looks import shot, until
from tests.integration.api.conftest import World


def test_what_was_tapped_offline_goes_out_in_order(world: World, home: str, phone: Page) -> None:
    code = mould(world)
    open_list(world, home, phone)
    phone.context.set_offline(True)
    job(phone, code).get_by_role("button", name="接单").click()
    queued(phone, 1)
    job(phone, code).get_by_role("button", name="到场").click()
    queued(phone, 2)
    phone.reload()
    queued(phone, 2)
    expect(phone.locator("#line")).to_contain_text("没有网络")
    phone.context.set_offline(False)
    sent(phone)
    told = [one for one in events(world, code) if one in {"AssignmentAcknowledged", "PartyArrived"}]
    assert told == ["AssignmentAcknowledged", "PartyArrived"]


def test_a_receipt_that_was_lost_makes_nothing_happen_twice(world: World, home: str, phone: Page) -> None:
    code = mould(world)
    open_list(world, home, phone)
    phone.route("**/note", losing_receipts)
    job(phone, code).get_by_text("照片、备注、方案").click()
    job(phone, code).locator("textarea[name=note]").fill("墙里有管，先探一探")
    job(phone, code).get_by_role("button", name="记一笔").click()
    until(phone, lambda: "NoteAdded" in events(world, code))
    queued(phone, 1)
    phone.unroute("**/note")
    phone.reload()
    sent(phone)
    assert events(world, code).count("NoteAdded") == 1


def test_a_conflict_is_explained_and_stays_until_it_was_read(world: World, home: str, phone: Page) -> None:
    code = mould(world)
    open_list(world, home, phone)
    phone.context.set_offline(True)
    job(phone, code).get_by_text("照片、备注、方案").click()
    job(phone, code).locator("textarea[name=note]").fill("明早八点到")
    job(phone, code).get_by_role("button", name="记一笔").click()
    queued(phone, 1)
    body = {"to": "asset_company", "reason": "属老房原有问题"}
    moved = world.act(code, "assignments/contractor/reassign", "committee", body)
    assert moved.status_code == 200, moved.text
    phone.context.set_offline(False)
    told = phone.locator("#queue li")
    expect(told).to_contain_text("这张工单已经不在您单位手上了")
    phone.reload()
    expect(told).to_contain_text("明早八点到")
    phone.get_by_role("button", name="知道了").click()
    expect(told).to_have_count(0)


def test_what_waits_outlives_a_revoked_link(world: World, home: str, phone: Page) -> None:
    code = mould(world)
    open_list(world, home, phone)
    phone.context.set_offline(True)
    job(phone, code).get_by_role("button", name="接单").click()
    queued(phone, 1)
    with transaction(world.worker.engine) as sql:
        crew_links.revoke(sql, world.site_ids["AIBO5"], "")
    phone.context.set_offline(False)
    expect(phone.locator("#line")).to_contain_text("链接已失效")
    queued(phone, 1)


def test_a_long_list_is_read_to_its_end_without_a_line(world: World, home: str, phone: Page) -> None:
    for _ in range(MOST + 1):
        mould(world)
    at = open_list(world, home, phone)
    path = urlsplit(at).path
    until(phone, lambda: bool(phone.evaluate(f"caches.match('{path}?from={MOST}').then((one) => !!one)")))
    phone.context.set_offline(True)
    phone.get_by_role("link", name="看下一页").click()
    expect(phone.locator(".job").first).to_be_visible()
    expect(phone.get_by_role("link", name="回到第一页")).to_be_visible()


def test_the_decider_sees_the_time_on_site_and_what_accepting_it_changed(
    world: World, home: str, phone: Page, desktop: Page, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "AGO", range(1, 60))
    code = mould(world)
    open_list(world, home, phone)
    phone.wait_for_timeout(2500)
    phone.context.set_offline(True)
    job(phone, code).get_by_role("button", name="到场").click()
    queued(phone, 1)
    phone.wait_for_timeout(1500)
    phone.context.set_offline(False)
    sent(phone)
    expect(job(phone, code).locator(".claim")).to_contain_text("到场：现场说是")
    sign_in(desktop, "handler", "committee")
    desktop.goto(f"{home}/o/{code}")
    shot(desktop, "claim-to-accept")
    desktop.locator("#accept-time-contractor summary").click()
    expect(desktop.locator("#accept-time-contractor q")).to_contain_text("到场：现场说是")
    desktop.locator("#accept-time-contractor button").click()
    expect(desktop.locator(".history")).to_contain_text("认可改造工程施工项目部的现场时间：到场按")
    expect(desktop.locator(".lanes")).not_to_contain_text("未认可")
    shot(desktop, "claim-accepted")
