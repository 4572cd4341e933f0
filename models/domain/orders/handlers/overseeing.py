"""What is done over the parties' heads or beside their work: reassign, withdraw, limits, 督办, notes."""

from dataclasses import replace
from datetime import timedelta

from models.domain.business_time.arithmetic import Due, after, due
from models.domain.business_time.calendar import Calendar
from models.domain.business_time.limits import Clock, Limit
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.deadlines import OF_WORK, TO_FIX, Until, begin, earliest_outside, move, pause
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.dispatching import hand_over
from models.domain.orders.handlers.ending import NOBODY_ACTS, close_if_over, leave
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue
from models.domain.orders.state import Deadline, OutsideNumber
from models.domain.streams import Role
from models.domain.words import STOPPED, AssignmentState, DeadlineKind, Duty

K = DeadlineKind


@handles(c.Reassign)
def reassign(draft: Draft, command: c.Reassign) -> None:
    """Another party takes the duty over, with a new clock; the others are unaffected."""
    _replace(draft, command.party, command.to, "to", "reassigned")


@handles(c.Withdraw)
def withdraw(draft: Draft, command: c.Withdraw) -> None:
    """撤回; a lead hands over to the nominee. Without any acting party left the order is unrouted."""
    _replace(draft, command.party, command.nominee, "nominee", "withdrawn")


def _replace(draft: Draft, party: str, successor: str | None, field: str, why: str) -> None:
    order = draft.order
    duty, gone = order.assignments[party].duty, order.assignments[party].state is AssignmentState.WITHDRAWN
    if gone and order.unrouted != NOBODY_ACTS:
        raise illegal("reassign", f"{party} was withdrawn already", order, draft.actor, draft.context)
    if successor is not None:
        _check_successor(draft, successor, party, field)
    elif duty is Duty.LEAD and any(one.party != party for one in order.acting()):
        raise BadValue(field, "a lead is withdrawn only with a party that takes over")
    if not gone:
        draft.emit(e.AssignmentWithdrawn(party, why))
        leave(draft, party)
    if successor is not None:
        hand_over(draft, party, successor, duty, designated=True)
    close_if_over(draft)


def _check_successor(draft: Draft, successor: str, party: str, field: str) -> None:
    """Another party of the site that has not the same duty on the order already."""
    if successor not in draft.context.site.parties or successor == party:
        raise BadValue(field, "name another party of the site")
    held, duty = draft.order.assignments.get(successor), draft.order.assignments[party].duty
    if held is not None and held.acting and held.duty in {Duty.LEAD, duty}:
        raise BadValue(field, f"it has the duty {held.duty} on this order already")


@handles(c.SetLimit)
def set_limit(draft: Draft, command: c.SetLimit) -> None:
    """By the decider with a reason, or by import as the other system had it."""
    by_import = draft.actor.role is Role.IMPORTER
    if command.kind not in OF_WORK:
        raise BadValue("kind", f"choose from {', '.join(sorted(OF_WORK))}")
    if not by_import and command.reason is None:
        raise BadValue("reason", "a limit set by hand needs a reason")
    if not by_import:
        _check_date(draft, command)
    _check_owed(draft, command)
    reason = "import" if by_import else "by_hand"
    if command.reason is not None:
        draft.emit(e.NoteAdded(command.reason, draft.actor.party))
    running = draft.order.open_deadlines(party=command.party, kinds=frozenset({command.kind}))
    if running:
        move(draft, running[0], command.due_at, reason)
    else:
        start = draft.order.assignments[command.party].dispatched_at
        begin(draft, command.kind, command.party, Until(command.due_at, reason), start=start)
        if draft.order.assignments[command.party].state in STOPPED:
            pause(draft, command.party)


def _check_date(draft: Draft, command: c.SetLimit) -> None:
    """Ahead, and of two dates for the fix the earlier wins, whoever sets the later one."""
    if command.due_at <= draft.now:
        raise BadValue("due_at", "it has to lie ahead")
    outside = earliest_outside(draft, command.party) if command.kind in TO_FIX else None
    if outside is not None and draft.now < outside < command.due_at:
        raise BadValue("due_at", f"in another system it is due earlier, at {outside.isoformat()}")


def _check_owed(draft: Draft, command: c.SetLimit) -> None:
    """A limit for what is met already, or for the fix beside the redo, would never end."""
    held = draft.order.assignments[command.party]
    met = {
        K.ACKNOWLEDGE: held.acknowledged_at,
        K.CONTACT: held.contacted_at,
        K.ON_SITE: held.arrived_at,
        K.MAKE_SAFE: held.made_safe_at,
    }
    if met.get(command.kind) is not None:
        raise illegal("set-limit", f"{command.kind} is met already", draft.order, draft.actor, draft.context)
    running = draft.order.open_deadlines(party=command.party, kinds=TO_FIX)
    if command.kind in TO_FIX and running and running[0].kind is not command.kind:
        raise BadValue("kind", f"the limit that runs for the work is {running[0].kind}")


@handles(c.RecomputeDeadlines)
def recompute(draft: Draft, _command: c.RecomputeDeadlines) -> None:
    """A year was published: open provisional due dates are computed again; what has fired is never moved."""
    for one in draft.order.open_deadlines():
        calendar = draft.context.site.calendars.get(one.calendar)
        if calendar is None or not one.provisional or one.paused or one.late:
            continue
        found = _computed_again(one, calendar)
        if found is not None and found.due_at > draft.now and found != Due(one.due_at, one.provisional):
            move(draft, one, found.due_at, "calendar", provisional=found.provisional)


def _computed_again(deadline: Deadline, calendar: Calendar) -> Due | None:
    """From its start, or with what was left when it last ran on."""
    if deadline.ran_on_with is not None:
        left = timedelta(microseconds=deadline.ran_on_with)
        return after(calendar, Clock(deadline.clock), deadline.pauses[-1], left)
    return due(calendar, deadline.started_at, Limit.parse(deadline.limit)) if deadline.limit else None


@handles(c.Supervise)
def supervise(draft: Draft, command: c.Supervise) -> None:
    """督办 raised by a person."""
    if draft.order.supervised:
        raise illegal("supervise", "it is under supervision already", draft.order, draft.actor, draft.context)
    draft.emit(e.OrderSupervised(draft.actor.party, command.reason))


@handles(c.AddOutsideNumber)
def add_outside_number(draft: Draft, command: c.AddOutsideNumber) -> None:
    """The number in another system; where it is due earlier there, the lead's limit becomes that date."""
    _add_number(draft, "outside-number", OutsideNumber(command.system, command.number, command.due_at))
    lead = draft.order.lead()
    if lead is None or command.due_at is None:
        return
    for one in draft.order.open_deadlines(party=lead.party, kinds=TO_FIX):
        if command.due_at < one.due_at and not one.paused:
            move(draft, one, command.due_at, "outside")


@handles(c.AddOwnNumber)
def add_own_number(draft: Draft, command: c.AddOwnNumber) -> None:
    """A party's own system is its own business: a date there binds nobody here."""
    own = OutsideNumber(command.system, command.number, party=command.party)
    _add_number(draft, "own-number", own)


def _add_number(draft: Draft, action: str, one: OutsideNumber) -> None:
    if any((known.system, known.number) == (one.system, one.number) for known in draft.order.outside):
        raise illegal(action, "the order carries it already", draft.order, draft.actor, draft.context)
    draft.emit(e.OutsideNumberAdded(one))


@handles(c.Note)
def note(draft: Draft, command: c.Note) -> None:
    """A remark, on the order or on one party's part of it."""
    if command.party is not None and command.party not in draft.order.assignments:
        why = f"{command.party} has no assignment on this order"
        raise illegal("note", why, draft.order, draft.actor, draft.context)
    if command.mentions and draft.actor.party is None:
        raise BadValue("mentions", "only members of a party mention others")
    draft.emit(e.NoteAdded(command.note, command.party or draft.actor.party, command.mentions))


@handles(c.AttachPhoto)
def attach_photo(draft: Draft, command: c.AttachPhoto) -> None:
    """A picture, for the round in which it was received."""
    draft.emit(e.PhotoAttached(replace(command.photo, round=draft.order.round)))
