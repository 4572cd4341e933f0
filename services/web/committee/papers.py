"""What the neighbours are told, on paper and as a picture."""

from io import BytesIO

import segno

from services.documents.typesetting import draw, typeset
from services.views.catalogues import words_in
from services.views.language import Language
from services.views.neighbours import ForNeighbours

_QR = "way.png"


def notice(told: ForNeighbours, language: Language) -> bytes:
    """公示: one A4 sheet, as PDF."""
    return typeset("neighbours-notice", _values(told, language), {_QR: _qr(told.url)})


def card(told: ForNeighbours, language: Language) -> bytes:
    """A card for a chat, as PNG."""
    return draw("neighbours-card", _values(told, language), {_QR: _qr(told.url)})


def _values(told: ForNeighbours, language: Language) -> dict[str, object]:
    _ = words_in(language).gettext
    line = told.line
    facts = [
        (_("地点"), line.room),
        (_("问题"), line.category or _("待定责")),
        (_("受理"), line.reported),
        (_("办好"), line.closed) if line.closed else (_("预计办好"), line.promised or _("尚未承诺日期")),
        (_("现在"), _("比原定时间晚了") if line.is_late else line.status_name),
    ]
    return {
        "lang": language,
        "site": told.site,
        "title": _("公示"),
        "matter": line.title or " ".join(one for one in (line.room, line.category) if one),
        "code": line.code,
        "what": told.what,
        "who": told.who,
        "facts": [{"name": name, "words": words} for name, words in facts],
        "ask": _("扫码看进展，不用登录"),
        "phone": _("居委会电话 {phone}").format(phone=told.phone) if told.phone else "",
        "late": line.is_late,
        "done": line.closed is not None,
    }


def _qr(url: str) -> bytes:
    out = BytesIO()
    segno.make(url, error="m").save(out, kind="png", scale=10, border=2)
    return out.getvalue()
