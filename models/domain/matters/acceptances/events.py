"""What can happen to an acceptance. Past tense, frozen, versioned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.domain.matter import Event
from models.domain.matters.acceptances.state import NewItem, Result, Signature
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class AcceptancePrepared(Event):
    """Somebody invites to it."""

    party: str
    contractor: str
    meets_at: datetime
    items: tuple[NewItem, ...]
    person: str | None = None


@dataclass(frozen=True, slots=True)
class ChecklistChanged(Event):
    """Lines were added or dropped."""

    add: tuple[NewItem, ...]
    drop: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundBegun(Event):
    """The rooms are gone through."""

    round: int


@dataclass(frozen=True, slots=True)
class ItemChecked(Event):
    """Somebody looked at it."""

    item: str
    result: Result


@dataclass(frozen=True, slots=True)
class RoundFinished(Event):
    """All was looked at; what failed is reworked by these orders. Without any the acceptance is passed."""

    orders: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RoundSigned(Event):
    """Somebody who was there signed."""

    signature: Signature


@dataclass(frozen=True, slots=True)
class AcceptanceCancelled(Event):
    """It does not take place."""

    reason: TextRef
