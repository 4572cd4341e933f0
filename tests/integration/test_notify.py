"""From an order to people's phones: expanded by roster, worded, sent under a lease, and looked at."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from models.domain.orders import commands as c
from models.domain.streams import SYSTEM
from models.domain.words import Severity
from services.notify import phone
from services.notify.channels import Accepted, Message, Outcome, Refused, Unknown
from services.notify.expanding import expand
from services.notify.record import service_record
from services.notify.sending_results import Sent, finish
from services.store.claims import Queue, claim
from services.store.transactions import transaction
from tests.databases import SPEC
from tests.integration.notices_kit import MAILED, URL, Place, at, noticed


@dataclass
class Outside:
    """A notifier that answers as it is told, and checks that nobody holds a transaction open meanwhile."""

    url: str
    outcome: Outcome | Exception = field(default_factory=Accepted)
    got: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.got.append(message)
        with psycopg.connect(self.url) as other:
            other.execute(
                "SELECT set_config('lianban.sites', %s, true), set_config('role', 'lianban_worker', true)",
                (str(message.site_id),),
            )
            other.execute("SELECT 1 FROM delivery WHERE id = %s FOR UPDATE NOWAIT", (message.delivery_id,))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_each_partys_person_on_duty_is_told_and_why(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(23, 10))
    here.deliver(at(23, 10))
    assert here.told() == {
        "bao-jing": "dispatched.lead",
        "tang-ayong": "dispatched.support",
        "jiang-chen": "dispatched.consult",
    }


def test_a_message_says_order_room_category_dates_and_link(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(23, 10))
    here.deliver(at(23, 10))
    lead = next(one for one in here.rings() if one.member == "bao-jing")
    code = f"{here.code}-{key.stream_id}"
    assert lead.title == f"{code} 乒乓房 请主办"
    *said, link = lead.body.splitlines()
    assert said == [
        "乒乓房 · 漏水",
        "请贵单位主办。接单：11月24日 周二 17:30前；办结：12月14日 周一 17:30前。",
    ]
    assert link.startswith(f"{URL}/l#")
    consulted = next(one for one in here.rings() if one.member == "jiang-chen")
    assert consulted.body.splitlines()[-1] == f"{URL}/o/{code}"
    assert (lead.local, lead.party_name, lead.reasons) == ("11月23日 周一 10:00", "镇资产经营公司", "请主办")


def test_no_word_of_the_resident_is_in_any_message(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(23, 10))
    here.deliver(at(23, 10))
    everything = str(here.sql("SELECT phone::text FROM phone WHERE site_id = %s", here.site_id))
    assert not any(part in everything for part in ("王阿姨", "201室", "138", "我是"))


def test_nothing_is_told_twice(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(23, 10))
    here.deliver(at(23, 10))
    here.deliver(at(23, 11))
    assert len(here.rings()) == 3


def test_ordinary_notices_wait_for_the_morning_and_for_its_shift(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(22, 23))
    here.deliver(at(22, 23))
    assert here.rings() == []
    here.sql("UPDATE site SET virtual_now = %s WHERE id = %s", at(22, 23), here.site_id)
    with transaction(here.shop.engine) as sql:
        held = phone.waiting(sql, here.site_id)
    assert {one.local for one in held} == {"11月23日 周一 09:00"}
    assert {one.reasons for one in held} == {"请主办", "请协办", "征询意见"}
    here.deliver(at(23, 9))
    assert "tang-ayong" in here.told()


def test_danger_at_night_wakes_who_is_on_duty_and_the_duty_phones(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(22, 23), severity=Severity.DANGER)
    here.deliver(at(22, 23))
    rung = {(one.party, one.member) for one in here.rings()}
    assert rung >= {("property", "ma-liqun"), ("property", None), ("asset_company", "song-dawei")}
    assert all(one.title.startswith("【危险】") for one in here.rings())


def test_those_above_are_told_who_is_late(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(23, 10))
    here.deliver(at(23, 10))
    here.do(key, c.FireDue(), SYSTEM, at(24, 18))
    here.deliver(at(25, 9, 30))
    coordinator = next(one for one in here.rings() if one.member == "gu-xiaowen")
    assert coordinator.why == ("step.red.acknowledge", "step.red.contact")
    assert "镇资产经营公司、爱博五村物业服务处的接单时限已到，请协调。" in coordinator.body
    lead = next(one for one in here.rings() if one.member == "xu-guoliang")
    assert "贵单位的接单时限已到" in lead.body
    assert "接单：11月24日 周二 17:30（已过）" in lead.body


@pytest.mark.parametrize("limit", [1, 100])
def test_who_is_meant_twice_is_told_once_with_both_reasons(place: Callable[..., Place], limit: int) -> None:
    here = place(replace(SPEC, coordinator="shen-huizhen"))
    key = here.report(at(23, 10))
    here.deliver(at(23, 10))
    both = (("committee", "lead", "decide.hold"), ("committee", "coordinator", "reopened"))
    noticed(here, key, *both, now=at(23, 11))
    here.deliver(at(23, 11), limit)
    assert [one.why for one in here.rings() if one.member == "shen-huizhen"] == [("decide.hold", "reopened")]
    with transaction(here.shop.engine) as sql:
        record = service_record(sql, key)
    assert [one["deliveries"][0]["person"] for one in record[-2:]] == ["shen-huizhen", "shen-huizhen"]


def test_other_instants_are_other_messages(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(23, 10))
    noticed(here, key, ("committee", "lead", "granted.hold"), now=at(23, 11))
    noticed(here, key, ("committee", "lead", "granted.wait"), now=at(23, 12))
    here.deliver(at(23, 12))
    assert len([one for one in here.rings() if one.member == "shen-huizhen"]) == 2


def test_an_expansion_under_a_lost_lease_changes_nothing(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(23, 10))
    claim(here.shop.engine, Queue.NOTICE, here.scope(at(23, 10)), 100, lease=timedelta(seconds=-1))
    here.deliver(at(23, 10))
    assert len(here.rings()) == 3


def test_a_sender_that_died_leaves_its_deliveries_to_the_next(place: Callable[..., Place]) -> None:
    here = place()
    here.report(at(23, 10))
    scope = here.scope(at(23, 10))
    expand(here.shop, scope)
    stopped = claim(here.shop.engine, Queue.DELIVERY, scope, 100, lease=timedelta(seconds=-1))
    here.deliver(at(23, 10))
    with transaction(here.shop.engine) as sql:
        late = finish(sql, [Sent(row[0], stopped.token, "unknown", "late") for row in stopped.rows], None)
    assert late == set()
    assert {row[0] for row in here.sql("SELECT state FROM delivery WHERE site_id = %s", here.site_id)} == {
        "accepted"
    }


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Accepted(), "accepted", None),
        (Refused("no such user"), "refused", "no such user"),
        (Unknown("broke off"), "queued", "broke off"),
        (OSError("secret"), "queued", "The channel broke down: OSError."),
    ],
)
def test_results_from_outside_are_written_with_no_transaction_open(
    place: Callable[..., Place],
    postgres_url: str,
    outcome: Outcome | Exception,
    state: str,
    words: str | None,
) -> None:
    here = place(MAILED, live=True)
    here.report(None, severity=Severity.DANGER)
    outside = Outside(postgres_url, outcome)
    here.deliver(outside=outside)
    rows = here.sql("SELECT state, result FROM delivery WHERE site_id = %s AND kind = 'email'", here.site_id)
    assert set(rows) == {(state, words)}
    assert len(outside.got) == len(rows) > 0


def test_a_virtual_clock_never_reaches_a_real_address(place: Callable[..., Place], postgres_url: str) -> None:
    here = place(MAILED)
    here.report(at(23, 10))
    outside = Outside(postgres_url)
    here.deliver(at(23, 10), outside=outside)
    assert outside.got == []
    assert [one.address for one in here.rings()] == ["email"] * 3


def test_a_delivery_that_was_made_for_outside_stays_inside_once_the_clock_is_virtual(
    place: Callable[..., Place], postgres_url: str
) -> None:
    here = place(MAILED, live=True)
    here.report(None, severity=Severity.DANGER)
    expand(here.shop, here.scope(None))
    here.sql("UPDATE site SET clock = 'virtual', virtual_now = now() WHERE id = %s", here.site_id)
    outside = Outside(postgres_url)
    here.deliver(datetime.now(UTC), outside=outside)
    assert outside.got == []
    assert "secret.example" not in str(here.rings())


def test_a_poison_row_costs_only_itself(place: Callable[..., Place]) -> None:
    here = place()
    bad, good = here.report(at(23, 10)), here.report(at(23, 10))
    here.sql(
        "UPDATE stream SET state = jsonb_set(state, '{pin,digest}', '\"gone\"') WHERE site_id = %s"
        " AND stream_id = %s",
        *(bad.site_id, bad.stream_id),
    )
    here.deliver(at(23, 10))
    assert {one.code for one in here.rings()} == {f"{here.code}-{good.stream_id}"}
    results = here.sql("SELECT DISTINCT state, result FROM delivery WHERE stream_id = %s AND site_id = %s",
                       bad.stream_id, bad.site_id)  # fmt: skip
    assert results == [("refused", "It could not be worded: UnknownSite.")]


def test_the_service_record_says_who_was_told_how_and_when(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(23, 10))
    here.deliver(at(23, 10))
    noticed(here, key, ("client", "lead", "step.urge.fix"), now=at(24, 10))
    with transaction(here.shop.engine) as sql:
        record = service_record(sql, key)
    assert [one["state"] for one in record] == ["told", "told", "told", "waiting"]
    (delivery,) = record[0]["deliveries"]
    assert (delivery["person"], delivery["kind"], delivery["state"]) == ("bao-jing", "recorder", "accepted")
    assert [(one["step"], one["at"], one["attempt"]) for one in delivery["steps"]] == [
        ("leased", at(23, 10), 1),
        ("accepted", at(23, 10), 1),
    ]


def test_where_nobody_has_a_channel_the_record_says_so(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(23, 10))
    here.sql("DELETE FROM channel WHERE site_id = %s", here.site_id)
    here.deliver(at(23, 10))
    with transaction(here.shop.engine) as sql:
        assert {one["state"] for one in service_record(sql, key)} == {"nobody"}


def test_a_reader_that_goes_on_from_the_last_id_loses_nothing(place: Callable[..., Place]) -> None:
    here = place()
    key = here.report(at(23, 10))
    here.sql("DELETE FROM phone WHERE site_id = %s", here.site_id)
    keep = (
        "INSERT INTO phone (site_id, stream_id, delivery_id, at, party, address, language, why, title, body)"
        " VALUES (%s, %s, %s, now(), 'property', '', 'zh', '{review}', 't', 'b') RETURNING id"
    )
    with transaction(here.shop.engine) as slow:
        slow.execute(keep.encode(), (key.site_id, key.stream_id, -2 * here.site_id))
        here.sql(keep, key.site_id, key.stream_id, -2 * here.site_id - 1)
        assert here.rings() == []
    both = here.rings()
    assert len(both) == 2
    with transaction(here.shop.engine) as sql:
        assert phone.latest(sql, here.site_id, both[0].id) == both[1:]
