"""The words of an explanation, for residents: short, dated with weekdays, without abbreviations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

Params = Mapping[str, str]

_WEEKDAYS: Final = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FESTIVALS: Final = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-autumn Festival",
    "国庆节": "National Day",
    "抗战胜利纪念日": "Victory Day",
}
_STARTS: Final = {
    "dispatched": ("派单于", "Dispatched"),
    "reported": ("报告于", "Reported"),
    "arrived": ("到场于", "Arrived"),
    "done": ("办结于", "Done"),
    "asked": ("申请于", "Asked"),
    "rejected": ("核查退回于", "Sent back"),
    "reopened": ("重新打开于", "Reopened"),
    "closed": ("结案于", "Closed"),
}
_OTHER_CAUSE: Final = ("时限调整", "The deadline was changed")
_EN_MAKE_UP: Final = ", make-up working day"
_CAUSES: Final = {
    "by_hand": ("人工设定时限", "The deadline was set by hand"),
    "import": ("时限随数据导入", "The deadline was imported"),
    "outside": ("按外部工单的时限", "The deadline follows the outside order"),
    "extension": ("批准延期", "An extension was granted"),
    "wait": ("按约定的日期", "The deadline follows the date that was agreed"),
    "plan": ("按商定的整改方案", "The deadline follows the agreed plan"),
    "calendar": ("工作日历更新，重新计算", "The calendar was published and the deadline recomputed"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One step of why something is due when it is.

    Attributes:
        code: what the step says; a key of the sentences.
        params: what it says it about. Instants and dates are ISO 8601 in the calendar's local time, amounts
            whole seconds; `year` is present where the year is to be told.
    """

    code: str
    params: Params = field(default_factory=dict)


def text(explanation: Explanation, lang: str) -> str:
    """The step as a plain sentence, in `zh` or `en`; another language is answered in English."""
    chinese, english = _SENTENCES[explanation.code]
    return chinese(explanation.params) if lang == "zh" else english(explanation.params)


def start_words() -> frozenset[str]:
    """What a limit may start from, as `explain` takes it."""
    return frozenset(_STARTS)


def _zh_date(day: date, *, year: bool) -> str:
    return f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日 {_WEEKDAYS['zh'][day.weekday()]}"


def _en_date(day: date, *, year: bool) -> str:
    tail = f" {day.year}" if year else ""
    return f"{_WEEKDAYS['en'][day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{tail}"


def _zh_day(p: Params) -> str:
    return _zh_date(date.fromisoformat(p["date"]), year="year" in p)


def _en_day(p: Params) -> str:
    return _en_date(date.fromisoformat(p["date"]), year="year" in p)


def _zh_at(p: Params, key: str = "at") -> str:
    at = datetime.fromisoformat(p[key])
    return f"{_zh_date(at, year=_tells_year(p, key))} {at:%H:%M}"


def _en_at(p: Params, key: str = "at") -> str:
    at = datetime.fromisoformat(p[key])
    return f"{_en_date(at, year=_tells_year(p, key))} at {at:%H:%M}"


def _tells_year(p: Params, key: str) -> bool:
    """Whether the instant `key` needs its year: a second one only where it differs from the first."""
    return "year" in p if key == "at" else p[key][:4] != p["at"][:4]


def _zh_run(p: Params) -> str:
    first, last = date.fromisoformat(p["first"]), date.fromisoformat(p["last"])
    until = "" if first == last else f" 至 {_zh_date(last, year=last.year != first.year)}"
    causes = "、".join(f"{name}放假" for name in p["holidays"].split("|") if name)
    weekend = "周末" if p["weekend"] else ""
    return f"{_zh_date(first, year='year' in p)}{until} {'、'.join(filter(None, (causes, weekend)))}，不计"


def _en_run(p: Params) -> str:
    first, last = date.fromisoformat(p["first"]), date.fromisoformat(p["last"])
    until = "" if first == last else f" to {_en_date(last, year=last.year != first.year)}"
    causes = [_FESTIVALS.get(name, name) for name in p["holidays"].split("|") if name]
    named = " and ".join([*causes, "weekend"] if p["weekend"] else causes)
    return f"{_en_date(first, year='year' in p)}{until}: {named}, not counted"


def _parts(p: Params) -> tuple[int, int, int]:
    """Days, hours and minutes in the amount that is left; a begun minute counts whole."""
    left, day = int(p["left"]), int(p.get("day", "0"))
    days, rest = divmod(left, day) if day else (0, left)
    hours, minutes = divmod(-(-rest // 60), 60)
    return days, hours, minutes


def _zh_left(p: Params) -> str:
    units = ("天" if p.get("unit") == "day" else "个工作日", "小时", "分钟")
    words = [f"{number} {unit}" for number, unit in zip(_parts(p), units, strict=True) if number]
    return " ".join(words) or "0 分钟"


def _en_left(p: Params) -> str:
    units = ("day" if p.get("unit") == "day" else "working day", "hour", "minute")
    named = zip(_parts(p), units, strict=True)
    words = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in named if number]
    return " ".join(words) or "0 minutes"


def _cause(p: Params) -> tuple[str, str]:
    return _CAUSES.get(p["cause"], _OTHER_CAUSE)


def _make_up(p: Params, words: str) -> str:
    return words if "make_up" in p else ""


Sentence = Callable[[Params], str]

_SENTENCES: Final[Mapping[str, tuple[Sentence, Sentence]]] = {
    "starts": (
        lambda p: f"{_STARTS[p['start']][0]} {_zh_at(p)}",
        lambda p: f"{_STARTS[p['start']][1]} {_en_at(p)}",
    ),
    "starts_day_excluded": (
        lambda p: f"{_STARTS[p['start']][0]} {_zh_at(p)}，当天不计",
        lambda p: f"{_STARTS[p['start']][1]} {_en_at(p)}; that day does not count",
    ),
    "starts_in_hours": (
        lambda p: f"{_STARTS[p['start']][0]} {_zh_at(p)}，按工作时间（{p['hours']}）计 {_zh_left(p)}",
        lambda p: f"{_STARTS[p['start']][1]} {_en_at(p)}; {_en_left(p)} of working time ({p['hours']})",
    ),
    "starts_outside_hours": (
        lambda p: (
            f"{_STARTS[p['start']][0]} {_zh_at(p)}，不在工作时间内，"
            f"从 {_zh_at(p, 'opens_at')} 起按工作时间（{p['hours']}）计 {_zh_left(p)}"
        ),
        lambda p: (
            f"{_STARTS[p['start']][1]} {_en_at(p)}, outside working hours; "
            f"{_en_left(p)} of working time ({p['hours']}) from {_en_at(p, 'opens_at')}"
        ),
    ),
    "starts_around_the_clock": (
        lambda p: f"{_STARTS[p['start']][0]} {_zh_at(p)}，连续计 {_zh_left(p)}，夜间和节假日照计",
        lambda p: (
            f"{_STARTS[p['start']][1]} {_en_at(p)}; {_en_left(p)} around the clock, nights and holidays too"
        ),
    ),
    "working_day": (
        lambda p: f"{_zh_day(p)} {_make_up(p, '调休上班，')}第 {p['n']} 个工作日",
        lambda p: f"{_en_day(p)}: {_make_up(p, 'make-up ')}working day {p['n']}",
    ),
    "working_hours": (
        lambda p: f"{_zh_day(p)} {_make_up(p, '调休上班，')}计至 {p['until']}，还剩 {_zh_left(p)}",
        lambda p: f"{_en_day(p)}{_make_up(p, _EN_MAKE_UP)}: counted until {p['until']}, {_en_left(p)} left",
    ),
    "working_hours_done": (
        lambda p: f"{_zh_day(p)} {_make_up(p, '调休上班，')}计至 {p['until']}，计满",
        lambda p: f"{_en_day(p)}{_make_up(p, _EN_MAKE_UP)}: counted until {p['until']}, all used",
    ),
    "days_off": (_zh_run, _en_run),
    "paused": (
        lambda p: f"{_zh_at(p)} 暂停计时，还剩 {_zh_left(p)}",
        lambda p: f"{_en_at(p)}: paused with {_en_left(p)} left",
    ),
    "paused_with_nothing_left": (
        lambda p: f"{_zh_at(p)} 暂停时已无余时，时限不变",
        lambda p: f"{_en_at(p)}: paused with no time left; the deadline stays",
    ),
    "resumed": (
        lambda p: f"{_zh_at(p)} 恢复计时，接着计 {_zh_left(p)}",
        lambda p: f"{_en_at(p)}: resumed with {_en_left(p)} to go",
    ),
    "still_paused": (
        lambda _: "现在暂停中，恢复后接着计，届时再定到期时间",
        lambda _: "Paused now; the deadline is set again when it resumes",
    ),
    "moved": (
        lambda p: f"{_zh_at(p)} {_cause(p)[0]}，改为 {_zh_at(p, 'due_at')}",
        lambda p: f"{_en_at(p)}: {_cause(p)[1]}, now {_en_at(p, 'due_at')}",
    ),
    "set": (
        lambda p: f"{_zh_at(p)} {_cause(p)[0]}，定为 {_zh_at(p, 'due_at')}",
        lambda p: f"{_en_at(p)}: {_cause(p)[1]}, {_en_at(p, 'due_at')}",
    ),
    "due": (lambda p: f"到期 {_zh_at(p)}", lambda p: f"Due {_en_at(p)}"),
    "provisional": (
        lambda p: f"{p['years'].replace(' ', '、')} 年的放假和调休安排尚未公布，到期时间可能调整",
        lambda p: (
            f"The holidays of {p['years'].replace(' ', ', ')} are not published yet; the date may change"
        ),
    ),
}
