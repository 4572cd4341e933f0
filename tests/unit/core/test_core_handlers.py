"""What the rules leave to the handlers: routing again, plans, limits, outside numbers, second rounds."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.domain.business_time.calendar import Day, DayKind
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.decide import NoSuchOrderError, needs_routing
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.streams import SYSTEM
from models.domain.words import (
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
    Origin,
    PhotoPurpose,
    RequestKind,
    Severity,
)
from tests.unit.core.kit import (
    ANONYMOUS,
    CHINA,
    IMPORTER,
    RESIDENT,
    TEXT,
    VOLUNTEER,
    Case,
    at,
    finish,
    handler,
    leak,
    local,
    photo,
    playbook,
    report,
    site,
    with_playbook,
)

K, A, R, S = DeadlineKind, AssignmentState, RequestKind, OrderStatus


def closed(when: str = "11-25 10:00", category: str = "loose_fixture") -> Case:
    case = report(category)
    case.do(c.Release("contractor"), handler("property"), when)
    finish(case, "property")
    case.do(c.Verify("property"), handler("committee"))
    return case


def reclassify(case: Case, category: str | None = None, **more: object) -> None:
    case.do(replace(c.Reclassify(TEXT, category), **more), handler("committee"))  # type: ignore[arg-type]
    case.do(c.RouteOrder(), SYSTEM)


# ── triage and routing ───────────────────────────────────────────────────────────────────────────────────


def test_without_a_category_the_committee_triages() -> None:
    case = report(None)
    assert (case.status(), case.it.triage_by) == (S.TRIAGE, "committee")
    with pytest.raises(BadValue, match="category"):
        case.do(c.Triage(), handler("committee"))
    case.do(c.Triage("dust"), handler("committee"))
    assert needs_routing(case.it)
    case.do(c.RouteOrder(), SYSTEM)
    assert {one.party: one.duty for one in case.it.acting()} == {"contractor": "lead", "committee": "support"}


def test_a_leak_of_unknown_origin_is_triaged_by_property_with_a_photo() -> None:
    case = report("leak")
    assert case.clocks("property") == {K.TRIAGE: "11-24 17:30"}
    with pytest.raises(IllegalMove, match="photo"):
        case.do(c.Triage(origin=Origin.WARRANTY), handler("property"))
    case.do(photo("property", PhotoPurpose.ORIGIN), handler("property"))
    with pytest.raises(BadValue, match="origin"):
        case.do(c.Triage(), handler("property"))
    case.do(c.Triage(origin=Origin.WARRANTY), handler("property"))
    case.do(c.RouteOrder(), SYSTEM)
    lead = case.it.lead()
    assert lead is not None
    assert lead.party == "contractor"
    assert case.it.returns == 0


def test_a_routing_hint_may_come_twice() -> None:
    case = leak()
    assert case.do(c.RouteOrder(), SYSTEM).events == ()


def test_what_nobody_can_take_is_unrouted_once_and_routed_when_mended() -> None:
    case = report("dust", rules=with_playbook(routes=()))
    assert (case.status(), case.it.pin) == (S.UNROUTED, None)
    assert "committee:coordinator unrouted" in case.told()
    assert case.do(c.RouteOrder(), SYSTEM).events == ()
    case.rules = Context(playbook(), site())
    case.do(c.RouteOrder(), SYSTEM)
    assert case.status() is S.OPEN


def test_routed_again_a_party_keeps_what_it_did_and_the_others_go() -> None:
    case = report("loose_fixture")
    case.do(c.Start("property"), handler("property"), "11-23 10:00")
    reclassify(case, "electrical")
    assert case.of("property").state is A.IN_PROGRESS
    assert case.clock("property", K.FIX).limit == "24 h 24x7"
    assert case.of("contractor").state is A.WITHDRAWN
    assert case.of("utility").duty is Duty.SUPPORT
    assert not case.it.open_deadlines(party="contractor")


def test_work_goes_on_while_the_router_has_not_come_by() -> None:
    case = report("loose_fixture")
    case.do(c.Reclassify(TEXT, "electrical"), handler("committee"))
    case.do(c.Acknowledge("property"), handler("property"))
    assert case.of("property").state is A.ACKNOWLEDGED


def test_routed_again_a_hold_holds_the_new_limits_too() -> None:
    case = report("loose_fixture")
    case.do(c.MakeRequest("property", R.HOLD, "material", TEXT, until=at("11-25 12:00")), handler("property"))
    case.do(c.Decide("property", granted=True), handler("committee"))
    reclassify(case, "electrical")
    assert case.clock("property", K.FIX).paused


def test_routed_again_what_is_verified_stays_verified() -> None:
    case = report("loose_fixture")
    finish(case, "contractor")
    case.do(c.Verify("contractor"), handler("property"))
    reclassify(case, "fire")
    assert case.of("contractor").state is A.VERIFIED


def test_what_turns_out_dangerous_is_on_the_safety_clock_from_then_on() -> None:
    case = report("loose_fixture")
    reclassify(case, severity=Severity.DANGER)
    assert case.clocks("property")[K.ACKNOWLEDGE] == "11-23 09:27"
    assert case.clocks("property")[K.ON_SITE] == "11-23 09:42"
    reclassify(case, severity=Severity.ORDINARY)
    assert K.ON_SITE not in case.clocks("property")


def test_an_answered_question_that_turns_out_dangerous_has_to_be_verified() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    reclassify(case, severity=Severity.DANGER)
    assert [one.kind for one in case.it.deadlines.values()] == [K.REVIEW]


def test_reclassifying_to_what_nobody_leads_is_refused() -> None:
    case = report(
        "dust", rules=with_playbook(routes=tuple(r for r in playbook().routes if r.category == "dust"))
    )
    with pytest.raises(BadValue, match="lead"):
        case.do(c.Reclassify(TEXT, "fire"), handler("committee"))


def test_support_has_the_leads_limits() -> None:
    case = leak()
    lead, support = case.clocks("asset_company"), case.clocks("property")
    assert support == {kind: due for kind, due in lead.items() if kind is not K.CONTACT}


def test_the_resident_sees_the_latest_limit_of_the_acting_parties() -> None:
    case = leak()
    case.do(c.SetLimit("property", K.FIX, at("12-30 12:00"), TEXT), handler("committee"))
    assert case.it.promised_at == at("12-30 12:00")


def test_a_reporter_who_left_no_trace_is_neither_contacted_nor_called_back() -> None:
    case = report("loose_fixture", reporter=ANONYMOUS)
    assert K.CONTACT not in case.clocks("property")
    case.do(c.Release("contractor"), handler("property"))
    finish(case, "property")
    case.do(c.Verify("property"), handler("committee"))
    assert not case.it.deadlines


def test_a_stream_begins_with_a_report_and_has_one() -> None:
    with pytest.raises(NoSuchOrderError):
        Case().do(c.RouteOrder(), SYSTEM)
    with pytest.raises(NoSuchOrderError):
        leak().do(c.Report("hall", TEXT, ANONYMOUS), RESIDENT)


@pytest.mark.parametrize(("space", "category"), [("attic", "dust"), ("hall", "ghosts")])
def test_a_report_of_an_unknown_space_or_category_is_refused(space: str, category: str) -> None:
    with pytest.raises(BadValue):
        Case().do(c.Report(space, TEXT, ANONYMOUS, category), RESIDENT)


# ── withdrawing ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawn_lead_hands_over_with_a_new_clock_and_the_others_are_unaffected() -> None:
    case = leak()
    before = case.it.open_deadlines(party="property")
    with pytest.raises(BadValue, match="takes over"):
        case.do(c.Withdraw("asset_company", TEXT), handler("committee"), "11-24 10:00")
    case.do(c.Withdraw("asset_company", TEXT, "contractor"), handler("committee"))
    assert case.of("contractor").duty is Duty.LEAD
    assert case.clock("contractor", K.FIX).started_at == at("11-24 10:00")
    assert case.it.open_deadlines(party="property") == before


def test_an_order_left_without_an_acting_party_is_unrouted_never_closed() -> None:
    case = leak()
    case.do(c.Withdraw("property", TEXT), handler("committee"))
    case.do(c.Withdraw("asset_company", TEXT), handler("committee"))
    assert case.status() is S.UNROUTED
    assert case.do(c.RouteOrder(), SYSTEM).events == (), "it waits for a person"
    case.do(c.Reassign("asset_company", "contractor", TEXT), handler("committee"))
    assert (case.status(), case.of("contractor").duty) == (S.OPEN, Duty.LEAD)


def test_an_unrouted_order_that_is_triaged_again_is_routed_again() -> None:
    case = leak()
    case.do(c.Withdraw("property", TEXT), handler("committee"))
    case.do(c.Withdraw("asset_company", TEXT), handler("committee"))
    case.do(c.Triage("dust"), handler("committee"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.status() is S.OPEN


def test_the_router_never_finds_the_same_order_waiting_twice() -> None:
    case = report("dust", rules=with_playbook(routes=()))
    case.do(c.Triage("fire"), handler("committee"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.status() is S.UNROUTED
    assert not needs_routing(case.it)


def test_a_lead_that_goes_leaves_no_closed_order_behind_the_support() -> None:
    case = leak()
    finish(case, "property")
    case.do(c.Verify("property"), handler("committee"))
    case.do(c.Withdraw("asset_company", TEXT), handler("committee"))
    assert case.status() is S.UNROUTED


def test_a_held_party_that_is_withdrawn_never_comes_back_by_the_end_of_its_hold() -> None:
    case = leak()
    case.do(c.MakeRequest("property", R.HOLD, "weather", TEXT, until=at("11-25 12:00")), handler("property"))
    case.do(c.Decide("property", granted=True), handler("committee"))
    case.do(c.Withdraw("property", TEXT), handler("committee"))
    case.until("12-01 09:00")
    assert case.of("property").state is A.WITHDRAWN


def test_consulting_is_reassigned_as_consulting() -> None:
    case = leak()
    case.do(c.Reassign("autonomy_office", "designer", TEXT), handler("committee"))
    assert case.of("designer").duty is Duty.CONSULT
    assert case.clocks("designer") == {}


def test_nobody_takes_over_what_it_has_already() -> None:
    case = leak()
    with pytest.raises(BadValue, match="already"):
        case.do(c.Reassign("property", "asset_company", TEXT), handler("committee"))


def test_who_waited_for_a_party_that_leaves_goes_on() -> None:
    case = leak()
    ask = c.MakeRequest("asset_company", R.WAIT, "in_words", TEXT, "property", at("12-10 12:00"))
    case.do(ask, handler("asset_company"))
    case.do(c.Decide("asset_company", granted=True), handler("property"))
    case.do(c.Withdraw("property", TEXT), handler("committee"))
    assert case.of("asset_company").state is A.DISPATCHED


# ── requests ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ending", ["done", "cancel", "withdraw"])
def test_a_request_lapses_with_its_object_and_nobody_has_to_decide_it(ending: str) -> None:
    case = leak()
    ask = c.MakeRequest("property", R.HOLD, "weather", TEXT, until=at("11-25 12:00"))
    case.do(ask, handler("property"))
    commands = {
        "done": c.Done("property"),
        "cancel": c.Cancel(TEXT),
        "withdraw": c.Withdraw("property", TEXT),
    }
    case.do(commands[ending], handler("property" if ending == "done" else "committee"))
    assert not case.it.requests
    assert K.DECIDE not in case.clocks("committee")
    assert len(case.events(e.RequestLapsed)) == 1


def test_what_was_asked_for_a_date_that_passed_can_only_be_dismissed() -> None:
    case = leak()
    ask = c.MakeRequest("property", R.HOLD, "weather", TEXT, until=at("11-25 12:00"))
    case.do(ask, handler("property"))
    with pytest.raises(IllegalMove, match="dismiss"):
        case.do(c.Decide("property", granted=True), handler("committee"), "11-26 09:00")
    case.do(c.Decide("property", granted=False), handler("committee"))


def test_one_request_at_a_time() -> None:
    case = leak()
    ask = c.MakeRequest("property", R.HOLD, "weather", TEXT, until=at("11-25 12:00"))
    case.do(ask, handler("property"))
    with pytest.raises(IllegalMove, match="undecided"):
        case.do(ask, handler("property"))


def test_a_playbook_may_have_no_holds() -> None:
    case = report("loose_fixture", rules=with_playbook(hold=None))
    ask = c.MakeRequest("property", R.HOLD, "weather", TEXT, until=at("11-25 12:00"))
    with pytest.raises(IllegalMove, match="no holds"):
        case.do(ask, handler("property"))


# ── plans, limits, outside numbers ───────────────────────────────────────────────────────────────────────


def test_a_plan_that_the_acting_parties_agree_sets_the_date_of_the_fix() -> None:
    case = leak()
    case.do(c.ProposePlan("asset_company", TEXT, at("12-04 17:00")), handler("asset_company"))
    assert case.clocks("asset_company")[K.FIX] == "12-14 17:30"
    with pytest.raises(IllegalMove, match="property"):
        case.do(c.AgreePlan("asset_company"), handler("asset_company"))
    case.do(c.AgreePlan("property"), handler("property"))
    assert case.clocks("asset_company")[K.FIX] == "12-04 17:00"


def test_alone_on_the_order_the_decider_agrees_to_the_plan() -> None:
    case = leak()
    case.do(c.Release("property"), handler("asset_company"))
    case.do(c.ProposePlan("asset_company", TEXT, at("12-04 17:00")), handler("asset_company"))
    case.do(c.AgreePlan("asset_company"), handler("committee"))
    assert case.clocks("asset_company")[K.FIX] == "12-04 17:00"


def test_a_plan_binds_when_the_last_that_was_asked_leaves() -> None:
    case = leak()
    reclassify(case, "unclear")
    case.do(c.ProposePlan("property", TEXT, at("12-04 17:00")), handler("property"))
    case.do(c.AgreePlan("autonomy_office"), handler("autonomy_office"))
    case.do(c.Release("asset_company"), handler("autonomy_office"))
    assert case.it.plan is not None
    assert case.it.plan.in_force


def test_the_date_of_a_plan_agreed_during_a_hold_stands_when_the_hold_is_over() -> None:
    case = leak()
    ask = c.MakeRequest("asset_company", R.HOLD, "material", TEXT, until=at("11-27 12:00"))
    case.do(ask, handler("asset_company"))
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    case.do(c.ProposePlan("asset_company", TEXT, at("12-04 17:00")), handler("asset_company"))
    case.do(c.AgreePlan("property"), handler("property"))
    case.until("11-28 09:00")
    assert case.clocks("asset_company")[K.FIX] == "12-04 17:00"


def test_of_an_outside_date_and_the_limit_the_earlier_wins() -> None:
    case = leak()
    case.do(c.AddOutsideNumber("12345", "SH-1", at("12-20 17:30")), handler("committee"))
    assert case.clocks("asset_company")[K.FIX] == "12-14 17:30"
    case.do(c.AddOutsideNumber("12345", "SH-2", at("12-01 17:30")), handler("committee"))
    assert case.clocks("asset_company")[K.FIX] == "12-01 17:30"
    assert case.clocks("property")[K.FIX] == "12-14 17:30"


def test_an_outside_date_binds_whoever_takes_the_lead_later() -> None:
    case = leak()
    case.do(c.AddOutsideNumber("12345", "SH-2", at("11-26 17:30")), handler("committee"))
    case.do(c.Reassign("asset_company", "contractor", TEXT), handler("committee"))
    assert case.clocks("contractor")[K.FIX] == "11-26 17:30"


def test_an_extension_does_not_reach_beyond_an_outside_date() -> None:
    case = leak()
    case.do(c.AddOutsideNumber("12345", "SH-2", at("12-01 17:30")), handler("committee"))
    ask = c.MakeRequest("asset_company", R.EXTEND, "in_words", TEXT, until=at("12-02 17:30"))
    with pytest.raises(BadValue, match="until"):
        case.do(ask, handler("asset_company"))


def test_a_limit_by_hand_needs_a_reason_and_lies_ahead() -> None:
    case = leak()
    with pytest.raises(BadValue, match="reason"):
        case.do(c.SetLimit("property", K.FIX, at("12-01 09:00")), handler("committee"))
    with pytest.raises(BadValue, match="ahead"):
        case.do(c.SetLimit("property", K.FIX, at("11-20 09:00"), TEXT), handler("committee"))
    case.do(c.SetLimit("property", K.FIX, at("11-20 09:00")), IMPORTER)
    case.until("11-23 09:13")
    assert case.of("property").red, "an import may say that it was due before it came here"


def test_no_date_by_hand_outlasts_an_earlier_one_elsewhere() -> None:
    case = leak()
    case.do(c.AddOutsideNumber("12345", "SH-2", at("12-01 17:30")), handler("committee"))
    with pytest.raises(BadValue, match="another system"):
        case.do(c.SetLimit("asset_company", K.FIX, at("12-02 09:00"), TEXT), handler("committee"))
    case.do(c.SetLimit("asset_company", K.FIX, at("11-30 09:00"), TEXT), handler("committee"))


def test_no_limit_is_set_for_what_is_met_already() -> None:
    case = leak()
    case.do(c.Acknowledge("property"), handler("property"))
    with pytest.raises(IllegalMove, match="met already"):
        case.do(c.SetLimit("property", K.ACKNOWLEDGE, at("12-01 09:00"), TEXT), handler("committee"))


def test_publishing_a_year_moves_the_open_provisional_deadlines_on_record() -> None:
    case = leak("12-24 10:00")
    fix = case.clock("asset_company", K.FIX)
    assert fix.provisional
    days = {**CHINA.days, date(2027, 1, 4): Day(DayKind.HOLIDAY, "元旦")}
    published = replace(CHINA, version=2, days=days, published=CHINA.published | {2027})
    case.rules = Context(case.rules.playbook, replace(site(), calendars={"cn-office": published}))
    case.do(c.RecomputeDeadlines(), SYSTEM)
    moved = case.clock("asset_company", K.FIX)
    assert (moved.provisional, moved.calendar_version) == (False, 2)
    assert [local(one.due_at) for one in (fix, moved)] == ["01-15 17:30", "01-18 17:30"]
    assert {one.reason for one in case.events() if isinstance(one, e.DeadlineMoved)} == {"calendar"}
    assert case.do(c.RecomputeDeadlines(), SYSTEM).events == ()


def test_publishing_a_year_fires_no_step_a_second_time() -> None:
    case = leak("12-24 10:00")
    case.until(at("12-24 10:00") + timedelta(days=13))
    assert [rung for rung, _ in case.steps("asset_company", "fix")] == ["yellow_half"]
    days = {**CHINA.days, **{date(2027, 1, n): Day(DayKind.HOLIDAY, "元旦") for n in (4, 5, 6)}}
    published = replace(CHINA, version=2, days=days, published=CHINA.published | {2027})
    case.rules = Context(case.rules.playbook, replace(site(), calendars={"cn-office": published}))
    case.do(c.RecomputeDeadlines(), SYSTEM)
    case.until(at("12-24 10:00") + timedelta(days=27))
    assert [rung for rung, _ in case.steps("asset_company", "fix")] == ["yellow_half", "yellow"]


# ── review, callback, second round ───────────────────────────────────────────────────────────────────────


def test_the_lead_shows_its_work_and_shows_it_again_after_a_rejection() -> None:
    case = report("loose_fixture")
    with pytest.raises(IllegalMove, match="photo"):
        case.do(c.Done("property"), handler("property"))
    finish(case, "property")
    case.do(c.Reject("property", TEXT), handler("committee"))
    assert case.clocks("property")[K.REDO] == "11-26 17:30"
    with pytest.raises(IllegalMove, match="photo"):
        case.do(c.Done("property"), handler("property"))
    finish(case, "property")


def test_not_resolved_reopens_once_and_then_the_decider_is_asked() -> None:
    case = closed()
    case.do(c.Callback(resolved=False, note=TEXT), RESIDENT, "11-26 10:00")
    assert case.status() is S.REOPENED
    case.do(c.RouteOrder(), SYSTEM)
    case.do(c.Release("contractor"), handler("property"))
    finish(case, "property")
    case.do(c.Verify("property"), handler("committee"))
    case.do(c.Callback(resolved=False), RESIDENT, "11-27 10:00")
    assert case.status() is S.CLOSED
    with pytest.raises(IllegalMove, match="decider"):
        case.do(c.Reopen(TEXT), RESIDENT)
    case.do(c.Reopen(TEXT), handler("committee"))
    assert case.it.round == 3


def test_after_fifteen_days_the_reporter_asks_the_decider() -> None:
    case = closed("11-25 10:00")
    case.until("12-10 10:01")
    with pytest.raises(IllegalMove):
        case.do(c.Reopen(TEXT), RESIDENT)


def test_another_volunteer_reopens_nothing() -> None:
    with pytest.raises(NotYours):
        closed().do(c.Reopen(TEXT), VOLUNTEER)


def test_a_second_round_has_new_assignments_three_days_for_contact_and_plan_and_the_limit_for_the_fix() -> (
    None
):
    case = closed()
    case.do(c.Reopen(TEXT), RESIDENT, "11-30 10:00")
    case.do(c.RouteOrder(), SYSTEM)
    assert {one.party: one.round for one in case.it.acting()} == {"property": 2, "contractor": 2}
    assert case.of("property").acknowledged_at is None
    assert case.clocks("property") == {
        K.ACKNOWLEDGE: "11-30 12:00",
        K.CONTACT: "12-03 17:30",
        K.PLAN: "12-03 17:30",
        K.FIX: "12-03 10:00",
    }


def test_not_satisfied_is_heard_by_the_coordinator_and_reopens_nothing() -> None:
    case = closed()
    case.do(c.Callback(resolved=True, satisfied=False), handler("committee"))
    assert case.status() is S.CLOSED
    assert "committee:coordinator not_satisfied" in case.told()


def test_the_callback_is_two_working_days_after_closing() -> None:
    case = closed("11-25 10:00")
    assert case.clocks("committee") == {K.CALLBACK: "11-27 17:30"}
    case.do(c.Callback(resolved=True), handler("committee"))
    with pytest.raises(IllegalMove, match="recorded"):
        case.do(c.Callback(resolved=True), handler("committee"))


def test_consult_and_inform_end_with_the_order() -> None:
    case = leak()
    for party in ("asset_company", "property"):
        finish(case, party)
        case.do(c.Verify(party), handler("committee"))
    assert case.of("autonomy_office").ended_at == case.it.closed_at


def test_an_order_that_absorbed_others_is_not_merged_away() -> None:
    case = leak()
    case.do(c.Absorb(9), handler("committee"))
    with pytest.raises(IllegalMove, match="merged into it"):
        case.do(c.Merge(3, TEXT), handler("committee"))


def test_a_merged_order_asks_nothing_of_anybody() -> None:
    case = leak()
    case.do(c.Merge(3, TEXT), handler("committee"))
    assert (case.status(), dict(case.it.deadlines)) == (S.MERGED, {})
    assert "asset_company:handler ended.merged" in case.told()


def test_a_photo_belongs_to_the_round_in_which_it_came() -> None:
    case = closed()
    case.do(c.Reopen(TEXT), RESIDENT)
    case.do(c.RouteOrder(), SYSTEM)
    case.do(photo("property"), handler("property"))
    assert [one.round for one in case.it.photos] == [1, 2]


def test_supervision_by_hand_is_raised_once() -> None:
    case = leak()
    case.do(c.Supervise(TEXT), handler("street"))
    assert "asset_company:lead supervised" in case.told()
    with pytest.raises(IllegalMove, match="already"):
        case.do(c.Supervise(TEXT), handler("street"))


def test_the_clock_of_a_party_is_its_own_calendars() -> None:
    early = replace(CHINA, code="early", closes=CHINA.closes.replace(hour=12, minute=0))
    parties = {
        code: replace(party, calendar="early") if code == "property" else party
        for code, party in site().parties.items()
    }
    place = replace(site(), parties=parties, calendars={"cn-office": CHINA, "early": early})
    case = report("leak", origin=Origin.PRE_EXISTING, rules=Context(playbook(), place))
    assert local(case.clock("asset_company", K.ACKNOWLEDGE).due_at) == "11-24 17:30"
    assert local(case.clock("property", K.ACKNOWLEDGE).due_at) == "11-24 12:00"
