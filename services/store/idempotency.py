"""Idempotency-Key: the same request again has the same answer and no second effect, for 48 hours."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.domain.streams import StreamKey
from services.store.arrays import put
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


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of an answered request."""

    body_hash: str
    answer: Mapping[str, Any]

    def answer_to(self, ticket: Ticket) -> Mapping[str, Any]:
        """The answer, the same as at the first time. Raises KeyReused for another body."""
        if self.body_hash != ticket.body_hash:
            raise KeyReused
        return self.answer


def ask_answers(sql: Sql, tickets: Iterable[Ticket]) -> Callable[[], dict[str, Kept]]:
    """What is kept for tickets, by scope; in a pipeline waited for only when it is called.

    Two at once meet in the advisory locks, which the transaction holds to its end: the later one then finds
    the answers of the earlier. They are taken in one order by everybody, and after all streams.
    """
    scopes = sorted({one.scope for one in tickets})
    if not scopes:
        return dict
    sql.execute("SELECT pg_advisory_xact_lock(hashtextextended(s, 0)) FROM unnest(%b::text[]) AS s", [scopes])
    # A statement of its own, since what it sees was decided before it waited.
    asked = sql.execute(
        "SELECT scope, body_hash, answer FROM idempotency"
        " WHERE scope = ANY (%b::text[]) AND created_at > statement_timestamp() - %b",
        (scopes, KEPT_FOR),
    )
    return lambda: {scope: Kept(body_hash, answer) for scope, body_hash, answer in asked}


def remember(sql: Sql, answered: Iterable[tuple[Ticket, StreamKey]], now: datetime) -> None:
    """Keep which stream each request ended in; ids only, so that an erasure need not look here."""
    put(
        sql,
        "INSERT INTO idempotency (scope, site_id, body_hash, status, answer, created_at)"
        " SELECT c, s, h, t, jsonb_build_object('stream_id', i), n FROM unnest(%b::text[], %b::int[],"
        " %b::text[], %b::int[], %b::bigint[], %b::timestamptz[]) AS t (c, s, h, t, i, n)"
        " ON CONFLICT (scope) DO UPDATE SET body_hash = excluded.body_hash,"
        " status = excluded.status, answer = excluded.answer, created_at = excluded.created_at",
        ((one.scope, one.site_id, one.body_hash, one.status, key.stream_id, now) for one, key in answered),
    )


def forget_old(sql: Sql) -> None:
    """Drop what is older than 48 hours."""
    sql.execute("DELETE FROM idempotency WHERE created_at < statement_timestamp() - %s", (KEPT_FOR,))
