"""Whom an event concerns, why, and how urgently. Names and channels are the send lane's business."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from models.domain.business_time.arithmetic import next_open
from models.domain.directory import Capacity
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.streams import DesiredNotice, Urgency
from models.domain.words import ACTING, RequestKind, Severity

Told = Iterator[tuple[str | None, str, str]]
"""(party, role, why); a party of None is nobody."""

HANDLER, LEAD, COORDINATOR, OBSERVER = "handler", "lead", "coordinator", "observer"
NAMED = "@"
"""Before a member's code: that one, and whoever stands in."""


def wanted(event: e.Event, order: Order, context: Context, now: datetime) -> Iterator[DesiredNotice]:
    """The notices that `event` calls for; `order` is the state after it."""
    tell = _TELLS.get(type(event))
    if tell is None:
        return
    danger = order.severity is Severity.DANGER
    if isinstance(event, e.PlaceMadeSafe):
        yield from _in_the_morning(tell(event, order, context), context, now)
        return
    for party, role, why in tell(event, order, context):
        if party is None or _told_by_walk(event, order, f"{party}:{role}"):
            continue
        to = _whoever_handles(order, party) if role == HANDLER else role
        urgency = Urgency.DANGER if danger else Urgency.ORDINARY
        at_once = danger or _cannot_wait(event, order, context, now)
        send_at = now if at_once else next_open(context.site.calendar_of(party), now)
        yield DesiredNotice(party, to, (why,), urgency, send_at)


MORNING = timedelta(minutes=15)
"""Before the day begins: the digest lies there at 08:45."""


def _in_the_morning(told: Told, context: Context, now: datetime) -> list[DesiredNotice]:
    """What turned out well while they slept; who is at work sees it on the board."""
    found = []
    for party, role, why in told:
        opens = next_open(context.site.calendar_of(party), now) if party is not None else now
        if party is not None and opens > now:
            found.append(DesiredNotice(party, role, (why,), Urgency.ORDINARY, max(now, opens - MORNING)))
    return found


def _whoever_handles(order: Order, party: str) -> str:
    """The member who took it over within the party, where there is one."""
    own = order.assignments.get(party)
    return f"{NAMED}{own.handler}" if own is not None and own.handler else HANDLER


def _told_by_walk(event: e.Event, order: Order, recipient: str) -> bool:
    """One notice stands for all findings of a walk; a danger, or another round, alarms by itself."""
    sent_out = isinstance(event, e.AssignmentDispatched | e.TriageRequested) and order.round == 1
    ordinary = order.severity is not Severity.DANGER
    return sent_out and ordinary and order.walk is not None and recipient in order.walk.told


def _cannot_wait(event: e.Event, order: Order, context: Context, now: datetime) -> bool:
    """What is forbidden at this hour is to be stopped now, not in the morning."""
    dispatched = isinstance(event, e.AssignmentDispatched) and event.duty in ACTING
    return dispatched and rules.forbidden_now(order, context, now)


def _triage(event: e.TriageRequested, _order: Order, _context: Context) -> Told:
    yield event.party, HANDLER, f"triage.{event.why}"


def _confirmed_by_time(event: e.DangerConfirmed, _order: Order, context: Context) -> Told:
    if event.by is None:
        yield rules.coordinating(context), COORDINATOR, "danger_unconfirmed"


def _reclassified(event: e.OrderReclassified, order: Order, _context: Context) -> Told:
    """Danger first (rule 9): who acts already hears it as a new dispatch, since its safety clock starts."""
    if event.severity is Severity.DANGER:
        yield from ((one.party, HANDLER, f"dispatched.{one.duty}") for one in order.acting())


def _unrouted(_event: e.OrderUnrouted, _order: Order, context: Context) -> Told:
    yield rules.coordinating(context), COORDINATOR, "unrouted"


def _dispatched(event: e.AssignmentDispatched, order: Order, _context: Context) -> Told:
    role = HANDLER if event.duty in ACTING else OBSERVER
    again = ".again" if order.round > 1 else ""
    yield event.party, role, f"dispatched.{event.duty}{again}"


def _duty(event: e.DutyChanged, _order: Order, _context: Context) -> Told:
    yield event.party, HANDLER, f"dispatched.{event.duty}"


def _withdrawn(event: e.AssignmentWithdrawn, _order: Order, _context: Context) -> Told:
    yield event.party, HANDLER, f"withdrawn.{event.why}"


def _released(event: e.AssignmentReleased, order: Order, _context: Context) -> Told:
    if not order.helped:
        yield event.party, HANDLER, "released"


def _done(event: e.AssignmentDone, order: Order, context: Context) -> Told:
    """What ends when it helped is for the reporter to say; nobody is asked to review it."""
    if rules.ends_on_help(order, context):
        return
    yield rules.reviewer(order.assignments[event.party], context), HANDLER, "review"


def _rejected(event: e.AssignmentRejected, _order: Order, _context: Context) -> Told:
    yield event.party, HANDLER, "rejected"


def _referred(event: e.RequestReferred, order: Order, _context: Context) -> Told:
    kinds = (one.kind for one in order.requests if one.id == event.id)
    yield from ((event.decider, LEAD, f"decide.{kind}") for kind in kinds)


def _waited_for(event: e.AssignmentWaits, order: Order, _context: Context) -> Told:
    """Who is called in anew is told by its dispatch."""
    named = order.assignments.get(event.waits_for)
    if named is not None and named.acting:
        yield event.waits_for, HANDLER, "waited_for"


def _moved(event: e.DeadlineMoved, order: Order, _context: Context) -> Told:
    """A date that somebody set over the party's head."""
    if event.reason in {"by_hand", "outside"}:
        deadline = order.deadlines[str(event.id)]
        yield deadline.party, HANDLER, f"limit.{event.reason}.{deadline.kind}"


def _reopened(_event: e.OrderReopened, _order: Order, context: Context) -> Told:
    yield rules.coordinating(context), COORDINATOR, "reopened"


def _requested(event: e.RequestMade, _order: Order, _context: Context) -> Told:
    request = event.request
    yield request.decider, LEAD, f"decide.{request.kind}"
    if request.nominee is not None:
        yield request.nominee, LEAD, f"named.{request.kind}"


def _decided(event: e.RequestDecided, _order: Order, _context: Context) -> Told:
    answer = "granted" if event.granted else "dismissed"
    if not (event.kind is RequestKind.RETURN and event.granted):
        yield event.party, HANDLER, f"{answer}.{event.kind}"


def _resumed(event: e.AssignmentResumed, _order: Order, _context: Context) -> Told:
    if event.why in {"hold_over", "wait_over"}:
        yield event.party, HANDLER, f"resumed.{event.why}"


def _transferred(event: e.HandlerNamed, _order: Order, _context: Context) -> Told:
    yield event.party, HANDLER, "transferred"


def _mentioned(event: e.NoteAdded, _order: Order, _context: Context) -> Told:
    for one in event.mentions:
        party, _, member = one.partition(":")
        yield party, f"{NAMED}{member}", "mentioned"


def _made_safe(event: e.PlaceMadeSafe, order: Order, context: Context) -> Told:
    """A danger that was made safe in time, once; of a late one they heard by the ladder."""
    own = order.assignments[event.party]
    first = own.made_safe_at == order.made_safe_at
    if order.severity is Severity.DANGER and first and not own.red:
        yield rules.coordinating(context), COORDINATOR, "made_safe"
        yield context.site.first_of((Capacity.STREET,)), LEAD, "made_safe"


def _plan(event: e.PlanProposed, order: Order, _context: Context) -> Told:
    for one in order.acting():
        if one.party != event.party:
            yield one.party, LEAD, "plan"


def _stepped(event: e.StepReached, _order: Order, _context: Context) -> Told:
    for recipient in event.told:
        party, role = recipient.split(":", 1)
        yield party, role, f"step.{event.rung}.{event.kind}"


def _supervised(_event: e.OrderSupervised, order: Order, _context: Context) -> Told:
    for one in order.acting():
        yield one.party, LEAD, "supervised"


def _closed(_event: e.OrderClosed, _order: Order, context: Context) -> Told:
    yield rules.coordinating(context), COORDINATOR, "closed"


def _called_back(event: e.CallbackRecorded, _order: Order, context: Context) -> Told:
    if event.satisfied is False or not event.resolved:
        yield (
            rules.coordinating(context),
            COORDINATOR,
            "not_resolved" if not event.resolved else "not_satisfied",
        )


def _ended_early(_event: e.Event, order: Order, _context: Context) -> Told:
    for one in order.assignments.values():
        if one.acting:
            yield one.party, HANDLER, f"ended.{order.status}"


_TELLS: Mapping[type[e.Event], Callable[[Any, Order, Context], Told]] = {
    e.TriageRequested: _triage,
    e.DangerConfirmed: _confirmed_by_time,
    e.OrderReclassified: _reclassified,
    e.OrderUnrouted: _unrouted,
    e.AssignmentDispatched: _dispatched,
    e.DutyChanged: _duty,
    e.AssignmentWithdrawn: _withdrawn,
    e.AssignmentReleased: _released,
    e.AssignmentDone: _done,
    e.AssignmentRejected: _rejected,
    e.RequestMade: _requested,
    e.RequestDecided: _decided,
    e.RequestReferred: _referred,
    e.AssignmentWaits: _waited_for,
    e.AssignmentResumed: _resumed,
    e.DeadlineMoved: _moved,
    e.PlaceMadeSafe: _made_safe,
    e.HandlerNamed: _transferred,
    e.NoteAdded: _mentioned,
    e.OrderReopened: _reopened,
    e.PlanProposed: _plan,
    e.StepReached: _stepped,
    e.OrderSupervised: _supervised,
    e.OrderClosed: _closed,
    e.CallbackRecorded: _called_back,
    e.OrderCancelled: _ended_early,
    e.FalseAlarmFound: _ended_early,
    e.OrderMerged: _ended_early,
}
