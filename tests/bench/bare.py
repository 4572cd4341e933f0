"""What others would write: a FastAPI endpoint that inserts the rows of a report by psycopg, and nothing else.

No rule is checked, no state is folded, nothing is hashed, nobody is asked who he is; the rows are the
engine's, under the same role and row-level security, in one transaction that is durable. It is
written as well as it can be: a connection a thread, one pipeline, the answer not read from the database.
"""

import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated, Any

import psycopg
from anyio import to_thread
from fastapi import FastAPI, Header

from services.actions.bodies import ReportAtSite
from services.api.app import THREADS
from tests.bench.statements import Script

SCRIPT, FIRST = "LIANBAN_BENCH_SCRIPT", "LIANBAN_BENCH_FIRST"


def make() -> FastAPI:
    """The application, for `uvicorn --factory`."""
    statements = Script.read(Path(os.environ[SCRIPT])).parametrised()
    numbers = itertools.count(int(os.environ[FIRST]))
    app, pool = FastAPI(lifespan=_lifespan), _pool()

    @app.post("/orders", status_code=201)
    def report(
        body: ReportAtSite, idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key")] = None
    ) -> dict[str, Any]:
        number = next(numbers)
        sql = pool.get()
        with sql.pipeline():
            sql.execute("BEGIN")
            for query, params in statements:
                sql.execute(query, params | {"order": number})
            sql.execute("COMMIT")
        pool.put(sql)
        return {"code": f"{body.site}-{number}", "key": idempotency_key, "title": body.title}

    return app


def _pool() -> SimpleQueue[psycopg.Connection[Any]]:
    """A connection for each thread there is at once."""
    pool: SimpleQueue[psycopg.Connection[Any]] = SimpleQueue()
    for _ in range(THREADS):
        url = os.environ["LIANBAN_DATABASE_URL"]
        pool.put(psycopg.connect(url, autocommit=True, options="-c role=lianban_app"))
    return pool


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
