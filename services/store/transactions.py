"""A transaction for a caller: the sites that it may see are set for that transaction alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import cast

import psycopg
from sqlalchemy import Connection, Engine

from services.store.contexts import Sql

_BEGIN = (
    "SELECT set_config('lianban.sites', %s, true),"
    " set_config('synchronous_commit',"
    " CASE WHEN %s THEN current_setting('synchronous_commit') ELSE 'off' END, true)"
)


@contextmanager
def transaction(engine: Engine, sites: Sequence[int] = (), *, durable: bool = True) -> Iterator[Sql]:
    """A psycopg connection in a transaction that is committed at the end, or rolled back when left early.

    `set_config(…, true)` ends with the transaction: set for a session, it leaked to the next user of the
    pooled connection. What need not be `durable` (a lease, a sign of life, a number) does not wait for the
    disk; it is never lost where something is kept that was written after it.
    """
    with _begun(engine, sites, durable) as connection:
        sql = cast("Sql", connection.connection.dbapi_connection)
        try:
            yield sql
            sql.commit()
        except BaseException:
            with suppress(psycopg.Error):  # of a server that is gone; the first error is the one to tell
                sql.rollback()
            if sql.closed:
                connection.invalidate()
            raise


def _begun(engine: Engine, sites: Sequence[int], durable: bool) -> Connection:  # noqa: FBT001 - passed on
    """A connection in its transaction.

    The first statement finds out whether a pooled connection still lives, as a ping before it would, at no
    round trip of its own. Nothing was done by then, so another one is taken; one that is new is not replaced.
    """
    while True:
        connection = engine.connect()
        is_new = not connection.info.get("lianban_used")
        sql = cast("Sql", connection.connection.dbapi_connection)
        try:
            with sql.pipeline():  # with its BEGIN in one round trip
                sql.execute(_BEGIN, (",".join(map(str, sites)), durable))
        except BaseException as error:
            connection.invalidate()
            connection.close()
            if is_new or not isinstance(error, psycopg.OperationalError):
                raise
        else:
            connection.info["lianban_used"] = True
            return connection
