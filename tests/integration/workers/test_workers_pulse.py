"""The pulse: asks, hints, takes over past the grace, and is stopped by nothing."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import Engine

from services import lanes, nudges
from services.store.claims import LIVE, MOST_ATTEMPTS
from services.store.transactions import transaction
from tests.integration.workers.crew import STARTED, Crew, Site, beats, done_by, settings_for, wait_until
from workers import pulse as pulse_module
from workers.pulse import GRACE, SHORTEST_PAUSE, Pulse, Sends

AGE = timedelta(minutes=1)


class NoSends(Sends):
    """Counts how often sending was begun."""

    def __init__(self) -> None:
        super().__init__(lambda: None)
        self.begun = 0

    def begin(self) -> None:
        self.begun += 1


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes that were hinted at."""
    lanes_: list[str] = []
    monkeypatch.setattr(nudges, "nudge", lambda *some: lanes_.extend(some))
    return lanes_


@pytest.fixture
def pulse(site: Site) -> Pulse:
    return Pulse(site.shop, sends=NoSends())


def begun(pulse: Pulse) -> int:
    assert isinstance(pulse.sends, NoSends)
    return pulse.sends.begun


def aged(site: Site) -> None:
    """As if the order had been waiting for a minute."""
    with transaction(site.shop.engine) as sql:
        sql.execute("UPDATE routing SET wanted_at = now() - %s WHERE site_id = %s", (AGE, site.id))


def test_what_is_due_is_hinted_at_and_left_to_the_lanes_within_the_grace(
    pulse: Pulse, site: Site, nudged: list[str]
) -> None:
    site.report()
    nudged.clear()
    assert set(pulse.cycle()) == {"route"}
    assert nudged == ["route"]
    assert site.ask("SELECT status FROM stream WHERE site_id = %s", site.id) == [("reported",)]


def test_what_nobody_took_past_the_grace_the_pulse_does_and_sends_what_follows(
    pulse: Pulse, site: Site, nudged: list[str]
) -> None:
    site.report()
    aged(site)
    assert pulse.cycle()["route"] >= AGE
    assert site.ask("SELECT status FROM stream WHERE site_id = %s", site.id) == [("open",)]
    assert begun(pulse) == 1


def test_when_nothing_is_due_the_pulse_hints_at_nothing(pulse: Pulse, nudged: list[str]) -> None:
    assert pulse.cycle() == {}
    assert nudged == []
    assert begun(pulse) == 0


def test_a_lane_that_is_broken_does_not_stop_the_others(
    pulse: Pulse, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise RuntimeError("the fire lane")

    monkeypatch.setitem(pulse_module.STEPS, "fire", broken)
    site.report()
    lanes.drain(lanes.route, site.shop, LIVE)
    with transaction(site.shop.engine) as sql:
        sql.execute("UPDATE timer SET fire_at = now() - %s WHERE site_id = %s", (AGE, site.id))
        sql.execute("UPDATE notice SET send_at = now() - %s WHERE site_id = %s", (AGE, site.id))
    site.report()
    aged(site)
    assert set(pulse.cycle()) == {"route", "fire", "send"}
    assert site.ask("SELECT DISTINCT status FROM stream WHERE site_id = %s", site.id) == [("open",)]
    assert begun(pulse) == 1


def test_work_in_quarantine_is_tried_again_when_its_hour_is_over(
    pulse: Pulse, site: Site, nudged: list[str]
) -> None:
    site.report()
    aged(site)
    with transaction(site.shop.engine) as sql:
        sql.execute("UPDATE routing SET attempts = %s WHERE site_id = %s", (MOST_ATTEMPTS, site.id))
    pulse.cycle()
    assert site.ask("SELECT status FROM stream WHERE site_id = %s", site.id) == [("open",)]


def test_the_pulse_is_back_when_a_timer_falls_due(pulse: Pulse, site: Site) -> None:
    site.report()
    lanes.drain(lanes.route, site.shop, LIVE)
    with transaction(site.shop.engine) as sql:
        sql.execute("UPDATE notice SET expanded_at = now() WHERE site_id = %s", (site.id,))
        sql.execute(
            "UPDATE timer SET fire_at = now() + interval '0.5 second' * deadline_id WHERE site_id = %s",
            (site.id,),
        )
    found = pulse.cycle()
    assert found == {}
    assert SHORTEST_PAUSE <= pulse.pause(found) <= 0.51


def test_the_pulse_is_back_when_the_grace_of_something_is_over(pulse: Pulse) -> None:
    late = GRACE - timedelta(milliseconds=400)
    assert pulse.pause({"route": late}) == pytest.approx(0.41)


def test_the_pulse_does_not_race_however_much_is_late(pulse: Pulse) -> None:
    assert pulse.pause({"route": GRACE, "fire": timedelta(hours=1)}) == SHORTEST_PAUSE


def test_the_first_cycle_tidies_and_the_next_ones_do_not(pulse: Pulse, site: Site) -> None:
    def old_answer() -> None:
        with transaction(site.shop.engine) as sql:
            sql.execute(
                "INSERT INTO idempotency (scope, site_id, body_hash, status, answer, created_at)"
                " VALUES ('old', %s, '', 201, '{}', now() - interval '3 days')",
                (site.id,),
            )

    old_answer()
    pulse.cycle()
    assert site.ask("SELECT count(*) FROM idempotency WHERE scope = 'old'") == [(0,)]
    old_answer()
    pulse.cycle()
    assert site.ask("SELECT count(*) FROM idempotency WHERE scope = 'old'") == [(1,)]


# ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────


def hang() -> None:
    """A channel that never answers."""
    time.sleep(600)


def leave() -> None:
    os._exit(0)


@pytest.fixture
def hanging() -> Iterator[Sends]:
    made = Sends(hang)
    yield made
    made.end()


def test_sending_holds_up_no_cycle_and_is_begun_once(hanging: Sends) -> None:
    before = time.monotonic()
    hanging.begin()
    child = hanging._child
    hanging.begin()
    assert hanging._child is child
    assert time.monotonic() - before < 5


def test_a_child_that_takes_too_long_is_killed(hanging: Sends) -> None:
    hanging.begin()
    child = hanging._child
    assert child is not None
    pid = child.pid
    hanging._until = 0
    hanging.look()
    assert hanging._child is None
    assert pid is not None
    assert not psutil.pid_exists(pid)


def test_a_child_that_has_ended_makes_room_for_the_next() -> None:
    sends = Sends(leave)
    sends.begin()
    child = sends._child
    assert child is not None
    child.join(STARTED)
    sends.begin()
    assert sends._child not in {None, child}
    sends.end()


# ── alone ────────────────────────────────────────────────────────────────────────────────────────────────


def test_where_there_never_was_a_broker_the_pulse_alone_reaches_the_same_end(
    site: Site, crew_of_one: Crew, engine: Engine
) -> None:
    before, cycles = done_by(engine), beats(engine)
    crew_of_one.start("pulse")
    wait_until(lambda: beats(engine) > cycles, STARTED)
    keys = [site.report() for _ in range(3)]
    wait_until(lambda: site.all_heard(*keys), GRACE.total_seconds() + 30, crew_of_one.log())
    assert site.twice() == []
    after = done_by(engine)
    assert after["route.pulse"] - before.get("route.pulse", 0) == 3
    assert after.get("route.celery", 0) == before.get("route.celery", 0)


@pytest.fixture
def crew_of_one(tmp_path_factory: pytest.TempPathFactory, migrated_url: str) -> Iterator[Crew]:
    folder = tmp_path_factory.mktemp("pulse")
    made = Crew(settings_for(folder, migrated_url, f"unix://{folder}/nowhere.sock?db=0"))
    yield made
    made.end()
