"""What is known of a coordination meeting now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.domain.matter import Term
from models.domain.orders.minutes import Item
from models.domain.streams import TextRef
from models.domain.words import MeetingReason


class MeetingStatus(StrEnum):
    """How far it is. `minutes`: a draft is on the table, for signature."""

    CALLED = "called"
    MINUTES = "minutes"
    SIGNED = "signed"
    RULED = "ruled"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Position:
    """书面意见: what a party says beforehand; its later word takes the place of the earlier."""

    text: TextRef
    at: datetime


@dataclass(frozen=True, slots=True)
class Minutes:
    """协调纪要 on the table. `number` grows with each draft, so that nobody signs what he did not read."""

    number: int
    by: str
    at: datetime
    items: tuple[Item, ...]
    signers: tuple[str, ...]
    """Whose lead has to sign: the acting parties, and whoever takes something on by it."""
    payer: str | None = None
    """None: 费用待定."""
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """A party's lead signed this draft; `via` names the door, where it was a message's link."""

    at: datetime
    person: str | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class MeetingState:
    """协调会 on an order."""

    status: MeetingStatus
    order: int
    party: str
    """Who called it."""
    reason: MeetingReason
    invited: tuple[str, ...]
    acting: tuple[str, ...]
    """Those of them that act on the order: they all sign."""
    called_at: datetime
    meets_at: datetime
    place: str
    """A space of the site."""
    words: TextRef | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    drafts: int = 0
    minutes: Minutes | None = None
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    deadlines: Mapping[str, Term] = field(default_factory=dict)
    overdue: bool = False
    ruling: tuple[Item, ...] = ()
    ruled_by: str | None = None
    ruling_reason: TextRef | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether something may still be settled in it."""
        return self.ended_at is None

    @property
    def term(self) -> Term | None:
        """Its limit, while it is open."""
        return next(iter(self.deadlines.values()), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Whose signature the draft still needs."""
        signers = self.minutes.signers if self.minutes else ()
        return tuple(one for one in signers if one not in self.signatures)
