"""The embedded servers for tests: one pair for each test process, started when a test first asks.

Each process of pytest-xdist has a cluster of its own, since roles belong to a whole cluster and migrations
that make them would meet.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
from services.embedded.valkey import Valkey
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade

# Nothing of a test outlives the machine: three times faster than with syncs.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# How long an example takes says how busy the machine is, not whether the rule holds.
hypothesis_settings.register_profile("lianban", deadline=None)
hypothesis_settings.load_profile("lianban")


@pytest.fixture(scope="session")
def servers_folder() -> Iterator[Path]:
    """An empty data folder that the servers' user can reach and whose path is short."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_url(servers_folder: Path) -> Iterator[str]:
    """The address of an empty database, entered as its owner `lianban`, who is no superuser."""
    server = Postgres(servers_folder, HASTY)
    supervisor = Supervisor(print)
    try:
        supervisor.start([server.child()])
        yield server.url
    finally:
        supervisor.stop()


@pytest.fixture(scope="session")
def redis_url(servers_folder: Path) -> Iterator[str]:
    """The address of an empty Valkey, as redis-py spells it."""
    server = Valkey(servers_folder)
    supervisor = Supervisor(print)
    try:
        supervisor.start([server.child()])
        yield server.url
    finally:
        supervisor.stop()


@pytest.fixture(scope="session")
def migrated_url(postgres_url: str) -> str:
    """The address of a database with the schema of the real migrations; who needs it empty empties it."""
    upgrade(postgres_url)
    return postgres_url


@pytest.fixture(scope="session")
def worker_engine(migrated_url: str) -> Iterator[Engine]:
    """Connections under the worker's role."""
    engine = open_engine(migrated_url, DatabaseRole.WORKER)
    yield engine
    engine.dispose()
