"""Streams as they were at an instant: the fold of their events until then."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from models.domain.orders.events_requests import AssignmentHeld, RequestMade
from models.domain.words import RequestKind
from services.execute import KINDS
from services.store.contexts import Sql
from services.store.streams import event_of

MOST = 300
"""Streams that one question looks at; a site has a few dozen open at a time."""

_EVENTS = """
SELECT stream_id, payload FROM event
WHERE site_id = %s AND stream_id = ANY (%s) AND at < %s ORDER BY stream_id, seq
"""


@dataclass(slots=True)
class Then:
    """A stream as it was, and its events of the time that is looked at."""

    number: int
    kind: str
    state: Any = None
    happened: list[tuple[datetime, Any]] = field(default_factory=list)
    holds: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """By party: the reason of its last hold, by code, and until when it was granted."""
    asked: dict[str, str] = field(default_factory=dict)
    """By party: the reason of the last hold that it asked for."""

    def note(self, event: object) -> None:
        """Keep what the order's state forgets once a hold is granted: why."""
        if isinstance(event, RequestMade) and event.request.kind is RequestKind.HOLD:
            self.asked[event.request.party] = event.request.reason
        if isinstance(event, AssignmentHeld):
            self.holds[event.party] = (self.asked.get(event.party, ""), event.until)


def folded(
    sql: Sql, site_id: int, kinds: Mapping[int, str], span: tuple[datetime, datetime]
) -> dict[int, Then]:
    """Streams (`kinds` by number) as they were at the end of a span, with what happened within it."""
    begins, ends = span
    rows = sql.execute(_EVENTS, (site_id, list(kinds), ends)).fetchall()
    found = {}
    for number, group in groupby(rows, itemgetter(0)):
        found[number] = _fold(Then(number, kinds[number]), (bytes(row[1]) for row in group), begins)
    return found


def _fold(then: Then, payloads: Iterable[bytes], begins: datetime) -> Then:
    kind = KINDS[then.kind]
    for payload in payloads:
        event, at, _ = event_of(kind, payload)
        then.state = kind.evolve(then.state, event, at)
        then.note(event)
        if at >= begins:
            then.happened.append((at, event))
    return then


def words_of(sql: Sql, site_id: int, ids: Sequence[str]) -> dict[str, str]:
    """Texts beside the ledger by their ids, as far as they are still there."""
    rows = sql.execute(
        "SELECT id, body FROM private_row WHERE site_id = %s AND id = ANY (%s) AND kind = 'text'"
        " AND body IS NOT NULL",
        (site_id, list(ids)),
    ).fetchall()
    return dict(rows)
