"""Which notices people get: no more than the budget, none that is moot, danger whatever the hour."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from models.domain.orders import commands as c
from models.domain.orders.state import Photo
from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import PhotoPurpose, Severity
from services.replay.driver import Driver
from services.replay.turning import turn
from tests.integration.notices_kit import Place, at


def handler(party: str) -> Actor:
    return Actor(Role.HANDLER, party, f"{party}-1")


def show_and_finish(here: Place, key: StreamKey, party: str, now: datetime) -> None:
    photo = Photo(f"{key.stream_id}-{party}", "0" * 64, PhotoPurpose.AFTER, party, 1)
    here.do(key, c.AttachPhoto(photo), handler(party), now)
    here.do(key, c.Done(party), handler(party), now)


def test_an_order_on_time_costs_each_handler_three_messages_at_most(place: Callable[..., Place]) -> None:
    """From report to closing, day by day, in 漏水(年久): 1 WD to acknowledge, 15 WD to fix."""
    here = place()
    driver = Driver(here.shop, here.site_id)
    driver.set_clock(at(23, 10))
    key = here.report(at(23, 10))
    turn(driver, at(24, 10))
    for party in ("property", "asset_company"):
        here.do(key, c.Acknowledge(party), handler(party), at(24, 10))
        here.do(key, c.Contact(party), handler(party), at(24, 10))
    turn(driver, at(30, 16))
    show_and_finish(here, key, "property", at(30, 16))
    turn(driver, at(30, 16, 30))
    here.do(key, c.Verify("property"), handler("committee"), at(30, 16, 30))
    fixed = datetime.fromisoformat("2026-12-11T15:00+08:00")
    turn(driver, fixed)
    show_and_finish(here, key, "asset_company", fixed)
    here.do(key, c.Verify("asset_company"), handler("committee"), fixed)
    turn(driver, datetime.fromisoformat("2026-12-20T10:00+08:00"))

    assert here.sql("SELECT status FROM stream WHERE site_id = %s", here.site_id) == [("closed",)]
    messages = Counter(one.member for one in here.rings() if one.party in {"property", "asset_company"})
    assert messages
    assert max(messages.values()) <= 3, messages


def test_who_is_done_before_the_morning_is_not_asked_to_begin(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(22, 20))
    show_and_finish(here, key, "property", at(22, 23))
    here.deliver(at(23, 9))
    states = {
        one["party"]: one["state"] for one in here.record(key) if one["why"][0].startswith("dispatched")
    }
    assert states == {"property": "moot", "asset_company": "told", "autonomy_office": "told"}
    assert "dispatched.support" not in {why for one in here.rings() for why in one.why}


def test_what_is_moot_was_never_a_delivery(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(22, 20))
    show_and_finish(here, key, "property", at(22, 23))
    here.deliver(at(23, 9))
    moot = [one for one in here.record(key) if one["state"] == "moot"]
    assert [one["deliveries"] for one in moot] == [[]]


def test_that_an_order_was_closed_in_the_night_is_told_in_the_morning(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(22, 20))
    for party in ("property", "asset_company"):
        show_and_finish(here, key, party, at(22, 22))
        here.do(key, c.Verify(party), handler("committee"), at(22, 23))
    here.deliver(at(23, 9))
    assert {one.why for one in here.rings()} == {("closed",)}
    assert {one["state"] for one in here.record(key)} == {"moot", "told"}


def test_a_step_of_a_limit_that_was_met_over_night_is_moot(place: Callable[..., Place]) -> None:
    here = place()
    driver = Driver(here.shop, here.site_id)
    driver.set_clock(at(23, 10))
    key = here.report(at(23, 10))
    turn(driver, at(24, 18))
    for party in ("property", "asset_company"):
        here.do(key, c.Acknowledge(party), handler(party), at(24, 19))
        here.do(key, c.Contact(party), handler(party), at(24, 19))
    turn(driver, at(25, 9, 30))
    late = [one for one in here.record(key) if one["why"][0].startswith("step.red")]
    assert {one["state"] for one in late} == {"moot"}


def test_danger_goes_at_night_and_is_never_moot(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(22, 23), severity=Severity.DANGER)
    here.deliver(at(22, 23))
    assert {one["state"] for one in here.record(key)} == {"told"}
    assert all(one["send_at"] == at(22, 23) for one in here.record(key))
