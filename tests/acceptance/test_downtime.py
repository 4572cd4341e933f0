"""Nobody was there for a month: afterwards one message says how bad it is, and the ledger has the rest."""

from models.domain.streams import StreamKey
from services import lanes
from services.store.claims import Scope
from services.store.transactions import transaction
from tests.acceptance.stage import Stage


def told_of(stage: Stage, order: StreamKey) -> list[tuple[str, str, str]]:
    """The notices about steps; by the real time of day they may still wait for working hours."""
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        rows = sql.execute(
            "SELECT party, role, w.why FROM notice, unnest(why) AS w (why)"
            " WHERE site_id = %s AND stream_id = %s AND w.why LIKE 'step.%%' ORDER BY id",
            (order.site_id, order.stream_id),
        ).fetchall()
    return [(party, role, why) for party, role, why in rows]


def test_after_a_downtime_only_the_highest_step_is_told_and_the_skipped_are_on_record(
    stage_a_month_ago: Stage,
) -> None:
    stage = stage_a_month_ago
    leak = stage.report("leak", origin="pre_existing")
    stage.driver.end("live")

    lanes.drain(lanes.fire, stage.shop, Scope(stage.site_id))

    told = told_of(stage, leak)
    assert [one for one in told if one[2].endswith(".acknowledge")] == [
        ("street", "lead", "step.supervise.acknowledge")
    ]
    late = [step for step in stage.steps(leak) if (step.party, step.kind) == ("property", "acknowledge")]
    *skipped, highest = late
    assert [step.rung for step in skipped[:4]] == ["yellow", "red", "urge", "supervise"]
    assert all(step.skipped for step in skipped)
    assert (highest.rung, highest.skipped) == ("supervise", False)


def test_after_a_downtime_nothing_is_told_twice(stage_a_month_ago: Stage) -> None:
    stage = stage_a_month_ago
    leak = stage.report("leak", origin="pre_existing")
    stage.driver.end("live")
    lanes.drain(lanes.fire, stage.shop, Scope(stage.site_id))
    before = told_of(stage, leak)
    assert lanes.drain(lanes.fire, stage.shop, Scope(stage.site_id)) == 0
    assert told_of(stage, leak) == before
