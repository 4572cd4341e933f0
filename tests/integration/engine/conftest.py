"""The engine as the API meets it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from services.store.engine import DatabaseRole, open_engine


@pytest.fixture(scope="session")
def app_engine(migrated_url: str) -> Iterator[Engine]:
    engine = open_engine(migrated_url, DatabaseRole.APP)
    yield engine
    engine.dispose()
