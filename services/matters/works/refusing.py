"""Why works are not announced, changed or begun, as a sentence that says what to do."""

from collections.abc import Mapping

from models.domain.matter import Asked
from models.domain.matters.works import decide as d
from models.domain.matters.works.rules import barred, in_time_from
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from services.matters.venues.refusing import day_of
from services.matters.works import acting
from services.views.catalogues import later as _
from services.views.catalogues import words_in
from services.views.language import Language, party_name

_WRONG: Mapping[str, str] = {
    d.BACKWARDS: _("最后一天要在第一天之后，请改日期"),
    d.PAST: _("日期已经过去，请选今天或以后的日期"),
    d.LONG: _("一次最多告知一年，请分几次"),
    d.HOURS: _("收工时间要晚于开工时间，请改时间"),
    d.NIGHT: _("{hours} 不得施工，请改时间"),
    d.ROOMS: _("请至少选一个房间；已停用的不能选"),
    d.SUBSTITUTE: _("要施工的或已停用的房间不能作替代场地，请另选"),
    d.SUBSTITUTE_AWAY: _("选的替代场地那几天自己也关闭或施工，请另选一处"),
    d.LATE: _("没有提前三个工作日告知：请从{day}或以后开工，或写明紧急的原因"),
    d.WALK: _("请选一次在告知之后走完的巡查"),
    acting.WHAT: _("请写做什么，几个字就行"),
    acting.WORDY: _("写得太长了，每处最多 200 个字"),
    acting.PHONE: _("请写单位的电话，用数字"),
    acting.MOBILE: _("这是个人手机号；请写单位对外公布的电话"),
}
_ILLEGAL: Mapping[str, str] = {
    d.OVER: _("这次施工已经结束或取消；要再施工，请另发告知"),
    d.RUNNING: _("已经开工：第一天不能改，也不能取消；做完请登记完工"),
    d.EARLY: _("还没到告知的第一天；要提前，请先改日期，写明原因"),
    d.NOT_WALKED: _("还没有隐患巡查，不能开工；请先由{party}逐间走一遍并登记"),
    d.WALKED: _("隐患巡查已经登记过了"),
    d.NOT_STARTED: _("还没有登记开工；不做了，请取消"),
}
_ANNOUNCE = _("施工由施工方或居委会告知、开工和完工，请联系他们")
_WALKS = _("隐患巡查由居委会、物业、监理或街道登记，施工方不能自己登记")
_UNKNOWN = _("没有保存，请刷新页面后再试")


def why(refusal: Exception, one: Asked, language: Language) -> str:
    """The sentence for a refusal."""
    say, site = words_in(language).gettext, one.context.site
    if isinstance(refusal, NotYours):
        return say(_WALKS if refusal.action == "walk" else _ANNOUNCE)
    if isinstance(refusal, IllegalMove):
        parties = " / ".join(party_name(each, site, language) for each in refusal.holders)
        return say(_ILLEGAL.get(refusal.why, _UNKNOWN)).format(party=parties)
    if isinstance(refusal, BadValue):
        told = _told(refusal.field, one, language)
        return say(_WRONG.get(refusal.field, _UNKNOWN)).format(**told)
    return say(_UNKNOWN)


def _told(field: str, one: Asked, language: Language) -> dict[str, str]:
    if field == d.NIGHT:
        between = "、" if language == "zh" else ", "
        return {"hours": between.join(f"{a:%H:%M}–{b:%H:%M}" for a, b in barred(one.context))}
    if field == d.LATE and one.actor.party in one.context.site.parties:
        day = in_time_from(str(one.actor.party), one.context, one.now)
        return {"day": day_of(day, one.context.site.zone, language)}
    return {"day": ""}
