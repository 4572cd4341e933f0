"""A transaction for a caller: the sites that it may see are set for that transaction alone."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from select import POLLIN, poll
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
def transaction(
    engine: Engine, sites: Sequence[int] = (), *, durable: bool = True, pipelined: bool = False
) -> Iterator[Sql]:
    """A psycopg connection in a transaction that is committed at the end, or rolled back when left early.

    `set_config(…, true)` ends with the transaction: set for a session, it leaked to the next user of the
    pooled connection. What need not be `durable` (a lease, a sign of life, a number) does not wait for the
    disk; it is never lost where something is kept that was written after it. All of a `pipelined` one is sent
    as one pipeline: its begin goes with the first statement, its commit with the last.
    """
    with _connected(engine) as connection:
        sql = cast("Sql", connection.connection.dbapi_connection)
        try:
            with sql.pipeline():
                sql.execute(_BEGIN, (",".join(map(str, sites)), durable))
                if pipelined:
                    yield sql
                    sql.commit()
            if not pipelined:
                yield sql
                sql.commit()
        except BaseException:
            with suppress(psycopg.Error):  # of a server that is gone; the first error is the one to tell
                sql.rollback()
            if sql.closed:
                connection.invalidate()
            raise


def snapshot(engine: Engine) -> AbstractContextManager[Sql]:
    """A transaction that sees one instant of the database throughout; for reading."""
    return transaction(engine.execution_options(isolation_level="REPEATABLE READ"))


def see(sql: Sql, site_id: int | None) -> None:
    """Let the rest of the transaction see this site, or none, whatever it saw before."""
    sql.execute("SELECT set_config('lianban.sites', %s, true)", ("" if site_id is None else str(site_id),))


def now_of(sql: Sql) -> datetime:
    """The database's time, at the beginning of this statement."""
    row = sql.execute("SELECT statement_timestamp()").fetchone()
    if row is None:
        raise RuntimeError("the database told no time")
    now: datetime = row[0]
    return now


def _connected(engine: Engine) -> Connection:
    """A connection that lives. A server that is gone said so or hung up: something can be read unasked.

    So one of the pool is known to be dead before anything is sent over it; one that is new is not looked at.
    """
    while True:
        connection = engine.connect()
        heard = poll()
        heard.register(cast("Sql", connection.connection.dbapi_connection).fileno(), POLLIN)
        if not connection.info.get("lianban_used") or not heard.poll(0):
            connection.info["lianban_used"] = True
            return connection
        connection.invalidate()
        connection.close()
