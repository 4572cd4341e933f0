"""Erasing what lies beside the ledger about a reporter: on record, with the rows, in one transaction.

Rows are emptied and the keys of their commitments go with them, so that the ledger verifies as before and
says nothing of the person (rule 12).
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from models.domain.ledger import vouched
from models.domain.orders import commands as c
from models.domain.personal import PersonalData
from models.domain.streams import SYSTEM, Actor, Role, StreamKey
from services.execute import Envelope, Shop, Unit, UnknownStream
from services.store.contexts import Sql
from services.store.private import CONTACT
from services.store.transactions import transaction

ASKED, RETENTION = "asked", "retention"
"""Why something was erased, as the event says it."""


def erase(
    shop: Shop,
    key: StreamKey,
    why: str,
    *,
    actor: Actor = SYSTEM,
    sites: Sequence[int] = (),
    only: Collection[PersonalData] = frozenset(PersonalData),
) -> list[PersonalData]:
    """Erase what is the reporter's, or parts of it; what there was. Done again it finds nothing.

    Raises:
        UnknownStream: there is no such order.
        NotYours: the actor is neither the reporter nor the system.
        FrozenClock: nothing happens at that site any more.
    """
    with transaction(shop.engine, sites) as sql:
        kept = {what: ids for what, ids in of_reporter(sql, key).items() if what in only}
    if not kept:
        return []
    gone = tuple(one for ids in kept.values() for one in ids)
    envelope = Envelope(key, c.Erase(tuple(sorted(kept)), why), actor, erased=gone)
    answer = shop.execute([Unit((envelope,))], sites=sites)[0]
    if answer.refused is not None:
        raise answer.refused
    return sorted(kept)


def of_reporter(sql: Sql, key: StreamKey) -> Mapping[PersonalData, list[str]]:
    """Ids of what there still is of the reporter's beside the ledger. Raises UnknownStream."""
    ids = [one for _, told in events_of_reporter(sql, key) for one, _ in vouched(told["data"])]
    place = (key.site_id, ids)
    found: dict[PersonalData, list[str]] = {}
    for row_id, kind in sql.execute(
        "SELECT id, kind FROM private_row WHERE site_id = %s AND id = ANY (%s) AND body IS NOT NULL", place
    ):
        what = PersonalData.CONTACT if kind == CONTACT else PersonalData.WORDS
        found.setdefault(what, []).append(row_id)
    for (row_id,) in sql.execute(
        "SELECT id FROM photo WHERE site_id = %s AND id = ANY (%s) AND sha256 IS NOT NULL", place
    ):
        found.setdefault(PersonalData.PHOTOS, []).append(row_id)
    return found


def events_of_reporter(sql: Sql, key: StreamKey) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The events by which the reporter said something, by seq: the report, and what came of him afterwards.

    What a member of a party reported himself is his work; only the report is told of as the reporter's.
    """
    rows = sql.execute(
        "SELECT seq, payload FROM event WHERE site_id = %s AND stream_id = %s ORDER BY seq",
        (key.site_id, key.stream_id),
    ).fetchall()
    if not rows:
        raise UnknownStream(key)
    reporter = json.loads(rows[0][1])["data"]["reporter"].get("person")
    for seq, payload in rows:
        told = json.loads(payload)
        actor = told["actor"]
        if seq == 1 or (actor["role"] == Role.RESIDENT and actor.get("person") == reporter is not None):
            yield seq, told
