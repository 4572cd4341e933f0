"""How an order went: who held the ball from when to when, and what each party's time was booked to.

Told by folding the ledger once; the exact figures of the reports have their own place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from models.domain.orders import rules
from models.domain.orders.kind import ORDER
from models.domain.orders.state import Order
from services.store.contexts import Sql
from services.store.streams import event_of
from services.views.found import Found


@dataclass(slots=True)
class Span:
    """A stretch of time; `words` is what held during it."""

    words: tuple[str, ...]
    begins: datetime
    ends: datetime

    @property
    def length(self) -> timedelta:
        """How long it lasted."""
        return self.ends - self.begins


@dataclass(slots=True)
class History:
    """The spans of the whole order by the set of holders, and of each party by stage."""

    held: list[Span] = field(default_factory=list)
    lanes: dict[str, list[Span]] = field(default_factory=dict)

    def time_held(self) -> list[tuple[str, timedelta]]:
        """How long each party held the ball, alone or with others; the longest first."""
        total: dict[str, timedelta] = {}
        for span in self.held:
            for party in span.words:
                total[party] = total.get(party, timedelta()) + span.length
        return sorted(total.items(), key=lambda item: -item[1])


def read_history(sql: Sql, found: Found) -> History:
    """The history of an order that was found, up to its end or to now."""
    rows = sql.execute(
        "SELECT payload FROM event WHERE site_id = %s AND stream_id = %s ORDER BY seq",
        (found.key.site_id, found.key.stream_id),
    ).fetchall()
    history = History()
    for order, at in _states(row[0] for row in rows):
        _note(history.held, tuple(sorted(rules.holders(order, found.context))), at, goes_on=not order.ended)
        for party, assignment in order.assignments.items():
            stage = str(rules.stage(order, assignment)) if assignment.acting and not order.ended else ""
            _note(history.lanes.setdefault(party, []), (stage,) if stage else (), at, goes_on=bool(stage))
    for spans in (history.held, *history.lanes.values()):
        _end(spans, max(found.now, spans[-1].begins) if spans else found.now)
    return history


def _states(payloads: Iterator[bytes]) -> Iterator[tuple[Order, datetime]]:
    state: Any = None
    for payload in payloads:
        event, at, _ = event_of(ORDER, payload)
        state = ORDER.evolve(state, event, at)
        yield state, at


_OPEN = datetime.max.replace(tzinfo=UTC)


def _note(spans: list[Span], words: tuple[str, ...], at: datetime, *, goes_on: bool) -> None:
    """A new span begins where something else holds; several changes at one instant leave the last."""
    running = spans[-1] if spans and spans[-1].ends == _OPEN else None
    if running is not None and (running.words != words or not goes_on):
        running.ends = at
        if running.begins == at:
            spans.pop()
        running = None
    if running is None and goes_on:
        spans.append(Span(words, at, _OPEN))


def _end(spans: list[Span], at: datetime) -> None:
    if spans and spans[-1].ends == _OPEN:
        spans[-1].ends = at
