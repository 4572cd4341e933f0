"""After 'done': somebody else looks at it, and the reporter has the last word."""

from models.domain.orders.refusals import NotYours
from models.domain.streams import StreamKey
from tests.acceptance.stage import Stage


def fixed_door(stage: Stage) -> StreamKey:
    """A loose door that property has mended, its contractor not needed."""
    door = stage.report("loose_fixture", space="dance")
    stage.act(door, "acknowledge", "property")
    stage.act(door, "contact", "property")
    stage.act(door, "release", "property", of="contractor")
    stage.finish(door, "property")
    stage.heard().clear()
    return door


def test_rejected_work_comes_back_with_the_limit_for_doing_it_again(stage: Stage) -> None:
    door = fixed_door(stage)
    assert isinstance(stage.refuse(door, "verify", "property", of="property"), NotYours)
    stage.act(door, "reject", "committee", of="property", reason="还是晃")
    stage.expect_told("property", "handler", "rejected")
    stage.expect_silence()

    stage.forward("4 WD")
    stage.expect_told("property", "handler", "step.yellow.redo")
    stage.expect_told("property", "lead", "step.red.redo")
    stage.expect_told("committee", "coordinator", "step.red.redo")
    stage.expect_silence()

    stage.finish(door, "property")
    stage.forward("1 WH")
    stage.expect_told("committee", "handler", "review")
    stage.act(door, "verify", "committee", of="property")
    assert stage.order(door).status == "closed"


def test_not_resolved_opens_a_second_round_for_the_parties_of_the_first(stage: Stage) -> None:
    door = fixed_door(stage)
    stage.act(door, "verify", "committee", of="property")
    stage.expect_told("committee", "coordinator", "closed")
    stage.forward("1 WH")
    stage.act(door, "callback", "committee", resolved=False, satisfied=False, note="又晃了")
    order = stage.order(door)
    assert (order.status, order.round) == ("open", 2)
    stage.expect_told("property", "handler", "dispatched.lead.again")
    stage.expect_told("committee", "coordinator", "not_resolved", "reopened")
    stage.expect_told("contractor", "handler", "dispatched.support.again")
    stage.expect_told("asset_company", "observer", "dispatched.consult.again")
    stage.expect_silence()


def test_a_question_closes_when_the_reporter_says_that_it_helped(stage: Stage) -> None:
    question = stage.report("question", space="hall")
    stage.expect_told("committee", "handler", "dispatched.lead")
    stage.act(question, "acknowledge", "committee")
    stage.act(question, "done", "committee", note="图纸贴在门口")
    stage.act(question, "callback", "resident", resolved=True, satisfied=True)
    assert stage.order(question).status == "closed"
    stage.heard().clear()
    stage.forward("10 WD")
    stage.expect_silence()


def test_a_question_closes_after_three_working_days_without_objection(stage: Stage) -> None:
    question = stage.report("question", space="hall")
    stage.act(question, "acknowledge", "committee")
    stage.act(question, "contact", "committee")
    stage.act(question, "done", "committee", note="图纸贴在门口")
    stage.heard().clear()
    stage.forward("2 WD")
    assert stage.order(question).status != "closed"
    stage.expect_silence()
    stage.forward("1 WD")
    assert stage.order(question).status == "closed"


def test_silence_never_closes_what_somebody_has_to_verify(stage: Stage) -> None:
    door = fixed_door(stage)
    stage.forward("10 WD")
    assert stage.order(door).status == "awaiting_review"
    assert {one.party for one in stage.heard()} <= {"committee", "autonomy_office", "street"}
