"""Weeks by their ISO number, on the site's calendar: Monday to Sunday."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = r"^20[0-9]{2}-W[0-5][0-9]$"
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """A week at a place; the instant `ends` is the first of the next."""

    monday: date
    zone: str

    @property
    def code(self) -> str:
        """As in 2026-W20."""
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(_DAYS - 1)

    @property
    def begins(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.monday, time(), ZoneInfo(self.zone))

    @property
    def ends(self) -> datetime:
        """The first instant after it."""
        return self.moved(1).begins

    def moved(self, weeks: int) -> "Week":
        """So many weeks later."""
        return Week(self.monday + timedelta(_DAYS * weeks), self.zone)


def week_at(at: datetime, zone: str) -> Week:
    """The week of an instant."""
    day = at.astimezone(ZoneInfo(zone)).date()
    return Week(day - timedelta(day.weekday()), zone)


def week_called(code: str, zone: str) -> Week | None:
    """The week of a code; None where there is none of that name."""
    if re.fullmatch(WEEK, code) is None:
        return None
    year, number = code.split("-W")
    try:
        return Week(date.fromisocalendar(int(year), int(number), 1), zone)
    except ValueError:
        return None
