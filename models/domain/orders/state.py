"""What is known of an order now: the fold of its events, and plain questions to it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.domain.orders.paying import Payment
from models.domain.streams import TextRef
from models.domain.words import (
    ACTING,
    ENDED,
    OVER,
    AssignmentState,
    DeadlineKind,
    Duty,
    MeetingReason,
    OrderStatus,
    Origin,
    PhotoPurpose,
    ReporterKind,
    RequestKind,
    Severity,
)


@dataclass(frozen=True, slots=True)
class PlaybookPin:
    """The version of the rules that an order lives under (rule 10)."""

    code: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reported; `person` is an opaque id, the contact itself lies beside the ledger."""

    kind: ReporterKind
    person: str | None = None
    contact: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Walked:
    """The walk 巡查 that an order comes from, and whom the walk's own notice tells (``party:role``)."""

    number: int
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next rung of a deadline's ladder (or an alarm's effect) and when it falls due."""

    rung: str
    at: datetime
    occurrence: int = 1


@dataclass(frozen=True, slots=True)
class Deadline:
    """An open 时限 of a party. While paused it has `left` (business microseconds) and no due instant runs.

    `total` is the whole limit on its own clock in business microseconds, from which parts of it are counted.
    `generation` grows whenever its timer changes, so that an older firing finds nothing.
    """

    id: int
    kind: DeadlineKind
    party: str
    round: int
    started_at: datetime
    due_at: datetime
    clock: str
    total: int
    calendar: str
    calendar_version: int
    limit: str | None = None
    reason: str = "playbook"
    provisional: bool = False
    generation: int = 1
    next: NextStep | None = None
    reached: tuple[str, ...] = ()
    """Codes of the rungs reached so far."""
    late: bool = False
    """Whether the red step was reached: the party is past it, as the ledger knows it."""
    left: int | None = None
    pauses: tuple[datetime, ...] = ()
    """Instants of pausing and resuming, alternating."""
    ran_on_with: int | None = None
    """Business microseconds that were left when it last ran on after a pause."""
    dated: bool = False
    """It was moved to a date while it was paused: that date holds when it runs on."""
    turn: int = 1
    """The number of a rung that is reached now: it grows when the limit is moved and rungs that were reached
    lie ahead again, so that no step of a deadline ever has another's rung and number."""
    repeats: int = 0
    """The number of its last step; above its turn only where the top rung repeats."""
    request: int | None = None
    """For decide and hold_end: the request that it belongs to."""
    subject: str | None = None
    """For review and objection: the party whose work is reviewed."""

    @property
    def paused(self) -> bool:
        """Whether a hold or an accepted wait stops it."""
        return self.left is not None

    def turn_with(self, reached: Collection[str]) -> int:
        """Its turn when it is moved and only these rungs stay reached."""
        return self.turn if set(self.reached) <= set(reached) else self.repeats + 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """承办单: one party's obligation on the order."""

    party: str
    duty: Duty
    state: AssignmentState
    round: int
    dispatched_at: datetime
    designated: bool = False
    """Named by a decider: may not return this order again (潍坊 rules §22)."""
    acknowledged_at: datetime | None = None
    contacted_at: datetime | None = None
    arrived_at: datetime | None = None
    made_safe_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    ended_at: datetime | None = None
    holds: int = 0
    extensions: int = 0
    rejections: int = 0
    waits_for: str | None = None
    successor: str | None = None
    """Who took the duty over by a decision: the route leads there too, while the order is what it was."""
    misrouted: bool = False
    """派单有误: its return was upheld, its time is booked to nobody."""
    visit_at: datetime | None = None
    """When somebody comes, as agreed with the reporter."""
    key: TextRef | None = None
    """Who has the key."""
    handler: str | None = None
    """The member who handles it, by code; None: whoever the roster names."""
    craftsman: TextRef | None = None
    """Who does the work on site."""
    yellow: bool = False
    red: bool = False
    explanation: TextRef | None = None
    """情况说明: why it is late, in its own words."""
    named: bool = False
    """公开单位: the autonomy office let its name be read in public while it is late."""
    told_public: TextRef | None = None
    """The explanation as it was when it was named; a later one waits for the office again."""

    @property
    def acting(self) -> bool:
        """Whether it still obliges the party to act or to be verified."""
        return self.duty in ACTING and self.state not in OVER


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits for its decision 批复."""

    id: int
    kind: RequestKind
    party: str
    asked_at: datetime
    decider: str
    reason: str
    text: TextRef | None = None
    nominee: str | None = None
    """退单: who is responsible instead. 等待他方: who is waited for."""
    until: datetime | None = None
    before: AssignmentState | None = None
    """The assignment's state to go back to when a return is dismissed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """When a party says it did something that came in later; open until the decider accepts it."""

    id: int
    party: str
    what: str
    """The action, by its name: ``done``."""
    claimed_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """整改方案: proposed by one party, in force once `agreed` holds everybody who has to agree."""

    id: int
    party: str
    text: TextRef
    fix_by: datetime
    agreed: frozenset[str] = frozenset()
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the floor plan: ten-thousandths of its width from the left, of its height from the top."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture beside the ledger: `commitment` vouches for its bytes as they are kept and shown.

    `received` vouches for the SHA-256 (hexadecimal) of the file as it was sent, before it was redrawn.
    """

    id: str
    commitment: str
    purpose: PhotoPurpose
    party: str | None
    round: int
    received: str | None = None


@dataclass(frozen=True, slots=True)
class OutsideNumber:
    """The order's number in another system (12345, 网格), with its due date there."""

    system: str
    number: str
    due_at: datetime | None = None
    party: str | None = None
    """Whose own system it is; None: one that binds all, such as the hotline's."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """协调会 that is open on an order: its stream, who called it and why."""

    number: int
    by: str
    reason: MeetingReason
    invited: frozenset[str] = frozenset()
    """Who has a part in the order as long as it is open."""


@dataclass(frozen=True, slots=True)
class Order:
    """工单. `next_id` numbers deadlines, requests and plans; nothing here names a person."""

    status: OrderStatus
    space: str
    description: TextRef
    reporter: Reporter
    reported_at: datetime
    severity: Severity
    origin: Origin
    coordinator: str
    category: str | None = None
    title: TextRef | None = None
    voice: TextRef | None = None
    """What the reporter said into the phone; a recording beside the ledger."""
    point: Point | None = None
    private: bool = False
    """Whoever reported it does not want its answer published."""
    confirmed: bool = True
    """False while an anonymous danger has not been confirmed by a person."""
    made_safe_at: datetime | None = None
    """控险: since when the place is safe, whoever made it so; of this danger and round."""
    round: int = 1
    next_id: int = 1
    pin: PlaybookPin | None = None
    triage_by: str | None = None
    unrouted: str | None = None
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)
    """Open ones by id (as text, since JSON objects have text keys)."""
    requests: tuple[Request, ...] = ()
    claims: tuple[Claim, ...] = ()
    """Claimed times that nobody has accepted."""
    returns: int = 0
    plan: Plan | None = None
    meeting: Meeting | None = None
    """协调会: the one that is open."""
    bound: frozenset[str] = frozenset()
    """Who signed minutes, or was bound by the decider's ruling: they may not return it."""
    payment: Payment | None = None
    """None: 费用待定."""
    photos: tuple[Photo, ...] = ()
    outside: tuple[OutsideNumber, ...] = ()
    supervised: bool = False
    helped: bool = False
    merged_into: int | None = None
    absorbed: tuple[int, ...] = ()
    split_from: int | None = None
    split_into: tuple[int, ...] = ()
    walk: Walked | None = None
    public_title: TextRef | None = None
    """公布: what the public board calls it."""
    closed_at: datetime | None = None
    reopened: int = 0
    resolved: bool | None = None
    satisfied: bool | None = None
    messages: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """When each party's handler was told something in this round: the notice budget counts these."""

    @property
    def ended(self) -> bool:
        """Whether no obligation is left on it."""
        return self.status in ENDED

    def acting(self) -> Iterator[Assignment]:
        """The assignments that still have to be verified or released."""
        return (one for one in self.assignments.values() if one.acting)

    def lead(self) -> Assignment | None:
        """The acting assignment of the lead duty 主办."""
        return next((one for one in self.acting() if one.duty is Duty.LEAD), None)

    def open_deadlines(
        self, *, party: str | None = None, kinds: frozenset[DeadlineKind] | None = None
    ) -> tuple[Deadline, ...]:
        """The open deadlines, of one party or of some kinds, by id."""
        return tuple(
            one
            for one in self.deadlines.values()
            if (party is None or one.party == party) and (kinds is None or one.kind in kinds)
        )

    def request_of(self, party: str, kind: RequestKind | None = None) -> Request | None:
        """The undecided request of a party."""
        return next((r for r in self.requests if r.party == party and kind in {None, r.kind}), None)

    def count_photos(self, purpose: PhotoPurpose | None, party: str | None, round_: int) -> int:
        """How many photos of the purpose (any if None) were attached for the party in the round."""
        return sum(
            photo.purpose is (purpose or photo.purpose) and photo.party == party and photo.round == round_
            for photo in self.photos
        )

    def has_photo(self, purpose: PhotoPurpose | None, party: str | None, round_: int) -> bool:
        """Whether a photo of the purpose (any if None) was attached for the party in the round."""
        return self.count_photos(purpose, party, round_) > 0

    @property
    def promised_at(self) -> datetime | None:
        """The one date that the resident sees: the latest current fix limit of the acting parties."""
        kinds = frozenset({DeadlineKind.FIX, DeadlineKind.REDO})
        return max((one.due_at for one in self.open_deadlines(kinds=kinds)), default=None)

    @property
    def colour(self) -> str:
        """Red 超期 while anybody is past a limit, a triager or decider as well; else yellow 临期 or green."""
        running = () if self.ended else self.deadlines.values()
        if any(one.late for one in running):
            return "red"
        return "yellow" if any(one.reached for one in running) else "green"
