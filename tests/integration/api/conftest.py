"""A whole API over a real database: two sites, a token for each part that somebody plays.

Every answer that a test receives is held against the OpenAPI document: its status is declared, its body is of
the declared type, and the safe headers are there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine

from models.domain.streams import Role
from services import lanes
from services.api.app import make_app
from services.callers import Holder, create_token
from services.execute import Shop
from services.identity import sign_in_links
from services.settings import Settings
from services.store.claims import LIVE
from services.store.contexts import Contexts
from services.store.engine import DatabaseRole, open_engine
from services.store.transactions import transaction
from tests.databases import AIBO, add_aibo, empty

HOME = "http://127.0.0.1:8000"
LEAK = {
    "site": "AIBO5",
    "space": "table-tennis",
    "category": "leak",
    "origin": "pre_existing",
    "description": "乒乓房漏水，靠窗地上有水",
}


# ── held against the document ───────────────────────────────────────────────────────────────────────────────


class Checked(TestClient):
    """A client that believes no answer which the OpenAPI document does not announce."""

    document: Mapping[str, Any] = {}

    def request(self, method: Any, url: Any, *args: Any, **more: Any) -> Any:
        answer = super().request(method, url, *args, **more)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in answer.headers
        path = str(answer.request.url.raw_path.decode()).partition("?")[0]
        operation = operation_of(self.document, str(method).lower(), path)
        if operation is not None:
            must_be_declared(self.document, operation, answer)
        return answer


def operation_of(document: Mapping[str, Any], method: str, path: str) -> Mapping[str, Any] | None:
    """The operation that serves a path; a fixed part of a path wins over a parameter."""
    for template in sorted(document["paths"], key=lambda one: one.count("{")):
        if method in document["paths"][template] and pattern_of(template).fullmatch(path):
            found: Mapping[str, Any] = document["paths"][template][method]
            return found
    return None


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """What the paths of a template look like."""
    return re.compile(re.sub(r"{\w+}", "[^/]+", template))


def must_be_declared(document: Mapping[str, Any], operation: Mapping[str, Any], answer: Any) -> None:
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{answer.request.url}: {answer.status_code} is not declared: {answer.text}"
    media = answer.headers.get("content-type", "").partition(";")[0]
    assert media in told.get("content", {}), f"{answer.request.url}: {media} is not declared"
    if media.endswith("json"):
        errors = list(misfits(document, told["content"][media]["schema"], answer.json()))
        assert not errors, f"{answer.request.url}: {errors}"


_TYPES: Mapping[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": (int, float),
}


def misfits(document: Mapping[str, Any], schema: Any, value: Any, at: str = "#") -> Iterator[str]:
    """How a value differs from a JSON schema, as far as our schemas use the language."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        if all(list(misfits(document, one, value, at)) for one in schema["anyOf"]):
            yield f"{at}: {value!r} fits none"
        return
    if "type" in schema and not isinstance(value, _TYPES[schema["type"]]):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is none of {schema.get('enum')}"
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from misfits(document, schema.get("items", {}), one, f"{at}/{number}")
    if isinstance(value, dict) and "properties" in schema:
        yield from _misfits_of_fields(document, schema, value, at)


def _misfits_of_fields(
    document: Mapping[str, Any], schema: Any, value: dict[str, Any], at: str
) -> Iterator[str]:
    yield from (f"{at}/{name} is missing" for name in schema.get("required", ()) if name not in value)
    yield from (f"{at}/{name} is not declared" for name in value if name not in schema["properties"])
    for name, one in value.items():
        yield from misfits(document, schema["properties"].get(name, {}), one, f"{at}/{name}")


# ── the world ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class World:
    """Two sites of the same kind, AIBO5 and OTHER, and the engine that works behind the API."""

    app: FastAPI
    worker: Shop
    settings: Settings
    site_ids: dict[str, int]
    portal: BlockingPortal | None = None
    """The loop that answers, as a server has it; without one each request makes its own."""

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
            return sign_in_links.create(sql, holder, lasts=lasts)

    def client(self, token: str | None = None, **headers: str) -> Checked:
        known = {"Authorization": f"Bearer {token}"} if token else {}
        client = Checked(
            self.app,
            base_url=HOME,
            headers=known | headers,
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        client.document, client.portal = self.app.openapi(), self.portal
        return client

    def of(self, role: str, party: str | None = None, **more: Any) -> Checked:
        return self.client(self.token(role, party, **more))

    def report(self, **fields: Any) -> str:
        """A routed order; by default an old leak: asset company, property, autonomy office."""
        answer = self.of("handler", "committee").post("/api/v1/orders", json=LEAK | fields)
        assert answer.status_code == 201, answer.text
        self.route()
        return str(answer.json()["code"])

    def act(self, code: str, path: str, party: str, body: Any = None, *, role: str = "handler") -> Any:
        return self.of(role, party).post(f"/api/v1/orders/{code}/{path}", json=body or {})


_DESCRIBED: dict[str, dict[str, Any]] = {}
"""The document is the same for all worlds, and FastAPI keeps 15 MB for good of each that it makes."""


@pytest.fixture(scope="session")
def engines(migrated_url: str) -> Iterator[tuple[Engine, Engine]]:
    app = open_engine(migrated_url, DatabaseRole.APP, pool_size=10)
    worker = open_engine(migrated_url, DatabaseRole.WORKER)
    yield app, worker
    app.dispose()
    worker.dispose()


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as loop:
        yield loop


@pytest.fixture(scope="module")
def world(
    migrated_url: str,
    engines: tuple[Engine, Engine],
    tmp_path_factory: pytest.TempPathFactory,
    portal: BlockingPortal,
) -> World:
    """One world a file; each test makes orders of its own in it."""
    app_engine, worker_engine = engines
    told = Settings.read(
        {
            "LIANBAN_ENV": "test",
            "LIANBAN_DATA": str(tmp_path_factory.mktemp("data")),
            "LIANBAN_SECRET_KEY": "k" * 40,
            # All tests come from one address, faster than any person.
            "LIANBAN_REQUESTS_PER_ADDRESS": "1000000",
            "LIANBAN_REQUESTS_PER_CALLER": "1000000",
        }
    )
    empty(migrated_url)
    plan = (AIBO / "floorplan.svg").read_text(encoding="utf-8")
    ids = {code: add_aibo(worker_engine, code, floorplan=plan) for code in ("AIBO5", "OTHER")}
    app = make_app(Shop(app_engine, Contexts()), told)
    app.openapi_schema = _DESCRIBED.get("document")
    _DESCRIBED["document"] = app.openapi()
    return World(app, Shop(worker_engine, Contexts()), told, ids, portal)


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A small JPEG with EXIF that tells where it was taken."""
    image, target = Image.new("RGB", (64, 48), "teal"), BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "爱博五村12号楼"
    image.save(target, "JPEG", exif=exif)
    return target.getvalue()
