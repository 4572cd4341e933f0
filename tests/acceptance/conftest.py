"""A stage for each story: a site of its own on a clock that stands still until it is turned."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from services.execute import Shop
from services.store import sites
from services.store.contexts import Contexts
from tests.acceptance.stage import Stage, wall
from tests.databases import add_aibo, empty

MONDAY = "2026-03-09 09:30"
"""The first of four weeks without a holiday."""


@pytest.fixture(scope="module")
def engine(migrated_url: str, worker_engine: Engine) -> Engine:
    empty(migrated_url)
    return worker_engine


@pytest.fixture
def stage(engine: Engine) -> Iterator[Stage]:
    """Monday morning at 爱博五村. Frozen afterwards, so that no other test meets it."""
    made = set_up(engine, wall(MONDAY))
    yield made
    made.driver.end("frozen")


@pytest.fixture
def stage_a_month_ago(engine: Engine) -> Iterator[Stage]:
    """A stage that lies thirty days back, for what has to do with the real time."""
    made = set_up(engine, datetime.now(UTC) - timedelta(days=30))
    yield made
    made.driver.end("frozen")


def set_up(engine: Engine, begins: datetime) -> Stage:
    """The site of the shipped files under a code of its own, its clock standing at an instant."""
    code = f"S{uuid4().hex[:12].upper()}"
    site_id = add_aibo(engine, code, clock=sites.Clock("virtual", begins))
    return Stage(Shop(engine, Contexts()), site_id, code)
