"""Bringing the schema up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

import models.migrations
from services.store.engine import driver_url

LOCK = 6_131_427_001
"""Advisory lock: two processes that start at once migrate one after the other."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(models.migrations.__file__).parent))
    return config


def scripts() -> ScriptDirectory:
    """The migrations that come with this program."""
    return ScriptDirectory.from_config(_config())


def upgrade(database_url: str, revision: str = "head") -> None:
    """Migrate the database to `revision`; does nothing where it is there already."""
    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()
