"""What was done while the phone had no line: the receipt decides, until the decider accepts the claim."""

from datetime import timedelta

import pytest

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.figures import Figure, Rate, observe, tally
from models.domain.orders.refusals import IllegalMove, NotYours
from tests.unit.core.kit import Case, at, finish, handler, playbook, report

CREW = handler("property")
HOUR = 3600


def late_by_receipt(hours: int = 3) -> Case:
    """移动门松动, reported at 9 with two working hours to acknowledge; what was tapped comes in at noon."""
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Acknowledge("property"), CREW, "11-23 12:00")
    case.do(c.ClaimTime("property", "acknowledge", hours * HOUR), CREW)
    return case


def response(case: Case) -> Rate | None:
    return tally([observe(case.history, case.now)], playbook()).rate(Figure.RESPONSE, party="property")


def test_a_claim_is_on_record_and_changes_nothing_by_itself() -> None:
    case = late_by_receipt()
    (claim,) = case.it.claims
    assert (claim.what, claim.claimed_at, claim.received_at) == ("acknowledge", at("11-23 09:00"), case.now)
    assert (case.it.assignments["property"].acknowledged_at, response(case)) == (
        at("11-23 12:00"),
        Rate(0, 1),
    )


def test_an_accepted_claim_counts_from_its_instant() -> None:
    case = late_by_receipt()
    case.do(c.AcceptClaimedTime("property"), handler("committee"), "11-23 13:00")
    assert case.it.assignments["property"].acknowledged_at == at("11-23 09:00")
    assert (case.it.claims, response(case)) == ((), Rate(1, 1))


def test_a_claim_past_the_limit_stays_late_though_it_is_accepted() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Acknowledge("property"), CREW, "11-23 13:00")
    case.do(c.ClaimTime("property", "acknowledge", HOUR), CREW)
    case.do(c.AcceptClaimedTime("property"), handler("committee"))
    assert response(case) == Rate(0, 1)


@pytest.mark.parametrize("seconds", [-HOUR, 0, 3 * HOUR + 1])
def test_nothing_is_done_later_than_now_nor_before_it_was_dispatched(seconds: int) -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Acknowledge("property"), CREW, "11-23 12:00")
    case.do(c.ClaimTime("property", "acknowledge", seconds), CREW)
    assert case.it.claims == ()


def test_work_that_was_done_in_time_counts_as_done_in_time() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    case.do(c.Acknowledge("property"), CREW)
    finish(case, "property", "11-27 09:00")
    case.do(c.ClaimTime("property", "done", 24 * HOUR + HOUR), CREW)
    case.do(c.AcceptClaimedTime("property"), handler("committee"))
    figures = tally([observe(case.history, case.now)], playbook())
    assert figures.rate(Figure.ON_TIME, party="property") == Rate(1, 1)
    assert case.it.assignments["property"].done_at == at("11-27 09:00") - timedelta(hours=25)


def test_steps_that_were_told_stay_in_the_ledger() -> None:
    case = late_by_receipt()
    steps = [one for one, _ in case.history if isinstance(one, e.StepReached)]
    case.do(c.AcceptClaimedTime("property"), handler("committee"))
    assert steps
    assert [one for one, _ in case.history if isinstance(one, e.StepReached)] == steps


def test_the_asker_accepts_nothing_himself() -> None:
    with pytest.raises(NotYours):
        late_by_receipt().do(c.AcceptClaimedTime("property"), CREW)


def test_where_nothing_is_claimed_there_is_nothing_to_accept() -> None:
    case = report("loose_fixture", when="11-23 09:00")
    with pytest.raises(IllegalMove):
        case.do(c.AcceptClaimedTime("property"), handler("committee"))
