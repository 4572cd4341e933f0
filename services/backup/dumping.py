"""The database as files and back: COPY, table by table, in one snapshot or one transaction.

`pg_dump` would have to be of the server's version, could not read past forced row-level security, and would
bring roles and policies of its own making. Schema, roles and policies are the migrations' business: only
rows are kept, in PostgreSQL's own text format, which every version reads.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.sql import SQL, Composed, Identifier

from services.backup.errors import DatabaseNotEmpty, HiddenRows
from services.backup.manifest import Table
from services.store.engine import DatabaseRole

MIGRATIONS = "alembic_version"
"""Made by the migrations, not by COPY."""

Sql = Connection[tuple[Any, ...]]


@contextmanager
def as_owner(database_url: str) -> Iterator[Sql]:
    """A connection under the login role itself, without the engine's limits of time."""
    url = "postgresql://" + database_url.split("://", 1)[1]
    with psycopg.connect(url, connect_timeout=5, application_name="lianban/backup") as sql:
        yield sql


@contextmanager
def snapshot(database_url: str) -> Iterator[Sql]:
    """One instant of the database, read with the worker's eyes, who sees all sites; nobody waits for it.

    Raises:
        HiddenRows: a policy hides rows from it.
    """
    with as_owner(database_url) as sql:
        sql.isolation_level = IsolationLevel.REPEATABLE_READ
        sql.read_only = True
        hidden = ", ".join(row[0] for row in sql.execute(_HIDDEN, {"role": str(DatabaseRole.WORKER)}))
        if hidden:
            raise HiddenRows(hidden)
        sql.execute(f"SET LOCAL ROLE {DatabaseRole.WORKER}")
        yield sql


_HIDDEN = """
SELECT t.tablename FROM pg_tables t WHERE t.schemaname = 'public' AND t.rowsecurity AND NOT EXISTS (
    SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = t.tablename
    AND %(role)s = ANY (p.roles) AND p.permissive = 'PERMISSIVE' AND p.qual = 'true'
    AND p.cmd IN ('ALL', 'SELECT')) ORDER BY 1
"""

_TABLES = """
SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> %s
GROUP BY c.relname ORDER BY c.relname
"""


def tables(sql: Sql) -> dict[str, tuple[str, ...]]:
    """The tables with their columns; what the server generates is not kept."""
    return {name: tuple(columns) for name, columns in sql.execute(_TABLES, (MIGRATIONS,))}


def sequences(sql: Sql) -> dict[str, int]:
    """The last number that each sequence gave; read last, as the owner, since the worker may not see them."""
    sql.execute("RESET ROLE")
    rows = sql.execute(
        "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public'"
        " AND last_value IS NOT NULL ORDER BY 1"
    )
    return dict(rows.fetchall())


def copy_out(sql: Sql, table: str, columns: Iterable[str], write: Callable[[bytes], object]) -> int:
    """Write a table's rows; how many they were."""
    with sql.cursor() as cursor:
        with cursor.copy(SQL("COPY {} TO STDOUT").format(_named(table, columns))) as rows:
            for block in rows:
                write(bytes(block))
        return cursor.rowcount


def _named(table: str, columns: Iterable[str]) -> Composed:
    return SQL("{} ({})").format(Identifier(table), SQL(", ").join(map(Identifier, columns)))


def need_empty(sql: Sql) -> None:
    """Make sure that nothing is kept in the database; an empty schema of ours may be there.

    Raises:
        DatabaseNotEmpty: a table of ours has rows, or there are tables that are not ours.
    """
    found = tables(sql)
    ours = sql.execute("SELECT to_regclass(%s) IS NOT NULL", (MIGRATIONS,)).fetchone() == (True,)
    if found and not ours:
        raise DatabaseNotEmpty(f"a table {next(iter(found))} that is not lianban's")
    if found:
        sql.execute(f"SET LOCAL ROLE {DatabaseRole.WORKER}")
    for name in found:
        if sql.execute(SQL("SELECT FROM {} LIMIT 1").format(Identifier(name))).fetchone() is not None:
            raise DatabaseNotEmpty(f"rows in {name}")
    sql.execute("RESET ROLE")


@dataclass(frozen=True, slots=True)
class Filling:
    """A transaction that fills an empty schema; row-level security and triggers are put aside within it."""

    sql: Sql

    @classmethod
    @contextmanager
    def of(cls, sql: Sql, names: Iterable[str]) -> Iterator["Filling"]:
        """For these tables. What a migration put into them goes first; it comes back with the backup."""
        forced = {row[0] for row in sql.execute(_FORCED)}
        wanted = sorted(names)
        for name in wanted:
            sql.execute(SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(Identifier(name)))
        for name in sorted(forced):
            sql.execute(SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(Identifier(name)))
        sql.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, wanted))))
        yield cls(sql)
        for name in sorted(forced):
            sql.execute(SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(Identifier(name)))
        for name in wanted:
            sql.execute(SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(Identifier(name)))

    def copy_in(self, name: str, table: Table, blocks: Iterable[bytes]) -> int:
        """Read a table's rows; how many they were."""
        with self.sql.cursor() as cursor:
            with cursor.copy(SQL("COPY {} FROM STDIN").format(_named(name, table.columns))) as rows:
                for block in blocks:
                    rows.write(block)
            return cursor.rowcount

    def number_on(self, last: Mapping[str, int]) -> None:
        """Let each sequence go on where it was."""
        for name, value in last.items():
            self.sql.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (name, value))

    def let_go(self) -> int:
        """End all leases: whoever held them is not here. How many messages were on their way.

        Those are treated as any whose sender died: their lease is past, so the send lane records them as
        unknown and does not send them again over the same channel.
        """
        for table in ("timer", "routing", "notice", "outbox"):
            self.sql.execute(SQL(_FREE).format(Identifier(table)))
        self.sql.execute(SQL(_FREE + " AND state <> 'leased'").format(Identifier("delivery")))
        done = self.sql.execute(
            "UPDATE delivery SET lease_until = least(lease_until, statement_timestamp() - interval '1 s')"
            " WHERE state = 'leased'"
        )
        return done.rowcount


_FORCED = """
SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
AND relforcerowsecurity
"""
_FREE = "UPDATE {} SET lease_until = NULL, lease_token = NULL WHERE lease_token IS NOT NULL"
