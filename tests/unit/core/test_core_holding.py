"""Time held: to whom each microsecond of an order is booked."""

from dataclasses import replace
from datetime import timedelta

from models.domain.orders import commands as c
from models.domain.orders.holding import HeldBy, time_held
from models.domain.orders.rules import Stage
from models.domain.streams import SYSTEM
from models.domain.words import DeadlineKind, PhotoPurpose, RequestKind
from tests.unit.core.kit import (
    RESIDENT,
    TEXT,
    Case,
    at,
    finish,
    handler,
    leak,
    photo,
    playbook,
    report,
    with_playbook,
)

K, R = DeadlineKind, RequestKind
HOUR = 3600 * 1_000_000
NOBODY: frozenset[str] = frozenset()


def shares(case: Case, party: str, *, round_: int = 1, dispatch: int = 1) -> dict[Stage, float]:
    """Hours by stage."""
    return {stage: micros / HOUR for stage, micros in of(case, party, round_, dispatch).shares.items()}


def of(case: Case, party: str, round_: int = 1, dispatch: int = 1) -> HeldBy:
    held = time_held(case.history, case.rules, case.now).assignments
    (found,) = [one for one in held if (one.party, one.round, one.dispatch) == (party, round_, dispatch)]
    return found


def holders(case: Case) -> dict[frozenset[str], float]:
    return {
        who: micros / HOUR for who, micros in time_held(case.history, case.rules, case.now).holders.items()
    }


def decide(case: Case, by: str, party: str, when: str, *, granted: bool = True) -> None:
    case.do(c.Decide(party, granted, TEXT), handler(by), when)


def test_a_life_is_booked_stage_by_stage() -> None:
    case = leak("11-23 09:00")
    case.do(c.Acknowledge("asset_company"), handler("asset_company"), "11-23 11:00")
    ask = c.MakeRequest("asset_company", R.HOLD, "material", TEXT, until=at("11-23 20:00"))
    case.do(ask, handler("asset_company"), "11-23 12:00")
    decide(case, "committee", "asset_company", "11-23 16:00")
    finish(case, "asset_company", "11-23 21:00")
    case.do(c.Verify("asset_company"), handler("committee"), "11-24 02:00")
    assert shares(case, "asset_company") == {
        Stage.BEFORE_ACKNOWLEDGEMENT: 2,
        Stage.WORKING: 2,
        Stage.UNDER_DECISION: 4,
        Stage.HELD: 4,
        Stage.UNDER_REVIEW: 5,
    }


def test_waiting_for_another_is_booked_as_such() -> None:
    case = leak("11-23 09:00")
    ask = c.MakeRequest("asset_company", R.WAIT, "in_words", TEXT, "client", at("11-25 12:00"))
    case.do(ask, handler("asset_company"), "11-23 09:00")
    decide(case, "client", "asset_company", "11-23 10:00")
    case.do(c.Done("client"), handler("client"), "11-23 13:00")
    assert shares(case, "asset_company") == {Stage.UNDER_DECISION: 1, Stage.WAITING: 3}
    assert of(case, "client").dispatched_at == at("11-23 10:00")


def test_all_the_time_of_a_return_that_was_upheld_is_booked_to_nobody() -> None:
    case = leak("11-23 09:00")
    case.do(c.Acknowledge("asset_company"), handler("asset_company"), "11-23 12:00")
    ask = c.MakeRequest("asset_company", R.RETURN, "in_words", TEXT, "contractor")
    case.do(ask, handler("asset_company"), "11-23 15:00")
    decide(case, "committee", "asset_company", "11-23 17:00")
    case.until("11-24 09:00")
    assert shares(case, "asset_company") == {Stage.NOBODY: 8}
    assert of(case, "asset_company").misrouted
    assert shares(case, "contractor") == {Stage.BEFORE_ACKNOWLEDGEMENT: 16}
    assert holders(case) == {
        frozenset({"property"}): 6,
        frozenset({"committee", "property"}): 2,
        frozenset({"contractor", "property"}): 16,
    }, "of the order's time as well"


def test_a_return_that_was_dismissed_gives_no_time_back() -> None:
    case = leak("11-23 09:00")
    ask = c.MakeRequest("asset_company", R.RETURN, "in_words", TEXT, "contractor")
    case.do(ask, handler("asset_company"), "11-23 10:00")
    decide(case, "committee", "asset_company", "11-23 12:00", granted=False)
    case.until("11-23 15:00")
    assert shares(case, "asset_company") == {Stage.BEFORE_ACKNOWLEDGEMENT: 4, Stage.UNDER_DECISION: 2}


def test_a_request_for_more_time_keeps_nobody_from_working() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Start("property"), handler("property"), "11-23 10:00")
    ask = c.MakeRequest("property", R.EXTEND, "in_words", TEXT, until=at("11-27 09:00"))
    case.do(ask, handler("property"), "11-23 10:00")
    case.until("11-23 12:00")
    assert shares(case, "property") == {Stage.BEFORE_ACKNOWLEDGEMENT: 1, Stage.WORKING: 2}


def test_where_acknowledging_has_no_limit_nothing_is_booked_to_it() -> None:
    routes = tuple(
        replace(one, limits={K.FIX: one.limits[K.FIX]}, support_limits={}) for one in playbook().routes
    )
    rules = with_playbook(routes=routes)
    case = report("loose_fixture", when="11-23 09:00", rules=rules)
    finish(case, "property", "11-23 12:00")
    assert shares(case, "property") == {Stage.WORKING: 3}


def test_an_order_is_held_by_sets_of_parties() -> None:
    case = report("leak", when="11-23 09:00")
    case.do(photo("property", PhotoPurpose.ORIGIN), handler("property"), "11-23 11:00")
    case.do(c.Triage(origin=leak().it.origin), handler("property"))
    case.do(c.RouteOrder(), SYSTEM, "11-23 11:30")
    finish(case, "asset_company", "11-23 15:30")
    case.do(c.Release("property"), handler("asset_company"), "11-23 16:30")
    case.do(c.Verify("asset_company"), handler("committee"), "11-23 20:30")
    assert holders(case) == {
        frozenset({"property"}): 2,
        NOBODY: 0.5,
        frozenset({"asset_company", "property"}): 4,
        frozenset({"committee", "property"}): 1,
        frozenset({"committee"}): 4,
    }


def test_what_is_asked_is_held_by_the_decider_and_what_is_held_by_nobody() -> None:
    case = report("question", when="11-23 09:00")
    ask = c.MakeRequest("committee", R.HOLD, "weather", TEXT, until=at("11-23 20:00"))
    case.do(ask, handler("committee"), "11-23 10:00")
    decide(case, "autonomy_office", "committee", "11-23 12:00")
    case.until("11-23 15:00")
    assert holders(case) == {frozenset({"committee"}): 1, frozenset({"autonomy_office"}): 2, NOBODY: 3}


def test_an_answer_that_waits_for_objection_is_held_by_nobody() -> None:
    case = report("question", when="11-23 09:00")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    case.until("11-23 15:00")
    assert holders(case) == {frozenset({"committee"}): 2, NOBODY: 4}


def test_the_time_between_closing_and_reopening_is_not_the_orders() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Release("contractor"), handler("property"))
    finish(case, "property", "11-23 11:00")
    case.do(c.Verify("property"), handler("committee"), "11-23 12:00")
    case.do(c.Callback(resolved=False), RESIDENT, "11-25 12:00")
    case.do(c.RouteOrder(), SYSTEM)
    case.until("11-25 14:00")
    held = time_held(case.history, case.rules, case.now)
    assert held.elapsed == 5 * HOUR
    assert shares(case, "property", round_=2) == {Stage.BEFORE_ACKNOWLEDGEMENT: 2}


def test_what_ended_while_nobody_was_awake_is_booked_to_its_own_instant() -> None:
    case = leak("11-23 09:00")
    ask = c.MakeRequest("asset_company", R.HOLD, "material", TEXT, until=at("11-24 09:00"))
    case.do(ask, handler("asset_company"))
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    case.skip("11-30 09:00")
    case.do(c.FireDue(), SYSTEM)
    assert shares(case, "asset_company") == {Stage.HELD: 24, Stage.BEFORE_ACKNOWLEDGEMENT: 144}


def test_a_party_that_is_called_in_again_has_a_new_assignment() -> None:
    case = leak("11-23 09:00")
    case.do(c.Reassign("asset_company", "contractor", TEXT), handler("committee"), "11-23 10:00")
    case.do(c.Reassign("contractor", "asset_company", TEXT), handler("committee"), "11-23 12:00")
    case.until("11-23 15:00")
    assert [of(case, "asset_company", 1, number).total / HOUR for number in (1, 2)] == [1, 3]


def test_up_to_the_last_event_without_an_instant() -> None:
    case = leak("11-23 09:00")
    case.do(c.Acknowledge("property"), handler("property"), "11-23 12:00")
    assert timedelta(microseconds=time_held(case.history, case.rules).elapsed) == timedelta(hours=3)
