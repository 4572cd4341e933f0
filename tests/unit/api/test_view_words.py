"""Everything that can happen or be has its words, in both languages."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from models.domain.directory import Directory
from models.domain.orders.events import event_types
from models.domain.orders.lives import MOVES
from models.domain.orders.rules import Stage
from models.domain.personal import ContactPart, PersonalData
from models.domain.playbook.model import Mark
from models.domain.streams import Role
from models.domain.words import (
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
    Origin,
    PhotoPurpose,
    RequestKind,
    Severity,
)
from services.actions.table import ASSIGNMENT_ACTIONS, MERGE, ORDER_ACTIONS, SPLIT
from services.views import labels
from services.views.allowed import as_actions, spelled
from services.views.language import Language, day_text, language_of, span_text, time_text
from services.views.order import action_label
from services.views.refusing import in_chinese
from services.views.sentences import _MAKERS, _SENTENCES, _YES_NO, Teller

EMPTY = Directory("X", "Asia/Shanghai", 1, "c", {}, {}, {})
TELLER = Teller(EMPTY, {}, "X", {}, "zh")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (labels.STATUS, OrderStatus),
        (labels.STATE, AssignmentState),
        (labels.DUTY, Duty),
        (labels.DEADLINE, DeadlineKind),
        (labels.SEVERITY, Severity),
        (labels.ORIGIN, Origin),
        (labels.REQUEST, RequestKind),
        (labels.PURPOSE, PhotoPurpose),
        (labels.ROLE, Role),
        (labels.MARK, Mark),
        (labels.STAGE, Stage),
        (labels.PERSONAL_DATA, [*ContactPart, *PersonalData]),
    ],
)
def test_every_code_has_words_in_both_languages(words: dict[str, tuple[str, str]], codes: type[Role]) -> None:
    for code in codes:
        assert all(words[code])


def test_every_event_has_a_sentence() -> None:
    assert set(_SENTENCES) == set(event_types())


def test_sentences_ask_only_for_words_that_can_be_made() -> None:
    known = {*_MAKERS, *_YES_NO, "actor", "until_at", "version"}
    for name, both in _SENTENCES.items():
        for sentence in both:
            assert set(re.findall(r"{(\w+)}", sentence)) <= known, name


def test_both_languages_tell_the_same_things() -> None:
    for name, (chinese, english) in _SENTENCES.items():
        assert sorted(re.findall(r"{(\w+)}", chinese)) == sorted(re.findall(r"{(\w+)}", english)), name


@pytest.mark.parametrize("name", sorted(event_types()))
def test_an_event_without_its_fields_is_still_told(name: str) -> None:
    data = {"party": "property"}
    if "until_at" in "".join(_SENTENCES[name]):
        data["until"] = "2026-11-22T01:00:00Z"
    assert TELLER.tell(name, data, {"role": "system"})


def test_an_event_of_a_newer_program_is_shown_by_its_name() -> None:
    assert TELLER.tell("SomethingNew", {}, {"role": "system"}) == "SomethingNew"


def test_every_move_that_a_caller_can_ask_for_is_an_action_with_a_label() -> None:
    actions = {*ORDER_ACTIONS, *ASSIGNMENT_ACTIONS, SPLIT, MERGE, "photo", "reveal"}
    for move in MOVES.values():
        for name in as_actions(move.action):
            assert name in actions
            assert action_label(name, "property" if name in ASSIGNMENT_ACTIONS else None, "zh") != name


def test_a_refusals_moves_are_spelled_as_actions() -> None:
    assert spelled(["absorb", "note", "property/request"]) == [
        "note",
        "property/return",
        "property/hold",
        "property/extend",
        "property/wait",
    ]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("no plan is on the table", "没有待同意的方案"),
        ("the order is closed", "工单目前是“已结案”"),
        ("property has no assignment on this order", "property在本单没有承办单"),
        ("property only has the duty consult", "property在本单只是征询"),
        ("returned 2 times already; the decider designates directly", "已退单 2 次，由批复人直接指定"),
        ("it waits for property, owners", "还要等待：property、owners"),
        ("something that nobody has translated", "something that nobody has translated"),
    ],
)
def test_a_reason_is_told_in_chinese(why: str, told: str) -> None:
    assert in_chinese(why, EMPTY) == told


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr, en;q=0.3, zh;q=0.2", "en"),
        ("en;q=0, zh", "zh"),
        ("en;q=x", "zh"),
        ("de", "zh"),
        (",;=,", "zh"),
    ],
)
def test_the_preferred_language_is_found(accepted: str | None, language: Language) -> None:
    assert language_of(accepted) == language


def test_dates_carry_their_weekday_in_the_sites_time() -> None:
    at = datetime(2026, 12, 11, 16, 30, tzinfo=UTC)
    assert day_text(at, "Asia/Shanghai", "zh") == "12月12日 周六"
    assert day_text(at, "Asia/Shanghai", "en") == "Sat 12 Dec"
    assert time_text(at, "Asia/Shanghai", "zh") == "12月12日 周六 00:30"


@pytest.mark.parametrize(
    ("span", "chinese", "english"),
    [
        (timedelta(seconds=5), "1分钟", "1 min"),
        (timedelta(minutes=59), "59分钟", "59 min"),
        (timedelta(hours=2), "2小时", "2 h"),
        (timedelta(days=2, hours=3, minutes=4), "2天3小时", "2 d 3 h"),
        (timedelta(days=1, minutes=4), "1天4分钟", "1 d 4 min"),
    ],
)
def test_a_span_is_told_in_two_units(span: timedelta, chinese: str, english: str) -> None:
    seconds = int(span.total_seconds())
    assert (span_text(seconds, "zh"), span_text(seconds, "en")) == (chinese, english)
