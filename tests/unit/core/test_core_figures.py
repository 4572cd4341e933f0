"""The figures of domain.md, counted by hand."""

from dataclasses import replace

import pytest

from models.domain.orders import commands as c
from models.domain.orders.figures import Figure, Figures, Rate, measured, observe, shown, tally
from models.domain.streams import SYSTEM
from models.domain.words import DeadlineKind, RequestKind
from tests.unit.core.kit import RESIDENT, TEXT, Case, at, finish, handler, leak, playbook, report

F = Figure


def counted(*cases: Case, since: str | None = None, until: str | None = None) -> Figures:
    observations = [observe(one.history, one.now) for one in cases]
    return tally(
        observations, playbook(), since=at(since) if since else None, until=at(until) if until else None
    )


def closed(*, fixed: str = "11-24 09:00", acknowledged: str = "11-23 10:00") -> Case:
    """移动门松动: property leads, contractor is not needed."""
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Release("contractor"), handler("property"))
    case.do(c.Acknowledge("property"), handler("property"), acknowledged)
    case.do(c.Contact("property"), handler("property"))
    finish(case, "property", fixed)
    case.do(c.Verify("property"), handler("committee"))
    return case


def answered(*, resolved: bool, satisfied: bool | None = None) -> Case:
    case = closed()
    case.do(c.Callback(resolved, satisfied), handler("committee"), "11-25 09:00")
    return case


def test_response_counts_those_acknowledged_within_their_limit() -> None:
    figures = counted(closed(), closed(acknowledged="11-23 12:00"))
    assert figures.rate(F.RESPONSE, party="property") == Rate(1, 2)


def test_an_acknowledgement_that_is_still_due_counts_neither_way() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.until("11-23 10:00")
    assert counted(case).rate(F.RESPONSE) == Rate(0, 0)
    case.until("11-23 12:00")
    assert counted(case).rate(F.RESPONSE) == Rate(0, 2)


def test_an_upheld_return_counts_against_nobody() -> None:
    case = leak()
    ask = c.MakeRequest("asset_company", RequestKind.RETURN, "in_words", TEXT, "contractor")
    case.do(ask, handler("asset_company"), "11-26 09:00")
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    assert counted(case).rate(F.RESPONSE, party="asset_company") == Rate(0, 0)
    assert counted(case).rate(F.ON_TIME, party="asset_company") == Rate(0, 0)


def test_response_is_of_the_first_round_alone() -> None:
    case = answered(resolved=False)
    case.do(c.RouteOrder(), SYSTEM)
    case.until("12-20 09:00")
    assert counted(case).rate(F.RESPONSE, party="property") == Rate(1, 1)


def test_on_time_is_by_the_limit_that_stood_when_it_was_done() -> None:
    late = closed(fixed="11-26 09:01")
    longer = report("loose_fixture", when="11-23 09:00")
    longer.do(c.SetLimit("property", DeadlineKind.FIX, at("11-30 09:00"), TEXT), handler("committee"))
    finish(longer, "property", "11-29 09:00")
    assert counted(closed(), late, longer).rate(F.ON_TIME, party="property") == Rate(2, 3)


def test_what_is_past_its_limit_and_undone_is_late() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.until("11-26 09:00")
    assert counted(case).rate(F.ON_TIME) == Rate(0, 0)
    case.until("11-26 09:01")
    assert counted(case).rate(F.ON_TIME) == Rate(0, 2)


def test_contact_is_the_leads() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.until("11-25 09:00")
    figures = counted(case, closed())
    assert figures.rate(F.CONTACT, party="property") == Rate(1, 2)
    assert figures.rate(F.CONTACT, party="contractor") == Rate(0, 0)


def test_first_pass_counts_the_first_verdict() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    finish(case, "contractor", "11-23 10:00")
    case.do(c.Reject("contractor", TEXT), handler("property"))
    finish(case, "contractor", "11-23 11:00")
    case.do(c.Verify("contractor"), handler("property"))
    assert counted(case, closed()).rate(F.FIRST_PASS) == Rate(1, 2)
    assert counted(case).rate(F.FIRST_PASS, party="contractor") == Rate(0, 1)


def test_resolution_satisfaction_and_coverage_are_of_the_lead() -> None:
    cases = [
        answered(resolved=True, satisfied=True),
        answered(resolved=True, satisfied=False),
        answered(resolved=False),
        closed(),
    ]
    figures = counted(*cases)
    assert figures.rate(F.RESOLUTION, party="property") == Rate(2, 3)
    assert figures.rate(F.SATISFACTION) == Rate(1, 2)
    assert figures.rate(F.COVERAGE) == Rate(3, 4)


def test_an_objection_to_an_answer_is_no_callback() -> None:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    case.do(c.Callback(resolved=False), RESIDENT)
    case.do(c.Done("committee"), handler("committee"), "11-23 12:00")
    case.do(c.Callback(resolved=True, satisfied=True), RESIDENT)
    figures = counted(case)
    assert figures.rate(F.RESOLUTION) == Rate(1, 1)
    assert figures.rate(F.FIRST_PASS) == Rate(0, 1)


def test_merged_false_and_cancelled_ones_are_left_out_and_counted_apart() -> None:
    merged, wrong, cancelled = leak(), leak(), leak()
    for case in (merged, wrong, cancelled):
        case.until("11-26 09:00")
    merged.do(c.Merge(2, TEXT), handler("committee"))
    wrong.do(c.FalseAlarm(TEXT), handler("committee"))
    cancelled.do(c.Cancel(TEXT), handler("committee"))
    figures = counted(merged, wrong, cancelled, closed())
    assert figures.left_out == {"merged": 1, "false_alarm": 1, "cancelled": 1}
    assert figures.rate(F.RESPONSE) == Rate(1, 1)


def test_by_category_and_period() -> None:
    case = leak()
    case.until("11-25 09:00")
    figures = counted(case, closed())
    assert figures.rate(F.RESPONSE, category="leak") == Rate(0, 2)
    assert figures.rate(F.RESPONSE, category="loose_fixture", party="property") == Rate(1, 1)
    assert counted(case, closed(), since="11-23 09:10").rate(F.RESPONSE) == Rate(0, 2)
    assert counted(case, closed(), until="11-23 09:10").rate(F.RESPONSE) == Rate(1, 1)


def test_the_category_is_the_one_that_it_turned_out_to_be() -> None:
    case = closed()
    later = report("dust", when="11-23 09:00")
    later.do(c.Reclassify(TEXT, "loose_fixture"), handler("committee"))
    later.do(c.RouteOrder(), SYSTEM)
    finish(later, "property", "11-23 10:00")
    assert counted(case, later).rate(F.ON_TIME, category="loose_fixture", party="property") == Rate(2, 2)


def test_what_the_playbook_has_no_limit_for_is_not_measured() -> None:
    bare = replace(playbook(), limits={}, routes=(), safety={})
    assert measured(bare) == frozenset()
    figures = tally([observe(closed().history, at("12-01 09:00"))], bare)
    assert figures.rate(F.CONTACT) is None
    assert figures.rate(F.COVERAGE) is None
    assert figures.rate(F.ON_TIME) == Rate(1, 1), "a limit by import is a limit"
    assert measured(playbook()) == frozenset(Figure)


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (Rate(7, 9), "7/9"),
        (Rate(0, 0), "0/0"),
        (Rate(7, 10), "70 % (7/10)"),
        (Rate(1, 8), "1/8"),
        (Rate(199, 200), "100 % (199/200)"),
        (None, "not measured"),
    ],
)
def test_under_ten_cases_no_percentage_is_said(rate: Rate | None, text: str) -> None:
    assert shown(rate) == text


def test_what_was_late_stays_late_whatever_limit_came_after_it() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Reclassify(TEXT, "dust"), handler("committee"), "11-27 09:00")
    case.do(c.RouteOrder(), SYSTEM)
    finish(case, "contractor", "11-27 10:00")
    assert counted(case).rate(F.ON_TIME, party="contractor") == Rate(0, 1)


def test_the_lead_at_closing_is_who_had_the_duty_then() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    for category in ("dust", "electrical"):
        case.do(c.Reclassify(TEXT, category), handler("committee"))
        case.do(c.RouteOrder(), SYSTEM)
    case.do(c.Release("utility"), handler("committee"))
    finish(case, "property", "11-23 10:00")
    case.do(c.Verify("property"), handler("committee"))
    assert counted(case).rate(F.COVERAGE, party="property") == Rate(0, 1)
    assert counted(case).rate(F.COVERAGE, party="contractor") == Rate(0, 0)
