"""退单, 暂缓, 延期, 等待他方: what a party asks for concerns that party, and another decides."""

from models.domain.orders.refusals import NotYours
from models.domain.streams import StreamKey
from tests.acceptance.stage import Stage


def old_leak(stage: Stage, *acknowledged: str) -> StreamKey:
    """A leak of the old building, acknowledged by these; what was told so far is no news any more."""
    order = stage.report("leak", origin="pre_existing")
    for party in acknowledged:
        stage.act(order, "acknowledge", party)
    if "asset_company" in acknowledged:
        stage.act(order, "contact", "asset_company")
    stage.heard().clear()
    return order


def test_a_hold_stops_the_clock_of_the_party_that_asked_and_of_no_other(stage: Stage) -> None:
    leak = old_leak(stage, "asset_company", "property")
    stage.act(leak, "hold", "asset_company", reason="material", until=stage.after("10 WD"))
    stage.expect_told("committee", "lead", "decide.hold")
    assert isinstance(
        stage.refuse(leak, "decide", "asset_company", of="asset_company", granted=True), NotYours
    )
    stage.act(leak, "decide", "committee", of="asset_company", granted=True)
    stage.expect_told("asset_company", "handler", "granted.hold")
    stage.expect_silence()

    stage.forward("9 WD")
    stage.expect_told("property", "handler", "step.yellow_half.fix")
    stage.expect_silence()

    stage.forward("2 WD")
    stage.expect_told("asset_company", "handler", "resumed.hold_over")
    assert stage.state(leak, "asset_company") == "acknowledged"


def test_a_wait_starts_the_clock_of_the_party_that_is_waited_for(stage: Stage) -> None:
    leak = old_leak(stage, "asset_company", "property")
    stage.act(leak, "wait", "asset_company", nominee="client", reason="等变更单", until=stage.after("3 WD"))
    stage.expect_told("committee", "lead", "decide.wait")
    stage.expect_told("client", "lead", "named.wait")
    stage.act(leak, "decide", "client", of="asset_company", granted=True)
    stage.expect_told("client", "handler", "dispatched.support")
    stage.expect_told("asset_company", "handler", "granted.wait")
    stage.expect_silence()

    stage.forward("2 WD")
    stage.expect_told("client", "handler", "step.yellow.acknowledge")
    stage.expect_told("client", "lead", "step.red.acknowledge")
    stage.expect_told("committee", "coordinator", "step.red.acknowledge")
    stage.expect_silence()

    stage.until("2026-03-12 09:30")
    stage.heard().clear()
    stage.act(leak, "done", "client")
    stage.expect_told("asset_company", "handler", "resumed.wait_over")
    assert stage.state(leak, "asset_company") == "acknowledged"


def test_an_upheld_return_hands_the_order_over_and_leaves_nothing_with_who_returned_it(stage: Stage) -> None:
    box = stage.report("electrical", space="yard")
    stage.heard().clear()
    stage.act(box, "return", "property", nominee="contractor", reason="施工临时用电")
    stage.expect_told("committee", "lead", "decide.return")
    stage.expect_told("contractor", "lead", "named.return")
    stage.expect_silence()
    stage.forward("10 min 24x7")
    stage.act(box, "decide", "committee", of="property", granted=True)
    stage.expect_told("contractor", "handler", "dispatched.lead")
    heard_by_property = [one for one in stage.heard() if one.party == "property"]
    assert [one.why for one in heard_by_property] in ([], ["withdrawn.returned"])
    stage.heard().clear()

    assert stage.order(box).assignments["property"].misrouted
    stage.forward("3 WD")
    assert "property" not in {one.party for one in stage.heard()}


def test_a_dismissed_return_gives_no_time_back(stage: Stage) -> None:
    leak = old_leak(stage, "property")
    before = {one.kind: one.due_at for one in stage.order(leak).open_deadlines(party="asset_company")}
    stage.forward("2 WH")
    stage.act(leak, "return", "asset_company", nominee="contractor", reason="已移交施工方")
    stage.forward("2 WH")
    stage.act(leak, "decide", "committee", of="asset_company", granted=False)
    stage.expect_told("asset_company", "handler", "dismissed.return")
    after = {one.kind: one.due_at for one in stage.order(leak).open_deadlines(party="asset_company")}
    assert after == before
    assert stage.state(leak, "asset_company") == "dispatched"
    stage.refuse(leak, "return", "asset_company", nominee="contractor", reason="还是不对")


def test_an_undecided_request_climbs_against_the_decider(stage: Stage) -> None:
    leak = old_leak(stage, "asset_company", "property")
    stage.act(leak, "extend", "asset_company", reason="定做", until=stage.after("20 WD"))
    stage.expect_told("committee", "lead", "decide.extend")
    stage.forward("2 WD")
    heard = {(one.party, one.why) for one in stage.heard()}
    assert {party for party, why in heard if why.startswith("step.red.decide")} >= {"committee"}
    assert "asset_company" not in {party for party, _ in heard}


def test_after_an_extension_the_steps_that_lie_ahead_again_are_reached_again(stage: Stage) -> None:
    leak = old_leak(stage, "asset_company", "property")
    stage.forward("14 WD")  # past the yellow step of fifteen working days
    stage.act(leak, "extend", "asset_company", reason="定做", until=stage.after("15 WD"))
    stage.act(leak, "decide", "committee", "asset_company", granted=True)
    stage.forward("16 WD")
    reached = [one.rung for one in stage.steps(leak) if (one.party, one.kind) == ("asset_company", "fix")]
    assert reached[:4] == ["yellow_half", "yellow", "yellow", "red"]
