"""What can happen to an order. Past tense, frozen, versioned; the ledger holds these and nothing else.

A type's `version` grows when its fields change; `UPCASTERS` then turns the older image into the newer one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.domain.orders.event import Event
from models.domain.orders.events_deadlines import (
    DeadlineEnded,
    DeadlineMoved,
    DeadlinePaused,
    DeadlineResumed,
    DeadlineSet,
    StepReached,
    StepsStruck,
)
from models.domain.orders.events_requests import (
    AssignmentHeld,
    AssignmentResumed,
    AssignmentWaits,
    RequestDecided,
    RequestLapsed,
    RequestMade,
    RequestReferred,
)
from models.domain.orders.minutes import MeetingCalled, MeetingLeft, MinutesFollowed, PayerConfirmed
from models.domain.orders.state import (
    Claim,
    OutsideNumber,
    Photo,
    PlaybookPin,
    Point,
    Reporter,
    Walked,
)
from models.domain.personal import ContactPart, PersonalData
from models.domain.streams import TextRef
from models.domain.words import Duty, Origin, Severity

__all__ = [
    "AssignmentHeld",
    "AssignmentResumed",
    "AssignmentWaits",
    "DeadlineEnded",
    "DeadlineMoved",
    "DeadlinePaused",
    "DeadlineResumed",
    "DeadlineSet",
    "Event",
    "MeetingCalled",
    "MeetingLeft",
    "MinutesFollowed",
    "PayerConfirmed",
    "RequestDecided",
    "RequestLapsed",
    "RequestMade",
    "RequestReferred",
    "StepReached",
    "StepsStruck",
]
"""What is defined beside them; all that is defined here is theirs as well."""


# ── the order ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OrderReported(Event):
    """Somebody reported trouble: 已受理."""

    space: str
    description: TextRef
    reporter: Reporter
    severity: Severity
    origin: Origin
    coordinator: str
    confirmed: bool
    category: str | None = None
    title: TextRef | None = None
    split_from: int | None = None
    walk: Walked | None = None
    voice: TextRef | None = None
    point: Point | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class TriageRequested(Event):
    """Category or origin is unknown, or a danger unconfirmed: a party has to find out."""

    party: str
    why: str
    pin: PlaybookPin | None = None
    """In danger the party is dispatched at once, so that the order pins the version now (rule 10)."""


@dataclass(frozen=True, slots=True)
class OrderTriaged(Event):
    """定责: category, origin and severity as found."""

    category: str
    origin: Origin
    severity: Severity
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class DangerConfirmed(Event):
    """A person confirmed the danger, or nobody did in time (`by` is None) and the others are called too."""

    by: str | None = None


@dataclass(frozen=True, slots=True)
class OrderReclassified(Event):
    """Category or severity corrected after dispatch; the order is routed again."""

    category: str
    origin: Origin
    severity: Severity
    reason: TextRef


@dataclass(frozen=True, slots=True)
class OrderRouted(Event):
    """The playbook's route was found; the order pins that version from its first dispatch on (rule 10)."""

    pin: PlaybookPin
    absent: tuple[str, ...] = ()
    """Capacities of the route that nobody at the site has."""


@dataclass(frozen=True, slots=True)
class OrderUnrouted(Event):
    """Nobody to send it to; it stays visible and is routed once the reason is mended."""

    reason: str


@dataclass(frozen=True, slots=True)
class OrderSplit(Event):
    """Part of it lives on as another order."""

    into: int
    reason: TextRef


@dataclass(frozen=True, slots=True)
class OrderMerged(Event):
    """并案: it lives on in another order."""

    into: int
    reason: TextRef


@dataclass(frozen=True, slots=True)
class OrderAbsorbed(Event):
    """Another order was merged into this one."""

    source: int


@dataclass(frozen=True, slots=True)
class OrderSupervised(Event):
    """督办 raised by a person; where the ladder raises it, `StepReached` has the mark."""

    by: str | None = None
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    """作废."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class FalseAlarmFound(Event):
    """误报."""

    by: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class HelpConfirmed(Event):
    """'Helped': a question or venue ends now, or after the objection period if nobody confirmed it."""

    by: str | None = None


@dataclass(frozen=True, slots=True)
class OrderClosed(Event):
    """已结案: every acting assignment is verified or released (rule 3)."""


@dataclass(frozen=True, slots=True)
class CallbackRecorded(Event):
    """回访: the reporter says resolved or not, satisfied or not."""

    resolved: bool
    satisfied: bool | None = None
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class OrderReopened(Event):
    """Not resolved after all: a new round for the acting assignments, parties resolved anew."""

    reason: str
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class OutsideNumberAdded(Event):
    """Its number in another system; the earlier due date wins."""

    outside: OutsideNumber


@dataclass(frozen=True, slots=True)
class ContactRevealed(Event):
    """Somebody looked at the reporter's contact in full: at which parts of it, and why. It is not in here."""

    what: tuple[ContactPart, ...]
    reason: TextRef


@dataclass(frozen=True, slots=True)
class PersonalDataErased(Event):
    """What lay beside the ledger about the reporter is gone, and the keys of its commitments (rule 12)."""

    what: tuple[PersonalData, ...]
    why: str


# ── an assignment ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AssignmentDispatched(Event):
    """已派: the party's clock starts now (rule 1)."""

    party: str
    duty: Duty
    designated: bool = False
    successor_of: str | None = None


@dataclass(frozen=True, slots=True)
class DutyChanged(Event):
    """A party that acts already has another duty after triage or reclassification; what it did stays."""

    party: str
    duty: Duty


@dataclass(frozen=True, slots=True)
class AssignmentAcknowledged(Event):
    """已接单."""

    party: str


@dataclass(frozen=True, slots=True)
class ReporterContacted(Event):
    """先行联系: the reporter was called or messaged."""

    party: str
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class PartyArrived(Event):
    """到场."""

    party: str


@dataclass(frozen=True, slots=True)
class PlaceMadeSafe(Event):
    """控险: fenced off, closed, valve or power shut."""

    party: str
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class WorkStarted(Event):
    """处置中."""

    party: str


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    """A remark, by whoever may see the order."""

    note: TextRef
    party: str | None = None
    mentions: tuple[str, ...] = ()
    """Who is to read it, as ``party:member``."""


@dataclass(frozen=True, slots=True)
class VisitAppointed(Event):
    """预约: when the party comes, as agreed with the reporter."""

    party: str
    at: datetime
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class KeyHolderNamed(Event):
    """Who has the key."""

    party: str
    note: TextRef


@dataclass(frozen=True, slots=True)
class HandlerNamed(Event):
    """Who of the party handles it; its handler's notices go there."""

    party: str
    member: str


@dataclass(frozen=True, slots=True)
class CraftsmanNamed(Event):
    """维修师傅: somebody does the work on site; who it is lies beside the ledger."""

    party: str
    note: TextRef


@dataclass(frozen=True, slots=True)
class PhotoAttached(Event):
    """A picture was received; its bytes are committed to."""

    photo: Photo


@dataclass(frozen=True, slots=True)
class PlanProposed(Event):
    """整改方案 proposed."""

    id: int
    party: str
    text: TextRef
    fix_by: datetime


@dataclass(frozen=True, slots=True)
class PlanAgreed(Event):
    """One party agrees; `in_force` once everybody who has to has agreed."""

    id: int
    party: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class AssignmentDone(Event):
    """已办结, as the fixer says."""

    party: str
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class AssignmentVerified(Event):
    """已核查, by somebody else than the fixer (`by` is a party, or None for reporter or volunteer)."""

    party: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentRejected(Event):
    """Verification failed: back to the fixer with the redo limit."""

    party: str
    reason: TextRef
    by: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentReleased(Event):
    """无需处置: a support party that the lead does not need."""

    party: str
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class AssignmentWithdrawn(Event):
    """撤回. `misrouted`: its time is booked to nobody (派单有误)."""

    party: str
    why: str
    misrouted: bool = False


@dataclass(frozen=True, slots=True)
class TimeClaimed(Event):
    """What just came in was done earlier, the party says: its phone had no line."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class ClaimedTimeAccepted(Event):
    """The decider accepts it: what came in at `received_at` counts as done at `claimed_at`."""

    id: int
    party: str
    what: str
    claimed_at: datetime
    received_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OrderPublished(Event):
    """公布: what the public board calls the order; None: it has no words there."""

    title: TextRef | None = None


@dataclass(frozen=True, slots=True)
class LatenessExplained(Event):
    """情况说明 by a late party."""

    party: str
    text: TextRef


@dataclass(frozen=True, slots=True)
class PartyNamed(Event):
    """公开单位: from here on its name stands beside the red order, with what it explained before."""

    party: str
    explanation: TextRef | None = None


def event_types() -> dict[str, type[Event]]:
    """All event types by name."""
    # Not `Event.__subclasses__()`: a dataclass with slots leaves the class it was made from there.
    kinds = (kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Event))
    return {kind.__name__: kind for kind in kinds if kind is not Event}


Upcaster = Callable[[Mapping[str, Any]], Mapping[str, Any]]
UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""From (type, old version) to the image of the next version."""
