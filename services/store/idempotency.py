"""Idempotency-Key: the same request again has the same answer and no second effect, for 48 hours."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from models.domain.streams import StreamKey
from services.store.contexts import Sql

KEPT_FOR = timedelta(hours=48)


class KeyReused(Exception):
    """The Idempotency-Key was used with another body; take a new key for a new request."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The scope (actor, route and key) of a request, the hash of its body, and how it is answered."""

    scope: str
    site_id: int
    body_hash: str
    status: int

    @classmethod
    def of(cls, *, actor: str, route: str, key: str, site_id: int, body: bytes, status: int) -> "Ticket":
        """A ticket; neither actor nor key is kept in the clear."""
        scope = hashlib.sha256(f"{actor}\0{route}\0{key}".encode()).hexdigest()
        return cls(scope, site_id, hashlib.sha256(body).hexdigest(), status)


def recall(sql: Sql, ticket: Ticket) -> Mapping[str, Any] | None:
    """The kept answer, or None at the first time.

    Two at once meet in the advisory lock, which the transaction holds to its end: the later one then finds
    the answer of the earlier.

    Raises:
        KeyReused: the key came with another body before.
    """
    sql.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (ticket.scope,))
    row = sql.execute(
        "SELECT body_hash, answer FROM idempotency"
        " WHERE scope = %s AND created_at > statement_timestamp() - %s",
        (ticket.scope, KEPT_FOR),
    ).fetchone()
    if row is None:
        return None
    if row[0] != ticket.body_hash:
        raise KeyReused
    answer: Mapping[str, Any] = row[1]
    return answer


def remember(sql: Sql, ticket: Ticket, key: StreamKey, now: datetime | None) -> None:
    """Keep which stream the request ended in; ids only, so that an erasure need not look here."""
    sql.execute(
        "INSERT INTO idempotency (scope, site_id, body_hash, status, answer, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (scope) DO UPDATE SET body_hash = excluded.body_hash,"
        " status = excluded.status, answer = excluded.answer, created_at = excluded.created_at",
        (
            ticket.scope,
            ticket.site_id,
            ticket.body_hash,
            ticket.status,
            Jsonb({"stream_id": key.stream_id}),
            now,
        ),
    )


def forget_old(sql: Sql) -> None:
    """Drop what is older than 48 hours."""
    sql.execute("DELETE FROM idempotency WHERE created_at < statement_timestamp() - %s", (KEPT_FOR,))
