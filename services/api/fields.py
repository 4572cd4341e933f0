"""What is wrong with a field, in both languages: pydantic says it in English alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.views.language import Words

_AN_INSTANT = "例如 2026-12-01T09:00:00+08:00"
_CHINESE: Mapping[str, str] = {
    "missing": "必填",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为文字",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式应为 {pattern}",
    "string_unicode": "含有无法识别的字符",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "list_type": "应为列表",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "greater_than_equal": "不小于 {ge}",
    "less_than_equal": "不大于 {le}",
    "timezone_aware": f"日期时间应写明时区，{_AN_INSTANT}",
    "datetime_type": f"应为日期时间，{_AN_INSTANT}",
    "datetime_parsing": f"应为日期时间，{_AN_INSTANT}",
    "datetime_from_date_parsing": f"应为日期时间，{_AN_INSTANT}",
    "json_invalid": "不是有效的 JSON",
    "model_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "unreadable": "请写能看懂的内容",
    "beyond_calendars": "日期应在 {first} 年至 {last} 年之间",
    "value_error": "应为上传的文件",
}
_ENGLISH: Mapping[str, str] = {
    "extra_forbidden": "There is no such field",
    "json_invalid": "This is not valid JSON",
    "model_type": "Input should be a JSON object",
    "model_attributes_type": "Input should be a JSON object",
    "timezone_aware": "Input should have a time zone, e.g. 2026-12-01T09:00:00+08:00",
    "value_error": "Input should be an uploaded file",
}
"""Where pydantic speaks of Python; only FastAPI's check of a file still ends as a plain ValueError."""


def words_of(error: Mapping[str, Any]) -> Words:
    """What one of pydantic's errors says; in English where there is no Chinese for its type."""
    english = _ENGLISH.get(error["type"], error["msg"])
    known = _CHINESE.get(error["type"])
    if known is None:
        return (english, english)
    expected = str(error.get("ctx", {}).get("expected", "")).replace(" or ", "、").replace(", ", "、")
    return (known.format_map({**error.get("ctx", {}), "expected": expected}), english)


def pointer_to(loc: Sequence[int | str]) -> str:
    """RFC 6901 in a body; parameters by name. JSON that cannot be read at all points to the whole body."""
    place, *rest = loc
    if place != "body":
        return "/".join(map(str, rest))
    if rest and isinstance(rest[0], int):
        rest = []
    return "#" + "".join(f"/{str(one).replace('~', '~0').replace('/', '~1')}" for one in rest)
