"""Periods by which figures are counted: weeks from Monday, months, quarters, on a site's wall clock. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

TREND = 12
"""So many periods a trend shows, the last of them the one that is asked for."""


class Span(StrEnum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


_MONTHS = {Span.MONTH: 1, Span.QUARTER: 3}


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to before the day after the last, local."""

    span: Span
    first: date

    @classmethod
    def holding(cls, span: Span, day: date) -> "Period":
        """The period of a kind that a day lies in."""
        if span is Span.WEEK:
            return cls(span, day - timedelta(days=day.weekday()))
        months = _MONTHS[span]
        return cls(span, date(day.year, (day.month - 1) // months * months + 1, 1))

    @property
    def ends(self) -> date:
        """The first day that is no longer in it."""
        return self.moved(1).first

    @property
    def last(self) -> date:
        """Its last day."""
        return self.ends - timedelta(days=1)

    def moved(self, by: int) -> "Period":
        """The one so many periods later, or earlier."""
        if self.span is Span.WEEK:
            return Period(self.span, self.first + timedelta(weeks=by))
        month = self.first.year * 12 + self.first.month - 1 + by * _MONTHS[self.span]
        return Period(self.span, date(month // 12, month % 12 + 1, 1))

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins and when it ends, on the wall clock of a zone."""
        return begins(self.first, zone), begins(self.ends, zone)

    def trend(self) -> list["Period"]:
        """The periods up to this one, the oldest first."""
        return [self.moved(by) for by in range(1 - TREND, 1)]


def begins(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day begins on a wall clock."""
    return datetime.combine(day, time(0), zone)


def last_week(now: datetime, zone: ZoneInfo) -> Period:
    """The week that is over: what a weekly report is of."""
    return Period.holding(Span.WEEK, now.astimezone(zone).date()).moved(-1)
