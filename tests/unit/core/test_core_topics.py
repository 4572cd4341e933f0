"""A topic by itself: its phases, one opinion a person, moderation with a reason, and what its clock does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.domain.codec import decode, encode
from models.domain.matter import Command, Look
from models.domain.matters.topics import commands as c
from models.domain.matters.topics import decide as d
from models.domain.matters.topics.kind import PROPOSED, TO_CARRY_OUT, TO_DELIBERATE, TOPIC
from models.domain.matters.topics.state import Stance, Topic, TopicStatus
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.streams import Actor, Role, TextRef
from tests.unit.core.kit import context

MONDAY = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
COMMITTEE = Actor(Role.HANDLER, "committee", "gu")
PROPERTY = Actor(Role.HANDLER, "property", "lu")
MODERATOR = Actor(Role.MODERATOR, None, "mo")
RESIDENT = Actor(Role.RESIDENT)
OBSERVER = Actor(Role.OBSERVER, "committee", "ob")


def text(name: str) -> TextRef:
    return TextRef(name, "0" * 64)


class Table:
    """A topic in the hand."""

    def __init__(self, actor: Actor = COMMITTEE, *, lasts: timedelta | None = WEEK) -> None:
        self.state: Topic | None = None
        self.why: list[tuple[str, ...]] = []
        self.now = MONDAY
        self.do(c.ProposeTopic(text("title"), text("words"), "dance", lasts), actor)

    def do(self, command: Command, actor: Actor = COMMITTEE) -> Topic:
        outcome = TOPIC.decide(self.state, command, context(), now=self.now, actor=actor)
        folded = self.state
        for one in outcome.events:
            folded = TOPIC.evolve(folded, one.event, self.now)
        assert folded == outcome.state
        self.state = outcome.state
        self.why += [one.why for one in outcome.notices]
        assert self.state is not None
        return self.state

    def say(self, person: str, stance: Stance = Stance.FOR) -> Topic:
        return self.do(c.GiveOpinion(stance, text(f"said by {person}")), Actor(Role.RESIDENT, None, person))

    def after(self, span: timedelta) -> Topic:
        self.now += span
        return self.do(Look(), Actor(Role.SYSTEM))

    def published(self) -> "Table":
        self.do(c.BeginDeliberation())
        self.do(c.ReachConsensus(text("consensus"), present=12))
        return self


def refused(table: Table, command: Command, actor: Actor, kind: type[Exception]) -> str:
    before = table.state
    with pytest.raises(kind) as told:
        table.do(command, actor)
    assert table.state == before
    return str(told.value)


def test_a_topic_goes_from_the_proposal_to_the_review() -> None:
    table = Table()
    table.say("code-1")
    table.after(WEEK + timedelta(seconds=1))
    table.do(c.ReachConsensus(text("consensus"), present=12))
    table.after(c.PUBLISHED_FOR + timedelta(seconds=1))
    table.do(c.CarryOut((41, 42)))
    end = table.do(c.ReviewTopic(text("review"), kept=True))
    assert (end.status, end.orders, end.ended_at) == (TopicStatus.REVIEWED, (41, 42), table.now)
    assert table.why == [(TO_DELIBERATE,), (TO_CARRY_OUT,)]


def test_the_committee_is_told_of_what_a_resident_proposes() -> None:
    table = Table(RESIDENT, lasts=None)
    assert table.why == [(PROPOSED,)]
    assert table.state is not None
    assert table.state.status is TopicStatus.PROPOSED


def test_what_is_not_taken_up_keeps_its_reason() -> None:
    table = Table(RESIDENT, lasts=None)
    assert table.do(c.DeclineTopic(text("reason"))).reason == text("reason")


def test_a_second_opinion_of_a_person_takes_the_place_of_the_first() -> None:
    table = Table()
    table.say("code-1")
    topic = table.say("code-1", Stance.AGAINST)
    assert [one.stance for one in topic.opinions.values()] == [Stance.AGAINST]


def test_turnout_counts_people_over_both_phases_once() -> None:
    table = Table()
    table.say("code-1")
    table.say("code-2")
    topic = table.published().say("code-1", Stance.AGAINST)
    assert topic.turnout == 2
    assert topic.counts(TopicStatus.PUBLISHED)[Stance.AGAINST] == 1


def test_after_the_date_an_opinion_is_late_even_before_the_clock_looked() -> None:
    table = Table()
    table.now += WEEK + timedelta(seconds=1)
    assert d.OVER in refused(
        table, c.GiveOpinion(Stance.FOR), Actor(Role.RESIDENT, None, "code"), IllegalMove
    )


def test_until_the_very_instant_it_is_in_time() -> None:
    table = Table()
    table.now += WEEK
    assert len(table.say("code").opinions) == 1


@pytest.mark.parametrize("actor", [OBSERVER, MODERATOR])
def test_who_is_not_entitled_says_nothing(actor: Actor) -> None:
    refused(Table(), c.GiveOpinion(Stance.FOR), actor, NotYours)


def test_an_opinion_without_a_person_is_refused() -> None:
    refused(Table(), c.GiveOpinion(Stance.FOR), RESIDENT, BadValue)


def test_what_is_taken_back_is_out_of_its_group_and_a_group_of_nothing_is_gone() -> None:
    table = Table()
    table.say("code-1")
    table.say("code-2")
    table.do(c.GroupOpinions(("1",), text("early")), COMMITTEE)
    topic = table.do(c.TakeBackOpinion(), Actor(Role.RESIDENT, None, "code-1"))
    assert (list(topic.opinions), topic.groups, topic.next_opinion) == (["2"], {}, 3)
    assert d.NOTHING_SAID in refused(
        table, c.TakeBackOpinion(), Actor(Role.RESIDENT, None, "code-1"), BadValue
    )
    refused(table, c.TakeBackOpinion(), RESIDENT, BadValue)


def test_what_a_moderator_hides_leaves_its_reason_and_can_be_shown_again() -> None:
    table = Table()
    table.say("code")
    hidden = table.do(c.HideOpinion("1", text("why")), MODERATOR)
    assert hidden.opinions["1"].hidden == text("why")
    assert table.do(c.HideOpinion("1", None), MODERATOR).opinions["1"].hidden is None


def test_a_hidden_opinion_stays_hidden_when_it_is_changed() -> None:
    table = Table()
    table.say("code")
    table.do(c.HideOpinion("1", text("why")), MODERATOR)
    assert table.say("code").opinions["1"].hidden == text("why")


def test_a_party_hides_nothing() -> None:
    table = Table()
    table.say("code")
    refused(table, c.HideOpinion("1", text("why")), PROPERTY, NotYours)


def test_opinions_that_say_the_same_are_answered_together() -> None:
    table = Table()
    for person in ("a", "b", "c"):
        table.say(person)
    table.do(c.GroupOpinions(("1", "2"), text("noise")))
    topic = table.do(c.AnswerGroup("1", text("answer")))
    assert [one.group for one in topic.opinions.values()] == [1, 1, None]
    assert topic.groups["1"].answer == text("answer")


def test_a_group_that_nobody_is_in_any_more_is_gone() -> None:
    table = Table()
    table.say("a")
    table.do(c.GroupOpinions(("1",), text("first")))
    assert list(table.do(c.GroupOpinions(("1",), text("second"))).groups) == ["2"]


@pytest.mark.parametrize(
    "command",
    [
        c.TakeUpTopic(WEEK),
        c.DeclineTopic(text("reason")),
        c.ReachConsensus(text("consensus"), present=3),
        c.CarryOut(()),
        c.ReviewTopic(text("review"), kept=True),
        c.EndTopic(text("reason")),
    ],
)
def test_in_another_phase_it_is_refused(command: Command) -> None:
    assert d.NOT_NOW in refused(Table(), command, COMMITTEE, IllegalMove)


@pytest.mark.parametrize("command", [c.BeginDeliberation(), c.GroupOpinions((), text("none"))])
def test_only_the_committee_leads(command: Command) -> None:
    refused(Table(), command, PROPERTY, NotYours)


@pytest.mark.parametrize("days", [0, 61])
def test_a_phase_lasts_from_a_day_to_sixty(days: int) -> None:
    with pytest.raises(BadValue):
        Table(lasts=timedelta(days=days))


def test_a_room_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadValue):
        TOPIC.decide(
            None,
            c.ProposeTopic(text("t"), text("w"), "moon"),
            context(),
            now=MONDAY,
            actor=COMMITTEE,
        )


def test_nobody_who_leads_nothing_sets_a_date() -> None:
    with pytest.raises(NotYours):
        Table(RESIDENT)


def test_its_state_survives_the_codec() -> None:
    table = Table()
    table.say("code")
    table.do(c.GroupOpinions(("1",), text("noise")))
    state: Any = table.published().state
    assert decode(Topic, encode(state)) == state


def test_while_a_phase_has_a_date_there_is_one_timer_at_it() -> None:
    table = Table()
    assert [one.fire_at for one in TOPIC.timers(table.state)] == [MONDAY + WEEK]
    table.do(c.BeginDeliberation())
    assert TOPIC.timers(table.state) == ()


def test_what_was_published_to_its_end_is_not_ended_any_more() -> None:
    table = Table().published()
    table.now += c.PUBLISHED_FOR + timedelta(seconds=1)
    assert d.AGREED in refused(table, c.EndTopic(text("reason")), COMMITTEE, IllegalMove)


def test_what_a_resident_proposed_is_seen_by_others_once_it_is_taken_up() -> None:
    table = Table(Actor(Role.RESIDENT, None, "code-1"), lasts=None)
    other = Actor(Role.RESIDENT, None, "code-2")
    assert table.state is not None
    assert d.may_see(Actor(Role.RESIDENT, None, "code-1"), table.state, context())
    assert not d.may_see(other, table.state, context())
    assert d.may_see(other, table.do(c.TakeUpTopic(WEEK)), context())
