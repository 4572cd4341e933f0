"""What holds in every state, one function a rule of `domain.md`; each yields what it saw broken."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from models.domain.orders import rules
from models.domain.orders.deadlines import OF_WORK, TO_FIX
from models.domain.orders.lives import allowed
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.words import (
    ACTING,
    OVER,
    STOPPED,
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
)
from tests.explore.change import StateCheck
from tests.explore.world import PARTIES, RESIDENT, person

A, K, S = AssignmentState, DeadlineKind, OrderStatus
_WITH_WORK = frozenset({S.OPEN, S.AWAITING_REVIEW})
_ROUTED_BY_THE_LANE = frozenset({S.REPORTED, S.REOPENED})
_DECIDED = frozenset({K.DECIDE})
_STOPS = frozenset({K.HOLD_END})
_OF_SAFETY = frozenset({K.ON_SITE, K.MAKE_SAFE})
_PROGRESS = frozenset(
    {"acknowledge", "start", "done", "verify", "reject", "decide", "triage", "reassign", "make-safe"},
)


def rule_1_whoever_has_not_signed_is_on_the_clock(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    for one in order.acting():
        clocks = [d for d in order.open_deadlines(party=one.party) if d.kind is K.ACKNOWLEDGE]
        if one.state is A.DISPATCHED and one.acknowledged_at is None and not clocks and not order.ended:
            yield f"{one.party} was dispatched and has no limit for acknowledging"


def rule_1_whoever_works_is_on_the_clock(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    if order.status in _WITH_WORK:
        for one in order.acting():
            clocks = order.open_deadlines(party=one.party, kinds=TO_FIX)
            if len(clocks) != (one.state is not A.DONE):
                yield f"{one.party} is {one.state} and has {len(clocks)} limits for the fix"


def rule_3_closed_means_all_verified_or_released(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    if order.status is not S.CLOSED:
        return
    this_round = [one for one in order.assignments.values() if one.round == order.round]
    for one in this_round:
        if one.duty in ACTING and one.state not in OVER:
            yield f"closed while {one.party} is {one.state}"
    if not any(one.duty is Duty.LEAD and one.state is A.VERIFIED for one in this_round):
        yield "closed without the lead's work verified"


def rule_4_two_returns_at_most(order: Order, _at: datetime, context: Context) -> Iterator[str]:
    if order.returns > context.playbook.returns_at_most:
        yield f"returned {order.returns} times"


def rule_4_clocks_run_on_while_undecided(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    for request in order.requests:
        state = order.assignments[request.party].state
        if state not in STOPPED and any(one.paused for one in order.open_deadlines(party=request.party)):
            yield f"a clock of {request.party} stands still while its {request.kind} is undecided"


def rule_5_the_decider_is_a_third(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    fixers = rules.acts(order)
    for one in order.requests:
        if one.decider in {one.party, one.nominee} or one.decider in fixers:
            yield f"{one.decider} is to decide the {one.kind} of {one.party}, which names {one.nominee}"


def rule_5_each_request_has_one_clock(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    clocks = sorted((one.request or 0, one.party) for one in order.open_deadlines(kinds=_DECIDED))
    if clocks != sorted((one.id, one.decider) for one in order.requests):
        yield f"requests of {[one.party for one in order.requests]}, but limits of decision {clocks}"


def rule_6_done_work_waits_for_somebody_else(order: Order, _at: datetime, context: Context) -> Iterator[str]:
    for one in order.acting():
        if one.state is A.DONE and order.status in _WITH_WORK and not rules.ends_on_help(order, context):
            reviews = [d for d in order.deadlines.values() if d.subject == one.party]
            if [d.kind for d in reviews] != [K.REVIEW] or reviews[0].party == one.party:
                yield f"{one.party} is done; under review by {[d.party for d in reviews]}"


def rule_7_only_a_granted_stop_pauses(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    for one in order.deadlines.values():
        held = order.assignments.get(one.party)
        if one.paused and (held is None or held.state not in STOPPED):
            yield f"the {one.kind} of {one.party} is paused, the party is not"


def rule_7_a_stop_pauses_and_ends(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    for one in order.acting():
        stopped = one.state in STOPPED and not order.ended
        ends = order.open_deadlines(party=one.party, kinds=_STOPS)
        if len(ends) != stopped:
            yield f"{one.party} is {one.state} and has {len(ends)} ends of it"
        if stopped and not all(d.paused for d in order.open_deadlines(party=one.party, kinds=OF_WORK)):
            yield f"{one.party} is {one.state} and a clock of it runs"


def rule_7_nobody_waits_in_a_circle(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    waits = {one.party: one.waits_for for one in order.acting() if one.waits_for}
    for party, named in waits.items():
        seen, at = {party}, named
        while at in waits and at not in seen:
            seen.add(at)
            at = waits[at]
        if at == party:
            yield f"{party} waits for itself by way of {sorted(seen)}"


def rule_7_the_one_waited_for_acts(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    for one in order.acting():
        named = order.assignments.get(one.waits_for or "")
        if one.state is A.WAITING and (named is None or not named.acting or named.state is A.DONE):
            yield f"{one.party} waits for {one.waits_for}, which has nothing to do"


def rule_8_one_hold_and_one_renewal(order: Order, at: datetime, context: Context) -> Iterator[str]:
    rule = context.playbook.hold
    assert rule is not None
    for one in order.assignments.values():
        if one.holds > 1 + rule.renewals:
            yield f"{one.party} was held {one.holds} times"
        for stop in order.open_deadlines(party=one.party, kinds=_STOPS):
            if one.state is A.HELD and stop.due_at - at > rule.at_most.duration * (1 + rule.renewals):
                yield f"{one.party} is held for {stop.due_at - at}"


def rule_8_one_extension(order: Order, _at: datetime, context: Context) -> Iterator[str]:
    for one in order.assignments.values():
        if one.extensions > context.playbook.extensions_at_most:
            yield f"{one.party} was extended {one.extensions} times"


def rule_9_danger_s_clocks_do_not_stand_still(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    safe = any(one.made_safe_at for one in order.assignments.values() if one.round == order.round)
    for one in order.open_deadlines(kinds=_OF_SAFETY):
        if one.paused and not safe:
            yield f"the {one.kind} of {one.party} stands still, and the place is not safe"


def limits_nobody_owes_the_same_twice(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    """A limit a party, kind and object."""
    owed = Counter((one.party, one.kind, one.request, one.subject) for one in order.deadlines.values())
    for (party, kind, _, _), number in owed.items():
        if number > 1:
            yield f"{party} has {number} limits of {kind}"


def limits_end_with_the_work(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    """Who is done, verified, released or withdrawn owes no work; an ended order asks only the reporter."""
    for one in order.open_deadlines(kinds=OF_WORK | _STOPS):
        held = order.assignments.get(one.party)
        if held is None or held.state in OVER or held.state is A.DONE or held.duty not in ACTING:
            yield f"{one.party} is {held.state if held else 'nobody'} and still owes {one.kind}"
    if order.ended and {one.kind for one in order.deadlines.values()} - {K.CALLBACK}:
        yield f"{order.status}, and open: {sorted(one.kind for one in order.deadlines.values())}"


def ladder_is_armed(order: Order, _at: datetime, context: Context) -> Iterator[str]:
    """Whatever runs has a next step; what is paused has none (the top rung repeats, so it never ends)."""
    for one in order.deadlines.values():
        if (one.next is None) != one.paused:
            yield f"the {one.kind} of {one.party} {'is paused with' if one.paused else 'runs without'} a step"
        if one.party not in context.site.parties:
            yield f"the {one.kind} lies on {one.party!r}, which is nobody"


def ladder_colours_tell_what_is_late(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    for one in order.acting():
        late = any(d.late for d in order.open_deadlines(party=one.party))
        if one.red != late and not order.ended:
            is_, are = "red" if one.red else "not red", "late" if late else "not late"
            yield f"{one.party} is {is_}, its limits are {are}"


def ball_somebody_holds_it(order: Order, _at: datetime, context: Context) -> Iterator[str]:
    """Open means: somebody's move, or a stop with its end armed, or time for objection."""
    if order.ended or order.status in _ROUTED_BY_THE_LANE:
        return
    stopped = any(one.state in STOPPED for one in order.acting())
    helped = bool(order.open_deadlines(kinds=frozenset({K.OBJECTION})))
    if not rules.holders(order, context) and not stopped and not helped:
        yield f"{order.status}, and nobody holds the ball"
    armed = any(one.next is not None for one in order.deadlines.values())
    if not armed and order.status is not S.UNROUTED:
        yield f"{order.status}, and no timer is armed"


def ball_somebody_can_move_it(order: Order, _at: datetime, context: Context) -> Iterator[str]:
    """No dead end: an action that brings it on is open to a person, or a timer, or the router."""
    armed = any(one.next is not None for one in order.deadlines.values())
    if order.ended or order.status in _ROUTED_BY_THE_LANE or armed:
        return
    if not any(
        name in _PROGRESS
        for actor in (*map(person, PARTIES), RESIDENT)
        for name, _ in allowed(order, actor, context)
    ):
        yield f"{order.status}, and nobody may do anything that brings it on"


def ball_open_means_that_a_party_acts(order: Order, _at: datetime, _c: Context) -> Iterator[str]:
    acting = list(order.acting())
    if order.status in _WITH_WORK and not acting:
        yield f"{order.status} without an acting party"
    waits = bool(acting) and all(one.state is A.DONE for one in acting)
    if order.status in _WITH_WORK and waits != (order.status is S.AWAITING_REVIEW):
        yield f"{order.status}, and the acting parties are {[str(one.state) for one in acting]}"


STATE_CHECKS: tuple[StateCheck, ...] = (
    rule_1_whoever_has_not_signed_is_on_the_clock,
    rule_1_whoever_works_is_on_the_clock,
    rule_3_closed_means_all_verified_or_released,
    rule_4_two_returns_at_most,
    rule_4_clocks_run_on_while_undecided,
    rule_5_the_decider_is_a_third,
    rule_5_each_request_has_one_clock,
    rule_6_done_work_waits_for_somebody_else,
    rule_7_only_a_granted_stop_pauses,
    rule_7_a_stop_pauses_and_ends,
    rule_7_nobody_waits_in_a_circle,
    rule_7_the_one_waited_for_acts,
    rule_8_one_hold_and_one_renewal,
    rule_8_one_extension,
    rule_9_danger_s_clocks_do_not_stand_still,
    limits_nobody_owes_the_same_twice,
    limits_end_with_the_work,
    ladder_is_armed,
    ladder_colours_tell_what_is_late,
    ball_somebody_holds_it,
    ball_somebody_can_move_it,
    ball_open_means_that_a_party_acts,
)
