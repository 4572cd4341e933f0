"""A deliberation with its orders: what is carried out is linked both ways, and nothing is half-done."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from models.domain.matters.topics.state import Stance, Topic, TopicStatus
from models.domain.orders.refusals import BadValue, IllegalMove
from models.domain.streams import Actor, Role, StreamKey
from models.domain.words import OrderStatus
from services.actions.bodies import ReportBody
from services.audit.whole import audit
from services.callers import Caller
from services.execute import Answer
from services.matters.kit import Doer
from services.matters.topics import acting
from services.matters.topics.acting import NewTopic
from services.settings import Settings
from services.store.transactions import transaction
from tests.acceptance.stage import Stage

DAYS = timedelta(days=3)
SEALS = ReportBody(space="dance", category="soundproofing", description="门窗加隔音条")


@dataclass
class Talk:
    """A topic of a stage."""

    stage: Stage
    key: StreamKey

    def by(self, party: str) -> Doer:
        return Doer(self.stage.shop, Settings.read({"LIANBAN_ENV": "test"}), self.stage.caller(party))

    def resident(self, person: str) -> Doer:
        site = {self.stage.code: self.stage.site_id}
        caller = Caller(person, Actor(Role.RESIDENT, None, person, "code"), site)
        return Doer(self.stage.shop, self.by("committee").settings, caller)

    def settle(self, answer: Answer) -> Answer:
        self.stage.settle()
        return answer

    @property
    def state(self) -> Topic:
        return acting.found_topic(self.by("committee"), self.key).state

    def agreed(self) -> None:
        """Opinions are in, the consensus was published to its end."""
        self.settle(acting.deliberate(self.by("committee"), self.key))
        self.settle(acting.agree(self.by("committee"), self.key, "八点半关门", (12, DAYS)))
        self.stage.forward("3 d 24x7")
        self.stage.settle()


@pytest.fixture
def talk(stage: Stage) -> Talk:
    made = Talk(stage, StreamKey(stage.site_id, 0))
    new = NewTopic("舞蹈房几点关门", "晚上太响", "dance", DAYS)
    made.key, answer = acting.propose(made.by("committee"), stage.site_id, new)
    assert answer.refused is None
    stage.settle()
    return made


def test_what_was_agreed_is_carried_out_by_orders_linked_both_ways(talk: Talk) -> None:
    talk.agreed()
    [order], answer = acting.carry_out(talk.by("committee"), talk.key, [SEALS])
    talk.settle(answer)
    assert (talk.state.status, talk.state.orders) == (TopicStatus.CARRIED_OUT, (order.stream_id,))
    with transaction(talk.stage.shop.engine, [talk.stage.site_id]) as sql:
        assert acting.topics_about(sql, order) == [talk.key.stream_id]
    assert talk.stage.order(order).status is OrderStatus.TRIAGE


def test_where_one_order_cannot_be_reported_nothing_is_carried_out(talk: Talk) -> None:
    talk.agreed()
    wrong = SEALS.model_copy(update={"space": "nowhere"})
    _, answer = acting.carry_out(talk.by("committee"), talk.key, [SEALS, wrong])
    assert isinstance(answer.refused, BadValue)
    assert talk.state.status is TopicStatus.AGREED


def test_opening_a_deliberation_ends_what_the_committee_owed_on_the_noise(stage: Stage) -> None:
    noise = stage.report("activity_noise", space="dance")
    talk = Talk(stage, noise)
    new = NewTopic("舞蹈房几点关门", "晚上太响", "dance", DAYS, noise)
    talk.key, answer = acting.propose(talk.by("committee"), stage.site_id, new)
    talk.settle(answer)
    assert answer.refused is None
    assert stage.state(noise, "committee") == "done"
    assert not [one for one in stage.order(noise).open_deadlines(party="committee") if one.kind == "fix"]
    assert talk.state.order == noise.stream_id


def test_an_opinion_after_the_date_is_refused_also_before_the_clock_looked(talk: Talk) -> None:
    talk.stage.driver.set_clock(talk.stage.now + DAYS + timedelta(hours=1))
    late = acting.say(talk.resident("r:1"), talk.key, Stance.FOR, "太晚了")
    assert isinstance(late.refused, IllegalMove)
    assert talk.state.turnout == 0


def words_kept(talk: Talk) -> int:
    """How many texts of the topic there still are beside the ledger."""
    with transaction(talk.stage.shop.engine, [talk.stage.site_id]) as sql:
        row = sql.execute(
            "SELECT count(*) FROM private_row WHERE (site_id, stream_id) = (%s, %s) AND body IS NOT NULL",
            (talk.key.site_id, talk.key.stream_id),
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_what_is_taken_back_counts_no_longer_and_its_words_are_erased(talk: Talk) -> None:
    before, resident = words_kept(talk), talk.resident("r:1")
    talk.settle(acting.say(resident, talk.key, Stance.FOR, "九点关"))
    talk.settle(acting.say(resident, talk.key, Stance.FOR, "八点关"))
    assert words_kept(talk) == before + 1
    assert talk.settle(acting.take_back(resident, talk.key)).refused is None
    assert (talk.state.turnout, words_kept(talk)) == (0, before)
    assert isinstance(acting.take_back(resident, talk.key).refused, BadValue)
    talk.settle(acting.say(resident, talk.key, Stance.AGAINST, "不要关"))
    talk.settle(acting.deliberate(talk.by("committee"), talk.key))
    assert isinstance(acting.take_back(resident, talk.key).refused, IllegalMove)
    assert (talk.state.turnout, words_kept(talk)) == (1, before + 1)
    [*_, tally] = audit(talk.stage.shop)
    assert [one for one in tally.drift if one.key.site_id == talk.stage.site_id] == []


def test_the_auditor_finds_nothing_to_say_about_it(talk: Talk) -> None:
    talk.settle(acting.say(talk.resident("r:1"), talk.key, Stance.FOR, "同意"))
    talk.settle(acting.group(talk.by("committee"), talk.key, ["1"], "早点关"))
    talk.agreed()
    [*_, tally] = audit(talk.stage.shop)
    assert [one for one in tally.drift if one.key.site_id == talk.stage.site_id] == []
