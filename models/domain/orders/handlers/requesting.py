"""退单, 暂缓, 延期, 等待他方 and their 批复 (rules 4, 5, 7 and 8)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from models.domain.business_time.arithmetic import after, due
from models.domain.business_time.limits import Clock
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import TO_FIX, begin, end, move, pause, strike_all_of
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.ending import free_waiting, leave
from models.domain.orders.handlers.routing import dispatch
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue, NotYours
from models.domain.orders.state import Deadline, Request
from models.domain.words import AssignmentState, DeadlineKind, Duty, RequestKind, Severity

K, A, R = DeadlineKind, AssignmentState, RequestKind


@handles(c.MakeRequest)
def make_request(draft: Draft, command: c.MakeRequest) -> None:
    """Ask; the clock runs on while it is undecided, and the decider has a deadline of its own."""
    order, context = draft.order, draft.context
    if order.request_of(command.party) is not None:
        raise illegal(command.kind, "another request is undecided", order, draft.actor, context)
    _CHECKS[command.kind](draft, command)
    nominee = command.nominee if command.kind in {R.RETURN, R.WAIT} else None
    decider = rules.decider(order, context, asker=command.party, nominee=nominee)
    if decider is None:
        raise illegal(command.kind, "nobody is free to decide it", order, draft.actor, context)
    request = Request(
        id=order.next_id,
        kind=command.kind,
        party=command.party,
        asked_at=draft.now,
        decider=decider,
        reason=command.reason,
        text=command.text,
        nominee=nominee,
        until=command.until,
        before=order.assignments[command.party].state,
    )
    draft.emit(e.RequestMade(request))
    limit = context.playbook.limit(K.DECIDE, order.severity)
    begin(draft, K.DECIDE, decider, limit, request=request.id, subject=None)


def _check_return(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 4: with a nominee and a reason; not by whom the decider named; not a third time on one order."""
    _check_nominee(draft, command)
    order = draft.order
    if order.assignments[command.party].designated:
        why = "a decider named this party; it may not return the order again"
        raise illegal("return", why, order, draft.actor, draft.context)
    if order.returns >= draft.context.playbook.returns_at_most:
        why = f"returned {order.returns} times already; the decider designates directly"
        raise illegal("return", why, order, draft.actor, draft.context)


def _check_nominee(draft: Draft, command: c.MakeRequest) -> None:
    if command.nominee is None:
        raise BadValue("nominee", "name the party that is responsible or waited for")
    if command.nominee not in draft.context.site.parties:
        raise BadValue("nominee", f"there is no party {command.nominee!r} here")
    if command.nominee == command.party:
        raise BadValue("nominee", "name another party than your own")


def _check_hold(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 8: a listed reason, at most 15 WD, one renewal, none before the place is safe."""
    order, rule = draft.order, draft.context.playbook.hold
    if command.reason not in rule.reasons:
        raise BadValue("reason", f"a hold needs one of {', '.join(rule.reasons)}")
    until = _until(draft, command)
    longest = due(draft.context.site.calendar_of(command.party), draft.now, rule.at_most).due_at
    if until > longest:
        raise BadValue("until", f"a hold lasts at most {rule.at_most}, here until {longest.isoformat()}")
    if order.assignments[command.party].holds > rule.renewals:
        raise illegal("hold", "it was held and renewed already", order, draft.actor, draft.context)
    safe = any(one.made_safe_at for one in order.assignments.values())
    if order.severity is Severity.DANGER and not safe:
        raise illegal("hold", "the place is not safe yet", order, draft.actor, draft.context)


def _check_extend(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 8: asked before the limit, once, for at most the original limit."""
    order, playbook = draft.order, draft.context.playbook
    deadline = _to_fix(draft, command.party)
    until = _until(draft, command)
    if draft.now >= deadline.due_at:
        raise illegal("extend", "the limit has passed; ask before it", order, draft.actor, draft.context)
    if order.assignments[command.party].extensions >= playbook.extensions_at_most:
        raise illegal("extend", "it was extended already", order, draft.actor, draft.context)
    more = timedelta(microseconds=deadline.total * playbook.extension_percent // 100)
    calendar = draft.context.site.calendars[deadline.calendar]
    longest = after(calendar, Clock(deadline.clock), deadline.due_at, more).due_at
    if not deadline.due_at < until <= longest:
        raise BadValue("until", f"between {deadline.due_at.isoformat()} and {longest.isoformat()}")


def _check_wait(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 7: it names party, thing and date."""
    _check_nominee(draft, command)
    _until(draft, command)


_CHECKS: Mapping[RequestKind, Callable[[Draft, c.MakeRequest], None]] = {
    R.RETURN: _check_return,
    R.HOLD: _check_hold,
    R.EXTEND: _check_extend,
    R.WAIT: _check_wait,
}


def _until(draft: Draft, command: c.MakeRequest) -> datetime:
    if command.until is None or command.until <= draft.now:
        raise BadValue("until", "name an instant that lies ahead")
    return command.until


def _to_fix(draft: Draft, party: str) -> Deadline:
    found = draft.order.open_deadlines(party=party, kinds=TO_FIX)
    if not found:
        raise illegal("extend", "no limit for the fix is running", draft.order, draft.actor, draft.context)
    return found[0]


# ── 批复 ─────────────────────────────────────────────────────────────────────────────────────────────────────


@handles(c.Decide)
def decide_request(draft: Draft, command: c.Decide) -> None:
    """Grant or dismiss. Who is waited for may accept that by itself, but not decide otherwise."""
    order = draft.order
    request = order.request_of(command.party, command.kind)
    if request is None:
        raise illegal("decide", "no request is open", order, draft.actor, draft.context)
    if draft.actor.party != request.decider and not command.granted:
        raise NotYours("decide", (request.decider,))
    if command.designate is not None:
        _check_designate(draft, command, request)
    by = draft.actor.party or ""
    draft.emit(e.RequestDecided(request.id, request.kind, request.party, command.granted, by, command.reason))
    end(draft, (one for one in draft.order.open_deadlines() if one.request == request.id))
    if command.granted:
        _EFFECTS[request.kind](draft, request, command)


def _check_designate(draft: Draft, command: c.Decide, request: Request) -> None:
    if request.kind is not R.RETURN or not command.granted:
        raise BadValue("designate", "only an upheld return names another party")
    if command.designate not in draft.context.site.parties or command.designate == request.party:
        raise BadValue("designate", "name a party of the site other than the one that returns")


def _uphold_return(draft: Draft, request: Request, command: c.Decide) -> None:
    """Rule 4: the innocent party's steps are struck, its time is 派单有误; the successor's clock is new."""
    successor = command.designate or request.nominee
    duty = draft.order.assignments[request.party].duty
    draft.emit(e.StepsStruck(request.party))
    draft.emit(e.AssignmentWithdrawn(request.party, "returned", misrouted=True))
    leave(draft, request.party)
    if successor is not None:
        hand_over(draft, request.party, successor, duty, designated=True)


def hand_over(draft: Draft, former: str, successor: str, duty: Duty, *, designated: bool) -> None:
    """Another party takes the duty over with a new clock; what it had on the order before ends."""
    order, context = draft.order, draft.context
    held = order.assignments.get(successor)
    if held is not None and held.acting:
        if held.duty is Duty.LEAD:
            return
        strike_all_of(draft, successor)
    found = context.playbook.route_for(order.category or "", order.origin, order.severity, order.space)
    dispatch(draft, successor, duty, found, designated=designated, successor_of=former)


def _hold(draft: Draft, request: Request, _command: c.Decide) -> None:
    """The clocks of that party stop, nobody else's (rule 2)."""
    until = request.until or draft.now
    draft.emit(e.AssignmentHeld(request.party, until))
    pause(draft, request.party)
    begin(draft, K.HOLD_END, request.party, None, due_at=max(until, draft.now), reason="hold")


def _extend(draft: Draft, request: Request, _command: c.Decide) -> None:
    if request.until is not None:
        move(draft, _to_fix(draft, request.party), request.until, "extension")


def _wait(draft: Draft, request: Request, _command: c.Decide) -> None:
    """The asker's clock pauses, the named party's starts (rule 7)."""
    named, until = request.nominee, request.until
    if named is None or until is None:
        return
    draft.emit(e.AssignmentWaits(request.party, named, until))
    pause(draft, request.party)
    held = draft.order.assignments.get(named)
    if held is None or not held.acting:
        draft.emit(e.AssignmentDispatched(named, Duty.SUPPORT))
        begin(draft, K.FIX, named, None, due_at=until, reason="wait")
        return
    for one in draft.order.open_deadlines(party=named, kinds=TO_FIX):
        if until < one.due_at:
            move(draft, one, until, "wait")
    if held.state is A.DONE:
        free_waiting(draft, named)


_EFFECTS: Mapping[RequestKind, Callable[[Draft, Request, c.Decide], None]] = {
    R.RETURN: _uphold_return,
    R.HOLD: _hold,
    R.EXTEND: _extend,
    R.WAIT: _wait,
}
