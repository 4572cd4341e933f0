"""A change of the rules in words: where it stands, what it was, what it becomes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from models.domain.playbook.difference import Change
from models.domain.playbook.model import Playbook
from services.views import labels
from services.views.labels import label
from services.views.language import Language, Words, say

SECTION: Mapping[str, Words] = {
    "safety": ("安全时限", "Safety limits"),
    "limits": ("通用时限", "General limits"),
    "round_two": ("第二轮时限", "Limits of a second round"),
    "categories": ("类别", "Categories"),
    "routes": ("派单路线", "Routes"),
    "ladder": ("催办、督办", "Ladder"),
    "triage": ("定责", "Triage"),
    "verifiers": ("核查", "Verification"),
    "deciders": ("批复", "Decisions"),
    "callbacks": ("回访", "Callbacks"),
    "returns": ("退单", "Returns"),
    "extensions": ("延期", "Extensions"),
    "reopening": ("重开", "Reopening"),
    "closure": ("有帮助即结案", "Closing when it helped"),
    "holds": ("暂缓", "Holds"),
    "hazards": ("隐患清单", "Hazards"),
}
FIELD: Mapping[str, Words] = {
    "acknowledge": ("接单", "acknowledge"),
    "fix": ("办结", "fix"),
    "on_site_compound": ("到场（在小区内）", "on site, from within the compound"),
    "on_site_elsewhere": ("到场（在小区外）", "on site, from elsewhere"),
    "make_safe": ("控险", "make safe"),
    "unconfirmed": ("匿名危险核实", "unconfirmed danger"),
    "lead": ("主办", "lead"),
    "support": ("协办", "support"),
    "consult": ("征询", "consult"),
    "inform": ("抄送", "inform"),
    "share": ("到时限的", "at this part of the limit"),
    "past_ordinary": ("超期后", "past the limit"),
    "past_danger": ("超期后（危险）", "past the limit, in danger"),
    "to": ("通知", "tells"),
    "mark": ("标记", "mark"),
    "place": ("次序", "place"),
    "over": ("只用于长于", "only for limits over"),
    "under": ("只用于短于", "only for limits under"),
    "from": ("只用于不短于", "only for limits from"),
    "repeat": ("之后每隔", "then every"),
    "kind": ("种类", "kind"),
    "closure": ("结案方式", "closes by"),
    "needs_origin": ("先查明成因", "origin first"),
    "gates_done": ("办结须附", "needed for done"),
    "gates_triage": ("定责须附", "needed for triage"),
    "barred": ("禁止时段", "barred hours"),
    "triage_by": ("定责单位", "triaged by"),
    "triage_ordinary": ("定责时限", "triage within"),
    "triage_danger": ("定责时限（危险）", "triage within, in danger"),
    "by": ("由", "by"),
    "order": ("顺序", "order"),
    "most": ("至多次数", "at most, times"),
    "limit": ("时限", "limit"),
    "reasons": ("理由", "reasons"),
    "category": ("类别", "category"),
    "severity": ("轻重", "severity"),
    "ordinary": ("一般", "ordinary"),
    "danger": ("危险", "danger"),
}
WHO: Mapping[str, Words] = {
    **labels.CAPACITY,
    "handler": ("经办人", "handler"),
    "party_lead": ("单位负责人", "the party's lead"),
    "coordinator": ("牵头人", "coordinator"),
    "decider": ("批复单位", "decider"),
    "acting": ("已在办的各方", "all acting parties"),
    "reporter": ("报告人", "reporter"),
    "volunteer": ("志愿者", "volunteer"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "verify": ("核查", "verification"),
    "helped": ("有帮助", "it helped"),
    "photo": ("照片", "photo"),
    "after_photo": ("办结后照片", "photo after the work"),
    "yellow": ("临期", "yellow"),
    "red": ("超期", "red"),
    "urge": ("催办", "urged"),
    "supervise": ("督办", "supervised"),
}
UNITS: Mapping[str, Words] = {
    "WD": ("个工作日", "working days"),
    "WH": ("个工作小时", "working hours"),
    "min WH": ("分钟（工作时间）", "min of working time"),
    "min 24x7": ("分钟（昼夜）", "min, day and night"),
    "h 24x7": ("小时（昼夜）", "h, day and night"),
    "d 24x7": ("天（昼夜）", "days, day and night"),
}
_LIMIT = re.compile(r"(\d+) (WD|WH|min WH|h WH|s WH|(?:s|min|h|d) 24x7)")


@dataclass(frozen=True, slots=True)
class InWords:
    """One change: under which heading, where, from what, to what; '' for nothing."""

    section: str
    where: str
    before: str
    after: str
    stricter: bool


def in_words(changes: Iterable[Change], old: Playbook, new: Playbook, language: Language) -> list[InWords]:
    """Each change for people."""
    return [
        InWords(
            say(SECTION.get(one.section, (one.section, one.section)), language),
            _where(one, (old, new), language),
            value_in_words(one.before, language),
            value_in_words(one.after, language),
            one.stricter_safety,
        )
        for one in changes
    ]


def _where(one: Change, books: tuple[Playbook, Playbook], language: Language) -> str:
    subject = _subject(one, books, language)
    field = _field(one.field, language)
    return f"{subject} · {field}" if subject else field


def _field(code: str, language: Language) -> str:
    if code.startswith("support_"):
        return f"{say(FIELD['support'], language)} {_field(code.removeprefix('support_'), language)}"
    if code.startswith("also_"):
        return f"{say(FIELD['to'], language)} ({label(WHO, code.removeprefix('also_'), language)})"
    return label({**labels.DEADLINE, **FIELD}, code, language)


def _subject(one: Change, books: tuple[Playbook, Playbook], language: Language) -> str:
    if one.section == "routes":
        return route_name(one.subject, books, language)
    if one.section == "categories":
        return _category(one.subject, books, language)
    if one.section in {"limits", "round_two"}:
        return label(labels.DEADLINE, one.subject, language)
    if one.section == "hazards":
        found = next((book.hazards[one.subject] for book in books if one.subject in book.hazards), None)
        return (found.name_en if language == "en" else found.name) if found else one.subject
    return label({**WHO, **labels.SEVERITY}, one.subject, language) if one.subject else ""


def _category(code: str, books: Iterable[Playbook], language: Language) -> str:
    found = next((book.categories[code] for book in books if code in book.categories), None)
    return code if found is None else found.name_en if language == "en" else found.name


def route_name(subject: str, books: Iterable[Playbook], language: Language) -> str:
    """A route by its conditions: ``leak|pre_existing, warranty||``."""
    category, origins, severity, spaces = subject.split("|")
    known = {**labels.ORIGIN, **labels.SEVERITY}
    parts = [part for many in (origins, severity, spaces) for part in many.split(", ") if part]
    name = _category(category, books, language)
    if not parts:
        return name
    listed = ("、" if language == "zh" else ", ").join(label(known, part, language) for part in parts)
    return f"{name}（{listed}）" if language == "zh" else f"{name} ({listed})"


def value_in_words(value: str | None, language: Language) -> str:
    """A limit, or a list of who and what."""
    if not value:
        return ""
    found = _LIMIT.fullmatch(value)
    if found is not None:
        unit = say(UNITS.get(found[2], (found[2], found[2])), language)
        return f"{found[1]} {unit}"
    parts = (label(WHO, part, language) for part in value.split(", "))
    return ("、" if language == "zh" else ", ").join(parts)
