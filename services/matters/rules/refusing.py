"""Why a change of the rules was refused, as a sentence that says what to do next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from models.domain.matters.rules import decide as d
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.playbook.problems import Problem
from services.views.catalogues import later as _
from services.views.catalogues import words_in
from services.views.language import Language

_ILLEGAL: Mapping[str, str] = {
    d.OVER: _("这份修改已经有了结果，请看本页"),
    d.NOT_ASKED: _("征求意见的时间已过，不能再表态；请看本页的结果"),
    d.NO_RULING: _("这份修改现在不需要裁定，请看本页"),
    d.OVERTAKEN: _("公示期间规则已改过，这份修改不能直接生效；请不予采用，由居委会在新规则上重提"),
}
_BAD: Mapping[str, str] = {
    d.SAME: _("与现行规则没有不同；先改一处，再公示"),
    d.MIXED: _("加严安全时限立即生效，请单独提交；其余改动另提一份"),
    d.CODE: _("请保留现行规则的代码（code）"),
    d.VERSION: _("现行规则刚刚更新，请在新版本上重新修改"),
    "rules": _("这份规则还不能用，请按提示逐行修改"),
}
_NOT_YOURS: Mapping[str, str] = {
    "propose": _("规则由居委会修改；请联系居委会"),
    "withdraw": _("只有提出的居委会可以撤回"),
    "answer": _("表态由被征求意见单位的负责人进行"),
    "rule": _("裁定由本页所列的裁定单位负责人进行"),
}
_UNKNOWN = _("没有保存，请刷新页面后再试")


@dataclass(frozen=True, slots=True)
class Told:
    """A problem of the text, in words."""

    line: int
    words: str


_PROBLEMS: Mapping[str, str] = {
    r"(\S+) has no route$": "{0} 没有派单路线；请为它加一条 [[routes]]",
    r"(\S+) has no route for origin (.+)": "{0} 缺少派单路线，成因或情形：{1}；请加一条，或去掉路线上的限定",
    r"this route of (\S+) and that of line (\d+) .*": "{0}：与第 {1} 行分不出先后；请用成因等区分",
    r"a second route of (\S+) under the same conditions as line (\d+)": "{0}：与第 {1} 行重复；请删去一条",
    r"a route of the unknown category (.+)": "这条路线的类别 {0} 不存在；请改成已有的类别",
    r"unknown space (.+) at .*": "本场所没有空间 {0}；请改成已有的",
    r"nobody at \S+ is (\S+)": "本场所没有担任 {0} 的单位；请换一个",
    r"(\".+\") runs day and night, but (\S+) has": "{0} 昼夜计时，{1} 无值班；请改用 WD、WH",
    r"nobody verifies the work of (\S+)": "没有人核查 {0} 的工作；请在 [verifiers] 补上",
    r"every decider acts on (\S+), .*": "批复单位都在办 {0}，没有人能批复；请在 [deciders] 再加一个",
    r"at \S+ the rung (\S+) tells nobody": "{0} 这一级没有通知任何人；请至少通知单位负责人",
    r"no rung is marked red.*": "没有标为超期（red）的一级；请补上",
    r"no TOML: (.*)": "写法有误，这一行读不懂（{0}）；请检查引号和括号",
}
"""What keeps rules from working, by the checkers' own words; they write for operators, in English."""


def in_language(problem: Problem, language: Language) -> str:
    """A problem of the text for the committee."""
    plain = f"{problem.message}; {problem.remedy}"
    if language == "en":
        return plain
    for pattern, words in _PROBLEMS.items():
        found = re.match(pattern, problem.message)
        if found is not None:
            return words.format(*found.groups())
    return f"这一行不能这样写（{plain}）"


def why(refusal: Exception, language: Language) -> str:
    """The sentence for a refusal of the core."""
    words = _UNKNOWN
    if isinstance(refusal, IllegalMove):
        words = _ILLEGAL.get(refusal.why, _UNKNOWN)
    elif isinstance(refusal, BadValue):
        words = _BAD.get(refusal.field, _UNKNOWN)
    elif isinstance(refusal, NotYours):
        words = _NOT_YOURS.get(refusal.action, _UNKNOWN)
    return words_in(language).gettext(words)
