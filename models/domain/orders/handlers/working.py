"""What a party does on its own assignment: acknowledge, contact, arrive, make safe, start, plan, done."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import begin, end_of, move
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import close_work, free_waiting, go_on
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue
from models.domain.playbook.model import Closure, Gate
from models.domain.words import AssignmentState, DeadlineKind, Duty, PhotoPurpose, Severity

K, A = DeadlineKind, AssignmentState


@handles(c.Acknowledge)
def acknowledge(draft: Draft, command: c.Acknowledge) -> None:
    """接单. It stops this party's acknowledge clock and no other (rule 2)."""
    draft.emit(e.AssignmentAcknowledged(command.party))
    end_of(draft, command.party, K.ACKNOWLEDGE)


def _acknowledged_by_acting(draft: Draft, party: str) -> None:
    """Who arrives or works has taken it on; the ledger says so in its own event where that was measured."""
    if draft.order.open_deadlines(party=party, kinds=frozenset({K.ACKNOWLEDGE})):
        draft.emit(e.AssignmentAcknowledged(party))
        end_of(draft, party, K.ACKNOWLEDGE)


@handles(c.Contact)
def contact(draft: Draft, command: c.Contact) -> None:
    """先行联系."""
    draft.emit(e.ReporterContacted(command.party, command.note))
    end_of(draft, command.party, K.CONTACT)


@handles(c.Arrive)
def arrive(draft: Draft, command: c.Arrive) -> None:
    """到场; in danger the time for making safe runs from here."""
    _acknowledged_by_acting(draft, command.party)
    was_running = draft.order.open_deadlines(party=command.party, kinds=frozenset({K.ON_SITE}))
    draft.emit(e.PartyArrived(command.party))
    end_of(draft, command.party, K.ON_SITE)
    rule = draft.context.playbook.safety.get(draft.order.severity)
    held = draft.order.assignments[command.party]
    if rule is not None and was_running and held.made_safe_at is None:
        begin(draft, K.MAKE_SAFE, command.party, rule.make_safe)


@handles(c.MakeSafe)
def make_safe(draft: Draft, command: c.MakeSafe) -> None:
    """控险: who made it safe has been there."""
    _acknowledged_by_acting(draft, command.party)
    if draft.order.assignments[command.party].arrived_at is None:
        draft.emit(e.PartyArrived(command.party))
    draft.emit(e.PlaceMadeSafe(command.party, command.note))
    end_of(draft, command.party, K.ON_SITE, K.MAKE_SAFE)


@handles(c.Start)
def start(draft: Draft, command: c.Start) -> None:
    """Begin, take up rejected work, or end a hold or wait early."""
    held = draft.order.assignments[command.party]
    if held.state in {A.HELD, A.WAITING}:
        go_on(draft, command.party, "by_party")
        if draft.order.assignments[command.party].state is A.IN_PROGRESS:
            return
    _acknowledged_by_acting(draft, command.party)
    draft.emit(e.WorkStarted(command.party))


@handles(c.ProposePlan)
def propose_plan(draft: Draft, command: c.ProposePlan) -> None:
    """整改方案: what and by when; it binds once everybody who has to has agreed."""
    if command.fix_by <= draft.now:
        raise BadValue("fix_by", "the plan's date has to lie ahead")
    _acknowledged_by_acting(draft, command.party)
    draft.emit(e.PlanProposed(draft.order.next_id, command.party, command.text, command.fix_by))
    end_of(draft, command.party, K.PLAN)


@handles(c.AgreePlan)
def agree_plan(draft: Draft, command: c.AgreePlan) -> None:
    """The acting parties agree, each for itself; alone on the order, the decider agrees to a party's plan."""
    order = draft.order
    plan = order.plan
    if plan is None or plan.in_force:
        raise illegal("agree-plan", "no plan is on the table", order, draft.actor, draft.context)
    others = {one.party for one in order.acting()} - {plan.party}
    agreeing = draft.actor.party or command.party
    needed = others or {rules.decider(order, draft.context, asker=plan.party) or ""}
    if agreeing not in needed - plan.agreed:
        waits = ", ".join(sorted(needed - plan.agreed))
        raise illegal("agree-plan", f"it waits for {waits}", order, draft.actor, draft.context)
    in_force = needed <= plan.agreed | {agreeing}
    draft.emit(e.PlanAgreed(plan.id, agreeing, in_force))
    if in_force:
        _take_effect(draft)


def _take_effect(draft: Draft) -> None:
    """The plan sets the date of the fix for the lead and for whoever proposed it."""
    plan = draft.order.plan
    if plan is None:
        return
    for one in draft.order.open_deadlines(kinds=frozenset({K.FIX, K.REDO})):
        bound = draft.order.assignments[one.party].duty is Duty.LEAD or one.party == plan.party
        if bound:
            move(draft, one, plan.fix_by, "plan")


@handles(c.Done)
def done(draft: Draft, command: c.Done) -> None:
    """办结, as the fixer says; the lead shows it with an after-photo where the gate asks for one."""
    order, context = draft.order, draft.context
    held = order.assignments[command.party]
    rule = context.category(order)
    gates = rule.gates.get("done", frozenset()) if rule else frozenset()
    shown = order.has_photo(PhotoPurpose.AFTER, command.party, order.round)
    if Gate.AFTER_PHOTO in gates and held.duty is Duty.LEAD and not shown:
        raise illegal("done", "attach a photo taken after the work first", order, draft.actor, context)
    if held.state is A.WAITING:
        go_on(draft, command.party, "by_party")
    _acknowledged_by_acting(draft, command.party)
    draft.emit(e.AssignmentDone(command.party, command.note))
    close_work(draft, command.party)
    free_waiting(draft, command.party)
    _ask_review(draft, command.party)


def _ask_review(draft: Draft, party: str) -> None:
    """Rule 6: verified by somebody else; a question or venue ends on 'helped' or without objection."""
    order, context = draft.order, draft.context
    rule, held = context.category(order), order.assignments[party]
    by_help = rule is not None and rule.closure is Closure.HELPED and order.severity is not Severity.DANGER
    if by_help:
        if held.duty is Duty.LEAD:
            begin(draft, K.OBJECTION, party, context.playbook.objection, subject=party)
        return
    reviewer = rules.reviewer(held, context)
    if reviewer is not None:
        begin(draft, K.REVIEW, reviewer, context.playbook.limit(K.REVIEW, order.severity), subject=party)
