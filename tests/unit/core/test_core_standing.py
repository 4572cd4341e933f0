"""What was decided or verified stands when the order is routed again or a party is called back."""

from models.domain.orders import commands as c
from models.domain.streams import SYSTEM
from models.domain.words import (
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
    Origin,
    RequestKind,
    Severity,
)
from tests.unit.core.kit import TEXT, Case, at, finish, handler, leak, report

K, A, R = DeadlineKind, AssignmentState, RequestKind


def returned(to: str = "contractor") -> Case:
    """漏水(年久), which the asset company returned; the committee found that it is the contractor's."""
    case = leak()
    ask = c.MakeRequest("asset_company", R.RETURN, "in_words", TEXT, to)
    case.do(ask, handler("asset_company"))
    case.do(c.Decide("asset_company", granted=True), handler("committee"))
    return case


def close(case: Case, *parties: str) -> None:
    for party in parties:
        finish(case, party)
        by = "committee" if party != "contractor" else "property"
        case.do(c.Verify(party), handler(by))
    assert case.status() is OrderStatus.CLOSED


def test_a_second_round_leaves_alone_whose_return_was_upheld() -> None:
    case = returned()
    close(case, "property", "contractor")
    case.do(c.Callback(resolved=False), handler("committee"), "11-25 10:00")
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("contractor").duty is Duty.LEAD
    assert (case.of("contractor").state, case.of("contractor").round) == (A.DISPATCHED, 2)
    assert case.of("asset_company").state is A.WITHDRAWN


def test_another_severity_undoes_no_decision() -> None:
    case = returned()
    case.do(c.Reclassify(TEXT, severity=Severity.DANGER), handler("committee"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("contractor").duty is Duty.LEAD
    assert case.of("asset_company").state is A.WITHDRAWN


def test_another_cause_is_routed_anew() -> None:
    case = report("mould", origin=Origin.CONSTRUCTION)
    case.do(c.Reassign("contractor", "client", TEXT), handler("committee"))
    case.do(c.Reclassify(TEXT, "dust"), handler("committee"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("contractor").duty is Duty.LEAD
    assert case.of("contractor").state is A.DISPATCHED
    assert case.of("client").state is A.WITHDRAWN


def test_a_lead_that_is_called_back_by_a_return_leads_again_and_the_order_can_close() -> None:
    case = leak()
    finish(case, "asset_company")
    case.do(c.Verify("asset_company"), handler("committee"))
    ask = c.MakeRequest("property", R.RETURN, "in_words", TEXT, "asset_company")
    case.do(ask, handler("property"))
    case.do(c.Decide("property", granted=True), handler("committee"))
    assert case.of("asset_company").duty is Duty.LEAD
    close(case, "asset_company")


def test_a_lead_that_is_waited_for_after_it_was_verified_leads_again() -> None:
    case = leak()
    finish(case, "asset_company")
    case.do(c.Verify("asset_company"), handler("committee"))
    ask = c.MakeRequest("property", R.WAIT, "in_words", TEXT, "asset_company", at("11-27 12:00"))
    case.do(ask, handler("property"))
    case.do(c.Decide("property", granted=True), handler("asset_company"))
    assert case.of("asset_company").duty is Duty.LEAD
    close(case, "asset_company", "property")


def test_a_chain_of_waits_is_freed_link_by_link() -> None:
    case = leak()
    for party, named, day in (("asset_company", "property", "12-04"), ("property", "contractor", "12-01")):
        ask = c.MakeRequest(party, R.WAIT, "in_words", TEXT, named, at(f"{day} 12:00"))
        case.do(ask, handler(party))
        case.do(c.Decide(party, granted=True), handler(named))
    finish(case, "contractor", "11-26 10:00")
    assert case.of("property").state is A.DISPATCHED
    assert case.of("asset_company").state is A.WAITING
    finish(case, "property", "11-27 10:00")
    assert case.of("asset_company").state is A.DISPATCHED


def test_redoing_is_bound_by_an_earlier_date_elsewhere_too() -> None:
    case = leak()
    case.do(c.AddOutsideNumber("12345", "SH-1", at("11-25 12:00")), handler("committee"))
    finish(case, "asset_company", "11-24 10:00")
    case.do(c.Reject("asset_company", TEXT), handler("committee"))
    assert case.clocks("asset_company")[K.REDO] == "11-25 12:00"


def test_silence_speaks_for_the_answer_of_the_lead_alone_and_the_new_lead_still_has_to_work() -> None:
    case = report("unclear")
    case.do(c.Reclassify(TEXT, "venue"), handler("committee"))
    case.do(c.Done("autonomy_office"), handler("autonomy_office"))
    case.do(c.RouteOrder(), SYSTEM)
    assert case.of("committee").duty is Duty.LEAD
    assert not case.it.open_deadlines(kinds=frozenset({K.OBJECTION}))
    case.until("12-04 12:00")
    assert (case.of("committee").state, case.status()) == (A.DISPATCHED, OrderStatus.OPEN)


def test_a_party_that_is_already_late_with_a_review_is_red_as_soon_as_it_is_dispatched() -> None:
    case = leak()
    finish(case, "asset_company")
    ask = c.MakeRequest("property", R.RETURN, "in_words", TEXT, "committee")
    case.do(ask, handler("property"), "11-25 12:00")
    assert case.clock("committee", K.REVIEW).late
    (request,) = case.it.requests
    case.do(c.Decide("property", granted=True), handler(request.decider))
    assert case.of("committee").red
