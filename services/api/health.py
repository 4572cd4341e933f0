"""Is it alive, can it work, does the engine run; and figures for Prometheus."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

import models.migrations
from models.domain.policy import Permission
from services.api.figures import lane_figures
from services.api.problems import declared
from services.execute import Shop, UnknownStream
from services.store.contexts import Sql
from services.store.transactions import now_of, transaction

ENGINE_SECONDS = 5.0
POLL_SECONDS = 0.1
PULSE = "pulse"

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """What was found."""

    status: Literal["ok", "database_away", "schema_behind", "engine_silent"]
    detail: str = ""


_UNFIT: dict[int | str, dict[str, Any]] = {503: {"model": Health, "description": "Not now."}}


@router.get("/health/live", summary="Is the process alive?", operation_id="health_live")
async def live() -> Health:
    """Always, if it answers at all; asks nobody else."""
    return Health(status="ok")


@router.get("/health/ready", summary="Can it serve requests?", operation_id="health_ready", responses=_UNFIT)
async def ready(request: Request, response: Response) -> Health:
    """The database is reached, and its schema is that of this program."""
    found = await _ask(request, _revision)
    if isinstance(found, Health):
        response.status_code = 503
        return found
    if found != schema_head():
        response.status_code = 503
        return Health(status="schema_behind", detail=f"{found}, not {schema_head()}: run ./lianban migrate")
    return Health(status="ok", detail=found or "")


@router.get("/health/engine", summary="Does the engine run?", operation_id="health_engine", responses=_UNFIT)
async def engine(request: Request, response: Response) -> Health:
    """Waits for a whole cycle of the pulse that ends after this request came in, at most five seconds."""
    asked_at = await _ask(request, now_of)
    if isinstance(asked_at, Health):
        response.status_code = 503
        return asked_at
    for _ in range(int(ENGINE_SECONDS / POLL_SECONDS)):
        beat = await _ask(request, _last_beat)
        if not isinstance(beat, Health) and beat is not None and beat > asked_at:
            return Health(status="ok", detail=beat.isoformat())
        await asyncio.sleep(POLL_SECONDS)
    response.status_code = 503
    return Health(status="engine_silent", detail="no pulse in five seconds: is workers.pulse running?")


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    operation_id="metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **declared(404),
    },
)
async def metrics(request: Request) -> Response:
    """Requests by route and status with their durations, the process, the lanes' work by who did it.

    For whom the policy lets see them. With the database away the lanes' figures are left out.
    """
    if not request.state.caller.sites_where(Permission.SEE_FIGURES):
        raise UnknownStream(request.url.path)
    lanes = await _ask(request, lane_figures)
    body = generate_latest() + (lanes if isinstance(lanes, bytes) else b"")
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _ask(request: Request, question: Callable[[Sql], Any]) -> Any:  # noqa: ANN401 - as the question answers
    """What the database says, or that it is away. Not in the routes' threads: all may be waiting for it."""
    shop: Shop = request.app.state.shop

    def ask() -> Any:  # noqa: ANN401
        with transaction(shop.engine) as sql:
            return question(sql)

    try:
        return await to_thread.run_sync(ask, limiter=request.app.state.health_limiter)
    except Exception as error:  # noqa: BLE001 - whatever stands in the way, it cannot serve
        return Health(status="database_away", detail=type(error).__name__)


def schema_head() -> str:
    """The newest migration of this program: files start with their number, which is the revision."""
    versions = Path(models.migrations.__file__).parent / "versions"
    return max(path.name.partition("_")[0] for path in versions.glob("[0-9]*_*.py"))


def _revision(sql: Sql) -> str | None:
    row = sql.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _last_beat(sql: Sql) -> Any:  # noqa: ANN401
    row = sql.execute("SELECT max(at) FROM heartbeat WHERE name = %s", (PULSE,)).fetchone()
    return row[0] if row else None
