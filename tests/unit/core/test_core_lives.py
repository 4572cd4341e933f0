"""Both life tables: for every state and action, allowed or refused as the table says, and nothing else."""

from dataclasses import replace

import pytest

from models.domain.codec import encode
from models.domain.orders import commands as c
from models.domain.orders import minutes as m
from models.domain.orders.handlers import HANDLERS
from models.domain.orders.lives import MOVES, allowed, check, who_may
from models.domain.orders.paying import Ground
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.orders.state import Order, Photo
from models.domain.personal import ContactPart, PersonalData
from models.domain.policy import By
from models.domain.streams import SYSTEM, Actor, Role
from models.domain.words import (
    ACTING,
    AssignmentState,
    DeadlineKind,
    Duty,
    MeetingReason,
    OrderStatus,
    Origin,
    PhotoPurpose,
    RequestKind,
)
from tests.unit.core.kit import IMPORTER, RESIDENT, TEXT, Case, at, context, finish, handler, leak, report

A, S = AssignmentState, OrderStatus
PARTY = "asset_company"
SAMPLES: dict[type[c.Command], c.Command] = {
    c.Triage: c.Triage("leak"),
    c.Reclassify: c.Reclassify(TEXT, "dust"),
    c.Split: c.Split(2, TEXT),
    c.Merge: c.Merge(2, TEXT),
    c.Absorb: c.Absorb(2),
    c.RouteOrder: c.RouteOrder(),
    c.FireDue: c.FireDue(),
    c.RecomputeDeadlines: c.RecomputeDeadlines(),
    c.Supervise: c.Supervise(),
    c.FalseAlarm: c.FalseAlarm(TEXT),
    c.Cancel: c.Cancel(TEXT),
    c.Callback: c.Callback(resolved=True),
    c.Reopen: c.Reopen(TEXT),
    c.AddOutsideNumber: c.AddOutsideNumber("12345", "1"),
    c.Note: c.Note(TEXT),
    c.AttachPhoto: c.AttachPhoto(Photo("p", "0", PhotoPurpose.AFTER, None, 1)),
    c.Publish: c.Publish(TEXT),
    c.Reveal: c.Reveal((ContactPart.PHONE,), TEXT),
    c.Erase: c.Erase((PersonalData.WORDS,), "asked"),
    c.Acknowledge: c.Acknowledge(PARTY),
    c.Contact: c.Contact(PARTY),
    c.Arrive: c.Arrive(PARTY),
    c.MakeSafe: c.MakeSafe(PARTY),
    c.Start: c.Start(PARTY),
    c.Appoint: c.Appoint(PARTY, at("12-01 09:00")),
    c.NameKeyHolder: c.NameKeyHolder(PARTY, TEXT),
    c.Transfer: c.Transfer(PARTY, "tang-ayong"),
    c.NameCraftsman: c.NameCraftsman(PARTY, TEXT),
    c.AddOwnNumber: c.AddOwnNumber(PARTY, "own", "1"),
    c.ProposePlan: c.ProposePlan(PARTY, TEXT, at("12-01 09:00")),
    c.AgreePlan: c.AgreePlan(PARTY),
    c.Done: c.Done(PARTY),
    c.Verify: c.Verify(PARTY),
    c.Reject: c.Reject(PARTY, TEXT),
    c.MakeRequest: c.MakeRequest(PARTY, RequestKind.RETURN, "in_words", TEXT, "client"),
    c.Decide: c.Decide(PARTY, granted=True),
    c.Reassign: c.Reassign(PARTY, "client", TEXT),
    c.Withdraw: c.Withdraw(PARTY, TEXT, "client"),
    c.Release: c.Release(PARTY),
    c.Explain: c.Explain(PARTY, TEXT),
    c.NameParty: c.NameParty(PARTY),
    c.ClaimTime: c.ClaimTime(PARTY, "done", 60),
    c.AcceptClaimedTime: c.AcceptClaimedTime(PARTY),
    m.CallForMeeting: m.CallForMeeting(7, MeetingReason.OTHER, frozenset({PARTY})),
    m.FollowMinutes: m.FollowMinutes(7, (), ()),
    m.FollowRuling: m.FollowRuling(7, ()),
    m.LeaveMeeting: m.LeaveMeeting(7),
    m.ConfirmPayer: m.ConfirmPayer(PARTY, Ground.OLD_DEFECT, Origin.PRE_EXISTING),
    c.SetLimit: c.SetLimit(PARTY, DeadlineKind.FIX, at("12-01 09:00"), TEXT),
}
ACTORS: dict[By, Actor] = {
    By.OWN: handler(PARTY),
    By.ACTING: handler(PARTY),
    By.LEAD_PARTY: handler(PARTY),
    By.COMMITTEE: handler("committee"),
    By.CALLER: handler("committee"),
    By.TRIAGER: handler("property"),
    By.OVERSIGHT: handler("street"),
    By.AUTONOMY_OFFICE: handler("autonomy_office"),
    By.DECIDER: handler("committee"),
    By.VERIFIER: handler("committee"),
    By.MUST_CALL: handler("committee"),
    By.REPORTER: RESIDENT,
    By.MEMBER: handler("owners"),
    By.SYSTEM: SYSTEM,
    By.IMPORTER: IMPORTER,
}


def put(status: OrderStatus, state: AssignmentState, duty: Duty = Duty.LEAD) -> Order:
    """An order as if it had come there: the tables ask for nothing else."""
    order = replace(leak().it, status=status, triage_by="property")
    changed = replace(order.assignments[PARTY], state=state, duty=duty)
    return replace(order, assignments={**order.assignments, PARTY: changed})


def fitting(kind: type[c.Command]) -> Duty:
    """A duty that the line is for."""
    return Duty.LEAD if Duty.LEAD in MOVES[kind].duties else Duty.SUPPORT


def actor_for(kind: type[c.Command], order: Order) -> Actor:
    """Somebody of those whom the line names who stands so to this very order."""
    for by in MOVES[kind].by:
        try:
            check(order, SAMPLES[kind], ACTORS[by], context())
        except NotYours:
            continue
        except IllegalMove:
            pass
        return ACTORS[by]
    raise LookupError(kind)


def test_every_command_to_an_existing_order_has_a_line() -> None:
    kinds = {
        kind
        for kind in (*vars(c).values(), *vars(m).values())
        if isinstance(kind, type) and issubclass(kind, c.Command) and kind not in {c.Command, c.PartyCommand}
    }
    assert set(MOVES) == kinds - {c.Report} == set(SAMPLES)


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == {*MOVES, c.Report}


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("kind", [one for one, move in MOVES.items() if move.states is None])
def test_the_table_of_the_orders_life(kind: type[c.Command], status: OrderStatus) -> None:
    move, order = MOVES[kind], put(status, A.IN_PROGRESS)
    actor = actor_for(kind, order)
    if status in move.order:
        check(order, SAMPLES[kind], actor, context())
    else:
        with pytest.raises(IllegalMove):
            check(order, SAMPLES[kind], actor, context())
    assert ((move.action, None) in allowed(order, actor, context())) == (status in move.order)


@pytest.mark.parametrize("state", AssignmentState)
@pytest.mark.parametrize("kind", [one for one, move in MOVES.items() if move.states is not None])
def test_the_table_of_the_assignments_life(kind: type[c.Command], state: AssignmentState) -> None:
    move, order = MOVES[kind], put(S.OPEN, state, fitting(kind))
    actor = actor_for(kind, order)
    fits = move.states is not None and state in move.states
    if fits:
        check(order, SAMPLES[kind], actor, context())
    else:
        with pytest.raises(IllegalMove):
            check(order, SAMPLES[kind], actor, context())
    assert ((move.action, PARTY) in allowed(order, actor, context())) == fits


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("kind", [one for one, move in MOVES.items() if move.states is not None])
def test_an_assignment_moves_only_while_its_order_lives(kind: type[c.Command], status: OrderStatus) -> None:
    move = MOVES[kind]
    order = put(status, min(move.states or ()), fitting(kind))
    actor = actor_for(kind, order)
    if status in move.order:
        check(order, SAMPLES[kind], actor, context())
    else:
        with pytest.raises(IllegalMove):
            check(order, SAMPLES[kind], actor, context())


def test_the_lead_s_work_cannot_be_released_and_nobody_is_offered_to() -> None:
    order = put(S.OPEN, A.IN_PROGRESS, Duty.LEAD)
    with pytest.raises(IllegalMove):
        check(order, SAMPLES[c.Release], ACTORS[By.COMMITTEE], context())
    assert ("release", PARTY) not in set(allowed(order, ACTORS[By.COMMITTEE], context()))


@pytest.mark.parametrize("duty", [Duty.CONSULT, Duty.INFORM])
def test_who_is_only_consulted_or_informed_has_nothing_to_do(duty: Duty) -> None:
    order = put(S.OPEN, A.DISPATCHED, duty)
    for kind, move in MOVES.items():
        if move.states is not None and move.duties == ACTING and next(iter(move.by)) is By.OWN:
            with pytest.raises(IllegalMove):
                check(order, SAMPLES[kind], handler(PARTY), context())


@pytest.mark.parametrize("kind", MOVES)
def test_a_stranger_may_do_nothing_but_look(kind: type[c.Command]) -> None:
    stranger = Actor(Role.OBSERVER, "designer", "designer-9")
    with pytest.raises(NotYours):
        check(put(S.OPEN, A.IN_PROGRESS), SAMPLES[kind], stranger, context())


def test_a_refusal_says_the_state_who_holds_the_ball_and_what_is_allowed() -> None:
    case = leak()
    with pytest.raises(IllegalMove) as refused:
        case.do(c.Verify(PARTY), handler("committee"))
    assert refused.value.state == "open"
    assert refused.value.holders == ("asset_company", "property")
    assert f"{PARTY}/reassign" in refused.value.allowed
    assert f"{PARTY}/verify" not in refused.value.allowed


def test_a_refusal_says_who_may() -> None:
    case = leak()
    with pytest.raises(NotYours) as refused:
        case.do(c.Acknowledge(PARTY), handler("property"))
    assert refused.value.may == (PARTY,)
    assert who_may(MOVES[c.Verify], case.it, PARTY, context()) == ["committee", "an import"]


def test_a_refused_command_changes_nothing() -> None:
    case = leak()
    before = encode(case.it)
    case.skip("12-20 09:00")
    with pytest.raises(IllegalMove):
        case.do(c.Verify(PARTY), handler("committee"))
    assert encode(case.it) == before


def refused(case: Case, command: c.Command, actor: Actor) -> bool:
    try:
        case.do(command, actor)
    except (IllegalMove, NotYours):
        return True
    return False


def test_the_reporter_takes_a_report_back_only_before_anybody_works_on_it() -> None:
    case = leak()
    case.do(c.Acknowledge("property"), handler("property"))
    assert refused(case, c.Cancel(TEXT), RESIDENT)
    assert not refused(leak(), c.Cancel(TEXT), RESIDENT)


def test_who_triaged_calls_no_false_alarm_once_it_is_a_fixer_like_the_others() -> None:
    case = report("leak")
    assert (("false-alarm", None)) in allowed(case.it, handler("property"), context())
    case.do(c.AttachPhoto(Photo("p", "0", PhotoPurpose.ORIGIN, "property", 1)), handler("property"))
    case.do(c.Triage(origin=leak().it.origin), handler("property"))
    case.do(c.RouteOrder(), SYSTEM)
    assert refused(case, c.FalseAlarm(TEXT), handler("property"))


def test_rejected_work_is_not_released() -> None:
    case = leak()
    finish(case, "property")
    case.do(c.Reject("property", TEXT), handler("committee"))
    assert refused(case, c.Release("property"), handler(PARTY))


def test_the_lead_is_never_released() -> None:
    case = leak()
    assert refused(case, c.Release(PARTY), handler("committee"))
