"""Claiming due rows of a lane's queue: a lease with a fencing token, the attempt counted before the work.

A claim is a transaction of its own, so that no queue row stays locked while streams are. Work is written back
only where the token still stands: a worker that was stopped past its lease and woke again changes nothing.
Sites are walked one by one, live ones only unless one is named, so that frozen sites cost nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any

from sqlalchemy import Engine

from services.store.contexts import Sql
from services.store.transactions import transaction

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
"""After so many tries a row is left alone: poison work must not starve the rest."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sites a lane works for, by which clock: all live ones by the database's, or one virtual site."""

    site_id: int | None = None
    now: datetime | None = None


LIVE = Scope()


class Queue(StrEnum):
    """The queues by table."""

    ROUTING = "routing"
    TIMER = "timer"
    NOTICE = "notice"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class _Shape:
    due: str
    """The column by which a row falls due."""
    strictly: bool
    """Due only once that instant has passed: done at exactly the due instant is on time."""
    keys: tuple[str, ...]
    only: str = "true"
    take: tuple[str, ...] = ()


_SHAPES = {
    Queue.ROUTING: _Shape("wanted_at", strictly=False, keys=("site_id", "stream_id"), take=("wanted_at",)),
    Queue.TIMER: _Shape(
        "fire_at", strictly=True, keys=("site_id", "stream_id", "deadline_id"), take=("fire_at", "generation")
    ),
    Queue.NOTICE: _Shape(
        "send_at", strictly=False, keys=("id",), only="expanded_at IS NULL", take=("site_id",)
    ),
    Queue.DELIVERY: _Shape(
        "created_at", strictly=False, keys=("id",), only="state = 'queued'", take=("site_id",)
    ),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """Claimed rows (their key columns, then what the queue gives with them) and the token of their lease."""

    queue: Queue
    token: str
    rows: tuple[tuple[Any, ...], ...]


def claim(engine: Engine, queue: Queue, scope: Scope, limit: int, *, lease: timedelta = LEASE) -> Claim:
    """Lease up to `limit` due rows that nobody holds."""
    token = token_hex(8)
    with transaction(engine) as sql:
        rows = sql.execute(
            _claim_sql(queue, one_site=scope.site_id is not None),
            {"site": scope.site_id, "now": scope.now, "limit": limit, "lease": lease, "token": token,
             "most": MOST_ATTEMPTS},
        ).fetchall()  # fmt: skip
    return Claim(queue, token, tuple(rows))


def _claim_sql(queue: Queue, *, one_site: bool) -> str:
    """`statement_timestamp()` is stable and so an index condition; `clock_timestamp()` would not be one."""
    shape = _SHAPES[queue]
    keys, compare = ", ".join(f"q.{key}" for key in shape.keys), "<" if shape.strictly else "<="
    back = ", ".join(f"t.{column}" for column in (*shape.keys, *shape.take))
    sites = "s.id = %(site)s" if one_site else "s.clock = 'live'"
    return f"""
        WITH due AS MATERIALIZED (
            SELECT {keys} FROM site s CROSS JOIN LATERAL (
                SELECT q.* FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} {compare} coalesce(%(now)s, statement_timestamp())
                    AND {shape.only} AND q.attempts < %(most)s
                    AND (q.lease_until IS NULL OR q.lease_until < statement_timestamp())
                ORDER BY q.{shape.due} LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            ) q WHERE {sites} LIMIT %(limit)s
        )
        UPDATE {queue} t SET lease_until = statement_timestamp() + %(lease)s, lease_token = %(token)s,
            attempts = t.attempts + 1
        FROM due WHERE {" AND ".join(f"t.{key} = due.{key}" for key in shape.keys)}
        RETURNING {back}
    """  # noqa: S608 - table and column names are our own constants


def release(sql: Sql, done: Claim, keys: list[tuple[Any, ...]]) -> None:
    """Give rows back whose stream was locked by somebody; the attempt does not count."""
    shape = _SHAPES[done.queue]
    for row in keys:
        where = " AND ".join(f"{key} = %s" for key in shape.keys)
        sql.execute(
            f"UPDATE {done.queue} SET lease_until = NULL, lease_token = NULL,"  # noqa: S608 - as above
            f" attempts = attempts - 1 WHERE {where} AND lease_token = %s",
            (*row[: len(shape.keys)], done.token),
        )


def drop(sql: Sql, done: Claim, keys: list[tuple[Any, ...]]) -> None:
    """Take rows off the queue that were worked on and that nothing else has taken off, under their token."""
    shape = _SHAPES[done.queue]
    where = " AND ".join(f"{key} = %s" for key in shape.keys)
    with sql.cursor() as cursor:
        cursor.executemany(
            f"DELETE FROM {done.queue} WHERE {where} AND lease_token = %s",  # noqa: S608 - our own constants
            [(*row[: len(shape.keys)], done.token) for row in keys],
        )


def waiting(sql: Sql, queue: Queue) -> timedelta | None:
    """How long a live site's oldest due row has been waiting for somebody, None when nothing waits."""
    shape = _SHAPES[queue]
    row = sql.execute(
        f"""SELECT statement_timestamp() - min(q.due) FROM site s CROSS JOIN LATERAL (
                SELECT q.{shape.due} AS due FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} < statement_timestamp() AND {shape.only}
                    AND q.attempts < %(most)s
                    AND (q.lease_until IS NULL OR q.lease_until < statement_timestamp())
                ORDER BY q.{shape.due} LIMIT 1) q WHERE s.clock = 'live'""",  # noqa: S608 - our own constants
        {"most": MOST_ATTEMPTS},
    ).fetchone()
    late: timedelta | None = row[0] if row else None
    return late
