"""Alerts for the operator: what is wrong as long as it is, told once and then again only now and then.

Whoever finds something wrong raises an alert in his own transaction, as often as he finds it, and clears it
when it is over. They stand in `doctor`, in /metrics and in the log; `services/pushing.py` sends them over the
operator's channels. The words hold codes and numbers: never a secret, a text or a name.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.store.contexts import Sql

TOLD_EVERY = timedelta(hours=1)
"""What is still wrong is told again after so long; what comes and goes is told no more often."""
TRIED_EVERY = timedelta(minutes=1)
"""Where no channel took it, or who was telling it died, it is tried again after so long."""
KEPT = timedelta(days=30)
"""How long one that is over can still be looked up."""

log = structlog.get_logger("lianban.alerts")


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that is not over."""

    name: str
    key: str
    words: str
    first_at: datetime
    count: int
    told_at: datetime | None


# An alert that was clear begins anew, but keeps when it is to be told next: what comes and goes every minute
# would otherwise ring every minute.
_RAISE = """
INSERT INTO alert AS a (name, key, words, first_at, last_at, count, tell_at)
VALUES (%(name)s, %(key)s, %(words)s, statement_timestamp(), statement_timestamp(), 1, statement_timestamp())
ON CONFLICT (name, key) DO UPDATE SET words = excluded.words, last_at = excluded.last_at, cleared_at = NULL,
    first_at = CASE WHEN a.cleared_at IS NULL THEN a.first_at ELSE excluded.first_at END,
    count = CASE WHEN a.cleared_at IS NULL THEN a.count + 1 ELSE 1 END
RETURNING count
"""


def raise_alert(sql: Sql, name: str, key: str, words: str) -> None:
    """Say that something is wrong; again and again is the same alert, counted.

    `name` is the kind of thing (a metric's label), `key` which of them. It holds once the transaction
    commits; who raises several does so in the order of their keys.
    """
    row = sql.execute(_RAISE, {"name": name, "key": key, "words": words}).fetchone()
    if row is not None and row[0] == 1:
        log.error("alert", name=name, key=key, words=words)


def clear_alert(sql: Sql, name: str, key: str) -> None:
    """Say that it is over; nothing happens where there was nothing."""
    cleared = sql.execute(
        "UPDATE alert SET cleared_at = statement_timestamp()"
        " WHERE name = %s AND key = %s AND cleared_at IS NULL RETURNING count",
        (name, key),
    ).fetchone()
    if cleared is not None:
        log.info("alert_cleared", name=name, key=key)


def standing(sql: Sql) -> list[Standing]:
    """All that is wrong now, by name and key."""
    rows = sql.execute(
        "SELECT name, key, words, first_at, count, told_at FROM alert WHERE cleared_at IS NULL"
        " ORDER BY name, key"
    )
    return [Standing(*row) for row in rows]


def untold(sql: Sql) -> timedelta | None:
    """How long the oldest alert waits to be told, None when none does."""
    row = sql.execute(
        "SELECT statement_timestamp() - min(tell_at) FROM alert"
        " WHERE cleared_at IS NULL AND tell_at <= statement_timestamp()"
    ).fetchone()
    late: timedelta | None = row[0] if row else None
    return late


def take_untold(sql: Sql) -> list[Standing]:
    """The alerts that are to be told now, for this process alone until they are tried again."""
    rows = sql.execute(
        "UPDATE alert SET tell_at = statement_timestamp() + %s WHERE (name, key) IN (SELECT name, key FROM"
        " alert WHERE cleared_at IS NULL AND tell_at <= statement_timestamp() FOR UPDATE SKIP LOCKED)"
        " RETURNING name, key, words, first_at, count, told_at",
        (TRIED_EVERY,),
    )
    return [Standing(*row) for row in rows]


def mark_told(sql: Sql, told: Standing) -> None:
    """Note that the operator has it."""
    sql.execute(
        "UPDATE alert SET told_at = statement_timestamp(), tell_at = statement_timestamp() + %s"
        " WHERE name = %s AND key = %s",
        (TOLD_EVERY, told.name, told.key),
    )


def forget_cleared(sql: Sql) -> None:
    """Drop what has been over for long."""
    sql.execute("DELETE FROM alert WHERE cleared_at < statement_timestamp() - %s", (KEPT,))
