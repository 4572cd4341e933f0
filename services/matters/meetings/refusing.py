"""Why nothing came of it, as a sentence that says what to do next."""

from models.domain.directory import Directory
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from services.views.language import Language, party_name
from services.views.refusing import in_chinese, value_in_chinese


def why(refusal: Exception, language: Language, site: Directory) -> str:
    """The sentence for a refusal of the core."""
    zh = language == "zh"
    if isinstance(refusal, IllegalMove):
        return in_chinese(refusal.why, site) if zh else _sentence(refusal.why)
    if isinstance(refusal, BadValue):
        return value_in_chinese(refusal.message) if zh else _sentence(refusal.message)
    if isinstance(refusal, NotYours):
        names = [party_name(one, site, language) for one in refusal.may]
        return f"这一步由{'、'.join(names)}的负责人办理" if zh else f"This is for {', '.join(names)}"
    return "没有保存，请刷新页面后再试" if zh else "Nothing was kept; reload the page and try again"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
