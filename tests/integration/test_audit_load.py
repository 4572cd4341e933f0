"""The auditor beside users and lanes at work: what is in flight is never taken for drift."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import Engine

from models.domain.streams import StreamKey
from services import lanes
from services.audit.record import read_state
from services.audit.watching import watch
from services.audit.whole import audit
from services.execute import Shop
from services.ledger.sequencer import sequence
from services.notify.expanding import expand
from services.notify.sending import send
from services.store.claims import LIVE
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.databases import empty
from tests.integration.workers.crew import add_site
from tests.integration.workers.storm import User, short

SECONDS = 6.0
ORDERS = 12


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    empty(migrated_url)
    engine = open_engine(migrated_url, DatabaseRole.WORKER, pool_size=12)
    yield engine
    engine.dispose()


def run_for(seconds: float, *jobs: Callable[[], object]) -> None:
    """All at once, each again and again, until the time is up; what one raises is raised."""
    over = Event()

    def again(job: Callable[[], object]) -> None:
        while not over.is_set():
            job()
            over.wait(0.01)

    with ThreadPoolExecutor(len(jobs)) as pool:
        running = [pool.submit(again, job) for job in jobs]
        until = time.monotonic() + seconds
        while time.monotonic() < until and not any(one.done() for one in running):
            over.wait(0.05)
        over.set()
        for one in running:
            one.result()


def test_under_load_nothing_is_taken_for_drift(engine: Engine) -> None:
    shop, site = Shop(engine, Contexts()), add_site(engine, short)
    keys: list[StreamKey] = [site.report("ordinary") for _ in range(ORDERS)]
    users = [User(shop, site, keys, random.Random(seed)) for seed in range(3)]
    found: list[dict[str, int]] = []

    def look() -> None:
        watch(shop, every=timedelta())
        with transaction(engine) as sql:
            state = read_state(sql)
        if state is not None:
            found.append(dict(state.drift))

    def audit_whole() -> None:
        found.extend({one.what: 1} for one in list(audit(shop))[-1].drift)

    run_for(
        SECONDS,
        *(user.tap for user in users),
        *(lambda step=step: step(shop, LIVE, 100) for step in (lanes.route, lanes.fire, expand, send)),
        lambda: sequence(engine),
        look,
        audit_whole,
    )
    assert [one for one in found if one] == []
    [(fired,)] = site.ask("SELECT count(*) FROM firing WHERE site_id = %s", site.id)
    with transaction(engine) as sql:
        state = read_state(sql)
    assert fired > ORDERS
    assert state is not None
    assert state.looks > ORDERS
