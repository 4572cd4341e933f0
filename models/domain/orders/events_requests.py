"""Requests, their decisions, and the holds and waits that these begin and end."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.orders.event import Event
from models.domain.orders.state import Request
from models.domain.streams import TextRef
from models.domain.words import AssignmentState, RequestKind


@dataclass(frozen=True, slots=True)
class RequestMade(Event):
    """退单, 暂缓, 延期 or 等待他方 asked for."""

    request: Request


@dataclass(frozen=True, slots=True)
class RequestDecided(Event):
    """批复."""

    id: int
    kind: RequestKind
    party: str
    granted: bool
    by: str
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class RequestReferred(Event):
    """Its decider became an acting party: another has to decide (rule 5)."""

    id: int
    decider: str


@dataclass(frozen=True, slots=True)
class RequestLapsed(Event):
    """The request has no object any more (its assignment or the order ended)."""

    id: int


@dataclass(frozen=True, slots=True)
class AssignmentHeld(Event):
    """暂缓 until a date: this party's clocks stop, nobody else's (rules 2 and 7)."""

    party: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AssignmentWaits(Event):
    """等待他方: the asker's clocks stop, the named party's runs."""

    party: str
    waits_for: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AssignmentResumed(Event):
    """A hold or wait is over."""

    party: str
    why: str
    to: AssignmentState
