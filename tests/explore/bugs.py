"""Rules broken on purpose, each within the exploring process alone, and where it has to be found."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from models.domain.business_time.limits import Limit
from models.domain.orders import commands as c
from models.domain.orders import decide as deciding
from models.domain.orders import events as e
from models.domain.orders import evolve as evolving
from models.domain.orders import ladder, lives, notices, rules
from models.domain.orders.changing import changed
from models.domain.orders.deadlines import begin, end, end_of, pause, strike
from models.domain.orders.draft import Draft
from models.domain.orders.folding import Fold, with_party
from models.domain.orders.handlers import HANDLERS, dispatching, ending, requesting, reviewing, working
from models.domain.orders.state import Order, Request
from models.domain.policy import ORDER, WORKING, By
from models.domain.words import AssignmentState, DeadlineKind, Duty, RequestKind
from tests.explore.explorer import replaced

K, R = DeadlineKind, RequestKind
Broken = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Bug:
    """A rule broken on purpose: what it does, in which chapter it shows, and which checks may find it."""

    name: str
    chapter: str
    parties: int
    found_by: tuple[str, ...]
    broken: Broken


BUGS: list[Bug] = []


def _bug(name: str, chapter: str, *found_by: str, parties: int = 2) -> Callable[[Broken], Broken]:
    def register(broken: Broken) -> Broken:
        BUGS.append(Bug(name, chapter, parties, found_by, broken))
        return broken

    return register


def _in_place_of(
    kind: type[c.Command], handler: Callable[[Draft, Any], None]
) -> AbstractContextManager[None]:
    return replaced(HANDLERS, kind, handler)


@_bug("acknowledging stops all parties' clocks", "work", "rule_1_signing_gives_no_time")
def _signs_for_all() -> AbstractContextManager[None]:
    def acknowledge(draft: Draft, command: c.Acknowledge) -> None:
        draft.emit(e.AssignmentAcknowledged(command.party))
        end(draft, draft.order.open_deadlines(kinds=frozenset({K.ACKNOWLEDGE})))

    return _in_place_of(c.Acknowledge, acknowledge)


@_bug("the clock starts when it is signed for", "work", "rule_1_the_clock_starts_at_dispatch")
def _starts_at_signing() -> AbstractContextManager[None]:
    def none_yet(_draft: Draft, _party: str, _found: object) -> None: ...

    return replaced(dispatching, "set_limits", none_yet)


@_bug("done stops the support's clock too", "work", "rule_2_one_party_s_act_leaves_the_others_clocks")
def _done_for_all() -> AbstractContextManager[None]:
    def close_work(draft: Draft, _party: str) -> None:
        for one in tuple(draft.order.acting()):
            ending.close_work(draft, one.party)

    return replaced(working, "close_work", close_work)


@_bug("the fixer may verify", "work", "rule_3_never_by_the_fixer")
def _verifies_itself() -> AbstractContextManager[None]:
    return replaced(ORDER, "verify", {**ORDER["verify"], By.OWN: WORKING})


@_bug("closed once the lead is verified", "work", "rule_3_closed_means_all_verified_or_released")
def _closes_with_the_lead() -> AbstractContextManager[None]:
    def close_if_over(draft: Draft) -> None:
        verified = (one.state is AssignmentState.VERIFIED for one in draft.order.assignments.values())
        if any(verified):
            draft.emit(e.OrderClosed())
            strike(draft, draft.order.open_deadlines())

    return replaced(reviewing, "close_if_over", close_if_over)


@_bug("a third return is taken", "a return alone", "rule_4_two_returns_at_most", parties=3)
def _returns_for_ever() -> AbstractContextManager[None]:
    return replaced(requesting._CHECKS, R.RETURN, requesting._check_nominee)


@_bug("an upheld return strikes nothing", "returns", "rule_4_an_upheld_return_strikes_all")
def _strikes_nothing() -> AbstractContextManager[None]:
    def uphold(draft: Draft, request: Request, command: c.Decide) -> None:
        duty = draft.order.assignments[request.party].duty
        draft.emit(e.AssignmentWithdrawn(request.party, "returned", misrouted=True))
        ending.leave(draft, request.party)
        successor = command.designate or request.nominee or ""
        dispatching.hand_over(draft, request.party, successor, duty, designated=True)

    return replaced(requesting._EFFECTS, R.RETURN, uphold)


@_bug("a dismissed return gives the time back", "returns", "rule_4_a_dismissed_return_gives_no_time")
def _gives_time_back() -> AbstractContextManager[None]:
    real = HANDLERS[c.Decide]

    def decide(draft: Draft, command: c.Decide) -> None:
        real(draft, command)
        for one in draft.order.open_deadlines(party=command.party, kinds=frozenset({K.FIX})):
            if not command.granted:
                strike(draft, [one])
                begin(draft, K.FIX, command.party, Limit.parse(one.limit or "8 h 24x7"))

    return _in_place_of(c.Decide, decide)


@_bug("the clock stops while a request is undecided", "returns", "rule_4_asking_changes_no_clock")
def _stops_by_asking() -> AbstractContextManager[None]:
    real = HANDLERS[c.MakeRequest]

    def make_request(draft: Draft, command: c.MakeRequest) -> None:
        real(draft, command)
        pause(draft, command.party)

    return _in_place_of(c.MakeRequest, make_request)


@_bug("the nominee may be the decider", "returns", "rule_5_the_decider_is_a_third")
def _nominee_decides() -> AbstractContextManager[None]:
    real = rules.decider

    def decider(
        order: Order, context: rules.Context, *, asker: str | None, nominee: str | None = None
    ) -> Any:
        return real(order, context, asker=asker)

    return replaced(rules, "decider", decider)


@_bug("the asker may decide", "returns", "rule_5_decided_by_the_decider")
def _asker_decides() -> AbstractContextManager[None]:
    real = HANDLERS[c.Decide]

    def decide(draft: Draft, command: c.Decide) -> None:
        real(draft, replace(command, granted=True))

    both = ExitStack()
    both.enter_context(replaced(ORDER, "decide", {**ORDER["decide"], By.OWN: WORKING}))
    both.enter_context(_in_place_of(c.Decide, decide))
    return both  # type: ignore[return-value]


@_bug("a hold pauses everybody", "holds", "rule_7_nothing_else_stops_a_clock")
def _holds_all() -> AbstractContextManager[None]:
    def hold(draft: Draft, request: Request, command: c.Decide) -> None:
        requesting._hold(draft, request, command)
        for one in tuple(draft.order.acting()):
            pause(draft, one.party)

    return replaced(requesting._EFFECTS, R.HOLD, hold)


@_bug("a hold has no end", "holds", "rule_7_a_stop_pauses_and_ends")
def _holds_for_ever() -> AbstractContextManager[None]:
    def hold(draft: Draft, request: Request, _command: c.Decide) -> None:
        draft.emit(e.AssignmentHeld(request.party, request.until or draft.now))
        pause(draft, request.party)

    return replaced(requesting._EFFECTS, R.HOLD, hold)


@_bug("a hold may be as long as one likes", "holds", "rule_8_holds_are_short")
def _holds_long() -> AbstractContextManager[None]:
    def check(draft: Draft, command: c.MakeRequest) -> None:
        requesting._until(draft, command)

    return replaced(requesting._CHECKS, R.HOLD, check)


@_bug("a hold gives the whole limit back", "a hold alone", "rule_7_a_pause_conserves_what_is_left")
def _refills() -> AbstractContextManager[None]:
    def resume(draft: Draft, party: str) -> None:
        for one in draft.order.open_deadlines(party=party):
            if one.paused:
                due_at = draft.now + timedelta(microseconds=one.total)
                step = ladder.first_step(
                    changed(one, due_at=due_at), draft.order.severity, draft.context, draft.now
                )
                draft.emit(e.DeadlineResumed(one.id, due_at, next=step))

    return replaced(ending, "resume", resume)


@_bug("extended twice", "an extension alone", "rule_8_one_extension")
def _extends_twice() -> AbstractContextManager[None]:
    real = requesting._check_extend

    def check(draft: Draft, command: c.MakeRequest) -> None:
        state = draft.order
        draft.state = with_party(state, command.party, extensions=0)
        try:
            real(draft, command)
        finally:
            draft.state = state

    return replaced(requesting._CHECKS, R.EXTEND, check)


@_bug("a step fires after the work is done", "work", "limits_end_with_the_work")
def _steps_after_done() -> AbstractContextManager[None]:
    def close_work(draft: Draft, party: str) -> None:
        end_of(draft, party, K.ACKNOWLEDGE)

    return replaced(working, "close_work", close_work)


@_bug("a rung is climbed twice", "work", "ladder_each_rung_once")
def _climbs_twice() -> AbstractContextManager[None]:
    real = ladder.step_after

    def step_after(step: Any, deadline: Any, severity: Any, context: rules.Context) -> Any:
        found = real(step, deadline, severity, context)
        again = step.rung == "yellow" and step.rung not in deadline.reached
        return changed(step, at=found.at) if again and found is not None else found

    return replaced(ladder, "step_after", step_after)


@_bug("what is due now is late already", "work", "ladder_no_step_early", "outcomes_are_what_the_clock_says")
def _fires_early() -> AbstractContextManager[None]:
    real = deciding.settle

    def settle(draft: Draft) -> None:
        now = draft.now
        draft.now = now + (Limit.parse("1 s 24x7").duration)
        real(draft)
        draft.now = now

    return replaced(deciding, "settle", settle)


@_bug("a date moves without an event", "work", "rule_11_due_instants_move_by_events")
def _moves_silently() -> AbstractContextManager[None]:
    real: Fold = evolving._FOLDS[e.AssignmentAcknowledged]

    def acknowledged(order: Order, event: e.AssignmentAcknowledged, at: Any) -> Order:
        later = {
            number: changed(one, due_at=one.due_at + Limit.parse("1 h 24x7").duration)
            if one.kind is K.FIX
            else one
            for number, one in order.deadlines.items()
        }
        return real(changed(order, deadlines=later), event, at)

    return replaced(evolving._FOLDS, e.AssignmentAcknowledged, acknowledged)


@_bug("a notice goes to nobody", "work", "notices_go_to_somebody")
def _tells_nobody() -> AbstractContextManager[None]:
    def done(
        _event: e.AssignmentDone, _order: Order, _context: rules.Context
    ) -> Iterator[tuple[str, str, str]]:
        yield "committee", "", "review"

    return replaced(notices._TELLS, e.AssignmentDone, done)


@_bug("nobody is asked to review", "work", "rule_6_done_work_waits_for_somebody_else")
def _reviews_nothing() -> AbstractContextManager[None]:
    return replaced(working, "ask_review", lambda _draft, _party: None)


@_bug("the lead may be released", "work", "rule_3_only_support_is_released")
def _releases_the_lead() -> AbstractContextManager[None]:
    move = lives.MOVES[c.Release]
    return replaced(lives.MOVES, c.Release, replace(move, duties=frozenset(Duty)))
