"""Why nothing came of what somebody asked of a walk, as a sentence that says what to do next."""

from collections.abc import Mapping

from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.walks import decide as d
from services.views.catalogues import words_in
from services.views.language import Language


def _(words: str) -> str:
    """Marks words for the catalogues."""
    return words


_ILLEGAL: Mapping[str, str] = {
    d.EMPTY: _("还没有记下任何问题；先记一项，或放弃这次巡查"),
    d.OTHER_DAY: _("这次巡查不是今天的：可以发出通知单，或另开一次巡查"),
    d.CHANGED: _("刚才又有人记了一项，请看过再发"),
    d.OVER: _("整改通知单已经发出，就在本页；漏记的请另开一次巡查"),
    d.GIVEN_UP: _("这次巡查已放弃；请先点“继续巡查”"),
    d.HAS_ORDER: _("危险项已立即报出；如有误，请在它的工单上作废"),
}
_BAD: Mapping[str, str] = {
    "space": _("本场所没有这个房间，请从上面选一间"),
    "hazard": _("隐患清单里没有这一项，请重新选"),
    "finding": _("这一项已经不在了"),
}
_UNDER_WAY = _("这次巡查正在进行，可以直接继续")
_NOT_YOURS = _("巡查由居委会、物业、监理或街道的经办人进行；请联系居委会")
_UNKNOWN = _("没有保存，请刷新页面后再试")


def why(refusal: Exception, language: Language) -> str:
    """The sentence for a refusal of the core."""
    words = _UNKNOWN
    if isinstance(refusal, IllegalMove):
        words = _ILLEGAL.get(refusal.why, _UNDER_WAY)
    elif isinstance(refusal, BadValue):
        words = _BAD.get(refusal.field, _UNKNOWN)
    elif isinstance(refusal, NotYours):
        words = _NOT_YOURS
    return words_in(language).gettext(words)
