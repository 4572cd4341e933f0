"""协调纪要: what minutes say of an order, and what the order asks of a coordination meeting 协调会."""

from dataclasses import dataclass
from datetime import datetime

from models.domain.orders.commands import Command
from models.domain.orders.event import Event
from models.domain.orders.paying import Ground, Payment
from models.domain.orders.state import Meeting
from models.domain.streams import TextRef
from models.domain.words import Does, MeetingReason, Origin


@dataclass(frozen=True, slots=True)
class Item:
    """Who does what by when."""

    party: str
    does: Does
    what: TextRef | None = None
    by: datetime | None = None


# ── commands ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CallForMeeting(Command):
    """A meeting is called, which the same unit opens as `meeting`."""

    meeting: int
    reason: MeetingReason
    acting: frozenset[str]
    """The parties that act on the order, as the caller saw them: all of them are invited."""
    invited: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FollowMinutes(Command):
    """What all have signed takes effect; the system's command, in the unit of the last signature."""

    meeting: int
    items: tuple[Item, ...]
    bound: tuple[str, ...]
    """Who signed."""
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class FollowRuling(Command):
    """The decider settles action and making safe; there is no payer in it, and never will be."""

    meeting: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class LeaveMeeting(Command):
    """The meeting was called off."""

    meeting: int


@dataclass(frozen=True, slots=True)
class ConfirmPayer(Command):
    """A person confirms who pays: as the rule proposes, or otherwise with a reason."""

    payer: str
    ground: Ground
    origin: Origin
    reason: TextRef | None = None


# ── events ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class MeetingCalled(Event):
    """协调会 called on the order."""

    meeting: Meeting


@dataclass(frozen=True, slots=True)
class MinutesFollowed(Event):
    """The minutes, or the decider's ruling (`by`), took effect; who is bound may not return the order."""

    meeting: int
    bound: tuple[str, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class MeetingLeft(Event):
    """It ended without minutes."""

    meeting: int


@dataclass(frozen=True, slots=True)
class PayerConfirmed(Event):
    """Who pays, and why; `origin` is recorded where none was known."""

    payment: Payment
    origin: Origin | None = None
    reason: TextRef | None = None
