"""What can happen to an order. Past tense, frozen, versioned; the ledger holds these and nothing else.

A type's `version` grows when its fields change; `UPCASTERS` then turns the older image into the newer one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from models.domain.orders.state import (
    Deadline,
    NextStep,
    OutsideNumber,
    Photo,
    PlaybookPin,
    Reporter,
    Request,
)
from models.domain.streams import TextRef
from models.domain.words import AssignmentState, Duty, Origin, RequestKind, Severity


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    version: ClassVar[int] = 1

    since: datetime | None = field(default=None, kw_only=True)
    """When it took effect, where the clock's lane recorded it only later: the end of a hold is the end of the
    hold, however long the machine slept."""


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


# ── requests and their decisions ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RequestMade(Event):
    """退单, 暂缓, 延期 or 等待他方 asked for."""

    request: Request


@dataclass(frozen=True, slots=True)
class RequestDecided(Event):
    """批复."""

    id: int
    kind: RequestKind
    party: str
    granted: bool
    by: str
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class RequestReferred(Event):
    """Its decider became an acting party: another has to decide (rule 5)."""

    id: int
    decider: str


@dataclass(frozen=True, slots=True)
class RequestLapsed(Event):
    """The request has no object any more (its assignment or the order ended)."""

    id: int


@dataclass(frozen=True, slots=True)
class AssignmentHeld(Event):
    """暂缓 until a date: this party's clocks stop, nobody else's (rules 2 and 7)."""

    party: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AssignmentWaits(Event):
    """等待他方: the asker's clocks stop, the named party's runs."""

    party: str
    waits_for: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AssignmentResumed(Event):
    """A hold or wait is over."""

    party: str
    why: str
    to: AssignmentState


# ── deadlines and the ladder ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class DeadlineSet(Event):
    """A limit begins: the due instant is a fact from now on."""

    deadline: Deadline


@dataclass(frozen=True, slots=True)
class DeadlineMoved(Event):
    """Its due instant changed: extension, plan, import, by hand, outside number, recomputed calendar."""

    id: int
    due_at: datetime
    total: int
    reason: str
    calendar_version: int
    provisional: bool = False
    limit: str | None = None
    next: NextStep | None = None
    reached: tuple[str, ...] = ()
    """Steps that stay reached; those of a limit that now lies ahead may come again."""


@dataclass(frozen=True, slots=True)
class DeadlinePaused(Event):
    """It stops with `left` business microseconds to go (negative once it is past)."""

    id: int
    left: int


@dataclass(frozen=True, slots=True)
class DeadlineResumed(Event):
    """It runs on to a new due instant."""

    id: int
    due_at: datetime
    provisional: bool = False
    next: NextStep | None = None
    calendar_version: int | None = None


@dataclass(frozen=True, slots=True)
class DeadlineEnded(Event):
    """met, late, struck (the obligation went away)."""

    id: int
    outcome: str


@dataclass(frozen=True, slots=True)
class StepReached(Event):
    """A rung of the ladder. The event's own time is when it fired, `due_at` when it was to.

    `skipped`: a higher one was due at once, after a downtime. `told`: whom it told, as ``party:role``. By
    which rules it was reached and by which days its deadline was counted is part of the proof.
    """

    id: int
    kind: str
    party: str
    rung: str
    occurrence: int
    due_at: datetime
    mark: str | None = None
    skipped: bool = False
    told: tuple[str, ...] = ()
    next: NextStep | None = None
    playbook: str = ""
    playbook_version: int = 0
    calendar_version: int = 0


@dataclass(frozen=True, slots=True)
class StepsStruck(Event):
    """An upheld return: what the ladder held against the innocent party is struck."""

    party: str


def event_types() -> dict[str, type[Event]]:
    """All event types by name."""
    # Not `Event.__subclasses__()`: a dataclass with slots leaves the class it was made from there.
    kinds = (kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Event))
    return {kind.__name__: kind for kind in kinds if kind is not Event}


Upcaster = Callable[[Mapping[str, Any]], Mapping[str, Any]]
UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""From (type, old version) to the image of the next version."""
