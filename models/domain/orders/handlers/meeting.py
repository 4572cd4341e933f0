"""协调会 on an order: it is called, and what is signed or ruled takes effect; who pays is confirmed."""

from collections.abc import Iterable
from datetime import datetime

from models.domain.orders import events as e
from models.domain.orders import minutes as m
from models.domain.orders import rules
from models.domain.orders.deadlines import TO_FIX, Until, begin, earliest_outside, move, pause
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.dispatching import dispatch, dispatch_or_keep, hand_over
from models.domain.orders.handlers.ending import close_if_over, drop_requests, leave
from models.domain.orders.lives import illegal
from models.domain.orders.paying import OTHERS, Ground, Payment
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.state import Assignment, Meeting, PlaybookPin
from models.domain.playbook.model import Route
from models.domain.words import (
    STOPPED,
    AssignmentState,
    DeadlineKind,
    Does,
    Duty,
    MeetingReason,
    Origin,
    RequestKind,
)

K = DeadlineKind
MINUTES = "minutes"
"""Why a limit moved."""
OPEN_ALREADY = "a meeting is open on it already"
CHANGED = "who acts on it has changed meanwhile; look and send again"
NO_TWO_RETURNS = "it was not returned twice"
OTHER_MEETING = "the meeting is not open on it"
PAID_BY_MINUTES = "minutes say who pays already"
PAID_BY_OWN_WORD = "your own party confirmed that it pays"
ONE_LEAD = "exactly one party leads"
NOT_THERE = "it does not act on the order"
DATE_PASSED = "its date has passed"
DISPUTED = "a meeting on who pays is open"
_DUTIES = {Does.LEAD: Duty.LEAD, Does.SUPPORT: Duty.SUPPORT}


def _refuse(draft: Draft, why: str) -> IllegalMove:
    return illegal("meeting", why, draft.order, draft.actor, draft.context)


@handles(m.CallForMeeting)
def call(draft: Draft, command: m.CallForMeeting) -> None:
    """One meeting at a time; who pays by minutes, or by one's own word, is not disputed again."""
    order, by = draft.order, draft.actor.party or ""
    if order.meeting is not None:
        raise _refuse(draft, OPEN_ALREADY)
    if command.acting != {one.party for one in order.acting()}:
        raise _refuse(draft, CHANGED)
    if command.reason is MeetingReason.RETURNS and order.returns < draft.context.playbook.returns_at_most:
        raise _refuse(draft, NO_TWO_RETURNS)
    if command.reason is MeetingReason.PAYER and order.payment is not None:
        if order.payment.meeting is not None:
            raise _refuse(draft, PAID_BY_MINUTES)
        if order.payment.payer == order.payment.by == by:
            raise _refuse(draft, PAID_BY_OWN_WORD)
    draft.emit(e.MeetingCalled(Meeting(command.meeting, by, command.reason, command.invited)))


@handles(m.LeaveMeeting)
def leave_meeting(draft: Draft, command: m.LeaveMeeting) -> None:
    """Called off, also where the order has ended meanwhile."""
    _must_be_open(draft, command.meeting)
    draft.emit(e.MeetingLeft(command.meeting))


@handles(m.FollowMinutes)
def follow_minutes(draft: Draft, command: m.FollowMinutes) -> None:
    """It binds those who signed: their returns lapse, and they make no other."""
    _must_be_open(draft, command.meeting)
    draft.emit(e.MinutesFollowed(command.meeting, command.bound))
    _settle(draft, command.items, command.bound, ruled=False)
    if command.payer is not None:
        draft.emit(e.PayerConfirmed(Payment(command.payer, Ground.AGREED, meeting=command.meeting)))


@handles(m.FollowRuling)
def follow_ruling(draft: Draft, command: m.FollowRuling) -> None:
    """By the decider that did not call the meeting itself, and takes nothing on itself (rule 5)."""
    _must_be_open(draft, command.meeting)
    by, called = draft.actor.party or "", draft.order.meeting
    decider = rules.decider(draft.order, draft.context, asker=called.by if called else None)
    if by != decider:
        raise NotYours("rule-meeting", [decider] if decider else [])
    bound = tuple(dict.fromkeys(one.party for one in command.items))
    if by in bound:
        raise BadValue("items", "the decider takes nothing on itself")
    draft.emit(e.MinutesFollowed(command.meeting, bound, by))
    _settle(draft, command.items, bound, ruled=True)


def _must_be_open(draft: Draft, number: int) -> None:
    if draft.order.meeting is None or draft.order.meeting.number != number:
        raise _refuse(draft, OTHER_MEETING)


def _settle(draft: Draft, items: Iterable[m.Item], bound: Iterable[str], *, ruled: bool) -> None:
    """Duties first, so that nobody goes before another has taken over; then dates."""
    items, playbook = tuple(items), draft.context.playbook
    if draft.order.pin is None:
        draft.emit(e.OrderRouted(PlaybookPin(playbook.code, playbook.version, playbook.digest)))
    for party in bound:
        drop_requests(draft, party, RequestKind.RETURN)
    going = {one.party for one in items if one.does is Does.WITHDRAW}
    for one in items:
        if one.does in _DUTIES:
            _assign(draft, one, going, ruled=ruled)
    for party in going:
        _take_off(draft, party)
    for one in items:
        if one.by is not None and one.does is not Does.WITHDRAW:
            _date(draft, one, one.by)
    close_if_over(draft)
    if not draft.order.ended and len(_leads(draft)) != 1:
        raise BadValue("items", ONE_LEAD)


def _leads(draft: Draft) -> list[Assignment]:
    """Who leads this round, or has led it to its end."""
    return [
        one
        for one in draft.order.assignments.values()
        if one.duty is Duty.LEAD
        and one.round == draft.order.round
        and (one.acting or one.state is AssignmentState.VERIFIED)
    ]


def _assign(draft: Draft, one: m.Item, going: set[str], *, ruled: bool) -> None:
    """A party that acts already keeps what it did; one that takes the lead over has a new clock."""
    order, duty = draft.order, _DUTIES[one.does]
    held, lead = order.assignments.get(one.party), order.lead()
    if held is not None and held.acting and held.duty is duty:
        return
    if duty is Duty.LEAD and lead is not None and lead.party in going:
        hand_over(draft, lead.party, one.party, duty, designated=ruled)
    elif held is not None and held.acting:
        dispatch_or_keep(draft, one.party, duty, _route(draft))
    else:
        dispatch(draft, one.party, duty, _route(draft), designated=ruled)


def _route(draft: Draft) -> Route | None:
    order = draft.order
    return draft.context.playbook.route_for(order.category or "", order.origin, order.severity, order.space)


def _take_off(draft: Draft, party: str) -> None:
    held = draft.order.assignments.get(party)
    if held is None or not held.acting:
        raise BadValue("items", NOT_THERE)
    draft.emit(e.AssignmentWithdrawn(party, "minutes"))
    leave(draft, party)


def _date(draft: Draft, one: m.Item, by: datetime) -> None:
    """The limit becomes the date that was agreed; a date in another system that is earlier wins.

    Who is done, or has made it safe, has nothing to keep a date for: what is rejected gets the redo limit.
    """
    held = draft.order.assignments.get(one.party)
    if by <= draft.now:
        raise BadValue("items", DATE_PASSED)
    if held is None or not held.acting:
        raise BadValue("items", NOT_THERE)
    safe = one.does is Does.MAKE_SAFE
    if held.done_at is not None or (safe and held.made_safe_at is not None):
        return
    outside = None if safe else earliest_outside(draft, one.party)
    by = min(by, outside) if outside is not None and outside > draft.now else by
    kinds = frozenset({K.MAKE_SAFE}) if safe else TO_FIX
    running = draft.order.open_deadlines(party=one.party, kinds=kinds)
    if running:
        move(draft, running[0], by, MINUTES)
        return
    begin(draft, K.MAKE_SAFE if safe else K.FIX, one.party, Until(by, MINUTES))
    if held.state in STOPPED:
        pause(draft, one.party)


@handles(m.ConfirmPayer)
def confirm_payer(draft: Draft, command: m.ConfirmPayer) -> None:
    """By the committee, or by whoever pays; never while it is disputed, nor against minutes."""
    order, context, by = draft.order, draft.context, draft.actor.party or ""
    if command.payer not in {*context.site.parties, *OTHERS}:
        raise BadValue("payer", "choose a party of the site, the maintenance fund or whoever did the damage")
    if by != command.payer and by != rules.coordinating(context):
        raise NotYours("confirm-payer", [one for one in (rules.coordinating(context), command.payer) if one])
    if order.payment is not None and order.payment.meeting is not None:
        raise _refuse(draft, PAID_BY_MINUTES)
    if order.meeting is not None and order.meeting.reason is MeetingReason.PAYER:
        raise _refuse(draft, DISPUTED)
    origin = command.origin if order.origin is Origin.UNKNOWN else None
    draft.emit(e.PayerConfirmed(Payment(command.payer, command.ground, by), origin, command.reason))
