"""Which revision the schema is at, which it should be, and how it gets there."""

from services.cli.operating import Stop, first_line

OLDEST = 160000
"""PostgreSQL's number of the first version that can serve: GRANT … WITH SET came with 16."""


def bring_up_to_date(database_url: str) -> None:
    """Migrate to the newest revision.

    Raises:
        Stop: the server is too old, or the user may not do what migrations do.
        OperationalError: it cannot be reached.
    """
    from psycopg.errors import InsufficientPrivilege
    from sqlalchemy.exc import ProgrammingError

    from services.store import migrate

    refuse_old_server(database_url)
    try:
        migrate.upgrade(database_url)
    except ProgrammingError as error:
        if not isinstance(error.orig, InsufficientPrivilege):
            raise
        raise Stop(
            f"the database's user may not migrate ({first_line(error)}): "
            "it has to own the database and to have CREATEROLE."
        ) from None


def refuse_old_server(database_url: str) -> None:
    """Let nothing begin on a server that could not end it.

    Raises:
        Stop: it is older than 16.
        OperationalError: it cannot be reached.
    """
    from sqlalchemy import NullPool, create_engine, text

    from services.store.engine import driver_url

    engine = create_engine(driver_url(database_url), poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT current_setting('server_version_num')::int, current_setting('server_version')")
        ).one()
    if row[0] < OLDEST:
        raise Stop(
            f"the database is PostgreSQL {row[1]}, and 16 or newer is needed: "
            "point LIANBAN_DATABASE_URL at one, or leave it out for the embedded server."
        )


def newest_revision() -> str:
    """The head of the migrations that come with this program."""
    from services.store.migrate import scripts

    return scripts().get_current_head() or ""


def revision_of(database_url: str) -> str | None:
    """The revision that the database is at, None for an empty one. Raises OperationalError."""
    from alembic.migration import MigrationContext
    from sqlalchemy import NullPool, create_engine

    from services.store.engine import driver_url

    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
