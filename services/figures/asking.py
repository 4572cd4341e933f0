"""The figures that somebody asks for: who may, of which period, and what they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.domain.figures.periods import Period, Span, last_week
from models.domain.policy import Permission
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.figures import keeping
from services.figures.counting import ALL, Asked, Narrowed, Quantiles, count, typical
from services.figures.making import Shown, figures_view
from services.figures.views import FiguresView
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import now_of, transaction
from services.views.language import Language


@dataclass(frozen=True, slots=True)
class Wish:
    """Of which period, and to what it is narrowed; without a day the period that runs now."""

    span: Span = Span.MONTH
    day: date | None = None
    narrowed: Narrowed = ALL


def figures(shop: Shop, caller: Caller, site: str, wish: Wish, language: Language) -> FiguresView:
    """The figures of a site.

    Raises:
        UnknownStream: no such site, or the caller may not see its figures.
    """
    number = site_of(caller, site)
    with transaction(shop.engine, caller.site_ids) as sql:
        one = read_sites(sql, [number])[number]
        return read(shop, sql, one, wish, language)


def site_of(caller: Caller, site: str) -> int:
    """The site's number. Raises UnknownStream where the caller may not see its figures."""
    number = caller.sites.get(site)
    if number is None or not caller.may(Permission.SEE_FIGURES, number):
        raise UnknownStream(site)
    return number


def read(shop: Shop, sql: Sql, one: SiteClock, wish: Wish, language: Language) -> FiguresView:
    """As `figures`, for whoever may, of what is copied by now."""
    context = shop.contexts.of(sql, one)
    zone = ZoneInfo(context.site.zone)
    period = Period.holding(wish.span, wish.day or local_day(one, sql, zone))
    asked = Asked(one.id, zone, period, wish.narrowed)
    name = (language == "en" and one.name_en) or one.name
    answer, behind = count(sql, asked), keeping.behind(sql, [one.id])
    return figures_view(Shown(asked, answer, context, name, one.code, language, behind))


def now_at(one: SiteClock, sql: Sql) -> datetime:
    """By the site's clock."""
    return one.virtual_now or now_of(sql)


def local_day(one: SiteClock, sql: Sql, zone: ZoneInfo) -> date:
    """Today, by the site's clock and on its wall clock."""
    return now_at(one, sql).astimezone(zone).date()


def week_before(shop: Shop, sql: Sql, one: SiteClock) -> Period:
    """The week that is over at a site."""
    return last_week(now_at(one, sql), ZoneInfo(shop.contexts.of(sql, one).site.zone))


def typical_at(shop: Shop, site_id: int, category: str) -> tuple[Quantiles, int] | None:
    """How long a category's work takes at a site, and the seconds of a working day; None of too few cases."""
    with transaction(shop.engine, [site_id]) as sql:
        one = read_sites(sql, [site_id])[site_id]
        found: Mapping[str, Quantiles] = typical(sql, site_id, [category], now_at(one, sql))
        if category not in found:
            return None
        calendars = shop.contexts.of(sql, one).site.calendars
    day = next(iter(calendars.values())).day_length
    return found[category], int(day.total_seconds())
