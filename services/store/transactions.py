"""A transaction for a caller: the sites that it may see are set for that transaction alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Engine

from services.store.contexts import Sql


@contextmanager
def transaction(engine: Engine, sites: Sequence[int] = ()) -> Iterator[Sql]:
    """A psycopg connection in a transaction that is committed at the end, or rolled back when left early.

    `set_config(…, true)` ends with the transaction: set for a session, it leaked to the next user of the
    pooled connection.
    """
    with engine.connect() as connection:
        sql = cast("Sql", connection.connection.dbapi_connection)
        sql.execute("SELECT set_config('lianban.sites', %s, true)", (",".join(map(str, sites)),))
        try:
            yield sql
        except BaseException:
            sql.rollback()
            raise
        sql.commit()
