"""What each sees of an order: a whitelist of fields by sight, and the knife that cuts views to it.

Who has which sight stands in the policy (`models/domain/policy.py`). A field that no line here names is seen
by nobody: whoever adds one to a view has to say who sees it. A hidden field is absent from the answer.
"""

from collections.abc import Collection, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from models.domain.directory import Capacity, Directory
from models.domain.orders import rules
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.playbook.model import VOLUNTEER
from models.domain.policy import Permission, Sight, Stand, permits, sights
from models.domain.streams import Actor, Role
from services.views import models as m
from services.views.found import Found
from services.views.sentences import VIA_CREW, VIA_LINK

Sights = frozenset[Sight]
Shown = TypeVar("Shown", bound=m.View)

W, C, M, R, O, T = (  # noqa: E741 - one letter a column
    Sight.WHOLE,
    Sight.COURSE,
    Sight.MATTER,
    Sight.REPORT,
    Sight.OUTLINE,
    Sight.TASK,
)
ALL: Sights = frozenset(Sight)
PARTIES: Sights = frozenset({W, C})
"""Whoever belongs to a party with a part in it, or oversees it."""
WRITTEN: Sights = frozenset({W})
"""What people wrote to one another, and what tells who somebody is."""
TOLD: Sights = frozenset({W, M, R})
"""What the reporter wrote and showed."""
OUTCOME: Sights = frozenset({W, C, R})
DATES: Sights = ALL - {T}
OBLIGED: Sights = frozenset({W, C, T})
"""Obligations; by a link one's own alone."""

OVERSEEING = (Capacity.COMMITTEE, Capacity.AUTONOMY_OFFICE, Capacity.STREET)
NOBODY: Sights = frozenset()


REPORTERS_MET: ContextVar[set[str] | None] = ContextVar("reporters_met", default=None)
"""Who reported what was looked at, for whoever shows one's view to others of his like: he may see more."""


def _lines(**lines: Sights) -> Mapping[str, Sights]:
    return lines


def _alike(names: str, seen_by: Sights) -> Mapping[str, Sights]:
    return dict.fromkeys(names.split(), seen_by)


FIELDS: Mapping[type[m.View], Mapping[str, Sights]] = {
    m.OrderView: {
        **_alike("code site status status_name colour severity category space", ALL),
        **_alike("allowed as_of", ALL),
        **_alike("reported_at promised_at promised_text closed_at visits", DATES),
        **_alike("title description photos point", TOLD),
        **_alike("coordinator resolved satisfied merged_into", OUTCOME),
        **_alike("origin supervised confirmed round triage_by unrouted holders deadlines", PARTIES),
        **_alike("requests plan absorbed split_from split_into playbook events", PARTIES),
        **_lines(assignments=OBLIGED, reporter=frozenset({W, R}), outside=WRITTEN),
    },
    m.OrderItem: {
        **_alike("code status status_name colour severity category space", ALL),
        **_alike("reported_at promised_at promised_text closed_at", DATES),
        **_alike("origin supervised parties holders updated_at", PARTIES),
        **_lines(title=TOLD),
    },
    m.AssignmentView: {
        **_alike(
            "party duty duty_name state state_name stage colour round deadlines claims allowed", OBLIGED
        ),
        **_alike("dispatched_at acknowledged_at contacted_at arrived_at made_safe_at", OBLIGED),
        **_alike("started_at done_at ended_at", OBLIGED),
        **_lines(key=WRITTEN),
        **_alike("designated holds extensions rejections waits_for holder verifiers", PARTIES),
    },
    m.ClaimView: _alike("action name claimed_at claimed_text received_at received_text", OBLIGED),
    m.VisitView: {**_alike("at text", DATES), **_lines(party=OUTCOME)},
    m.DeadlineView: {
        **_alike("id kind name party round started_at due_at due_text clock limit reason", OBLIGED),
        **_alike("provisional colour paused left_seconds explain", OBLIGED),
        **_alike("next subject", PARTIES),
    },
    m.StepView: _alike("rung mark at occurrence tells", PARTIES),
    m.RequestView: {
        **_alike("id kind name party decider asked_at nominee until", PARTIES),
        **_alike("reason text", WRITTEN),
    },
    m.PointView: _alike("x y", TOLD),
    m.PlanView: {**_alike("party fix_by agreed in_force", PARTIES), **_lines(text=WRITTEN)},
    m.PhotoView: {
        **_alike("id purpose media_type width height size created_at href thumbnail", TOLD),
        **_alike("party round", WRITTEN),
    },
    m.OutsideView: _alike("system number due_at party", WRITTEN),
    m.ReporterView: _alike("kind contact_known", frozenset({W, R})),
    m.EventView: {
        **_alike("seq type at text", OUTCOME),
        **_alike("version actor hash", PARTIES),
        **_alike("data words", WRITTEN),
    },
    m.ActorView: _alike("role party", PARTIES),
    m.NoticeView: {
        **_alike("party role why text urgency created_at send_at state", PARTIES),
        **_lines(deliveries=WRITTEN),
    },
    m.DeliveryView: {
        **_alike("id person kind language state result created_at finished_at", WRITTEN),
        **_alike("instead_of digest_id steps", WRITTEN),
    },
    m.DeliveryStepView: _alike("step at attempt token words", WRITTEN),
    m.PartyView: {
        **_alike("code name name_en", ALL),
        **_alike("capacities calendar in_compound duty_roster", PARTIES),
    },
    m.SiteView: {
        **_alike("code name name_en zone clock now spaces parties categories floorplan phone", ALL),
        **_alike("hold_reasons playbook", PARTIES),
    },
    m.SpaceView: _alike("code name name_en status", ALL),
    m.CategoryView: _alike("code kind name name_en needs_origin examples", ALL),
    m.PlaybookView: _alike("code version digest", PARTIES),
    m.Named: _alike("code name", ALL),
    m.AllowedView: _alike("action label party href", ALL),
}
"""By view and field: with which sights it is seen."""

HISTORY: Mapping[str, Sights] = {
    **_alike("OrderReported HelpConfirmed OrderClosed CallbackRecorded OrderReopened", OUTCOME),
    **_alike("ContactRevealed PersonalDataErased", OUTCOME),
    # Like a parcel: who has it, and how far it is.
    **_alike("AssignmentDispatched AssignmentAcknowledged ReporterContacted PartyArrived", OUTCOME),
    **_alike("PlaceMadeSafe WorkStarted AssignmentHeld AssignmentWaits AssignmentResumed", OUTCOME),
    **_alike("PlanProposed PlanAgreed AssignmentDone AssignmentVerified AssignmentRejected", OUTCOME),
    **_alike("TriageRequested OrderTriaged DangerConfirmed OrderReclassified OrderRouted", PARTIES),
    **_alike("OrderUnrouted OrderSplit OrderMerged OrderAbsorbed OrderSupervised OrderCancelled", PARTIES),
    **_alike("FalseAlarmFound OutsideNumberAdded DutyChanged", PARTIES),
    **_alike("NoteAdded PhotoAttached", PARTIES),
    **_alike("VisitAppointed KeyHolderNamed HandlerNamed CraftsmanNamed", PARTIES),
    **_alike("AssignmentReleased AssignmentWithdrawn RequestMade", PARTIES),
    **_alike("RequestDecided RequestReferred RequestLapsed", PARTIES),
    **_alike("DeadlineSet DeadlineMoved DeadlinePaused DeadlineResumed", PARTIES),
    **_alike("DeadlineEnded StepReached StepsStruck", PARTIES),
    **_alike("OrderPublished LatenessExplained PartyNamed TimeClaimed ClaimedTimeAccepted", PARTIES),
    **_alike("MeetingCalled MeetingLeft MinutesFollowed PayerConfirmed", PARTIES),
}
"""By type of event: with which sights it is seen."""

DATA = frozenset(
    _alike(
        "absent agreed asked_at at attempt before by calendar calendar_version category claim"
        " claimed_at clock code commitment confirmed coordinator dated deadline decider description"
        " designated digest due_at duty explanation fix_by generation granted id in_force into kind"
        " left limit mark misrouted next nominee note number occurrence origin outcome outside party"
        " paused pauses photo pin playbook playbook_version point provisional purpose ran_on_with"
        " reached reason received received_at repeats reporter request resolved round rung satisfied"
        " severity since skipped source space split_from started_at subject successor_of system text"
        " title to told total turn until version voice waits_for what why x y",
        WRITTEN,
    )
)
"""What is shown of an event's data, at any depth: never the fields that tell who a person is."""


def sights_of(actor: Actor, found: Found) -> Sights:
    """What the actor sees of an order that was found."""
    order, context = found.order, found.context
    stands = _stands(actor, context.site, parts(order, context), order.reporter.person)
    if actor.role is Role.VOLUNTEER and _may_check(order, context):
        stands.add(Stand.CHECKER)
    if actor.via in _BY_LINK:
        stands = {_BY_LINK[actor.via]} if Stand.PART in stands else set()
    return sights(actor.role, stands)


_BY_LINK = {VIA_LINK: Stand.LINK, VIA_CREW: Stand.CREW}
"""Who comes by a link sees what the link is for, whatever else its person may."""


def sights_in_list(actor: Actor, site: Directory, parties: Iterable[str], person: str | None) -> Sights:
    """The same for a line of a list, of which only the parties at work are known: it may be less."""
    return sights(actor.role, _stands(actor, site, set(parties), person))


def shows_parties(actor: Actor, found: Found) -> bool:
    """Whether the actor may be told who has a part in the order, and how far each is."""
    return bool(sights_of(actor, found) & PARTIES)


def shows_photos(actor: Actor, found: Found) -> bool:
    """Whether the actor sees the order's photos."""
    return bool(sights_of(actor, found) & FIELDS[m.OrderView]["photos"])


def sights_at_site(actor: Actor) -> Sights:
    """What is seen of a site, beside its orders: members of its parties see all of it."""
    return frozenset({W}) if permits(actor.role, Permission.SEE_FIGURES) else frozenset({O})


def parts(order: Order, context: Context) -> set[str]:
    """The parties with a part in the order: theirs to do, now or before, to find out, check or decide."""
    found: set[str | None] = {*order.assignments, order.triage_by}
    for request in order.requests:
        found |= {request.decider, request.nominee}
    if order.meeting is not None:
        found |= order.meeting.invited
    for one in order.assignments.values():
        found.update(rules.verifiers(one, context))
    return {party for party in found if party is not None}


def meet(reporter: str | None) -> None:
    """Note who reported what is looked at."""
    met = REPORTERS_MET.get()
    if met is not None and reporter is not None:
        met.add(reporter)


def _stands(actor: Actor, site: Directory, with_part: Collection[str], reported_by: str | None) -> set[Stand]:
    found = {Stand.SITE}
    meet(reported_by)
    if actor.person is not None and actor.person == reported_by:
        found.add(Stand.REPORTER)
    if actor.party in with_part:
        found.add(Stand.PART)
    if any(site.has(actor.party, one) for one in OVERSEEING):
        found.add(Stand.OVERSIGHT)
    return found


def _may_check(order: Order, context: Context) -> bool:
    return any(VOLUNTEER in rules.verifiers(one, context) for one in order.acting())


def cut(view: Shown, seen: Sights, own: str | None = None) -> Shown:
    """The view with the fields that are listed for one of the sights; `own` is the party who looks.

    What is hidden is absent: code that would show it fails, the API leaves it out, a template has nothing.
    """
    lines = FIELDS.get(type(view), {})
    kept = {
        name: _inside(getattr(view, name), seen, own)
        for name in type(view).model_fields
        if seen & lines.get(name, NOBODY)
    }
    return cast("Shown", type(view).model_construct(**kept))


def _inside(value: Any, seen: Sights, own: str | None) -> Any:  # noqa: ANN401 - whatever a field holds
    if isinstance(value, m.View):
        return cut(value, seen, own)
    if isinstance(value, list):
        return [_inside(one, seen, own) for one in value if _row(one, seen, own)]
    return value


def _row(one: object, seen: Sights, own: str | None) -> bool:
    """Who sees obligations without seeing how the order goes sees his own alone."""
    return not isinstance(one, m.AssignmentView) or bool(seen & PARTIES) or one.party.code == own


def types_seen(seen: Sights) -> list[str]:
    """The types of events that are seen."""
    return [name for name, by in HISTORY.items() if seen & by]


def public(data: Mapping[str, Any]) -> dict[str, Any]:
    """An event's data with the names that are listed."""
    return {name: _public(value) for name, value in data.items() if name in DATA}


def _public(value: Any) -> Any:  # noqa: ANN401 - whatever an event holds
    if isinstance(value, dict):
        return public(value)
    return [_public(one) for one in value] if isinstance(value, list) else value


def always(view: type[m.View]) -> list[str]:
    """The fields of a view that whoever sees it at all sees, by name."""
    lines = FIELDS.get(view, {})
    anybody: Sights = frozenset().union(*lines.values())
    return [name for name, by in lines.items() if by >= anybody]
