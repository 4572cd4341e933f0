"""The decision: who may, in which state; then the command's events."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.domain.matter import Asked, Command, Event, is_over, term
from models.domain.matters.meetings import commands as c
from models.domain.matters.meetings import events as e
from models.domain.matters.meetings.rules import (
    LIMIT,
    TAKES_OVER,
    keeper,
    may_draft,
    may_rule,
    may_sign,
    may_state,
)
from models.domain.matters.meetings.state import MeetingState, MeetingStatus, Minutes
from models.domain.orders.minutes import Item
from models.domain.orders.paying import OTHERS
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import coordinating
from models.domain.words import Does, MeetingReason

KIND = "settle"
"""The name of its limit."""
FEWEST = 2
"""Parties at a table."""
OVER = "the meeting is over"
DEADLINE_PASSED = "its deadline has passed; positions are closed"
BEING_SIGNED = "its minutes are being signed; positions are closed"
OTHER_DRAFT = "somebody else has put minutes on the table; read them first"
NO_MINUTES = "there are no minutes to sign yet"
SIGNED_ALREADY = "your party signed already"
CHANGED = "the meeting changed meanwhile; look and send again"
NOT_YET = "its deadline has not passed; the parties may still settle it themselves"
_DUTY = frozenset({Does.LEAD, Does.SUPPORT, Does.WITHDRAW})


def _called(_state: None, command: c.CallMeeting, one: Asked) -> Iterator[Event]:
    """Whether the caller may, and whether the order lets him, the order says in the same unit."""
    site = one.context.site
    if one.actor.party is None:
        raise NotYours("call-meeting", [one.context.site.coordinator])
    unknown = [party for party in command.invited if party not in site.parties]
    if unknown or len(command.invited) < FEWEST or not set(command.acting) <= set(command.invited):
        raise BadValue("invited", "invite at least two parties of the site, and all that act on the order")
    if command.place not in site.spaces:
        raise BadValue("place", f"there is no space {command.place!r} here")
    if command.reason is MeetingReason.OTHER and command.words is None:
        raise BadValue("words", "say in words why it is called")
    limit = term(1, KIND, keeper(one.context), LIMIT, one)
    if not one.now < command.meets_at <= limit.due_at:
        raise BadValue("meets_at", f"it meets between now and {limit.due_at.isoformat()}")
    yield e.MeetingOpened(one.actor.party, command, limit)


def _stated(state: MeetingState, command: c.StatePosition, one: Asked) -> Iterator[Event]:
    if not may_state(one.actor, state):
        raise NotYours("state-position", state.invited)
    _open(state)
    limit = state.term
    if state.overdue or (limit is not None and is_over(limit, one.now)):
        raise _illegal(state, DEADLINE_PASSED)
    if state.signatures:
        raise _illegal(state, BEING_SIGNED)
    yield e.PositionStated(one.actor.party or "", command.text)


def _drafted(state: MeetingState, command: c.DraftMinutes, one: Asked) -> Iterator[Event]:
    if not may_draft(one.actor, state, one.context):
        raise NotYours("draft-minutes", _drafters(state, one))
    _open(state)
    if command.after != state.drafts:
        raise _illegal(state, OTHER_DRAFT)
    _check(state, command.items, one)
    if command.payer is not None and command.payer not in {*state.invited, *OTHERS}:
        raise BadValue("payer", "only who sits at the table can say that it pays")
    taking = [item.party for item in command.items if item.does in TAKES_OVER]
    payer = [command.payer] if command.payer is not None and command.payer not in OTHERS else []
    signers = tuple(dict.fromkeys((*state.acting, *taking, *payer)))
    number, by = state.drafts + 1, one.actor.party or ""
    yield e.MinutesDrafted(Minutes(number, by, one.now, command.items, signers, command.payer, command.note))


def _check(state: MeetingState, items: tuple[Item, ...], one: Asked) -> None:
    """Who does what by when; once a party, and nobody who was not invited."""
    if not items:
        raise BadValue("items", "say who does what")
    duties = [item.party for item in items if item.does in _DUTY]
    safe = [item.party for item in items if item.does is Does.MAKE_SAFE]
    if len(duties) > len(set(duties)) or len(safe) > len(set(safe)):
        raise BadValue("items", "a party leads, supports or goes, one of them")
    for item in items:
        if item.party not in state.invited:
            raise BadValue("items", "only a party that was invited takes something on")
        if item.does is Does.WITHDRAW and item.party not in state.acting:
            raise BadValue("items", "it does not act on the order")
        if item.does in TAKES_OVER and item.what is None:
            raise BadValue("items", "say what it does")
        if item.by is not None and item.by <= one.now:
            raise BadValue("items", "its date has passed")
        if item.does is Does.MAKE_SAFE and item.by is None:
            raise BadValue("items", "say by when it is safe")


def _signed(state: MeetingState, command: c.SignMinutes, one: Asked) -> Iterator[Event]:
    _open(state)
    if state.minutes is None:
        raise _illegal(state, NO_MINUTES)
    party = one.actor.party or ""
    if not may_sign(one.actor, state):
        raise NotYours("sign-minutes", state.minutes.signers)
    if command.draft != state.minutes.number:
        raise _illegal(state, OTHER_DRAFT)
    if party in state.signatures:
        raise _illegal(state, SIGNED_ALREADY)
    last = set(state.missing) == {party}
    if command.last != last:
        raise _illegal(state, CHANGED)
    yield e.MinutesSigned(party, command.draft, one.actor.person, one.actor.via)
    if last:
        yield e.MeetingSettled()


def _ruled(state: MeetingState, command: c.RuleMeeting, one: Asked) -> Iterator[Event]:
    """Which of them decides, the order says in the same unit."""
    party = one.actor.party
    if party is None or party == state.party or not may_rule(one.actor, one.context):
        raise NotYours("rule-meeting", ["the decider"])
    _open(state)
    limit = state.term
    if limit is None or not is_over(limit, one.now):
        raise _illegal(state, NOT_YET)
    _check(state, command.items, one)
    yield e.MeetingRuled(party, command.items, command.reason)


def _cancelled(state: MeetingState, _command: c.CancelMeeting, one: Asked) -> Iterator[Event]:
    if not may_draft(one.actor, state, one.context):
        raise NotYours("cancel-meeting", _drafters(state, one))
    _open(state)
    yield e.MeetingCancelled(one.actor.party or "")


def due(state: MeetingState, one: Asked) -> Iterator[Event]:
    """The deadline passed."""
    limit = state.term
    if state.open and not state.overdue and limit is not None and is_over(limit, one.now):
        yield e.MeetingOverdue(limit.id)


def _drafters(state: MeetingState, one: Asked) -> list[str]:
    return [party for party in dict.fromkeys((coordinating(one.context), state.party)) if party]


def _open(state: MeetingState) -> None:
    if not state.open:
        raise _illegal(state, OVER)


def _illegal(state: MeetingState, why: str) -> IllegalMove:
    over = state.status in {MeetingStatus.SIGNED, MeetingStatus.RULED, MeetingStatus.CANCELLED}
    return IllegalMove("meeting", why, state=state.status, holders=() if over else state.missing, allowed=())


HANDLERS: Mapping[type[Command], Callable[[Any, Any, Asked], Iterator[Event]]] = {
    c.CallMeeting: _called,
    c.StatePosition: _stated,
    c.DraftMinutes: _drafted,
    c.SignMinutes: _signed,
    c.RuleMeeting: _ruled,
    c.CancelMeeting: _cancelled,
}
