"""`lianban timers`: what is armed, what fired and how late, and the proof of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.execute import Shop
from services.store.transactions import transaction
from tests.integration.cli.conftest import Cli

Advance = Callable[[str], None]


@pytest.fixture
def red(leak: str, advance: Advance) -> str:
    """A leak that nobody acknowledged in time."""
    advance("14 09:30")
    return leak


def image(aibo: Cli, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(aibo("timers", *words, "--json").stdout)
    return found


def late_by(shop: Shop, time: timedelta) -> None:
    """As if the engine had been asleep when the last step was due."""
    with transaction(shop.engine) as sql:
        sql.execute(
            "INSERT INTO firing (site_id, stream_id, deadline_id, rung, occurrence, seq, kind, party, due_at,"
            " fired_at, skipped, playbook, playbook_version, calendar_version)"
            " SELECT site_id, stream_id, deadline_id, 'slept', 1, seq, kind, party, due_at, due_at + %s,"
            " false, playbook, playbook_version, calendar_version FROM firing ORDER BY seq DESC LIMIT 1",
            (time,),
        )


def test_each_step_keeps_when_it_was_due_when_it_fired_and_by_which_rules(aibo: Cli, red: str) -> None:
    fired = image(aibo, red)["fired"]
    assert len(fired) > 2
    assert {(one["playbook"], one["playbook_version"]) for one in fired} == {("aibo-5", 1)}
    assert all(one["calendar_version"] >= 1 for one in fired)
    assert {one["lateness_s"] for one in fired} == {0.000001}


def test_what_is_armed_stands_first_the_soonest_at_the_top(aibo: Cli, red: str) -> None:
    armed = image(aibo)["armed"]
    assert [one["due_at"] for one in armed] == sorted(one["due_at"] for one in armed)
    assert {one["code"] for one in armed} == {red}


def test_late_leaves_out_what_was_on_time_but_the_figures_count_all(aibo: Cli, red: str, shop: Shop) -> None:
    late_by(shop, timedelta(seconds=90))
    found = image(aibo, "--late")
    assert [one["rung"] for one in found["fired"]] == ["slept"]
    assert found["armed"] == []
    assert (found["lateness"]["p50_s"], found["lateness"]["max_s"]) == (0.000001, 90.0)
    assert found["lateness"]["fired"] > 2


def test_a_person_reads_orders_deadlines_and_the_worst(aibo: Cli, red: str, shop: Shop) -> None:
    late_by(shop, timedelta(seconds=90))
    told = aibo("timers", red).stdout
    assert "by aibo-5, version 1, and the days of version" in told
    assert "worst 0:01:30 after they were due." in told


def test_where_nothing_fired_it_says_so(aibo: Cli) -> None:
    assert aibo("timers").stdout == "none has fired.\n"
