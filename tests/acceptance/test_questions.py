"""A question is an order; its answer is published in the moderator's words and found by two characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from services.audit.whole import audit
from services.matters.kit import Doer
from services.matters.questions import acting, answered
from services.matters.questions.acting import SIMILAR, NewAnswer
from services.settings import Settings
from services.store.transactions import transaction

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from tests.acceptance.stage import Stage

ASKED, SAID = "这不只是刷层漆吗？", "防水、隔音、地坪都重做，图纸已公开。"


def by(stage: Stage, who: str) -> Doer:
    return Doer(stage.shop, Settings.read({"LIANBAN_ENV": "test"}), stage.caller(who))


@pytest.fixture
def order(stage: Stage) -> StreamKey:
    key = stage.report("question", description="我是3号楼的，这不只是刷层漆吗？")
    stage.act(key, "acknowledge", "committee")
    stage.act(key, "done", "committee", note=SAID)
    return key


@pytest.fixture
def public(stage: Stage, order: StreamKey) -> StreamKey:
    key, answer = acting.publish(by(stage, "committee"), NewAnswer(order, ASKED, SAID))
    assert answer.refused is None
    stage.settle()
    return key


def found(stage: Stage, words: str, share: float = 1.0) -> list[StreamKey]:
    return [one.key for one in acting.search(by(stage, "resident"), stage.site_id, words, share)]


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("words", ["隔音", "刷层漆", "图纸", "", "ｇ"])
def test_a_published_answer_is_found_by_two_characters(stage: Stage, words: str) -> None:
    assert len(found(stage, words)) == (words != "ｇ")


@pytest.mark.usefixtures("public")
def test_what_it_does_not_say_does_not_find_it(stage: Stage) -> None:
    assert found(stage, "食堂") == []


def test_a_similar_question_is_offered(stage: Stage, public: StreamKey) -> None:
    assert found(stage, "只是刷一层漆吗", SIMILAR) == [public]


def test_the_original_words_stay_with_the_order(stage: Stage, order: StreamKey, public: StreamKey) -> None:
    shown = acting.find(by(stage, "resident"), public)
    assert shown.words[shown.state.question.id] == ASKED
    assert shown.state.order == order.stream_id


def test_a_browser_that_was_helped_counts_once(stage: Stage, public: StreamKey) -> None:
    for mark in ("a", "b", "a"):
        assert acting.helped(by(stage, "resident"), public, mark, "10.0.0.1").refused is None
    assert len(acting.find(by(stage, "resident"), public).state.helped) == 2


def test_a_withdrawn_answer_is_found_no_more(stage: Stage, public: StreamKey) -> None:
    acting.withdraw(by(stage, "committee"), public, "写错了楼号")
    assert found(stage, "隔音") == []
    assert isinstance(acting.helped(by(stage, "resident"), public, "a", "10.0.0.1").refused, IllegalMove)


@pytest.mark.parametrize("who", ["property", "resident"])
def test_only_who_moderates_publishes(stage: Stage, public: StreamKey, who: str) -> None:
    assert isinstance(acting.withdraw(by(stage, who), public, "不想公开").refused, NotYours)


def test_a_telephone_number_is_not_published(stage: Stage, order: StreamKey) -> None:
    with pytest.raises(BadValue):
        acting.publish(by(stage, "committee"), NewAnswer(order, "请打 138 0000 1234", SAID))


def test_nothing_is_published_before_it_is_answered(stage: Stage) -> None:
    key = stage.report("question")
    with pytest.raises(BadValue):
        acting.publish(by(stage, "committee"), NewAnswer(key, ASKED, SAID))


@pytest.mark.usefixtures("public")
def test_an_answer_is_published_once(stage: Stage, order: StreamKey) -> None:
    _, again = acting.publish(by(stage, "committee"), NewAnswer(order, ASKED, SAID))
    assert isinstance(again.refused, IllegalMove)


def test_what_was_withdrawn_can_be_published_anew(stage: Stage, order: StreamKey, public: StreamKey) -> None:
    acting.withdraw(by(stage, "committee"), public, "写错了楼号")
    assert [key for key, _ in waits(stage)] == [order]
    assert acting.publish(by(stage, "committee"), NewAnswer(order, ASKED, SAID))[1].refused is None


def test_a_long_question_is_offered_its_answer_though_it_has_words_of_its_own(
    stage: Stage, public: StreamKey
) -> None:
    asked = "这不只是刷层漆吗，我家老伴天天念叨装修队叮叮当当敲个没完没了呀"
    assert found(stage, asked, SIMILAR) == [public]


def test_the_ledger_of_an_answer_holds(stage: Stage, public: StreamKey) -> None:
    assert [tally.drift for tally in audit(stage.shop, public)] == [[]]


def waits(stage: Stage) -> list[tuple[StreamKey, str]]:
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        found = answered.waiting(by(stage, "committee"), [stage.site_id], sql)
    return [(one.key, one.question) for one in found]


def test_an_answered_question_waits_until_it_is_published(stage: Stage, order: StreamKey) -> None:
    assert waits(stage) == [(order, "我是3号楼的，这不只是刷层漆吗？")]
    acting.publish(by(stage, "committee"), NewAnswer(order, ASKED, SAID))
    assert waits(stage) == []


def test_what_is_private_is_never_published(stage: Stage) -> None:
    key = stage.report("question", description="我家的事，别公开。", private=True)
    stage.act(key, "acknowledge", "committee")
    stage.act(key, "done", "committee", note=SAID)
    assert waits(stage) == []
    with pytest.raises(BadValue, match="does not want it published"):
        acting.publish(by(stage, "committee"), NewAnswer(key, ASKED, SAID))


def test_the_words_of_the_order_are_where_publishing_begins(stage: Stage, order: StreamKey) -> None:
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        assert answered.answered_by(by(stage, "committee"), sql, order).answer == SAID


def test_an_answer_that_was_checked_can_be_published_too(stage: Stage, order: StreamKey) -> None:
    stage.act(order, "callback", "resident", resolved=True)
    stage.forward("5 WD")
    assert waits(stage) == [(order, "我是3号楼的，这不只是刷层漆吗？")]
