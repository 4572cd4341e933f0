"""What notices say, and that there is nothing that they could not say."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.domain.matters import MATTERS
from models.domain.orders import handlers, notices
from models.domain.playbook.model import Mark
from models.domain.playbook.parse import parse_playbook
from models.domain.walks.kind import RECTIFICATION
from models.domain.words import ACTING, ENDED, DeadlineKind, Duty, RequestKind
from services.notify.weekly import WHY as WEEKLY
from services.notify.wording import (
    LANGUAGES,
    Asked,
    Facts,
    Fired,
    Limit,
    Name,
    Text,
    To,
    local_time,
    reason_in_words,
    texts,
    word,
)

NOW = datetime(2026, 11, 20, 1, 12, tzinfo=UTC)
URL = "https://lianban.example"
PLAYBOOK = Path(__file__).parents[3] / "deploy/playbooks/aibo-5/playbook.toml"


def facts(
    *limits: Limit,
    requests: tuple[Asked, ...] = (),
    fired: tuple[Fired, ...] = (),
    marks: dict[str, str] | None = None,
    danger: bool = False,
) -> Facts:
    return Facts(
        code="AIBO5-17",
        zone=ZoneInfo("Asia/Shanghai"),
        now=NOW,
        space=Name("乒乓房", "Table-tennis room"),
        category=Name("漏水", "Leak"),
        danger=danger,
        limits=limits,
        requests=requests,
        fired=fired,
        parties={"property": Name("物业", "Property"), "contractor": Name("施工方", "Contractor")},
        marks=marks or {},
    )


def limit(kind: str, party: str, day: int, *, provisional: bool = False, year: int = 2026) -> Limit:
    return Limit(kind, party, datetime(year, 11, day, 9, 30, tzinfo=UTC), provisional)


def said(given: Facts, *why: str, party: str = "property", language: str = "zh") -> Text:
    return word(given, why, To(party, language, NOW), URL)


def test_a_dispatch_names_order_room_category_dates_and_link() -> None:
    given = facts(limit("acknowledge", "property", 23), limit("fix", "property", 30))
    assert said(given, "dispatched.lead") == Text(
        "AIBO5-17 乒乓房 请主办",
        "乒乓房 · 漏水\n请贵单位主办。接单：11月23日 周一 17:30前；办结：11月30日 周一 17:30前。\n"
        "https://lianban.example/o/AIBO5-17",
    )


def test_english_is_for_those_who_read_it() -> None:
    given = facts(limit("fix", "property", 23), danger=True)
    assert said(given, "dispatched.lead", language="en") == Text(
        "DANGER AIBO5-17 Table-tennis room: please take the lead",
        "Table-tennis room · Leak\nPlease handle this order as the lead. Fix by Mon 23 Nov, 17:30.\n"
        "https://lianban.example/o/AIBO5-17",
    )


def test_an_unknown_language_is_answered_in_chinese() -> None:
    assert said(facts(), "released", language="fr") == said(facts(), "released")


def test_only_the_recipients_own_limits_are_told() -> None:
    given = facts(limit("fix", "contractor", 23))
    assert "11月" not in said(given, "dispatched.lead").body


def test_a_limit_that_has_passed_is_told_as_passed() -> None:
    fired = (Fired("red", "fix", "property", NOW),)
    given = facts(limit("fix", "property", 19), fired=fired, marks={"red": "red"})
    assert "贵单位的办结时限已到" in said(given, "step.red.fix").body
    assert "办结：11月19日 周四 17:30（已过）" in said(given, "step.red.fix").body


def test_those_above_are_told_who_is_late() -> None:
    fired = (Fired("red", "fix", "contractor", NOW), Fired("red", "fix", "property", NOW))
    given = facts(fired=fired, marks={"red": "red"})
    assert "施工方、物业的办结时限已到，请协调。" in said(given, "step.red.fix", party="committee").body


def test_a_step_of_another_instant_is_not_this_ones() -> None:
    earlier = datetime(2026, 11, 19, tzinfo=UTC)
    fired = (Fired("red", "fix", "contractor", earlier), Fired("red", "fix", "property", NOW))
    body = said(facts(fired=fired, marks={"red": "red"}), "step.red.fix", party="committee").body
    assert "施工方" not in body


def test_a_decider_is_told_who_asks() -> None:
    asked = (Asked("hold", "contractor", "property", None),)
    assert "施工方申请暂缓，请批复。" in said(facts(requests=asked), "decide.hold").body


def test_a_nominee_is_told_who_named_it() -> None:
    asked = (Asked("return", "contractor", "committee", "property"),)
    assert "施工方申请退单，认为应由贵单位办理" in said(facts(requests=asked), "named.return").body


def test_a_request_decided_meanwhile_still_reads_well() -> None:
    assert "有单位申请退单，请批复。" in said(facts(), "decide.return").body


def test_reasons_that_fall_together_are_one_message() -> None:
    text = said(facts(), "dispatched.lead", "review")
    assert text.title == "AIBO5-17 乒乓房 请主办（另1项）"
    assert text.body.splitlines()[1:3] == ["请贵单位主办。", "承办单位已报办结，请贵单位核查。"]


def test_a_year_is_told_only_where_it_is_another() -> None:
    given = facts(limit("fix", "property", 23, year=2027, provisional=True))
    assert "办结：2027年11月23日 周二 17:30前（暂定）" in said(given, "dispatched.lead").body


def test_a_hold_says_when_the_clock_runs_again() -> None:
    given = facts(limit("hold_end", "property", 23))
    assert "恢复计时：11月23日 周一 17:30。" in said(given, "granted.hold").body


def test_times_are_on_the_sites_wall_clock() -> None:
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert local_time(at, ZoneInfo("Asia/Shanghai"), "zh") == "11月23日 周一 09:00"
    assert local_time(at, ZoneInfo("America/New_York"), "en") == "Sun 22 Nov, 20:00"


def test_the_order_without_a_category_says_so() -> None:
    given = facts()
    given = Facts(**{**{name: getattr(given, name) for name in Facts.__slots__}, "category": None})
    assert said(given, "triage.category").body.startswith("乒乓房 · 类别待定\n请查看后确定类别")


# ── Completeness: every reason that the core can give has words of its own, in both languages ───────────────


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if getattr(called, "attr", getattr(called, "id", None)) == name:
                yield node


def _literals(name: str) -> set[str]:
    """Texts that the handlers pass to a call of this name."""
    found = set()
    for path in Path(handlers.__file__).parent.glob("*.py"):
        for call in _calls(ast.parse(path.read_text(encoding="utf-8")), name):
            found |= {one.value for one in call.args if isinstance(one, ast.Constant)}
    return {one for one in found if isinstance(one, str)}


def _withdrawals() -> set[str]:
    return (_literals("AssignmentWithdrawn") | _literals("_replace")) - {"to", "nominee"}


FILLED: dict[tuple[str, str], Callable[[], Iterable[str]]] = {
    ("_triage", "event.why"): lambda: _literals("_to_triage"),
    ("_withdrawn", "event.why"): _withdrawals,
    ("_dispatched", "event.duty"): lambda: set(Duty),
    ("_dispatched", "again"): lambda: {"", ".again"},
    ("_reclassified", "one.duty"): lambda: set(ACTING),
    ("_referred", "kind"): lambda: set(RequestKind),
    ("_moved", "event.reason"): lambda: {"by_hand", "outside"},
    ("_moved", "deadline.kind"): lambda: set(DeadlineKind),
    ("_duty", "event.duty"): lambda: set(Duty),
    ("_requested", "request.kind"): lambda: set(RequestKind),
    ("_decided", "answer"): lambda: {"granted", "dismissed"},
    ("_decided", "event.kind"): lambda: set(RequestKind),
    ("_resumed", "event.why"): lambda: {"hold_over", "wait_over"},
    ("_ended_early", "order.status"): lambda: ENDED - {"closed"},
}
"""What stands in for each blank of a reason in `notices.py`, by function."""

NEVER = {"granted.return", "named.hold", "named.extend"}
"""An upheld return is told by `withdrawn.returned`; only a return and a wait name somebody."""


def _parts(function: str, text: ast.expr) -> Iterator[str]:
    match text:
        case ast.Constant(value=str() as value):
            yield value
        case ast.IfExp(body=first, orelse=second):
            yield from _parts(function, first)
            yield from _parts(function, second)
        case ast.JoinedStr(values=values):
            yield from map("".join, product(*(_choices(function, one) for one in values)))
        case _:
            raise AssertionError(f"{function} gives a reason that this test cannot read: {ast.unparse(text)}")


def _choices(function: str, part: ast.expr) -> list[str]:
    if isinstance(part, ast.FormattedValue):
        return sorted(map(str, FILLED[function, ast.unparse(part.value)]()))
    return list(_parts(function, part))


def _told(function: ast.FunctionDef) -> Iterator[ast.Tuple]:
    """What a function of `notices.py` yields, one by one or from a generator."""
    for node in ast.walk(function):
        if isinstance(node, ast.Yield):
            assert isinstance(node.value, ast.Tuple), ast.unparse(node)
            yield node.value
        elif isinstance(node, ast.YieldFrom):
            assert isinstance(node.value, ast.GeneratorExp), ast.unparse(node)
            assert isinstance(node.value.elt, ast.Tuple), ast.unparse(node)
            yield node.value.elt


@cache
def reasons() -> frozenset[str]:
    """Every reason that `notices.py` yields but for the ladder's."""
    functions = (
        one for one in ast.parse(inspect.getsource(notices)).body if isinstance(one, ast.FunctionDef)
    )
    return frozenset(
        why
        for one in functions
        if one.name not in {"wanted", "_stepped"}
        for told in _told(one)
        for why in _parts(one.name, told.elts[2])
    ) - frozenset(NEVER)


def plain() -> set[str]:
    """Those that are worded one by one."""
    return {why for why in reasons() if not why.startswith("limit.")}


def test_another_date_is_worded_by_its_cause_and_kind() -> None:
    causes = {why.split(".")[1] for why in reasons() if why.startswith("limit.")}
    assert all(causes | {"other"} == texts(language)["limits"].keys() for language in LANGUAGES)
    body = said(facts(limit("fix", "property", 23)), "limit.by_hand.fix").body
    assert "贵单位的办结时限已另行确定。办结：11月23日 周一 17:30前。" in body


def test_reasons_are_found_in_the_core() -> None:
    assert {"dispatched.lead.again", "withdrawn.returned", "triage.danger", "unrouted"} < reasons()
    assert len(reasons()) > 35


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_the_core_has_its_words(language: str) -> None:
    asked_for = plain().union(*(kind.reasons for kind in MATTERS))
    assert asked_for - set(texts(language)["reasons"]) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_kept_that_nothing_asks_for(language: str) -> None:
    # Of no order, but told by the ledger, by figures, by walks and by what happens around the orders.
    others = {"other", "checkpoint", WEEKLY, RECTIFICATION}.union(*(kind.reasons for kind in MATTERS))
    assert set(texts(language)["reasons"]) - plain() == others


def test_both_languages_say_the_same_things() -> None:
    zh, en = (texts(language) for language in LANGUAGES)
    for table in ("words", "kinds", "reasons", "steps", "limits"):
        assert zh[table].keys() == en[table].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rung_of_the_default_ladder_is_worded_for_every_kind(language: str) -> None:
    ladder = parse_playbook(PLAYBOOK.name, PLAYBOOK.read_text(encoding="utf-8")).ladder
    given = facts(marks={rung.code: str(rung.mark) for rung in ladder})
    general = texts(language)["steps"]["other"]["head"].split("{kind}")[-1]
    for rung, kind in product(ladder, DeadlineKind):
        title = said(given, f"step.{rung.code}.{kind}", language=language).title
        assert texts(language)["kinds"][kind] in title
        assert not title.endswith(general)


@pytest.mark.parametrize("mark", list(Mark))
def test_another_citys_rung_is_worded_by_its_mark(mark: Mark) -> None:
    given = facts(marks={"stufe_7": str(mark), str(mark): str(mark)})
    assert said(given, "step.stufe_7.fix").title == said(given, f"step.{mark}.fix").title


def test_a_rung_code_may_hold_dots() -> None:
    assert said(facts(marks={"a.b": "red"}), "step.a.b.fix").title == "AIBO5-17 乒乓房 办结超期"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_that_nobody_foresaw_still_reads_well(language: str) -> None:
    for why in ("brand_new", "step.unheard.fix", "step.unheard.unheard"):
        assert "{" not in said(facts(), why, language=language).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_blank_is_left_open_in_any_sentence(language: str) -> None:
    ladder = [f"step.{mark}.{kind}" for mark, kind in product(Mark, DeadlineKind)]
    for why in sorted(reasons()) + ladder:
        text = said(facts(limit("fix", "property", 23)), why, language=language)
        assert not re.search(r"[{}]", text.title + text.body), why


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_in_words_is_its_headline(language: str) -> None:
    for why in plain():
        assert reason_in_words(why, language, {}) == texts(language)["reasons"][why]["head"]
    assert reason_in_words("step.top.fix", "zh", {"top": "supervise"}) == "督办：办结超期"
