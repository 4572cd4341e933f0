"""Claims, leases and what becomes of work that fails, is repeated or is overtaken."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
import structlog

from models.domain.orders import commands as c
from models.domain.orders.kind import OrderKind
from models.domain.orders.state import Reporter
from models.domain.streams import SYSTEM, Actor, Role, StreamKey
from models.domain.words import ReporterKind
from services import desk, execute, lanes
from services.callers import Caller
from services.execute import Envelope, Shop, Unit
from services.store.claims import (
    LIVE,
    MARK_LAG,
    MOST_ATTEMPTS,
    SUSPECT_ATTEMPTS,
    Claim,
    Queue,
    Scope,
    claim,
    drop,
    release,
    waiting,
)
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.idempotency import KeyReused, Ticket
from services.store.private import private_text
from services.store.sites import Clock
from services.store.streams import want_routing
from services.store.transactions import transaction
from tests.databases import add_aibo
from tests.integration.engine.test_execute import LEAK, one, reported, routed, status_of

PROPERTY = Actor(Role.HANDLER, "property", "m:property")
WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def change(shop: Shop, query: str, *values: object) -> None:
    with transaction(shop.engine) as sql:
        sql.execute(query.encode(), values)


def overdue(shop: Shop) -> None:
    """Let every timer be due, as after a long downtime."""
    change(shop, "UPDATE timer SET fire_at = %s", LONG_AGO)


# ── leases ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_lease_that_ran_out_lets_another_claim_and_counts_both_tries(shop: Shop, committee: Caller) -> None:
    reported(shop, committee)
    stalled = claim(shop.engine, Queue.ROUTING, LIVE, 10, lease=timedelta())
    taken = claim(shop.engine, Queue.ROUTING, LIVE, 10)
    assert stalled.rows == taken.rows
    assert one(shop, "SELECT attempts FROM routing") == 2


def test_who_woke_after_his_lease_gives_back_and_drops_nothing(shop: Shop, committee: Caller) -> None:
    key = reported(shop, committee)
    stalled = claim(shop.engine, Queue.ROUTING, LIVE, 10, lease=timedelta())
    mine = claim(shop.engine, Queue.ROUTING, LIVE, 10)
    with transaction(shop.engine) as sql:
        release(sql, stalled, [(key.site_id, key.stream_id)])
        drop(sql, stalled, [(key.site_id, key.stream_id)])
    assert one(shop, "SELECT lease_token FROM routing") == mine.token


def test_an_order_that_is_wanted_again_while_it_is_looked_at_stays_wanted(
    shop: Shop, committee: Caller
) -> None:
    key = reported(shop, committee)
    mine = claim(shop.engine, Queue.ROUTING, LIVE, 10)
    with transaction(shop.engine) as sql:  # a playbook was mended meanwhile
        want_routing(sql, [(key, LONG_AGO)])
    with transaction(shop.engine) as sql:
        drop(sql, mine, [(key.site_id, key.stream_id)])
    assert len(claim(shop.engine, Queue.ROUTING, LIVE, 10).rows) == 1


def test_giving_back_does_not_wait_for_who_is_about_to_write_the_row(shop: Shop, committee: Caller) -> None:
    key = reported(shop, committee)
    mine = claim(shop.engine, Queue.ROUTING, LIVE, 10)
    with transaction(shop.engine) as writer:
        writer.execute("SELECT FROM routing FOR UPDATE")
        with transaction(shop.engine) as sql:
            sql.execute("SET LOCAL lock_timeout = '100ms'")
            release(sql, mine, [(key.site_id, key.stream_id)])
            drop(sql, mine, [(key.site_id, key.stream_id)])
    assert one(shop, "SELECT lease_token FROM routing") == mine.token


def test_who_does_his_work_after_his_lease_finds_it_done(shop: Shop, committee: Caller) -> None:
    key = reported(shop, committee)
    stalled = claim(shop.engine, Queue.ROUTING, LIVE, 10, lease=timedelta())
    assert lanes.route(shop, LIVE) == 1
    before = one(shop, "SELECT seq FROM stream")
    lanes._work_off(shop, LIVE, stalled, {key: Envelope(key, c.RouteOrder(), SYSTEM)})
    assert one(shop, "SELECT seq FROM stream") == before
    assert one(shop, "SELECT count(*) FROM notice") == 3


# ── marks ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lane(shop: Shop, site_id: int) -> Scope:
    """A lane that has seen its empty queue to the end."""
    scope = Scope(marks={})
    while scope.marks is not None and (not scope.marks or scope.marks[Queue.ROUTING].suspects):
        claim(shop.engine, Queue.ROUTING, scope, 10)
    return scope


def wanted(shop: Shop, committee: Caller, before: timedelta) -> StreamKey:
    """An order that wants to be routed since before now."""
    key = reported(shop, committee)
    change(shop, "UPDATE routing SET wanted_at = now() - %s WHERE stream_id = %s", before, key.stream_id)
    return key


def taken(shop: Shop, scope: Scope) -> list[int]:
    return [row[1] for row in claim(shop.engine, Queue.ROUTING, scope, 10).rows]


def sweeps_again(scope: Scope) -> None:
    """As if the time for it had come."""
    assert scope.marks is not None
    scope.marks[Queue.ROUTING].sweep_at = 0


def test_what_was_committed_a_little_late_lies_behind_the_mark(
    shop: Shop, committee: Caller, lane: Scope
) -> None:
    key = wanted(shop, committee, MARK_LAG - timedelta(seconds=1))
    assert taken(shop, lane) == [key.stream_id]


def test_what_turns_up_before_the_mark_is_found_by_the_next_sweep(
    shop: Shop, committee: Caller, lane: Scope
) -> None:
    key = wanted(shop, committee, timedelta(minutes=1))
    assert taken(shop, lane) == []
    sweeps_again(lane)
    assert taken(shop, lane) == [key.stream_id]


def test_what_turns_up_before_the_mark_the_pulse_finds_at_once(
    shop: Shop, committee: Caller, lane: Scope
) -> None:
    key = wanted(shop, committee, timedelta(minutes=1))
    with transaction(shop.engine) as sql:
        late = waiting(sql, Queue.ROUTING)
    assert late is not None
    assert late > timedelta(seconds=59)
    assert taken(shop, LIVE) == [key.stream_id]


def test_a_mark_stays_while_claims_are_full(shop: Shop, committee: Caller, lane: Scope) -> None:
    assert lane.marks is not None
    before = lane.marks[Queue.ROUTING].since
    for _ in range(2):
        reported(shop, committee)
    claim(shop.engine, Queue.ROUTING, lane, 1)
    assert lane.marks[Queue.ROUTING].since == before


def test_what_is_claimed_alone_is_found_by_each_sweep(shop: Shop, committee: Caller, lane: Scope) -> None:
    keys = [reported(shop, committee).stream_id for _ in range(2)]
    change(shop, "UPDATE routing SET attempts = %s", SUSPECT_ATTEMPTS)
    assert taken(shop, lane) == []
    sweeps_again(lane)
    assert sorted(taken(shop, lane) + taken(shop, lane)) == keys


def test_what_somebody_died_with_waits_since_his_lease_ended(shop: Shop, committee: Caller) -> None:
    wanted(shop, committee, timedelta(minutes=1))
    change(shop, "UPDATE routing SET attempts = 1, lease_until = now() - interval '1 second'")
    with transaction(shop.engine) as sql:
        late = waiting(sql, Queue.ROUTING)
    assert late is not None
    assert late < timedelta(seconds=30)


def test_what_somebody_died_with_does_not_hide_what_nobody_has_had(shop: Shop, committee: Caller) -> None:
    wanted(shop, committee, timedelta(minutes=2))
    change(shop, "UPDATE routing SET attempts = 1, lease_until = now() - interval '1 second'")
    wanted(shop, committee, timedelta(minutes=1))
    with transaction(shop.engine) as sql:
        late = waiting(sql, Queue.ROUTING)
    assert late is not None
    assert late > timedelta(seconds=59)


# ── work that fails ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_tried_a_few_times_is_claimed_alone_after_all_others(shop: Shop, committee: Caller) -> None:
    suspects = {reported(shop, committee).stream_id for _ in range(2)}
    change(shop, "UPDATE routing SET attempts = %s", SUSPECT_ATTEMPTS)
    healthy = {reported(shop, committee).stream_id for _ in range(2)}
    first, second, third = (claim(shop.engine, Queue.ROUTING, LIVE, 10) for _ in range(3))
    assert {row[1] for row in first.rows} == healthy
    assert len(second.rows) == len(third.rows) == 1
    assert {row[1] for row in second.rows + third.rows} == suspects


def test_draining_a_lane_comes_to_those_that_are_claimed_alone(shop: Shop, committee: Caller) -> None:
    for _ in range(3):
        reported(shop, committee)
    change(shop, "UPDATE routing SET attempts = %s", SUSPECT_ATTEMPTS)
    assert lanes.drain(lanes.route, shop, LIVE) == 3
    assert one(shop, "SELECT count(*) FROM routing") == 0


def test_work_that_keeps_failing_is_tried_again_only_after_an_hour(shop: Shop, committee: Caller) -> None:
    reported(shop, committee)
    change(shop, "UPDATE routing SET attempts = %s", MOST_ATTEMPTS - 1)
    assert len(claim(shop.engine, Queue.ROUTING, LIVE, 10).rows) == 1
    left = one(shop, "SELECT lease_until - now() FROM routing")
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_an_outage_of_many_tries_loses_no_work(
    shop: Shop, committee: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = reported(shop, committee)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a release that cannot route")

    with monkeypatch.context() as patch:
        patch.setattr(OrderKind, "decide", broken)
        for _ in range(MOST_ATTEMPTS):
            lanes.route(shop, LIVE)
            change(shop, "UPDATE routing SET lease_until = now()")
    assert lanes.route(shop, LIVE) == 1
    assert status_of(shop, key) == "open"


def test_a_delivery_that_was_tried_often_is_given_up_for_good(shop: Shop, committee: Caller) -> None:
    key = routed(shop, committee)
    change(
        shop,
        "INSERT INTO delivery (site_id, notice_id, notice_ids, stream_id, party, kind, language, created_at,"
        " state, attempts) SELECT %s, 1, '{1}', %s, 'property', 'recorder', 'zh', now(), 'queued', %s",
        key.site_id,
        key.stream_id,
        MOST_ATTEMPTS,
    )
    assert claim(shop.engine, Queue.DELIVERY, LIVE, 10).rows == ()


def test_a_timer_whose_stream_has_nothing_due_changes_nothing_and_keeps_its_lease(
    shop: Shop, committee: Caller
) -> None:
    key = routed(shop, committee)
    overdue(shop)  # the rows alone: by the stream's state nothing is due
    before = one(shop, "SELECT seq FROM stream WHERE stream_id = %s", key.stream_id)
    assert lanes.drain(lanes.fire, shop, LIVE) == one(shop, "SELECT count(*) FROM timer")
    assert one(shop, "SELECT seq FROM stream WHERE stream_id = %s", key.stream_id) == before
    assert one(shop, "SELECT bool_and(lease_until > now() AND attempts = 1) FROM timer")


# ── locked streams ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_lane_that_meets_only_held_streams_ends_its_round(shop: Shop, committee: Caller) -> None:
    for _ in range(3):
        reported(shop, committee)
    with transaction(shop.engine) as sql:
        sql.execute("SELECT FROM stream FOR UPDATE")
        assert lanes.drain(lanes.route, shop, LIVE) == 0
    assert one(shop, "SELECT sum(attempts) FROM routing") == 0
    assert lanes.drain(lanes.route, shop, LIVE) == 3


def test_the_driver_of_a_virtual_clock_waits_for_a_stream_that_somebody_holds(shop: Shop) -> None:
    site = add_aibo(shop.engine, "PAST", clock=Clock("virtual", LONG_AGO))
    scope = Scope(site, LONG_AGO)
    key = StreamKey(site, 1)
    report = c.Report(
        "dance", private_text("灯不亮").ref, Reporter(ReporterKind.ANONYMOUS, None), category="electrical"
    )
    shop.execute([Unit((Envelope(key, report, SYSTEM, now=LONG_AGO),))], sites=[site])
    with ThreadPoolExecutor(1) as pool:
        with transaction(shop.engine) as sql:
            sql.execute("SELECT FROM stream FOR UPDATE")
            routing = pool.submit(lanes.route, shop, scope)
            wait_for(lambda: one(shop, WAITERS))
        assert routing.result(10) == 1
    assert status_of(shop, key) == "open"


def wait_for(condition: Callable[[], object], within: float = 10) -> None:
    latest = datetime.now(UTC) + timedelta(seconds=within)
    while not condition():
        assert datetime.now(UTC) < latest, "it never came true"


# ── one transaction ─────────────────────────────────────────────────────────────────────────────────────────


def with_ticket(committee: Caller, key: StreamKey, body: bytes) -> Unit:
    ticket = Ticket.of(actor="a", route="r", key="k", site_id=key.site_id, body=body, status=201)
    return Unit((desk.reported(committee, key, LEAK),), ticket)


def two_keys(shop: Shop, committee: Caller) -> list[StreamKey]:
    return [desk.new_key(shop, committee, committee.sites["AIBO5"]) for _ in range(2)]


def test_a_ticket_twice_in_one_batch_has_one_effect(shop: Shop, committee: Caller) -> None:
    keys = two_keys(shop, committee)
    units = [with_ticket(committee, key, b"the same") for key in keys]
    taken, repeated = shop.execute(units, sites=committee.site_ids)
    assert set(taken.states) == {keys[0]}
    assert repeated.recalled == {"stream_id": keys[0].stream_id}
    assert one(shop, "SELECT count(*) FROM stream") == 1


def test_a_ticket_with_two_bodies_in_one_batch_is_refused_whole(shop: Shop, committee: Caller) -> None:
    first, second = two_keys(shop, committee)
    units = [with_ticket(committee, first, b"one"), with_ticket(committee, second, b"another")]
    with pytest.raises(KeyReused):
        shop.execute(units, sites=committee.site_ids)
    assert one(shop, "SELECT count(*) FROM stream") == 0


def test_two_commands_of_one_unit_to_one_stream_happen_one_after_the_other(
    shop: Shop, committee: Caller
) -> None:
    key = routed(shop, committee)
    actor = PROPERTY
    both = Unit(
        (Envelope(key, c.Acknowledge("property"), actor), Envelope(key, c.Contact("property"), actor))
    )
    before = one(shop, "SELECT seq FROM stream")
    (answer,) = shop.execute([both], sites=[key.site_id])
    assert answer.refused is None
    assert one(shop, "SELECT count(*) FROM event WHERE seq > %s", before) > 2


def test_after_a_refused_unit_the_next_to_the_same_stream_finds_it_as_it_was(
    shop: Shop, committee: Caller
) -> None:
    key = routed(shop, committee)
    actor = PROPERTY
    half = Unit(
        (Envelope(key, c.Acknowledge("property"), actor), Envelope(key, c.Acknowledge("street"), actor))
    )
    whole = Unit((Envelope(key, c.Acknowledge("property"), actor),))
    refused, done = shop.execute([half, whole], sites=[key.site_id])
    assert refused.refused is not None
    assert done.refused is None
    assert one(shop, "SELECT count(*) FROM event WHERE type = 'AssignmentAcknowledged'") == 1


def test_an_event_is_never_older_than_the_lock_that_it_waited_for(shop: Shop, committee: Caller) -> None:
    key = routed(shop, committee)
    started = Barrier(2)

    def tap() -> None:
        started.wait()
        shop.execute([Unit((Envelope(key, c.Acknowledge("property"), PROPERTY),))], sites=[key.site_id])

    with ThreadPoolExecutor(1) as pool:
        with transaction(shop.engine) as sql:
            sql.execute("SELECT FROM stream FOR UPDATE")
            tapped = pool.submit(tap)
            started.wait()
            wait_for(lambda: one(shop, WAITERS))
            released = sql.execute("SELECT clock_timestamp()").fetchone()
        tapped.result(10)
    assert released is not None
    assert one(shop, "SELECT max(at) FROM event") > released[0]


def test_a_lost_connection_tells_its_own_error_and_is_not_used_again(shop: Shop, migrated_url: str) -> None:
    def cut_off() -> None:
        with transaction(shop.engine) as sql:
            with psycopg.connect(migrated_url) as owner:
                owner.execute("SELECT pg_terminate_backend(%s, 5000)", [sql.info.backend_pid])
            sql.execute("SELECT 1")

    with pytest.raises(psycopg.errors.AdminShutdown):
        cut_off()
    assert one(shop, "SELECT 1") == 1


def test_a_lease_need_not_reach_the_disk_but_an_event_must(migrated_url: str) -> None:
    asked = "SELECT current_setting('synchronous_commit')"
    engine = open_engine(migrated_url, DatabaseRole.WORKER, pool_size=1)
    with transaction(engine) as sql:
        sql.execute("SET SESSION synchronous_commit = 'on'")
    with transaction(engine, durable=False) as sql:
        assert sql.execute(asked).fetchone() == ("off",)
    with transaction(engine) as sql:
        assert sql.execute(asked).fetchone() == ("on",)
    engine.dispose()


def test_a_mistake_of_ours_in_one_unit_is_logged_with_its_place(
    shop: Shop, committee: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = routed(shop, committee)

    def mistaken(*_: Any, **__: Any) -> None:
        raise KeyError("a name that we forgot")

    monkeypatch.setattr(OrderKind, "decide", mistaken)
    # Where the process's own log goes is whoever's who set it up last.
    logger = structlog.testing.CapturingLogger()
    monkeypatch.setattr(execute, "log", structlog.wrap_logger(logger, processors=[]))
    (answer,) = shop.execute([Unit((Envelope(key, c.FireDue(), SYSTEM),))], sites=[key.site_id])
    assert isinstance(answer.refused, KeyError)
    assert [(one.method_name, one.kwargs["event"]) for one in logger.calls] == [("error", "lookup_failed")]


def test_a_storm_at_one_site_does_not_hold_up_the_others(shop: Shop) -> None:
    busy, quiet = add_aibo(shop.engine, "BUSY"), add_aibo(shop.engine, "QUIET")
    with transaction(shop.engine) as sql:
        want_routing(sql, ((StreamKey(busy, number), LONG_AGO) for number in range(1, 201)))
        want_routing(sql, [(StreamKey(quiet, 1), LONG_AGO + timedelta(days=1))])
    met: list[Claim] = []
    while not any(row[0] == quiet for one in met for row in one.rows):
        met.append(claim(shop.engine, Queue.ROUTING, LIVE, 1))
        assert len(met) < 100


def test_contexts_of_a_new_version_are_read_anew(shop: Shop, committee: Caller) -> None:
    contexts = Contexts()
    mine = Shop(shop.engine, contexts)
    reported(mine, committee)
    change(shop, "UPDATE party SET capacities = '{}' WHERE code = 'asset_company'")
    change(shop, "UPDATE site SET version = version + 1")
    assert lanes.route(mine, LIVE) == 1
    assert one(shop, "SELECT status FROM stream") == "unrouted"
