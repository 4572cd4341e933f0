"""Why the core refused a move, in Chinese: its own words are English, and a reason is half of a refusal."""

import re
from collections.abc import Callable, Mapping

from models.domain.directory import Directory
from services.views import labels
from services.views.language import party_name

_FIXED: Mapping[str, str] = {
    "another request is undecided": "另有申请尚未批复",
    "attach a photo of the origin first": "请先上传原因照片",
    "attach a photo taken after the work first": "请先上传处置后的照片",
    "it is not closed yet": "尚未结案",
    "it is under supervision already": "已在督办中",
    "it is paused": "时钟已停",
    "it was extended already": "已经延期过",
    "it was held and renewed already": "已暂缓并续过一次",
    "no limit for the fix is running": "没有正在计时的办结时限",
    "no plan is on the table": "没有待同意的方案",
    "no request is open": "没有待批复的申请",
    "nobody is free to decide it": "没有可以批复的单位",
    "other orders were merged into it": "已有别的工单并入本单",
    "the callback of this round is recorded": "本轮回访已记录",
    "the limit has passed; ask before it": "时限已过，应在到期前申请",
    "the named party waits for you": "对方正在等待你方",
    "the order carries it already": "本单已有这个编号",
    "the place is not safe yet": "现场尚未控险",
    "this playbook has no holds": "办理规则没有暂缓",
    "work is under way; ask the committee": "已在处置，请找居委会",
    "the reporter's time or turn is over; the decider may reopen it": "报告人不能再重开，可由批复人重开",
    "the date that was asked for has passed; dismiss it": "所申请的日期已过，只能不同意",
    "a decider named this party; it may not return the order again": "经裁定的承办单位不得再次退单",
}
_CODE = r"([a-z0-9_-]+)"
_SHAPED: tuple[tuple[str, str, Callable[[str, Directory], str]], ...] = (
    (f"the order is {_CODE}", "工单目前是“{0}”", lambda code, _: labels.label(labels.STATUS, code, "zh")),
    (
        f"the assignment is {_CODE}",
        "承办单目前是“{0}”",
        lambda code, _: labels.label(labels.STATE, code, "zh"),
    ),
    (
        f"{_CODE} has no assignment on this order",
        "{0}在本单没有承办单",
        lambda c, site: party_name(c, site, "zh"),
    ),
    (f"{_CODE} was withdrawn already", "{0}已撤回", lambda code, site: party_name(code, site, "zh")),
    (f"{_CODE} is met already", "{0}时限已完成", lambda code, _: labels.label(labels.DEADLINE, code, "zh")),
    (
        f"the limit that runs for the work is {_CODE}",
        "正在计时的是{0}时限",
        lambda code, _: labels.label(labels.DEADLINE, code, "zh"),
    ),
    (
        r"returned (\d+) times already; the decider designates directly",
        "已退单 {0} 次，由批复人直接指定",
        lambda n, _: n,
    ),
    (
        r"it waits for (.+)",
        "还要等待：{0}",
        lambda many, site: "、".join(party_name(one, site, "zh") for one in many.split(", ")),
    ),
)
_VALUES: tuple[tuple[str, str], ...] = (
    (r"there is no space '(.*)' here; see the site's spaces", "本场所没有“{0}”这个空间"),
    (r"there is no category '(.*)'; choose from (.*)", "没有“{0}”这个类别，可选：{1}"),
    (r"there is no party '(.*)' here", "本场所没有“{0}”这个单位"),
    (r"there is no such order, or you may not see it", "没有这张工单，或者您无权查看"),
    (r"say which category it is; nothing was reported", "报告时没有写类别，请写明"),
    (r".* cannot be routed before its origin is known", "这个类别须先查明成因才能派单"),
    (r"nothing differs from what the order says already", "与工单现有内容相同"),
    (r"nobody here would take the lead of it", "没有可以主办的单位"),
    (r"name the party that is responsible or waited for", "请写明责任单位或所等待的单位"),
    (r"name another party than your own", "不能写本单位"),
    (r"a hold needs one of (.*)", "暂缓原因应为以下之一：{0}"),
    (r"a hold lasts at most .*, here until (.*)", "暂缓时间过长，最晚到 {0}"),
    (r"between (.*) and (.*)", "应在 {0} 与 {1} 之间"),
    (r"name an instant that lies ahead|it has to lie ahead|the plan's date has to lie ahead", "应晚于现在"),
    (r"only an upheld return names another party", "只有同意退单时才能指定单位"),
    (r"name a party of the site other than the one that returns", "请写本场所内退单单位以外的单位"),
    (r"a lead is withdrawn only with a party that takes over", "撤回主办单位须写明接手单位"),
    (r"name another party of the site", "请写本场所的另一个单位"),
    (r"it has the duty .* on this order already", "该单位在本单已有承办单"),
    (r"choose from (.*)", "可选：{0}"),
    (r"a limit set by hand needs a reason", "手工设定时限须写明原因"),
    (r"name another order of the same site", "请写同一场所的另一张工单"),
)
_DUTY = re.compile(f"{_CODE} only has the duty {_CODE}")


def in_chinese(why: str, site: Directory) -> str:
    """The reason in Chinese; one that is not known here stays as it is."""
    if why in _FIXED:
        return _FIXED[why]
    duty = _DUTY.fullmatch(why)
    if duty:
        return f"{party_name(duty[1], site, 'zh')}在本单只是{labels.label(labels.DUTY, duty[2], 'zh')}"
    for pattern, words, name in _SHAPED:
        found = re.fullmatch(pattern, why)
        if found:
            return words.format(name(found[1], site))
    return why


def value_in_chinese(message: str) -> str:
    """What is wrong with a value, in Chinese; a message that is not known here stays as it is."""
    for pattern, words in _VALUES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return words.format(*found.groups())
    return message
