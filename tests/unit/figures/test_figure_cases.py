"""What one order adds to the figures beside the rates, counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.domain.figures.cases import Case as Counted
from models.domain.figures.cases import Kind, cases_of, next_change
from models.domain.orders import commands as c
from models.domain.orders.figures import Figure
from models.domain.streams import SYSTEM
from models.domain.words import RequestKind
from tests.unit.core.kit import TEXT, Case, at, finish, handler, leak, report

HOUR = 3_600_000_000


def cases(case: Case, what: str, party: str | None = None) -> list[Counted]:
    found = cases_of(case.history, case.rules, case.now).cases
    return [one for one in found if one.what == what and party in {None, one.party}]


def words(case: Case, what: str, party: str | None = None) -> list[str]:
    return [one.word for one in cases(case, what, party)]


def fixed(when: str = "11-24 09:00") -> Case:
    """移动门松动: property leads, contractor is not needed."""
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Release("contractor"), handler("property"))
    case.do(c.Acknowledge("property"), handler("property"), "11-23 10:00")
    case.do(c.Contact("property"), handler("property"))
    finish(case, "property", when)
    case.do(c.Verify("property"), handler("committee"))
    return case


def returned(*, granted: bool | None = None) -> Case:
    case = leak()
    ask = c.MakeRequest("asset_company", RequestKind.RETURN, "in_words", TEXT, "contractor")
    case.do(ask, handler("asset_company"), "11-26 09:00")
    if granted is not None:
        case.do(c.Decide("asset_company", granted=granted, reason=TEXT), handler("committee"))
    return case


def test_a_rate_is_a_case_for_its_party() -> None:
    assert [one.good for one in cases(fixed(), Figure.RESPONSE, "property")] == [True]
    assert [one.good for one in cases(fixed("11-26 09:01"), Figure.ON_TIME, "property")] == [False]


def test_an_order_is_reported_once_and_closed_by_its_lead() -> None:
    assert [one.at for one in cases(fixed(), Kind.REPORTED)] == [at("11-23 09:00")]
    assert [one.party for one in cases(fixed(), Kind.CLOSED)] == ["property"]


def test_time_to_done_is_the_leads_working_time_from_its_dispatch() -> None:
    # Monday 09:00 to Tuesday 09:00 is one working day of eight and a half hours.
    assert [one.micros for one in cases(fixed(), Kind.DONE_IN)] == [8.5 * HOUR]


def test_a_redo_adds_no_second_time_to_done() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    finish(case, "property", "11-24 09:00")
    case.do(c.Reject("property", TEXT), handler("committee"))
    finish(case, "property", "11-25 09:00")
    assert len(cases(case, Kind.DONE_IN)) == 1


def test_a_return_says_what_became_of_it() -> None:
    assert words(returned(), Kind.RETURN) == ["open"]
    assert words(returned(granted=True), Kind.RETURN, "asset_company") == ["upheld"]
    assert words(returned(granted=False), Kind.RETURN, "asset_company") == ["dismissed"]


def test_steps_are_of_the_party_that_was_late() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.until("11-23 12:00")
    assert "red" in words(case, Kind.STEP, "property")


def test_steps_that_were_struck_do_not_count() -> None:
    case = leak()
    case.until("11-26 09:00")
    assert words(case, Kind.STEP, "asset_company")
    ask = c.MakeRequest("asset_company", RequestKind.RETURN, "in_words", TEXT, "contractor")
    case.do(ask, handler("asset_company"))
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    assert not words(case, Kind.STEP, "asset_company")


def test_lateness_is_the_time_past_the_limit() -> None:
    late = [one for one in cases(fixed("11-26 10:00"), Kind.LATE, "property") if one.word == "fix"]
    assert [one.micros for one in late] == [HOUR]
    assert "fix" not in words(fixed(), Kind.LATE)


def test_time_held_is_partitioned_exactly() -> None:
    held = cases(fixed(), Kind.HELD, "property")
    assert sum(one.micros or 0 for one in held) == 24 * HOUR
    assert {one.word for one in held} >= {"before_acknowledgement", "working"}


def test_what_was_left_out_adds_only_why() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Cancel(TEXT), handler("committee"))
    found = cases_of(case.history, case.rules, case.now).cases
    assert [(one.what, one.word) for one in found] == [(Kind.LEFT_OUT, "cancelled")]


def test_the_next_change_is_the_soonest_limit_that_runs() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    limits: list[dict[str, Any]] = [
        {"due_at": (now - timedelta(hours=1)).isoformat(), "left": None},
        {"due_at": (now + timedelta(hours=1)).isoformat(), "left": 5},
        {"due_at": (now + timedelta(hours=2)).isoformat(), "left": None},
    ]
    assert next_change(limits, now) == now + timedelta(hours=2)
    assert next_change(limits[:2], now) is None


def test_routing_again_after_a_callback_adds_no_second_time_to_done() -> None:
    case = fixed()
    case.do(c.Callback(resolved=False, satisfied=False), handler("committee"), "11-25 09:00")
    case.do(c.RouteOrder(), SYSTEM)
    finish(case, "property", "11-26 09:00")
    assert len(cases(case, Kind.DONE_IN)) == 1
