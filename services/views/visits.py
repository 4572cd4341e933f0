"""Appointments as people speak of them: the day and the part of it, not the minute, and nobody's name."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from services.views.catalogues import words_in
from services.views.found import Found
from services.views.language import Language, day_text
from services.views.models import VisitView

NOON, EVENING = 12, 18


def visits_of(found: Found) -> Iterator[VisitView]:
    """The appointments of the parties that are still at it, from today on, the next first."""
    today = found.now.astimezone(ZoneInfo(found.zone)).date()
    booked = sorted(
        (one.visit_at, one.party)
        for one in found.order.acting()
        if one.visit_at is not None and one.done_at is None
    )
    for at, party in booked:
        if at.astimezone(ZoneInfo(found.zone)).date() >= today and not found.order.ended:
            text = part_of_day(at, found.now, found.zone, found.language)
            yield VisitView(party=found.party(party), at=at, text=text)


def part_of_day(at: datetime, now: datetime, zone: str, language: Language) -> str:
    """``今天下午``, ``明天上午``, ``11月27日 周五晚上``."""
    _ = words_in(language).gettext
    local = at.astimezone(ZoneInfo(zone))
    days = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    day = {0: _("今天"), 1: _("明天")}.get(days) or day_text(at, zone, language)
    part = _("上午") if local.hour < NOON else _("下午") if local.hour < EVENING else _("晚上")
    return f"{day} {part}" if language == "en" or days > 1 else f"{day}{part}"
