"""Danger: it never waits, whoever sleeps; an anonymous one wakes few."""

from tests.acceptance.stage import Stage, wall


def test_danger_at_night_rings_at_once_and_again_when_nobody_comes(stage: Stage) -> None:
    stage.until("2026-03-10 02:14")
    burst = stage.report("electrical", severity="danger", space="canteen")
    told = stage.expect_told("property", "handler", "dispatched.lead")
    assert told.at == wall("2026-03-10 02:14")
    stage.expect_told("utility", "handler", "dispatched.support")
    stage.expect_silence()

    stage.act(burst, "acknowledge", "utility")
    stage.until("2026-03-10 02:30")
    stage.expect_told("property", "handler", "step.yellow_short.acknowledge", "step.yellow_short.on_site")
    stage.expect_told("property", "lead", "step.red.acknowledge")
    stage.expect_told("committee", "coordinator", "step.red.acknowledge")
    stage.expect_silence()

    stage.act(burst, "arrive", "property")
    stage.until("2026-03-10 02:40")
    stage.act(burst, "make-safe", "property", note="分路空开拉掉")
    stage.until("2026-03-10 09:00")
    for party, role in (("committee", "coordinator"), ("street", "lead")):
        assert stage.expect_told(party, role, "made_safe").at == wall("2026-03-10 08:45")
    stage.expect_silence()


def test_what_turns_out_dangerous_at_night_rings_at_once_and_ends_a_hold(stage: Stage) -> None:
    door = stage.report("loose_fixture", space="dance")
    stage.act(door, "hold", "property", reason="material", until=stage.after("5 WD"))
    stage.act(door, "decide", "committee", of="property", granted=True)
    stage.until("2026-03-10 02:14")
    stage.heard().clear()

    stage.act(door, "reclassify", "committee", severity="danger", reason="门板要掉下来了")
    told = stage.expect_told("property", "handler", "dispatched.lead")
    assert told.at == wall("2026-03-10 02:14")
    stage.expect_told("contractor", "handler", "dispatched.support")
    stage.expect_silence()

    stage.until("2026-03-10 02:45")
    stage.expect_told("property", "lead", "step.red.acknowledge", "step.red.on_site")


def test_works_noise_at_night_is_told_while_it_can_still_be_stopped(stage: Stage) -> None:
    stage.until("2026-03-10 23:10")
    stage.report("works_noise", space="hall")
    told = stage.expect_told("contractor", "handler", "dispatched.lead")
    assert told.at == wall("2026-03-10 23:10")
    stage.expect_told("committee", "handler", "dispatched.support")
    stage.until("2026-03-11 08:59")
    stage.expect_silence()


def test_an_anonymous_danger_wakes_only_who_triages_and_the_others_after_a_quarter_of_an_hour(
    stage: Stage,
) -> None:
    stage.until("2026-03-10 02:14")
    spark = stage.report("electrical", severity="danger", space="canteen", by="anonymous")
    stage.expect_told("committee", "handler", "triage.danger", "dispatched.lead")
    stage.expect_silence()

    stage.until("2026-03-10 02:29")
    heard = {one.party for one in stage.heard()}
    assert heard <= {"committee"}
    stage.heard().clear()

    stage.until("2026-03-10 02:30")
    stage.expect_told("property", "handler", "dispatched.lead")
    stage.expect_told("utility", "handler", "dispatched.support")
    assert stage.order(spark).confirmed


def test_an_anonymous_danger_that_a_person_confirms_goes_to_the_others_at_once(stage: Stage) -> None:
    stage.until("2026-03-10 02:14")
    spark = stage.report("electrical", severity="danger", space="canteen", by="anonymous")
    stage.heard().clear()
    stage.until("2026-03-10 02:19")
    stage.act(spark, "triage", "committee", severity="danger")
    told = stage.expect_told("property", "handler", "dispatched.lead")
    assert told.at == wall("2026-03-10 02:19")
    stage.expect_told("utility", "handler", "dispatched.support")


def test_an_anonymous_danger_that_is_none_wakes_nobody_else(stage: Stage) -> None:
    stage.until("2026-03-10 02:14")
    spark = stage.report("electrical", severity="danger", space="canteen", by="anonymous")
    stage.heard().clear()
    stage.act(spark, "false-alarm", "committee", reason="打电话问过，没有冒火花")
    stage.heard().clear()
    stage.until("2026-03-12 12:00")
    stage.expect_silence()
