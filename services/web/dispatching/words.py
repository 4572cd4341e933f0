"""What the actions are called on the page, and what one should know before sending them."""

from collections.abc import Mapping


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


ACTIONS: Mapping[str, tuple[str, str]] = {
    "acknowledge": (_("接单"), _("时限从派单时起算，与接单早晚无关。")),
    "contact": (_("已联系报告人"), ""),
    "arrive": (_("到场"), ""),
    "make-safe": (_("已控险"), _("现场已围挡、关闭，或已关水断电。")),
    "start": (_("开工"), ""),
    "note": (_("留言"), ""),
    "appoint": (_("预约上门"), _("居民会看到哪天上午或下午来。")),
    "key": (_("钥匙"), _("下一个来的人就知道向谁拿。")),
    "transfer": (_("转交本单位同事"), _("此后的通知发给这位经办人；时限不变。")),
    "craftsman": (
        _("安排维修师傅"),
        _("姓名和电话只有本单位看得到；会给您一个只开这张工单的链接，发给师傅即可。"),
    ),
    "own-number": (_("本单位系统编号"), ""),
    "propose-plan": (_("提交整改方案"), _("其他承办单位同意后生效，完成日期随之确定。")),
    "agree-plan": (_("同意方案"), ""),
    "done": (_("办结"), _("办结后由他方核查。")),
    "verify": (_("核查通过"), ""),
    "reject": (_("核查不通过"), _("退回重做，另计返工时限。")),
    "return": (_("退单"), _("由第三方批复；批复之前，本单位的时限照常计算。")),
    "hold": (_("暂缓"), _("批准后只停本单位的时限。")),
    "extend": (_("延期"), _("到期前申请，只有一次。")),
    "wait": (_("等待他方"), _("对方接受后，本单位停表，对方开始计时。")),
    "decide": (_("批复"), ""),
    "reassign": (_("改派"), _("接手单位重新计时。")),
    "withdraw": (_("撤回"), _("撤回主办单位须写明接手单位。")),
    "release": (_("无需处置"), ""),
    "set-limit": (_("设定时限"), ""),
    "explain": (_("情况说明"), _("自治办公开后，居民才能看到。")),
    "name-party": (_("公开单位"), _("公示板上会显示该单位的名称，连同它的情况说明。")),
    "publish": (_("公布标题"), _("公示板上显示这几个字；留空就撤下。不要写人名、门牌和电话。")),
    "accept-time": (_("认可现场时间"), _("现场没有网络，报上来晚了；认可后按他说的时间计，见办理记录。")),
    "triage": (_("定责"), ""),
    "reclassify": (_("更正类别"), _("更正后重新派单。")),
    "supervise": (_("督办"), ""),
    "false-alarm": (_("误报"), _("工单就此结束。")),
    "cancel": (_("作废"), _("工单就此结束。")),
    "callback": (_("回访"), ""),
    "reopen": (_("重开"), _("各承办单位进入新一轮。")),
    "outside-number": (_("外部编号"), _("两边期限不同时，以早的为准。")),
    "split": (_("拆单"), _("其中一部分另立一张工单。")),
    "merge": (_("并案"), _("本单就此结束，并入另一张工单。")),
    "photo": (_("传照片"), ""),
    "reveal": (_("查看联系方式"), _("谁看过、为什么看，都会记录。")),
}
"""By action: what its button says, and a hint."""

FIELDS: Mapping[str, str] = {
    "note": _("说明"),
    "mentions": _("提醒谁看（@）"),
    "at": _("什么时候来"),
    "member": _("转给谁"),
    "name": _("师傅称呼"),
    "phone": _("师傅电话"),
    "plan": _("做什么、怎么做"),
    "reason": _("理由"),
    "nominee": _("哪个单位"),
    "to": _("接手单位"),
    "designate": _("指定单位（只在同意退单、另有责任单位时）"),
    "until": _("到什么时候"),
    "fix_by": _("完成日期"),
    "due_at": _("期限"),
    "category": _("类别"),
    "origin": _("原因"),
    "severity": _("轻重"),
    "kind": _("哪个时限"),
    "granted": _("批复"),
    "resolved": _("解决了吗"),
    "satisfied": _("满意吗"),
    "into": _("并入哪张工单（编号）"),
    "system": _("哪个系统"),
    "number": _("编号"),
    "purpose": _("照片内容"),
    "report.space": _("位置"),
    "report.description": _("另立的那部分"),
    "report.category": _("那部分的类别"),
    "report.title": _("标题"),
    "title": _("标题"),
    "report.severity": _("轻重"),
    "report.origin": _("原因"),
}
"""By field: what stands above it."""

LISTS: Mapping[str, str] = {"yes": _("是"), "no": _("否"), "grant": _("同意"), "dismiss": _("不同意")}

USUAL: Mapping[str, tuple[str, ...]] = {
    "return": (_("不属于本单位职责范围"), _("属施工或保修范围"), _("属年久老化，应由产权单位办理")),
    "wait": (_("需要对方先到场配合"), _("需要对方先关水或断电"), _("需要对方先腾出场地")),
    "reject": (_("现场仍有问题"), _("没有修到位"), _("照片看不出已修好")),
}
"""By action: reasons that are given often; another can be typed."""
