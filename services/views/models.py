"""The views as types: what the API answers, the pages show and the CLI prints."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.domain.words import (
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
    Origin,
    PhotoPurpose,
    ReporterKind,
    RequestKind,
    Severity,
)

Colour = Literal["green", "yellow", "red", "grey"]


class View(BaseModel):
    """Base of all views."""

    model_config = ConfigDict(frozen=True)


class Named(View):
    """Something by its code, and by its name in the caller's language."""

    code: str
    name: str


class StepView(View):
    """The next step of a deadline's ladder."""

    rung: str
    mark: str | None = Field(description="What reaching it makes of the order: yellow, red, urge, supervise.")
    at: datetime
    occurrence: int
    tells: list[str] = Field(description="Whom it will tell, as party:role.")


class DeadlineView(View):
    """An open 时限 of a party."""

    id: int
    kind: DeadlineKind
    name: str
    party: str
    round: int
    started_at: datetime
    due_at: datetime | None = Field(
        description="None while the clock stands still: there is no due instant then."
    )
    due_text: str | None = Field(description="The due instant with its weekday, in the site's time.")
    clock: str = Field(description="What the limit counts on: 24x7, WH (working hours), WD (working days).")
    limit: str | None = Field(description="The limit as the playbook has it; None where a date was set.")
    reason: str = Field(description="Where the due instant comes from: playbook, by_hand, plan, extension …")
    provisional: bool = Field(
        description="The holidays of a year that it reaches into are not published yet."
    )
    colour: Colour = Field(
        description="red past a limit, yellow due soon, grey while the clock stands still."
    )
    paused: bool
    left_seconds: int | None = Field(description="While paused: what is left, on the deadline's own clock.")
    next: StepView | None
    explain: list[str] = Field(description="Why it is due then, sentence by sentence.")
    subject: str | None = Field(description="Of a review: the party whose work is reviewed.")


class VisitView(View):
    """预约: when somebody comes."""

    party: Named
    at: datetime
    text: str = Field(description="The day and the part of it, e.g. 今天下午.")


class AllowedView(View):
    """An action that the caller may take now."""

    action: str
    label: str
    party: str | None = Field(description="None for an action on the whole order.")
    href: str


class ClaimView(View):
    """现场时间: when the party says it did something that came in later, its phone having had no network."""

    action: str
    name: str
    claimed_at: datetime
    claimed_text: str
    received_at: datetime
    received_text: str


class AssignmentView(View):
    """承办单: one party's obligation, with its own clock."""

    party: Named
    duty: Duty
    duty_name: str
    state: AssignmentState
    state_name: str
    stage: str | None = Field(description="To what its time is booked now; None once it has ended.")
    colour: Colour
    round: int
    designated: bool = Field(description="Named by a decider: may not return this order again.")
    dispatched_at: datetime
    acknowledged_at: datetime | None
    contacted_at: datetime | None
    arrived_at: datetime | None
    made_safe_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    ended_at: datetime | None
    holds: int
    extensions: int
    rejections: int
    waits_for: Named | None
    key: str | None = Field(description="Who has the key; None where nobody said, or once it was erased.")
    holder: Named | None = Field(description="Whose move it is for this assignment; None: nobody's.")
    verifiers: list[Named] = Field(description="Who may verify its work.")
    deadlines: list[DeadlineView]
    claims: list[ClaimView] = Field(description="Times that wait for the decider to accept them.")
    allowed: list[str] = Field(description="Actions that the caller may take on it now.")


class RequestView(View):
    """A request that waits for its decision 批复."""

    id: int
    kind: RequestKind
    name: str
    party: Named
    decider: Named
    asked_at: datetime
    reason: str = Field(description="Of a hold: its reason on the playbook's list; else 'in_words'.")
    text: str | None
    nominee: Named | None
    until: datetime | None


class PlanView(View):
    """整改方案."""

    party: Named
    text: str | None
    fix_by: datetime
    agreed: list[Named]
    in_force: bool


class PhotoView(View):
    """A picture; `href` serves it to whoever may see the order, `thumbnail` a small one, in WebP."""

    id: str
    purpose: PhotoPurpose
    party: str | None
    round: int
    media_type: str
    width: int
    height: int
    size: int
    created_at: datetime
    href: str
    thumbnail: str


class OutsideView(View):
    """The order's number in another system."""

    system: str
    number: str
    due_at: datetime | None
    party: Named | None = Field(description="Whose own system it is; None: one that binds all.")


class PlaybookView(View):
    """The version of the rules that the order lives under."""

    code: str
    version: int
    digest: str


class ReporterView(View):
    """Who reported, as a kind; never who it is."""

    kind: ReporterKind
    contact_known: bool


class PointView(View):
    """A place on the floor plan: ten-thousandths of its width from the left, of its height from the top."""

    x: int
    y: int


class OrderView(View):
    """工单, whole: as its parties see it now."""

    code: str
    site: Named
    status: OrderStatus
    status_name: str
    colour: Colour
    supervised: bool
    severity: Severity
    origin: Origin
    category: Named | None
    space: Named
    point: PointView | None = Field(description="Where in the room, if the reporter showed it.")
    title: str | None
    description: str | None = Field(description="None once it was erased.")
    reporter: ReporterView
    reported_at: datetime
    coordinator: Named
    confirmed: bool = Field(description="False while an anonymous danger waits for a person to confirm it.")
    round: int
    promised_at: datetime | None = Field(description="The one date that the resident sees.")
    promised_text: str | None
    closed_at: datetime | None
    resolved: bool | None
    satisfied: bool | None
    triage_by: Named | None
    unrouted: str | None = Field(description="Why it could not be routed.")
    holders: list[Named] = Field(description="Who holds the ball now; empty: nobody.")
    assignments: list[AssignmentView]
    deadlines: list[DeadlineView] = Field(
        description="Open deadlines of parties without an assignment: triage, decisions, reviews, callback."
    )
    requests: list[RequestView]
    plan: PlanView | None
    photos: list[PhotoView]
    outside: list[OutsideView]
    visits: list[VisitView] = Field(description="Appointments that lie ahead, or were today.")
    merged_into: str | None
    absorbed: list[str]
    split_from: str | None
    split_into: list[str]
    playbook: PlaybookView | None
    allowed: list[AllowedView]
    events: int = Field(description="How many events its ledger holds.")
    as_of: datetime = Field(description="The instant of this view, by the site's clock.")


class OrderItem(View):
    """A line of a list of orders."""

    code: str
    status: OrderStatus
    status_name: str
    colour: Colour
    supervised: bool
    severity: Severity
    origin: Origin
    category: Named | None
    space: Named
    title: str | None = Field(description="Its title, else the beginning of its description.")
    parties: list[Named]
    holders: list[Named]
    reported_at: datetime
    promised_at: datetime | None
    promised_text: str | None
    closed_at: datetime | None
    updated_at: datetime


class OrdersPage(View):
    """Part of a list, newest first; `next` goes on where it ends."""

    items: list[OrderItem]
    next: str | None = Field(description="Cursor of the next part; None at the end.")


class ActorView(View):
    """For whom, and as what, somebody acted; never who it was."""

    role: str
    party: str | None


class EventView(View):
    """One event of the ledger."""

    seq: int
    type: str
    version: int
    at: datetime
    actor: ActorView
    data: dict[str, Any]
    text: str = Field(description="What happened, in plain words.")
    words: str | None = Field(description="What the actor wrote, unless it was erased.")
    hash: str = Field(description="Its place in the hash chain: SHA-256, hexadecimal.")


class EventsPage(View):
    """Part of an order's ledger, in its order."""

    items: list[EventView]
    next: str | None


class DeliveryStepView(View):
    """One step in the life of a delivery."""

    step: str = Field(
        description="leased, accepted, refused, unknown, by_hand, dead, queued anew, opened or acted."
    )
    at: datetime
    attempt: int | None = Field(description="Which try brought it.")
    token: str | None = Field(description="Under which lease.")
    words: str | None = Field(description="The service's, or why.")


class DeliveryView(View):
    """One message of a notice to one recipient over one channel."""

    id: int
    person: str | None = Field(description="The member's code; None for the party's own channel.")
    kind: str
    language: str
    state: str = Field(
        description="queued, leased, accepted, refused, unknown (nobody knows), by_hand, dead."
    )
    result: str | None
    created_at: datetime = Field(description="When it was queued.")
    finished_at: datetime | None
    instead_of: int | None = Field(description="The delivery that did not get through before it.")
    digest_id: int | None = Field(description="The delivery whose message carried it with others.")
    steps: list[DeliveryStepView]


class NoticeView(View):
    """One notice to a party: why, and what became of it."""

    party: Named
    role: str
    why: list[str]
    text: str = Field(description="Why, in words.")
    urgency: str
    created_at: datetime
    send_at: datetime
    state: str = Field(
        description="waiting, told, nobody (no one with a channel), moot (no longer true), or dropped."
    )
    deliveries: list[DeliveryView]


class NoticesView(View):
    """All notices of an order."""

    items: list[NoticeView]


class SpaceView(View):
    """空间."""

    code: str
    name: str
    name_en: str
    status: str


class PartyView(View):
    """单位."""

    code: str
    name: str
    name_en: str
    capacities: list[str]
    calendar: str
    in_compound: bool
    duty_roster: bool


class CategoryView(View):
    """A kind of trouble that can be reported."""

    code: str
    kind: str
    name: str
    name_en: str
    needs_origin: bool
    examples: list[str]


class SiteView(View):
    """场所."""

    code: str
    name: str
    name_en: str
    zone: str
    clock: str = Field(description="live, virtual or frozen.")
    now: datetime
    spaces: list[SpaceView]
    parties: list[PartyView]
    categories: list[CategoryView]
    hold_reasons: list[Named]
    playbook: PlaybookView
    floorplan: str | None = Field(description="Where the floor plan is, as SVG.")
    phone: str | None = Field(description="By which residents reach the committee.")
