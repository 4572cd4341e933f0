"""Claiming deliveries that go outside, endpoint by endpoint, and noting how each endpoint stands.

A claim locks the endpoints that have something due and may take it, for as long as it takes to lease their
deliveries; whoever comes meanwhile skips them. What is closed is not looked at, so that it costs no attempt.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import Engine

from services.notify import endpoints
from services.notify.endpoints import Answered, Rule, Standing, rule_of
from services.store.claims import MOST_ATTEMPTS, Scope
from services.store.contexts import Sql
from services.store.transactions import transaction

LEASE = timedelta(seconds=30)
"""More than a send lasts (`endpoints.SEND_SECONDS`) and a round takes (`sending.BUDGET_SECONDS`)."""
HELD_FOR = timedelta(seconds=30)
"""So long a delivery waits for an endpoint that takes nothing, before it goes another way."""
MOST_ENDPOINTS = 200
"""Looked at by one claim."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery under a lease."""

    id: int
    site_id: int
    danger: bool
    waited: bool
    """For the recipient's working hours, or for the digest before them."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Deliveries that go to an endpoint as one message."""

    endpoint: str
    token: str
    deliveries: tuple[Taken, ...]


# The endpoints with something queued are found by jumping along the index, not by reading all that waits.
_OPEN = """
WITH RECURSIVE waiting AS (
    (SELECT endpoint FROM delivery WHERE state = 'queued' AND endpoint > '' ORDER BY endpoint LIMIT 1)
    UNION ALL
    SELECT (SELECT d.endpoint FROM delivery d WHERE d.state = 'queued' AND d.endpoint > w.endpoint
        ORDER BY d.endpoint LIMIT 1) FROM waiting w WHERE w.endpoint IS NOT NULL
)
SELECT e.code, e.kind, statement_timestamp(), e.failures, e.opened_at, e.closed_until, e.recent
FROM endpoint e WHERE e.code IN (SELECT endpoint FROM waiting) AND e.code <> ALL (%(busy)s)
    AND (e.closed_until IS NULL OR e.closed_until <= statement_timestamp())
ORDER BY random() LIMIT %(most)s FOR UPDATE OF e SKIP LOCKED
"""

_DUE = """
d.state = 'queued' AND d.due_at <= statement_timestamp() AND d.attempts < %(attempts)s
AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())
AND (%(site)s::int IS NULL OR d.site_id = %(site)s)
"""

_TAKE = f"""
SELECT e.code, d.id, d.site_id, d.danger, d.waited
FROM unnest(%(codes)s::text[], %(takes)s::int[]) AS e (code, take) CROSS JOIN LATERAL (
    SELECT d.id, d.site_id, d.danger, n.send_at > n.created_at AS waited FROM delivery d
    JOIN site s ON s.id = d.site_id AND s.clock = 'live' JOIN notice n ON n.id = d.notice_id
    WHERE d.endpoint = e.code AND {_DUE}
    ORDER BY d.danger DESC, d.due_at, d.id LIMIT e.take FOR UPDATE OF d SKIP LOCKED
) d
"""  # noqa: S608 - our own constants


def claim(engine: Engine, scope: Scope, limit: int, busy: Iterable[str] = ()) -> list[Parcel]:
    """Lease due deliveries of live sites for endpoints that may take them; `busy` ones are left alone."""
    given: dict[str, Any] = {
        "site": scope.site_id,
        "attempts": MOST_ATTEMPTS,
        "most": MOST_ENDPOINTS,
        "busy": list(busy),
    }
    with transaction(engine, durable=False) as sql:  # a lease that a crash forgets lets the next one work
        found = {row[0]: row[1:] for row in sql.execute(_OPEN, given).fetchall()}
        if not found:
            return []
        share = max(limit // len(found), 2 * endpoints.AT_ONCE)
        stand = {code: _Open.of(row, share) for code, row in found.items()}
        given |= {"codes": list(stand), "takes": [one.take for one in stand.values()]}
        waiting: dict[str, list[Taken]] = {}
        for code, *row in sql.execute(_TAKE, given).fetchall():
            waiting.setdefault(code, []).append(Taken(*row))
        token = token_hex(8)
        taken = [
            Parcel(code, token, parcel)
            for code, rows in waiting.items()
            for parcel in endpoints.parcels(rows, stand[code].room, stand[code].rule.lines)
        ]
        _lease(sql, taken, token)
        _let_go(sql, taken, stand)
    return taken


@dataclass(frozen=True, slots=True)
class _Open:
    """An endpoint that may take something now, and how much."""

    rule: Rule
    now: datetime
    standing: Standing
    room: int
    share: int

    @classmethod
    def of(cls, row: Sequence[Any], share: int) -> "_Open":
        kind, now, *standing = row
        rule, stands = rule_of(kind), _standing(standing)
        return cls(rule, now, stands, endpoints.room(stands, rule, now), share)

    @property
    def take(self) -> int:
        """Deliveries to take: more than there is room for tells that they have to go together."""
        if self.standing.opened_at is not None:
            return self.room
        return min(self.room * self.rule.lines, self.share) if self.rule.most is not None else self.share


def _standing(row: Sequence[Any]) -> Standing:
    failures, opened_at, closed_until, recent = row
    return Standing(failures, opened_at, closed_until, tuple(recent))


def _lease(sql: Sql, taken: Sequence[Parcel], token: str) -> None:
    ids = [one.id for parcel in taken for one in parcel.deliveries]
    if ids:
        sql.execute(
            "UPDATE delivery SET lease_token = %s, lease_until = statement_timestamp() + %s,"
            " attempts = attempts + 1 WHERE id = ANY (%s)",
            (token, LEASE, ids),
        )


def _let_go(sql: Sql, taken: Sequence[Parcel], stand: Mapping[str, _Open]) -> None:
    counts = Counter(parcel.endpoint for parcel in taken)
    after = {
        code: endpoints.let_go(one.standing, one.rule, counts[code], one.now) for code, one in stand.items()
    }
    _write(sql, {code: one for code, one in after.items() if one != stand[code].standing})


def _write(sql: Sql, changed: Mapping[str, Standing]) -> None:
    for code in sorted(changed):
        one = changed[code]
        sql.execute(
            "UPDATE endpoint SET failures = %s, opened_at = %s, closed_until = %s, recent = %s"
            " WHERE code = %s",
            (one.failures, one.opened_at, one.closed_until, list(one.recent), code),
        )


def note(sql: Sql, answers: Mapping[str, Sequence[Answered]]) -> set[str]:
    """Count what became of sends, by endpoint; returns those whose breaker is open now.

    Where all is well nothing is locked.
    """
    if not answers:
        return set()
    failed = [code for code, many in answers.items() if not all(one.accepted for one in many)]
    rows = sql.execute(
        "SELECT code, statement_timestamp(), failures, opened_at, closed_until, recent FROM endpoint"
        " WHERE code = ANY (%s) AND (code = ANY (%s) OR failures > 0 OR opened_at IS NOT NULL)"
        " ORDER BY code FOR UPDATE",
        (list(answers), failed),
    ).fetchall()
    after = {code: endpoints.answered(_standing(row), answers[code], now) for code, now, *row in rows}
    _write(sql, after)
    return {code for code, one in after.items() if one.opened_at is not None}


def know(sql: Sql, kinds: Mapping[str, str]) -> None:
    """Make sure that each endpoint, given with its kind, has a row."""
    if kinds:
        codes = sorted(kinds)
        sql.execute(
            "INSERT INTO endpoint (code, kind) SELECT * FROM unnest(%s::text[], %s::text[])"
            " ON CONFLICT (code) DO NOTHING",
            (codes, [kinds[code] for code in codes]),
        )


_WAITING = f"""
SELECT max(late) FROM (
    SELECT statement_timestamp() - min(q.due_at) AS late FROM endpoint e CROSS JOIN LATERAL (
        SELECT d.due_at FROM delivery d JOIN site s ON s.id = d.site_id AND s.clock = 'live'
        WHERE d.endpoint = e.code AND {_DUE} ORDER BY d.danger DESC, d.due_at LIMIT 1) q
    WHERE e.closed_until IS NULL OR e.closed_until <= statement_timestamp()
    UNION ALL
    SELECT statement_timestamp() - min(q.due_at) - %(held)s FROM endpoint e CROSS JOIN LATERAL (
        SELECT d.due_at FROM delivery d WHERE d.endpoint = e.code AND {_DUE}
            AND (d.danger OR e.opened_at IS NOT NULL) ORDER BY d.danger DESC, d.due_at LIMIT 1) q
    WHERE e.closed_until > statement_timestamp()
    UNION ALL
    SELECT statement_timestamp() - min(lease_until) + %(lease)s - %(send)s FROM delivery
    WHERE state = 'leased'
) q WHERE late > interval '0'
"""  # noqa: S608 - our own constants


def waiting(sql: Sql) -> timedelta | None:
    """How long the oldest delivery has been waiting with which something could be done, None when none does.

    Sent; sent another way, because its endpoint is closed; its result written, or called unknown because its
    sender is gone.
    """
    send = timedelta(seconds=endpoints.SEND_SECONDS + 1)
    given = {"site": None, "attempts": MOST_ATTEMPTS, "held": HELD_FOR, "lease": LEASE, "send": send}
    row = sql.execute(_WAITING, given).fetchone()
    late: timedelta | None = row[0] if row else None
    return late
