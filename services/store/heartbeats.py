"""Signs of life, written from inside the work itself."""

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.store.contexts import Sql


def beat(sql: Sql, name: str, **counts: int) -> None:
    """Say that `name` has just done a round, and add to its counts."""
    sql.execute(
        "INSERT INTO heartbeat AS h (name, at, detail) VALUES (%(name)s, statement_timestamp(), %(new)s)"
        " ON CONFLICT (name) DO UPDATE SET at = excluded.at, detail = (SELECT jsonb_object_agg(k, coalesce("
        "(h.detail->>k)::bigint, 0) + coalesce((excluded.detail->>k)::bigint, 0))"
        " FROM jsonb_object_keys(h.detail || excluded.detail) AS k)",
        {"name": name, "new": Jsonb(counts)},
    )


def read(sql: Sql) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """All signs of life: when, and the counts so far."""
    return {name: (at, detail) for name, at, detail in sql.execute("SELECT name, at, detail FROM heartbeat")}
