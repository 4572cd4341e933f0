"""How an assignment or the whole order comes to its end, and who is set free by it."""

from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import OF_WORK, TO_FIX, begin, end, resume, strike, strike_all_of
from models.domain.orders.draft import Draft
from models.domain.orders.events import Event
from models.domain.orders.handlers import planning
from models.domain.orders.lives import illegal
from models.domain.orders.state import Assignment
from models.domain.words import AssignmentState, DeadlineKind, Duty, OrderStatus, RequestKind

K, A = DeadlineKind, AssignmentState


def end_order(draft: Draft, event: Event) -> None:
    """End the order with `event`: open deadlines are struck, open requests lapse."""
    draft.emit(event)
    for request in draft.order.requests:
        draft.emit(e.RequestLapsed(request.id))
    end(draft, draft.order.open_deadlines(), "struck")


def refuse_if_absorbed(draft: Draft, action: str) -> None:
    """An order that others were merged into cannot itself vanish into a third: it would hide them."""
    if draft.order.absorbed:
        raise illegal(action, "other orders were merged into it", draft.order, draft.actor, draft.context)


def leave(draft: Draft, party: str, *, innocent: bool = False) -> None:
    """After an assignment was released or withdrawn: its deadlines and requests go, who waited goes on."""
    drop_requests(draft, party)
    strike_all_of(draft, party, innocent=innocent)
    free_waiting(draft, party)
    planning.bind_if_agreed(draft)


def drop_requests(draft: Draft, party: str, kind: RequestKind | None = None) -> None:
    """What the party asked for has no object any more: its requests lapse, nobody has to decide them."""
    for request in draft.order.requests:
        if request.party == party and kind in {None, request.kind}:
            draft.emit(e.RequestLapsed(request.id))
            asked = tuple(one for one in draft.order.open_deadlines() if one.request == request.id)
            strike(draft, asked)


def free_waiting(draft: Draft, party: str) -> None:
    """Whoever waits for the party goes on: it has delivered, or will not."""
    for one in tuple(draft.order.acting()):
        if one.state is A.WAITING and one.waits_for == party:
            go_on(draft, one.party, "wait_over")


def go_on(draft: Draft, party: str, why: str) -> None:
    """End a hold or a wait: the party's clocks run on from here."""
    draft.emit(e.AssignmentResumed(party, why, _goes_back_to(draft.order.assignments[party])))
    end(draft, draft.order.open_deadlines(party=party, kinds=frozenset({K.HOLD_END})), "met")
    resume(draft, party)


def _goes_back_to(held: Assignment) -> AssignmentState:
    """A hold gives nothing for nothing: who had not acknowledged before it has not afterwards."""
    if held.started_at is not None:
        return A.IN_PROGRESS
    return A.DISPATCHED if held.acknowledged_at is None else A.ACKNOWLEDGED


def close_if_over(draft: Draft) -> None:
    """Rule 3: closed once every acting assignment is verified or released, the lead's among the verified.

    An order that has none left to act is unrouted, never closed.
    """
    order = draft.order
    if order.status not in {OrderStatus.OPEN, OrderStatus.AWAITING_REVIEW} or any(order.acting()):
        return
    if not any(
        one.duty is Duty.LEAD and one.state is A.VERIFIED and one.round == order.round
        for one in order.assignments.values()
    ):
        draft.emit(e.OrderUnrouted(NOBODY_ACTS))
        return
    draft.emit(e.OrderClosed())
    strike(draft, draft.order.open_deadlines())
    _ask_back(draft)


NOBODY_ACTS = "no_acting_party"


def _ask_back(draft: Draft) -> None:
    """回访, where there is somebody to ask who has not said yet whether it helped."""
    context, order = draft.context, draft.order
    by = context.playbook.callback_by
    if by is None or order.resolved is not None or not rules.reachable(order.reporter):
        return
    caller = context.site.first_of((by,))
    if caller is not None:
        begin(draft, K.CALLBACK, caller, context.playbook.limit(K.CALLBACK, order.severity))


def close_work(draft: Draft, party: str) -> None:
    """The work is done as the fixer says: what it owed before that is over, what it asked for lapses."""
    drop_requests(draft, party)
    owed = draft.order.open_deadlines(party=party, kinds=OF_WORK)
    end(draft, (one for one in owed if one.kind in TO_FIX))
    strike(draft, (one for one in owed if one.kind not in TO_FIX))


def ask_review(draft: Draft, party: str) -> None:
    """Rule 6: verified by somebody else; a question or venue ends on 'helped' or without objection."""
    order, context = draft.order, draft.context
    held = order.assignments[party]
    if rules.ends_on_help(order, context):
        if held.duty is Duty.LEAD:
            begin(draft, K.OBJECTION, party, context.playbook.objection, of=party)
        return
    reviewer = rules.reviewer(held, context)
    if reviewer is not None:
        begin(draft, K.REVIEW, reviewer, context.playbook.limit(K.REVIEW, order.severity), of=party)
