"""Which revision the schema is at, and which it should be."""

from pathlib import Path


def newest_revision() -> str:
    """The head of the migrations that come with this program."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    import models.migrations

    config = Config()
    config.set_main_option("script_location", str(Path(str(models.migrations.__file__)).parent))
    return ScriptDirectory.from_config(config).get_current_head() or ""


def revision_of(database_url: str) -> str | None:
    """The revision that the database is at, None for an empty one. Raises OperationalError."""
    from alembic.migration import MigrationContext
    from sqlalchemy import NullPool, create_engine

    from services.store.engine import driver_url

    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
