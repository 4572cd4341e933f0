"""Claiming due rows of a lane's queue: a lease with a fencing token, the attempt counted before the work.

A claim is a transaction of its own, so that no queue row stays locked while streams are. Work is written back
only where the token still stands: a worker that was stopped past its lease and woke again changes nothing.
Sites are walked one by one in any order, so that a storm at one does not hold up the others; live ones only
unless one is named, so that frozen sites cost nothing.

Work that kills its process takes the rest of its claim with it. So a row that was tried a few times is
claimed alone, and after many tries only now and then: what is poison today may be healed by the next release.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from typing import Any

import structlog
from sqlalchemy import Engine

from services.store.contexts import Sql
from services.store.transactions import transaction

log = structlog.get_logger("lianban.claims")

LEASE = timedelta(seconds=60)
SUSPECT_ATTEMPTS = 3
"""After so many tries a row is claimed alone: whatever happens to it then happens to no other."""
MOST_ATTEMPTS = 8
"""After so many tries a row is left alone for long: poison work must not starve the rest."""
QUARANTINE = timedelta(hours=1)


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
    most: int | None = None
    """Where trying again may ring a phone again: after so many tries the row is given up for good."""


_SHAPES = {
    Queue.ROUTING: _Shape("wanted_at", strictly=False, keys=("site_id", "stream_id"), take=("wanted_at",)),
    Queue.TIMER: _Shape(
        "fire_at", strictly=True, keys=("site_id", "stream_id", "deadline_id"), take=("fire_at", "generation")
    ),
    Queue.NOTICE: _Shape(
        "send_at", strictly=False, keys=("id",), only="expanded_at IS NULL", take=("site_id",)
    ),
    Queue.DELIVERY: _Shape(
        "created_at",
        strictly=False,
        keys=("id",),
        only="state = 'queued'",
        take=("site_id",),
        most=MOST_ATTEMPTS,
    ),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """Claimed rows (their key columns, then what the queue gives with them) and the token of their lease."""

    queue: Queue
    token: str
    rows: tuple[tuple[Any, ...], ...]


def claim(engine: Engine, queue: Queue, scope: Scope, limit: int, *, lease: timedelta = LEASE) -> Claim:
    """Lease up to `limit` due rows that nobody holds; when there are none, one of those tried before."""
    token = token_hex(8)
    given = {
        "site": scope.site_id,
        "now": scope.now,
        "lease": lease,
        "token": token,
        "suspect": SUSPECT_ATTEMPTS,
        "most": MOST_ATTEMPTS,
        "quarantine": QUARANTINE,
    }
    one_site = scope.site_id is not None
    # A lease that a crash forgets only lets the next one work earlier.
    with transaction(engine, durable=False) as sql:
        rows = sql.execute(_claim_sql(queue, one_site=one_site), given | {"limit": limit}).fetchall()
        if not rows:
            rows = sql.execute(
                _claim_sql(queue, one_site=one_site, tried=True), given | {"limit": 1}
            ).fetchall()
    for row in rows:
        if row[-1] == MOST_ATTEMPTS:
            log.error("quarantined", queue=str(queue), row=row[: len(_SHAPES[queue].keys)], attempts=row[-1])
    return Claim(queue, token, tuple(row[:-1] for row in rows))


def _claim_sql(queue: Queue, *, one_site: bool, tried: bool = False) -> str:
    """`statement_timestamp()` is stable and so an index condition; `clock_timestamp()` would not be one."""
    shape = _SHAPES[queue]
    keys, compare = ", ".join(f"q.{key}" for key in shape.keys), "<" if shape.strictly else "<="
    back = ", ".join(f"t.{column}" for column in (*shape.keys, *shape.take))
    sites = "id = %(site)s" if one_site else "clock = 'live'"
    return f"""
        WITH due AS MATERIALIZED (
            SELECT {keys} FROM (SELECT id FROM site WHERE {sites} ORDER BY random()) s CROSS JOIN LATERAL (
                SELECT q.* FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} {compare} coalesce(%(now)s, statement_timestamp())
                    AND {_open(shape)} AND q.attempts {">=" if tried else "<"} %(suspect)s
                ORDER BY q.{shape.due} LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            ) q LIMIT %(limit)s
        )
        UPDATE {queue} t SET lease_token = %(token)s, attempts = t.attempts + 1, lease_until =
            statement_timestamp() + CASE WHEN t.attempts + 1 < %(most)s THEN %(lease)s ELSE %(quarantine)s END
        FROM due WHERE {" AND ".join(f"t.{key} = due.{key}" for key in shape.keys)}
        RETURNING {back}, t.attempts
    """  # noqa: S608 - table and column names are our own constants


def _open(shape: _Shape) -> str:
    """Nobody's, and not given up."""
    given_up = f" AND q.attempts < {shape.most}" if shape.most is not None else ""
    return f"{shape.only}{given_up} AND (q.lease_until IS NULL OR q.lease_until < statement_timestamp())"


def release(sql: Sql, done: Claim, keys: Sequence[tuple[Any, ...]]) -> None:
    """Give rows back that were not worked on; the attempt does not count."""
    _write_back(
        sql,
        done,
        keys,
        f"UPDATE {done.queue} t SET lease_until = NULL, lease_token = NULL,"  # noqa: S608 - our own constants
        " attempts = greatest(t.attempts - 1, 0) FROM mine",
    )


def drop(sql: Sql, done: Claim, keys: Sequence[tuple[Any, ...]]) -> None:
    """Take rows off the queue that were worked on and that nothing else has taken off, under their token."""
    _write_back(sql, done, keys, f"DELETE FROM {done.queue} t USING mine")  # noqa: S608 - our own constants


def _write_back(sql: Sql, done: Claim, keys: Sequence[tuple[Any, ...]], change: str) -> None:
    """Change rows whose lease still stands.

    Their streams are not locked here. Who holds one may be about to write its rows, in whatever order, and to
    wait for him could be a deadlock. What he writes ends the lease anyway, so locked rows are left to him.
    """
    if not keys:
        return
    shape = _SHAPES[done.queue]
    names = ", ".join(shape.keys)
    sql.execute(
        f"WITH mine AS MATERIALIZED (SELECT {names} FROM {done.queue} WHERE ({names}) IN"  # noqa: S608
        f" (SELECT * FROM unnest({', '.join(f'%(k{i})s::bigint[]' for i in range(len(shape.keys)))}))"
        f" AND lease_token = %(token)s FOR UPDATE SKIP LOCKED) {change}"
        f" WHERE {' AND '.join(f't.{key} = mine.{key}' for key in shape.keys)}",
        {"token": done.token} | {f"k{i}": [row[i] for row in keys] for i in range(len(shape.keys))},
    )


def waiting(sql: Sql, queue: Queue) -> timedelta | None:
    """How long a live site's oldest due row has been waiting for somebody, None when nothing waits."""
    shape = _SHAPES[queue]
    row = sql.execute(
        f"""SELECT statement_timestamp() - min(q.due) FROM site s CROSS JOIN LATERAL (
                SELECT q.{shape.due} AS due FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} < statement_timestamp() AND {_open(shape)}
                ORDER BY q.{shape.due} LIMIT 1) q WHERE s.clock = 'live'""",  # noqa: S608 - our own constants
    ).fetchone()
    late: timedelta | None = row[0] if row else None
    return late
