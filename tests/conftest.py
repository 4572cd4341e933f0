"""The embedded servers for tests: one pair for each test process, started when a test first asks.

Each process of pytest-xdist has a cluster of its own, since roles belong to a whole cluster and migrations
that make them would meet.
"""

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine

from services.cli.testing import NO_CHROMIUM, where_chromium_is
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
from services.embedded.valkey import Valkey
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Nothing of a test outlives the machine: three times faster than with syncs.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# How long an example takes says how busy the machine is, not whether the rule holds.
hypothesis_settings.register_profile("lianban", deadline=None)
hypothesis_settings.load_profile("lianban")


LONGEST = (
    "integration/workers/test_workers_brokers.py",
    "browser/test_every_page.py",
    "integration/canary/test_canary.py",
    "integration/workers/test_workers_celery.py",
    "integration/test_backup.py",
    "integration/test_story.py",
    "integration/matrix/test_matrix.py",
    "faults/test_crashes.py",
    "integration/api/test_api_origin.py",
    "integration/test_embedded.py",
    "browser/test_entrance_pages.py",
    "integration/test_audit.py",
    "integration/test_up.py",
    "integration/schema/test_fuzzing.py",
    "integration/ledger/test_exporting.py",
    "integration/test_replay.py",
    "unit/playbook/test_mutations.py",
)
"""Files that take longest, the longest first, so that two processes that share the work end together."""


def pytest_configure(config: pytest.Config) -> None:
    """xdist would begin with the file of the most tests."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest; within a file and between all others the order stays."""
    tests = Path(__file__).parent
    places = {tests / name: place for place, name in enumerate(LONGEST)}
    assert all(path.exists() for path in places)
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> Iterator[None]:
    """structlog's own default draws tracebacks with all locals, which takes half a minute here."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
    )
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def no_decoder_left() -> Iterator[None]:
    """The child that decodes pictures lives as long as its process; here that ends with a warning."""
    yield
    module = sys.modules.get("services.pictures.decoder")
    if module is not None:
        module.DECODER.close()


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


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The machine's Chromium; where there is none, all that needs it is skipped, loudly."""
    at = where_chromium_is()
    if at is None:
        why = f"NO BROWSER TEST RAN: {NO_CHROMIUM}"
        warnings.warn(pytest.PytestWarning(why), stacklevel=1)
        pytest.skip(why)
    # It takes a second to load, and most runs need no browser.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=at, args=["--no-sandbox"])
        yield chromium
        chromium.close()
