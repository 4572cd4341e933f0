"""What tests on a database share: the shipped site, who acts there, and how everything is emptied."""

import tomllib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine

from models.domain.playbook.site import parse_site
from models.domain.playbook.site_model import SiteSpec
from models.domain.streams import Actor, Role
from services.callers import Caller
from services.execute import Shop
from services.store import sites
from services.store.transactions import transaction

AIBO = Path(__file__).resolve().parents[1] / "deploy" / "playbooks" / "aibo-5"
SPEC = parse_site("site.toml", (AIBO / "site.toml").read_text(encoding="utf-8"))
TOLD = tomllib.loads((AIBO / "story.toml").read_text(encoding="utf-8"))
TOLD_STREAMS = len(TOLD["order"]) + sum(
    1 + sum(len(step.get("orders", ())) for step in one["step"]) for one in TOLD["around"]
)
"""How many its story tells of: orders, what is around them, and the orders that come of that."""
PLAYBOOK = (AIBO / "playbook.toml").read_text(encoding="utf-8")


def add_aibo(
    engine: Engine,
    code: str = "AIBO5",
    spec: SiteSpec = SPEC,
    playbook: str = PLAYBOOK,
    *,
    clock: sites.Clock | None = None,
    floorplan: str | None = None,
) -> int:
    """爱博五村 under a code, as it is shipped unless told otherwise, on the live clock; its id."""
    with transaction(engine) as sql:
        return sites.add_site(
            sql,
            replace(spec, code=code),
            ("playbook.toml", playbook),
            clock=clock or sites.Clock(),
            floorplan=floorplan,
        )


def caller(party: str, site_id: int, role: Role = Role.HANDLER) -> Caller:
    """Somebody who acts for a party at AIBO5."""
    return Caller(f"test:{party}", Actor(role, party, f"m:{party}"), {"AIBO5": site_id})


def rows(shop: Shop, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement answers, if anything."""
    with transaction(shop.engine) as sql:
        found = sql.execute(statement.encode(), values)
        return found.fetchall() if found.description else []


def change(shop: Shop, statement: str) -> None:
    """Do it to some rows at least."""
    with transaction(shop.engine) as sql:
        assert sql.execute(statement.encode()).rowcount > 0


TRIES = 4


def empty(url: str) -> None:
    """Empty every table; the schema stays, numbering begins anew."""
    with psycopg.connect(url) as sql:
        tables = sql.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchone()
        assert tables is not None
        statement = f"TRUNCATE {tables[0]} RESTART IDENTITY".encode()
        for _ in range(TRIES):
            # What an earlier test's page still reads may stand against it.
            with suppress(psycopg.errors.DeadlockDetected), sql.transaction():
                sql.execute(statement)
                return
        sql.execute(statement)
