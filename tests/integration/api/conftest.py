"""A whole API over a real database: two sites, a token for each part that somebody plays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from models.domain.playbook.site import parse_site
from models.domain.streams import Role
from services import lanes
from services.api.app import make_app
from services.callers import Holder, create_sign_in_link, create_token
from services.execute import Shop
from services.settings import Settings
from services.store import sites
from services.store.claims import LIVE
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade
from services.store.transactions import transaction

FOLDER = Path(__file__).parents[3] / "deploy" / "playbooks" / "aibo-5"
LEAK = {
    "site": "AIBO5",
    "space": "table-tennis",
    "category": "leak",
    "origin": "pre_existing",
    "description": "乒乓房漏水，靠窗地上有水",
}


@dataclass
class World:
    """Two sites of the same kind, AIBO5 and OTHER, and the engine that works behind the API."""

    app: FastAPI
    worker: Shop
    settings: Settings
    site_ids: dict[str, int]

    def route(self) -> None:
        """Let the route lane do what waits for it."""
        lanes.drain(lanes.route, self.worker, LIVE)

    def token(
        self, role: str, party: str | None = None, *, site: str = "AIBO5", member: str | None = None
    ) -> str:
        holder = Holder(self.site_ids[site], Role(role), party, member)
        with transaction(self.worker.engine) as sql:
            return create_token(sql, holder, name="test", lasts=timedelta(hours=1))

    def link(self, role: str, party: str | None, *, lasts: timedelta = timedelta(hours=1)) -> str:
        holder = Holder(self.site_ids["AIBO5"], Role(role), party, None)
        with transaction(self.worker.engine) as sql:
            return create_sign_in_link(sql, holder, lasts=lasts)

    def client(self, token: str | None = None, **headers: str) -> TestClient:
        known = {"Authorization": f"Bearer {token}"} if token else {}
        return TestClient(
            self.app,
            base_url="http://127.0.0.1:8000",
            headers=known | headers,
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    def of(self, role: str, party: str | None = None, **more: Any) -> TestClient:
        return self.client(self.token(role, party, **more))

    def report(self, **fields: Any) -> str:
        """A routed order; by default an old leak: asset company, property, autonomy office."""
        answer = self.of("handler", "committee").post("/api/v1/orders", json=LEAK | fields)
        assert answer.status_code == 201, answer.text
        self.route()
        return str(answer.json()["code"])


@pytest.fixture(scope="session")
def migrated(postgres_url: str) -> str:
    upgrade(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def engines(migrated: str) -> Iterator[tuple[Engine, Engine]]:
    app = open_engine(migrated, DatabaseRole.APP, pool_size=10)
    worker = open_engine(migrated, DatabaseRole.WORKER)
    yield app, worker
    app.dispose()
    worker.dispose()


def _add(engine: Engine, code: str) -> int:
    source = (FOLDER / "site.toml").read_text(encoding="utf-8").replace('"AIBO5"', f'"{code}"')
    rules = ("playbook.toml", (FOLDER / "playbook.toml").read_text(encoding="utf-8"))
    plan = (FOLDER / "floorplan.svg").read_text(encoding="utf-8")
    with transaction(engine) as sql:
        return sites.add_site(
            sql, parse_site("site.toml", source), rules, clock=sites.Clock(), floorplan=plan
        )


@pytest.fixture(scope="session")
def world(engines: tuple[Engine, Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world a test process; each test makes orders of its own in it."""
    app_engine, worker_engine = engines
    told = Settings.read(
        {"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path_factory.mktemp("data")), "LIANBAN_SECRET_KEY": "k" * 40}
    )
    with transaction(worker_engine) as sql:
        for table in ("site",):
            known = dict(sql.execute(f"SELECT code, id FROM {table}").fetchall())
    ids = {code: known.get(code) or _add(worker_engine, code) for code in ("AIBO5", "OTHER")}
    yield World(make_app(Shop(app_engine, Contexts()), told), Shop(worker_engine, Contexts()), told, ids)


@pytest.fixture(scope="session")
def order(world: World) -> Callable[..., str]:
    """Makes a routed order and answers with its code."""
    return world.report
