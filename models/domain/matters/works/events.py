"""What can happen to announced works. Past tense, frozen, versioned."""

from dataclasses import dataclass
from datetime import date

from models.domain.matter import Event, Term
from models.domain.matters.works.state import Plan
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class WorksAnnounced(Event):
    """施工告知, with the limits for the hazard walk and the end."""

    party: str
    plan: Plan
    terms: tuple[Term, ...]
    walker: str | None = None
    urgent: TextRef | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class WorksChanged(Event):
    """Other days, hours, rooms or substitutes; the limits follow."""

    plan: Plan
    reason: TextRef
    terms: tuple[Term, ...]
    urgent: TextRef | None = None


@dataclass(frozen=True, slots=True)
class HazardWalked(Event):
    """The rooms were walked before works begin; without a walk's number, nothing was found."""

    party: str
    rooms: tuple[str, ...]
    walk: int | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class WorksStarted(Event):
    """开工."""

    on: date


@dataclass(frozen=True, slots=True)
class WorksAsked(Event):
    """A limit is passed: nobody walked, or nobody said that the works ended. Asked again at the new one."""

    step: int
    passed: int
    term: Term


@dataclass(frozen=True, slots=True)
class WorksEnded(Event):
    """完工 on this day."""

    on: date


@dataclass(frozen=True, slots=True)
class WorksCancelled(Event):
    """They will not be."""

    reason: TextRef
