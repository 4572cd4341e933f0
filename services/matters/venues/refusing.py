"""Why a room is not closed so, as a sentence that names what is in the way and what to choose instead."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from models.domain.directory import Activity, Directory
from models.domain.matters.venues import decide as d
from models.domain.matters.venues.clashes import Clash, Clashing, Why
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from services.views.catalogues import later as _
from services.views.catalogues import words_in
from services.views.language import Language, day_text, days_text, name_of

MOST = 3
"""Clashes that are told at once: more are not read."""
_CLASH: Mapping[Why, str] = {
    Why.NONE: _("“{activity}”还没有安排：请选替代场地，或选暂停"),
    Why.UNKNOWN: _("“{activity}”不能改到{space}：请另选一间"),
    Why.CLOSED: _("“{activity}”不能改到{space}：那里自己也关闭到{until}"),
    Why.SMALL: _("“{activity}”有 {people} 人，{space}只容 {seats} 人"),
    Why.BUSY: _("“{activity}”不能改到{space}：那里{days} {hours} 有“{other}”"),
    Why.HERE: _("{space}{days} {hours} 已有“{other}”，请改“{activity}”的时间"),
    Why.TAKEN: _("{space}现在是{home}的替代场地（到{until}）：请先给{home}的活动换地方"),
}
_FOR_GOOD = _("“{activity}”不能改到{space}：那里已停用")
_INSTEAD = _("可以改到{rooms}，或选暂停")
_NOWHERE = _("别处这时都排满了，请选暂停，或改活动时间")
_WRONG: Mapping[str, str] = {
    d.BACKWARDS: _("最后一天要在第一天之后，请改日期"),
    d.PAST: _("最后一天已经过去，请选今天或以后的日期"),
    d.LONG: _("一次最多关闭两年，请改日期"),
    d.NO_ROOM: _("没有这个空间，或它已停用；请另选一间"),
}
_ILLEGAL: Mapping[str, str] = {
    d.OVERLAPS: _("这间房间那几天已经关闭；请改那一次的日期"),
    d.OVER: _("这间房间已经恢复开放；要再关闭，请另开一次"),
}
_NOT_YOURS = _("房间由居委会或自治办关闭和恢复，请联系他们")
_UNKNOWN = _("没有保存，请刷新页面后再试")


def day_of(day: date, zone: str, language: Language) -> str:
    """A day with its weekday."""
    return day_text(datetime.combine(day, time(12), ZoneInfo(zone)), zone, language)


def called(activity: Activity, language: Language) -> str:
    """Its name."""
    return (language == "en" and activity.name_en) or activity.name


def why(refusal: Exception, site: Directory, language: Language) -> str:
    """The sentence for a refusal of the core."""
    say = words_in(language).gettext
    if isinstance(refusal, Clashing):
        return clashes_in_words(refusal.clashes, site, language)
    if isinstance(refusal, NotYours):
        return say(_NOT_YOURS)
    if isinstance(refusal, IllegalMove):
        return say(_ILLEGAL.get(refusal.why, _UNKNOWN))
    if isinstance(refusal, BadValue):
        return say(_WRONG.get(refusal.field, _UNKNOWN))
    return say(_UNKNOWN)


def clashes_in_words(clashes: Iterable[Clash], site: Directory, language: Language) -> str:
    """Each with what to choose instead."""
    end = "。" if language == "zh" else ". "
    told = [_told(one, site, language) for one in clashes]
    return end.join(told[:MOST]).rstrip() + end.rstrip()


def _told(one: Clash, site: Directory, language: Language) -> str:
    say = words_in(language).gettext
    sentence = say(_sentence(one)).format(**_named(one, site, language))
    if one.activity is None or one.why in {Why.NONE, Why.HERE}:
        return sentence
    between = "；" if language == "zh" else "; "
    comma = "、" if language == "zh" else ", "
    rooms = comma.join(name_of(site.spaces[code], language) for code in one.instead[:MOST])
    instead = say(_INSTEAD).format(rooms=rooms) if rooms else say(_NOWHERE)
    return f"{sentence}{between}{instead}"


def _sentence(one: Clash) -> str:
    if one.why is Why.CLOSED and one.until is None:
        return _FOR_GOOD
    if one.activity is None and one.why is Why.UNKNOWN:
        return _WRONG[d.NO_ROOM]
    return _CLASH[one.why]


def _named(one: Clash, site: Directory, language: Language) -> dict[str, object]:
    def room(code: str) -> str:
        return name_of(site.spaces[code], language) if code in site.spaces else code

    other = one.other
    return {
        "activity": called(one.activity, language) if one.activity else "",
        "people": one.activity.people if one.activity else None,
        "space": room(one.space),
        "seats": site.spaces[one.space].seats if one.space in site.spaces else None,
        "home": room(one.home),
        "other": called(other, language) if other else "",
        "hours": f"{other.begins:%H:%M}–{other.ends:%H:%M}" if other else "",
        "days": days_text(one.days, language) if one.days else "",
        "until": day_of(one.until, site.zone, language) if one.until else "",
    }
