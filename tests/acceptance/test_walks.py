"""A walk: thirty findings, one notice a party; a danger alarms at once by itself."""

from pathlib import Path
from typing import Any

import pytest

from models.domain.matter import Command
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.streams import StreamKey
from models.domain.walks.commands import AbandonWalk, TakeUpWalk
from models.domain.words import Origin, Severity
from services.audit.whole import audit
from services.execute import Answer
from services.settings import Settings
from services.store.transactions import transaction
from services.walks import acting
from services.walks.acting import NewFinding, Walker
from services.walks.reading import FoundWalk, find_walk
from tests.acceptance.stage import Stage, picture, wall

ROOMS = ("table-tennis", "dance", "hall", "corridor", "canteen")


class Walking:
    """The committee on its round, by default through the works."""

    def __init__(self, stage: Stage, folder: Path, by: str = "committee") -> None:
        self.stage = stage
        settings = Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(folder)})
        self.walker = Walker(stage.shop, settings, stage.caller(by))
        self.key = StreamKey(stage.site_id, 0)

    def begin(self, origin: Origin = Origin.CONSTRUCTION) -> Answer:
        self.key, answer = acting.begin(self.walker, self.stage.site_id, origin)
        return answer

    def note(self, space: str = "hall", hazard: str = "dust", **more: Any) -> Answer:
        answer = acting.note(self.walker, self.key, NewFinding(space, hazard, **more))
        self.stage.settle()
        return answer

    def do(self, command: Command) -> Answer:
        return acting.act(self.walker, self.key, command)

    def finish(self) -> Answer:
        answer = acting.finish(self.walker, self.key)
        self.stage.settle()
        return answer

    @property
    def found(self) -> FoundWalk:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            return find_walk(self.stage.shop, sql, self.walker.caller, self.key)

    @property
    def orders(self) -> list[StreamKey]:
        found = self.found.walk.findings.values()
        return [StreamKey(self.stage.site_id, one.order) for one in found if one.order is not None]


@pytest.fixture
def walking(stage: Stage, tmp_path: Path) -> Walking:
    found = Walking(stage, tmp_path)
    assert found.begin().refused is None
    return found


def test_thirty_findings_are_one_notice_to_each_party_and_thirty_orders(
    stage: Stage, walking: Walking
) -> None:
    for number in range(30):
        hazard = ("dust", "seepage", "mould")[number % 3]
        assert walking.note(ROOMS[number % 5], hazard, words=f"第 {number + 1} 处").refused is None
    stage.expect_silence()
    assert walking.finish().refused is None
    assert len(walking.orders) == 30
    contractor = [one for one in stage.heard() if one.party == "contractor"]
    assert [one.why for one in contractor] == ["rectification"]
    stage.expect_told("contractor", "handler", "rectification")
    stage.expect_told("property", "handler", "rectification")
    stage.expect_told("committee", "handler", "rectification")
    stage.expect_told("autonomy_office", "observer", "rectification")
    stage.expect_silence()


def test_the_message_says_how_much_was_found_and_leads_to_the_walk(stage: Stage, walking: Walking) -> None:
    walking.note("hall", "dust")
    walking.note("dance", "tripping")
    walking.finish()
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        rows = sql.execute("SELECT title, body FROM phone WHERE site_id = %s", (stage.site_id,)).fetchall()
    [text] = {f"{title}\n{body}" for title, body in rows}
    assert "整改通知单" in text
    assert f"/walk/{walking.found.code}" in text


def test_each_finding_has_an_order_with_its_own_clock_and_photo(stage: Stage, walking: Walking) -> None:
    walking.note("dance", "mould", pictures=[picture()])
    walking.finish()
    order = stage.order(walking.orders[0])
    assert [one.purpose for one in order.photos] == ["before"]
    assert order.promised_at is not None


def test_a_danger_alarms_at_once_and_is_in_the_notice_all_the_same(stage: Stage, walking: Walking) -> None:
    walking.note("hall", "exposed_wire", severity=Severity.DANGER)
    stage.expect_told("property", "handler", "dispatched.lead")
    stage.expect_told("utility", "handler", "dispatched.support")
    stage.expect_silence()
    walking.finish()
    stage.expect_told("property", "handler", "rectification")
    assert walking.found.walk.answered_by == {"1": "property"}


def test_a_second_round_of_a_finding_alarms_by_itself_again(stage: Stage, walking: Walking) -> None:
    walking.note("dance", "mould")
    walking.finish()
    [order] = walking.orders
    for party, verifier in (("contractor", "property"), ("property", "committee")):
        stage.finish(order, party)
        stage.act(order, "verify", verifier, of=party)
    stage.heard().clear()
    stage.act(order, "reopen", "committee", reason="又潮了")
    stage.expect_told("contractor", "handler", "dispatched.lead.again")


def test_an_empty_walk_cannot_be_finished(walking: Walking) -> None:
    assert isinstance(walking.finish().refused, IllegalMove)


def test_finishing_twice_makes_one_notice(stage: Stage, walking: Walking) -> None:
    walking.note()
    walking.finish()
    stage.heard().clear()
    assert isinstance(walking.finish().refused, IllegalMove)
    stage.expect_silence()


def test_a_walk_that_was_given_up_goes_on_the_same_day_and_not_the_next(
    stage: Stage, walking: Walking
) -> None:
    walking.do(AbandonWalk())
    assert walking.do(TakeUpWalk()).refused is None
    walking.do(AbandonWalk())
    stage.until("2026-03-10 00:01")
    assert isinstance(walking.do(TakeUpWalk()).refused, IllegalMove)


def test_what_was_found_is_not_lost_when_the_walk_is_finished_the_day_after(
    stage: Stage, walking: Walking
) -> None:
    walking.note()
    stage.until("2026-03-10 09:30")
    assert isinstance(walking.note().refused, IllegalMove)
    assert walking.finish().refused is None


def test_a_contractor_does_not_walk(stage: Stage, tmp_path: Path) -> None:
    assert isinstance(Walking(stage, tmp_path, "contractor").begin().refused, NotYours)


def test_at_night_the_notice_waits_for_working_hours(stage: Stage, walking: Walking) -> None:
    stage.until("2026-03-09 22:00")
    walking.note()
    walking.finish()
    stage.until("2026-03-10 08:59")
    stage.expect_silence()
    stage.until("2026-03-10 09:01")
    told = stage.expect_told("contractor", "handler", "rectification")
    assert told.at == wall("2026-03-10 09:00")


def test_the_auditor_finds_a_walk_and_its_orders_as_their_events_have_them(
    stage: Stage, walking: Walking
) -> None:
    walking.note("hall", "exposed_wire", severity=Severity.DANGER)
    walking.note("dance", "mould")
    walking.finish()
    assert len(walking.orders) == 2
    for key in (walking.key, *walking.orders):
        assert [tally.drift for tally in audit(stage.shop, key)] == [[]]
