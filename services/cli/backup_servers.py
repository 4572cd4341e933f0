"""The database that a backup is made of or restored to, started for that long where nothing else runs it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.cli.operating import Stop
from services.cli.up import alone
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
from services.settings import Settings


@contextmanager
def running_database(settings: Settings) -> Iterator[None]:
    """The settings' own database; an embedded one that stands still is started and stopped again.

    Raises:
        Stop: there is none in the data folder.
        CannotStart: `up` is just starting.
    """
    if not settings.embedded_postgres:
        yield
        return
    if not (settings.data / "postgres").exists():
        raise Stop(f"there is no database in {settings.data}: say with LIANBAN_DATA where it is.")
    server = Postgres(settings.data)
    if server.is_ready():
        yield
        return
    with alone(settings), started(server):
        yield


@contextmanager
def started(server: Postgres, say: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """A server for this block alone; `say` is told what becomes of it."""
    supervisor = Supervisor(say)
    try:
        supervisor.start([server.child()])
        yield
    finally:
        supervisor.stop()
        shutil.rmtree(server.sockets, ignore_errors=True)
