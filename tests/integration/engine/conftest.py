"""A migrated database with the site 爱博五村, emptied before each test."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog
from sqlalchemy import Engine

from models.domain.playbook.site import parse_site
from models.domain.streams import Actor, Role
from services.callers import Caller
from services.execute import Shop
from services.store import sites
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.databases import AIBO, empty


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> Iterator[None]:
    """structlog's own default draws tracebacks with all locals, which takes ten seconds here."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def app_engine(migrated_url: str) -> Iterator[Engine]:
    engine = open_engine(migrated_url, DatabaseRole.APP)
    yield engine
    engine.dispose()


@pytest.fixture
def emptied(migrated_url: str) -> None:
    empty(migrated_url)


@pytest.fixture
def shop(worker_engine: Engine, emptied: None) -> Shop:
    return Shop(worker_engine, Contexts())


@pytest.fixture
def site_id(shop: Shop) -> int:
    return add_aibo(shop, "AIBO5")


def add_aibo(shop: Shop, code: str, clock: sites.Clock | None = None) -> int:
    spec = replace(parse_site("site.toml", (AIBO / "site.toml").read_text()), code=code)
    rules = ("playbook.toml", (AIBO / "playbook.toml").read_text())
    with transaction(shop.engine) as sql:
        return sites.add_site(sql, spec, rules, clock=clock or sites.Clock(), floorplan=None)


@pytest.fixture
def committee(site_id: int) -> Caller:
    return caller("committee", site_id)


def caller(party: str, site_id: int, role: Role = Role.HANDLER) -> Caller:
    return Caller(f"test:{party}", Actor(role, party, f"m:{party}"), {"AIBO5": site_id})
