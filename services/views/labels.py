"""The words of the domain by code, in Chinese and English."""

from collections.abc import Mapping

from services.views.language import Language, Words, say

STATUS: Mapping[str, Words] = {
    "reported": ("已受理", "Reported"),
    "triage": ("定责中", "In triage"),
    "open": ("处置中", "In progress"),
    "awaiting_review": ("待核查", "Awaiting review"),
    "closed": ("已结案", "Closed"),
    "unrouted": ("待派单", "Not routed"),
    "cancelled": ("作废", "Cancelled"),
    "false_alarm": ("误报", "False alarm"),
    "merged": ("已并案", "Merged"),
    "reopened": ("已重开", "Reopened"),
}
STATE: Mapping[str, Words] = {
    "dispatched": ("已派，待接单", "Dispatched"),
    "acknowledged": ("已接单", "Acknowledged"),
    "in_progress": ("处置中", "In progress"),
    "done": ("已办结，待核查", "Done, to be verified"),
    "verified": ("已核查", "Verified"),
    "return_requested": ("申请退单", "Return requested"),
    "held": ("暂缓", "On hold"),
    "waiting": ("等待他方", "Waiting for others"),
    "rejected": ("核查退回", "Sent back"),
    "released": ("无需处置", "Released"),
    "withdrawn": ("已撤回", "Withdrawn"),
}
DUTY: Mapping[str, Words] = {
    "lead": ("主办", "Lead"),
    "support": ("协办", "Support"),
    "consult": ("征询", "Consulted"),
    "inform": ("抄送", "Informed"),
}
PERSONAL_DATA: Mapping[str, Words] = {
    "name": ("称呼", "name"),
    "phone": ("电话", "phone number"),
    "words": ("文字", "words"),
    "contact": ("联系方式", "contact"),
    "photos": ("照片", "photos"),
}
DEADLINE: Mapping[str, Words] = {
    "triage": ("定责", "Triage"),
    "contact": ("先行联系", "Contact the reporter"),
    "plan": ("整改方案", "Plan"),
    "acknowledge": ("接单", "Acknowledge"),
    "on_site": ("到场", "On site"),
    "make_safe": ("控险", "Make safe"),
    "fix": ("办结", "Fix"),
    "review": ("核查", "Review"),
    "redo": ("返工", "Redo"),
    "decide": ("批复", "Decide"),
    "callback": ("回访", "Callback"),
    "confirm": ("危险确认", "Confirm danger"),
    "hold_end": ("恢复计时", "Clock starts again"),
    "objection": ("异议期", "Time for objection"),
}
SEVERITY: Mapping[str, Words] = {"ordinary": ("一般", "Ordinary"), "danger": ("危险", "Danger")}
ORIGIN: Mapping[str, Words] = {
    "unknown": ("待查", "Not known yet"),
    "pre_existing": ("年久", "Pre-existing"),
    "construction": ("施工", "Construction"),
    "warranty": ("保修期内", "Warranty"),
    "misuse": ("使用不当", "Misuse"),
}
PAYER: Mapping[str, Words] = {
    "fund": ("维修资金", "The maintenance fund"),
    "culprit": ("损坏者", "Whoever did the damage"),
}
REQUEST: Mapping[str, Words] = {
    "return": ("退单", "Return"),
    "hold": ("暂缓", "Hold"),
    "extend": ("延期", "Extension"),
    "wait": ("等待他方", "Wait for others"),
}
PURPOSE: Mapping[str, Words] = {
    "before": ("处置前", "Before"),
    "after": ("处置后", "After"),
    "origin": ("原因", "Origin"),
    "other": ("其他", "Other"),
}
COLOUR: Mapping[str, Words] = {
    "green": ("正常", "On time"),
    "yellow": ("临期", "Due soon"),
    "red": ("超期", "Overdue"),
    "grey": ("停表", "Stopped"),
}
MARK: Mapping[str, Words] = {
    "yellow": ("临期提醒", "Due-soon reminder"),
    "red": ("超期", "Overdue"),
    "urge": ("催办", "Urged"),
    "supervise": ("督办", "Under supervision"),
}
STAGE: Mapping[str, Words] = {
    "before_acknowledgement": ("待接单", "Not yet acknowledged"),
    "working": ("处置", "Working"),
    "held": ("暂缓", "On hold"),
    "waiting": ("等待他方", "Waiting"),
    "under_decision": ("待批复", "Under decision"),
    "under_review": ("待核查", "Under review"),
    "nobody": ("派单有误", "Misrouted"),
}
ROLE: Mapping[str, Words] = {
    "handler": ("经办人", "handler"),
    "lead": ("负责人", "lead"),
    "observer": ("观察员", "observer"),
    "volunteer": ("志愿者", "volunteer"),
    "resident": ("居民", "resident"),
    "arbiter": ("裁决人", "arbiter"),
    "moderator": ("审核员", "moderator"),
    "administrator": ("管理员", "administrator"),
    "system": ("系统", "the system"),
    "importer": ("数据导入", "an import"),
    "coordinator": ("牵头人", "coordinator"),
}

CAPACITY: Mapping[str, Words] = {
    "committee": ("居委会", "committee"),
    "property": ("物业", "property"),
    "autonomy_office": ("自治办", "autonomy office"),
    "asset_company": ("资产公司", "asset company"),
    "client": ("建设单位", "client"),
    "contractor": ("施工方", "contractor"),
    "supervisor": ("监理", "supervisor"),
    "designer": ("设计", "designer"),
    "owners": ("业委会", "owners"),
    "street": ("街道", "street"),
    "utility": ("市政公用", "utility"),
}


def label(words: Mapping[str, Words], code: str, language: Language) -> str:
    """What a code is called; a code without words is shown as it is."""
    return say(words.get(code, (code, code)), language)


CLAIMED: Mapping[str, Words] = {
    "acknowledge": ("接单", "acknowledging"),
    "arrive": ("到场", "arriving"),
    "make-safe": ("控险", "making it safe"),
    "start": ("开工", "starting"),
    "note": ("备注", "the note"),
    "photo": ("照片", "the photo"),
    "propose-plan": ("提方案", "the plan"),
    "done": ("办结", "finishing"),
    "wait": ("提出等待", "asking to wait"),
    "hold": ("申请暂缓", "asking for a hold"),
    "extend": ("申请延期", "asking for more time"),
    "return": ("申请退单", "returning it"),
}
"""What somebody says he did at another time, by its action."""
