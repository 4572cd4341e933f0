"""What one person is told outside of any order, as a sign-in code: sealed, dropped when it is sent.

It is taken with a lease, sent with no transaction open over the person's channels in their order until one
accepts it, and given up when it is of no use any more. Nobody is told late: the caller can ask again.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Engine

from services.notify.channels import RECORDER, SPOKEN, Accepted, Message, Notifier, Recorder
from services.secrets import KeyRing, ring_of
from services.settings import Settings
from services.store.contexts import Sql
from services.store.transactions import transaction

LEASE = timedelta(seconds=30)
AT_ONCE = 20

log = structlog.get_logger("lianban.notify")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message to one member, and the channels that it may go over."""

    id: int
    site_id: int
    member: str
    sealed: str
    language: str


def put(sql: Sql, keys: KeyRing, to: tuple[int, str], text: tuple[str, str], *, lasts: timedelta) -> None:
    """Let a member of a site be told a title and a body; after `lasts` no more."""
    site_id, member = to
    sql.execute(
        "INSERT INTO direct_message (site_id, member, sealed, created_at, expires_at)"
        " VALUES (%s, %s, %s, statement_timestamp(), statement_timestamp() + %s)",
        (site_id, member, keys.seal(json.dumps(text, ensure_ascii=False), _row(site_id, member)), lasts),
    )


def _row(site_id: int, member: str) -> str:
    return f"direct:{site_id}:{member}"


_TAKE = """
UPDATE direct_message d SET taken_until = statement_timestamp() + %(lease)s
FROM (SELECT id FROM direct_message
    WHERE expires_at > statement_timestamp() AND (taken_until IS NULL OR taken_until < statement_timestamp())
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED) t
WHERE d.id = t.id
RETURNING d.id, d.site_id, d.member, d.sealed,
    coalesce((SELECT m.language FROM member m WHERE m.site_id = d.site_id AND m.code = d.member), 'zh')
"""


def send_direct(engine: Engine, keys: KeyRing, outside: Notifier, recorder: Notifier) -> int:
    """Send what waits, each over the first channel that accepts it; returns how many were taken."""
    with transaction(engine) as sql:
        sql.execute("DELETE FROM direct_message WHERE expires_at <= statement_timestamp()")
        rows = sql.execute(_TAKE, {"lease": LEASE, "limit": AT_ONCE}).fetchall()
    waiting = [Waiting(*row) for row in rows]
    for one in waiting:
        if not any(_accepted(one, each, outside, recorder) for each in _messages(engine, keys, one)):
            log.error("direct_not_sent", message=one.id)
        with transaction(engine, [one.site_id]) as sql:
            sql.execute("DELETE FROM direct_message WHERE id = %s", (one.id,))
    return len(waiting)


def _accepted(one: Waiting, message: Message, outside: Notifier, recorder: Notifier) -> bool:
    outcome = (recorder if message.kind == RECORDER else outside).send(message)
    if not isinstance(outcome, Accepted):
        log.warning("direct_refused", message=one.id, kind=message.kind, outcome=type(outcome).__name__)
    return isinstance(outcome, Accepted)


def _messages(engine: Engine, keys: KeyRing, one: Waiting) -> list[Message]:
    title, body = json.loads(keys.open(one.sealed, _row(one.site_id, one.member)))
    with transaction(engine, [one.site_id]) as sql:
        rows = sql.execute(
            "SELECT c.id, c.kind, c.address, m.party FROM channel c"
            " JOIN member m ON m.site_id = c.site_id AND m.code = c.member"
            " WHERE c.site_id = %s AND c.member = %s AND c.kind <> %s ORDER BY c.preference, c.id",
            (one.site_id, one.member, SPOKEN),
        ).fetchall()
    return [
        Message(
            # Below zero, where no delivery is, and no alert of today.
            delivery_id=-one.id,
            site_id=one.site_id,
            stream_id=0,
            party=party or "",
            member=one.member,
            kind=kind,
            address=address,
            language=one.language,
            why=("direct",),
            title=title,
            body=body,
            channel_id=channel_id,
        )
        for channel_id, kind, address, party in rows
    ]


def waiting(sql: Sql) -> timedelta | None:
    """How long the oldest message has been waiting for somebody, None when nothing waits."""
    row = sql.execute(
        "SELECT statement_timestamp() - min(created_at) FROM direct_message WHERE"
        " expires_at > statement_timestamp() AND (taken_until IS NULL OR taken_until < statement_timestamp())"
    ).fetchone()
    late: timedelta | None = row[0] if row else None
    return late


def send_by(told: Settings, engine: Engine) -> int:
    """Send what waits as the settings say; returns how many were taken."""
    with transaction(engine, durable=False) as sql:
        if sql.execute("SELECT FROM direct_message LIMIT 1").fetchone() is None:
            return 0
    from services.notify.outside import Outside  # noqa: PLC0415 - 30 MB, only where something goes out

    return send_direct(engine, ring_of(told), Outside.told(told), Recorder(engine))
