"""Poison work: set apart, written down, told to the operator, driven again or dropped by hand."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from models.domain.orders.kind import OrderKind
from models.domain.streams import StreamKey
from services import lanes
from services.callers import Caller
from services.execute import Shop
from services.notify import expanding
from services.notify.expanding import expand
from services.store import quarantine
from services.store.claims import LIVE, MOST_ATTEMPTS, Queue, claim
from services.store.quarantine import Dead, read_dead
from services.store.transactions import transaction
from tests.integration.engine.test_claims import LONG_AGO, change
from tests.integration.engine.test_execute import one, reported, routed, status_of


def tried_often(shop: Shop, queue: str) -> None:
    """One try short of quarantine."""
    change(shop, f"UPDATE {queue} SET attempts = %s", MOST_ATTEMPTS - 1)


def dead(shop: Shop) -> list[Dead]:
    with transaction(shop.engine) as sql:
        return read_dead(sql)


@pytest.fixture
def poisoned(shop: Shop, committee: Caller, monkeypatch: pytest.MonkeyPatch) -> StreamKey:
    """An order that no release can route so far."""
    key = reported(shop, committee)
    tried_often(shop, "routing")

    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("王小明 13812345678")

    with monkeypatch.context() as patch:
        patch.setattr(OrderKind, "decide", broken)
        lanes.route(shop, LIVE)
    return key


def test_poison_is_set_apart_with_its_tries_and_where_it_broke(shop: Shop, poisoned: StreamKey) -> None:
    (found,) = dead(shop)
    assert (found.queue, found.code, found.attempts) == (Queue.ROUTING, "AIBO5-1", MOST_ATTEMPTS)
    assert found.error is not None
    assert found.error.startswith("KeyError (services/execute.py:")


def test_what_is_kept_of_an_error_holds_no_personal_data(shop: Shop, poisoned: StreamKey) -> None:
    kept = str(one(shop, "SELECT to_jsonb(dead)::text FROM dead"))
    assert not [secret for secret in ("13812345678", "王小明") if secret in kept]


def test_poison_does_not_hold_up_the_others(shop: Shop, committee: Caller, poisoned: StreamKey) -> None:
    key = reported(shop, committee)
    assert lanes.drain(lanes.route, shop, LIVE) == 1
    assert status_of(shop, key) == "open"


def test_a_try_that_ended_its_process_leaves_no_word(shop: Shop, committee: Caller) -> None:
    reported(shop, committee)
    tried_often(shop, "routing")
    claim(shop.engine, Queue.ROUTING, LIVE, 10)
    assert [found.error for found in dead(shop)] == [None]


def test_a_row_whose_order_has_nothing_due_says_so(shop: Shop, committee: Caller) -> None:
    routed(shop, committee)
    change(shop, "DELETE FROM timer WHERE deadline_id <> (SELECT min(deadline_id) FROM timer)")
    change(shop, "UPDATE timer SET fire_at = %s, attempts = %s", LONG_AGO, MOST_ATTEMPTS - 1)
    lanes.fire(shop, LIVE)
    assert [found.error for found in dead(shop)] == [lanes.NOTHING_DUE]


def test_a_notice_that_cannot_be_expanded_says_why(
    shop: Shop, committee: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(shop, committee, Queue.NOTICE)
    change(shop, "DELETE FROM notice WHERE id <> (SELECT min(id) FROM notice)")
    tried_often(shop, "notice")

    def broken(*_: Any) -> None:
        raise LookupError("王小明 13812345678")

    monkeypatch.setattr(expanding, "_expand", broken)
    expand(shop, LIVE)
    assert [found.error for found in dead(shop)] == [f"LookupError ({dead_at()})"]


def dead_at() -> str:
    """The line of ours that met the error."""
    source = Path(expanding.__file__).read_text().splitlines()
    within = next(place for place, line in enumerate(source) if line.startswith("def _alone"))
    called = next(place for place, line in enumerate(source) if place > within and "_expand(" in line)
    return f"services/notify/expanding.py:{called + 1}"


def test_what_was_done_at_last_is_in_quarantine_no_more(shop: Shop, poisoned: StreamKey) -> None:
    change(shop, "UPDATE routing SET lease_until = now()")  # its hour went by, and a release healed it
    assert lanes.route(shop, LIVE) == 1
    assert dead(shop) == []
    with transaction(shop.engine) as sql:
        quarantine.forget_healed(sql)
    assert one(shop, "SELECT count(*) FROM dead") == 0


def test_only_what_still_fails_is_counted_while_a_try_may_be_going_on(
    shop: Shop, committee: Caller, poisoned: StreamKey
) -> None:
    reported(shop, committee)
    change(shop, "UPDATE routing SET attempts = %s WHERE attempts = 0", MOST_ATTEMPTS - 1)
    claim(shop.engine, Queue.ROUTING, LIVE, 10)
    with transaction(shop.engine) as sql:
        assert quarantine.count_dead(sql)[Queue.ROUTING] == 1
    assert len(dead(shop)) == 2


def test_what_is_driven_again_begins_anew_and_leaves_a_trace(shop: Shop, poisoned: StreamKey) -> None:
    with transaction(shop.engine) as sql:
        quarantine.retry(sql, read_dead(sql)[0])
    assert lanes.route(shop, LIVE) == 1
    assert status_of(shop, poisoned) == "open"
    assert one(shop, "SELECT action FROM dead_action") == "retried"


@pytest.mark.parametrize("queue", list(Queue))
def test_what_is_dropped_is_taken_off_its_queue_and_leaves_a_trace(
    shop: Shop, committee: Caller, queue: Queue
) -> None:
    prepared(shop, committee, queue)
    tried_often(shop, queue)
    claim(shop.engine, queue, LIVE, 1)
    with transaction(shop.engine) as sql:
        found = read_dead(sql)[0]
        quarantine.drop(sql, found, "the order was a test")
    assert dead(shop) == []
    change(shop, f"UPDATE {queue} SET attempts = 0, lease_until = NULL")
    assert found.row_key not in [
        row[: len(found.row_key)] for row in claim(shop.engine, queue, LIVE, 99).rows
    ]
    assert one(shop, "SELECT reason FROM dead_action") == "the order was a test"


def prepared(shop: Shop, committee: Caller, queue: Queue) -> None:
    """Something due in a queue."""
    reported(shop, committee)
    if queue is Queue.ROUTING:
        return
    lanes.route(shop, LIVE)
    change(shop, "UPDATE timer SET fire_at = %s", LONG_AGO)
    change(shop, "UPDATE notice SET send_at = %s", LONG_AGO)
    if queue is Queue.DELIVERY:
        expand(shop, LIVE)


def test_no_role_can_change_or_delete_the_trace(shop: Shop, poisoned: StreamKey) -> None:
    with transaction(shop.engine) as sql:
        quarantine.drop(sql, read_dead(sql)[0], "a test")
    for verb in ("UPDATE dead_action SET reason = ''", "DELETE FROM dead_action"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            change(shop, verb)
