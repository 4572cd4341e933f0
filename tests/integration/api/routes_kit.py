"""All routes of the application, each with an address that leads to it; and what the whole database holds."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from services.identity import accounts, sign_ins
from services.store.transactions import transaction
from services.web.cookies import cookie_name
from tests.integration.api.people_kit import PASSWORD, account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from services.store.contexts import Sql
    from tests.integration.api.conftest import Checked, World

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
HANDED_OUT = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
BOOKKEEPING = {"access_token": ("used_at",), "sign_in": ("seen_at",)}
"""When somebody was last seen: noted now and then, whatever was asked."""


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


def every_route(app: FastAPI, **known: str) -> list[Route]:
    """Each method of each route; parameters are filled with what is known, else with something plausible."""
    plausible = {"party": "property", "site": "AIBO5", "photo": "0" * 32, "code": "AIBO5-1"} | known
    found = []
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            continue
        template = str(route.path)
        path = re.sub(r"{(\w+)(:\w+)?}", lambda it: plausible.get(it[1], "lbx-none"), template)
        found += [Route(method, template, path) for method in sorted(route.methods or ())]
    return found


def static_files() -> list[Route]:
    from services.web.pages import STATIC  # noqa: PLC0415 - the application is imported already

    return [Route("GET", f"/static/{one.name}", f"/static/{one.name}") for one in sorted(STATIC.iterdir())]


def fingerprint(sql: Sql) -> dict[str, str]:
    """Of each table a hash of all that it holds, but for when somebody was last seen."""
    names = [row[0] for row in sql.execute(HANDED_OUT).fetchall()]
    return {name: str(sql.execute(_hash_of(name)).fetchall()) for name in names}


def _hash_of(name: str) -> str:
    without = "".join(f" - '{one}'" for one in BOOKKEEPING.get(name, ()))
    rows = f"SELECT (to_jsonb(t){without})::text AS it FROM {name} t"
    return f"SELECT count(*), md5(string_agg(it, '' ORDER BY it)) FROM ({rows}) x"


def say(found: str) -> None:
    """Say what was looked at, for `pytest -s`."""
    sys.stdout.write(f"\n{found}\n")


def state_of(world: World) -> dict[str, str]:
    """What the database holds, seen by its owner's eyes."""
    with transaction(world.worker.engine, list(world.site_ids.values())) as sql:
        return fingerprint(sql)


def enter(world: World, client: TestClient) -> str:
    """Sign a browser in, at no try's expense; its account's login."""
    login = account(world)
    with transaction(world.worker.engine) as sql:
        found = accounts.by_login(sql, login)
        assert found is not None
        secret = sign_ins.begin(sql, found.id, sign_ins.Stage.FULL, "test")
    client.cookies.set(cookie_name(world.settings), secret)
    return login


def signed_in(world: World) -> tuple[Checked, str]:
    """A browser that is signed in, and its account's login."""
    client = world.client()
    return client, enter(world, client)


def bodies(login: str) -> Iterator[dict[str, Any]]:
    """What a page of another site could send: a form, and JSON as far as it gets that past a browser."""
    form = {
        "login": login,
        "password": PASSWORD,
        "old": PASSWORD,
        "new": "another four unlikely words",
        "note": "forged",
    }
    yield {"data": form}
    yield {"json": {"site": "AIBO5", "space": "hall", "description": "forged", "note": "forged"}}
