"""What had to wait is dropped when it is no longer true, and only then."""

from dataclasses import replace

import pytest

from models.domain.orders import commands as c
from models.domain.streams import SYSTEM
from models.domain.words import Origin, PhotoPurpose, RequestKind, Severity
from services.notify.expanding_moot import Told, is_moot
from tests.unit.core.kit import TEXT, Case, at, finish, handler, leak, photo, report

R = RequestKind


def moot(case: Case, party: str, *why: str, late: tuple[str, ...] = ()) -> bool:
    return is_moot(Told(party, why, late), case.it)


def closed() -> Case:
    case = leak()
    for party in ("property", "asset_company"):
        finish(case, party)
        case.do(c.Verify(party), handler("committee"))
    return case


def test_to_be_asked_to_act_is_moot_once_the_party_is_done() -> None:
    case = leak()
    assert not moot(case, "property", "dispatched.support")
    finish(case, "property")
    assert moot(case, "property", "dispatched.support")
    assert not moot(case, "asset_company", "dispatched.lead")


def test_a_review_is_moot_once_nothing_waits_for_it() -> None:
    case = leak()
    finish(case, "property")
    assert not moot(case, "committee", "review")
    case.do(c.Verify("property"), handler("committee"))
    assert moot(case, "committee", "review")


def test_a_decision_is_moot_once_it_was_made() -> None:
    case = leak()
    case.do(
        c.MakeRequest("asset_company", R.RETURN, "in_words", TEXT, "contractor"), handler("asset_company")
    )
    assert not moot(case, "committee", "decide.return")
    assert not moot(case, "contractor", "named.return")
    case.do(c.Decide("asset_company", granted=False), handler("committee"))
    assert moot(case, "committee", "decide.return")
    assert moot(case, "contractor", "named.return")


def test_triage_is_moot_once_the_origin_is_known() -> None:
    case = report("leak", origin=Origin.UNKNOWN)
    assert not moot(case, "property", "triage.origin")
    case.do(photo("property", PhotoPurpose.ORIGIN), handler("property"))
    case.do(c.Triage(origin=Origin.PRE_EXISTING), handler("property"))
    case.do(c.RouteOrder(), SYSTEM)
    assert moot(case, "property", "triage.origin")


def test_a_step_is_moot_once_the_limit_was_met() -> None:
    case = leak()
    case.until("11-24 18:00")
    late = ("asset_company", "property")
    assert not moot(case, "committee", "step.red.acknowledge", late=late)
    case.do(c.Acknowledge("asset_company"), handler("asset_company"))
    assert not moot(case, "committee", "step.red.acknowledge", late=late)
    assert moot(case, "committee", "step.red.acknowledge", late=("asset_company",))
    case.do(c.Acknowledge("property"), handler("property"))
    assert moot(case, "committee", "step.red.acknowledge", late=late)


def test_a_step_is_moot_once_the_limit_was_moved_before_it() -> None:
    case = leak()
    case.until("12-09 12:00")
    rung = next(one for one in case.it.deadlines.values() if one.kind == "fix" and one.reached).reached[-1]
    fix = next(one for one in case.it.deadlines.values() if one.kind == "fix")
    assert not moot(case, fix.party, f"step.{rung}.fix", late=(fix.party,))
    moved = {key: replace(one, reached=()) for key, one in case.it.deadlines.items()}
    assert is_moot(Told(fix.party, (f"step.{rung}.fix",), (fix.party,)), replace(case.it, deadlines=moved))


def test_another_date_is_moot_once_its_limit_is_over() -> None:
    case = leak()
    assert not moot(case, "property", "limit.by_hand.fix")
    finish(case, "property")
    assert moot(case, "property", "limit.by_hand.fix")


@pytest.mark.parametrize(
    "why",
    [
        "closed",
        "ended.cancelled",
        "withdrawn.reassigned",
        "released",
        "granted.hold",
        "dismissed.extend",
        "not_resolved",
        "not_satisfied",
        "a reason of next year",
    ],
)
def test_what_tells_of_an_end_or_an_answer_is_never_moot(why: str) -> None:
    assert not moot(closed(), "property", why)


@pytest.mark.parametrize("why", ["dispatched.lead", "review", "plan", "supervised", "reopened", "rejected"])
def test_once_the_order_is_closed_nothing_is_asked_any_more(why: str) -> None:
    assert moot(closed(), "asset_company", why)


def test_danger_is_never_moot() -> None:
    order = replace(closed().it, severity=Severity.DANGER)
    assert not is_moot(Told("property", ("dispatched.support",)), order)


def test_of_several_reasons_all_have_to_be_over() -> None:
    case = closed()
    assert moot(case, "property", "dispatched.support", "review")
    assert not moot(case, "property", "dispatched.support", "closed")


def test_who_had_a_clock_run_again_is_told_while_it_runs() -> None:
    case = leak()
    assert case.now < at("11-24 00:00")
    assert not moot(case, "property", "resumed.hold_over")
