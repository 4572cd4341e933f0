"""The twelve rules of domain.md that never bend, each by its number."""

from dataclasses import FrozenInstanceError, replace
from datetime import timedelta

import pytest

from models.domain.business_time.calendar import Calendar
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import rules
from models.domain.orders.decide import OtherPlaybookError, decide
from models.domain.orders.evolve import FoldError, evolve
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.streams import SYSTEM
from models.domain.words import (
    AssignmentState,
    DeadlineKind,
    OrderStatus,
    Origin,
    PhotoPurpose,
    RequestKind,
    Severity,
)
from tests.unit.core.kit import (
    IMPORTER,
    RESIDENT,
    TEXT,
    VOLUNTEER,
    Case,
    at,
    context,
    finish,
    handler,
    leak,
    local,
    photo,
    report,
    site,
)

K, A, R = DeadlineKind, AssignmentState, RequestKind


def asks(case: Case, party: str, kind: RequestKind, **given: object) -> None:
    reason = "material" if kind is R.HOLD else "in_words"
    command = c.MakeRequest(party, kind, reason, TEXT)
    case.do(replace(command, **given), handler(party))  # type: ignore[arg-type]


def decides(case: Case, by: str, party: str, *, granted: bool = True) -> None:
    case.do(c.Decide(party, granted, TEXT), handler(by))


# ── 1 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_01_the_clock_starts_at_dispatch_not_at_acknowledgement() -> None:
    case = leak("11-23 09:12")
    before = case.clock("asset_company", K.FIX)
    case.do(c.Acknowledge("asset_company"), handler("asset_company"), "11-25 16:00")
    assert case.clock("asset_company", K.FIX).due_at == before.due_at
    assert local(before.due_at) == "12-14 17:30"


def test_rule_01_signing_late_is_late() -> None:
    case = leak("11-23 09:12")
    case.do(c.Acknowledge("asset_company"), handler("asset_company"), "11-25 09:00")
    (ended,) = case.events(e.DeadlineEnded)
    assert isinstance(ended, e.DeadlineEnded)
    assert ended.outcome == "late"


def test_rule_01_a_triage_runs_from_the_report_however_late_it_is_routed() -> None:
    case = Case(now=at("11-23 09:12"))
    case.do(c.Report("hall", TEXT, report().it.reporter), RESIDENT)
    case.do(c.RouteOrder(), SYSTEM, "11-24 10:00")
    assert case.clocks("committee") == {K.TRIAGE: "11-24 17:30"}


# ── 2 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_02_an_acknowledgement_silences_nobody_else() -> None:
    case = leak()
    before = case.it.open_deadlines(party="property")
    case.do(c.Acknowledge("asset_company"), handler("asset_company"))
    assert case.it.open_deadlines(party="property") == before


def test_rule_02_a_hold_stops_its_own_party_alone() -> None:
    case = leak()
    before = case.it.open_deadlines(party="property")
    asks(case, "asset_company", R.HOLD, until=at("11-30 17:30"))
    decides(case, "committee", "asset_company")
    assert all(one.paused for one in case.it.open_deadlines(party="asset_company") if one.kind != K.HOLD_END)
    assert case.it.open_deadlines(party="property") == before


def test_rule_02_completion_leaves_the_others_ladder_climbing() -> None:
    case = leak()
    finish(case, "asset_company", "11-23 15:00")
    case.until("12-20 09:00")
    assert [rung for rung, _ in case.steps("property", "fix")] == ["yellow_half", "yellow", "red", "urge"]


# ── 3 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_03_an_order_closes_only_when_every_acting_party_is_verified() -> None:
    case = leak()
    finish(case, "asset_company", "11-25 10:00")
    case.do(c.Verify("asset_company"), handler("committee"))
    assert case.status() is OrderStatus.OPEN
    finish(case, "property")
    assert case.status() is OrderStatus.AWAITING_REVIEW
    case.do(c.Verify("property"), handler("committee"))
    assert case.status() is OrderStatus.CLOSED


def test_rule_03_a_released_support_does_not_keep_it_open() -> None:
    case = leak()
    finish(case, "asset_company", "11-25 10:00")
    case.do(c.Verify("asset_company"), handler("committee"))
    case.do(c.Release("property"), handler("committee"))
    assert case.status() is OrderStatus.CLOSED


@pytest.mark.parametrize("party", ["property", "contractor"])
def test_rule_03_the_fixer_never_verifies_its_own_work(party: str) -> None:
    case = report("loose_fixture")
    finish(case, party)
    with pytest.raises(NotYours):
        case.do(c.Verify(party), handler(party))


def test_rule_03_no_playbook_can_make_the_fixer_its_own_verifier() -> None:
    capacity = next(iter(site().parties["contractor"].capacities))
    loose = replace(context().playbook, verifiers={capacity: (str(capacity),)})
    case = report("loose_fixture", rules=Context(loose, site()))
    assert "contractor" not in rules.verifiers(case.of("contractor"), case.rules)
    assert rules.verifiers(case.of("contractor"), case.rules)


def test_rule_03_the_asker_never_decides_its_own_request() -> None:
    case = report("activity_noise")
    asks(case, "committee", R.HOLD, until=at("11-30 17:30"))
    request = case.it.request_of("committee")
    assert request is not None
    assert request.decider == "street"
    with pytest.raises(NotYours):
        decides(case, "committee", "committee")


def test_rule_03_who_answered_a_question_cannot_say_that_it_helped() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"))
    with pytest.raises(NotYours):
        case.do(c.Callback(resolved=True), handler("committee"))


# ── 4 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_04_a_return_names_who_is_responsible_instead_and_why() -> None:
    case = leak()
    with pytest.raises(BadValue, match="nominee"):
        asks(case, "asset_company", R.RETURN)
    with pytest.raises(BadValue, match="text"):
        asks(case, "asset_company", R.RETURN, nominee="contractor", text=None)


def test_rule_04_the_clock_runs_on_while_a_return_is_undecided() -> None:
    case = leak()
    before = case.it.open_deadlines(party="asset_company")
    asks(case, "asset_company", R.RETURN, nominee="contractor")
    assert case.of("asset_company").state is A.RETURN_REQUESTED
    assert case.it.open_deadlines(party="asset_company") == before


def test_rule_04_an_upheld_return_strikes_the_steps_and_starts_a_new_clock() -> None:
    case = leak()
    asks(case, "asset_company", R.RETURN, nominee="contractor")
    case.until("11-25 10:00")
    assert case.of("asset_company").red
    decides(case, "committee", "asset_company")
    assert case.of("asset_company").misrouted
    assert not case.of("asset_company").red
    assert not case.it.open_deadlines(party="asset_company")
    assert case.clock("contractor", K.FIX).started_at == case.now
    outcomes = {event.outcome for event in case.events() if isinstance(event, e.DeadlineEnded)}
    assert "struck" in outcomes


def test_rule_04_a_dismissed_return_gives_no_time_back() -> None:
    case = leak()
    before = case.it.open_deadlines(party="asset_company")
    asks(case, "asset_company", R.RETURN, nominee="contractor")
    decides(case, "committee", "asset_company", granted=False)
    assert case.of("asset_company").state is A.DISPATCHED
    assert case.it.open_deadlines(party="asset_company") == before


@pytest.mark.parametrize("granted", [True, False])
def test_rule_04_whom_the_decider_named_may_not_return_the_order_again(*, granted: bool) -> None:
    case = leak()
    asks(case, "asset_company", R.RETURN, nominee="contractor")
    decides(case, "committee", "asset_company", granted=granted)
    named = "contractor" if granted else "asset_company"
    with pytest.raises(IllegalMove, match="may not return"):
        asks(case, named, R.RETURN, nominee="property")


def test_rule_04_after_two_returns_the_decider_designates_directly() -> None:
    case = leak()
    case.do(c.Reclassify(TEXT, "unclear"), handler("committee"))
    case.do(c.RouteOrder(), SYSTEM)
    for party in ("asset_company", "property"):
        asks(case, party, R.RETURN, nominee="contractor")
        decides(case, "committee", party, granted=False)
    with pytest.raises(IllegalMove, match="designates directly"):
        asks(case, "autonomy_office", R.RETURN, nominee="contractor")
    case.do(c.Reassign("autonomy_office", "client", TEXT), handler("committee"))
    assert case.of("client").designated


# ── 5 ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("category", "party", "nominee", "decider"),
    [
        ("loose_fixture", "property", "contractor", "committee"),
        ("loose_fixture", "property", "committee", "autonomy_office"),
        ("dust", "contractor", "property", "autonomy_office"),
        ("activity_noise", "committee", "property", "street"),
        ("dust", "contractor", "autonomy_office", "street"),
    ],
)
def test_rule_05_decides_the_first_that_is_no_asker_no_nominee_and_does_not_act(
    category: str, party: str, nominee: str, decider: str
) -> None:
    case = report(category)
    asks(case, party, R.RETURN, nominee=nominee)
    assert case.clocks(decider)[K.DECIDE] == "11-24 17:30"


def test_rule_05_who_comes_to_act_on_the_order_decides_nothing_on_it() -> None:
    case = report("loose_fixture")
    asks(case, "property", R.EXTEND, until=at("11-27 09:00"))
    case.do(c.Reassign("contractor", "committee", TEXT), handler("committee"))
    request = case.it.request_of("property")
    assert request is not None
    assert request.decider == "autonomy_office"
    assert K.DECIDE in case.clocks("autonomy_office")
    assert K.DECIDE not in case.clocks("committee")


def test_rule_05_what_nobody_is_left_to_decide_lapses_and_the_asker_goes_on() -> None:
    case = report("unclear")
    case.do(c.Reassign("autonomy_office", "property", TEXT), handler("committee"))
    for party, named in (("property", "autonomy_office"), ("property", "contractor")):
        asks(case, party, R.WAIT, nominee=named, until=at("11-30 17:30"))
        case.do(c.Decide("property", granted=True), handler(named))
        case.do(c.Start("property"), handler("property"))
    asks(case, "contractor", R.RETURN, nominee="street")
    assert case.it.request_of("contractor").decider == "committee"  # type: ignore[union-attr]
    asks(case, "property", R.WAIT, nominee="committee", until=at("11-30 17:30"))
    case.do(c.Decide("property", granted=True), handler("committee"))
    assert case.of("committee").acting
    assert not case.it.requests
    assert case.of("contractor").state is A.DISPATCHED


def test_rule_05_deciding_has_its_own_clock_and_ladder() -> None:
    case = report("loose_fixture")
    asks(case, "property", R.RETURN, nominee="contractor")
    case.until("11-27 09:00")
    assert case.steps("committee", "decide") == [
        ("yellow", "11-24 14:08"),
        ("red", "11-24 17:30"),
        ("urge", "11-25 17:30"),
    ]
    assert any(one.startswith("committee:lead") and "step.red.decide" in one for one in case.told())


# ── 6 ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("category", "party", "verifiers"),
    [
        ("loose_fixture", "contractor", ["property", "client", "supervisor"]),
        ("loose_fixture", "property", ["committee"]),
        ("activity_noise", "autonomy_office", ["street"]),
        ("activity_noise", "committee", ["autonomy_office"]),
    ],
)
def test_rule_06_the_verifier_is_another_party(category: str, party: str, verifiers: list[str]) -> None:
    for verifier in verifiers:
        case = report(category)
        finish(case, party)
        case.do(c.Verify(party), handler(verifier))
        assert case.of(party).state is A.VERIFIED


@pytest.mark.parametrize("person", [RESIDENT, VOLUNTEER])
def test_rule_06_the_committees_own_work_is_verified_by_reporter_or_volunteer(person: object) -> None:
    case = report("activity_noise")
    finish(case, "committee")
    case.do(c.Verify("committee"), person)  # type: ignore[arg-type]
    assert case.of("committee").state is A.VERIFIED


def test_rule_06_questions_close_when_they_helped() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    case.do(c.Callback(resolved=True, satisfied=True), RESIDENT, "11-23 12:00")
    assert case.status() is OrderStatus.CLOSED
    assert not case.it.deadlines, "who said that it helped is not called back"


def test_rule_06_nobody_is_asked_to_review_what_ends_when_it_helped() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    assert not [one for one in case.told() if one.endswith(" review")]


def test_rule_06_questions_close_after_three_working_days_without_objection() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    case.until("11-26 17:30")
    assert case.status() is OrderStatus.AWAITING_REVIEW
    case.until("11-26 17:31")
    assert case.status() is OrderStatus.CLOSED
    assert case.it.closed_at == at("11-26 17:30")


def test_rule_06_an_objection_sends_the_answer_back() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    case.do(c.Callback(resolved=False, note=TEXT), RESIDENT, "11-23 12:00")
    assert case.of("committee").state is A.REJECTED
    assert case.clocks("committee") == {K.REDO: "11-26 17:30"}


def test_rule_06_silence_never_passes_a_safety_item() -> None:
    case = report("question", severity=Severity.DANGER)
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    case.until("12-23 11:00")
    assert case.status() is OrderStatus.AWAITING_REVIEW
    assert case.it.open_deadlines(kinds=frozenset({K.OBJECTION})) == ()


def test_rule_06_a_late_verifier_is_late_itself_and_never_the_fixer() -> None:
    case = leak()
    finish(case, "asset_company", "11-23 15:00")
    case.until("12-01 09:00")
    assert not case.of("asset_company").red
    assert case.steps("committee", "review")[:2] == [("yellow", "11-24 15:18"), ("red", "11-24 17:30")]
    assert rules.stage(case.it, case.of("asset_company")) == "under_review"


# ── 7 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_07_asking_stops_no_clock() -> None:
    case = leak()
    asks(case, "asset_company", R.HOLD, until=at("11-30 17:30"))
    assert not any(one.paused for one in case.it.deadlines.values())


def test_rule_07_an_accepted_wait_stops_the_asker_and_starts_the_named_party() -> None:
    case = leak()
    asks(case, "asset_company", R.WAIT, nominee="client", until=at("11-27 17:30"))
    decides(case, "client", "asset_company")
    assert case.of("asset_company").state is A.WAITING
    assert case.clock("asset_company", K.FIX).paused
    assert case.clocks("client")[K.FIX] == "11-27 17:30"


def test_rule_07_the_wait_ends_when_the_named_party_has_delivered() -> None:
    case = leak()
    left = timedelta(hours=(15 * 8.5) + 8.3)
    asks(case, "asset_company", R.WAIT, nominee="client", until=at("11-27 17:30"))
    decides(case, "client", "asset_company")
    case.do(c.Done("client"), handler("client"), "11-25 09:12")
    assert case.of("asset_company").state is A.DISPATCHED
    fix = case.clock("asset_company", K.FIX)
    assert fix.ran_on_with == left // timedelta(microseconds=1)
    assert local(fix.due_at) == "12-16 17:30", "two working days later than without the wait"


def test_rule_07_the_wait_ends_at_its_date_and_the_named_party_is_late() -> None:
    case = leak()
    asks(case, "asset_company", R.WAIT, nominee="client", until=at("11-25 17:30"))
    decides(case, "client", "asset_company")
    case.until("11-26 09:00")
    assert case.of("asset_company").state is A.DISPATCHED
    assert not case.clock("asset_company", K.FIX).paused
    assert case.of("client").red


def test_rule_07_who_is_waited_for_may_accept_but_not_refuse() -> None:
    case = leak()
    asks(case, "asset_company", R.WAIT, nominee="client", until=at("11-27 17:30"))
    with pytest.raises(NotYours):
        decides(case, "client", "asset_company", granted=False)


def test_rule_07_two_parties_cannot_wait_for_one_another() -> None:
    case = leak()
    asks(case, "asset_company", R.WAIT, nominee="property", until=at("11-27 17:30"))
    decides(case, "property", "asset_company")
    with pytest.raises(IllegalMove, match="waits for you"):
        asks(case, "property", R.WAIT, nominee="asset_company", until=at("11-27 17:30"))


# ── 8 ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_08_a_hold_has_a_reason_of_the_list_and_lasts_at_most_fifteen_working_days() -> None:
    case = leak()
    with pytest.raises(BadValue, match="owners_vote"):
        asks(case, "asset_company", R.HOLD, reason="busy", until=at("11-30 17:30"))
    with pytest.raises(BadValue, match="15 WD"):
        asks(case, "asset_company", R.HOLD, until=at("12-15 09:00"))
    asks(case, "asset_company", R.HOLD, until=at("12-14 17:30"))


def test_rule_08_a_hold_is_renewed_once() -> None:
    case = leak()
    for day in ("11-25", "11-27"):
        asks(case, "asset_company", R.HOLD, until=at(f"{day} 17:30"))
        decides(case, "committee", "asset_company")
    assert case.of("asset_company").holds == 2
    with pytest.raises(IllegalMove, match="renewed already"):
        asks(case, "asset_company", R.HOLD, until=at("11-30 17:30"))
    case.until("11-28 09:00")
    assert case.of("asset_company").state is A.DISPATCHED, "held before it was acknowledged, not after"


@pytest.mark.parametrize(("kind", "given"), [(R.HOLD, {}), (R.WAIT, {"nominee": "client"})])
def test_rule_08_nothing_stops_before_the_place_is_safe(kind: RequestKind, given: dict[str, str]) -> None:
    case = report("electrical", severity=Severity.DANGER)
    with pytest.raises(IllegalMove, match="not safe yet"):
        asks(case, "property", kind, until=at("11-24 17:30"), **given)
    case.do(c.MakeSafe("property"), handler("property"))
    asks(case, "property", kind, until=at("11-24 17:30"), **given)


def test_rule_08_an_extension_is_asked_before_the_limit_once_for_at_most_as_long_again() -> None:
    case = report("loose_fixture")
    with pytest.raises(BadValue, match="until"):
        asks(case, "property", R.EXTEND, until=at("11-29 09:13"))
    asks(case, "property", R.EXTEND, until=at("11-29 09:12"))
    decides(case, "committee", "property")
    assert case.clocks("property")[K.FIX] == "11-29 09:12"
    with pytest.raises(IllegalMove, match="extended already"):
        asks(case, "property", R.EXTEND, until=at("11-30 09:12"))


def test_rule_08_after_the_limit_it_is_too_late_to_ask() -> None:
    case = report("loose_fixture")
    case.until("11-26 09:12")
    with pytest.raises(IllegalMove, match="limit has passed"):
        asks(case, "property", R.EXTEND, until=at("11-27 09:12"))


# ── 9 ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("category", ["loose_fixture", "activity_noise", "soundproofing", "question"])
def test_rule_09_danger_is_on_the_round_the_clock_limits_whatever_the_category(category: str) -> None:
    case = report(category, severity=Severity.DANGER, origin=Origin.PRE_EXISTING, when="11-28 23:00")
    lead = case.it.lead()
    assert lead is not None
    on_site = "11-29 01:00" if lead.party == "asset_company" else "11-28 23:30"
    clocks = case.clocks(lead.party)
    assert (clocks[K.ACKNOWLEDGE], clocks[K.ON_SITE]) == ("11-28 23:15", on_site)


def test_rule_09_support_has_the_leads_safety_limits_except_on_site() -> None:
    case = report("electrical", severity=Severity.DANGER)
    assert case.clocks("utility")[K.ACKNOWLEDGE] == "11-23 09:27"
    assert K.ON_SITE not in case.clocks("utility")


def test_rule_09_the_place_is_made_safe_within_an_hour_of_arrival() -> None:
    case = report("electrical", severity=Severity.DANGER)
    case.do(c.Arrive("property"), handler("property"), "11-23 09:20")
    assert case.of("property").state is A.ACKNOWLEDGED
    assert case.clocks("property")[K.MAKE_SAFE] == "11-23 10:20"


def test_rule_09_a_pending_return_keeps_nobody_from_making_safe() -> None:
    case = report("electrical", severity=Severity.DANGER)
    asks(case, "property", R.RETURN, nominee="contractor")
    case.do(c.MakeSafe("property"), handler("property"))
    assert K.ON_SITE not in case.clocks("property")
    decides(case, "committee", "property", granted=False)
    assert case.of("property").state is A.ACKNOWLEDGED


def test_rule_09_who_triages_a_danger_makes_safe_meanwhile() -> None:
    case = report("leak", severity=Severity.DANGER)
    assert case.status() is OrderStatus.TRIAGE
    assert case.clocks("property") == {
        K.TRIAGE: "11-23 11:12",
        K.ACKNOWLEDGE: "11-23 09:27",
        K.ON_SITE: "11-23 09:42",
    }
    case.do(c.MakeSafe("property"), handler("property"))
    case.do(photo("property", PhotoPurpose.ORIGIN), handler("property"))
    case.do(c.Triage(origin=Origin.PRE_EXISTING), handler("property"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("property").made_safe_at is not None
    assert case.of("property").duty == "support"


# ── 10 ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_10_an_order_pins_the_version_it_was_dispatched_under() -> None:
    pin = leak().it.pin
    assert pin is not None
    assert pin.digest == context().playbook.digest


def test_rule_10_a_danger_that_is_dispatched_to_the_triaging_party_is_pinned_too() -> None:
    assert report("leak", severity=Severity.DANGER).it.pin is not None


def test_rule_10_nothing_is_decided_under_another_version() -> None:
    case = leak()
    newer = Context(replace(context().playbook, version=2, digest="f" * 64), site())
    with pytest.raises(OtherPlaybookError):
        decide(case.order, c.Acknowledge("property"), newer, now=case.now, actor=handler("property"))


def test_rule_10_the_pin_survives_a_reopening() -> None:
    case = closed(leak())
    pin = case.it.pin
    case.do(c.Reopen(TEXT), RESIDENT)
    case.do(c.RouteOrder(), SYSTEM)
    assert (case.it.round, case.it.pin) == (2, pin)


# ── 11 ───────────────────────────────────────────────────────────────────────────────────────────────────


def closed(case: Case) -> Case:
    for party in [one.party for one in case.it.acting()]:
        finish(case, party)
    for one in list(case.it.acting()):
        verifier = rules.reviewer(one, case.rules)
        case.do(c.Verify(one.party), handler(verifier or "committee"))
    assert case.status() is OrderStatus.CLOSED
    return case


def test_rule_11_the_state_is_the_fold_of_the_events() -> None:
    case = closed(leak())
    state = None
    for event, when in case.history:
        state = evolve(state, event, when)
    assert state == case.order


def test_rule_11_an_event_cannot_be_edited() -> None:
    (reported, *_) = leak().events()
    with pytest.raises(FrozenInstanceError):
        reported.space = "hall"  # type: ignore[attr-defined]


def test_rule_11_a_life_begins_with_its_report_and_has_one() -> None:
    first, second, *_ = leak().events()
    with pytest.raises(FoldError):
        evolve(None, second, at("11-23 09:12"))
    with pytest.raises(FoldError):
        evolve(leak().order, first, at("11-23 09:12"))


def test_rule_11_editing_a_calendar_moves_no_due_instant() -> None:
    case = leak()
    before = dict(case.it.deadlines)
    idle = Calendar("cn-office", 2, "Asia/Shanghai", weekend=frozenset({1, 2, 3, 4, 6, 7}))
    case.rules = Context(case.rules.playbook, replace(site(), calendars={"cn-office": idle}))
    case.do(c.Note(TEXT), handler("property"))
    assert case.it.deadlines == before


def test_rule_11_a_limit_by_hand_or_import_is_a_fact_as_well() -> None:
    case = report("loose_fixture")
    case.do(c.SetLimit("property", K.FIX, at("11-24 12:00")), IMPORTER)
    (moved,) = case.events(e.DeadlineMoved)
    assert isinstance(moved, e.DeadlineMoved)
    assert (moved.reason, local(moved.due_at)) == ("import", "11-24 12:00")


# ── 12 ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_rule_12_free_text_is_a_reference_with_a_commitment_in_every_event() -> None:
    case = leak()
    case.do(c.Note(TEXT, "property"), handler("property"))
    (note,) = case.events(e.NoteAdded)
    assert isinstance(note, e.NoteAdded)
    assert note.note == TEXT


def test_rule_12_a_reason_in_words_never_enters_the_ledger() -> None:
    case = leak()
    with pytest.raises(BadValue, match="beside the ledger"):
        asks(case, "asset_company", R.RETURN, nominee="contractor", reason="王阿姨 138 1234 5678 说的")
