"""`lianban rebuild`: the ledger folded again, compared with what is stored, mended on request."""

import pytest

from services.execute import Shop
from services.rebuilding import rebuild
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.databases import change
from tests.integration.cli.conftest import Cli


def test_what_is_as_the_events_say_is_found_so(aibo: Cli, leak: str) -> None:
    aibo("act", leak, "acknowledge", "property")
    told = " ".join(aibo("rebuild").stdout.split())
    assert "1 record, " in told
    assert "everything is as the events say, and every chain holds" in told


DIFFERENCES = [
    ("UPDATE stream SET state = jsonb_set(state, '{severity}', '\"danger\"')", "state.severity"),
    ("UPDATE stream SET state = state - 'assignments'", "state.assignments"),
    ("UPDATE stream SET status = 'closed'", "status"),
    ("UPDATE stream SET colour = 'red'", "colour"),
    ("UPDATE stream SET holders = '{}'", "holders"),
    ("UPDATE stream SET promised_at = promised_at + interval '1 hour'", "promised_at"),
    ("UPDATE stream SET updated_at = updated_at + interval '1 hour'", "updated_at"),
    ("DELETE FROM timer WHERE kind = 'fix' AND party = 'property'", "fix of property at"),
    ("UPDATE timer SET fire_at = fire_at + interval '1 hour' WHERE kind = 'contact'", "contact of asset"),
    ("UPDATE timer SET generation = 7 WHERE kind = 'contact'", "generation 7"),
    ("UPDATE timer SET deadline_id = 99 WHERE kind = 'contact'", "timer 99"),
]


def test_whatever_differs_is_found_and_mended_from_the_events(aibo: Cli, leak: str, shop: Shop) -> None:
    for statement, told in DIFFERENCES:
        change(shop, statement)
        found = aibo("rebuild", code=1).stdout
        assert leak in found
        assert told in found, statement
        assert "mended" in aibo("rebuild", leak, "--fix").stdout
        aibo("rebuild")


def test_an_order_that_nobody_would_route_any_more_is_found_and_put_before_the_lane(
    aibo: Cli, shop: Shop
) -> None:
    aibo("report", "--space", "hall", "灯不亮")
    change(shop, "DELETE FROM routing")
    assert "routing" in aibo("rebuild", code=1).stdout
    aibo("rebuild", "--fix")
    with transaction(shop.engine) as sql:
        assert sql.execute("SELECT count(*) FROM routing").fetchone() == (1,)


@pytest.fixture
def tamper(cli_url: str, shop: Shop) -> object:
    """Changes events as only the database's owner can, with row-level security put aside."""
    engine = open_engine(cli_url, DatabaseRole.OWNER, pool_size=1)

    def tamper(statement: str) -> None:
        with transaction(engine) as sql:
            sql.execute("ALTER TABLE event NO FORCE ROW LEVEL SECURITY")
            assert sql.execute(statement.encode()).rowcount > 0
            sql.execute("ALTER TABLE event FORCE ROW LEVEL SECURITY")
        engine.dispose()

    return tamper


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE event SET payload = payload || ' ' WHERE seq = 3", "event 3 was changed"),
        ("DELETE FROM event WHERE seq = 3", "event 3 is missing"),
        ("UPDATE event SET at = at - interval '1 hour' WHERE seq = 3", "the row of event 3 differs"),
        ("UPDATE event SET type = 'OrderClosed' WHERE seq = 3", "the row of event 3 differs"),
        ("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)", "the head is "),
        ("DELETE FROM event", "there are no events"),
    ],
)
def test_a_broken_chain_is_found_and_never_mended_from(
    aibo: Cli, leak: str, shop: Shop, tamper: object, statement: str, told: str
) -> None:
    change(shop, "UPDATE stream SET colour = 'red'")
    assert callable(tamper)
    tamper(statement)
    found = aibo("rebuild", "--fix", code=1).stdout
    assert told in found
    assert "restore them from a backup" in " ".join(found.split())
    with transaction(shop.engine) as sql:
        assert sql.execute("SELECT colour FROM stream").fetchone() == ("red",)


def test_many_orders_are_looked_at_batch_by_batch(
    aibo: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.rebuilding.BATCH", 2)
    for number in range(5):
        aibo("report", "--space", "hall", f"{number} 号灯不亮")
    assert [tally.streams for tally in rebuild(shop)] == [2, 4, 5]
    assert "5 records, 5 events" in aibo("rebuild").stdout


def test_an_order_that_is_not_there_is_said_so(aibo: Cli) -> None:
    assert "there is no order AIBO5-9." in aibo("rebuild", "AIBO5-9", code=1).stderr
    assert "is no order code" in aibo("rebuild", "hello", code=1).stderr
