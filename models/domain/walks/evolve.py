"""State is a fold of events, without a rule in it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.matter import Event
from models.domain.walks import events as e
from models.domain.walks.state import Walk, WalkStatus


def _begun(_walk: None, event: e.WalkBegun, at: datetime) -> Walk:
    return Walk(WalkStatus.WALKING, event.party, event.origin, at, event.day, event.person)


def _noted(walk: Walk, event: e.FindingNoted, _at: datetime) -> Walk:
    number = event.finding.id
    return replace(walk, findings={**walk.findings, str(number): event.finding}, next_id=number + 1)


def _dropped(walk: Walk, event: e.FindingDropped, _at: datetime) -> Walk:
    return replace(walk, findings={key: one for key, one in walk.findings.items() if one.id != event.id})


def _abandoned(walk: Walk, _event: e.WalkAbandoned, _at: datetime) -> Walk:
    return replace(walk, status=WalkStatus.ABANDONED)


def _taken_up(walk: Walk, _event: e.WalkTakenUp, _at: datetime) -> Walk:
    return replace(walk, status=WalkStatus.WALKING)


def _finished(walk: Walk, event: e.WalkFinished, at: datetime) -> Walk:
    findings = {
        key: replace(one, order=event.orders.get(key, one.order)) for key, one in walk.findings.items()
    }
    return replace(
        walk,
        status=WalkStatus.FINISHED,
        findings=findings,
        answered_by=event.answered_by,
        told=event.told,
        finished_at=at,
    )


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Walk]] = {
    e.WalkBegun: _begun,
    e.FindingNoted: _noted,
    e.FindingDropped: _dropped,
    e.WalkAbandoned: _abandoned,
    e.WalkTakenUp: _taken_up,
    e.WalkFinished: _finished,
}
