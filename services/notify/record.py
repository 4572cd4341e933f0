"""送达记录: the life of each delivery, step by step as it happened; nothing of it is ever rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.domain.streams import StreamKey
from services.store.contexts import Sql


class Step(StrEnum):
    """What happens to a delivery after it was queued (`delivery.created_at`)."""

    QUEUED = "queued"
    """Again: it had been given up, and the operator let it begin anew."""
    LEASED = "leased"
    """A try began: from here on it may have arrived."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"
    """A person has to do it, and to say so."""
    DEAD = "dead"
    """Given up: no channel is left."""
    OPENED = "opened"
    ACTED = "acted"


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of a delivery, with the try and the lease that brought it."""

    delivery_id: int
    step: Step
    words: str | None = None
    attempt: int | None = None
    token: str | None = None


_WRITE = """
INSERT INTO delivery_step (site_id, delivery_id, step, at, attempt, token, words)
SELECT d.site_id, d.id, t.step, coalesce(%(now)s, statement_timestamp()), t.attempt, t.token, t.words
FROM unnest(%(ids)b::bigint[], %(steps)b::text[], %(attempts)b::int[], %(tokens)b::text[], %(words)b::text[])
    WITH ORDINALITY AS t (id, step, attempt, token, words, place)
JOIN delivery d ON d.id = t.id ORDER BY t.place
ON CONFLICT (delivery_id, step) WHERE step IN ('opened', 'acted') DO NOTHING
"""


def write(sql: Sql, happened: Sequence[Happened], now: datetime | None) -> None:
    """Add steps in their order; `now` is the site's time on a virtual clock, None: the database's."""
    if happened:
        given = {
            "now": now,
            "ids": [one.delivery_id for one in happened],
            "steps": [str(one.step) for one in happened],
            "attempts": [one.attempt for one in happened],
            "tokens": [one.token for one in happened],
            "words": [one.words for one in happened],
        }
        sql.execute(_WRITE, given)


def opened(sql: Sql, delivery_id: int, now: datetime | None) -> None:
    """The recipient opened the link of a message; only the first time is kept."""
    write(sql, [Happened(delivery_id, Step.OPENED)], now)


def acted(sql: Sql, delivery_id: int, now: datetime | None) -> None:
    """The recipient acted on the order by the link of a message; only the first time is kept."""
    write(sql, [Happened(delivery_id, Step.ACTED)], now)


_NOTICES = """
SELECT n.id, n.party, n.role, n.why, n.urgency, n.created_at, n.send_at, n.expanded_at, n.outcome
FROM notice n WHERE (n.site_id, n.stream_id) = (%s, %s) ORDER BY n.id
"""

_DELIVERIES = """
SELECT d.id, d.notice_ids, d.member, d.kind, d.language, d.state, d.result, d.created_at,
    d.finished_at, d.instead_of, d.digest_id,
    (SELECT jsonb_agg(jsonb_build_object('step', p.step, 'at', p.at, 'attempt', p.attempt, 'token', p.token,
        'words', p.words) ORDER BY p.id) FROM delivery_step p WHERE p.delivery_id = d.id)
FROM delivery d WHERE (d.site_id, d.stream_id) = (%s, %s) ORDER BY d.id
"""


def service_record(sql: Sql, key: StreamKey) -> list[dict[str, Any]]:
    """All notices of a stream in their order, each with the deliveries that carried it and their lives.

    `state` is waiting (not due, or not taken yet), told, nobody (no one with a channel was found), moot (no
    longer true when its hour came), or dropped (by the operator). A delivery's `person` is the member's
    code, None for the party's own channel; `instead_of` is the delivery that did not get through before it,
    `digest_id` the one whose message carried it together with others.
    """
    place = (key.site_id, key.stream_id)
    deliveries = [_delivery(*row) for row in sql.execute(_DELIVERIES, place).fetchall()]
    return [_notice(deliveries, *row) for row in sql.execute(_NOTICES, place).fetchall()]


def _delivery(*row: Any) -> dict[str, Any]:  # noqa: ANN401 - the columns of _DELIVERIES
    number, notices, person, kind, language, state, result, queued, finished, instead, digest, life = row
    return {
        "id": number,
        "notices": notices,
        "person": person,
        "kind": kind,
        "language": language,
        "state": state,
        "result": result,
        "created_at": queued,
        "finished_at": finished,
        "instead_of": instead,
        "digest_id": digest,
        "steps": [{**one, "at": datetime.fromisoformat(one["at"])} for one in life or ()],
    }


def _notice(deliveries: Sequence[dict[str, Any]], *row: Any) -> dict[str, Any]:  # noqa: ANN401 - of _NOTICES
    number, party, role, why, urgency, created_at, send_at, expanded_at, outcome = row
    told = [
        {key: value for key, value in one.items() if key != "notices"}
        for one in deliveries
        if number in one["notices"]
    ]
    return {
        "party": party,
        "role": role,
        "why": why,
        "urgency": urgency,
        "created_at": created_at,
        "send_at": send_at,
        "state": (outcome or ("told" if told else "nobody")) if expanded_at else "waiting",
        "deliveries": told,
    }
