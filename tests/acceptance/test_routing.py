"""What cannot be sent to anybody stays visible, and is sent when the rules are mended."""

from services.store import sites
from services.store.transactions import transaction
from tests.acceptance.stage import Stage
from tests.databases import AIBO


def leave(stage: Stage, party: str) -> None:
    """A party leaves the site: it has no capacity there any more."""
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        sql.execute(
            "UPDATE party SET capacities = '{}' WHERE site_id = %s AND code = %s", (stage.site_id, party)
        )
        sql.execute("UPDATE site SET version = version + 1 WHERE id = %s", (stage.site_id,))


def mend(stage: Stage) -> None:
    """Load a playbook in which property does what the asset company did."""
    text = (AIBO / "playbook.toml").read_text(encoding="utf-8").replace("\nversion = 1\n", "\nversion = 2\n")
    text = text.replace('lead = "asset_company"\nsupport = ["property"]', 'lead = "property"')
    text = text.replace('consult = ["asset_company"]\n', "")
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        sites.load_playbook(sql, stage.site_id, "playbook.toml", text)


def test_an_order_that_nobody_takes_is_told_to_the_committee_and_routed_when_the_playbook_is_mended(
    stage: Stage,
) -> None:
    leave(stage, "asset_company")
    mould = stage.report("mould", origin="pre_existing", space="dance")
    assert stage.order(mould).status == "unrouted"
    stage.expect_told("committee", "coordinator", "unrouted")
    stage.expect_silence()
    stage.forward("3 WD")
    stage.expect_silence()

    mend(stage)
    stage.settle()
    assert stage.order(mould).status == "open"
    stage.forward("1 WD")
    stage.expect_told("property", "handler", "dispatched.lead")


def test_an_order_without_anybody_left_to_act_is_unrouted_and_never_closed(stage: Stage) -> None:
    scratch = stage.report("mould", origin="misuse", space="dance")
    stage.heard().clear()
    stage.act(scratch, "withdraw", "committee", of="property", reason="舞蹈队说自己来补")
    assert stage.order(scratch).status == "unrouted"
    stage.expect_told("committee", "coordinator", "unrouted")
    stage.expect_told("property", "handler", "withdrawn.withdrawn")
    stage.expect_silence()
