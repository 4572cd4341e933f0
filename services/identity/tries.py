"""How often something may be tried: counted in PostgreSQL before the try, so that nothing gives it back."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine

from services.store.contexts import Sql
from services.store.transactions import transaction

KEPT = timedelta(days=1)


class TooManyTries(Exception):
    """Tried too often; wait a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries from the first one on, until `within` has gone by."""

    most: int
    within: timedelta


QUARTER = timedelta(minutes=15)
PER_LOGIN_AND_ADDRESS = Limit(5, QUARTER)
PER_LOGIN = Limit(30, QUARTER)
PER_ADDRESS = Limit(50, QUARTER)
"""Above what one office behind one address needs, far below what guessing needs."""
CODES_PER_LOGIN = Limit(5, timedelta(hours=1))


def spend(engine: Engine, limits: dict[str, Limit]) -> None:
    """Count one try in each bucket, before it is made.

    Raises:
        TooManyTries: one of the buckets is used up; the try must not be made.
    """
    over = False
    with transaction(engine) as sql:
        for bucket in sorted(limits):  # one order of locks
            over |= _count(sql, bucket, limits[bucket].within) > limits[bucket].most
    if over:
        raise TooManyTries


def _count(sql: Sql, bucket: str, within: timedelta) -> int:
    row = sql.execute(
        "INSERT INTO tries AS t (bucket, count, since) VALUES (%(bucket)s, 1, statement_timestamp())"
        " ON CONFLICT (bucket) DO UPDATE SET"
        " count = CASE WHEN t.since < excluded.since - %(within)s THEN 1 ELSE t.count + 1 END,"
        " since = CASE WHEN t.since < excluded.since - %(within)s THEN excluded.since ELSE t.since END"
        " RETURNING count",
        {"bucket": bucket, "within": within},
    ).fetchone()
    return int(row[0]) if row else 0


def forgive(sql: Sql, *buckets: str) -> None:
    """Begin anew after a success."""
    sql.execute("DELETE FROM tries WHERE bucket = ANY (%s)", (list(buckets),))


def forget_old(sql: Sql) -> None:
    """Drop what counts no longer."""
    sql.execute("DELETE FROM tries WHERE since < statement_timestamp() - %s", (KEPT,))
