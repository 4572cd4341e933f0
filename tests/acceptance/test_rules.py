"""The committee changes the rules: parties object or not, the decider rules, safety waits for nobody."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from models.domain.matters.rules.state import Proposal, RulesStatus
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.streams import StreamKey
from services.audit.whole import audit
from services.execute import Answer
from services.matters.kit import Doer
from services.matters.rules import acting, editing
from services.settings import Settings
from services.store.transactions import transaction
from tests.acceptance.stage import Stage
from tests.databases import PLAYBOOK, rows

SHORTER = ('acknowledge = "2 h 24x7"\nfix = "24 h 24x7"', 'acknowledge = "1 h 24x7"\nfix = "12 h 24x7"')
"""Dust: the contractor and the committee."""
SAFER = ('[safety.danger]\nacknowledge = "15 min 24x7"', '[safety.danger]\nacknowledge = "10 min 24x7"')
S = RulesStatus


@dataclass
class Changing:
    """The rules of a stage on their way."""

    stage: Stage
    settings: Settings
    key: StreamKey = field(default_factory=lambda: StreamKey(0, 0))

    def doer(self, by: str) -> Doer:
        return Doer(self.stage.shop, self.settings, self.stage.caller(by))

    def propose(self, *changes: tuple[str, str], by: str = "committee") -> Answer:
        text = PLAYBOOK
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        one = self.doer(by)
        checked = editing.check(one, self.stage.site_id, text)
        self.key, answer = acting.propose(one, self.stage.site_id, checked, "施工扬尘投诉多")
        self.stage.settle()
        return answer

    def done(self, answer: Answer) -> None:
        assert answer.refused is None, answer.refused
        self.stage.settle()

    @property
    def state(self) -> Proposal:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            return acting.find(self.doer("committee"), sql, self.key).state

    def version(self) -> int:
        """Of the rules in force."""
        found = rows(
            self.stage.shop,
            "SELECT version FROM playbook WHERE current AND site_id = %s",
            self.stage.site_id,
        )
        return int(found[0][0])


@pytest.fixture
def changing(stage: Stage, tmp_path: Path) -> Changing:
    return Changing(stage, Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path)}))


def test_without_an_objection_it_takes_effect_after_five_working_days(changing: Changing) -> None:
    stage = changing.stage
    changing.done(changing.propose(SHORTER))
    stage.expect_told("contractor", "lead", "rules.proposed")
    before = stage.report("dust", space="hall")
    stage.forward("5 WD")
    after = stage.report("dust", space="hall")
    assert (changing.state.status, changing.state.why, changing.version()) == (S.EFFECTIVE, "silence", 2)
    assert [pin.version for pin in (stage.order(before).pin, stage.order(after).pin) if pin] == [1, 2]


def test_an_objection_goes_to_a_decider_that_neither_proposed_nor_objects(changing: Changing) -> None:
    stage = changing.stage
    changing.done(changing.propose(SHORTER))
    changing.done(acting.object_(changing.doer("contractor"), changing.key, "夜间无法洒水"))
    changing.done(acting.object_(changing.doer("autonomy_office"), changing.key, "先试一个月"))
    stage.forward("5 WD")
    assert (changing.state.status, changing.state.decider) == (S.RULING, "street")
    changing.done(acting.rule(changing.doer("street"), changing.key, "同意缩短", accepted=True))
    assert (changing.state.status, changing.version()) == (S.EFFECTIVE, 2)


def test_a_ruling_against_it_leaves_the_rules_as_they_are(changing: Changing) -> None:
    changing.done(changing.propose(SHORTER))
    changing.done(acting.object_(changing.doer("contractor"), changing.key, "做不到"))
    changing.stage.forward("5 WD")
    changing.done(
        acting.rule(changing.doer("autonomy_office"), changing.key, "先看三个月数据", accepted=False)
    )
    assert (changing.state.status, changing.version()) == (S.DISMISSED, 1)


def test_a_late_ruling_is_told_to_the_street(changing: Changing) -> None:
    stage = changing.stage
    changing.done(changing.propose(SHORTER))
    changing.done(acting.object_(changing.doer("contractor"), changing.key, "做不到"))
    stage.forward("5 WD")
    stage.forward("1 WD")
    stage.forward("1 WD")
    assert changing.state.overdue
    assert "rules.overdue" in {told.why for told in stage.heard() if told.party == "street"}


def test_once_all_consent_nobody_waits_any_longer(changing: Changing) -> None:
    changing.done(changing.propose(SHORTER))
    for party in changing.state.asked:
        changing.done(acting.consent(changing.doer(party), changing.key))
    assert (changing.state.status, changing.state.why) == (S.EFFECTIVE, "consent")


def test_a_stricter_safety_limit_takes_effect_at_once(changing: Changing) -> None:
    changing.done(changing.propose(SAFER))
    assert (changing.state.status, changing.state.why, changing.version()) == (S.EFFECTIVE, "safety", 2)
    changing.stage.expect_told("contractor", "lead", "rules.in_force")


def test_a_longer_safety_limit_waits_like_any_other(changing: Changing) -> None:
    changing.done(changing.propose((SAFER[0], SAFER[0].replace("15 min", "20 min"))))
    assert (changing.state.status, changing.version()) == (S.OPEN, 1)


def test_a_stricter_safety_limit_does_not_wait_with_others(changing: Changing) -> None:
    refused = changing.propose(SAFER, SHORTER).refused
    assert isinstance(refused, BadValue)
    assert refused.field == "mixed"


def test_what_was_overtaken_does_not_take_effect(changing: Changing) -> None:
    changing.done(changing.propose(SHORTER))
    first = changing.key
    changing.done(changing.propose(SAFER))
    changing.key = first
    changing.stage.forward("5 WD")
    assert (changing.state.status, changing.version()) == (S.OVERTAKEN, 2)


def test_only_the_committee_proposes_and_only_who_is_asked_answers(changing: Changing) -> None:
    assert isinstance(changing.propose(SHORTER, by="contractor").refused, NotYours)
    changing.done(changing.propose(SHORTER))
    own = acting.consent(changing.doer("committee"), changing.key)
    early = acting.rule(changing.doer("street"), changing.key, "行", accepted=True)
    assert (type(own.refused), type(early.refused)) == (NotYours, IllegalMove)


def test_a_late_objection_is_refused(changing: Changing) -> None:
    changing.done(changing.propose(SHORTER))
    changing.stage.forward("5 WD")
    late = acting.object_(changing.doer("contractor"), changing.key, "晚了")
    assert isinstance(late.refused, IllegalMove)


def test_a_category_without_a_route_is_told_by_line_before_it_is_proposed(changing: Changing) -> None:
    text = PLAYBOOK.replace('category = "venue"\nlead', 'category = "venue"\norigin = ["misuse"]\nlead')
    checked = editing.check(changing.doer("committee"), changing.stage.site_id, text)
    assert checked.parsed is None
    assert any("venue has no route" in one.message for one in checked.problems)


def test_what_changes_is_shown_with_what_would_have_been(changing: Changing) -> None:
    stage = changing.stage
    order = stage.report("dust", space="hall")
    stage.forward("3 h 24x7")
    stage.act(order, "acknowledge", "contractor")
    checked = editing.check(
        changing.doer("committee"), stage.site_id, PLAYBOOK.replace(SHORTER[0], SHORTER[1])
    )
    assert {(one.field, one.before, one.after) for one in checked.changes} == {
        ("acknowledge", "2 h 24x7", "1 h 24x7"),
        ("fix", "24 h 24x7", "12 h 24x7"),
    }
    assert checked.report is not None
    assert checked.report["cases"] == 1


def test_the_ledger_holds_and_all_can_be_rebuilt(changing: Changing) -> None:
    changing.done(changing.propose(SHORTER))
    changing.done(acting.object_(changing.doer("contractor"), changing.key, "做不到"))
    changing.done(acting.withdraw(changing.doer("committee"), changing.key))
    assert changing.state.status is S.WITHDRAWN
    assert [tally.drift for tally in audit(changing.stage.shop, changing.key)] == [[]]
