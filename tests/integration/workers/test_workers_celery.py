"""Worker, sender and pulse as `lianban up` starts them: the healthy way, and each of them going away."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from fastapi.testclient import TestClient

from models.domain.streams import Role, StreamKey
from services.api.app import make_app
from services.callers import Holder, create_token
from services.execute import Shop
from services.rebuilding import rebuild
from services.settings import Settings
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.integration.workers import storm
from tests.integration.workers.conftest import Broker
from tests.integration.workers.crew import (
    STARTED,
    Crew,
    Site,
    add_site,
    beats,
    done_by,
    frozen_afterwards,
    kill,
    wait_until,
)
from workers.pulse import GRACE

OVERTAKEN = GRACE.total_seconds() + 120
"""The pulse takes its grace, a second or two and the start of a child; the rest is for a busy machine."""
WAITERS = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass"
WAITS_FOR_EVENTS = f"SELECT count(*) FROM ({WAITERS}) AS w"


@pytest.fixture(scope="module")
def web(crew: Crew) -> Iterator[tuple[TestClient, Settings]]:
    """The real application, with its nudges."""
    shop = Shop(open_engine(crew.settings.database_url, DatabaseRole.APP), Contexts())
    app = make_app(shop, crew.settings, with_nudges=True)
    with TestClient(app, base_url=crew.settings.public_url) as client:
        yield client, crew.settings


def token(site: Site) -> str:
    with transaction(site.shop.engine) as sql:
        holder = Holder(site.id, Role.HANDLER, "committee", None)
        return create_token(sql, holder, name="test", lasts=timedelta(hours=1))


def posted(web: TestClient, site: Site) -> StreamKey:
    body = {
        "site": site.code,
        "space": "table-tennis",
        "category": "leak",
        "origin": "pre_existing",
        "severity": "danger",
        "description": "漏水",
    }
    answer = web.post("/api/v1/orders", json=body, headers={"Authorization": f"Bearer {token(site)}"})
    assert answer.status_code == 201, answer.text
    return StreamKey(site.id, int(answer.json()["code"].partition("-")[2]))


def test_a_report_over_http_rings_three_parties_within_a_second_by_celery(
    crew: Crew, web: tuple[TestClient, Settings], site: Site
) -> None:
    client, _ = web
    first = posted(client, site)  # all are up, and have met the site
    wait_until(lambda: site.all_heard(first), said=crew.log())
    before = done_by(site.shop.engine)
    took = []
    for _ in range(4):
        key = posted(client, site)
        took.append(wait_until(lambda key=key: site.all_heard(key), said=crew.log()))  # type: ignore[misc]
    assert min(took) < 1
    wait_until(lambda: done_by(site.shop.engine)["send.celery"] > before.get("send.celery", 0))
    assert done_by(site.shop.engine)["route.celery"] - before.get("route.celery", 0) >= 3
    assert site.twice() == []


def test_a_report_at_the_desk_rings_the_same_phones(
    crew: Crew, web: tuple[TestClient, Settings], site: Site
) -> None:
    key = site.report()  # `web` runs the nudger of this process
    wait_until(lambda: site.all_heard(key), said=crew.log())
    assert site.heard(key) >= {"asset_company", "property", "autonomy_office"}


def test_after_flushall_hints_still_arrive(
    crew: Crew, web: tuple[TestClient, Settings], site: Site, broker: Broker
) -> None:
    with redis.Redis.from_url(broker.url) as line:
        line.flushall()
    before = done_by(site.shop.engine)["route.celery"]
    keys = [site.report() for _ in range(3)]
    wait_until(lambda: site.all_heard(*keys), said=crew.log())
    wait_until(lambda: done_by(site.shop.engine)["route.celery"] > before)
    assert site.twice() == []


def test_a_worker_killed_in_the_middle_of_a_batch_loses_nothing_and_doubles_nothing(
    crew: Crew, web: tuple[TestClient, Settings], site: Site, migrated_url: str
) -> None:
    pool, pulse = pool_children(crew), psutil.Process(crew.hired[2].pid)
    for one in (*pool, pulse):
        one.suspend()
    keys = [site.report() for _ in range(3)]
    with psycopg.connect(migrated_url) as gate:
        gate.execute("LOCK TABLE event IN SHARE ROW EXCLUSIVE MODE")
        for one in pool:
            one.resume()
        wait_until(lambda: site.ask(WAITS_FOR_EVENTS) == [(1,)], said=crew.log())
        for one in pool:
            kill(one)
        # Its COMMIT is under way with the rest: without this the server does all of it for nobody.
        gate.execute(f"SELECT pg_terminate_backend(pid) FROM ({WAITERS}) AS w")
        wait_until(lambda: site.ask(WAITS_FOR_EVENTS) == [(0,)], said=crew.log())
    with psycopg.connect(migrated_url) as owner:
        assert site.ask("SELECT status FROM stream WHERE site_id = %s", site.id) == [("reported",)] * 3
        owner.execute("SET ROLE lianban_worker")
        owner.execute("UPDATE routing SET lease_until = now() WHERE site_id = %s", [site.id])  # it goes by
    pulse.resume()
    wait_until(lambda: site.all_heard(*keys), said=crew.log())
    assert site.twice() == []
    assert site.ask("SELECT count(*) FROM routing WHERE site_id = %s", site.id) == [(0,)]


def pool_children(crew: Crew) -> list[psutil.Process]:
    """The processes of the worker that do the work."""
    return psutil.Process(crew.hired[0].pid).children()


def test_without_the_broker_the_pulse_does_the_same_and_with_it_celery_again(
    crew: Crew, web: tuple[TestClient, Settings], site: Site, broker: Broker
) -> None:
    before = done_by(site.shop.engine)

    def done_anew(name: str) -> bool:
        """Report once more, and see who did it: a worker may still hold an older hint."""
        key = site.report()
        wait_until(lambda: site.all_heard(key), OVERTAKEN, crew.log())
        return done_by(site.shop.engine).get(name, 0) > before.get(name, 0)

    # The test before killed a pool's child; what Celery makes of both at once is the watchdog's story.
    wait_until(lambda: done_anew("route.celery"), said=crew.log())
    broker.stop()
    try:
        wait_until(lambda: done_anew("route.pulse"), said=crew.log())
        before = done_by(site.shop.engine)
    finally:
        broker.start()
    wait_until(lambda: done_anew("route.celery"), said=crew.log())
    assert site.twice() == []


def test_the_stack_survives_the_database_going_away_for_a_while(
    crew: Crew, web: tuple[TestClient, Settings], site: Site, migrated_url: str
) -> None:
    # Nobody may close the database that he is in.
    with psycopg.connect(migrated_url.replace("/lianban?", "/postgres?"), autocommit=True) as owner:
        owner.execute("ALTER DATABASE lianban ALLOW_CONNECTIONS false")
        try:
            failed = crew.log().count("cycle_failed")
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = 'lianban' AND backend_type = 'client backend'"
            )
            wait_until(lambda: crew.log().count("cycle_failed") >= failed + 2)
        finally:
            owner.execute("ALTER DATABASE lianban ALLOW_CONNECTIONS true")
    before = beats(site.shop.engine)
    key = site.report()
    wait_until(lambda: site.all_heard(key), said=crew.log())
    wait_until(lambda: beats(site.shop.engine) > before)


@pytest.fixture
def hasty(crew: Crew, site: Site) -> Iterator[Site]:
    """A site whose limits are a matter of seconds."""
    with frozen_afterwards(add_site(site.shop.engine, storm.short)) as made:
        yield made


def test_users_lanes_and_three_pulses_at_the_same_orders_neither_deadlock_nor_double(
    crew: Crew, hasty: Site, servers_folder: Path
) -> None:
    log = servers_folder / "logs" / "postgres.log"
    already = log.stat().st_size
    cycles_failed = crew.log().count("cycle_failed")
    crew.start("worker")
    for _ in range(2):
        crew.start("pulse")
    wait_until(lambda: crew.log().count(" ready.") == 3, STARTED)
    keys = [hasty.report("ordinary") for _ in range(6)]
    with storm.Nudging(crew) as nudger:
        wait_until(lambda: hasty.ask(storm.OPEN, hasty.id) == [(len(keys),)], said=crew.log())
        users = storm.hammer(crew, hasty, keys, nudger)
    assert "deadlock detected" not in log.read_bytes()[already:].decode(errors="replace")
    taken = sum((user.taken for user in users), Counter())
    assert taken.total() - taken["refused"] - taken["note"] >= 2
    assert hasty.ask(storm.STEPS, hasty.id)[0][0] > len(keys) * 3
    assert hasty.ask(storm.TWICE, hasty.id) == []
    assert hasty.ask(storm.AFTER_ITS_END, hasty.id) == []
    assert hasty.ask(storm.EARLY, hasty.id) == []
    wait_until(lambda: hasty.ask(storm.UNLOGGED, hasty.id) == [(0,)], said=crew.log())
    assert crew.log().count("cycle_failed") == cycles_failed
    for key in keys:
        (tally,) = rebuild(hasty.shop, only=key)
        assert tally.differences == []
