"""What can happen in a meeting. Past tense, frozen, versioned."""

from dataclasses import dataclass

from models.domain.matter import Event, Term
from models.domain.matters.meetings.commands import CallMeeting
from models.domain.matters.meetings.state import Minutes
from models.domain.orders.minutes import Item
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class MeetingOpened(Event):
    """It was called, with its limit."""

    party: str
    called: CallMeeting
    limit: Term


@dataclass(frozen=True, slots=True)
class PositionStated(Event):
    """A party's 书面意见."""

    party: str
    text: TextRef


@dataclass(frozen=True, slots=True)
class MinutesDrafted(Event):
    """协调纪要 on the table; what was signed of an earlier draft is void."""

    minutes: Minutes


@dataclass(frozen=True, slots=True)
class MinutesSigned(Event):
    """A party's lead signed."""

    party: str
    draft: int
    person: str | None = None
    via: str | None = None


@dataclass(frozen=True, slots=True)
class MeetingSettled(Event):
    """All signed: what the minutes say has taken effect on the order."""


@dataclass(frozen=True, slots=True)
class MeetingOverdue(Event):
    """Its limit passed without minutes that all signed; the decider may rule."""

    id: int


@dataclass(frozen=True, slots=True)
class MeetingRuled(Event):
    """The decider settled action and making safe."""

    by: str
    items: tuple[Item, ...]
    reason: TextRef


@dataclass(frozen=True, slots=True)
class MeetingCancelled(Event):
    """It was called off."""

    by: str
