"""What holds for every transition, one function a rule of `domain.md`; each yields what it saw broken."""

from collections.abc import Iterator
from datetime import timedelta

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.deadlines import OF_WORK, TO_FIX
from models.domain.orders.state import Deadline, Order, Request
from models.domain.words import ACTING, STOPPED, DeadlineKind, Duty, RequestKind, Severity
from tests.explore.change import Change, ChangeCheck

K, R = DeadlineKind, RequestKind
_OWN = (c.Acknowledge, c.Contact, c.Arrive, c.MakeSafe, c.Start, c.Done, c.ProposePlan, c.MakeRequest)
_OF_ONE_PARTY = (*_OWN, c.Verify, c.Reject, c.SetLimit, c.Release, c.Reassign, c.Withdraw, c.Decide)
_MOVED_BY = {
    "extension": (c.Decide,),
    "wait": (c.Decide,),
    "plan": (c.AgreePlan, c.Release, c.Reassign, c.Withdraw, c.Decide, c.RouteOrder),
    "by_hand": (c.SetLimit,),
    "outside": (c.AddOutsideNumber,),
}


def rule_1_the_clock_starts_at_dispatch(change: Change) -> Iterator[str]:
    clocks = {
        (one.deadline.party, one.deadline.kind)
        for one, _ in change.of(e.DeadlineSet)
        if one.deadline.started_at == change.at(one)
    }
    for one, _ in change.of(e.AssignmentDispatched):
        found_out = change.after.triage_by == one.party and change.after.category is None
        wanted = {K.ACKNOWLEDGE} if found_out else {K.ACKNOWLEDGE, K.FIX}
        if one.duty in ACTING and any((one.party, kind) not in clocks for kind in wanted):
            yield f"{one.party} was dispatched, and a clock of it did not start"


def rule_1_signing_gives_no_time(change: Change) -> Iterator[str]:
    """An acknowledgement ends the limit for it, and sets or moves none."""
    if isinstance(change.command, c.Acknowledge):
        for kind in (e.DeadlineSet, e.DeadlineMoved, e.DeadlinePaused, e.DeadlineResumed):
            for one, _ in change.of(kind):
                yield f"signing brought {type(one).__name__}"
        for ended, order in change.of(e.DeadlineEnded):
            clock = order.deadlines[str(ended.id)]
            if (clock.kind, clock.party) != (K.ACKNOWLEDGE, change.command.party):
                yield f"signing ended the {clock.kind} of {clock.party}"


def rule_2_one_party_s_act_leaves_the_others_clocks(change: Change) -> Iterator[str]:
    """But for what hangs on the act: its review, its decision, who waits for it, a plan agreed by all."""
    command, before, after = change.command, change.before, change.after
    if not isinstance(command, _OF_ONE_PARTY) or before is None or after.ended:
        return
    concerned = _concerned(command, before)
    by_plan = {one.id for one, _ in change.of(e.DeadlineMoved) if one.reason == "plan"}
    for number in before.deadlines.keys() | after.deadlines.keys():
        old, new = before.deadlines.get(number), after.deadlines.get(number)
        one = new or old
        if old == new or one is None or one.id in by_plan:
            continue
        if not _hangs_on(one, concerned, before, after):
            yield f"the {one.kind} of {one.party} changed by what {sorted(concerned)} did"


def _concerned(command: c.PartyCommand, before: Order) -> set[str]:
    found = {command.party, getattr(command, "to", None), getattr(command, "nominee", None)}
    if isinstance(command, c.MakeRequest):
        return {command.party}
    request = before.request_of(command.party)
    if isinstance(command, c.Decide) and request is not None and request.kind in {R.RETURN, R.WAIT}:
        found |= {request.nominee, command.designate}
    return {one for one in found if one is not None}


def _hangs_on(one: Deadline, concerned: set[str], before: Order, after: Order) -> bool:
    held = before.assignments.get(one.party)
    asked = next((r for r in (*before.requests, *after.requests) if r.id == one.request), None)
    return (
        one.party in concerned
        or one.subject in concerned
        or (held is not None and held.waits_for in concerned)
        or (asked is not None and (asked.party in concerned or asked.decider in concerned))
        or (asked is not None and _was_referred(asked, before, after))
    )


def _was_referred(asked: Request, before: Order, after: Order) -> bool:
    of = [next((r.decider for r in order.requests if r.id == asked.id), None) for order in (before, after)]
    return of[0] != of[1]


def rule_3_never_by_the_fixer(change: Change) -> Iterator[str]:
    for kind in (e.AssignmentVerified, e.AssignmentRejected):
        for one, _ in change.of(kind):
            if change.actor.party == one.party:  # type: ignore[attr-defined]
                yield f"{change.actor.party} judged its own work"
    for _, order in change.of(e.HelpConfirmed):
        if change.actor.party is not None and change.actor.party in rules.acts(order):
            yield f"{change.actor.party} said of its own answer that it helped"


def rule_3_only_support_is_released(change: Change) -> Iterator[str]:
    for one, order in change.of(e.AssignmentReleased):
        if order.assignments[one.party].duty is Duty.LEAD:
            yield f"{one.party} has the lead and was released"


def rule_4_who_was_named_does_not_return(change: Change) -> Iterator[str]:
    for one, order in change.of(e.RequestMade):
        request = one.request
        if request.kind is R.RETURN and order.assignments[request.party].designated:
            yield f"{request.party} was named by a decider and returns the order"
        if request.kind is R.RETURN and request.nominee in {None, request.party}:
            yield f"{request.party} returns it to {request.nominee}"


def rule_4_an_upheld_return_strikes_all(change: Change) -> Iterator[str]:
    for one, order in change.of(e.RequestDecided):
        if one.kind is not R.RETURN or not one.granted:
            continue
        ends = [(d.outcome, o.deadlines[str(d.id)]) for d, o in change.of(e.DeadlineEnded)]
        for outcome, clock in ends:
            if clock.party == one.party and clock.kind in OF_WORK and outcome != "struck":
                yield f"the {clock.kind} of {one.party} counts as {outcome} though it returned rightly"
        left = [w for w, _ in change.of(e.AssignmentWithdrawn) if w.party == one.party]
        if not left or not left[0].misrouted:
            yield f"the time of {one.party} is not booked as 派单有误"
        if not any(s.party == one.party for s, _ in change.of(e.StepsStruck)):
            yield f"the steps against {one.party} were not struck"
        if order.assignments[one.party].duty is Duty.LEAD and change.after.lead() is None:
            yield "nobody took the lead over"


def rule_4_a_dismissed_return_gives_no_time(change: Change) -> Iterator[str]:
    for one, order in change.of(e.RequestDecided):
        if one.kind is not R.RETURN or one.granted:
            continue
        for clock in order.open_deadlines(party=one.party, kinds=OF_WORK):
            if change.after.deadlines.get(str(clock.id)) != clock:
                yield f"the {clock.kind} of {one.party} changed by a dismissed return"
        if not change.after.assignments[one.party].designated:
            yield f"{one.party} may return it once more"


def rule_4_asking_changes_no_clock(change: Change) -> Iterator[str]:
    before = change.before
    if isinstance(change.command, c.MakeRequest) and before is not None:
        for number, one in before.deadlines.items():
            if change.after.deadlines.get(number) != one:
                yield f"the {one.kind} of {one.party} changed by a request"


def rule_5_decided_by_the_decider(change: Change) -> Iterator[str]:
    for one, order in change.of(e.RequestDecided):
        request = next(r for r in order.requests if r.id == one.id)
        accepts = request.kind is R.WAIT and one.granted and one.by == request.nominee
        if one.by != change.actor.party or (one.by != request.decider and not accepts):
            yield f"{one.by} decided the {one.kind} of {one.party}, which {request.decider} was to decide"


def rule_7_nothing_else_stops_a_clock(change: Change) -> Iterator[str]:
    """A granted hold or wait stops the asker's; who stands still already keeps standing still."""
    asker = None
    for one, _ in change.of(e.RequestDecided):
        if one.granted and one.kind in {R.HOLD, R.WAIT}:
            asker = one.party
    for paused, order in change.of(e.DeadlinePaused):
        clock = order.deadlines[str(paused.id)]
        stood = change.before is not None and change.before.assignments[clock.party].state in STOPPED
        if clock.party != asker and not stood:
            yield f"the {clock.kind} of {clock.party} was stopped"


def rule_7_a_pause_conserves_what_is_left(change: Change) -> Iterator[str]:
    for paused, order in change.of(e.DeadlinePaused):
        clock = order.deadlines[str(paused.id)]
        if timedelta(microseconds=paused.left) != clock.due_at - change.at(paused):
            yield f"the {clock.kind} of {clock.party} was stopped with {paused.left} left"
    for resumed, order in change.of(e.DeadlineResumed):
        clock = order.deadlines[str(resumed.id)]
        wanted = clock.due_at if clock.dated else change.at(resumed) + timedelta(microseconds=clock.left or 0)
        earlier = [one.due_at for one in order.outside if one.due_at is not None and one.due_at < wanted]
        if resumed.due_at != wanted and resumed.due_at not in earlier:
            yield f"the {clock.kind} of {clock.party} runs on to another instant than was left"


def rule_7_who_is_waited_for_is_on_the_clock(change: Change) -> Iterator[str]:
    for one, _ in change.of(e.AssignmentWaits):
        still = change.after.assignments[one.party].waits_for == one.waits_for
        named = change.after.assignments.get(one.waits_for)
        clocks = change.after.open_deadlines(party=one.waits_for, kinds=TO_FIX)
        if still and (
            named is None or not clocks or any(d.due_at > one.until for d in clocks if not d.paused)
        ):
            yield f"{one.party} waits for {one.waits_for}, whose clock does not run to that date"


def rule_8_holds_are_short(change: Change) -> Iterator[str]:
    rule = change.context.playbook.hold
    assert rule is not None
    for one, order in change.of(e.RequestMade):
        request = one.request
        if request.kind is not R.HOLD:
            continue
        running = order.open_deadlines(party=request.party, kinds=frozenset({K.HOLD_END}))
        start = max([change.now, *(stop.due_at for stop in running)])
        if request.until is None or request.until - start > rule.at_most.duration:
            yield f"{request.party} asks to be held until {request.until}"
        if request.reason not in rule.reasons:
            yield f"{request.party} asks to be held because of {request.reason!r}"


def rule_8_an_extension_is_asked_in_time(change: Change) -> Iterator[str]:
    """Before the limit, for at most the original limit."""
    for one, order in change.of(e.RequestMade):
        request = one.request
        if request.kind is R.EXTEND and request.until is not None:
            for clock in order.open_deadlines(party=request.party, kinds=TO_FIX):
                if change.now >= clock.due_at:
                    yield f"{request.party} asks for an extension after the limit"
                if request.until - clock.due_at > timedelta(microseconds=clock.total):
                    yield f"{request.party} asks for more than its limit again"


def rule_9_no_new_stop_before_it_is_safe(change: Change) -> Iterator[str]:
    for kind in (e.AssignmentHeld, e.AssignmentWaits, e.RequestMade):
        for one, order in change.of(kind):
            stops = not isinstance(one, e.RequestMade) or one.request.kind in {R.HOLD, R.WAIT}
            safe = any(a.made_safe_at for a in order.assignments.values() if a.round == order.round)
            if stops and order.severity is Severity.DANGER and not safe:
                yield f"{type(one).__name__} in danger, and the place is not safe"


def rule_11_due_instants_move_by_events(change: Change) -> Iterator[str]:
    before = change.before
    if before is None:
        return
    moved = {one.id for kind in (e.DeadlineMoved, e.DeadlineResumed) for one, _ in change.of(kind)}  # type: ignore[attr-defined]
    for number, old in before.deadlines.items():
        new = change.after.deadlines.get(number)
        if new is not None and new.due_at != old.due_at and new.id not in moved:
            yield f"the {old.kind} of {old.party} is due at another instant, and no event says so"


def rule_11_dates_move_for_a_reason(change: Change) -> Iterator[str]:
    for one, order in change.of(e.DeadlineMoved):
        clock = order.deadlines[str(one.id)]
        if not isinstance(change.command, _MOVED_BY.get(one.reason, ())):
            yield f"{type(change.command).__name__} moved the {clock.kind} of {clock.party} by {one.reason}"
        if one.reason == "wait" and one.due_at > clock.due_at:
            yield f"being waited for gave {clock.party} more time"


def round_two_is_opened_once_and_in_time(change: Change) -> Iterator[str]:
    playbook = change.context.playbook
    for _, order in change.of(e.OrderReopened):
        decider = rules.decider(order, change.context, asker=None)
        within = playbook.reopen_within.duration if playbook.reopen_within else timedelta(0)
        too_late = order.closed_at is None or change.now > order.closed_at + within
        if change.actor.party != decider and (too_late or order.reopened >= playbook.reopens_by_reporter):
            yield f"{change.actor.party or change.actor.role} reopened it, too late or once too often"


CHANGE_CHECKS: tuple[ChangeCheck, ...] = (
    rule_1_the_clock_starts_at_dispatch,
    rule_1_signing_gives_no_time,
    rule_2_one_party_s_act_leaves_the_others_clocks,
    rule_3_never_by_the_fixer,
    rule_3_only_support_is_released,
    rule_4_who_was_named_does_not_return,
    rule_4_an_upheld_return_strikes_all,
    rule_4_a_dismissed_return_gives_no_time,
    rule_4_asking_changes_no_clock,
    rule_5_decided_by_the_decider,
    rule_7_nothing_else_stops_a_clock,
    rule_7_a_pause_conserves_what_is_left,
    rule_7_who_is_waited_for_is_on_the_clock,
    rule_8_holds_are_short,
    rule_8_an_extension_is_asked_in_time,
    rule_9_no_new_stop_before_it_is_safe,
    rule_11_due_instants_move_by_events,
    rule_11_dates_move_for_a_reason,
    round_two_is_opened_once_and_in_time,
)
