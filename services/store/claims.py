"""Claiming due rows of a lane's queue: a lease with a fencing token, the attempt counted before the work.

A claim is a transaction of its own, so that no queue row stays locked while streams are. Work is written back
only where the token still stands: a worker that was stopped past its lease and woke again changes nothing.
Sites are walked one by one in any order, so that a storm at one does not hold up the others; live ones only
unless one is named, so that frozen sites cost nothing.

Work that kills its process takes the rest of its claim with it. So a row that was tried a few times is
claimed alone, and after many tries it is in quarantine (`quarantine.py`): written down, and tried only now
and then, since what is poison today may be healed by the next release.

While somebody's snapshot is old, PostgreSQL can clear away no row that was worked off since, and each claim
goes through all of them, which lie where the oldest due ones were. So a lane remembers up to where it has
seen everything (`Mark`), and looks before that only now and then. The pulse remembers nothing: what turns up
before a lane's mark it finds at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import token_hex
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Engine

from services.store.contexts import Sql
from services.store.failures import words_of
from services.store.transactions import transaction

log = structlog.get_logger("lianban.claims")

LEASE = timedelta(seconds=60)
SUSPECT_ATTEMPTS = 3
"""After so many tries a row is claimed alone: whatever happens to it then happens to no other."""
MOST_ATTEMPTS = 8
"""After so many tries a row is left alone for long: poison work must not starve the rest."""
QUARANTINE = timedelta(hours=1)
MARK_LAG = timedelta(seconds=5)
"""A row can be due before now and not be there to be seen yet: whoever writes it has not committed."""
OLDEST = 101
"""More than one claim of a lane takes."""
SWEEP_SECONDS = 2.0
"""How often a lane looks before its mark: within the pulse's grace, and too seldom to cost anything."""


class Queue(StrEnum):
    """The queues by table."""

    ROUTING = "routing"
    TIMER = "timer"
    NOTICE = "notice"
    DELIVERY = "delivery"


@dataclass(slots=True)
class Mark:
    """Up to where one process has seen one queue to its end."""

    since: datetime | None = None
    """What is due before that was taken, leased or locked by others, or came later."""
    sweep_at: float = 0.0
    """When to look at all again, by `monotonic()`."""
    suspects: bool = True
    """Whether the last sweep has still to look for what is claimed alone."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sites a lane works for, by which clock: all live ones by the database's, or one virtual site.

    `marks` are those of the process; without them each claim looks at the whole queue.
    """

    site_id: int | None = None
    now: datetime | None = None
    marks: dict[Queue, Mark] | None = field(default=None, compare=False)


LIVE = Scope()


@dataclass(frozen=True, slots=True)
class Shape:
    """What the claims know of a queue."""

    due: str
    """The column by which a row falls due."""
    strictly: bool
    """Due only once that instant has passed: done at exactly the due instant is on time."""
    keys: tuple[str, ...]
    only: str = "true"
    """Which rows of the table `q` still wait."""
    take: tuple[str, ...] = ()
    most: int | None = None
    """Where trying again may ring a phone again: after so many tries the row is given up for good."""


SHAPES = {
    Queue.ROUTING: Shape("wanted_at", strictly=False, keys=("site_id", "stream_id"), take=("wanted_at",)),
    Queue.TIMER: Shape(
        "fire_at", strictly=True, keys=("site_id", "stream_id", "deadline_id"), take=("fire_at", "generation")
    ),
    Queue.NOTICE: Shape(
        "send_at", strictly=False, keys=("id",), only="q.expanded_at IS NULL", take=("site_id",)
    ),
    Queue.DELIVERY: Shape(
        "created_at",
        strictly=False,
        keys=("id",),
        only="q.state = 'queued' AND q.endpoint IS NULL",
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
    in_quarantine: bool = False
    """Whether its one row was tried too often."""


def claim(engine: Engine, queue: Queue, scope: Scope, limit: int, *, lease: timedelta = LEASE) -> Claim:
    """Lease up to `limit` due rows that nobody holds; when there are none, one of those tried before."""
    token = token_hex(8)
    mark = scope.marks.setdefault(queue, Mark()) if scope.marks is not None else None
    given = {
        "site": scope.site_id,
        "now": scope.now,
        "lease": lease,
        "token": token,
        "suspect": SUSPECT_ATTEMPTS,
        "most": MOST_ATTEMPTS,
        "quarantine": QUARANTINE,
    }
    # A lease that a crash forgets only lets the next one work earlier.
    with transaction(engine, durable=False) as sql:
        rows = _claim_fresh(sql, queue, scope, limit, given)
        if not rows and (mark is None or mark.suspects):
            rows = sql.execute(_claim_sql(queue, scope, 1, tried=True), given).fetchall()
            if mark is not None:
                mark.suspects = bool(rows)
        dead = tuple(row for row in rows if row[-1] >= MOST_ATTEMPTS)
        if dead:
            _bury(sql, queue, token, dead)
    return Claim(queue, token, tuple(row[:-1] for row in rows), in_quarantine=bool(dead))


def _claim_fresh(
    sql: Sql, queue: Queue, scope: Scope, limit: int, given: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Rows that were not tried often yet, behind the mark, or all when it is time; the mark moves on."""
    if scope.marks is None:
        return sql.execute(_claim_sql(queue, scope, limit), given).fetchall()
    mark = scope.marks[queue]
    sweeps = mark.since is None or monotonic() >= mark.sweep_at
    query = _claim_sql(queue, scope, limit, behind_mark=not sweeps)
    with sql.pipeline():  # the time before the claim, in one round trip
        told = sql.execute("SELECT statement_timestamp()")
        claimed = sql.execute(query, given | {"since": mark.since})
    now, rows = told.fetchone(), claimed.fetchall()
    if now is not None and len(rows) < limit:
        mark.since = now[0] - MARK_LAG
        if sweeps:
            mark.sweep_at, mark.suspects = monotonic() + SWEEP_SECONDS, True
    return rows


def _bury(sql: Sql, queue: Queue, token: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write down which rows are in quarantine; what this try ends with is added by `note`."""
    shape = SHAPES[queue]
    names = (*shape.keys, *shape.take)
    for row in rows:
        if row[-1] == MOST_ATTEMPTS:
            log.error("quarantined", queue=str(queue), row=row[: len(shape.keys)], attempts=row[-1])
        sql.execute(
            "INSERT INTO dead AS d (site_id, queue, row_key, since, tried_at, token, attempts)"
            " VALUES (%s, %s, %s::bigint[], statement_timestamp(), statement_timestamp(), %s, %s)"
            " ON CONFLICT (queue, row_key) DO UPDATE SET tried_at = excluded.tried_at,"
            " token = excluded.token, attempts = excluded.attempts, error = NULL,"
            " since = CASE WHEN excluded.attempts > d.attempts THEN d.since ELSE excluded.since END",
            (row[names.index("site_id")], str(queue), list(row[: len(shape.keys)]), token, row[-1]),
        )


def note(engine: Engine, taken: Claim, error: BaseException | str) -> None:
    """Write down what trying this ended with, where it is in quarantine and the lease is still ours.

    Of an error only what cannot hold personal data is kept. The log has the rest of every try.
    """
    words = error if isinstance(error, str) else words_of(error)
    with transaction(engine) as sql:
        sql.execute(
            "UPDATE dead SET error = %s WHERE queue = %s AND token = %s",
            (words, str(taken.queue), taken.token),
        )


def _claim_sql(
    queue: Queue, scope: Scope, limit: int, *, tried: bool = False, behind_mark: bool = False
) -> str:
    """`statement_timestamp()` is stable and so an index condition; `clock_timestamp()` would not be one.

    Rows that are locked stay where they are: to go back to them by key would cost an index search each. With
    the limit written out the plan is kept: for one that it does not know the server plans each claim anew,
    which over a million timers took as long again.
    """
    shape = SHAPES[queue]
    compare = "<" if shape.strictly else "<="
    back = ", ".join(f"t.{column}" for column in (*shape.keys, *shape.take))
    sites = "clock = 'live'" if scope.site_id is None else "id = %(site)s"
    now = "statement_timestamp()" if scope.now is None else "%(now)s"
    mark = f"AND q.{shape.due} >= %(since)s" if behind_mark else ""
    return f"""
        WITH due AS MATERIALIZED (
            SELECT q.place FROM (SELECT id FROM site WHERE {sites} ORDER BY random()) s CROSS JOIN LATERAL (
                SELECT q.ctid AS place FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} {compare} {now}
                    {mark} AND {_open(shape)} AND q.attempts {">=" if tried else "<"} %(suspect)s
                ORDER BY q.{shape.due} LIMIT {limit:d} FOR UPDATE SKIP LOCKED
            ) q LIMIT {limit:d}
        )
        UPDATE {queue} t SET lease_token = %(token)s, attempts = t.attempts + 1, lease_until =
            statement_timestamp() + CASE WHEN t.attempts + 1 < %(most)s THEN %(lease)s ELSE %(quarantine)s END
        FROM due WHERE t.ctid = due.place
        RETURNING {back}, t.attempts
    """  # noqa: S608 - table and column names are our own constants


def _open(shape: Shape) -> str:
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
    shape = SHAPES[done.queue]
    names = ", ".join(shape.keys)
    sql.execute(
        f"WITH mine AS MATERIALIZED (SELECT {names} FROM {done.queue} WHERE ({names}) IN"  # noqa: S608 - our own constants
        f" (SELECT * FROM unnest({', '.join(f'%(k{i})s::bigint[]' for i in range(len(shape.keys)))}))"
        f" AND lease_token = %(token)s FOR UPDATE SKIP LOCKED) {change}"
        f" WHERE {' AND '.join(f't.{key} = mine.{key}' for key in shape.keys)}",
        {"token": done.token} | {f"k{i}": [row[i] for row in keys] for i in range(len(shape.keys))},
    )


def waiting(sql: Sql, queue: Queue) -> timedelta | None:
    """How long a live site's due work has been waiting for somebody, None when nothing waits.

    What somebody had and let go of has waited since his lease ended. Of a site's oldest rows so many are
    looked at as a claim takes: who died with a whole claim does not hide what nobody has had yet.
    """
    shape = SHAPES[queue]
    row = sql.execute(
        f"""SELECT statement_timestamp() - min(greatest(q.due, q.lease_until))
            FROM site s CROSS JOIN LATERAL (
                SELECT q.{shape.due} AS due, q.lease_until FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} < statement_timestamp() AND {_open(shape)}
                ORDER BY q.{shape.due} LIMIT {OLDEST}) q WHERE s.clock = 'live'""",  # noqa: S608 - our own constants
    ).fetchone()
    late: timedelta | None = row[0] if row else None
    return late


def ahead(sql: Sql, queue: Queue) -> timedelta | None:
    """How long until the next row of a live site falls due, None when none is to come."""
    shape = SHAPES[queue]
    row = sql.execute(
        f"""SELECT min(q.due) - statement_timestamp() FROM site s CROSS JOIN LATERAL (
                SELECT q.{shape.due} AS due FROM {queue} q
                WHERE q.site_id = s.id AND q.{shape.due} >= statement_timestamp()
                ORDER BY q.{shape.due} LIMIT 1) q WHERE s.clock = 'live'"""  # noqa: S608 - our own constants
    ).fetchone()
    left: timedelta | None = row[0] if row else None
    return left
