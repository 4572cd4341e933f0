"""The sequencer: every event once, each stream's in order, none lost whenever it commits."""

from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from sqlalchemy import Engine

from models.domain import ledger
from models.domain.merkle import check_inclusion, inclusion_path, root_of
from models.domain.streams import StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.callers import Caller
from services.execute import Shop
from services.ledger.log import TornLog, read_log, runs_from, split, stored_nodes
from services.ledger.sequencer import is_ours, sequence
from services.store.contexts import Contexts, Sql
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade
from services.store.transactions import transaction
from tests.integration.ledger.conftest import NOTHING, Report, count

AGAIN = (
    "INSERT INTO log_pending (site_id, stream_id, first_seq, last_seq)"
    " SELECT site_id, stream_id, 1, 3 FROM stream"
)


def add_event(sql: Sql, key: StreamKey, seq: int) -> None:
    sql.execute(
        "INSERT INTO event (site_id, stream_id, seq, type, at, payload, digest)"
        " VALUES (%s, %s, %s, 'X', %s, '', %s)",
        (key.site_id, key.stream_id, seq, datetime(2026, 11, 22, tzinfo=UTC), NOTHING),
    )


def logged(shop: Shop) -> list[tuple[int, int, int]]:
    """What the log holds, as (first index, stream, seq)."""
    with transaction(shop.engine) as sql:
        return [
            (run.first_index + place, run.key.stream_id, run.first_seq + place)
            for run in runs_from(sql, 0, 1000)
            for place in range(len(run.leaves) // 32)
        ]


def test_every_event_is_appended_once_and_each_streams_in_order(shop: Shop, report: Report) -> None:
    for _ in range(3):
        report()
    events = count(shop, "count(*) FROM event")
    assert sequence(shop.engine) == events
    assert sequence(shop.engine) == 0
    report()
    sequence(shop.engine)
    found = logged(shop)
    assert [index for index, _, _ in found] == list(range(len(found)))
    assert len({one[1:] for one in found}) == len(found)
    for stream in {one[1] for one in found}:
        seqs = [one[2] for one in found if one[1] == stream]
        assert seqs == list(range(1, len(seqs) + 1))
    assert len(found) == count(shop, "count(*) FROM event")
    assert count(shop, "count(*) FROM log_pending") == 0


def test_what_commits_late_is_not_lost(shop: Shop, site_id: int) -> None:
    early, late = StreamKey(site_id, 1), StreamKey(site_id, 2)
    with transaction(shop.engine) as slow:
        add_event(slow, late, 1)
        with transaction(shop.engine) as sql:
            add_event(sql, early, 1)
        assert sequence(shop.engine) == 1
        with transaction(shop.engine) as sql:
            add_event(sql, early, 2)
        assert sequence(shop.engine) == 1
    assert sequence(shop.engine) == 1
    assert logged(shop) == [(0, 1, 1), (1, 1, 2), (2, 2, 1)]


def test_what_is_rolled_back_is_not_logged(shop: Shop, site_id: int) -> None:
    with transaction(shop.engine) as sql:
        add_event(sql, StreamKey(site_id, 1), 1)
        sql.rollback()
    assert sequence(shop.engine) == 0


def test_one_process_appends_at_a_time(shop: Shop, report: Report) -> None:
    report()
    with transaction(shop.engine) as sql:
        assert is_ours(sql)
        assert sequence(shop.engine) == 0
    assert sequence(shop.engine) > 0


def test_what_is_put_before_the_log_again_is_not_appended_again(shop: Shop, report: Report) -> None:
    report()
    sequence(shop.engine)
    with transaction(shop.engine) as sql:
        sql.execute(AGAIN.encode())
    assert sequence(shop.engine) == 0
    assert count(shop, "count(*) FROM log_pending") == 0


def test_an_event_that_was_not_put_before_the_log_is_taken_along_with_the_next(
    shop: Shop, site_id: int
) -> None:
    key = StreamKey(site_id, 1)
    with transaction(shop.engine) as sql:
        add_event(sql, key, 1)
        sql.execute("DELETE FROM log_pending")
    assert sequence(shop.engine) == 0
    with transaction(shop.engine) as sql:
        add_event(sql, key, 2)
    assert sequence(shop.engine) == 2


def test_the_stored_tree_is_that_of_all_leaves_and_proves_each(shop: Shop, site_id: int) -> None:
    """Enough for nodes at two kept levels: leaves, and one for each 256."""
    total = 0
    for stream, width in ((1, 1), (2, 255), (3, 1300), (1, 7), (4, 600)):
        with transaction(shop.engine) as sql:
            first = count_of(sql, stream) + 1
            for seq in range(first, first + width):
                add_event(sql, StreamKey(site_id, stream), seq)
        total += width
        # Several batches: on a busy machine they take longer than the lane has at a time.
        assert sequence(shop.engine, budget=None) == width
    with transaction(shop.engine) as sql:
        tree, nodes = read_log(sql).tree, stored_nodes(sql)
        leaves = [leaf for run in runs_from(sql, 0, 100) for leaf in split(run.leaves)]
        assert tree.size == len(leaves) == total
        assert tree.root() == root_of(leaves)
        assert leaves[0] == ledger.logged(StreamKey(site_id, 1), 1, NOTHING)
        for index in (0, 1, 255, 256, 257, 1023, 1024, 1555, 1556, total - 1):
            for size in {index + 1, max(index + 1, 1500), total}:
                path = inclusion_path(index, size, nodes)
                check_inclusion(leaves[index], index, size, path, root_of(leaves[:size]))
        with pytest.raises(TornLog):
            nodes(0, total)
        assert sql.execute("SELECT count(*) FROM log_node").fetchone() == (total // 256,)


def count_of(sql: Sql, stream: int) -> int:
    row = sql.execute("SELECT count(*) FROM event WHERE stream_id = %s", (stream,)).fetchone()
    assert row is not None
    return int(row[0])


def test_events_from_before_there_was_a_log_are_put_before_it_by_the_migration(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as sql:
        sql.execute("CREATE DATABASE lianban_before")
    url = urlunsplit(urlsplit(postgres_url)._replace(path="/lianban_before"))
    upgrade(url, "0001")
    engine = open_engine(url, DatabaseRole.WORKER)
    with transaction(engine) as sql:
        for seq in (1, 2, 3):
            add_event(sql, StreamKey(1, 1), seq)
    upgrade(url)
    assert sequence(engine) == 3
    engine.dispose()


@pytest.mark.parametrize("table", ["log_run", "log_node", "log_checkpoint"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET level = 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_role_can_change_what_was_logged(shop: Shop, table: str, verb: str) -> None:
    column = {"log_run": "first_seq", "log_node": "level", "log_checkpoint": "size"}[table]
    statement = verb.format(table).replace("level", column)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(shop.engine) as sql:
        sql.execute(statement.encode())


def test_the_application_puts_events_before_the_log_and_sees_those_of_its_sites_alone(
    shop: Shop, site_id: int, committee: Caller, migrated_url: str
) -> None:
    engine: Engine = open_engine(migrated_url, DatabaseRole.APP)
    body = ReportBody(space="dance", description="门松动")
    _, answer = desk.report(Shop(engine, Contexts()), committee, "AIBO5", body)
    assert answer.refused is None
    assert sequence(shop.engine) > 0
    with transaction(engine, [site_id]) as sql:
        assert sql.execute("SELECT count(*) > 0 FROM log_run").fetchone() == (True,)
    with transaction(engine, [site_id + 1]) as sql:
        assert sql.execute("SELECT count(*) FROM log_run").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), transaction(engine, [site_id]) as sql:
        sql.execute("SELECT FROM log_pending")
    engine.dispose()
