"""Writing what became of deliveries, under their leases, and what is done about those that failed.

One transaction: the results, the steps for the record, the endpoints' breakers, the deliveries over other
channels. A result whose lease is no longer its own changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from models.domain.business_time.arithmetic import next_open
from services.alerts import clear_alert, raise_alert
from services.execute import Shop
from services.notify import endpoints_rows, fallback
from services.notify.channels import RECORDER
from services.notify.endpoints import Answered, rule_of
from services.notify.endpoints_rows import Parcel
from services.notify.expanding import NOBODY, Site, read_sites_told
from services.notify.fallback import Again, Enough, Failed, Over
from services.notify.people import Recipient
from services.notify.record import Happened, Step, write
from services.store import quarantine
from services.store.claims import MOST_ATTEMPTS
from services.store.contexts import Sql
from services.store.transactions import now_of

CLOSED = "Its endpoint takes nothing at the moment; it was not tried."
INTERRUPTED = "The sender was interrupted; whether it was sent is not known."
WORN_OUT = f"It was given up after {MOST_ATTEMPTS} tries that ended without a word."

log = structlog.get_logger("lianban.notify")


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a delivery, and the lease under which it was sent."""

    id: int
    token: str
    state: str
    words: str | None = None
    begun_at: datetime | None = None
    """When it was let go to its endpoint; None where none has to do with it."""


_FINISH = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(tokens)s::text[], %(states)s::text[], %(words)s::text[])
        AS g (id, token, state, words)
), won AS (
    UPDATE delivery d SET state = g.state, result = g.words, lease_until = NULL, lease_token = NULL,
        finished_at = coalesce(%(now)s, statement_timestamp())
    FROM given g WHERE d.id = g.id AND d.lease_token = g.token AND d.state IN ('queued', 'leased')
    RETURNING d.id, d.site_id, d.attempts, d.endpoint, coalesce(d.digest_id, d.id) AS message
), steps AS (
    INSERT INTO delivery_step (site_id, delivery_id, step, at, attempt, token, words)
    SELECT w.site_id, w.id, step, coalesce(%(now)s, statement_timestamp()), w.attempts, g.token,
        CASE WHEN step = g.state THEN g.words END
    FROM won w JOIN given g USING (id) CROSS JOIN LATERAL unnest(%(begun)s::text[] || g.state) AS step
)
SELECT id, endpoint, message FROM won
"""


def finish(sql: Sql, sent: Sequence[Sent], now: datetime | None, *, begun: bool = True) -> set[int]:
    """Write results where the lease still stands; returns the deliveries for which it did.

    `begun`: that they were begun is on record already. `now` is a virtual clock's time, None the database's.
    """
    return set(_finish(sql, sent, now, begun=begun))


Way = tuple[str | None, int]
"""The endpoint of a delivery, and the delivery whose message carried it."""


def _finish(sql: Sql, sent: Sequence[Sent], now: datetime | None, *, begun: bool = True) -> dict[int, Way]:
    if not sent:
        return {}
    given = {
        "now": now,
        "ids": [one.id for one in sent],
        "tokens": [one.token for one in sent],
        "states": [one.state for one in sent],
        "words": [one.words for one in sent],
        "begun": [] if begun else [str(Step.LEASED)],
    }
    return {number: tuple(rest) for number, *rest in sql.execute(_FINISH, given).fetchall()}


_BEGIN = """
WITH begun AS (
    UPDATE delivery d SET state = 'leased', digest_id = t.digest,
        lease_until = statement_timestamp() + %(lease)s
    FROM unnest(%(ids)s::bigint[], %(tokens)s::text[], %(digests)s::bigint[]) AS t (id, token, digest)
    WHERE d.id = t.id AND d.lease_token = t.token AND d.state = 'queued'
    RETURNING d.id, d.site_id, d.attempts, t.token
), steps AS (
    INSERT INTO delivery_step (site_id, delivery_id, step, at, attempt, token)
    SELECT site_id, id, 'leased', statement_timestamp(), attempts, token FROM begun
)
SELECT statement_timestamp(), id FROM begun
"""


def begin(sql: Sql, parcels: Sequence[Parcel]) -> tuple[datetime, set[int]]:
    """Note that sends begin, where the lease still stands: from here on they may have arrived.

    Returns the database's time and the deliveries that may go.
    """
    rows = [
        (one.id, parcel.token, parcel.deliveries[0].id if len(parcel.deliveries) > 1 else None)
        for parcel in parcels
        for one in parcel.deliveries
    ]
    if not rows:
        return datetime.min.replace(tzinfo=UTC), set()
    ids, tokens, digests = (list(column) for column in zip(*rows, strict=True))
    given = {"ids": ids, "tokens": tokens, "digests": digests, "lease": endpoints_rows.LEASE}
    found = sql.execute(_BEGIN, given).fetchall()
    return (found[0][0] if found else datetime.min.replace(tzinfo=UTC)), {row[1] for row in found}


def settle(shop: Shop, sql: Sql, sent: Sequence[Sent]) -> set[str]:
    """Write what became of deliveries that went outside, and see to those that failed.

    Returns the endpoints whose breaker is open now.
    """
    won = _finish(sql, sent, None)
    ours = [one for one in sent if one.id in won]
    if not ours:
        return set()
    closed = _note(sql, [(one, *won[one.id]) for one in ours])
    bad = [one.id for one in ours if one.state in {Step.REFUSED, Step.UNKNOWN}]
    if bad:
        see_to(shop, sql, bad)
    good = [one.id for one in ours if one.state == Step.ACCEPTED]
    if good:
        _reached_again(sql, good)
    return closed


def _note(sql: Sql, ours: Iterable[tuple[Sent, str | None, int]]) -> set[str]:
    """Tell the endpoints how it went: by the message, since a digest is one send."""
    answers: dict[str, dict[int, Answered]] = {}
    for one, endpoint, message in ours:
        if endpoint is not None and one.begun_at is not None and one.state != Step.BY_HAND:
            answered = Answered(one.state == Step.ACCEPTED, one.begun_at)
            answers.setdefault(endpoint, {})[message] = answered
    return endpoints_rows.note(sql, {code: tuple(many.values()) for code, many in answers.items()})


def _reached_again(sql: Sql, good: Sequence[int]) -> None:
    rows = sql.execute(
        "SELECT key FROM alert WHERE name = %s AND cleared_at IS NULL AND key IN"
        " (SELECT s.code || ':' || d.party FROM delivery d JOIN site s ON s.id = d.site_id"
        " WHERE d.id = ANY (%s)) ORDER BY key",
        (NOBODY, list(good)),
    ).fetchall()
    for row in rows:
        clear_alert(sql, NOBODY, row[0])


@dataclass(frozen=True, slots=True)
class _Row:
    """A delivery that did not get through, as its row is."""

    id: int
    site_id: int
    stream_id: int
    notice_id: int
    party: str
    member: str | None
    channel_id: int | None
    kind: str
    endpoint: str
    state: str
    danger: bool
    attempts: int
    in_digest: bool
    closed_until: datetime | None

    @property
    def failed(self) -> Failed:
        unknown = self.state == Step.UNKNOWN
        repeats = rule_of(self.kind).repeats and not self.in_digest
        place = (self.party, self.member, self.channel_id, self.endpoint)
        return Failed(*place, unknown=unknown, attempts=self.attempts, repeats=repeats)


_ROWS = """
SELECT d.id, d.site_id, d.stream_id, d.notice_id, d.party, d.member, d.channel_id, d.kind,
    coalesce(d.endpoint, ''), d.state, d.danger, d.attempts, d.digest_id IS NOT NULL, e.closed_until
FROM delivery d LEFT JOIN endpoint e ON e.code = d.endpoint WHERE d.id = ANY (%s) ORDER BY d.id
"""


def see_to(shop: Shop, sql: Sql, numbers: Sequence[int]) -> None:
    """Send deliveries that failed another way, or again, or give them up."""
    rows = [_Row(*row) for row in sql.execute(_ROWS, (list(numbers),)).fetchall()]
    sites = read_sites_told(shop, sql, {row.site_id for row in rows})
    for row in rows:
        site = sites[row.site_id]
        match fallback.onward(site.people, row.failed, _tried(sql, row)):
            case Over(recipient):
                _send_over(sql, row, recipient)
            case Again(wait, nobody_else):
                _send_again(sql, row, _at_work(site, row, now_of(sql) + wait))
                if nobody_else:
                    _alert(sql, site, row)
            case Enough():
                pass
            case _:
                _alert(sql, site, row)
                _give_up(sql, row)


def _tried(sql: Sql, row: _Row) -> dict[tuple[str | None, int | None], str]:
    found = sql.execute(
        "SELECT member, channel_id, state FROM delivery WHERE notice_id = %s", (row.notice_id,)
    ).fetchall()
    return {(member, channel): state for member, channel, state in found}


def _at_work(site: Site, row: _Row, at: datetime) -> datetime:
    """Ordinary notices wait for the recipient's working hours; danger never waits."""
    if row.danger or row.party not in site.directory.parties:
        return at
    return next_open(site.directory.calendar_of(row.party), at)


def _send_over(sql: Sql, row: _Row, to: Recipient) -> None:
    endpoint = None if to.channel.kind == RECORDER else to.channel.endpoint
    if endpoint is not None:
        endpoints_rows.know(sql, {endpoint: to.channel.kind})
    sql.execute(
        "INSERT INTO delivery (site_id, notice_id, notice_ids, stream_id, party, member, channel_id, kind,"
        " endpoint, language, danger, created_at, due_at, instead_of)"
        " SELECT site_id, notice_id, notice_ids, stream_id, party, %s, %s, %s, %s, %s, danger,"
        " statement_timestamp(), statement_timestamp(), id FROM delivery WHERE id = %s"
        " ON CONFLICT (notice_id, member, channel_id) DO NOTHING",
        (to.member, to.channel.id, to.channel.kind, endpoint, to.language, row.id),
    )


def _send_again(sql: Sql, row: _Row, at: datetime) -> None:
    sql.execute(
        "UPDATE delivery SET state = 'queued', due_at = %s, digest_id = NULL, finished_at = NULL"
        " WHERE id = %s",
        (at, row.id),
    )


def _give_up(sql: Sql, row: _Row) -> None:
    """What was refused is dead; what is unknown stays so, since it may have arrived."""
    if row.state == Step.UNKNOWN:
        quarantine.give_up(sql, row.id, quarantine.UNSURE)
        return
    sql.execute("UPDATE delivery SET state = %s WHERE id = %s", (str(Step.DEAD), row.id))
    write(sql, [Happened(row.id, Step.DEAD)], None)
    quarantine.give_up(sql, row.id)
    log.error("dead", delivery=row.id, kind=row.kind)


def _alert(sql: Sql, site: Site, row: _Row) -> None:
    code = f"{site.clock.code}-{row.stream_id}"
    raise_alert(
        sql,
        NOBODY,
        f"{site.clock.code}:{row.party}",
        f"{code}: no channel to anybody of {row.party} takes it.",
    )


_INTERRUPTED = """
SELECT id, lease_token FROM delivery WHERE state = 'leased' AND lease_until < statement_timestamp()
ORDER BY lease_until LIMIT 100 FOR UPDATE SKIP LOCKED
"""

_HELD = """
SELECT d.id FROM endpoint e CROSS JOIN LATERAL (
    SELECT d.id FROM delivery d WHERE d.endpoint = e.code AND d.state = 'queued'
        AND d.due_at < statement_timestamp() - %s AND (d.danger OR e.opened_at IS NOT NULL)
        AND (d.lease_until IS NULL OR d.lease_until < statement_timestamp())
    ORDER BY d.danger DESC, d.due_at LIMIT 100 FOR UPDATE SKIP LOCKED
) d WHERE e.closed_until > statement_timestamp()
"""

_WORN_OUT = """
SELECT id FROM delivery WHERE state = 'queued' AND endpoint > '' AND attempts >= %s
    AND lease_until < statement_timestamp() ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED
"""


def sweep(shop: Shop, sql: Sql) -> None:
    """See to what was left behind: sends that were interrupted, and what waits for a closed endpoint."""
    interrupted = sql.execute(_INTERRUPTED).fetchall()
    settle(shop, sql, [Sent(number, token, Step.UNKNOWN, INTERRUPTED) for number, token in interrupted])
    _hold(shop, sql, [row[0] for row in sql.execute(_HELD, (endpoints_rows.HELD_FOR,)).fetchall()])
    worn = [row[0] for row in sql.execute(_WORN_OUT, (MOST_ATTEMPTS,)).fetchall()]
    if worn:
        _refuse(sql, worn, WORN_OUT)
        see_to(shop, sql, worn)


def _hold(shop: Shop, sql: Sql, numbers: Sequence[int]) -> None:
    """Send another way what waits for a closed endpoint; where there is none it goes on waiting."""
    rows = [_Row(*row) for row in sql.execute(_ROWS, (list(numbers),)).fetchall()] if numbers else []
    sites = read_sites_told(shop, sql, {row.site_id for row in rows})
    for row in rows:
        site = sites[row.site_id]
        match fallback.elsewhere(site.people, row.failed, _tried(sql, row)):
            case Over(recipient):
                _refuse(sql, [row.id], CLOSED)
                _send_over(sql, row, recipient)
            case Enough():
                _refuse(sql, [row.id], CLOSED)
            case _ if row.closed_until is not None:
                _send_again(sql, row, _at_work(site, row, row.closed_until))


def _refuse(sql: Sql, numbers: Iterable[int], words: str) -> None:
    """Without a try: no lease and no attempt stands behind it."""
    sql.execute(
        "UPDATE delivery SET state = 'refused', result = %s, finished_at = statement_timestamp(),"
        " lease_until = NULL, lease_token = NULL WHERE id = ANY (%s)",
        (words, list(numbers)),
    )
    write(sql, [Happened(one, Step.REFUSED, words) for one in numbers], None)
