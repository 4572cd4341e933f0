"""What happens to deadlines, and what their ladders do."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.orders.event import Event
from models.domain.orders.state import Deadline, NextStep


@dataclass(frozen=True, slots=True)
class DeadlineSet(Event):
    """A limit begins: the due instant is a fact from now on."""

    deadline: Deadline


@dataclass(frozen=True, slots=True)
class DeadlineMoved(Event):
    """Its due instant changed: extension, plan, import, by hand, outside number, recomputed calendar."""

    id: int
    due_at: datetime
    total: int
    reason: str
    calendar_version: int
    provisional: bool = False
    limit: str | None = None
    next: NextStep | None = None
    reached: tuple[str, ...] = ()
    """Steps that stay reached; those of a limit that now lies ahead may come again."""


@dataclass(frozen=True, slots=True)
class DeadlinePaused(Event):
    """It stops with `left` business microseconds to go (negative once it is past)."""

    id: int
    left: int


@dataclass(frozen=True, slots=True)
class DeadlineResumed(Event):
    """It runs on to a new due instant."""

    id: int
    due_at: datetime
    provisional: bool = False
    next: NextStep | None = None
    calendar_version: int | None = None


@dataclass(frozen=True, slots=True)
class DeadlineEnded(Event):
    """met, late, struck (the obligation went away)."""

    id: int
    outcome: str


@dataclass(frozen=True, slots=True)
class StepReached(Event):
    """A rung of the ladder. The event's own time is when it fired, `due_at` when it was to.

    `skipped`: a higher one was due at once, after a downtime. `told`: whom it told, as ``party:role``. By
    which rules it was reached and by which days its deadline was counted is part of the proof.
    """

    id: int
    kind: str
    party: str
    rung: str
    occurrence: int
    due_at: datetime
    mark: str | None = None
    skipped: bool = False
    told: tuple[str, ...] = ()
    next: NextStep | None = None
    playbook: str = ""
    playbook_version: int = 0
    calendar_version: int = 0


@dataclass(frozen=True, slots=True)
class StepsStruck(Event):
    """An upheld return: what the ladder held against the innocent party is struck."""

    party: str
