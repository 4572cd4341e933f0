"""What somebody may ask of a walk. Imperatives; texts and pictures refer to rows beside the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from models.domain.matter import Command
from models.domain.orders.state import Photo
from models.domain.streams import TextRef
from models.domain.words import Origin, Severity


@dataclass(frozen=True, slots=True)
class BeginWalk(Command):
    """Set out. `origin` is what a finding comes from: construction where works are walked, else unknown."""

    opens_stream: ClassVar[bool] = True

    origin: Origin = Origin.UNKNOWN


@dataclass(frozen=True, slots=True)
class NoteFinding(Command):
    """Something was found. A danger comes with its order, which is reported in the same unit."""

    space: str
    hazard: str
    severity: Severity = Severity.ORDINARY
    words: TextRef | None = None
    photos: tuple[Photo, ...] = ()
    order: int | None = None


@dataclass(frozen=True, slots=True)
class DropFinding(Command):
    """Take back a finding that was noted by mistake."""

    finding: str


@dataclass(frozen=True, slots=True)
class AbandonWalk(Command):
    """Give the walk up; nothing is sent."""


@dataclass(frozen=True, slots=True)
class TakeUpWalk(Command):
    """Go on with a walk that was given up, on the day that it began."""


@dataclass(frozen=True, slots=True)
class FinishWalk(Command):
    """Write the notice. The orders of the findings that have none yet are reported in the same unit."""

    orders: Mapping[str, int]
    """By finding."""
    told: frozenset[str]
    """Whom the orders leave to the notice; it must be whom the notice tells."""
