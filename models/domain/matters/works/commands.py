"""What somebody may ask about works. Imperatives; texts refer to rows beside the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from models.domain.matter import Command
from models.domain.matters.works.state import Plan
from models.domain.streams import TextRef
from models.domain.walks.state import Walk


@dataclass(frozen=True, slots=True)
class AnnounceWorks(Command):
    """Tell everybody. `urgent` says why it is later than the rule has it.

    `away` are rooms that nobody can go to meanwhile, with the last day of that: closed, or under works too.
    """

    opens_stream: ClassVar[bool] = True

    plan: Plan
    urgent: TextRef | None = None
    away: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeWorks(Command):
    """Other days, hours, rooms or substitutes, with the reason that everybody reads."""

    plan: Plan
    reason: TextRef
    urgent: TextRef | None = None
    away: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordWalk(Command):
    """The rooms were walked for hazards: by this walk, or, without one, and nothing was found."""

    number: int | None = None
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class StartWorks(Command):
    """开工."""


@dataclass(frozen=True, slots=True)
class EndWorks(Command):
    """完工: the rooms can be used again."""


@dataclass(frozen=True, slots=True)
class CancelWorks(Command):
    """They will not be, for a reason that everybody reads."""

    reason: TextRef
