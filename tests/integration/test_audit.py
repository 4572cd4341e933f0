"""The auditor: seeded drift of each kind is found and named, and what is right is never called drift."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.alerts import standing
from services.api.figures import lane_figures
from services.audit.findings import Drift, DriftKind
from services.audit.record import read_state
from services.audit.watching import watch
from services.audit.whole import audit
from services.execute import Shop
from services.replay.story import tell_story
from services.settings import Settings
from services.store import quarantine
from services.store.claims import MOST_ATTEMPTS, SHAPES, Queue
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.acceptance.conftest import MONDAY, set_up
from tests.acceptance.stage import Stage, wall
from tests.databases import AIBO, TOLD_STREAMS, change
from workers.audit import auditing

NO_TIME = timedelta()
AT_ONCE = timedelta()
PLENTY = timedelta(seconds=60)


@pytest.fixture
def stage(shop: Shop) -> Stage:
    return set_up(shop.engine, wall(MONDAY))


@pytest.fixture
def late_leak(stage: Stage) -> StreamKey:
    """An order of three parties that has had steps, notices, a return and a photo."""
    leak = stage.report("leak", origin="pre_existing")
    stage.forward("1 WH")
    stage.act(leak, "acknowledge", "property")
    stage.forward("2 WD")
    stage.act(leak, "acknowledge", "asset_company")
    stage.photo(leak, "property")
    stage.forward("16 WD")
    return leak


def drift_of(shop: Shop) -> list[Drift]:
    return list(audit(shop))[-1].drift


def test_an_order_as_its_events_have_it_shows_no_drift(shop: Shop, late_leak: StreamKey) -> None:
    assert drift_of(shop) == []


COPIED = "site_id, stream_id, seq, party, role, why, urgency, created_at, send_at"
FIRED = (
    "site_id, stream_id, deadline_id, rung, seq, kind, party, due_at, fired_at, skipped, playbook,"
    " playbook_version, calendar_version"
)
SEEDS = {
    "timer": [
        "DELETE FROM timer WHERE ctid = (SELECT ctid FROM timer LIMIT 1)",
        "UPDATE timer SET fire_at = fire_at + interval '1 hour'",
        "UPDATE timer SET generation = generation + 1",
    ],
    "notice": [
        "DELETE FROM notice WHERE id = (SELECT min(id) FROM notice)",
        "UPDATE notice SET party = 'street' WHERE id = (SELECT min(id) FROM notice)",
        "UPDATE notice SET why = array_append(why, 'closed') WHERE id = (SELECT min(id) FROM notice)",
        "UPDATE notice SET urgency = 'danger', send_at = created_at WHERE id = (SELECT max(id) FROM notice)",
        f"INSERT INTO notice ({COPIED}) SELECT {COPIED} FROM notice LIMIT 1",
    ],
    "delivery": [
        "DELETE FROM delivery WHERE id = (SELECT min(id) FROM delivery)",
        "UPDATE delivery SET notice_ids = '{4711}' WHERE id = (SELECT min(id) FROM delivery)",
        "UPDATE delivery SET finished_at = NULL WHERE id = (SELECT min(id) FROM delivery)",
        "UPDATE delivery SET state = 'refused' WHERE id = (SELECT min(id) FROM delivery)",
        "DELETE FROM phone WHERE delivery_id = (SELECT min(id) FROM delivery)",
    ],
    "firing": [
        f"INSERT INTO firing (occurrence, {FIRED}) SELECT 9, {FIRED} FROM firing LIMIT 1",
    ],
    "state": [
        "UPDATE stream SET state = jsonb_set(state, '{severity}', '\"danger\"')",
        "UPDATE stream SET state = state - 'assignments'",
    ],
    "column": ["UPDATE stream SET colour = 'yellow'", "UPDATE stream SET holders = '{}'"],
    "outbox": [
        "DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)",
        "DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox)",
    ],
}


@pytest.mark.parametrize(("kind", "statement"), [(kind, one) for kind, some in SEEDS.items() for one in some])
def test_seeded_drift_is_found_and_named(
    shop: Shop, stage: Stage, late_leak: StreamKey, kind: str, statement: str
) -> None:
    change(shop, statement)
    found = drift_of(shop)
    assert {(str(one.kind), one.key) for one in found} >= {(kind, late_leak)}


def test_a_missing_routing_row_is_found(shop: Shop, stage: Stage) -> None:
    body = ReportBody.model_validate({"space": "hall", "description": "灯不亮", "category": "electrical"})
    desk.report(shop, stage.caller("committee"), stage.code, body)
    assert drift_of(shop) == []
    change(shop, "DELETE FROM routing")
    assert [str(one.kind) for one in drift_of(shop)] == ["routing"]


def dropped(shop: Shop, queue: str) -> None:
    """The operator drops all that is in a queue."""
    keys = ", ".join(f"q.{key}" for key in SHAPES[Queue(queue)].keys)
    change(shop, f"UPDATE {queue} SET attempts = {MOST_ATTEMPTS}")
    change(
        shop,
        "INSERT INTO dead (site_id, queue, row_key, since, tried_at, token, attempts)"
        f" SELECT q.site_id, '{queue}', ARRAY[{keys}], now(), now(), '', q.attempts FROM {queue} q",
    )
    with transaction(shop.engine) as sql:
        for one in quarantine.read_dead(sql):
            quarantine.drop(sql, one, "a test")


@pytest.mark.parametrize("queue", ["timer", "notice", "routing"])
def test_what_the_operator_dropped_is_no_drift(shop: Shop, stage: Stage, queue: str) -> None:
    body = ReportBody.model_validate({"space": "hall", "description": "灯不亮", "category": "electrical"})
    desk.report(shop, stage.caller("committee"), stage.code, body)
    if queue != "routing":
        stage.forward("1 WH")
    if queue == "notice":
        change(shop, "DELETE FROM delivery")
        change(shop, "UPDATE notice SET expanded_at = NULL, outcome = NULL")
    dropped(shop, queue)
    assert drift_of(shop) == []


AsOwner = Callable[[str, str], None]


@pytest.fixture
def as_owner(migrated_url: str) -> AsOwner:
    """Changes what no role of ours can, with row-level security put aside."""
    engine = open_engine(migrated_url, DatabaseRole.OWNER, pool_size=1)

    def run(table: str, statement: str) -> None:
        with transaction(engine) as sql:
            sql.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY".encode())
            assert sql.execute(statement.encode()).rowcount > 0
            sql.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY".encode())
        engine.dispose()

    return run


@pytest.mark.parametrize(
    ("table", "statement", "kind"),
    [
        ("firing", "DELETE FROM firing WHERE seq = (SELECT min(seq) FROM firing)", "firing"),
        ("firing", "UPDATE firing SET fired_at = due_at - interval '1 s'", "firing"),
        ("event", "UPDATE event SET payload = payload || ' ' WHERE seq = 3", "chain"),
        ("event", "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "chain"),
    ],
)
def test_what_only_the_owner_can_change_is_found(
    shop: Shop,
    late_leak: StreamKey,
    as_owner: Callable[[str, str], None],
    table: str,
    statement: str,
    kind: str,
) -> None:
    as_owner(table, statement)
    assert {str(one.kind) for one in drift_of(shop)} == {kind}


def test_rows_of_an_order_that_is_gone_are_orphans(shop: Shop, late_leak: StreamKey) -> None:
    change(shop, "DELETE FROM stream")
    assert {one.what for one in drift_of(shop)} >= {"event", "timer", "notice", "delivery", "outbox"}


def test_a_bulletin_is_of_no_order_and_no_orphan(shop: Shop, late_leak: StreamKey) -> None:
    bulletin = COPIED.replace("stream_id", "0")
    change(shop, f"INSERT INTO notice ({COPIED}) SELECT {bulletin} FROM notice LIMIT 1")
    change(shop, "UPDATE site SET clock = 'live'")
    watch(shop, budget=PLENTY)
    change(shop, "UPDATE audit_state SET awake_since = awake_since - interval '1 hour'")
    watch(shop, budget=NO_TIME)
    assert {(one.key, one.kind) for one in drift_of(shop)} <= {(late_leak, DriftKind.LATE)}


def test_an_order_that_cannot_be_read_is_drift_and_keeps_the_auditor_from_no_other(
    shop: Shop, stage: Stage, late_leak: StreamKey
) -> None:
    other = stage.report("leak", origin="pre_existing")
    change(shop, f"UPDATE stream SET kind = 'nonsense' WHERE stream_id = {late_leak.stream_id}")
    change(shop, f"UPDATE stream SET colour = 'red' WHERE stream_id = {other.stream_id}")
    assert {(one.key, one.what) for one in drift_of(shop)} == {(late_leak, "stream"), (other, "colour")}


def test_the_told_story_has_drifted_nowhere(shop: Shop, tmp_path: Path) -> None:
    told = Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path)})
    tell_story(shop, AIBO, until=datetime.now(UTC), told=told)
    [*_, tally] = audit(shop)
    assert tally.streams == TOLD_STREAMS
    assert tally.drift == []


def test_the_figures_name_every_kind_of_drift(shop: Shop, late_leak: StreamKey) -> None:
    change(shop, "UPDATE stream SET colour = 'yellow'")
    watch(shop, budget=PLENTY)
    with transaction(shop.engine) as sql:
        text = lane_figures(sql).decode()
    assert 'lianban_audit_drift{kind="column"} 1.0' in text
    assert 'lianban_audit_drift{kind="timer"} 0.0' in text
    assert "lianban_audit_streams_total 1.0" in text


# ── always on ───────────────────────────────────────────────────────────────────────────────────────────────


def kept(shop: Shop) -> Any:
    with transaction(shop.engine) as sql:
        state = read_state(sql)
    assert state is not None
    return state


def test_a_cycle_finds_drift_and_raises_an_alert_that_ends_with_it(shop: Shop, late_leak: StreamKey) -> None:
    change(shop, "UPDATE stream SET colour = 'yellow'")
    watch(shop, budget=PLENTY)
    with transaction(shop.engine) as sql:
        [alert] = standing(sql)
    assert (alert.name, alert.key) == ("audit_drift", "column")
    assert f"-{late_leak.stream_id}: colour" in alert.words
    change(shop, "UPDATE stream SET colour = 'red'")
    watch(shop, budget=NO_TIME)
    with transaction(shop.engine) as sql:
        assert standing(sql) == []
    assert kept(shop).drift == {}


def test_with_no_time_left_it_goes_on_where_it_was(
    shop: Shop, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.audit.watching.BATCH", 2)
    orders = [stage.report("leak", origin="pre_existing") for _ in range(5)]
    ticks = iter(range(10_000))
    # Each question what time it is takes a second: one batch a cycle.
    monkeypatch.setattr("services.audit.watching.monotonic", lambda: float(next(ticks)))
    places = []
    for _ in range(3):
        watch(shop, budget=timedelta(seconds=4), every=AT_ONCE)
        places.append(kept(shop).place.stream_id)
    assert places == [orders[1].stream_id, orders[3].stream_id, 0]
    assert kept(shop).looks == 5


def test_while_one_is_at_it_another_leaves_it_alone(shop: Shop, late_leak: StreamKey) -> None:
    watch(shop)
    with transaction(shop.engine) as sql:
        assert read_state(sql, lock=True) is not None
        assert watch(shop, every=AT_ONCE) == 0
    assert watch(shop, every=AT_ONCE) == 1


def test_a_round_is_not_begun_anew_before_its_time(shop: Shop, late_leak: StreamKey) -> None:
    assert watch(shop, budget=PLENTY) == 1
    assert watch(shop, budget=PLENTY) == 0


def test_the_lane_looks_by_itself_until_it_is_ended(
    shop: Shop, late_leak: StreamKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Event()
    monkeypatch.setattr("workers.audit.PAUSE_SECONDS", 0.01)

    def look(mine: Shop) -> None:
        watch(mine)
        looked.set()

    monkeypatch.setattr("workers.audit.watch", look)
    with auditing(shop):
        assert looked.wait(30)
    assert kept(shop).looks >= 1
    assert "audit" not in {one.name for one in threading.enumerate()}


# ── late, or in flight ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def overdue(shop: Shop, stage: Stage) -> StreamKey:
    """An order of a live site whose first step was due long ago."""
    leak = stage.report("leak", origin="pre_existing")
    stage.driver.end("live")
    return leak


def test_after_a_downtime_nothing_is_late_yet(shop: Shop, overdue: StreamKey) -> None:
    watch(shop, budget=PLENTY)
    assert drift_of(shop) == []


def test_what_the_engine_had_all_the_time_for_is_late(shop: Shop, overdue: StreamKey) -> None:
    watch(shop, budget=PLENTY)
    change(shop, "UPDATE audit_state SET awake_since = awake_since - interval '6 minutes'")
    watch(shop, budget=NO_TIME)
    assert set(kept(shop).drift) == {"late"}
    assert all(one.what.startswith("timer ") for one in drift_of(shop))


def test_a_pause_begins_the_time_anew(shop: Shop, overdue: StreamKey) -> None:
    watch(shop)
    change(
        shop,
        "UPDATE audit_state SET awake_since = awake_since - interval '1 hour',"
        " awake_until = awake_until - interval '2 minutes'",
    )
    watch(shop, budget=NO_TIME)
    assert kept(shop).drift == {}
