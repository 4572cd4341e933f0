"""What tests on a database share: where the shipped site lies, and how everything is emptied."""

from pathlib import Path

import psycopg

AIBO = Path(__file__).resolve().parents[1] / "deploy" / "playbooks" / "aibo-5"


def empty(url: str) -> None:
    """Empty every table; the schema stays, numbering begins anew."""
    with psycopg.connect(url) as sql:
        tables = sql.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchone()
        assert tables is not None
        sql.execute(f"TRUNCATE {tables[0]} RESTART IDENTITY".encode())
