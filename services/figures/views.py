"""The figures of a site as API, pages, paper and spreadsheet show them. Each number names its orders."""

from datetime import date

from pydantic import BaseModel

from models.domain.orders.figures import FEW, Rate
from services.views.catalogues import words_in
from services.views.language import Language
from services.views.models import Named


class RateView(BaseModel):
    """A rate with numerator and denominator; `percent` only of ten cases and more."""

    numerator: int
    denominator: int
    percent: int | None
    orders: str
    """Query of the list of orders that were counted."""
    missed: str
    """Query of those that were counted and do not add to the numerator."""


class PointView(BaseModel):
    """A rate in one of the periods of a trend."""

    first: date
    numerator: int
    denominator: int
    percent: int | None


class FigureView(BaseModel):
    """One of the seven figures."""

    code: str
    name: str
    now: RateView
    before: RateView
    change: int | None
    """Percentage points against the period before, where both have ten cases."""
    trend: list[PointView]


class GroupView(BaseModel):
    """The seven figures of a party, a category or a room, in the order of `figures`."""

    code: str
    name: str
    rates: list[RateView]


class CountView(BaseModel):
    """How many, with the query of their orders."""

    code: str
    name: str
    many: int
    orders: str


class LineView(BaseModel):
    """A party's counts."""

    party: Named
    counts: list[CountView]


class QuantileView(BaseModel):
    """Half took no longer than `p50`, nine of ten no longer than `p90`, none longer than `most`; seconds."""

    code: str
    name: str
    many: int
    p50: int
    p90: int
    most: int
    orders: str


class ShareView(BaseModel):
    """So many seconds of time held, and how much of the party's whole that is."""

    code: str
    name: str
    seconds: int
    percent: int


class HeldView(BaseModel):
    """A party's time held, partitioned exactly."""

    party: Named
    seconds: int
    shares: list[ShareView]
    orders: str


class FiguresView(BaseModel):
    """All figures of a site in a period."""

    site: str
    name: str
    zone: str
    span: str
    first: date
    last: date
    before: date
    """First day of the period before."""
    after: date
    """First day of the next one."""
    working_day: int
    """Seconds of an ordinary working day, by which working time reads as days."""
    reported: CountView
    closed: CountView
    reported_before: int
    closed_before: int
    figures: list[FigureView]
    by_party: list[GroupView]
    by_category: list[GroupView]
    by_space: list[GroupView]
    returns: list[LineView]
    steps: list[LineView]
    late: list[QuantileView]
    """By the wall clock, past the limit."""
    done_in: list[QuantileView]
    """In working time, from the lead's dispatch to done; by category."""
    held: list[HeldView]
    left_out: list[CountView]
    behind: int
    """So many orders have changed and are not counted anew yet."""


def percent_of(rate: Rate) -> int | None:
    """Rounded half up; of fewer than ten cases no percentage is said."""
    if rate.denominator < FEW:
        return None
    return (200 * rate.numerator + rate.denominator) // (2 * rate.denominator)


def working_text(seconds: int, working_day: int, language: Language) -> str:
    """Working time as people say it: under a working day in hours, rounded up, else in working days."""
    ngettext = words_in(language).ngettext
    if seconds <= working_day:
        hours = max(1, -(-seconds // 3600))
        return ngettext("{n} 个工作小时", "{n} 个工作小时", hours).format(n=hours)
    halves = -(-2 * seconds // working_day)
    return ngettext("{n} 个工作日", "{n} 个工作日", halves - 1).format(n=f"{halves / 2:g}")


def said(one: FigureView, language: Language) -> str:
    """``87 % (26/30)，上期 80 % (24/30)``; of fewer than ten cases no percentage."""
    now = rate_text(one.now.numerator, one.now.denominator, one.now.percent)
    before = rate_text(one.before.numerator, one.before.denominator, one.before.percent)
    return words_in(language).gettext("{now}，上期 {before}").format(now=now, before=before)


def rate_text(numerator: int, denominator: int, percent: int | None) -> str:
    """``7/9``; from ten cases on ``78 % (70/90)``; a dash where there was nothing to count."""
    if not denominator:
        return "–"
    plain = f"{numerator}/{denominator}"
    return plain if percent is None else f"{percent} % ({plain})"
