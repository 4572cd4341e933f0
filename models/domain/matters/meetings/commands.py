"""What somebody may ask of a meeting. Texts refer to rows beside the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from models.domain.matter import Command
from models.domain.orders.minutes import Item
from models.domain.streams import TextRef
from models.domain.words import MeetingReason


@dataclass(frozen=True, slots=True)
class CallMeeting(Command):
    """Call it; the order agrees in the same unit, where `acting` are found."""

    opens_stream: ClassVar[bool] = True

    order: int
    reason: MeetingReason
    invited: tuple[str, ...]
    acting: tuple[str, ...]
    meets_at: datetime
    place: str
    words: TextRef | None = None


@dataclass(frozen=True, slots=True)
class StatePosition(Command):
    """书面意见 of the caller's party."""

    text: TextRef


@dataclass(frozen=True, slots=True)
class DraftMinutes(Command):
    """Put minutes on the table. `after` is the number of drafts that the drafter saw."""

    after: int
    items: tuple[Item, ...]
    payer: str | None = None
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class SignMinutes(Command):
    """Sign a draft. `last` where this is the last signature: then the order follows in the same unit."""

    draft: int
    last: bool


@dataclass(frozen=True, slots=True)
class RuleMeeting(Command):
    """The decider settles action and making safe after the deadline; who pays stays open."""

    items: tuple[Item, ...]
    reason: TextRef


@dataclass(frozen=True, slots=True)
class CancelMeeting(Command):
    """Call it off, while nothing is settled."""
