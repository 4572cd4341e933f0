"""`lianban dead`: what failed again and again is seen, driven again, or dropped with a reason."""

import json

import pytest

from services.execute import Shop
from services.store.claims import LIVE, MOST_ATTEMPTS, Queue, claim
from tests.databases import rows
from tests.integration.cli.conftest import Cli


@pytest.fixture
def poisoned(aibo: Cli, shop: Shop) -> Cli:
    """An order that was tried in vain to be routed, by processes that died of it."""
    aibo("report", "--space", "hall", "灯不亮")
    rows(shop, "UPDATE site SET clock = 'live'")
    rows(shop, "UPDATE routing SET attempts = %s", MOST_ATTEMPTS - 1)
    claim(shop.engine, Queue.ROUTING, LIVE, 1)
    return aibo


def test_it_lists_number_queue_order_and_tries(poisoned: Cli) -> None:
    assert "1 routing AIBO5-1 8" in " ".join(poisoned("dead", "list").stdout.split())
    (row,) = json.loads(poisoned("dead", "list", "--json").stdout)
    assert (row["queue"], row["order"], row["attempts"], row["error"]) == ("routing", "AIBO5-1", 8, None)


def test_it_shows_a_row_with_its_last_error_and_what_dropping_it_takes(poisoned: Cli, shop: Shop) -> None:
    rows(shop, "UPDATE dead SET error = 'KeyError (services/execute.py:1)'")
    told = " ".join(poisoned("dead", "show", "1").stdout.split())
    assert "last error KeyError (services/execute.py:1)" in told
    assert "dropping needs --yes: its order would never reach anybody" in told


def test_it_says_how_much_waits_to_be_published(poisoned: Cli) -> None:
    assert "outbox: 1 rows wait to be published, the oldest since" in poisoned("dead", "list").stdout


def test_a_number_that_is_not_there_is_a_sentence(poisoned: Cli) -> None:
    assert "has the number 7" in " ".join(poisoned("dead", "show", "7", code=1).stderr.split())


@pytest.mark.parametrize("which", ["1", "--all"])
def test_what_begins_anew_is_claimed_again_at_once(poisoned: Cli, shop: Shop, which: str) -> None:
    assert claim(shop.engine, Queue.ROUTING, LIVE, 1).rows == ()
    assert poisoned("dead", "retry", which).stdout == "1 begin anew.\n"
    assert len(claim(shop.engine, Queue.ROUTING, LIVE, 1).rows) == 1
    assert poisoned("dead", "list").stdout.startswith("nothing is in quarantine.\n")


def test_what_somebody_needs_is_dropped_only_with_yes(poisoned: Cli, shop: Shop) -> None:
    refused = poisoned("dead", "drop", "1", "--reason", "a test", code=1)
    assert "its order would never reach anybody" in " ".join(refused.stderr.split())
    assert rows(shop, "SELECT count(*) FROM routing") == [(1,)]
    poisoned("dead", "drop", "1", "--reason", "a test", "--yes")
    assert rows(shop, "SELECT count(*) FROM routing") == [(0,)]
    assert rows(shop, "SELECT action, reason FROM dead_action") == [("dropped", "a test")]


def test_nothing_is_dropped_without_a_reason(poisoned: Cli) -> None:
    assert "reason" in poisoned("dead", "drop", "1", "--reason", " ", code=1).stderr
