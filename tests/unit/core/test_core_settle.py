"""Whether the clock's lane came in time or the next command caught up makes no difference to an order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.business_time.arithmetic import seconds_between
from models.domain.business_time.limits import Clock
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.state import Order
from models.domain.streams import SYSTEM
from models.domain.words import DeadlineKind, OrderStatus, RequestKind
from tests.unit.core.kit import CHINA, TEXT, TICK, Case, at, handler, leak, report

K, R = DeadlineKind, RequestKind


def held() -> Case:
    case = leak()
    case.do(c.Acknowledge("asset_company"), handler("asset_company"))
    ask = c.MakeRequest("asset_company", R.HOLD, "material", TEXT, until=at("12-04 12:00"))
    case.do(ask, handler("asset_company"), "11-25 15:00")
    case.do(c.Decide("asset_company", granted=True), handler("committee"), "11-25 16:00")
    return case


def waiting() -> Case:
    case = leak()
    ask = c.MakeRequest("asset_company", R.WAIT, "in_words", TEXT, "client", at("11-27 12:00"))
    case.do(ask, handler("asset_company"), "11-25 15:00")
    case.do(c.Decide("asset_company", granted=True), handler("client"), "11-25 16:00")
    return case


def answered() -> Case:
    case = report("question")
    case.do(c.Done("committee"), handler("committee"), "11-23 11:00")
    return case


def plain(order: Order) -> Order:
    """Without what depends on the hour of firing: how many notices a handler got."""
    return replace(order, messages={})


@pytest.mark.parametrize("make", [leak, held, waiting, answered, report])
@pytest.mark.parametrize("until", ["11-24 18:00", "11-27 12:30", "12-08 09:00", "12-31 09:00"])
def test_on_time_and_catching_up_lead_to_the_same_state_and_steps(
    make: Callable[[], Case], until: str
) -> None:
    prompt, sleepy = make(), make()
    prompt.until(max(at(until), prompt.now))
    sleepy.skip(prompt.now)
    for case in (prompt, sleepy):
        case.do(c.FireDue(), SYSTEM)
    assert plain(prompt.it) == plain(sleepy.it)
    steps = [(one.id, one.rung, one.occurrence, one.due_at) for one in prompt.stepped()]
    assert sorted(steps) == sorted((one.id, one.rung, one.occurrence, one.due_at) for one in sleepy.stepped())


def test_a_hold_ends_when_it_ends_however_long_the_machine_slept() -> None:
    case = held()
    left = case.clock("asset_company", K.FIX).left
    case.skip("12-20 09:00")
    case.do(c.FireDue(), SYSTEM)
    fix = case.clock("asset_company", K.FIX)
    assert seconds_between(CHINA, Clock.WORKING_DAYS, at("12-04 12:00"), fix.due_at) == timedelta(
        microseconds=left or 0
    )
    (resumed,) = case.events(e.AssignmentResumed)
    assert resumed.since == at("12-04 12:00")


def test_silence_closes_a_question_at_its_instant() -> None:
    case = answered()
    case.skip("12-20 09:00")
    case.do(c.FireDue(), SYSTEM)
    assert case.status() is OrderStatus.CLOSED
    assert case.it.closed_at == at("11-26 17:30")


def test_what_falls_due_at_this_very_instant_is_not_late_yet() -> None:
    case = report("loose_fixture")
    case.skip(at("11-26 09:12"))
    case.do(c.FireDue(), SYSTEM)
    assert not [one for one in case.stepped(kind="fix") if one.rung == "red"]
    case.skip(at("11-26 09:12") + TICK)
    case.do(c.FireDue(), SYSTEM)
    assert [one for one in case.stepped(kind="fix") if one.rung == "red"]


@given(
    first=st.integers(0, 20 * 24 * 3600),
    stop=st.integers(1, 14 * 24 * 3600),
    early=st.integers(0, 14 * 24 * 3600),
)
def test_pausing_conserves_business_time(first: int, stop: int, early: int) -> None:
    """Whenever a hold begins, however long it is and whether it is ended early: what was left is left."""
    case = leak()
    case.do(c.Acknowledge("asset_company"), handler("asset_company"))
    asked = case.now + timedelta(seconds=first)
    ends = asked + timedelta(seconds=stop)
    case.skip(asked)
    ask = c.MakeRequest("asset_company", R.HOLD, "material", TEXT, until=ends)
    case.do(ask, handler("asset_company"))
    before = case.clock("asset_company", K.FIX)
    left = seconds_between(CHINA, Clock.WORKING_DAYS, asked, before.due_at)
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    case.skip(min(ends + TICK, asked + timedelta(seconds=early)))
    resumed_at = min(case.now, ends)
    if case.now < ends:
        case.do(c.Start("asset_company"), handler("asset_company"))
    else:
        case.do(c.FireDue(), SYSTEM)
        resumed_at = ends
    after = case.clock("asset_company", K.FIX)
    assert after.left is None or case.now == ends
    if after.left is None:
        assert seconds_between(CHINA, Clock.WORKING_DAYS, resumed_at, after.due_at) == left
