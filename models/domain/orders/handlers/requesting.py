"""退单, 暂缓, 延期, 等待他方 and their 批复 (rules 4, 5, 7 and 8)."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from models.domain.business_time.arithmetic import after, due
from models.domain.business_time.limits import Clock, Limit
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import TO_FIX, Until, begin, earliest_outside, end, move, pause
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.handlers.dispatching import dispatch, hand_over
from models.domain.orders.handlers.ending import free_waiting, leave
from models.domain.orders.lives import illegal
from models.domain.orders.refusals import BadValue, NotYours
from models.domain.orders.state import Deadline, Request
from models.domain.words import AssignmentState, DeadlineKind, Duty, RequestKind

K, A, R = DeadlineKind, AssignmentState, RequestKind


@handles(c.MakeRequest)
def make_request(draft: Draft, command: c.MakeRequest) -> None:
    """Ask; the clock runs on while it is undecided, and the decider has a deadline of its own."""
    order, context = draft.order, draft.context
    held = order.assignments[command.party]
    if order.request_of(command.party) is not None:
        raise illegal(command.kind, "another request is undecided", order, draft.actor, context)
    if held.state in _RENEWALS and _RENEWALS[held.state] is not command.kind:
        raise illegal(command.kind, f"the assignment is {held.state}", order, draft.actor, context)
    if command.kind is not R.HOLD and not _CODE.fullmatch(command.reason):
        raise BadValue("reason", "a reason in words is a text beside the ledger; give its code here")
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
        before=held.state,
    )
    draft.emit(e.RequestMade(request))
    limit = context.playbook.limit(K.DECIDE, order.severity)
    begin(draft, K.DECIDE, decider, limit, of=request.id)


_RENEWALS = {A.HELD: R.HOLD, A.WAITING: R.WAIT}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def _check_return(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 4: with a nominee and a reason; not by whom the decider named; not a third time on one order."""
    _check_nominee(draft, command)
    if command.text is None:
        raise BadValue("text", "a return gives its reason")
    order = draft.order
    if order.assignments[command.party].designated:
        why = "a decider named this party; it may not return the order again"
        raise illegal("return", why, order, draft.actor, draft.context)
    if command.party in order.bound:
        why = "it is bound by minutes; it may not return the order"
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
    if rule is None:
        raise illegal("hold", "this playbook has no holds", order, draft.actor, draft.context)
    if command.reason not in rule.reasons:
        raise BadValue("reason", f"a hold needs one of {', '.join(rule.reasons)}")
    until = _until(draft, command)
    running = order.open_deadlines(party=command.party, kinds=frozenset({K.HOLD_END}))
    start = max([draft.now, *(one.due_at for one in running)])
    longest = due(draft.context.site.calendar_of(command.party), start, rule.at_most).due_at
    if until > longest:
        raise BadValue("until", f"a hold lasts at most {rule.at_most}, here until {longest.isoformat()}")
    if order.assignments[command.party].holds > rule.renewals:
        raise illegal("hold", "it was held and renewed already", order, draft.actor, draft.context)
    _check_safe(draft, "hold")


def _check_safe(draft: Draft, action: str) -> None:
    """Danger first (rules 8 and 9): no clock stops before the place is safe."""
    if rules.unsafe(draft.order):
        raise illegal(action, "the place is not safe yet", draft.order, draft.actor, draft.context)


def _check_extend(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 8: asked before the limit, once, for at most the original limit."""
    order, playbook = draft.order, draft.context.playbook
    deadline = _to_fix(draft, command.party)
    until = _until(draft, command)
    if draft.now >= deadline.due_at:
        raise illegal("extend", "the limit has passed; ask before it", order, draft.actor, draft.context)
    if order.assignments[command.party].extensions >= playbook.extensions_at_most:
        raise illegal("extend", "it was extended already", order, draft.actor, draft.context)
    longest = longest_extension(draft, deadline)
    if not deadline.due_at < until <= longest:
        raise BadValue("until", f"between {deadline.due_at.isoformat()} and {longest.isoformat()}")


def longest_extension(draft: Draft, deadline: Deadline) -> datetime:
    """The playbook's share of the original limit beyond the due instant; another system's date stays."""
    percent = draft.context.playbook.extension_percent
    calendar = draft.context.site.calendars[deadline.calendar]
    limit = Limit.parse(deadline.limit) if deadline.limit else None
    if limit is not None and limit.days * percent // 100 > 0:
        longest = due(calendar, deadline.due_at, Limit(0, limit.days * percent // 100, limit.clock)).due_at
    else:
        more = timedelta(microseconds=deadline.total * percent // 100)
        longest = after(calendar, Clock(deadline.clock), deadline.due_at, more).due_at
    outside = earliest_outside(draft, deadline.party)
    return min(longest, outside) if outside else longest


def _check_wait(draft: Draft, command: c.MakeRequest) -> None:
    """Rule 7: it names party, thing (the text) and date."""
    _check_nominee(draft, command)
    if command.text is None:
        raise BadValue("text", "say what is waited for")
    _until(draft, command)
    _check_safe(draft, "wait")
    _check_circle(draft, command.party, command.nominee)


def _check_circle(draft: Draft, party: str, named: str | None) -> None:
    """Two that wait for one another would both stand still."""
    order = draft.order
    seen = {party}
    while named is not None and named not in seen:
        seen.add(named)
        held = order.assignments.get(named)
        named = held.waits_for if held is not None and held.acting else None
    if named == party:
        raise illegal("wait", "the named party waits for you", order, draft.actor, draft.context)


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


# ── 批复 ────────────────────────────────────────────────────────────────────────────────────────────────────


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
    if command.granted:
        _check_grant(draft, request)
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


def _check_grant(draft: Draft, request: Request) -> None:
    """What the request asked for may have passed, or gone, while it was undecided."""
    order = draft.order
    if request.kind is not R.RETURN and request.until is not None and request.until <= draft.now:
        why = "the date that was asked for has passed; dismiss it"
        raise illegal("decide", why, order, draft.actor, draft.context)
    if request.kind in {R.HOLD, R.WAIT}:
        _check_safe(draft, "decide")
    if request.kind is R.WAIT:
        _check_circle(draft, request.party, request.nominee)
    if request.kind is R.EXTEND:
        _to_fix(draft, request.party)


def _uphold_return(draft: Draft, request: Request, command: c.Decide) -> None:
    """Rule 4: the innocent party's steps are struck, its time is 派单有误; the successor's clock is new."""
    successor = command.designate or request.nominee
    duty = draft.order.assignments[request.party].duty
    draft.emit(e.StepsStruck(request.party))
    draft.emit(e.AssignmentWithdrawn(request.party, "returned", misrouted=True))
    leave(draft, request.party, innocent=True)
    if successor is not None:
        hand_over(draft, request.party, successor, duty, designated=True)


def _hold(draft: Draft, request: Request, _command: c.Decide) -> None:
    """The clocks of that party stop, nobody else's (rule 2)."""
    until = request.until or draft.now
    draft.emit(e.AssignmentHeld(request.party, until))
    _stop_until(draft, request, until, "hold")


def _stop_until(draft: Draft, request: Request, until: datetime, reason: str) -> None:
    """A renewal takes the place of what it renews."""
    end(draft, draft.order.open_deadlines(party=request.party, kinds=frozenset({K.HOLD_END})), "struck")
    pause(draft, request.party)
    begin(draft, K.HOLD_END, request.party, Until(until, reason), of=request.id)


def _extend(draft: Draft, request: Request, _command: c.Decide) -> None:
    if request.until is not None:
        move(draft, _to_fix(draft, request.party), request.until, "extension")


def _wait(draft: Draft, request: Request, _command: c.Decide) -> None:
    """The asker's clock pauses until that date at the latest, the named party's starts (rule 7)."""
    named, until = request.nominee, request.until
    if named is None or until is None:
        return
    draft.emit(e.AssignmentWaits(request.party, named, until))
    _stop_until(draft, request, until, "wait")
    held = draft.order.assignments.get(named)
    if held is None or not held.acting:
        _call_in(draft, named, until)
    elif held.state is A.DONE:
        free_waiting(draft, named)
    else:
        for one in draft.order.open_deadlines(party=named, kinds=TO_FIX):
            if until < one.due_at and not one.paused:
                move(draft, one, until, "wait")


def _call_in(draft: Draft, named: str, until: datetime) -> None:
    """Who is waited for acts on the order from now on: as support, due at the date that was accepted."""
    order = draft.order
    found = draft.context.playbook.route_for(order.category or "", order.origin, order.severity, order.space)
    dispatch(draft, named, Duty.SUPPORT, found)
    running = draft.order.open_deadlines(party=named, kinds=frozenset({K.FIX}))
    for one in running:
        move(draft, one, until, "wait")
    if not running:
        begin(draft, K.FIX, named, Until(until, "wait"))


_EFFECTS: Mapping[RequestKind, Callable[[Draft, Request, c.Decide], None]] = {
    R.RETURN: _uphold_return,
    R.HOLD: _hold,
    R.EXTEND: _extend,
    R.WAIT: _wait,
}
