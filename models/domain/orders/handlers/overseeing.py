"""What is done over the parties' heads or beside their work: reassign, withdraw, limits, 督办, notes, photos."""

from models.domain.business_time.arithmetic import due
from models.domain.business_time.limits import Limit
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.deadlines import OF_WORK, TO_FIX, begin, move
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import close_if_over, leave
from models.domain.orders.handlers.requesting import hand_over
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue
from models.domain.orders.state import OutsideNumber
from models.domain.streams import Role
from models.domain.words import ACTING, Duty


@handles(c.Reassign)
def reassign(draft: Draft, command: c.Reassign) -> None:
    """Another party takes the duty over, with a new clock; the others are unaffected."""
    _replace(draft, command.party, command.to, "to", "reassigned")


@handles(c.Withdraw)
def withdraw(draft: Draft, command: c.Withdraw) -> None:
    """撤回; a lead hands over to the nominee. Without any acting party left the order is unrouted."""
    _replace(draft, command.party, command.nominee, "nominee", "withdrawn")


def _replace(draft: Draft, party: str, successor: str | None, field: str, why: str) -> None:
    duty = draft.order.assignments[party].duty
    if successor is not None and (successor not in draft.context.site.parties or successor == party):
        raise BadValue(field, "name another party of the site")
    others = any(one.party != party for one in draft.order.acting())
    if duty is Duty.LEAD and successor is None and others:
        raise BadValue(field, "a lead is withdrawn only with a party that takes over")
    draft.emit(e.AssignmentWithdrawn(party, why))
    leave(draft, party)
    if successor is not None and duty in ACTING:
        hand_over(draft, party, successor, duty, designated=draft.actor.role is not Role.SYSTEM)
    close_if_over(draft)


@handles(c.SetLimit)
def set_limit(draft: Draft, command: c.SetLimit) -> None:
    """By the decider with a reason, or by import as the other system had it."""
    by_import = draft.actor.role is Role.IMPORTER
    if command.kind not in OF_WORK:
        raise BadValue("kind", f"choose from {', '.join(sorted(OF_WORK))}")
    if not by_import and command.reason is None:
        raise BadValue("reason", "a limit set by hand needs a reason")
    if not by_import and command.due_at <= draft.now:
        raise BadValue("due_at", "it has to lie ahead")
    reason = "import" if by_import else "by_hand"
    if command.reason is not None:
        draft.emit(e.NoteAdded(command.reason, draft.actor.party))
    running = draft.order.open_deadlines(party=command.party, kinds=frozenset({command.kind}))
    if running:
        if running[0].paused:
            raise illegal("set-limit", "it is paused", draft.order, draft.actor, draft.context)
        move(draft, running[0], command.due_at, reason)
    else:
        start = draft.order.assignments[command.party].dispatched_at
        begin(draft, command.kind, command.party, None, start=start, due_at=command.due_at, reason=reason)


@handles(c.RecomputeDeadlines)
def recompute(draft: Draft, _command: c.RecomputeDeadlines) -> None:
    """A year was published: open provisional due dates are computed again; what has fired is never moved."""
    for one in draft.order.open_deadlines():
        calendar = draft.context.site.calendars.get(one.calendar)
        if not one.provisional or one.paused or one.limit is None or calendar is None or one.pauses:
            continue
        found = due(calendar, one.started_at, Limit.parse(one.limit))
        if (found.due_at, found.provisional) != (one.due_at, True) and found.due_at > draft.now:
            move(draft, one, found.due_at, "calendar", provisional=found.provisional)


@handles(c.Supervise)
def supervise(draft: Draft, command: c.Supervise) -> None:
    """督办 raised by a person."""
    if draft.order.supervised:
        raise illegal("supervise", "it is under supervision already", draft.order, draft.actor, draft.context)
    draft.emit(e.OrderSupervised(draft.actor.party, command.reason))


@handles(c.AddOutsideNumber)
def add_outside_number(draft: Draft, command: c.AddOutsideNumber) -> None:
    """The number in another system; where it is due earlier there, the lead's limit becomes that date."""
    outside = OutsideNumber(command.system, command.number, command.due_at)
    if any((one.system, one.number) == (command.system, command.number) for one in draft.order.outside):
        raise illegal(
            "outside-number", "the order carries it already", draft.order, draft.actor, draft.context
        )
    draft.emit(e.OutsideNumberAdded(outside))
    lead = draft.order.lead()
    if lead is None or command.due_at is None:
        return
    for one in draft.order.open_deadlines(party=lead.party, kinds=TO_FIX):
        if command.due_at < one.due_at and not one.paused:
            move(draft, one, command.due_at, "outside")


@handles(c.Note)
def note(draft: Draft, command: c.Note) -> None:
    """A remark."""
    draft.emit(e.NoteAdded(command.note, command.party or draft.actor.party))


@handles(c.AttachPhoto)
def attach_photo(draft: Draft, command: c.AttachPhoto) -> None:
    """A picture, for the party and the round in which it was received."""
    draft.emit(e.PhotoAttached(command.photo))
