"""What can happen to a closed room. Past tense, frozen, versioned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models.domain.matter import Event, Term
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class SpaceClosed(Event):
    """关闭, with where its activities are meanwhile."""

    space: str
    party: str
    begins: date
    until: date
    reopening: Term
    substitute: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    reason: TextRef | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class ClosureChanged(Event):
    """Extended, shortened, or other substitutes; those hold from the day `since` on."""

    since: date
    until: date
    reopening: Term
    substitute: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReopeningAsked(Event):
    """Its last day has come: it opens again, or somebody says until when it stays closed.

    `step` counts how often it was asked; the next time is the term's.
    """

    step: int
    reopening: Term


@dataclass(frozen=True, slots=True)
class SpaceReopened(Event):
    """恢复开放 from this day."""

    on: date
