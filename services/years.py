"""A year's days are published: they are entered, and open provisional deadlines computed again, on record."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from models.domain.business_time.calendar import DayKind
from models.domain.orders.commands import RecomputeDeadlines
from models.domain.orders.state import Order
from models.domain.streams import SYSTEM, StreamKey
from services.execute import Envelope, Shop, Unit
from services.store.sites import publish_year
from services.store.transactions import transaction

BATCH = 200


class YearFileError(ValueError):
    """Write `source = "…"` and for each day `[[day]]` with date, kind (holiday or make_up) and name."""


@dataclass(frozen=True, slots=True)
class Year:
    """The published days of one year of a region."""

    region: str
    year: int
    source: str
    days: tuple[tuple[date, str, str], ...]


def read_year(region: str, year: int, text: str) -> Year:
    """The days that a TOML file lists.

    Raises:
        YearFileError: it is no TOML, a day lies in another year or stands twice, a kind is unknown.
    """
    try:
        tree = tomllib.loads(text)
        days = tuple((day["date"], str(DayKind(day["kind"])), str(day["name"])) for day in tree["day"])
        source = str(tree["source"])
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise YearFileError(f"{error}. {YearFileError.__doc__}") from None
    for day, _, _ in days:
        if type(day) is not date or day.year != year:
            raise YearFileError(f"{day} is no day of {year}. {YearFileError.__doc__}")
    if len({day for day, _, _ in days}) != len(days):
        raise YearFileError(f"a day stands twice. {YearFileError.__doc__}")
    return Year(region, year, source, days)


def publish(shop: Shop, published: Year) -> tuple[int, int]:
    """Enter the year; returns the calendar's new version and how many orders had a deadline moved by it."""
    with transaction(shop.engine) as sql:
        version = publish_year(sql, published.region, published.year, published.days, published.source)
        rows = sql.execute(
            "SELECT st.site_id, st.stream_id FROM stream st JOIN site s ON s.id = st.site_id"
            " WHERE s.clock = 'live'"
            " AND jsonb_path_exists(st.state, '$.deadlines.*.provisional ? (@ == true)')"
            " AND EXISTS (SELECT FROM calendar c WHERE c.site_id = st.site_id AND c.region = %s)"
            " ORDER BY 1, 2",
            (published.region,),
        ).fetchall()
    keys = [StreamKey(*row) for row in rows]
    moved = 0
    for first in range(0, len(keys), BATCH):
        some = keys[first : first + BATCH]
        units = [Unit((Envelope(key, RecomputeDeadlines(), SYSTEM),)) for key in some]
        answers = shop.execute(units, sites=sorted({key.site_id for key in some}))
        moved += sum(_moved(answer.states.values(), version) for answer in answers)
    return version, moved


def _moved(states: Iterable[Order], version: int) -> bool:
    """Whether a deadline of the order was computed with the new version."""
    return any(
        one.reason == "calendar" and one.calendar_version == version
        for order in states
        for one in order.deadlines.values()
    )
