"""What the administration says of what went wrong, and of what was done."""

import re
from collections.abc import Callable, Mapping

from services.views import labels
from services.views.language import Language

Say = Callable[[str], str]


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


_PROBLEMS: tuple[tuple[str, str], ...] = (
    (r"nobody at \S+ is (\w+)", _("缺少一个单位：{0}")),
    (
        r'"(?:.+)" runs day and night, but (\S+) has no duty roster',
        _("“{0}”有昼夜计算的时限，须有人昼夜值守"),
    ),
    (r"nobody of (\S+) is on duty .*", _("“{0}”的值班表有空档，须昼夜都有人")),
    (r"nobody hears what (\S+) is told", _("“{0}”没有人接收通知，请添加成员")),
    (r"at \S+ nobody but (\S+) itself could verify its work .*", _("没有别的单位可以核查“{0}”的工作")),
    (r"nobody at \S+ could decide a request", _("没有单位可以批复：须有居委会、自治办或街道")),
    (r"every decider acts on .*", _("有的工单没有单位可以批复：居委会、自治办、街道不能只有一家")),
    (r"at \S+ the rung \S+ tells nobody", _("催办、督办没有单位接收：须有街道和自治办")),
    (r"the coordinator \S+ is no member of the committee", _("牵头人须是居委会的成员")),
    (r"(\S+) is (\w+), as (\S+) is already", _("“{0}”和“{2}”身份重复，一个身份只归一个单位")),
)
"""What the validation finds, by its own words, and what the pages say of it."""


def problem_in_words(problem: str, say: Say, language: Language, parties: Mapping[str, str]) -> str:
    """A problem of the validation as a sentence; parties by their names."""
    for pattern, words in _PROBLEMS:
        found = re.fullmatch(pattern, problem)
        if found:
            names = (
                parties.get(one) or labels.label(labels.CAPACITY, one, language) for one in found.groups()
            )
            return say(words).format(*names)
    return say(_("办理规则行不通：{0}")).format(problem)


ACTIONS: Mapping[str, str] = {
    "site.added": _("新增场所"),
    "site.described": _("修改场所"),
    "site.coordinator": _("更换牵头人"),
    "room.added": _("新增空间"),
    "room.renamed": _("空间改名"),
    "room.closed": _("关闭空间"),
    "room.opened": _("重新开放空间"),
    "room.moved": _("调整空间顺序"),
    "room.seats": _("房间容纳人数"),
    "activity.added": _("添加每周活动"),
    "activity.changed": _("修改每周活动"),
    "activity.ended": _("结束每周活动"),
    "room.placed": _("在平面图上放置空间"),
    "plan.hung": _("更换平面图"),
    "party.added": _("新增单位"),
    "party.renamed": _("单位改名"),
    "party.retired": _("停用单位"),
    "member.added": _("新增成员"),
    "member.retired": _("停用成员"),
    "channel.added": _("添加通知渠道"),
    "account.invited": _("邀请开通账号"),
    "account.shut_out": _("停用账号"),
    "token.made": _("新建令牌"),
    "token.revoked": _("停用令牌"),
    "posters.hung": _("海报已张贴"),
}
"""What the record calls a change."""

SCOPES: Mapping[str, str] = {
    "read": _("查看"),
    "report": _("上报"),
    "act": _("办理"),
    "metrics": _("运行指标"),
}

STALE = _("刚才有人改过这个场所。下面是最新内容，您填的还在，请核对后再提交一次")
UNSOUND = _("不能这样改：改了以后，{problem}")
