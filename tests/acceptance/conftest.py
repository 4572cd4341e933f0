"""A stage for each story: a site of its own on a clock that stands still until it is turned."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from models.domain.playbook.site import parse_site
from services.execute import Shop
from services.store import sites
from services.store.contexts import Contexts
from services.store.transactions import transaction
from tests.acceptance.stage import Stage, wall
from tests.databases import AIBO, empty

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
    spec = replace(parse_site("site.toml", (AIBO / "site.toml").read_text(encoding="utf-8")), code=code)
    rules = ("playbook.toml", (AIBO / "playbook.toml").read_text(encoding="utf-8"))
    with transaction(engine) as sql:
        clock = sites.Clock("virtual", begins)
        site_id = sites.add_site(sql, spec, rules, clock=clock, floorplan=None)
    return Stage(Shop(engine, Contexts()), site_id, code)
