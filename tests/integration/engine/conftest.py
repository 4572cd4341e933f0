"""A migrated database with the site 爱博五村, emptied before each test."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from models.domain.playbook.site import parse_site
from models.domain.streams import Actor, Role
from services.callers import Caller
from services.execute import Shop
from services.store import sites
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade
from services.store.transactions import transaction

AIBO = Path(__file__).resolve().parents[3] / "deploy" / "playbooks" / "aibo-5"


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> str:
    upgrade(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def worker_engine(migrated_url: str) -> Iterator[Engine]:
    engine = open_engine(migrated_url, DatabaseRole.WORKER)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def app_engine(migrated_url: str) -> Iterator[Engine]:
    engine = open_engine(migrated_url, DatabaseRole.APP)
    yield engine
    engine.dispose()


@pytest.fixture
def emptied(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as sql:
        tables = sql.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchone()
        assert tables is not None
        sql.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY".encode())


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
