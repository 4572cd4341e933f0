"""What a browser calls itself, in words by which its owner knows it again."""

from services.views.language import Language, Words, say

_BROWSERS: tuple[tuple[str, Words], ...] = (
    ("wxwork", ("企业微信", "WeCom")),
    ("MicroMessenger", ("微信", "WeChat")),
    ("DingTalk", ("钉钉", "DingTalk")),
    ("Lark", ("飞书", "Lark")),
    ("HuaweiBrowser", ("华为浏览器", "Huawei Browser")),
    ("MiuiBrowser", ("小米浏览器", "Mi Browser")),
    ("Edg", ("Edge", "Edge")),
    ("Firefox", ("Firefox", "Firefox")),
    ("FxiOS", ("Firefox", "Firefox")),
    ("CriOS", ("Chrome", "Chrome")),
    ("Chrome", ("Chrome", "Chrome")),
    ("Safari", ("Safari", "Safari")),
)
"""Those that are built of another one before it."""
_SYSTEMS: tuple[tuple[str, Words], ...] = (
    ("iPhone", ("iPhone", "iPhone")),
    ("iPad", ("iPad", "iPad")),
    ("Harmony", ("鸿蒙", "HarmonyOS")),
    ("Android", ("安卓", "Android")),
    ("Windows", ("Windows", "Windows")),
    ("Mac OS X", ("Mac", "Mac")),
    ("Linux", ("Linux", "Linux")),
)


def browser_in_words(agent: str, language: Language) -> str:
    """Browser and system; what we do not know stays as it called itself."""
    found = (
        next((say(words, language) for mark, words in known if mark in agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(filter(None, found)) or agent
