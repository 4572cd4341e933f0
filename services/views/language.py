"""The two languages of the product, and dates as people write them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from models.domain.directory import Directory, Party, Space

Language = Literal["zh", "en"]
Words = tuple[str, str]
"""Chinese, English."""

_WEEKDAYS: Words = ("一二三四五六日", "Mon Tue Wed Thu Fri Sat Sun")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def language_of(accepted: str | None) -> Language:
    """The language that an Accept-Language header prefers; Chinese where it says nothing of use."""
    best: tuple[float, Language] = (0.0, "zh")
    for part in (accepted or "").split(","):
        tag, _, rest = part.strip().partition(";")
        prefix = tag.strip().lower().partition("-")[0]
        weight = _weight(rest)
        if prefix in {"zh", "en"} and weight > best[0]:
            best = (weight, "en" if prefix == "en" else "zh")
    return best[1]


def _weight(rest: str) -> float:
    name, _, value = rest.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def say(words: Words, language: Language) -> str:
    """The words in the language."""
    return words[1] if language == "en" else words[0]


def day_text(at: datetime, zone: str, language: Language) -> str:
    """A date with its weekday, e.g. ``12月11日 周五`` or ``Fri 11 Dec``."""
    local = at.astimezone(ZoneInfo(zone))
    if language == "en":
        return f"{_WEEKDAYS[1].split()[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
    return f"{local.month}月{local.day}日 周{_WEEKDAYS[0][local.weekday()]}"


def time_text(at: datetime, zone: str, language: Language) -> str:
    """A date with weekday and time of day."""
    return f"{day_text(at, zone, language)} {at.astimezone(ZoneInfo(zone)):%H:%M}"


def days_text(days: Iterable[int], language: Language) -> str:
    """Days of the week, from 0 for Monday: ``周一至周五、周日``, ``Mon–Fri, Sun``, ``每天``, ``daily``."""
    names = _WEEKDAYS[1].split() if language == "en" else [f"周{one}" for one in _WEEKDAYS[0]]
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    if [len(one) for one in runs] == [len(names)]:
        return say(("每天", "daily"), language)
    to, between = say(("至", "–"), language), say(("、", ", "), language)
    return between.join(
        f"{names[run[0]]}{to}{names[run[-1]]}"
        if len(run) > 2  # noqa: PLR2004 - of two days each is said
        else between.join(names[day] for day in run)
        for run in runs
    )


def span_text(seconds: int, language: Language) -> str:
    """A length of time in its two largest units: ``2天3小时``, ``2 d 3 h``; under a minute counts as one."""
    minutes = max(1, round(seconds / 60))
    parts = [
        (minutes // 1440, ("天", " d")),
        (minutes // 60 % 24, ("小时", " h")),
        (minutes % 60, ("分钟", " min")),
    ]
    told = [f"{amount}{say(unit, language)}" for amount, unit in parts if amount][:2]
    return " ".join(told) if language == "en" else "".join(told)


def name_of(thing: Party | Space, language: Language) -> str:
    """The name of a party or a room; the Chinese one where there is no English one."""
    return (language == "en" and thing.name_en) or thing.name


def party_name(code: str, site: Directory, language: Language) -> str:
    """The name of a party, or of somebody who is none (``reporter``, ``volunteer``); else the code itself."""
    if code in site.parties:
        return name_of(site.parties[code], language)
    return say(_PEOPLE.get(code, (code, code)), language)


_PEOPLE: dict[str, Words] = {
    "reporter": ("报告人", "the reporter"),
    "volunteer": ("志愿者", "a volunteer"),
    "resident": ("居民", "a resident"),
    "moderator": ("管理内容的人", "a moderator"),
    # As refusals speak of those who are no party (`lives.By`).
    "the reporter": ("报告人", "the reporter"),
    "a volunteer": ("志愿者", "a volunteer"),
    "a member of a party": ("各单位的成员", "a member of a party"),
    "the parties of the order": ("本单的承办单位", "the parties of the order"),
    "the system": ("系统", "the system"),
    "an import": ("数据导入", "an import"),
}
