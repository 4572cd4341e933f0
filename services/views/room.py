"""What anybody may know of a room: what was reported there, on which day, and what comes of it.

Nothing that anybody wrote or showed is in it, and nothing that tells who it was: category, days and plan.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.domain.codec import decode
from models.domain.orders.kind import ORDER
from models.domain.orders.state import Order
from models.domain.streams import StreamKey
from models.domain.words import ENDED, OrderStatus
from services.execute import Shop
from services.store.contexts import Sql, read_sites
from services.store.transactions import transaction
from services.views.course import Course, course_of
from services.views.found import Found
from services.views.language import Language, day_text
from services.views.order import category_of, space_of

MOST = 12
REMEMBERED = timedelta(days=14)
"""What was closed longer ago is no news."""
_GONE = [str(one) for one in ENDED if one is not OrderStatus.CLOSED]


@dataclass(frozen=True, slots=True)
class Known:
    """An order as anybody may know it."""

    code: str
    space: str
    room: str
    category: str | None
    reported: str
    """The day, with its weekday."""
    course: Course
    followers: int


def known_here(shop: Shop, site_id: int, space: str, language: Language) -> list[Known]:
    """What is open in a room, and what was closed lately; the newest first."""
    with transaction(shop.engine, [site_id]) as sql:
        site = read_sites(sql, [site_id])[site_id]
        rows = sql.execute(
            f"{_SELECT} AND s.space = %s AND s.status <> ALL (%s) AND (s.closed_at IS NULL"
            " OR s.closed_at > coalesce(%s, statement_timestamp()) - %s) ORDER BY s.stream_id DESC LIMIT %s",
            (ORDER.name, site_id, space, _GONE, site.virtual_now, REMEMBERED, MOST),
        ).fetchall()
        return [_known(shop, sql, row, language) for row in rows]


def known_order(shop: Shop, key: StreamKey, language: Language) -> Known | None:
    """One order as anybody may know it, whatever became of it."""
    with transaction(shop.engine, [key.site_id]) as sql:
        row = sql.execute(
            f"{_SELECT} AND s.stream_id = %s",
            (ORDER.name, key.site_id, key.stream_id),
        ).fetchone()
        return _known(shop, sql, row, language) if row else None


_SELECT = (
    "SELECT s.site_id, s.stream_id, s.state, statement_timestamp(), (SELECT count(*) FROM follower f"
    " WHERE (f.site_id, f.stream_id) = (s.site_id, s.stream_id)) FROM stream s"
    " WHERE s.kind = %s AND s.site_id = %s"
)


def _known(shop: Shop, sql: Sql, row: tuple[Any, ...], language: Language) -> Known:
    site_id, number, state, now, followers = row
    site, order = read_sites(sql, [site_id])[site_id], decode(Order, state)
    found = Found(
        key=StreamKey(site_id, number),
        site=site,
        order=order,
        context=shop.contexts.of(sql, site, ORDER.pinned(order)),
        events=0,
        coordinator="",
        site_name="",
        now=site.virtual_now or now,
        language=language,
    )
    category = category_of(found)
    return Known(
        code=found.code,
        space=order.space,
        room=space_of(found).name,
        category=category.name if category else None,
        reported=day_text(order.reported_at, found.zone, language),
        course=course_of(found),
        followers=followers,
    )
