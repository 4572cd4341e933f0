"""Sending outside: fallback, unknown, limits, breakers, digests, and no result without its lease."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from models.domain.playbook.site_model import ChannelSpec, SiteSpec
from models.domain.streams import StreamKey
from services.notify import endpoints_rows, sending
from services.notify.channels import Accepted, ByHand, Message, Outcome, Refused, Unknown
from services.notify.expanding import expand
from services.notify.fallback import AGAIN_WHEN_REFUSED
from services.notify.record import acted, opened
from services.notify.sending import send
from services.notify.sending_results import CLOSED, INTERRUPTED, Sent, begin, settle, sweep
from services.store.engine import DatabaseRole, open_engine
from services.store.quarantine import GIVEN_UP, UNSURE, Dead, drop, forget_healed, read_dead, retry
from services.store.transactions import transaction
from tests.databases import SPEC
from tests.integration.notices_kit import URL, Place, noticed

HANDLER, LEAD = "pan-rui", "yao-minhua"


def ntfy(topic: str) -> str:
    return f'{{"host": "ntfy.example", "topic": "{topic}"}}'


def robot(letter: str = "a") -> str:
    return f'{{"token": "{letter * 64}"}}'


def with_channels(*channels: tuple[str, str, str | None]) -> SiteSpec:
    """The site where only these can be reached: kind, address, member; None is the client as such."""
    return replace(
        SPEC,
        channels=tuple(
            ChannelSpec(kind, address, member, None if member else "client")
            for kind, address, member in channels
        ),
    )


TWO = with_channels(
    ("ntfy", ntfy("pan"), HANDLER), ("email", "pan@client.example", HANDLER), ("email", "yao@x.example", LEAD)
)
ONE = with_channels(("ntfy", ntfy("pan"), HANDLER))


@dataclass
class Service:
    """A notifier whose services answer as they are told, by kind of channel; else they accept."""

    says: dict[str, Outcome] = field(default_factory=dict)
    got: list[Message] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def send(self, message: Message) -> Outcome:
        with self.lock:
            self.got.append(message)
        return self.says.get(message.kind, Accepted())

    def reached(self) -> list[tuple[str, str | None]]:
        return [(one.kind, one.member) for one in self.got]


def tell(
    here: Place, key: StreamKey, count: int = 1, *, urgency: str = "ordinary", role: str = "handler"
) -> None:
    """That many notices of as many instants, due now."""
    now = datetime.now(UTC)
    for number in range(count):
        noticed(here, key, ("client", role, "closed"), now=now - timedelta(seconds=number + 1))
    here.sql(
        "UPDATE notice SET urgency = %s WHERE site_id = %s AND expanded_at IS NULL", urgency, here.site_id
    )


def quiet(here: Place) -> StreamKey:
    """An order of which nothing is told but what the test tells."""
    key = here.report(None)
    here.sql("DELETE FROM notice WHERE site_id = %s", here.site_id)
    return key


def rows(here: Place, columns: str) -> list[tuple[Any, ...]]:
    return here.sql(f"SELECT {columns} FROM delivery WHERE site_id = %s ORDER BY id", here.site_id)


def dead(here: Place) -> list[Dead]:
    with transaction(here.shop.engine) as sql:
        return [one for one in read_dead(sql) if one.site_id == here.site_id]


def steps(here: Place) -> list[str]:
    found = here.sql("SELECT step FROM delivery_step WHERE site_id = %s ORDER BY id", here.site_id)
    return [row[0] for row in found]


def alerts(here: Place) -> list[str]:
    wanted = "SELECT words FROM alert WHERE name = 'nobody_reached' AND key LIKE %s AND cleared_at IS NULL"
    return [row[0] for row in here.sql(wanted, f"{here.code}:%")]


@pytest.fixture(autouse=True)
def no_endpoints(emptied: Engine) -> None:
    """Endpoints belong to the whole installation."""
    with transaction(emptied) as sql:
        sql.execute("DELETE FROM endpoint")


# ── fallback ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_refused_goes_over_the_persons_next_channel_in_the_same_round(
    place: Callable[..., Place],
) -> None:
    here = place(TWO, live=True)
    tell(here, quiet(here))
    service = Service({"ntfy": Refused("no such topic")})
    here.deliver(outside=service)
    assert service.reached() == [("ntfy", HANDLER), ("email", HANDLER)]
    assert rows(here, "state, result") == [("refused", "no such topic"), ("accepted", None)]


def test_the_record_says_each_step_with_its_try_its_lease_and_the_services_words(
    place: Callable[..., Place],
) -> None:
    here = place(TWO, live=True)
    key = quiet(here)
    tell(here, key)
    here.deliver(outside=Service({"ntfy": Refused("no such topic")}))
    first, second = here.record(key)[0]["deliveries"]
    assert [(one["step"], one["attempt"], one["words"]) for one in first["steps"]] == [
        ("leased", 1, None),
        ("refused", 1, "no such topic"),
    ]
    assert second["instead_of"] == first["id"]
    assert len({one["token"] for one in first["steps"]}) == 1


def test_when_all_of_a_persons_channels_refuse_the_lead_hears_it_and_why(place: Callable[..., Place]) -> None:
    spec = with_channels(("ntfy", ntfy("pan"), HANDLER), ("email", "yao@x.example", LEAD))
    here = place(spec, live=True)
    tell(here, quiet(here))
    service = Service({"ntfy": Refused("gone")})
    here.deliver(outside=service)
    assert service.reached() == [("ntfy", HANDLER), ("email", LEAD)]
    assert "原收件人未能联系上" in service.got[1].body
    assert "原收件人未能联系上" not in service.got[0].body


def test_a_lead_who_stands_in_for_two_is_told_once(place: Callable[..., Place]) -> None:
    people = (("ntfy", "tang", "tang-ayong"), ("ntfy", "ma", "ma-liqun"))
    spec = with_channels(
        *((kind, ntfy(topic), member) for kind, topic, member in people),
        ("email", "qian@x.example", "qian-weiguo"),
    )
    here = place(replace(spec, roster=()), live=True)
    noticed(here, quiet(here), ("property", "handler", "closed"), now=datetime.now(UTC))
    service = Service({"ntfy": Refused("gone")})
    here.deliver(outside=service)
    assert sorted(service.reached()) == [
        ("email", "qian-weiguo"),
        ("ntfy", "ma-liqun"),
        ("ntfy", "tang-ayong"),
    ]


def test_where_nobody_can_be_reached_it_is_tried_for_hours_then_dead_with_an_alert(
    place: Callable[..., Place],
) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here), urgency="danger")
    service = Service({"ntfy": Refused("gone")})
    for _ in AGAIN_WHEN_REFUSED:
        here.deliver(outside=service)
        assert rows(here, "state") == [("queued",)]
        here.sql("UPDATE delivery SET due_at = now() WHERE site_id = %s", here.site_id)
    assert len(alerts(here)) == 1
    here.deliver(outside=service)
    assert rows(here, "state, attempts") == [("dead", len(AGAIN_WHEN_REFUSED) + 1)]
    assert steps(here)[-2:] == ["refused", "dead"]


def test_what_was_given_up_is_listed_until_the_operator_lets_it_begin_anew(
    place: Callable[..., Place],
) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here), urgency="danger")
    here.deliver(outside=Service({"ntfy": Refused("gone")}))
    here.sql("UPDATE delivery SET due_at = now(), attempts = 7 WHERE site_id = %s", here.site_id)
    here.deliver(outside=Service({"ntfy": Refused("gone")}))
    with transaction(here.shop.engine) as sql:
        forget_healed(sql)
        (found,) = [one for one in read_dead(sql) if one.site_id == here.site_id]
        retry(sql, found)
    assert (found.given_up, found.error, found.needed) == (True, GIVEN_UP, "it tells of danger")
    here.deliver(outside=Service())
    assert rows(here, "state, attempts") == [("accepted", 1)]
    assert steps(here)[-4:] == ["dead", "queued", "leased", "accepted"]


def test_what_is_tried_again_for_an_ordinary_notice_waits_for_working_hours(
    place: Callable[..., Place],
) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    here.deliver(outside=Service({"ntfy": Refused("gone")}))
    ((due_at,),) = rows(here, "due_at AT TIME ZONE 'Asia/Shanghai'")
    assert 9 <= due_at.hour < 18


def test_the_alert_is_over_once_somebody_of_the_party_is_reached(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    key = quiet(here)
    tell(here, key, urgency="danger")
    here.deliver(outside=Service({"ntfy": Refused("gone")}))
    assert len(alerts(here)) == 1
    tell(here, key)
    here.deliver(outside=Service())
    assert alerts(here) == []


def test_a_party_of_which_nobody_has_a_channel_raises_an_alert(place: Callable[..., Place]) -> None:
    here = place(with_channels(), live=True)
    key = quiet(here)
    tell(here, key)
    here.deliver(outside=Service())
    assert [one["state"] for one in here.record(key)] == ["nobody"]
    assert len(alerts(here)) == 1


def test_a_person_who_has_to_be_telephoned_is_left_to_a_person(place: Callable[..., Place]) -> None:
    here = place(with_channels(("spoken", "021-66778899", HANDLER)), live=True)
    tell(here, quiet(here))
    here.deliver(outside=Service({"spoken": ByHand()}))
    assert rows(here, "state") == [("by_hand",)]
    assert steps(here) == ["leased", "by_hand"]


# ── unknown ──────────────────────────────────────────────────────────────────────────────────────────────


def test_unknown_goes_over_the_next_channel_where_a_second_message_would_be_seen(
    place: Callable[..., Place],
) -> None:
    here = place(TWO, live=True)
    tell(here, quiet(here))
    service = Service({"ntfy": Unknown("broke off")})
    here.deliver(outside=service)
    assert rows(here, "kind, state") == [("ntfy", "unknown"), ("email", "accepted")]


def test_unknown_is_sent_again_under_the_same_id_where_it_is_shown_once(place: Callable[..., Place]) -> None:
    here = place(with_channels(("email", "pan@client.example", HANDLER)), live=True)
    tell(here, quiet(here))
    service = Service({"email": Unknown("broke off")})
    here.deliver(outside=service)
    here.sql("UPDATE delivery SET due_at = now() WHERE site_id = %s", here.site_id)
    service.says = {}
    here.deliver(outside=service)
    assert len({one.delivery_id for one in service.got}) == 1
    assert steps(here) == ["leased", "unknown", "leased", "accepted"]


def test_unknown_with_nobody_else_stays_unknown_and_raises_an_alert(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    service = Service({"ntfy": Unknown("broke off")})
    here.deliver(outside=service)
    here.deliver(outside=service)
    assert (rows(here, "state"), len(service.got), len(alerts(here))) == ([("unknown",)], 1, 1)
    assert [one.error for one in dead(here)] == [UNSURE]


def test_what_ended_unknown_is_over_once_somebody_opens_it(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    here.deliver(outside=Service({"ntfy": Unknown("?")}))
    with transaction(here.shop.engine) as sql:
        opened(sql, rows(here, "id")[0][0], None)
    assert dead(here) == []


def test_what_ended_unknown_stays_so_when_it_is_dropped(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    here.deliver(outside=Service({"ntfy": Unknown("?")}))
    with transaction(here.shop.engine) as sql:
        drop(sql, dead(here)[0], "they were asked")
    assert (rows(here, "state"), dead(here)) == ([("unknown",)], [])


# ── leases ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Stopped:
    """A service whose answer comes when the test lets it."""

    begun: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    def send(self, _: Message) -> Outcome:
        self.begun.set()
        assert self.go_on.wait(20)
        return Accepted()


def test_a_sender_that_stood_still_past_its_lease_writes_nothing(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    service = Stopped()
    expand(here.shop, here.scope(None))
    sender = Thread(
        target=send, args=(here.shop, here.scope(None)), kwargs={"public_url": URL, "outside": service}
    )
    sender.start()
    assert service.begun.wait(20)
    here.sql("UPDATE delivery SET lease_until = now() - interval '1 second' WHERE site_id = %s", here.site_id)
    with transaction(here.shop.engine) as sql:
        sweep(here.shop, sql)
    service.go_on.set()
    sender.join(20)
    assert rows(here, "state, result") == [("unknown", INTERRUPTED)]
    assert steps(here) == ["leased", "unknown"]


def test_a_result_under_a_lost_lease_changes_nothing_and_is_on_no_record(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    expand(here.shop, here.scope(None))
    (parcel,) = endpoints_rows.claim(here.shop.engine, here.scope(None), 10)
    number = parcel.deliveries[0].id
    with transaction(here.shop.engine) as sql:
        begin(sql, [parcel])
        settle(here.shop, sql, [Sent(number, "of another", "accepted")])
    assert (rows(here, "state"), steps(here)) == ([("leased",)], ["leased"])


def test_what_was_claimed_and_not_begun_is_nobodys_secret_and_goes_later(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    expand(here.shop, here.scope(None))
    endpoints_rows.claim(here.shop.engine, here.scope(None), 10)  # and here its sender dies
    here.sql("UPDATE delivery SET lease_until = now() - interval '1 second' WHERE site_id = %s", here.site_id)
    service = Service()
    here.deliver(outside=service)
    assert (rows(here, "state, attempts"), len(service.got)) == ([("accepted", 2)], 1)


class SoftTimeLimitExceeded(Exception):
    """As Celery raises it in a task's main thread."""


def ended_while_it_sends(here: Place) -> Stopped:
    """The task's time is up while a send hangs."""
    tell(here, quiet(here))
    service = Stopped()

    def meanwhile() -> None:
        if service.begun.is_set():
            raise SoftTimeLimitExceeded
        expand(here.shop, here.scope(None))

    with pytest.raises(SoftTimeLimitExceeded):
        send(here.shop, here.scope(None), public_url=URL, outside=service, meanwhile=meanwhile)
    return service


def test_a_task_that_is_ended_while_it_sends_says_nothing_that_is_not_known(
    place: Callable[..., Place],
) -> None:
    here = place(ONE, live=True)
    ended_while_it_sends(here).go_on.set()
    assert rows(here, "state") == [("leased",)]
    here.deliver(outside=Service())
    assert rows(here, "state, attempts") == [("accepted", 1)]


def test_a_send_whose_process_is_gone_is_unknown(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    service = ended_while_it_sends(here)
    sending._left.clear()
    here.sql("UPDATE delivery SET lease_until = now() - interval '1 second' WHERE site_id = %s", here.site_id)
    other = Service()
    here.deliver(outside=other)
    service.go_on.set()
    assert rows(here, "state, result") == [("unknown", INTERRUPTED)]
    assert other.got == []


# ── limits and digests ───────────────────────────────────────────────────────────────────────────────────

ROBOT = with_channels(("dingtalk", robot(), HANDLER))


def test_above_the_limit_what_waits_is_one_message_with_all_its_lines(place: Callable[..., Place]) -> None:
    here = place(ROBOT, live=True)
    key = quiet(here)
    tell(here, key, 25)
    service = Service()
    here.deliver(outside=service)
    assert len(service.got) == 1
    assert service.got[0].title == "联办：25 条通知"
    assert service.got[0].body.count(f"{here.code}-{key.stream_id} ") == 25
    assert rows(here, "state") == [("accepted",)] * 25


def test_each_delivery_of_a_digest_says_so_on_its_record(place: Callable[..., Place]) -> None:
    here = place(ROBOT, live=True)
    key = quiet(here)
    tell(here, key, 25)
    here.deliver(outside=Service())
    told = [one["deliveries"][0] for one in here.record(key)]
    assert len({one["digest_id"] for one in told}) == 1
    assert told[0]["digest_id"] in {one["id"] for one in told}
    assert all([one["step"] for one in each["steps"]] == ["leased", "accepted"] for each in told)


def test_no_more_than_twenty_messages_a_minute_go_to_a_dingtalk_robot(place: Callable[..., Place]) -> None:
    here = place(ROBOT, live=True)
    key = quiet(here)
    service = Service()
    for _ in range(25):
        tell(here, key)
        here.deliver(outside=service)
    assert len(service.got) == 20
    waiting = here.sql("SELECT count(*), max(attempts) FROM delivery WHERE state = 'queued' AND site_id = %s",
                       here.site_id)  # fmt: skip
    assert waiting == [(5, 0)]


def test_once_the_minute_is_over_the_rest_goes(place: Callable[..., Place]) -> None:
    here = place(ROBOT, live=True)
    key = quiet(here)
    service = Service()
    for _ in range(22):
        tell(here, key)
        here.deliver(outside=service)
    here.sql("UPDATE endpoint SET closed_until = now(), recent = '{}'")
    here.deliver(outside=service)
    assert {row[0] for row in rows(here, "state")} == {"accepted"}


def test_a_digest_whose_outcome_is_unknown_goes_over_each_ones_next_channel(
    place: Callable[..., Place],
) -> None:
    here = place(
        with_channels(("dingtalk", robot(), HANDLER), ("email", "pan@x.example", HANDLER)), live=True
    )
    tell(here, quiet(here), 25)
    service = Service({"dingtalk": Unknown("broke off")})
    here.deliver(outside=service)
    assert [one.kind for one in service.got].count("dingtalk") == 1
    assert [one.kind for one in service.got].count("email") == 25


# ── breakers ─────────────────────────────────────────────────────────────────────────────────────────────


def broken(place: Callable[..., Place], spec: SiteSpec) -> Place:
    """A site whose handler's ntfy just opened its breaker, and one more notice waits for it."""
    here = place(spec, live=True)
    key = quiet(here)
    tell(here, key, 5)
    here.deliver(outside=Service({"ntfy": Refused("gone")}))
    here.sql("DELETE FROM delivery WHERE site_id = %s", here.site_id)
    tell(here, key)
    expand(here.shop, here.scope(None))
    return here


def test_an_open_breaker_is_skipped_and_burns_no_attempt(place: Callable[..., Place]) -> None:
    here = broken(place, ONE)
    service = Service()
    here.deliver(outside=service)
    assert (service.got, rows(here, "state, attempts")) == ([], [("queued", 0)])


def test_after_its_pause_one_tries_and_when_it_is_accepted_the_rest_follows(
    place: Callable[..., Place],
) -> None:
    here = broken(place, ONE)
    tell(here, StreamKey(here.site_id, 1), 9)
    here.sql("UPDATE endpoint SET closed_until = now()")
    expand(here.shop, here.scope(None))
    assert len(endpoints_rows.claim(here.shop.engine, here.scope(None), 100)) == 1
    here.sql("UPDATE endpoint SET closed_until = now()")
    service = Service()
    here.deliver(outside=service)
    assert len(service.got) == 9
    assert here.sql("SELECT failures, opened_at FROM endpoint WHERE kind = 'ntfy'") == [(0, None)]


def test_what_waits_for_an_open_breaker_goes_another_way_within_a_minute(place: Callable[..., Place]) -> None:
    here = broken(place, TWO)
    service = Service()
    here.deliver(outside=service)
    assert service.got == []
    here.sql("UPDATE delivery SET due_at = due_at - interval '31 seconds' WHERE site_id = %s", here.site_id)
    here.deliver(outside=service)
    assert service.reached() == [("email", HANDLER)]
    assert rows(here, "state, result, attempts") == [("refused", CLOSED, 0), ("accepted", None, 1)]


def test_what_waits_for_a_breaker_with_no_other_way_waits_on(place: Callable[..., Place]) -> None:
    here = broken(place, ONE)
    here.sql("UPDATE delivery SET due_at = due_at - interval '31 seconds' WHERE site_id = %s", here.site_id)
    here.deliver(outside=Service())
    assert rows(here, "state, attempts, due_at > now()") == [("queued", 0, True)]


def test_only_what_something_can_be_done_with_counts_as_waiting(place: Callable[..., Place]) -> None:
    here = broken(place, TWO)
    # What earlier tests left is tried again one day, and counts for all sites; so does what they began.
    here.sql("UPDATE site SET clock = 'frozen' WHERE id <> %s", here.site_id)
    here.sql("UPDATE delivery SET lease_until = now() + interval '30 seconds' WHERE state = 'leased'")
    with transaction(here.shop.engine) as sql:
        assert endpoints_rows.waiting(sql) is None
    here.sql("UPDATE delivery SET due_at = due_at - interval '31 seconds' WHERE site_id = %s", here.site_id)
    with transaction(here.shop.engine) as sql:
        late = endpoints_rows.waiting(sql)
    assert late is not None
    assert late < timedelta(seconds=30)


# ── the record ───────────────────────────────────────────────────────────────────────────────────────────


def test_opened_and_acted_are_on_record_once_with_the_first_instant(place: Callable[..., Place]) -> None:
    here = place(ONE, live=True)
    key = quiet(here)
    tell(here, key)
    here.deliver(outside=Service())
    number = rows(here, "id")[0][0]
    first = datetime(2026, 11, 23, 2, tzinfo=UTC)
    for later in range(2):
        with transaction(here.shop.engine, [here.site_id]) as sql:
            opened(sql, number, first + timedelta(hours=later))
            acted(sql, number, first + timedelta(hours=later))
    life = here.record(key)[0]["deliveries"][0]["steps"]
    assert [(one["step"], one["at"]) for one in life[2:]] == [("opened", first), ("acted", first)]


@pytest.mark.parametrize("role", ["lianban_app", "lianban_worker"])
@pytest.mark.parametrize(
    "change", ["UPDATE delivery_step SET step = 'accepted'", "DELETE FROM delivery_step"]
)
def test_nobody_can_rewrite_the_record(migrated_url: str, role: str, change: str) -> None:
    with psycopg.connect(migrated_url) as sql:
        sql.execute(f"SET ROLE {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sql.execute(change.encode())


def test_the_application_sees_the_steps_of_its_own_sites_alone(
    place: Callable[..., Place], migrated_url: str
) -> None:
    here = place(ONE, live=True)
    tell(here, quiet(here))
    here.deliver(outside=Service())
    app = open_engine(migrated_url, DatabaseRole.APP)
    for site, seen in ((here.site_id, 2), (here.site_id + 1000, 0)):
        with transaction(app, [site]) as sql:
            assert sql.execute("SELECT count(*) FROM delivery_step").fetchone() == (seen,)
    app.dispose()


def test_what_waited_for_the_morning_is_one_message_of_several_orders(place: Callable[..., Place]) -> None:
    here, service = place(with_channels(("email", "pan@client.example", HANDLER)), live=True), Service()
    for key in (quiet(here), quiet(here), quiet(here)):
        tell(here, key)
    here.sql("UPDATE notice SET send_at = created_at + interval '1 ms' WHERE site_id = %s", here.site_id)
    here.deliver(outside=service)
    (message,) = service.got
    assert message.title == "联办：3 条通知"
    assert rows(here, "state") == [("accepted",)] * 3
