"""From the events of a coordination meeting back to what was asked: the call, what was signed, who pays."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from models.domain.orders import events as e
from models.domain.orders import minutes as m
from models.domain.orders.handlers.meeting import MINUTES
from models.domain.orders.state import Order
from models.domain.streams import TextRef
from models.domain.words import DeadlineKind, Does, Duty, Origin

NO_WORDS = TextRef("", "")
"""Stands for a reason that the event does not repeat; the core only asks whether there is one."""
_DOES = {Duty.LEAD: Does.LEAD, Duty.SUPPORT: Does.SUPPORT}
"""A party that acts leads or supports."""


def called(event: m.MeetingCalled, order: Order | None) -> m.CallForMeeting:
    """All that act on the order come."""
    acting = frozenset(one.party for one in order.acting()) if order else frozenset[str]()
    meeting = event.meeting
    return m.CallForMeeting(meeting.number, meeting.reason, acting, meeting.invited)


def followed(
    event: m.MinutesFollowed, after: Sequence[e.Event], order: Order | None
) -> m.FollowMinutes | m.FollowRuling:
    """What the minutes, or the ruling, said is what came of them at the same instant."""
    items = tuple(_items(event.bound, after, order))
    if event.by is not None:
        return m.FollowRuling(event.meeting, items)
    paid = (one.payment.payer for one in after if isinstance(one, m.PayerConfirmed))
    return m.FollowMinutes(event.meeting, items, event.bound, next(paid, None))


def confirmed(
    event: m.PayerConfirmed, before: Sequence[e.Event], order: Order | None
) -> m.ConfirmPayer | None:
    """Not where minutes say so."""
    if any(isinstance(one, m.MinutesFollowed) for one in before):
        return None
    known = order.origin if order is not None else Origin.UNKNOWN
    return m.ConfirmPayer(event.payment.payer, event.payment.ground, event.origin or known, event.reason)


def _items(bound: Sequence[str], after: Sequence[e.Event], order: Order | None) -> Iterator[m.Item]:
    dates, duties = dict(_dates(after, order)), dict(_duties(after, order))
    gone = [one.party for one in after if isinstance(one, e.AssignmentWithdrawn) and one.why == MINUTES]
    for party in dict.fromkeys((*bound, *gone)):
        if party in gone:
            yield m.Item(party, Does.WITHDRAW)
        elif party in duties:
            yield m.Item(party, _DOES[duties[party]], NO_WORDS, dates.get((party, False)))
        if (safe_by := dates.get((party, True))) is not None:
            yield m.Item(party, Does.MAKE_SAFE, NO_WORDS, safe_by)


def _duties(after: Sequence[e.Event], order: Order | None) -> Iterator[tuple[str, Duty]]:
    """Who acts with which duty once it is settled."""
    for one in order.acting() if order else ():
        yield one.party, one.duty
    for event in after:
        if isinstance(event, e.AssignmentDispatched | e.DutyChanged) and event.duty in _DOES:
            yield event.party, event.duty


def _dates(after: Sequence[e.Event], order: Order | None) -> Iterator[tuple[tuple[str, bool], datetime]]:
    known = {one.id: one for one in order.deadlines.values()} if order else {}
    for event in after:
        if isinstance(event, e.DeadlineSet):
            known[event.deadline.id] = event.deadline
            reason, due_at, number = event.deadline.reason, event.deadline.due_at, event.deadline.id
        elif isinstance(event, e.DeadlineMoved):
            reason, due_at, number = event.reason, event.due_at, event.id
        else:
            continue
        if reason == MINUTES and number in known:
            one = known[number]
            yield (one.party, one.kind is DeadlineKind.MAKE_SAFE), due_at
