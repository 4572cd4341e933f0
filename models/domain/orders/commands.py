"""What somebody may ask of an order. Imperatives; texts and pictures refer to rows beside the ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from models.domain.orders.state import Photo, Point, Reporter, Walked
from models.domain.personal import ContactPart, PersonalData
from models.domain.streams import TextRef
from models.domain.words import DeadlineKind, Origin, RequestKind, Severity


@dataclass(frozen=True, slots=True)
class Command:
    """Base of all commands to an order."""

    opens_stream: ClassVar[bool] = False
    """Whether it is the first command of a stream."""


@dataclass(frozen=True, slots=True)
class PartyCommand(Command):
    """Base of the commands that concern one party's assignment."""

    party: str


# ── the order ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Report(Command):
    """An issue is reported; without a category the committee triages."""

    opens_stream: ClassVar[bool] = True

    space: str
    description: TextRef
    reporter: Reporter
    category: str | None = None
    title: TextRef | None = None
    severity: Severity = Severity.ORDINARY
    origin: Origin = Origin.UNKNOWN
    split_from: int | None = None
    walk: Walked | None = None
    voice: TextRef | None = None
    point: Point | None = None
    private: bool = False
    """A question whose answer the reporter does not want published."""


@dataclass(frozen=True, slots=True)
class Triage(Command):
    """定责: record category, origin and severity; what is None stays as reported."""

    category: str | None = None
    origin: Origin | None = None
    severity: Severity | None = None
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Reclassify(Command):
    """Correct category, origin or severity of an open order, with a reason."""

    reason: TextRef
    category: str | None = None
    origin: Origin | None = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Split(Command):
    """Part of the order becomes another one, which `Report(split_from=…)` makes in the same unit."""

    into: int
    reason: TextRef


@dataclass(frozen=True, slots=True)
class Merge(Command):
    """并案: end this order, it lives on in `into`, which absorbs it in the same unit."""

    into: int
    reason: TextRef


@dataclass(frozen=True, slots=True)
class Absorb(Command):
    """The other half of a merge."""

    source: int


@dataclass(frozen=True, slots=True)
class RouteOrder(Command):
    """Send the order to the parties of its route; the router's command, idle where nothing waits."""


@dataclass(frozen=True, slots=True)
class FireDue(Command):
    """The clock's command: what is due by now takes effect."""


@dataclass(frozen=True, slots=True)
class RecomputeDeadlines(Command):
    """A calendar was published: open provisional deadlines are computed again, on record."""


@dataclass(frozen=True, slots=True)
class Supervise(Command):
    """督办: raise the order to supervision."""

    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class FalseAlarm(Command):
    """误报: there is nothing."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class Cancel(Command):
    """作废: reported by mistake, or twice."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class Callback(Command):
    """回访: what the reporter says after closing, or 'helped' while a question is still open."""

    resolved: bool
    satisfied: bool | None = None
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Reopen(Command):
    """Not resolved after all: a second round."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class AddOutsideNumber(Command):
    """Its number with 12345 or 网格, and the due date there; the earlier date wins."""

    system: str
    number: str
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Note(Command):
    """A remark to the order, for a party where one is named."""

    note: TextRef
    party: str | None = None
    mentions: tuple[str, ...] = ()
    """Who is to read it, as ``party:member``."""


@dataclass(frozen=True, slots=True)
class Publish(Command):
    """公布: what the public board calls the order, in a moderator's words; None takes them off it."""

    title: TextRef | None = None


@dataclass(frozen=True, slots=True)
class AttachPhoto(Command):
    """A picture that was received and stored."""

    photo: Photo


@dataclass(frozen=True, slots=True)
class Reveal(Command):
    """Look at the reporter's contact in full; on record before it is shown."""

    what: tuple[ContactPart, ...]
    reason: TextRef


@dataclass(frozen=True, slots=True)
class Erase(Command):
    """Record that what lies beside the ledger about the reporter goes, in the same unit; `why` is a code."""

    what: tuple[PersonalData, ...]
    why: str


# ── an assignment ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Reassign(PartyCommand):
    """Another party takes over the duty, with a new clock; the former one is withdrawn."""

    to: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class Withdraw(PartyCommand):
    """撤回: the party is taken off the order; a lead hands over to `nominee` with a new clock."""

    reason: TextRef
    nominee: str | None = None


@dataclass(frozen=True, slots=True)
class Release(PartyCommand):
    """无需处置: a support party that the lead does not need."""

    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge(PartyCommand):
    """接单."""


@dataclass(frozen=True, slots=True)
class Contact(PartyCommand):
    """先行联系: the reporter was called or messaged."""

    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Arrive(PartyCommand):
    """到场."""


@dataclass(frozen=True, slots=True)
class MakeSafe(PartyCommand):
    """控险."""

    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Start(PartyCommand):
    """Begin the work; also ends a hold or a wait early, and takes up rejected work."""


@dataclass(frozen=True, slots=True)
class Appoint(PartyCommand):
    """预约: when somebody comes, as agreed with the reporter."""

    at: datetime
    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class NameKeyHolder(PartyCommand):
    """Who has the key; the words are a text."""

    note: TextRef


@dataclass(frozen=True, slots=True)
class Transfer(PartyCommand):
    """Who of the party handles it: a member by code."""

    member: str


@dataclass(frozen=True, slots=True)
class NameCraftsman(PartyCommand):
    """维修师傅: who does the work on site; name and phone are a row beside the ledger."""

    note: TextRef


@dataclass(frozen=True, slots=True)
class AddOwnNumber(PartyCommand):
    """The order's number in the party's own system; it moves no date."""

    system: str
    number: str


@dataclass(frozen=True, slots=True)
class ProposePlan(PartyCommand):
    """整改方案: what, and by when."""

    text: TextRef
    fix_by: datetime


@dataclass(frozen=True, slots=True)
class AgreePlan(PartyCommand):
    """The party agrees to the plan on the table."""


@dataclass(frozen=True, slots=True)
class Done(PartyCommand):
    """办结, as the fixer says; some categories ask for an after-photo."""

    note: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Verify(PartyCommand):
    """核查 passed, by somebody else than the fixer."""


@dataclass(frozen=True, slots=True)
class Reject(PartyCommand):
    """核查 failed: back with the redo limit."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class MakeRequest(PartyCommand):
    """退单 (with `nominee`), 暂缓 (`until`), 延期 (`until`), 等待他方 (`nominee` and `until`)."""

    kind: RequestKind
    reason: str
    text: TextRef | None = None
    nominee: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decide(PartyCommand):
    """批复 on the party's open request. `designate`: whom the decider names instead of the nominee."""

    granted: bool
    reason: TextRef | None = None
    designate: str | None = None
    kind: RequestKind | None = field(default=None)


@dataclass(frozen=True, slots=True)
class ClaimTime(PartyCommand):
    """It was done `seconds_ago`, and could not be sent then; goes with the action `what`, just after it."""

    what: str
    seconds_ago: int


@dataclass(frozen=True, slots=True)
class AcceptClaimedTime(PartyCommand):
    """The times that the party claims count."""


@dataclass(frozen=True, slots=True)
class SetLimit(PartyCommand):
    """A limit set by hand (with its reason) or by import."""

    kind: DeadlineKind
    due_at: datetime
    reason: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Explain(PartyCommand):
    """情况说明: what the party has to say in public about being late."""

    text: TextRef


@dataclass(frozen=True, slots=True)
class NameParty(PartyCommand):
    """公开单位: the autonomy office lets a late party's name be read in public, with what it explained."""
