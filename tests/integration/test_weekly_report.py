"""The weekly report: once a week to each who wants it, over the way of all notices, whatever crashes."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from models.domain.figures.periods import begins, last_week
from models.domain.streams import Actor, Role
from services import desk
from services.actions.bodies import ReportBody
from services.audit.looking import orphans
from services.callers import Caller, NotPermitted
from services.execute import Shop
from services.figures import subscribing
from services.figures.keeping import keep
from services.notify import phone
from services.notify.expanding import expand
from services.notify.sending import send
from services.store.claims import LIVE
from services.store.transactions import now_of, transaction
from tests.databases import caller, rows

QIAN = "qian-weiguo"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def member(shop: Shop, site_id: int) -> Caller:
    """A handler of the property company."""
    [(party,)] = rows(shop, "SELECT party FROM member WHERE code = %s", QIAN)
    return Caller("test", Actor(Role.HANDLER, party, QIAN), {"AIBO5": site_id})


@pytest.fixture
def subscribed(shop: Shop, member: Caller) -> Caller:
    """Since three weeks ago; a leak was reported in the week that is over."""
    subscribing.want(shop, member, "AIBO5", wants=True)
    rows(shop, "UPDATE subscription SET since = since - interval '21 days'")
    body = ReportBody(space="dance", category="leak", origin="pre_existing", description="漏水")
    _, answer = desk.report(shop, member, "AIBO5", body)
    assert answer.refused is None
    return member


NOTICES = "SELECT count(*) FROM notice WHERE stream_id = 0"


def test_it_is_told_once_however_often_the_pulse_looks(shop: Shop, subscribed: Caller) -> None:
    assert [subscribing.tell(shop) for _ in range(3)] == [1, 0, 0]
    assert rows(shop, NOTICES) == [(1,)]


def test_it_waits_for_the_first_working_hour_of_the_week(shop: Shop, subscribed: Caller) -> None:
    subscribing.tell(shop)
    [(at, now)] = rows(shop, "SELECT send_at, created_at FROM notice WHERE stream_id = 0")
    assert at >= begins(last_week(now, SHANGHAI).ends, SHANGHAI) + timedelta(hours=9)
    assert at - now < timedelta(days=14)


def test_a_crash_between_row_and_notice_leaves_neither(
    shop: Shop, subscribed: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise psycopg.OperationalError

    monkeypatch.setattr(subscribing, "next_open", dies)
    with pytest.raises(psycopg.OperationalError):
        subscribing.tell(shop)
    monkeypatch.undo()
    assert rows(shop, "SELECT count(*) FROM weekly_report") == [(0,)]
    assert subscribing.tell(shop) == 1


def test_two_pulses_at_once_tell_once(
    shop: Shop, subscribed: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., object] = keep

    def other_is_quicker(*args: object, **more: object) -> object:
        monkeypatch.undo()
        assert subscribing.tell(shop) == 1
        return real(*args, **more)

    monkeypatch.setattr(subscribing, "keep", other_is_quicker)
    assert subscribing.tell(shop) == 0
    assert rows(shop, NOTICES) == [(1,)]


def test_after_a_long_absence_only_the_last_week_is_told(shop: Shop, subscribed: Caller) -> None:
    rows(shop, "UPDATE subscription SET since = since - interval '90 days'")
    assert subscribing.tell(shop) == 1


def test_whoever_subscribes_in_the_week_hears_of_it_with_the_next(shop: Shop, member: Caller) -> None:
    subscribing.want(shop, member, "AIBO5", wants=True)
    assert subscribing.tell(shop) == 0


def test_whoever_ends_it_is_told_no_more(shop: Shop, subscribed: Caller) -> None:
    subscribing.want(shop, subscribed, "AIBO5", wants=False)
    assert subscribing.tell(shop) == 0
    assert not subscribing.wanted(shop, subscribed, "AIBO5").wanted


def test_wanting_it_twice_is_wanting_it(shop: Shop, subscribed: Caller) -> None:
    [(since,)] = rows(shop, "SELECT since FROM subscription")
    subscribing.want(shop, subscribed, "AIBO5", wants=True)
    assert rows(shop, "SELECT since FROM subscription") == [(since,)]


def test_it_takes_the_way_of_messages_and_is_no_drift(shop: Shop, subscribed: Caller) -> None:
    subscribing.tell(shop)
    rows(shop, "UPDATE notice SET send_at = created_at WHERE stream_id = 0")
    expand(shop, LIVE)
    assert send(shop, LIVE, public_url="https://lianban.example") > 0
    [(who, title, body)] = rows(shop, "SELECT member, title, body FROM phone WHERE stream_id = 0")
    with transaction(shop.engine) as sql:
        week = last_week(now_of(sql), SHANGHAI).first
        assert list(orphans(sql)) == []
        ring = next(one for one in phone.latest(sql) if one.member == QIAN)
    assert (who, title) == (QIAN, f"AIBO5 每周小结 {week} 至 {week + timedelta(days=6)}")
    assert f"https://lianban.example/figures?site=AIBO5&span=week&day={week}" in body
    assert ring.reasons == "每周小结"


@pytest.mark.parametrize("clock", ["virtual", "frozen"])
def test_a_clock_that_somebody_sets_tells_nobody(shop: Shop, subscribed: Caller, clock: str) -> None:
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE site SET clock = %s, virtual_now = now()", (clock,))
    assert subscribing.tell(shop) == 0


def test_nobody_who_is_no_member_can_subscribe(shop: Shop, site_id: int) -> None:
    with pytest.raises(NotPermitted):
        subscribing.want(shop, caller("committee", site_id), "AIBO5", wants=True)
