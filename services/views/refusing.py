"""Why the core refused a move, in Chinese: its own words are English, and a reason is half of a refusal."""

import re
from collections.abc import Callable, Mapping

from models.domain.directory import Directory
from services.views import labels
from services.views.language import party_name

_FIXED: Mapping[str, str] = {
    "that member handles it already": "这位成员已是经办人",
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
    "nothing is published": "还没有公布标题",
    "it is public already": "已经公开了",
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
    "the reporter left no contact": "报告人没有留联系方式，或已删除",
    "the reporter's time or turn is over; the decider may reopen it": "报告人不能再重开，可由批复人重开",
    "the date that was asked for has passed; dismiss it": "所申请的日期已过，只能不同意",
    "it is bound by minutes; it may not return the order": "已签署协调纪要或经裁定，不得再退单",
    "a meeting is open on it already": "本单已有协调会在进行，请到那个会上商定",
    "it was not returned twice": "本单还没有退过两次，请选其他原因",
    "the meeting is not open on it": "本单已不在这个协调会上，请刷新后再看",
    "minutes say who pays already": "协调纪要已写明出资方",
    "your own party confirmed that it pays": "出资方是贵单位自己确认的，请联系居委会更正",
    "a meeting on who pays is open": "出资方正在协调会上商定，以协调纪要为准",
    "who acts on it has changed meanwhile; look and send again": "承办单位刚有变动，请看过再发",
    "the meeting is over": "协调会已结束，结果就在本页",
    "its deadline has passed; positions are closed": "商定期限已过，不再收书面意见；请到会上说",
    "its minutes are being signed; positions are closed": "协调纪要已开始签署，不再收书面意见",
    "somebody else has put minutes on the table; read them first": "刚有人提出另一份协调纪要，请先看过",
    "there are no minutes to sign yet": "还没有协调纪要可签",
    "your party signed already": "贵单位已签署",
    "the meeting changed meanwhile; look and send again": "协调会刚有变动，请看过再发",
    "its deadline has not passed; the parties may still settle it themselves": (
        "商定期限未到，先由各单位自行商定"
    ),
    "the time for opinions is over": "征集已结束，不再收意见；共识公示时还可以说",
    "opinions are not collected yet": "还没有开始征集意见，请等居委会列入议事",
    "its publication is over; it is agreed": "公示期已满，共识已生效；要改请另提一个议题",
    "the checklist stands since the first round began; note what is missing as an order": (
        "验收已开始，清单不再改；缺的请另报工单"
    ),
    "the checklist changed meanwhile; look and send again": "清单刚有变动，请看过再发",
    "the acceptance is at another step; look again": "验收已到另一步，请刷新后再看",
    "some items were not looked at yet": "还有项目没验，请先验完",
    "its rework is not verified yet": "返工还没有核查通过，请等核查后再验",
    "the results changed meanwhile; look and send again": "结果刚有变动，请看过再发",
    "your party signed this round already": "本轮已经签过字",
    "it was withdrawn": "这份登记已经撤销",
    "its answer is public already; withdraw that first": "这个答复已经公开；要改，请先撤下",
    "the answer was withdrawn": "这条答复已经撤下",
    "the topic is in another phase": "议题已到另一个阶段，请刷新后再看",
    "another version was published meanwhile; look at it and send again": (
        "刚刚换了一版图；请看过新图，再提交"
    ),
    "you said a lot on it already; take one back first": "您在这张图上已提了十条意见，请先收回一条",
    "all its versions were withdrawn": "这张图已全部撤下，等新版公布后再提意见",
    "that version was withdrawn already": "这一版已经撤下",
    "these photos were withdrawn already": "这组照片已经撤下",
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
    (
        f"{_CODE} has not explained itself yet",
        "{0}还没有写情况说明，请它先写",
        lambda code, site: party_name(code, site, "zh"),
    ),
    (f"{_CODE} is not past a limit", "{0}没有超期", lambda code, site: party_name(code, site, "zh")),
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
    (r"the space '(.*)' is closed; report for another one", "这个空间已经关闭，请选择其他空间"),
    (r"there is no category '(.*)'; choose from (.*)", "没有“{0}”这个类别，可选：{1}"),
    (r"there is no party '(.*)' here", "本场所没有“{0}”这个单位"),
    (r"there is no such order, or you may not see it", "没有这张工单，或者您无权查看"),
    (r"say which category it is; nothing was reported", "报告时没有写类别，请写明"),
    (r".* cannot be routed before its origin is known", "这个类别须先查明成因才能派单"),
    (r"nothing differs from what the order says already", "与工单现有内容相同"),
    (r"nobody here would take the lead of it", "没有可以主办的单位"),
    (r"name the party that is responsible or waited for", "请写明责任单位或所等待的单位"),
    (r"there is no such space here", "本场所没有这个空间，请从列表里选"),
    (r"from (\d+) to (\d+) days", "天数应为 {0} 到 {1} 天"),
    (r"choose at least one", "请至少选一条"),
    (r"there is no such group any more; look again", "这一组已经归并到别处，请刷新后再看"),
    (r"there is no such opinion", "没有这条意见"),
    (r"say by which code the (opinion can be changed|comment can be taken back)", "请带上意见码"),
    (r"you have said nothing on it in this phase", "您在这一步还没有说过意见，或已收回"),
    (r"leave telephone and identity numbers out: everybody reads this", "请去掉电话和证件号码：大家都看得到"),
    (r"it is not a question that was answered", "这张单不是已答复的居民疑问"),
    (r"whoever asked does not want it published", "提问的居民不愿公开，请直接答复本人"),
    (r"its room or its party is not of this site", "房间或单位不在本场所"),
    (r"there is no such version", "没有这一版"),
    (r"there is no such comment", "没有这条意见，可能已被收回；请刷新后再看"),
    (r"it lies beside the picture", "点的位置在图外，请点在图上，或从列表里选房间"),
    (r"the photo from before has to be the older one", "改造前的照片日期要早于改造后的，请改日期"),
    (r"no photo is taken on a day to come", "照片日期不能晚于今天，请改日期"),
    (r"there is no contractor here whose work could be accepted", "本场所没有施工方，无从验收"),
    (r"choose from (\d+) to (\d+) items", "请选 {0} 到 {1} 项"),
    (r"the rules have no such category to send a rework out under", "办理规则里没有这个类别，无法派返工单"),
    (r"a rework of this category would not go to the contractor", "这个类别的返工不归施工方，请换一个类别"),
    (r"there is no such line; say in words what is looked at", "清单里没有这一项，请写明看什么"),
    (r"it is not looked at in this round", "这一项不在本轮"),
    (r"what failed needs a photo or a few words", "不合格的请拍照或写几个字"),
    (r"the day of the certificate lies ahead", "证书日期不能晚于今天"),
    (r"a contract may only promise longer than the law asks", "保修期不能短于法定年限"),
    (r"say how many sat together", "请写明有几人参加议事"),
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
    (r"only members of a party mention others", "只有各单位的成员可以提醒他人"),
    (r"the party has no member (.*)", "该单位没有这位成员：{0}"),
    (r"exactly one party leads", "须有且只有一个主办单位；换主办时请写明原主办协办还是撤回"),
    (r"it does not act on the order", "该单位没有承办本单，不能撤回或定期限"),
    (r"its date has passed", "有一项的日期已过，请改为今后的日期"),
    (r"the decider takes nothing on itself", "裁定单位不能给自己派任务"),
    (
        r"choose a party of the site, the maintenance fund or whoever did the damage",
        "请选择本场所的单位、维修资金或损坏者",
    ),
    (
        r"invite at least two parties of the site, and all that act on the order",
        "请至少邀请两个单位，承办单位都要在内",
    ),
    (r"there is no space '(.*)' here", "本场所没有“{0}”这个空间"),
    (r"say in words why it is called", "请写明为什么召集"),
    (r"it meets between now and (.*)", "会议时间应在现在与 {0} 之间"),
    (r"only who sits at the table can say that it pays", "出资方须是到会单位、维修资金或损坏者"),
    (r"say who does what", "请至少写一项：谁做什么"),
    (r"a party leads, supports or goes, one of them", "同一单位只能写一种：主办、协办或撤回"),
    (r"only a party that was invited takes something on", "只能给到会单位派任务"),
    (r"say what it does", "请写明做什么"),
    (r"say by when it is safe", "控险须写明期限"),
    (r"say why another payer than the rule proposes", "与规则建议的出资方不同，请写明理由"),
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
