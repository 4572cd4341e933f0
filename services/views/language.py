"""The two languages of the product, and dates as people write them."""

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
    # As refusals speak of those who are no party (`lives.By`).
    "the reporter": ("报告人", "the reporter"),
    "a volunteer": ("志愿者", "a volunteer"),
    "a member of a party": ("各单位的成员", "a member of a party"),
    "the system": ("系统", "the system"),
    "an import": ("数据导入", "an import"),
}
