"""整改方案: proposed by one party, agreed by the acting parties, then the date of the fix."""

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import TO_FIX, earliest_outside, end_of, move
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue
from models.domain.orders.state import Plan
from models.domain.words import DeadlineKind, Duty


@handles(c.ProposePlan)
def propose_plan(draft: Draft, command: c.ProposePlan) -> None:
    """整改方案: what and by when; it binds once everybody who has to has agreed."""
    if command.fix_by <= draft.now:
        raise BadValue("fix_by", "the plan's date has to lie ahead")
    acknowledge_by_acting(draft, command.party)
    draft.emit(e.PlanProposed(draft.order.next_id, command.party, command.text, command.fix_by))
    end_of(draft, command.party, DeadlineKind.PLAN)


@handles(c.AgreePlan)
def agree_plan(draft: Draft, command: c.AgreePlan) -> None:
    """The acting parties agree, each for itself; alone on the order, the decider agrees to a party's plan."""
    order = draft.order
    plan = order.plan
    if plan is None or plan.in_force:
        raise illegal("agree-plan", "no plan is on the table", order, draft.actor, draft.context)
    waits_for = rules.asked(plan, draft.order, draft.context) - plan.agreed
    agreeing = draft.actor.party or command.party
    if agreeing not in waits_for:
        why = f"it waits for {', '.join(sorted(waits_for)) or 'nobody'}"
        raise illegal("agree-plan", why, order, draft.actor, draft.context)
    _agree(draft, plan, agreeing, in_force=waits_for == {agreeing})


def bind_if_agreed(draft: Draft) -> None:
    """A party left; the plan binds if it was the last to be asked and another has agreed."""
    plan = draft.order.plan
    if plan is None or plan.in_force or draft.order.lead() is None:
        return
    others = plan.agreed - {plan.party}
    if others and rules.asked(plan, draft.order, draft.context) <= plan.agreed:
        _agree(draft, plan, min(others), in_force=True)


def _agree(draft: Draft, plan: Plan, party: str, *, in_force: bool) -> None:
    draft.emit(e.PlanAgreed(plan.id, party, in_force))
    if in_force:
        _take_effect(draft, plan)


def _take_effect(draft: Draft, plan: Plan) -> None:
    """The plan sets the date of the fix for the lead and its proposer; 12345's earlier date stays."""
    for one in draft.order.open_deadlines(kinds=TO_FIX):
        held = draft.order.assignments[one.party]
        if held.duty is Duty.LEAD or one.party == plan.party:
            outside = earliest_outside(draft, one.party)
            move(draft, one, min(plan.fix_by, outside) if outside else plan.fix_by, "plan")


def acknowledge_by_acting(draft: Draft, party: str) -> None:
    """Who arrives or works has taken it on; the ledger says so in its own event where that is measured."""
    if draft.order.open_deadlines(party=party, kinds=frozenset({DeadlineKind.ACKNOWLEDGE})):
        draft.emit(e.AssignmentAcknowledged(party))
        end_of(draft, party, DeadlineKind.ACKNOWLEDGE)
