"""What a party does on its own assignment: acknowledge, contact, arrive, make safe, start, done."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import begin, end, end_of
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import ask_review, close_work, free_waiting, go_on
from models.domain.orders.handlers.planning import acknowledge_by_acting
from models.domain.orders.lives import illegal
from models.domain.words import AssignmentState, DeadlineKind, OrderStatus

K, A = DeadlineKind, AssignmentState


@handles(c.Acknowledge)
def acknowledge(draft: Draft, command: c.Acknowledge) -> None:
    """接单. It stops this party's acknowledge clock and no other (rule 2)."""
    draft.emit(e.AssignmentAcknowledged(command.party))
    end_of(draft, command.party, K.ACKNOWLEDGE)


@handles(c.Contact)
def contact(draft: Draft, command: c.Contact) -> None:
    """先行联系."""
    draft.emit(e.ReporterContacted(command.party, command.note))
    end_of(draft, command.party, K.CONTACT)


@handles(c.Arrive)
def arrive(draft: Draft, command: c.Arrive) -> None:
    """到场; in danger the time for making safe runs from here."""
    acknowledge_by_acting(draft, command.party)
    was_due = draft.order.open_deadlines(party=command.party, kinds=frozenset({K.ON_SITE}))
    draft.emit(e.PartyArrived(command.party))
    end(draft, was_due)
    rule = draft.context.playbook.safety.get(draft.order.severity)
    if rule is not None and was_due and draft.order.assignments[command.party].made_safe_at is None:
        begin(draft, K.MAKE_SAFE, command.party, rule.make_safe)


@handles(c.MakeSafe)
def make_safe(draft: Draft, command: c.MakeSafe) -> None:
    """控险: who made it safe has been there; it confirms an anonymous danger, and the others follow."""
    acknowledge_by_acting(draft, command.party)
    if draft.order.assignments[command.party].arrived_at is None:
        draft.emit(e.PartyArrived(command.party))
    draft.emit(e.PlaceMadeSafe(command.party, command.note))
    end_of(draft, command.party, K.ON_SITE, K.MAKE_SAFE)
    if not draft.order.confirmed and draft.order.status is OrderStatus.TRIAGE:
        draft.emit(e.DangerConfirmed(command.party))
        end(draft, draft.order.open_deadlines(kinds=frozenset({K.CONFIRM})), "met")


@handles(c.Start)
def start(draft: Draft, command: c.Start) -> None:
    """Begin, take up rejected work, or end a hold or wait early."""
    held = draft.order.assignments[command.party]
    if held.state in {A.HELD, A.WAITING}:
        go_on(draft, command.party, "by_party")
        if draft.order.assignments[command.party].state is A.IN_PROGRESS:
            return
    acknowledge_by_acting(draft, command.party)
    draft.emit(e.WorkStarted(command.party))


@handles(c.Done)
def done(draft: Draft, command: c.Done) -> None:
    """办结, as the fixer says; the lead shows it with an after-photo where the gate asks for one."""
    held = draft.order.assignments[command.party]
    if rules.lacks_after_photo(draft.order, held, draft.context):
        why = "attach a photo taken after the work first"
        raise illegal("done", why, draft.order, draft.actor, draft.context)
    if held.state is A.WAITING:
        go_on(draft, command.party, "by_party")
    acknowledge_by_acting(draft, command.party)
    draft.emit(e.AssignmentDone(command.party, command.note))
    close_work(draft, command.party)
    free_waiting(draft, command.party)
    ask_review(draft, command.party)
