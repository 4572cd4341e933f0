"""What can happen on a walk. Past tense, frozen, versioned; the ledger holds these and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.domain.matter import Event
from models.domain.walks.state import Finding
from models.domain.words import Origin


@dataclass(frozen=True, slots=True)
class WalkBegun(Event):
    """Somebody of a party set out."""

    party: str
    origin: Origin
    day: date
    person: str | None = None


@dataclass(frozen=True, slots=True)
class FindingNoted(Event):
    """Something was found."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class FindingDropped(Event):
    """It was noted by mistake."""

    id: int


@dataclass(frozen=True, slots=True)
class WalkAbandoned(Event):
    """It was given up."""


@dataclass(frozen=True, slots=True)
class WalkTakenUp(Event):
    """It goes on."""


@dataclass(frozen=True, slots=True)
class WalkFinished(Event):
    """The rectification notice 整改通知单 was written."""

    orders: Mapping[str, int]
    """By finding, the running number of its order."""
    answered_by: Mapping[str, str]
    """By finding, the party that the notice asks."""
    told: tuple[str, ...]
