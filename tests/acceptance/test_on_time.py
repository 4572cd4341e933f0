"""An order that goes well: who hears of it, and how little."""

from collections import Counter

from tests.acceptance.stage import Stage


def test_a_leak_goes_from_report_to_close_with_the_three_parties_told(stage: Stage) -> None:
    leak = stage.report("leak", title="乒乓房漏水", description="乒乓房靠北窗顶上又漏了")
    stage.expect_told("property", "handler", "triage.origin")
    stage.expect_silence()

    stage.forward("30 min 24x7")
    stage.photo(leak, "property", "origin")
    stage.act(leak, "triage", "property", origin="pre_existing", note="老卷材开裂")
    stage.expect_told("asset_company", "handler", "dispatched.lead")
    stage.expect_told("property", "handler", "dispatched.support")
    stage.expect_told("autonomy_office", "observer", "dispatched.consult")
    stage.expect_silence()

    stage.act(leak, "acknowledge", "property")
    stage.act(leak, "acknowledge", "asset_company")
    stage.act(leak, "contact", "asset_company", note="后天来看")
    stage.forward("2 h 24x7")
    stage.act(leak, "start", "asset_company")
    stage.finish(leak, "property")
    stage.expect_told("committee", "handler", "review")
    stage.act(leak, "verify", "committee", of="property")
    assert stage.order(leak).status == "open"

    stage.forward("3 h 24x7")
    stage.finish(leak, "asset_company")
    stage.expect_told("committee", "handler", "review")
    assert stage.order(leak).status == "awaiting_review"
    stage.act(leak, "verify", "committee", of="asset_company")
    assert stage.order(leak).status == "closed"
    stage.expect_told("committee", "coordinator", "closed")

    stage.forward("1 h 24x7")
    stage.act(leak, "callback", "committee", resolved=True, satisfied=True)
    stage.forward("30 WD")
    stage.expect_silence()


def test_an_order_on_time_costs_each_handler_at_most_three_messages(stage: Stage) -> None:
    leak = stage.report("leak", origin="pre_existing")
    stage.forward("1 h 24x7")
    for party in ("property", "asset_company"):
        stage.act(leak, "acknowledge", party)
    stage.act(leak, "contact", "asset_company")
    stage.forward("14 WD")  # one working day before the fix is due
    heard = Counter(one.party for one in stage.heard() if one.role == "handler")
    assert heard == {"asset_company": 3, "property": 3}
    assert not [step for step in stage.steps(leak) if step.rung not in {"yellow_half", "yellow"}]


def test_who_supports_and_reviews_hears_three_messages_as_well(stage: Stage) -> None:
    leak = stage.report("leak", origin="construction")
    stage.act(leak, "acknowledge", "contractor")
    stage.act(leak, "contact", "contractor")
    stage.forward("110 min WH")
    stage.act(leak, "acknowledge", "property")
    stage.forward("5 WD")
    stage.finish(leak, "contractor")
    stage.forward("1 WH")
    stage.act(leak, "verify", "property", of="contractor")
    mine = [one.why for one in stage.heard() if (one.party, one.role) == ("property", "handler")]
    assert mine == ["dispatched.support", "step.yellow.acknowledge", "review"]


def test_who_acknowledges_within_the_limit_hears_nothing_before_half_of_the_time_is_gone(
    stage: Stage,
) -> None:
    leak = stage.report("leak", origin="pre_existing")
    stage.expect_told("asset_company", "handler", "dispatched.lead")
    stage.expect_told("property", "handler", "dispatched.support")
    stage.expect_told("autonomy_office", "observer", "dispatched.consult")
    for party in ("property", "asset_company"):
        stage.act(leak, "acknowledge", party)
    stage.act(leak, "contact", "asset_company")
    stage.forward("6 WD")
    stage.expect_silence()


def test_two_reports_of_one_trouble_live_on_as_one_order(stage: Stage) -> None:
    first = stage.report("loose_fixture", by="wang-yuezhen", space="dance")
    second = stage.report("loose_fixture", space="dance")
    stage.expect_told("property", "handler", "dispatched.lead")
    stage.expect_told("contractor", "handler", "dispatched.support")
    stage.expect_told("asset_company", "observer", "dispatched.consult")
    stage.expect_silence()

    stage.merge(second, into=first)
    stage.expect_told("property", "handler", "ended.merged")
    stage.expect_told("contractor", "handler", "ended.merged")
    stage.expect_silence()
    assert (stage.order(second).status, stage.order(first).status) == ("merged", "open")

    stage.forward("30 d 24x7")
    assert {one.order for one in stage.heard()} == {first.stream_id}
