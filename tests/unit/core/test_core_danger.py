"""An order that turns out dangerous after it was sent out: safety first, whatever was granted before."""

from datetime import datetime

import pytest

from models.domain.orders import commands as c
from models.domain.orders.refusals import IllegalMove
from models.domain.streams import SYSTEM, Urgency
from models.domain.words import AssignmentState, DeadlineKind, RequestKind, Severity
from tests.unit.core.kit import TEXT, Case, at, handler, leak, local, report

K, A, R = DeadlineKind, AssignmentState, RequestKind


def turns(case: Case, severity: Severity, when: str | None = None) -> None:
    """Committee finds that it is more, or less, dangerous than it was said to be."""
    case.do(c.Reclassify(TEXT, severity=severity), handler("committee"), when)
    case.do(c.RouteOrder(), SYSTEM)


def asks(case: Case, kind: RequestKind, until: datetime, nominee: str | None = None) -> None:
    reason = "material" if kind is R.HOLD else "in_words"
    case.do(c.MakeRequest("property", kind, reason, TEXT, nominee, until), handler("property"))


def test_who_acts_hears_at_once_that_it_is_a_danger() -> None:
    case = report("loose_fixture", when="11-28 22:00")
    turns(case, Severity.DANGER, "11-28 23:00")
    assert case.told("11-28 23:00") == [
        "property:handler dispatched.lead",
        "contractor:handler dispatched.support",
    ]
    at_night = [one for when, one in case.notices if when == at("11-28 23:00")]
    assert {(one.urgency, local(one.send_at)) for one in at_night} == {(Urgency.DANGER, "11-28 23:00")}


def test_who_acts_is_not_called_again_when_it_is_no_danger_after_all() -> None:
    case = report("loose_fixture", severity=Severity.DANGER)
    turns(case, Severity.ORDINARY, "11-23 10:00")
    assert case.told("11-23 10:00") == []


@pytest.mark.parametrize(("kind", "nominee"), [(R.HOLD, None), (R.WAIT, "client")])
def test_what_was_asked_before_it_was_a_danger_is_not_granted_before_the_place_is_safe(
    kind: RequestKind, nominee: str | None
) -> None:
    case = report("loose_fixture")
    asks(case, kind, at("11-25 12:00"), nominee)
    turns(case, Severity.DANGER)
    with pytest.raises(IllegalMove, match="not safe yet"):
        case.do(c.Decide("property", granted=True), handler("committee"))
    case.do(c.MakeSafe("property"), handler("property"))
    case.do(c.Decide("property", granted=True), handler("committee"))


@pytest.mark.parametrize(("kind", "nominee"), [(R.HOLD, None), (R.WAIT, "client")])
def test_a_hold_or_wait_ends_when_it_turns_out_a_danger(kind: RequestKind, nominee: str | None) -> None:
    case = report("loose_fixture")
    asks(case, kind, at("11-25 12:00"), nominee)
    case.do(c.Decide("property", granted=True), handler("committee"))
    turns(case, Severity.DANGER)
    assert case.of("property").state is A.DISPATCHED
    assert case.clocks("property")[K.ON_SITE] == "11-23 09:42"
    assert not any(one.paused for one in case.it.open_deadlines(party="property"))
    assert K.HOLD_END not in case.clocks("property")


def test_a_place_that_is_safe_may_stay_held() -> None:
    case = report("loose_fixture", severity=Severity.DANGER)
    case.do(c.MakeSafe("property"), handler("property"), "11-23 09:30")
    asks(case, R.HOLD, at("11-25 12:00"))
    case.do(c.Decide("property", granted=True), handler("committee"))
    case.do(c.Reclassify(TEXT, "electrical"), handler("committee"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("property").state is A.HELD


def test_each_danger_is_made_safe_for_itself() -> None:
    case = report("loose_fixture", severity=Severity.DANGER)
    case.do(c.MakeSafe("property"), handler("property"), "11-23 09:30")
    turns(case, Severity.ORDINARY, "11-23 10:00")
    assert case.of("property").made_safe_at == at("11-23 09:30")
    turns(case, Severity.DANGER, "11-24 10:00")
    assert case.clocks("property")[K.ON_SITE] == "11-24 10:30"


def test_severity_alone_starts_no_fix_anew() -> None:
    case = report("loose_fixture")
    turns(case, Severity.DANGER, "11-24 09:12")
    assert case.clocks("property")[K.FIX] == "11-26 09:12"
    turns(case, Severity.ORDINARY, "11-24 09:30")
    assert case.clocks("property")[K.FIX] == "11-26 09:12"


def test_an_extension_that_was_asked_survives_where_the_limit_does() -> None:
    case = report("loose_fixture")
    asks(case, R.EXTEND, at("11-27 09:12"))
    turns(case, Severity.DANGER)
    case.do(c.Decide("property", granted=True), handler("committee"))
    assert case.clocks("property")[K.FIX] == "11-27 09:12"


def test_who_decides_has_the_limit_of_the_severity_that_it_has_now() -> None:
    case = leak("11-23 09:12")
    ask = c.MakeRequest("property", R.RETURN, "in_words", TEXT, "client")
    case.do(ask, handler("property"))
    assert case.clocks("committee") == {K.DECIDE: "11-24 17:30"}
    turns(case, Severity.DANGER, "11-23 10:00")
    assert case.clocks("committee") == {K.DECIDE: "11-23 11:00"}
    turns(case, Severity.ORDINARY, "11-23 10:30")
    assert case.clocks("committee") == {K.DECIDE: "11-24 17:30"}


def test_a_place_stays_safe_whoever_made_it_so_and_left() -> None:
    case = report("loose_fixture", severity=Severity.DANGER)
    case.do(c.MakeSafe("contractor"), handler("contractor"), "11-23 09:30")
    case.do(c.Reassign("contractor", "client", TEXT), handler("committee"))
    case.do(c.Reassign("client", "contractor", TEXT), handler("committee"))
    assert case.of("contractor").made_safe_at is None
    asks(case, R.HOLD, at("11-25 12:00"))
