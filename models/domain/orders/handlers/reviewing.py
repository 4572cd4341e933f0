"""核查 and 回访: the work is verified or rejected, the reporter says whether it helped."""

from models.domain.business_time.arithmetic import due
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import begin_fix, end, strike
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import close_if_over, free_waiting, leave
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import NotYours
from models.domain.words import AssignmentState, DeadlineKind, OrderStatus

K = DeadlineKind


def _end_review(draft: Draft, party: str) -> None:
    end(draft, (one for one in draft.order.open_deadlines() if one.subject == party))


def _redo(draft: Draft, party: str) -> None:
    begin_fix(draft, party, K.REDO, draft.context.playbook.limit(K.REDO, draft.order.severity))


@handles(c.Verify)
def verify(draft: Draft, command: c.Verify) -> None:
    """核查 passed. The life table has seen to it that this is not the fixer (rule 3)."""
    draft.emit(e.AssignmentVerified(command.party, draft.actor.party))
    _end_review(draft, command.party)
    free_waiting(draft, command.party)
    close_if_over(draft)


@handles(c.Reject)
def reject(draft: Draft, command: c.Reject) -> None:
    """核查 failed: the fixer has the redo limit, from now."""
    draft.emit(e.AssignmentRejected(command.party, command.reason, draft.actor.party))
    _end_review(draft, command.party)
    _redo(draft, command.party)


@handles(c.Release)
def release(draft: Draft, command: c.Release) -> None:
    """无需处置, for a support party."""
    draft.emit(e.AssignmentReleased(command.party, command.reason))
    leave(draft, command.party)
    close_if_over(draft)


@handles(c.Callback)
def callback(draft: Draft, command: c.Callback) -> None:
    """What the reporter says: on a question that was answered 'helped' ends it, later it is the callback."""
    order, context = draft.order, draft.context
    if order.status is not OrderStatus.CLOSED:
        _answer_helped(draft, command)
        return
    if order.resolved is not None:
        raise illegal("callback", "the callback of this round is recorded", order, draft.actor, context)
    draft.emit(e.CallbackRecorded(command.resolved, command.satisfied, command.note))
    end(draft, draft.order.open_deadlines(kinds=frozenset({K.CALLBACK})))
    if not command.resolved and _reporter_may_reopen(draft):
        draft.emit(e.OrderReopened("not_resolved", command.note))


def _answer_helped(draft: Draft, command: c.Callback) -> None:
    """Before closing, only on what ends by it; who answered cannot say of itself that it helped (rule 3)."""
    order = draft.order
    lead = order.lead()
    answered = lead is not None and lead.state is AssignmentState.DONE
    if lead is None or not answered or not rules.ends_on_help(order, draft.context):
        raise illegal("callback", "it is not closed yet", order, draft.actor, draft.context)
    if draft.actor.party is not None and draft.actor.party in rules.acts(order):
        raise NotYours("callback", ("the reporter",))
    draft.emit(e.CallbackRecorded(command.resolved, command.satisfied, command.note))
    if command.resolved:
        helped(draft, draft.actor.party or str(draft.actor.role))
        return
    reason = command.note or order.description
    draft.emit(e.AssignmentRejected(lead.party, reason, draft.actor.party))
    _end_review(draft, lead.party)
    _redo(draft, lead.party)


def helped(draft: Draft, by: str | None) -> None:
    """'Helped', said or not objected to: what was done counts as verified, who was not needed is released."""
    draft.emit(e.HelpConfirmed(by))
    for one in tuple(draft.order.acting()):
        if one.state is AssignmentState.DONE:
            draft.emit(e.AssignmentVerified(one.party))
            _end_review(draft, one.party)
        else:
            draft.emit(e.AssignmentReleased(one.party))
            leave(draft, one.party)
    close_if_over(draft)


@handles(c.Reopen)
def reopen(draft: Draft, command: c.Reopen) -> None:
    """By the reporter once and in time (the committee may take it down for him); later by the decider."""
    decider = rules.decider(draft.order, draft.context, asker=None)
    by_decider = draft.actor.party is not None and draft.actor.party == decider
    in_time = _reporter_may_reopen(draft)
    if not by_decider and not in_time:
        why = "the reporter's time or turn is over; the decider may reopen it"
        raise illegal("reopen", why, draft.order, draft.actor, draft.context)
    strike(draft, draft.order.open_deadlines(kinds=frozenset({K.CALLBACK})))
    draft.emit(e.OrderReopened("asked" if in_time else "by_decider", command.reason))


def _reporter_may_reopen(draft: Draft) -> bool:
    """Within 15 days of closing, once (domain.md, Round two)."""
    order, playbook = draft.order, draft.context.playbook
    within, closed_at = playbook.reopen_within, order.closed_at
    if within is None or closed_at is None or order.reopened >= playbook.reopens_by_reporter:
        return False
    committee = rules.coordinating(draft.context) or next(iter(draft.context.site.parties))
    return draft.now <= due(draft.context.site.calendar_of(committee), closed_at, within).due_at
