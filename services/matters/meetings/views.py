"""Meetings, minutes and who pays, as the API answers them."""

from datetime import datetime

from pydantic import Field

from models.domain.matters.meetings import rules
from models.domain.matters.meetings.state import MeetingState, MeetingStatus
from models.domain.orders.minutes import Item
from models.domain.orders.paying import Ground, Payment, Proposal
from models.domain.streams import Actor, TextRef
from models.domain.words import Does, MeetingReason, Origin
from services.matters.kit import Found
from services.matters.meetings.words import told_why
from services.views import labels
from services.views.found import Found as FoundOrder
from services.views.language import Language, name_of, party_name
from services.views.models import Named, View

MEETINGS = "/api/v1/meetings"


class MeetingItem(View):
    """A meeting in the list."""

    code: str
    order: str
    status: MeetingStatus
    reason: MeetingReason
    party: Named = Field(description="Who called it.")
    meets_at: datetime
    due_at: datetime | None
    overdue: bool
    missing: list[Named] = Field(description="Whose signature the draft still needs.")


class MeetingsView(View):
    """The latest meetings that the caller may see."""

    items: list[MeetingItem]


class LineView(View):
    """Who does what by when."""

    party: Named
    does: Does
    what: str
    by: datetime | None


class PositionView(View):
    """书面意见 of a party."""

    party: Named
    words: str
    at: datetime


class SignatureView(View):
    """Whose lead has to sign, and when it did."""

    party: Named
    at: datetime | None


class MinutesView(View):
    """协调纪要 on the table."""

    number: int
    by: Named
    at: datetime
    items: list[LineView]
    payer: Named | None = Field(description="None: 费用待定, who pays stays open.")
    note: str
    signatures: list[SignatureView]


class MeetingWhole(MeetingItem):
    """协调会 on an order."""

    site: Named
    place: Named
    words: str
    invited: list[Named]
    called_at: datetime
    ended_at: datetime | None
    positions: list[PositionView]
    drafts: int = Field(description="How many drafts there were: what the next one comes after.")
    minutes: MinutesView | None
    ruling: list[LineView]
    ruled_by: Named | None
    ruling_reason: str
    calendar: str = Field(description="Where its calendar file is.")
    allowed: list[str] = Field(description="What the caller may do in it now.")


class ReasonView(View):
    """A line of the rule."""

    ground: Ground
    holds: bool
    why: str


class PaymentView(View):
    """Who pays, as it was confirmed."""

    payer: Named
    ground: Ground
    by: Named | None
    meeting: str | None = Field(description="The meeting whose minutes say so.")


class PayingView(View):
    """Who pays for an order: what the rule proposes, and what a person confirmed."""

    order: str
    origin: Origin
    ground: Ground | None
    payer: Named | None = Field(description="None: 费用待定, and the work goes on.")
    reasons: list[ReasonView] = Field(description="The lines of the rule up to the one that holds.")
    safe_first: bool = Field(description="The place has to be made safe before anybody asks who pays.")
    confirmed: PaymentView | None
    meeting: str | None = Field(description="The meeting that is open on the order.")


class Tellers:
    """Names of one meeting's site in one language."""

    def __init__(self, found: Found[MeetingState], language: Language) -> None:
        self._found, self._site, self.language = found, found.context.site, language

    def party(self, code: str) -> Named:
        """A party, or a payer that is none."""
        return payer_named(code, self._found, self.language)

    def text(self, ref: TextRef | None) -> str:
        """A text beside the ledger; empty where it was erased."""
        return self._found.words.get(ref.id, "") if ref else ""

    def line(self, one: Item) -> LineView:
        """A line of the minutes."""
        return LineView(party=self.party(one.party), does=one.does, what=self.text(one.what), by=one.by)


def payer_named(code: str, found: Found[MeetingState] | FoundOrder, language: Language) -> Named:
    """A party of the site, the maintenance fund, or whoever did the damage."""
    if code in labels.PAYER:
        return Named(code=code, name=labels.label(labels.PAYER, code, language))
    return Named(code=code, name=party_name(code, found.context.site, language))


def item_of(found: Found[MeetingState], language: Language) -> MeetingItem:
    """A meeting of the list."""
    return MeetingItem.model_validate(_item(found, language))


def _item(found: Found[MeetingState], language: Language) -> dict[str, object]:
    state, tell = found.state, Tellers(found, language)
    return {
        "code": found.code,
        "order": found.code_of(state.order),
        "status": state.status,
        "reason": state.reason,
        "party": tell.party(state.party),
        "meets_at": state.meets_at,
        "due_at": state.term.due_at if state.term else None,
        "overdue": state.overdue,
        "missing": [tell.party(one) for one in state.missing] if state.open else [],
    }


def whole(found: Found[MeetingState], actor: Actor, language: Language) -> MeetingWhole:
    """A meeting with all that belongs to it."""
    state, tell = found.state, Tellers(found, language)
    space = found.context.site.spaces.get(state.place)
    more = {
        "site": Named(
            code=found.site.code, name=(language == "en" and found.site.name_en) or found.site.name
        ),
        "place": Named(code=state.place, name=name_of(space, language) if space else state.place),
        "words": tell.text(state.words),
        "invited": [tell.party(one) for one in state.invited],
        "called_at": state.called_at,
        "ended_at": state.ended_at,
        "positions": [
            PositionView(party=tell.party(party), words=tell.text(one.text), at=one.at)
            for party, one in state.positions.items()
        ],
        "drafts": state.drafts,
        "minutes": _minutes(state, tell),
        "ruling": [tell.line(one) for one in state.ruling],
        "ruled_by": tell.party(state.ruled_by) if state.ruled_by else None,
        "ruling_reason": tell.text(state.ruling_reason),
        "calendar": f"{MEETINGS}/{found.code}/calendar.ics",
        "allowed": list(allowed(found, actor)),
    }
    return MeetingWhole.model_validate(_item(found, language) | more)


def _minutes(state: MeetingState, tell: Tellers) -> MinutesView | None:
    one = state.minutes
    if one is None:
        return None
    signed = state.signatures
    return MinutesView(
        number=one.number,
        by=tell.party(one.by),
        at=one.at,
        items=[tell.line(item) for item in one.items],
        payer=tell.party(one.payer) if one.payer else None,
        note=tell.text(one.note),
        signatures=[
            SignatureView(party=tell.party(party), at=signed[party].at if party in signed else None)
            for party in one.signers
        ],
    )


def allowed(found: Found[MeetingState], actor: Actor) -> list[str]:
    """What the actor may do in it now; what the order says to it shows when it is done."""
    state, context = found.state, found.context
    if not state.open:
        return []
    late = state.overdue or (state.term is not None and found.now > state.term.due_at)
    deciding = actor.party is not None and actor.party != state.party
    checks = {
        "position": rules.may_state(actor, state) and not late and not state.signatures,
        "draft": rules.may_draft(actor, state, context),
        "sign": rules.may_sign(actor, state) and actor.party in state.missing,
        "rule": late and deciding and rules.may_rule(actor, context),
        "cancel": rules.may_draft(actor, state, context),
    }
    return [name for name, may in checks.items() if may]


def paying(found: FoundOrder, one: Proposal) -> PayingView:
    """What the rule proposes beside what is confirmed."""
    language, meeting = found.language, found.order.meeting
    return PayingView(
        order=found.code,
        origin=one.origin,
        ground=one.ground,
        payer=payer_named(one.payer, found, language) if one.payer else None,
        reasons=[
            ReasonView(ground=each.ground, holds=each.holds, why=told_why(each.why, each.values, language))
            for each in one.reasons
        ],
        safe_first=one.safe_first,
        confirmed=_confirmed(found, found.order.payment),
        meeting=found.code_of(meeting.number) if meeting else None,
    )


def _confirmed(found: FoundOrder, one: Payment | None) -> PaymentView | None:
    if one is None:
        return None
    return PaymentView(
        payer=payer_named(one.payer, found, found.language),
        ground=one.ground,
        by=found.party(one.by) if one.by else None,
        meeting=found.code_of(one.meeting) if one.meeting else None,
    )
