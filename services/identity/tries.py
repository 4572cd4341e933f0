"""How often something may be tried: counted in PostgreSQL before the try, so that nothing gives it back."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address, IPv6Network

from sqlalchemy import Engine

from services.store.contexts import Sql
from services.store.transactions import transaction

KEPT = timedelta(days=1)


class TooManyTries(Exception):
    """Tried too often; try again in `wait`."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


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
LINKS_PER_ADDRESS = Limit(200, QUARTER)
"""256 random bits are not guessed; that it is tried costs little."""
CODES_PER_LOGIN = Limit(5, timedelta(hours=1))


REPORTS_PER_CALLER = Limit(20, timedelta(hours=1))
REPORTS_PER_ADDRESS = Limit(100, timedelta(hours=1))
"""Of the public; members and importers are known by name, and report as many as they have."""


@lru_cache(4096)
def network_of(address: str) -> str:
    """As what an address is counted: who has IPv6 has a whole network of 2^64 of them."""
    try:
        found = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return address
    return str(found.ipv4_mapped or IPv6Network((found, 64), strict=False))


def spend(engine: Engine, limits: dict[str, Limit], times: int = 1) -> None:
    """Count tries in each bucket, before they are made. With the database away none is made.

    Raises:
        TooManyTries: one of the buckets is used up; the try must not be made.
    """
    wait = None
    with transaction(engine) as sql:
        for bucket in sorted(limits):  # one order of locks
            count, left = _count(sql, bucket, limits[bucket].within, times)
            if count > limits[bucket].most:
                wait = left
                break  # nor does it fill the table with names that it makes up
    if wait is not None:
        raise TooManyTries(wait)


def _count(sql: Sql, bucket: str, within: timedelta, times: int) -> tuple[int, timedelta]:
    """How many it was, and how long until it begins anew."""
    row = sql.execute(
        "INSERT INTO tries AS t (bucket, count, since) VALUES (%(bucket)s, %(times)s, statement_timestamp())"
        " ON CONFLICT (bucket) DO UPDATE SET"
        " count = CASE WHEN t.since < excluded.since - %(within)s THEN excluded.count"
        " ELSE least(t.count + excluded.count, 1000000) END,"
        " since = CASE WHEN t.since < excluded.since - %(within)s THEN excluded.since ELSE t.since END"
        " RETURNING count, since + %(within)s - statement_timestamp()",
        {"bucket": bucket, "within": within, "times": times},
    ).fetchone()
    return (int(row[0]), row[1]) if row else (1_000_000, within)


def forgive(sql: Sql, *buckets: str) -> None:
    """Begin anew after a success."""
    sql.execute("DELETE FROM tries WHERE bucket = ANY (%s)", (list(buckets),))


def forget_old(sql: Sql) -> None:
    """Drop what counts no longer."""
    sql.execute("DELETE FROM tries WHERE since < statement_timestamp() - %s", (KEPT,))
