"""How an assignment or the whole order comes to its end, and who is set free by it."""

from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import OF_WORK, begin, end, resume, strike_all_of
from models.domain.orders.draft import Draft
from models.domain.orders.events import Event
from models.domain.orders.lives import illegal
from models.domain.words import (
    ACTING,
    AssignmentState,
    DeadlineKind,
    OrderStatus,
    ReporterKind,
    RequestKind,
)


def end_order(draft: Draft, event: Event) -> None:
    """End the order with `event`: open deadlines are struck, open requests lapse."""
    draft.emit(event)
    for request in draft.order.requests:
        draft.emit(e.RequestLapsed(request.id))
    end(draft, draft.order.open_deadlines(), "struck")


def spawn_refused(draft: Draft, action: str) -> None:
    """An order that others were merged into cannot itself vanish into a third: it would hide them."""
    if draft.order.absorbed:
        raise illegal(action, "other orders were merged into it", draft.order, draft.actor, draft.context)


def leave(draft: Draft, party: str) -> None:
    """After an assignment was released or withdrawn: its deadlines and requests go, who waited goes on."""
    strike_all_of(draft, party)
    for request in draft.order.requests:
        if request.party == party:
            drop_request(draft, request.id)
    free_waiting(draft, party)


def drop_request(draft: Draft, request_id: int) -> None:
    """The request has no object any more."""
    draft.emit(e.RequestLapsed(request_id))
    end(draft, (one for one in draft.order.open_deadlines() if one.request == request_id), "struck")


def free_waiting(draft: Draft, party: str) -> None:
    """Whoever waits for the party goes on: it has delivered, or will not."""
    for one in draft.order.acting():
        if one.state is AssignmentState.WAITING and one.waits_for == party:
            go_on(draft, one.party, "wait_over")


def go_on(draft: Draft, party: str, why: str) -> None:
    """End a hold or a wait: the party's clocks run on."""
    was = draft.order.assignments[party]
    to = AssignmentState.IN_PROGRESS if was.started_at else AssignmentState.ACKNOWLEDGED
    kind = RequestKind.HOLD if was.state is AssignmentState.HELD else RequestKind.WAIT
    draft.emit(e.AssignmentResumed(party, why, to))
    if kind is RequestKind.HOLD:
        ended = draft.order.open_deadlines(party=party, kinds=frozenset({DeadlineKind.HOLD_END}))
        end(draft, ended, "met")
    resume(draft, party)


def close_if_over(draft: Draft) -> None:
    """Rule 3: closed once every acting assignment is verified or released; never by having none left."""
    order = draft.order
    if order.status not in {OrderStatus.OPEN, OrderStatus.AWAITING_REVIEW} or any(
        True for _ in order.acting()
    ):
        return
    acting = [one for one in order.assignments.values() if one.duty in ACTING and one.round == order.round]
    if not any(one.state is AssignmentState.VERIFIED for one in acting):
        draft.emit(e.OrderUnrouted("no_acting_party"))
        return
    draft.emit(e.OrderClosed())
    end(draft, draft.order.open_deadlines(), "struck")
    _ask_back(draft)


def _ask_back(draft: Draft) -> None:
    """回访, where there is somebody to ask."""
    context, order = draft.context, draft.order
    if order.reporter.kind is ReporterKind.ANONYMOUS and order.reporter.contact is None:
        return
    caller = context.site.first_of((context.playbook.callback_by,))
    if caller is not None:
        begin(
            draft,
            DeadlineKind.CALLBACK,
            caller,
            context.playbook.limit(DeadlineKind.CALLBACK, order.severity),
        )


def close_work(draft: Draft, party: str) -> None:
    """The work is done as the fixer says: what it owed before that is over."""
    order = draft.order
    for one in order.open_deadlines(party=party, kinds=OF_WORK):
        fixes = one.kind in {DeadlineKind.FIX, DeadlineKind.REDO}
        end(draft, [one], None if fixes else "struck")


def reviewed_by(draft: Draft, party: str) -> str | None:
    """The party on whom the review of `party`'s work lies."""
    return rules.reviewer(draft.order.assignments[party], draft.context)
