"""An order that is late: who hears it, in which order, and who does not."""

import pytest

from models.domain.streams import StreamKey
from tests.acceptance.stage import Stage


@pytest.fixture
def leak(stage: Stage) -> StreamKey:
    """A leak whose property has acknowledged and whose asset company has not."""
    order = stage.report("leak", origin="pre_existing")
    stage.act(order, "acknowledge", "property")
    stage.expect_told("asset_company", "handler", "dispatched.lead")
    stage.expect_told("property", "handler", "dispatched.support")
    stage.expect_told("autonomy_office", "observer", "dispatched.consult")
    return order


def test_a_late_acknowledgement_climbs_from_yellow_to_supervision_and_only_those_above_hear_it(
    stage: Stage, leak: StreamKey
) -> None:
    late = ("acknowledge", "contact")
    stage.forward("1 WD")
    told = stage.expect_told("asset_company", "handler", *(f"step.yellow.{kind}" for kind in late))
    assert told.member == "bao-jing"
    stage.expect_silence()  # at the limit itself it is past working hours

    stage.forward("1 WD")
    stage.expect_told("asset_company", "lead", *(f"step.red.{kind}" for kind in late))
    told = stage.expect_told("committee", "coordinator", *(f"step.red.{kind}" for kind in late))
    assert told.member == "gu-xiaowen"
    stage.expect_silence()

    stage.forward("1 WD")
    told = stage.expect_told("committee", "lead", *(f"step.urge.{kind}" for kind in late))
    assert told.member == "shen-huizhen"
    stage.expect_silence()

    stage.forward("3 WD")
    stage.expect_silence()
    stage.forward("1 WD")
    stage.expect_told("street", "lead", *(f"step.supervise.{kind}" for kind in late))
    stage.expect_silence()

    stage.forward("5 WD")  # the street once more; the time for the fix goes by as well
    stage.expect_told("street", "lead", *(f"step.supervise.{kind}" for kind in late))
    stage.expect_told("asset_company", "handler", "step.yellow_half.fix")
    stage.expect_told("asset_company", "handler", "step.yellow.fix")  # who is late is not spared
    stage.expect_told("property", "handler", "step.yellow_half.fix", "step.yellow.fix")
    stage.expect_silence()


def test_one_partys_acknowledgement_does_not_silence_the_others(stage: Stage, leak: StreamKey) -> None:
    stage.forward("2 WD")
    heard = {one.party for one in stage.heard() if one.role in {"handler", "lead"}}
    assert heard == {"asset_company"}


def test_to_acknowledge_late_ends_the_ladder_but_the_ledger_keeps_that_it_was_late(
    stage: Stage, leak: StreamKey
) -> None:
    stage.until("2026-03-11 11:00")
    stage.expect_told("asset_company", "lead", "step.red.acknowledge", "step.red.contact")
    stage.heard().clear()
    stage.act(leak, "acknowledge", "asset_company")
    stage.act(leak, "contact", "asset_company")
    stage.forward("4 WD")
    stage.expect_silence()
    reached = {step.rung for step in stage.steps(leak) if step.kind == "acknowledge"}
    assert reached == {"yellow", "red"}


def test_a_late_contractor_is_told_to_the_client_who_holds_the_payment(stage: Stage) -> None:
    dust = stage.report("dust", space="yard", by="wang-yuezhen")
    stage.act(dust, "acknowledge", "committee")
    stage.act(dust, "acknowledge", "contractor")
    stage.act(dust, "contact", "contractor")
    stage.act(dust, "release", "contractor", of="committee")
    stage.heard().clear()
    stage.forward("3 WD")
    assert ("client", "lead", "step.urge.fix") in {(one.party, one.role, one.why) for one in stage.heard()}


def test_an_ordinary_notice_of_the_night_waits_for_nine_o_clock(stage: Stage) -> None:
    stage.until("2026-03-10 02:14")
    stage.report("loose_fixture", space="dance")
    stage.until("2026-03-10 08:59")
    stage.expect_silence()
    stage.until("2026-03-10 09:00")
    told = stage.expect_told("property", "handler", "dispatched.lead")
    assert told.member == "tang-ayong"
    stage.expect_told("contractor", "handler", "dispatched.support")
    stage.expect_told("asset_company", "observer", "dispatched.consult")
    stage.expect_silence()
