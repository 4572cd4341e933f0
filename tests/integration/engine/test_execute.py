"""The one path of every change, over a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import psycopg
import pytest

from models.domain import ledger
from models.domain.kinds import Outcome
from models.domain.orders import commands as c
from models.domain.orders.kind import OrderKind
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.streams import SYSTEM, Actor, Role, StreamKey, TextRef
from services import desk, lanes
from services.actions.bodies import MergeBody, Nothing, ReasonBody, ReportBody, SplitBody
from services.callers import Caller
from services.execute import Envelope, FrozenClock, Shop, Unit, UnknownStream
from services.store.claims import LIVE, Queue, claim
from services.store.contexts import UnknownSite
from services.store.idempotency import KeyReused, Ticket
from services.store.streams import want_routing
from services.store.transactions import transaction
from tests.databases import caller

LEAK = ReportBody(space="table-tennis", description="乒乓房漏水", category="leak", origin="pre_existing")


def reported(shop: Shop, by: Caller, body: ReportBody = LEAK) -> StreamKey:
    key, answer = desk.report(shop, by, "AIBO5", body)
    assert answer.refused is None
    return key


def routed(shop: Shop, by: Caller, body: ReportBody = LEAK) -> StreamKey:
    key = reported(shop, by, body)
    assert lanes.route(shop, LIVE) == 1
    return key


def status_of(shop: Shop, key: StreamKey) -> str:
    return str(one(shop, "SELECT status FROM stream WHERE stream_id = %s", key.stream_id))


def one(shop: Shop, query: str, *values: object) -> Any:
    with transaction(shop.engine) as sql:
        row = sql.execute(query.encode(), values).fetchone()
    return row[0] if row else None


def test_a_report_is_routed_to_three_parties_each_with_its_own_clock(shop: Shop, committee: Caller) -> None:
    key = routed(shop, committee)
    assert status_of(shop, key) == "open"
    assert one(shop, "SELECT array_agg(DISTINCT party ORDER BY party) FROM timer") == [
        "asset_company",
        "property",
    ]
    assert one(shop, "SELECT array_agg(party ORDER BY party) FROM notice") == [
        "asset_company",
        "autonomy_office",
        "property",
    ]


def test_events_state_timers_notices_and_outbox_stand_or_fall_together(
    shop: Shop, committee: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = reported(shop, committee)

    def failing(*_: object) -> None:
        raise RuntimeError("the last statement of the transaction")

    monkeypatch.setattr("services.store.streams._write_notices", failing)
    with pytest.raises(RuntimeError):
        shop.execute([Unit((Envelope(key, c.RouteOrder(), SYSTEM),))], sites=[key.site_id])
    assert status_of(shop, key) == "reported"
    assert one(shop, "SELECT count(*) FROM event") == 1
    assert one(shop, "SELECT count(*) FROM timer") == 0


def test_a_refused_unit_leaves_no_trace_and_does_not_touch_the_others(shop: Shop, committee: Caller) -> None:
    key = routed(shop, committee)
    wrong = Envelope(key, c.Acknowledge("property"), Actor(Role.HANDLER, "asset_company", "m"))
    right = Envelope(key, c.Acknowledge("property"), Actor(Role.HANDLER, "property", "m"))
    before = one(shop, "SELECT seq FROM stream")
    first, second = shop.execute([Unit((wrong,)), Unit((right,))], sites=[key.site_id])
    assert isinstance(first.refused, NotYours)
    assert second.refused is None
    assert one(shop, "SELECT seq FROM stream") == before + 2


def test_a_unit_of_two_orders_happens_whole_or_not_at_all(shop: Shop, committee: Caller) -> None:
    first, second = reported(shop, committee), reported(shop, committee)
    desk.act(shop, committee, second, desk.Wish("cancel", ReasonBody(reason="重复")))
    body = MergeBody(into=f"AIBO5-{second.stream_id}", reason="同一处")
    answer = desk.act(shop, committee, first, desk.Wish("merge", body))
    assert isinstance(answer.refused, IllegalMove)
    assert status_of(shop, first) == "reported"


def test_a_merge_ends_one_order_and_is_noted_on_the_other(shop: Shop, committee: Caller) -> None:
    first, second = reported(shop, committee), reported(shop, committee)
    body = MergeBody(into=f"AIBO5-{second.stream_id}", reason="同一处")
    answer = desk.act(shop, committee, first, desk.Wish("merge", body))
    assert answer.states[first].merged_into == second.stream_id
    assert answer.states[second].absorbed == (first.stream_id,)


def test_a_split_makes_another_order_that_is_routed_by_itself(shop: Shop, committee: Caller) -> None:
    key = routed(shop, committee)
    part = ReportBody(space="dance", description="灯不亮", category="electrical")
    answer = desk.act(shop, committee, key, desk.Wish("split", SplitBody(reason="两件事", report=part)))
    (other,) = set(answer.states) - {key}
    assert answer.states[other].split_from == key.stream_id
    lanes.route(shop, LIVE)
    assert status_of(shop, other) == "open"


def test_the_chain_of_a_stream_holds_up_to_its_head(shop: Shop, committee: Caller) -> None:
    key = routed(shop, committee)
    with transaction(shop.engine) as sql:
        rows = sql.execute("SELECT seq, payload, digest FROM event ORDER BY seq").fetchall()
        head = sql.execute("SELECT head FROM stream").fetchone()
    assert head is not None
    assert ledger.first_broken(key, (ledger.Link(*row) for row in rows), head=head[0]) is None


def test_an_event_can_be_neither_changed_nor_deleted_by_app_or_worker(shop: Shop, committee: Caller) -> None:
    reported(shop, committee)
    for statement in ("UPDATE event SET type = 'x'", "DELETE FROM event", "TRUNCATE event"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(shop.engine) as sql:
            sql.execute(statement)


def test_the_same_key_at_once_from_many_sides_has_one_effect(shop: Shop, committee: Caller) -> None:
    barrier = Barrier(4)
    ticket = Ticket.of(
        actor=committee.id, route="orders", key="k", site_id=committee.sites["AIBO5"], body=b"b", status=201
    )

    def post(_: int) -> int:
        barrier.wait()
        key, _answer = desk.report(shop, committee, "AIBO5", LEAK, desk.Extras(ticket=ticket))
        return key.stream_id

    with ThreadPoolExecutor(4) as pool:
        numbers = set(pool.map(post, range(4)))
    assert len(numbers) == 1
    assert one(shop, "SELECT count(*) FROM stream") == 1


def test_the_same_key_with_another_body_is_refused(shop: Shop, committee: Caller) -> None:
    def ticket(body: bytes) -> desk.Extras:
        given = Ticket.of(
            actor="a", route="r", key="k", site_id=committee.sites["AIBO5"], body=body, status=201
        )
        return desk.Extras(ticket=given)

    desk.report(shop, committee, "AIBO5", LEAK, ticket(b"one"))
    with pytest.raises(KeyReused):
        desk.report(shop, committee, "AIBO5", LEAK, ticket(b"two"))


def test_a_refused_request_does_not_use_its_key_up(shop: Shop, committee: Caller, site_id: int) -> None:
    key = reported(shop, committee)
    ticket = Ticket.of(actor="a", route="r", key="k", site_id=site_id, body=b"", status=200)
    wish = desk.Wish("acknowledge", Nothing(), "property")
    early = desk.act(shop, caller("property", site_id), key, wish, desk.Extras(ticket=ticket))
    assert isinstance(early.refused, IllegalMove)
    lanes.route(shop, LIVE)
    later = desk.act(shop, caller("property", site_id), key, wish, desk.Extras(ticket=ticket))
    assert later.refused is None
    assert later.recalled is None


def test_a_lane_skips_a_stream_that_somebody_holds_and_takes_it_the_next_time(
    shop: Shop, committee: Caller
) -> None:
    key = reported(shop, committee)
    with transaction(shop.engine) as sql:
        sql.execute("SELECT FROM stream WHERE stream_id = %s FOR UPDATE", (key.stream_id,))
        lanes.route(shop, LIVE)
        assert status_of(shop, key) == "reported"
    assert lanes.route(shop, LIVE) == 1
    assert status_of(shop, key) == "open"


def test_a_claimed_row_is_nobody_else_s_until_its_lease_ends(shop: Shop, committee: Caller) -> None:
    reported(shop, committee)
    assert len(claim(shop.engine, Queue.ROUTING, LIVE, 10).rows) == 1
    assert claim(shop.engine, Queue.ROUTING, LIVE, 10).rows == ()


def test_a_poison_order_costs_only_itself(
    shop: Shop, committee: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, healthy = reported(shop, committee), reported(shop, committee)
    bad = TextRef(**dict(one(shop, "SELECT state->'description' FROM stream ORDER BY stream_id")))
    real = OrderKind.decide

    def failing(self: OrderKind, state: Any, command: Any, *rest: Any, **more: Any) -> Outcome:
        if isinstance(command, c.RouteOrder) and state.description == bad:
            raise RuntimeError("poison")
        return real(self, state, command, *rest, **more)

    monkeypatch.setattr(OrderKind, "decide", failing)
    lanes.route(shop, LIVE)
    assert status_of(shop, healthy) == "open"
    assert status_of(shop, poison) == "reported"


def test_a_frozen_site_can_be_looked_at_but_nothing_happens_there(shop: Shop, committee: Caller) -> None:
    key = reported(shop, committee)
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE site SET clock = 'frozen'")
    assert lanes.route(shop, LIVE) == 0
    answer = shop.execute([Unit((Envelope(key, c.RouteOrder(), SYSTEM),))], sites=[key.site_id])[0]
    assert isinstance(answer.refused, FrozenClock)


def test_an_unknown_order_and_an_unknown_site_are_said_to_be_unknown(shop: Shop, committee: Caller) -> None:
    missing = StreamKey(committee.sites["AIBO5"], 999)
    answer = shop.execute([Unit((Envelope(missing, c.RouteOrder(), SYSTEM),))], sites=[missing.site_id])[0]
    assert isinstance(answer.refused, UnknownStream)
    with pytest.raises(UnknownSite):
        shop.execute([Unit((Envelope(StreamKey(77, 1), c.RouteOrder(), SYSTEM),))], sites=[77])


def test_texts_lie_beside_the_ledger_and_never_in_it(shop: Shop, committee: Caller) -> None:
    secret = "王阿姨 13812345678"
    reported(
        shop, committee, ReportBody(space="dance", description=secret, reporter={"phone": "13812345678"})
    )
    assert one(shop, "SELECT count(*) FROM private_row") == 2
    with transaction(shop.engine) as sql:
        payloads = sql.execute("SELECT convert_from(payload, 'UTF8') FROM event").fetchall()
        states = sql.execute("SELECT state::text FROM stream").fetchall()
    assert not any("1381234" in row[0] or "王阿姨" in row[0] for row in payloads + states)


def test_an_order_that_stays_unrouted_is_not_looked_at_for_ever(shop: Shop, committee: Caller) -> None:
    key = reported(shop, committee)
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE party SET capacities = '{}' WHERE code = 'asset_company'")
        sql.execute("UPDATE site SET version = version + 1")
    lanes.route(shop, LIVE)
    assert status_of(shop, key) == "unrouted"
    with transaction(shop.engine) as sql:
        want_routing(sql, [(key, datetime(2026, 1, 1, tzinfo=UTC))])
    assert lanes.route(shop, LIVE) == 1
    assert one(shop, "SELECT count(*) FROM routing") == 0


def test_an_order_that_was_given_up_is_routed_when_it_is_wanted_again(shop: Shop, committee: Caller) -> None:
    key = reported(shop, committee)
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE routing SET attempts = 99, lease_until = now() + interval '1 hour'")
    assert lanes.route(shop, LIVE) == 0
    with transaction(shop.engine) as sql:
        want_routing(sql, [(key, datetime(2026, 1, 1, tzinfo=UTC))])
    assert lanes.route(shop, LIVE) == 1
    assert status_of(shop, key) == "open"
