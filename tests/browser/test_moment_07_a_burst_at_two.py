"""Moment 7: a burst at 02:00 wakes the duty phone alone; a tap acknowledges; at 08:45 it is read as safe."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from models.domain.streams import StreamKey
from services.execute import Shop
from services.notify.channels import Accepted, Message, Outcome, Refused
from services.notify.expanding import expand
from services.notify.sending import send
from services.store.claims import LIVE, Scope
from services.store.transactions import transaction
from tests.acceptance.conftest import set_up
from tests.acceptance.stage import Stage, wall
from tests.browser.conftest import SignIn
from tests.browser.figures import hands
from tests.browser.looks import axe, shot
from tests.integration.api.conftest import World

NIGHT, MORNING = "2026-03-10 02:00", "2026-03-10 09:00"


@pytest.fixture
def stage(world: World) -> Iterator[Stage]:
    """A site whose clock stands at two in the night, reached by the real pages."""
    made = set_up(world.worker.engine, wall("2026-03-09 09:30"))
    made.until(NIGHT)
    yield made
    made.driver.end("frozen")


def enter(world: World, stage: Stage, page: Page, party: str, role: str = "handler") -> None:
    """Sign a browser in for a party of the stage's site."""
    world.site_ids[stage.code] = stage.site_id
    token = world.token(role, party, site=stage.code)
    page.context.set_extra_http_headers({"Authorization": f"Bearer {token}"})


def burst(stage: Stage) -> tuple[StreamKey, str]:
    key = stage.report("electrical", severity="danger", space="canteen")
    return key, f"{stage.code}-{key.stream_id}"


def test_the_duty_phones_alone_wake_and_one_tap_acknowledges(
    world: World, stage: Stage, phone: Page, home: str
) -> None:
    key, code = burst(stage)
    assert {one.party for one in stage.heard()} == {"property", "utility"}
    assert {one.at for one in stage.heard()} == {wall(NIGHT)}
    stage.heard().clear()

    enter(world, stage, phone, "property")
    phone.goto(f"{home}/inbox")
    shot(phone, "inbox-at-night")
    first = phone.locator(".alert").first
    expect(first).to_contain_text(code)
    with hands(phone, "7 a burst at 02:00, acknowledged") as done:
        first.get_by_role("button", name=re.compile("接单")).tap()
        expect(phone.locator(".said.good")).to_contain_text("已记录：接单")
    assert done.taps == 1
    assert stage.state(key, "property") == "acknowledged"
    assert axe(phone) == []

    for party in ("property", "utility"):
        stage.act(key, "make-safe", party, note="总阀已关")
    stage.until("2026-03-10 08:44")
    assert stage.heard() == []
    stage.heard().clear()
    stage.until(MORNING)
    read = {(one.party, one.role): one.at for one in stage.heard() if one.why == "made_safe"}
    assert read == {
        ("committee", "coordinator"): wall("2026-03-10 08:45"),
        ("street", "lead"): wall("2026-03-10 08:45"),
    }


def test_who_is_away_sleeps_on_and_the_substitute_wakes(
    world: World, stage: Stage, phone: Page, home: str
) -> None:
    on_duty = stage_told(stage)
    other = next(one for one in members(stage, "property") if one != on_duty)
    enter(world, stage, phone, "property", "lead")
    phone.goto(f"{home}/duty")
    phone.get_by_text("登记不在岗").click()
    phone.locator("#away").select_option(on_duty)
    phone.locator("#substitute").select_option(other)
    phone.locator("#from").fill("2026-03-10T00:00")
    phone.locator("#to").fill("2026-03-12T00:00")
    phone.get_by_role("button", name="登记", exact=True).click()
    expect(phone.locator("body")).to_contain_text("通知改发")
    shot(phone, "duty-away")
    stage.heard().clear()
    burst(stage)
    woken = {one.member for one in stage.heard() if one.party == "property"}
    assert (on_duty in woken, other in woken) == (False, True)


def stage_told(stage: Stage) -> str:
    """Who of the property wakes at this hour."""
    burst(stage)
    return next(one.member for one in stage.heard() if one.party == "property" and one.member)


def members(stage: Stage, party: str) -> list[str]:
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        rows = sql.execute(
            "SELECT code FROM member WHERE site_id = %s AND party = %s AND role IN ('handler', 'lead')"
            " ORDER BY code",
            (stage.site_id, party),
        ).fetchall()
    return [row[0] for row in rows]


class DeadRobot:
    """A group robot whose key was changed; every other service takes what it is given."""

    def send(self, message: Message) -> Outcome:
        return Refused("invalid webhook url") if message.kind == "wecom_bot" else Accepted()


def test_a_refused_message_falls_back_within_a_minute(
    world: World, phone: Page, home: str, sign_in: SignIn
) -> None:
    """On a live site, over channels that the duty officer set on the real page."""
    world.app.state.notifier = DeadRobot()
    officer = on_duty(world)
    sign_in(phone, "handler", "property", officer)
    with transaction(world.worker.engine) as sql:
        sql.execute("DELETE FROM channel WHERE site_id = %s", (world.site_ids["AIBO5"],))
    for kind, address in (("wecom_bot", "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"), ("sms", "13900001234")):
        phone.goto(f"{home}/channels")
        phone.locator("#kind").select_option(kind)
        phone.locator("#address").fill(address)
        phone.get_by_role("button", name="加上").click()
        phone.wait_for_load_state()
    phone.get_by_role("button", name="发一条测试 企业微信").click()
    expect(phone.locator(".channel .said")).to_contain_text("服务拒收：invalid webhook url")
    shot(phone, "channels-refused")
    assert axe(phone) == []

    code = world.report(category="electrical", severity="danger", space="canteen")
    while deliver_by(DeadRobot(), world.worker, LIVE):
        pass
    tried = deliveries(world, code)
    assert [state for state, _ in tried] == ["refused", "accepted"]
    assert tried[1][1] - tried[0][1] <= timedelta(seconds=60)


def deliver_by(outside: DeadRobot, shop: Shop, scope: Scope) -> int:
    return expand(shop, scope) + send(shop, scope, outside=outside)


def on_duty(world: World) -> str:
    with transaction(world.worker.engine) as sql:
        row = sql.execute(
            "SELECT code FROM member WHERE site_id = %s AND party = 'property' AND role = 'handler'"
            " ORDER BY code LIMIT 1",
            (world.site_ids["AIBO5"],),
        ).fetchone()
    assert row is not None
    return str(row[0])


def deliveries(world: World, code: str) -> list[tuple[str, datetime]]:
    with transaction(world.worker.engine) as sql:
        rows = sql.execute(
            "SELECT state, finished_at FROM delivery WHERE site_id = %s AND stream_id = %s"
            " AND party = 'property' ORDER BY id",
            (world.site_ids["AIBO5"], int(code.rpartition("-")[2])),
        ).fetchall()
    return [(state, at) for state, at in rows]
