"""催办、督办: when each rung is reached, whom it tells, and above all whom it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.streams import SYSTEM, Urgency
from models.domain.words import DeadlineKind, Origin, RequestKind, Severity
from tests.unit.core.kit import (
    ANONYMOUS,
    TEXT,
    TICK,
    Case,
    at,
    finish,
    handler,
    leak,
    local,
    report,
    with_playbook,
)

K, R = DeadlineKind, RequestKind


def acknowledged(case: Case, *parties: str) -> Case:
    for party in parties:
        case.do(c.Acknowledge(party), handler(party))
    return case


# ── when ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_limit_of_fifteen_working_days_climbs_over_the_national_holiday() -> None:
    case = acknowledged(leak("09-18 16:30"), "asset_company", "property")
    case.do(c.Contact("asset_company"), handler("asset_company"))
    assert case.clocks("asset_company") == {K.FIX: "10-15 17:30"}
    case.until("11-08 09:00")
    assert case.steps("asset_company", "fix") == [
        ("yellow_half", "09-30 12:45"),
        ("yellow", "10-12 17:18"),
        ("red", "10-15 17:30"),
        ("urge", "10-16 17:30"),
        ("supervise", "10-22 17:30"),
        ("supervise", "10-29 17:30"),
        ("supervise", "11-05 17:30"),
    ]


def test_make_up_days_count_as_working_days() -> None:
    case = report("activity_noise", when="09-18 10:00")
    assert case.clocks("committee")[K.ACKNOWLEDGE] == "09-20 17:30", "a Sunday worked for the holiday"


def test_three_days_round_the_clock_have_one_yellow_at_four_fifths() -> None:
    case = acknowledged(report("loose_fixture"), "property", "contractor")
    case.until("12-04 09:00")
    assert case.steps("property", "fix") == [
        ("yellow", "11-25 18:48"),
        ("red", "11-26 09:12"),
        ("urge", "11-27 17:30"),
        ("supervise", "12-03 17:30"),
    ]


def test_limits_under_an_hour_are_yellow_at_half_time_alone() -> None:
    case = report("electrical")
    case.until("11-23 09:43")
    assert case.steps("property", "acknowledge") == [("yellow_short", "11-23 09:27"), ("red", "11-23 09:42")]


def test_danger_climbs_in_hours() -> None:
    case = report("electrical", severity=Severity.DANGER, when="11-28 23:00")
    case.until("11-29 04:00")
    assert case.steps("property", "acknowledge") == [
        ("yellow_short", "11-28 23:07"),
        ("red", "11-28 23:15"),
        ("urge", "11-29 00:15"),
        ("supervise", "11-29 03:15"),
    ]


def test_done_at_exactly_the_due_instant_is_on_time() -> None:
    case = report("loose_fixture")
    finish(case, "property", "11-26 09:12")
    assert "red" not in [rung for rung, _ in case.steps("property", "fix")]
    late = report("loose_fixture")
    finish(late, "property", at("11-26 09:12") + TICK)
    assert ("red", "11-26 09:12") in late.steps("property", "fix")


def test_an_extension_takes_the_steps_that_lie_ahead_up_again() -> None:
    case = acknowledged(report("loose_fixture"), "property", "contractor")
    case.do(c.Contact("property"), handler("property"))
    case.do(
        c.MakeRequest("property", R.EXTEND, "in_words", TEXT, until=at("11-29 09:12")), handler("property")
    )
    case.do(c.Decide("property", granted=True), handler("committee"), "11-26 12:00")
    assert not case.of("property").red
    case.until("11-30 09:12")
    assert case.steps("property", "fix") == [
        ("yellow", "11-25 18:48"),
        ("red", "11-26 09:12"),
        ("yellow", "11-28 04:24"),
        ("red", "11-29 09:12"),
    ]
    numbered = [(one.rung, one.occurrence) for one in case.stepped("property", "fix")]
    assert numbered == [("yellow", 1), ("red", 1), ("yellow", 2), ("red", 2)]


def test_a_hold_that_comes_late_moves_the_rest_of_the_ladder_not_what_was_reached() -> None:
    case = acknowledged(leak(), "asset_company", "property")
    case.until("12-15 10:00")
    assert case.of("asset_company").red
    ask = c.MakeRequest("asset_company", R.HOLD, "material", TEXT, until=at("12-21 12:00"))
    case.do(ask, handler("asset_company"))
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    case.until("12-21 17:00")
    assert case.of("asset_company").red, "it was late before and is late again"
    assert [rung for rung, _ in case.steps("asset_company", "fix")] == ["yellow_half", "yellow", "red"]
    case.until("12-22 18:00")
    assert case.steps("asset_company", "fix")[-1] == ("urge", "12-22 17:30")


def test_a_pause_at_the_top_of_the_ladder_goes_on_repeating_afterwards() -> None:
    case = acknowledged(report("loose_fixture"), "property", "contractor")
    case.until("12-04 09:00")
    ask = c.MakeRequest("property", R.HOLD, "material", TEXT, until=at("12-14 12:00"))
    case.do(ask, handler("property"))
    case.do(c.Decide("property", granted=True), handler("committee"))
    case.until("12-30 09:00")
    turns = [one for one in case.stepped("property", "fix") if one.rung == "supervise"]
    assert [one.occurrence for one in turns] == [1, 2, 3]
    assert turns[1].due_at > at("12-14 12:00")


# ── whom ─────────────────────────────────────────────────────────────────────────────────────────────────


def told_at(case: Case, rung: str, party: str) -> tuple[str, ...]:
    return next(one.told for one in case.stepped(party, "fix") if one.rung == rung)


def test_each_rung_tells_the_next_one_up() -> None:
    case = acknowledged(report("loose_fixture"), "property", "contractor")
    case.until("12-04 09:00")
    assert told_at(case, "yellow", "property") == ("property:handler",)
    assert told_at(case, "red", "property") == ("property:lead", "committee:coordinator")
    assert told_at(case, "urge", "property") == ("committee:lead",)
    assert told_at(case, "supervise", "property") == ("street:lead",)


def test_the_client_who_holds_the_payment_hears_of_the_contractor_alone() -> None:
    case = acknowledged(report("loose_fixture"), "property", "contractor")
    case.until("12-04 09:00")
    assert told_at(case, "urge", "contractor") == ("committee:lead", "client:lead")


def test_a_step_skips_the_late_party_itself_and_goes_to_the_next_above() -> None:
    case = report("activity_noise")
    case.until("12-15 09:00")
    assert told_at(case, "red", "committee") == ("committee:lead", "street:lead")
    assert told_at(case, "urge", "committee") == ("street:lead",)


def test_supervision_marks_the_order() -> None:
    case = report("loose_fixture")
    assert not case.it.supervised
    case.until("12-04 09:00")
    assert case.it.supervised


def test_an_order_is_red_while_its_triage_is_late() -> None:
    case = report("mould")
    case.until("11-24 17:00")
    assert case.it.colour == "yellow"
    case.until("11-24 18:00")
    assert case.it.colour == "red"
    case.do(c.Triage(origin=Origin.CONSTRUCTION), handler("property"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.it.colour == "green"


def test_colours_follow_the_steps_of_the_open_deadlines() -> None:
    case = report("loose_fixture")
    case.until("11-23 10:50")
    assert (case.it.colour, case.of("property").yellow) == ("yellow", True)
    case.until("11-23 11:13")
    assert case.it.colour == "red"
    acknowledged(case, "property", "contractor")
    assert case.it.colour == "green"


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_order_that_stays_on_time_costs_a_handler_three_messages() -> None:
    case = leak()
    acknowledged_at_the_last = "11-24 17:30"
    for party in ("asset_company", "property"):
        case.do(c.Acknowledge(party), handler(party), acknowledged_at_the_last)
    case.do(c.Contact("asset_company"), handler("asset_company"), acknowledged_at_the_last)
    for party in ("asset_company", "property"):
        finish(case, party, "12-14 17:30")
    for party in ("asset_company", "property"):
        mine = [one for one in case.told() if one.startswith(f"{party}:handler")]
        assert len(mine) == 3, mine
    assert not [one for one in case.told() if one.startswith(("street", "client", "contractor"))]


def test_what_the_budget_keeps_back_is_still_a_step_in_the_ledger() -> None:
    case = leak()
    acknowledged(case, "property")
    case.do(c.Acknowledge("asset_company"), handler("asset_company"), "11-24 17:30")
    case.do(c.Contact("asset_company"), handler("asset_company"))
    case.until("12-14 17:30")
    silent = [one for one in case.stepped("asset_company", "fix") if one.rung == "yellow"]
    assert [one.told for one in silent] == [()]


def test_a_handler_who_reviews_the_other_s_work_as_well_hears_three_messages() -> None:
    case = report("leak", origin=Origin.CONSTRUCTION)
    acknowledged(case, "contractor")
    case.do(c.Contact("contractor"), handler("contractor"))
    case.do(c.Acknowledge("property"), handler("property"), "11-23 11:12")
    finish(case, "contractor", "11-29 17:00")
    case.do(c.Verify("contractor"), handler("property"))
    assert [one for one in case.told() if one.startswith("property:handler")] == [
        "property:handler dispatched.support",
        "property:handler step.yellow.acknowledge",
        "property:handler review",
    ]


def test_a_handler_who_triages_supports_and_reviews_hears_three_messages() -> None:
    case = report("mould")
    case.do(c.Triage(origin=Origin.CONSTRUCTION), handler("property"), "11-24 17:20")
    case.do(c.RouteOrder(), SYSTEM)
    for party in ("contractor", "property"):
        case.do(c.Acknowledge(party), handler(party), "11-25 17:20")
    case.do(c.Contact("contractor"), handler("contractor"))
    finish(case, "contractor", "12-01 17:20")
    case.do(c.Verify("contractor"), handler("property"))
    assert [one for one in case.told() if one.startswith("property:handler")] == [
        "property:handler triage.origin",
        "property:handler dispatched.support",
        "property:handler review",
    ]


def test_who_is_late_is_not_spared() -> None:
    case = leak()
    case.until("12-14 17:30")
    assert "asset_company:handler step.yellow.fix" in case.told()


def test_the_budget_is_the_playbooks() -> None:
    case = report("loose_fixture", rules=with_playbook(notice_budget=1))
    case.do(c.Acknowledge("property"), handler("property"), "11-23 11:00")
    case.do(c.Contact("property"), handler("property"), "11-24 17:00")
    case.until("11-26 09:00")
    assert [one for one in case.told() if one.startswith("property:handler")] == [
        "property:handler dispatched.lead"
    ]


def test_danger_is_not_budgeted() -> None:
    case = report("electrical", severity=Severity.DANGER, rules=with_playbook(notice_budget=1))
    case.until("11-23 09:22")
    assert "property:handler step.yellow_short.acknowledge" in case.told()


def test_one_notice_a_recipient_and_instant_however_many_deadlines_fall_together() -> None:
    case = leak()
    case.until("11-24 18:00")
    red = [one for one in case.told("11-24 17:00") if one.startswith("committee:coordinator")]
    assert red == ["committee:coordinator step.red.acknowledge step.red.contact"]


def test_who_is_consulted_hears_of_it_once_and_never_of_a_step() -> None:
    case = leak()
    case.until("12-31 09:00")
    office = [one for one in case.told() if one.startswith("autonomy_office")]
    assert office == ["autonomy_office:observer dispatched.consult"]
    assert case.clocks("autonomy_office") == {}


def test_nobody_hears_of_an_acknowledgement_or_of_the_start_of_work() -> None:
    case = leak()
    heard = len(case.told())
    acknowledged(case, "asset_company", "property")
    case.do(c.Start("property"), handler("property"))
    case.do(c.Contact("asset_company"), handler("asset_company"))
    assert len(case.told()) == heard


def test_an_ended_order_is_silent_for_ever() -> None:
    case = leak()
    case.do(c.Cancel(TEXT), handler("committee"))
    heard = len(case.told())
    case.until("12-31 09:00")
    assert len(case.told()) == heard
    assert not case.it.deadlines


def test_an_anonymous_danger_wakes_only_who_triages_until_it_is_unconfirmed_for_fifteen_minutes() -> None:
    case = report("electrical", severity=Severity.DANGER, reporter=ANONYMOUS, when="11-28 23:00")
    case.until("11-28 23:15")
    assert {one.split(":")[0] for one in case.told()} == {"committee"}
    case.until("11-28 23:16")
    case.do(c.RouteOrder(), SYSTEM)
    assert {"property", "utility"} <= set(case.it.assignments)
    assert K.TRIAGE not in case.clocks("committee")


def test_a_person_on_the_spot_confirms_an_anonymous_danger_by_making_it_safe() -> None:
    case = report("electrical", severity=Severity.DANGER, reporter=ANONYMOUS, when="11-28 23:00")
    case.do(c.MakeSafe("committee"), handler("committee"), "11-28 23:05")
    assert case.it.confirmed
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("property").duty == "lead"


def test_without_a_limit_for_it_an_anonymous_danger_waits_for_a_person() -> None:
    rules = with_playbook(unconfirmed_danger=None)
    case = report("electrical", severity=Severity.DANGER, reporter=ANONYMOUS, rules=rules)
    case.until("11-25 09:00")
    assert not case.it.confirmed


# ── urgency ──────────────────────────────────────────────────────────────────────────────────────────────


def test_ordinary_notices_wait_for_working_hours_and_danger_never_waits() -> None:
    calm = report("loose_fixture", when="11-28 23:00")
    assert {local(notice.send_at) for _, notice in calm.notices} == {"11-30 09:00"}
    loud = report("electrical", severity=Severity.DANGER, when="11-28 23:00")
    assert {local(notice.send_at) for _, notice in loud.notices} == {"11-28 23:00"}
    assert {notice.urgency for _, notice in loud.notices} == {Urgency.DANGER}


@pytest.mark.parametrize(
    ("reported", "told"),
    [
        ("11-28 21:59", "11-30 09:00"),
        ("11-28 22:00", "11-28 22:00"),
        ("11-29 05:59", "11-29 05:59"),
        ("11-29 06:00", "11-30 09:00"),
    ],
)
def test_works_noise_outside_permitted_hours_is_told_to_who_works_at_once(reported: str, told: str) -> None:
    case = report("works_noise", when=reported)
    acting = [one for _, one in case.notices if one.why[0].startswith("dispatched")]
    assert {(one.party, local(one.send_at)) for one in acting} == {("contractor", told), ("committee", told)}
    assert {one.urgency for one in acting} == {Urgency.ORDINARY}


# ── downtime ─────────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_downtime_only_the_highest_step_due_is_told_and_the_rest_recorded() -> None:
    case = acknowledged(report("loose_fixture"), "property", "contractor")
    case.skip("11-30 09:00")
    case.do(c.FireDue(), SYSTEM)
    mine = list(case.stepped("property", "fix"))
    assert [(one.rung, one.skipped) for one in mine] == [("yellow", True), ("red", True), ("urge", False)]
    assert [bool(one.told) for one in mine] == [False, False, True]
    assert not [one for one in case.told("11-30 09:00") if one.startswith("property")]


@pytest.mark.parametrize("severity", Severity)
def test_a_timer_that_finds_nothing_due_says_nothing(severity: Severity) -> None:
    case = report("electrical", severity=severity, origin=Origin.PRE_EXISTING)
    decision = case.do(c.FireDue(), SYSTEM)
    assert (decision.events, decision.notices) == ((), ())


def test_a_deadline_ended_in_time_never_fires() -> None:
    case = report("loose_fixture")
    acknowledged(case, "property", "contractor")
    case.until("11-23 18:00")
    assert not list(case.stepped(kind="acknowledge"))


def test_steps_say_when_they_were_due_however_late_they_fired() -> None:
    case = report("loose_fixture")
    case.skip("11-23 12:00")
    case.do(c.FireDue(), SYSTEM)
    (red,) = [one for one in case.stepped("property") if one.rung == "red"]
    assert local(red.due_at) == "11-23 11:12"


def test_a_playbook_without_repeats_ends_its_ladder() -> None:
    rules = with_playbook()
    ladder = tuple(replace(rung, repeat=None) for rung in rules.playbook.ladder)
    case = report("loose_fixture", rules=with_playbook(ladder=ladder))
    case.until(case.now + timedelta(days=37))
    assert [rung for rung, _ in case.steps("property", "fix")].count("supervise") == 1
    assert not any(one.next for one in case.it.open_deadlines(party="property"))
    assert isinstance(case.events()[-1], e.StepReached)
