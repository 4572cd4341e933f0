"""State is a fold of events, without a rule in it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.matter import Event
from models.domain.matters.meetings import events as e
from models.domain.matters.meetings.state import MeetingState, MeetingStatus, Position, Signature

S = MeetingStatus


def _opened(_state: None, event: e.MeetingOpened, at: datetime) -> MeetingState:
    called = event.called
    return MeetingState(
        status=S.CALLED,
        order=called.order,
        party=event.party,
        reason=called.reason,
        invited=called.invited,
        acting=called.acting,
        called_at=at,
        meets_at=called.meets_at,
        place=called.place,
        words=called.words,
        deadlines={str(event.limit.id): event.limit},
    )


def _stated(state: MeetingState, event: e.PositionStated, at: datetime) -> MeetingState:
    return replace(state, positions={**state.positions, event.party: Position(event.text, at)})


def _drafted(state: MeetingState, event: e.MinutesDrafted, _at: datetime) -> MeetingState:
    number = event.minutes.number
    return replace(state, status=S.MINUTES, minutes=event.minutes, drafts=number, signatures={})


def _signed(state: MeetingState, event: e.MinutesSigned, at: datetime) -> MeetingState:
    signature = Signature(at, event.person, event.via)
    return replace(state, signatures={**state.signatures, event.party: signature})


def _settled(state: MeetingState, _event: e.MeetingSettled, at: datetime) -> MeetingState:
    return replace(state, status=S.SIGNED, deadlines={}, ended_at=at)


def _overdue(state: MeetingState, _event: e.MeetingOverdue, _at: datetime) -> MeetingState:
    return replace(state, overdue=True)


def _ruled(state: MeetingState, event: e.MeetingRuled, at: datetime) -> MeetingState:
    return replace(
        state,
        status=S.RULED,
        ruling=event.items,
        ruled_by=event.by,
        ruling_reason=event.reason,
        deadlines={},
        ended_at=at,
    )


def _cancelled(state: MeetingState, _event: e.MeetingCancelled, at: datetime) -> MeetingState:
    return replace(state, status=S.CANCELLED, deadlines={}, ended_at=at)


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], MeetingState]] = {
    e.MeetingOpened: _opened,
    e.PositionStated: _stated,
    e.MinutesDrafted: _drafted,
    e.MinutesSigned: _signed,
    e.MeetingSettled: _settled,
    e.MeetingOverdue: _overdue,
    e.MeetingRuled: _ruled,
    e.MeetingCancelled: _cancelled,
}
