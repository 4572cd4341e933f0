"""核查 and 回访: the work is verified or rejected, the reporter says whether it helped."""

from models.domain.business_time.arithmetic import due
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import begin, end, end_of
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import close_if_over, free_waiting, leave
from models.domain.orders.lives import illegal
from models.domain.playbook.model import Closure
from models.domain.streams import Role
from models.domain.words import AssignmentState, DeadlineKind, OrderStatus, Severity

K = DeadlineKind


def _end_review(draft: Draft, party: str) -> None:
    end(draft, (one for one in draft.order.open_deadlines() if one.subject == party))


@handles(c.Verify)
def verify(draft: Draft, command: c.Verify) -> None:
    """核查 passed. The life table has seen to it that this is not the fixer (rule 3)."""
    draft.emit(e.AssignmentVerified(command.party, draft.actor.party))
    _end_review(draft, command.party)
    close_if_over(draft)


@handles(c.Reject)
def reject(draft: Draft, command: c.Reject) -> None:
    """核查 failed: the fixer has the redo limit, from now."""
    draft.emit(e.AssignmentRejected(command.party, command.reason, draft.actor.party))
    _end_review(draft, command.party)
    begin(draft, K.REDO, command.party, draft.context.playbook.limit(K.REDO, draft.order.severity))


@handles(c.Release)
def release(draft: Draft, command: c.Release) -> None:
    """无需处置, for a support party; the lead cannot release itself."""
    order = draft.order
    lead = order.lead()
    if lead is not None and lead.party == command.party:
        raise illegal("release", "only support can be released", order, draft.actor, draft.context)
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
    order = draft.order
    rule = draft.context.category(order)
    asked = order.open_deadlines(kinds=frozenset({K.OBJECTION}))
    if rule is None or rule.closure is not Closure.HELPED or not asked:
        raise illegal("callback", "it is not closed yet", order, draft.actor, draft.context)
    draft.emit(e.CallbackRecorded(command.resolved, command.satisfied, command.note))
    if command.resolved:
        helped(draft, draft.actor.party or str(draft.actor.role))
        return
    for one in asked:
        end(draft, [one], "struck")
        _object(draft, one.party, command)


def _object(draft: Draft, party: str, command: c.Callback) -> None:
    """'Not helped': back to who answered, with the redo limit."""
    reason = command.note or draft.order.description
    draft.emit(e.AssignmentRejected(party, reason, draft.actor.party))
    begin(draft, K.REDO, party, draft.context.playbook.limit(K.REDO, draft.order.severity))


def helped(draft: Draft, by: str | None) -> None:
    """'Helped', said or not objected to: what was done counts as verified, who was not needed is released."""
    draft.emit(e.HelpConfirmed(by))
    for one in list(draft.order.acting()):
        if one.state is AssignmentState.DONE:
            draft.emit(e.AssignmentVerified(one.party))
            free_waiting(draft, one.party)
        else:
            draft.emit(e.AssignmentReleased(one.party))
            leave(draft, one.party)
    close_if_over(draft)


@handles(c.Reopen)
def reopen(draft: Draft, command: c.Reopen) -> None:
    """By the reporter once and in time (the committee may take it down for him); later by the decider."""
    by_decider = draft.actor.party is not None and draft.actor.party == rules.decider(
        draft.order, draft.context, asker=None
    )
    if not by_decider and not _reporter_may_reopen(draft):
        why = "the reporter's time or turn is over; the decider may reopen it"
        raise illegal("reopen", why, draft.order, draft.actor, draft.context)
    draft.emit(
        e.OrderReopened(
            "by_decider" if by_decider and draft.actor.role is not Role.VOLUNTEER else "asked", command.reason
        )
    )
    end_of(draft, draft.context.site.first_of((draft.context.playbook.callback_by,)) or "", K.CALLBACK)


def _reporter_may_reopen(draft: Draft) -> bool:
    """Within 15 days of closing, once (domain.md, Round two)."""
    order, playbook = draft.order, draft.context.playbook
    if order.closed_at is None or order.reopened >= playbook.reopens_by_reporter:
        return False
    committee = rules.coordinating(draft.context) or next(iter(draft.context.site.parties))
    last = due(draft.context.site.calendar_of(committee), order.closed_at, playbook.reopen_within)
    return draft.now <= last.due_at


def safety_item(draft: Draft) -> bool:
    """Silence never passes a safety item (rule 6)."""
    return draft.order.severity is Severity.DANGER
