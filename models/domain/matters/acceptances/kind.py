"""The acceptance as a kind of stream: its fold, lists and notices."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, ordinary
from models.domain.matters.acceptances import events as e
from models.domain.matters.acceptances.decide import HANDLERS
from models.domain.matters.acceptances.state import Acceptance, AcceptanceStatus, Item, NewItem
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice
from models.domain.words import Origin

HANDLER = "handler"
CALLED, REWORK, PASSED = "acceptance_called", "acceptance_rework", "acceptance_passed"
S = AcceptanceStatus


def _prepared(_none: None, event: e.AcceptancePrepared, at: datetime) -> Acceptance:
    state = Acceptance(S.PREPARED, event.party, event.contractor, at, event.meets_at, event.person)
    return _with(state, event.items)


def _with(state: Acceptance, items: tuple[NewItem, ...]) -> Acceptance:
    numbered = enumerate(items, state.next_id)
    added = {str(number): Item(number, one) for number, one in numbered}
    return replace(state, items={**state.items, **added}, next_id=state.next_id + len(items))


def _listed(state: Acceptance, event: e.ChecklistChanged, _at: datetime) -> Acceptance:
    left = {key: one for key, one in state.items.items() if key not in event.drop}
    return _with(replace(state, items=left, version=state.version + 1), event.add)


def _round(state: Acceptance, event: e.RoundBegun, _at: datetime) -> Acceptance:
    return replace(state, status=S.CHECKING, round=event.round)


def _checked(state: Acceptance, event: e.ItemChecked, _at: datetime) -> Acceptance:
    return replace(state, results={**state.results, event.item: event.result})


def _finished(state: Acceptance, event: e.RoundFinished, at: datetime) -> Acceptance:
    failed = {key: replace(state.results[key], order=order) for key, order in event.orders.items()}
    return replace(
        state,
        status=S.REWORKING if failed else S.PASSED,
        results={**state.results, **failed},
        failed={**state.failed, **failed},
        orders=(*state.orders, *event.orders.values()),
        finished=state.round,
        finished_at=at,
        ended_at=None if failed else at,
    )


def _signed(state: Acceptance, event: e.RoundSigned, _at: datetime) -> Acceptance:
    return replace(state, signatures=(*state.signatures, event.signature))


def _cancelled(state: Acceptance, event: e.AcceptanceCancelled, at: datetime) -> Acceptance:
    return replace(state, status=S.CANCELLED, reason=event.reason, ended_at=at)


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Acceptance]] = {
    e.AcceptancePrepared: _prepared,
    e.ChecklistChanged: _listed,
    e.RoundBegun: _round,
    e.ItemChecked: _checked,
    e.RoundFinished: _finished,
    e.RoundSigned: _signed,
    e.AcceptanceCancelled: _cancelled,
}


def _columns(state: Acceptance, _context: Context) -> Columns:
    spaces = {one.what.space for one in state.items.values()}
    return Columns(
        status=state.status,
        origin=Origin.CONSTRUCTION,
        space=spaces.pop() if len(spaces) == 1 else "",
        parties=(state.party, state.contractor),
        holders=(state.party,) if state.ended_at is None else (),
        reported_at=state.begun_at,
        closed_at=state.ended_at,
    )


def _told(event: Event, state: Acceptance, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """Every party when it is called, and what came of a round."""
    why = None
    if isinstance(event, e.AcceptancePrepared):
        why = CALLED
    elif isinstance(event, e.RoundFinished):
        why = REWORK if event.orders else PASSED
    for party in context.site.parties if why else ():
        if party != state.party:
            yield ordinary(party, HANDLER, why or "", context, at)


ACCEPTANCE = MatterKind(
    "acceptance",
    Acceptance,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    told=_told,
    reasons=frozenset({CALLED, REWORK, PASSED}),
)
"""No time of an acceptance runs: the deadlines are those of its rework orders."""
