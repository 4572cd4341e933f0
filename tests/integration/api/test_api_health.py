"""Health and figures."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from services.alerts import raise_alert
from services.api.health import schema_head
from services.store.heartbeats import beat
from services.store.transactions import transaction

if TYPE_CHECKING:
    from tests.integration.api.conftest import World


def test_a_living_process_with_a_migrated_database_is_ready(world: World) -> None:
    assert world.client().get("/health/live").json()["status"] == "ok"
    assert world.client().get("/health/ready").json() == {"status": "ok", "detail": schema_head()}


def test_a_database_that_is_away_makes_it_not_ready_but_alive(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise ConnectionError

    monkeypatch.setattr("services.api.health.transaction", away)
    answer = world.client().get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "database_away")
    assert world.client().get("/health/engine").status_code == 503
    assert world.client().get("/health/live").status_code == 200


def test_a_schema_that_is_behind_is_not_ready(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.api.health.schema_head", lambda: "9999")
    answer = world.client().get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "schema_behind")


def test_the_engine_is_healthy_once_a_cycle_ends_after_the_question(world: World) -> None:
    def pulse() -> None:
        time.sleep(0.3)
        with transaction(world.worker.engine) as sql:
            beat(sql, "pulse", cycles=1)

    heart = threading.Thread(target=pulse)
    heart.start()
    answer = world.client().get("/health/engine")
    heart.join()
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_an_old_heartbeat_does_not_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.api.health.ENGINE_SECONDS", 0.4)
    with transaction(world.worker.engine) as sql:
        beat(sql, "pulse", cycles=1)
    answer = world.client().get("/health/engine")
    assert (answer.status_code, answer.json()["status"]) == (503, "engine_silent")


def test_figures_count_requests_by_route_and_status(world: World) -> None:
    clerk = world.of("handler", "committee")
    clerk.get("/api/v1/orders/AIBO5-424242")
    told = clerk.get("/metrics").text
    assert 'lianban_http_requests_total{method="GET",route="/api/v1/orders/{code}",status="404"}' in told
    assert "lianban_http_request_seconds_bucket" in told
    assert "424242" not in told


def test_figures_say_who_ran_the_lanes_and_how_much_they_took(world: World) -> None:
    with transaction(world.worker.engine) as sql:
        beat(sql, "route.celery", runs=1, taken=3)
        beat(sql, "route.pulse", runs=1, taken=1)
    told = world.of("handler", "committee").get("/metrics").text
    assert 'lianban_lane_taken_total{by="celery",lane="route"} 3.0' in told
    assert 'lianban_lane_taken_total{by="pulse",lane="route"} 1.0' in told


def test_figures_say_how_late_steps_were_and_what_is_wrong(world: World) -> None:
    fired = (
        "INSERT INTO firing (site_id, stream_id, deadline_id, rung, occurrence, seq, kind, party, due_at,"
        " fired_at, skipped, playbook, playbook_version, calendar_version) SELECT min(id), 1, n, 'red', 1, n,"
        " 'fix', 'property', now() - n * interval '1 second', now(), false, 'p', 1, 1"
        " FROM site, generate_series(1, 3) AS n WHERE clock = 'live' GROUP BY n"
    )
    with transaction(world.worker.engine) as sql:
        sql.execute("UPDATE site SET clock = 'live', virtual_now = NULL")
        sql.execute(fired)
        raise_alert(sql, "quarantine", "timer", "3 rows")
    told = world.of("handler", "committee").get("/metrics").text
    for quantile, seconds in (("0.5", 2), ("0.99", 3), ("1", 3)):
        assert f'lianban_timer_lateness_seconds{{quantile="{quantile}"}} {seconds}.0' in told
    assert "lianban_timers_fired_lately 3.0" in told
    assert 'lianban_alerts{name="quarantine"} 1.0' in told


@pytest.mark.parametrize("role", ["resident", "volunteer"])
def test_figures_are_for_those_who_act_for_a_party(world: World, role: str) -> None:
    assert world.of(role).get("/metrics").status_code == 404
    assert world.of("observer", "property").get("/metrics").status_code == 200
