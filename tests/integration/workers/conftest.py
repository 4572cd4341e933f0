"""A Valkey of its own, since these tests stop it, and the processes of a stack around it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.embedded.supervisor import Supervisor
from services.embedded.valkey import Valkey
from tests.databases import empty
from tests.integration.workers.crew import (
    STARTED,
    Crew,
    Site,
    add_site,
    frozen_afterwards,
    settings_for,
    wait_until,
)


@pytest.fixture(scope="session")
def engine(worker_engine: Engine) -> Engine:
    return worker_engine


@pytest.fixture(scope="module")
def emptied(migrated_url: str) -> None:
    empty(migrated_url)


@pytest.fixture
def site(engine: Engine, emptied: None) -> Iterator[Site]:
    with frozen_afterwards(add_site(engine)) as made:
        yield made


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


class Broker:
    """A Valkey that can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.valkey = Valkey(folder)
        self.url = self.valkey.url
        self._supervisor = Supervisor(print)

    def start(self) -> None:
        self._supervisor.start([self.valkey.child()])

    def stop(self) -> None:
        self._supervisor.stop()


@pytest.fixture(scope="module")
def broker(folder: Path) -> Iterator[Broker]:
    made = Broker(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def crew(folder: Path, migrated_url: str, broker: Broker, emptied: None) -> Iterator[Crew]:
    """Worker, sender and pulse."""
    made = Crew(settings_for(folder, migrated_url, broker.url))
    try:
        for name in ("worker", "sender", "pulse"):
            made.start(name)
        wait_until(lambda: made.log().count(" ready.") == 2, STARTED, made.log())
        yield made
    finally:
        made.end()
