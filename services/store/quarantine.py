"""Rows in quarantine and deliveries given up: which there are, and what an operator may do with them.

A row in quarantine stays in its queue and is tried alone once an hour; `dead` says which rows that are, so
that nobody has to search a queue of a million. An entry counts as long as its row still waits and was tried
as often. A delivery that no service took in hours is tried no more, and its entry counts until it is driven
again or dropped; that nobody is reached is an alert of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.store.claims import MOST_ATTEMPTS, SHAPES, Queue
from services.store.contexts import Sql

GIVEN_UP = "Refused over every channel, again and again; the order's notices have the words."
UNSURE = "It may have arrived or not, and nobody else is left to be told; ask them."
IN_FLIGHT = timedelta(minutes=1)
"""A try that has left no word may still be going on for so long."""


@dataclass(frozen=True, slots=True)
class Dead:
    """A row in quarantine, or a delivery that was given up."""

    id: int
    queue: Queue
    row_key: tuple[int, ...]
    site_id: int
    stream_id: int
    site_code: str
    due_at: datetime
    since: datetime
    tried_at: datetime
    attempts: int
    error: str | None
    """None: the last try ended without a word, or is not over."""
    given_up: bool
    """It is a delivery that is tried no more."""
    needed: str | None
    """Why it must not be dropped, None where it may."""

    @property
    def code(self) -> str:
        """The order's code."""
        return f"{self.site_code}-{self.stream_id}"


_NEEDED: Mapping[Queue, str] = {
    Queue.ROUTING: "'its order would never reach anybody'",
    Queue.TIMER: "'its deadline would have no clock any more'",
    Queue.NOTICE: "CASE q.urgency WHEN 'danger' THEN 'it tells of danger' END",
    Queue.DELIVERY: "CASE WHEN q.danger THEN 'it tells of danger' END",
}


def _from(queue: Queue) -> str:
    shape = SHAPES[queue]
    match = " AND ".join(f"q.{key} = d.row_key[{place}]" for place, key in enumerate(shape.keys, 1))
    waits = f"q.attempts >= {MOST_ATTEMPTS} AND {shape.only}"
    return (
        f"FROM dead d JOIN {queue} q ON {match} AND ({waits} OR {_given_up(queue)})"
        f" JOIN site s ON s.id = d.site_id WHERE d.queue = '{queue}'"
    )


def _given_up(queue: Queue) -> str:
    """What ended unknown counts until somebody opens or acts on it: then it had arrived."""
    if queue is not Queue.DELIVERY:
        return "false"
    arrived = "SELECT FROM delivery_step x WHERE x.delivery_id = q.id AND x.step IN ('opened', 'acted')"
    return f"(q.state = 'dead' OR q.state = 'unknown' AND NOT EXISTS ({arrived}))"


_READ = " UNION ALL ".join(
    "SELECT d.id, d.queue, d.row_key, d.site_id, q.stream_id, s.code,"
    f" q.{SHAPES[queue].due}, d.since, d.tried_at, d.attempts, d.error, {_given_up(queue)} AS given_up,"
    f" {_NEEDED[queue]} {_from(queue)}"
    for queue in Queue
)


def read_dead(sql: Sql, numbers: Sequence[int] | None = None) -> list[Dead]:
    """What is in quarantine or given up, as it came there: everything, or some by their numbers."""
    rows = sql.execute(
        f"SELECT * FROM ({_READ}) AS d"  # noqa: S608 - our own constants
        " WHERE %(numbers)s::bigint[] IS NULL OR id = ANY (%(numbers)s::bigint[]) ORDER BY id",
        {"numbers": None if numbers is None else list(numbers)},
    )
    return [Dead(id_, Queue(queue), tuple(key), *rest) for id_, queue, key, *rest in rows]


def outbox(sql: Sql) -> tuple[int, datetime | None]:
    """How many rows wait to be published, and since when the oldest does."""
    row = sql.execute("SELECT count(*), min(created_at) FROM outbox").fetchone()
    return (row[0], row[1]) if row else (0, None)


def count_dead(sql: Sql) -> dict[Queue, int]:
    """How many rows of each queue are in quarantine for good reason: no try of them is still going on."""
    rows = sql.execute(
        f"SELECT d.queue, count(*) FROM ({_READ}) AS d JOIN site s ON s.id = d.site_id"  # noqa: S608 - our own constants
        " WHERE s.clock <> 'frozen' AND NOT d.given_up"
        " AND (d.error IS NOT NULL OR d.tried_at < statement_timestamp() - %s)"
        " GROUP BY d.queue",
        (IN_FLIGHT,),
    )
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {queue: found.get(str(queue), 0) for queue in Queue}


def forget_healed(sql: Sql) -> None:
    """Drop the entries whose rows were done after all, or begin anew."""
    sql.execute(f"DELETE FROM dead WHERE id NOT IN (SELECT id FROM ({_READ}) AS d)")  # noqa: S608 - our own constants


def give_up(sql: Sql, delivery_id: int, why: str = GIVEN_UP) -> None:
    """Write down a delivery that was given up, or of which nobody knows: `why` is GIVEN_UP or UNSURE."""
    sql.execute(
        "INSERT INTO dead (site_id, queue, row_key, since, tried_at, token, attempts, error)"
        " SELECT site_id, 'delivery', ARRAY[id], statement_timestamp(),"
        " coalesce(finished_at, statement_timestamp()), '', attempts, %s FROM delivery WHERE id = %s"
        " ON CONFLICT (queue, row_key) DO UPDATE SET since = excluded.since, tried_at = excluded.tried_at,"
        " token = excluded.token, attempts = excluded.attempts, error = excluded.error",
        (why, delivery_id),
    )


_QUEUED_AGAIN = (
    "WITH again AS (UPDATE delivery q SET state = 'queued', attempts = 0, due_at = statement_timestamp(),"
    " finished_at = NULL, digest_id = NULL, lease_until = NULL, lease_token = NULL WHERE {row}"
    " RETURNING id, site_id) INSERT INTO delivery_step (site_id, delivery_id, step, at, words)"
    " SELECT site_id, id, 'queued', statement_timestamp(), 'Begun anew by the operator.' FROM again"
)
_BEGUN_ANEW = "UPDATE {queue} q SET attempts = 0, lease_until = NULL, lease_token = NULL WHERE {row}"


def retry(sql: Sql, one: Dead) -> None:
    """Let a row begin anew, as if it had never been tried; the pulse hints at its lane within a second."""
    change = _QUEUED_AGAIN if one.given_up else _BEGUN_ANEW
    sql.execute(change.format(queue=one.queue, row=_is(one)), one.row_key)
    _leave_trace(sql, one, "retried", None)


_TAKEN_OFF: Mapping[Queue, str] = {
    Queue.ROUTING: "DELETE FROM routing q WHERE {row}",
    Queue.TIMER: "DELETE FROM timer q WHERE {row}",
    Queue.NOTICE: "UPDATE notice q SET expanded_at = statement_timestamp(), outcome = 'dropped',"
    " lease_until = NULL, lease_token = NULL WHERE {row}",
    Queue.DELIVERY: "WITH gone AS (UPDATE delivery q SET state = 'dead', result = 'Dropped by the operator.',"
    " finished_at = statement_timestamp(), lease_until = NULL, lease_token = NULL"
    " WHERE {row} AND state <> 'unknown' RETURNING id, site_id, result)"
    " INSERT INTO delivery_step (site_id, delivery_id, step, at, words)"
    " SELECT site_id, id, 'dead', statement_timestamp(), result FROM gone",
}


def drop(sql: Sql, one: Dead, reason: str) -> None:
    """Take a row off its queue for good; why is kept for good. Whether it may be is for the caller to ask."""
    sql.execute(_TAKEN_OFF[one.queue].format(row=_is(one)), one.row_key)
    _leave_trace(sql, one, "dropped", reason)


def _is(one: Dead) -> str:
    return " AND ".join(f"q.{key} = %s" for key in SHAPES[one.queue].keys)


def _leave_trace(sql: Sql, one: Dead, action: str, reason: str | None) -> None:
    sql.execute(
        "INSERT INTO dead_action (site_id, stream_id, queue, row_key, action, attempts, error, reason, at)"
        " VALUES (%s, %s, %s, %s::bigint[], %s, %s, %s, %s, statement_timestamp())",
        (
            *(one.site_id, one.stream_id, str(one.queue), list(one.row_key), action, one.attempts),
            *(one.error, reason),
        ),
    )
    sql.execute("DELETE FROM dead WHERE id = %s", (one.id,))
