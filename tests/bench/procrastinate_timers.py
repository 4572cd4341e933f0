"""Timers as procrastinate jobs with a time; run as a program it is their worker."""

import os
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import procrastinate

DATABASE, LOG = "BENCH_PROCRASTINATE_DATABASE", "BENCH_PROCRASTINATE_LOG"
TASK = "bench.fire"


def prepare(url: str) -> None:
    """Its schema."""
    with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url)).open() as app:
        app.schema_manager.apply_schema()


def defer(url: str, due: Sequence[datetime]) -> None:
    """One job each."""
    with procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url)).open() as app:
        for at in due:
            app.configure_task(TASK, schedule_at=at).defer(due=at.timestamp())


def main() -> None:
    """Work until told to stop."""
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ[DATABASE]))

    @app.task(name=TASK)
    def fire(due: float) -> None:
        with Path(os.environ[LOG]).open("a") as log:
            log.write(f"{time.time() - due:.4f}\n")

    app.run_worker(concurrency=2)


if __name__ == "__main__":
    main()
