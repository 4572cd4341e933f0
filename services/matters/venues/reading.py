"""The closures of a site as they lie in the database, and what they mean on a day."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.domain.codec import decode
from models.domain.directory import Directory, Space
from models.domain.matters.venues.decide import local_day
from models.domain.matters.venues.kind import CLOSURE
from models.domain.matters.venues.state import Closure, ClosureStatus
from models.domain.matters.venues.timetable import Held, Shut, on_day, shut_on, shuts
from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from services.execute import Shop
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.transactions import now_of, transaction

KEPT = timedelta(days=60)
"""So long a calendar remembers where activities were."""
_LOCK = 22_000_000_000
"""Beside other advisory locks: one number a site follows."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms of a site with the closures that hold on some day."""

    site: SiteClock
    context: Context
    now: datetime
    closures: Mapping[int, Closure]

    @property
    def directory(self) -> Directory:
        """The site."""
        return self.context.site

    @property
    def today(self) -> date:
        """On the site's wall clock."""
        return local_day(self.now, self.context)

    @property
    def shut(self) -> list[Shut]:
        """The closures that hold on some day."""
        return shuts(self.closures, self.today)

    def open_again(self, but: int = 0) -> dict[int, Closure]:
        """The closures that are not over, without one of them."""
        return {
            number: one
            for number, one in self.closures.items()
            if number != but and one.status is ClosureStatus.CLOSED
        }

    def held(self, day: date) -> list[Held]:
        """What takes place, or pauses, on a day."""
        return on_day(self.directory.spaces.values(), self.shut, day)

    def of_room(self, space: Space, day: date) -> list[Held]:
        """What belongs in a room on a day, or is its guest."""
        return [one for one in self.held(day) if space.code in {one.home, one.at}]

    def closed_on(self, space: str, day: date) -> Shut | None:
        """What keeps a room closed on a day."""
        return shut_on(space, day, self.shut)

    def current(self, space: str) -> Shut | None:
        """What keeps a room closed now, or the next one to come."""
        found = [one for one in self.shut if one.closure.space == space and one.last >= self.today]
        return min(found, key=lambda one: one.first, default=None)


def read_rooms(shop: Shop, sql: Sql, site_id: int) -> Rooms:
    """The rooms of a site, with closures that are not over, or were not long ago."""
    site = read_sites(sql, [site_id])[site_id]
    now = site.virtual_now or now_of(sql)
    rows = sql.execute(
        "SELECT stream_id, state FROM stream WHERE kind = %s AND site_id = %s"
        " AND (closed_at IS NULL OR closed_at > %s) ORDER BY stream_id",
        (CLOSURE.name, site_id, now - KEPT),
    )
    closures = {number: decode(Closure, state) for number, state in rows.fetchall()}
    return Rooms(site, shop.contexts.of(sql, site), now, closures)


@contextmanager
def alone(shop: Shop, site_id: int) -> Iterator[Rooms]:
    """The rooms of a site, while nobody else closes one there or changes what takes place in them."""
    with transaction(shop.engine, [site_id]) as sql:
        sql.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK + site_id,))
        yield read_rooms(shop, sql, site_id)


@dataclass(frozen=True, slots=True)
class Late:
    """An order that is late in a closed room: its activities wait for it."""

    number: int
    category: str | None
    promised_at: datetime | None


def late_in(sql: Sql, site_id: int, space: str) -> list[Late]:
    """The orders of a room that are late now, the oldest first."""
    rows = sql.execute(
        "SELECT stream_id, category, promised_at FROM stream WHERE kind = %s AND site_id = %s AND space = %s"
        " AND colour = 'red' AND closed_at IS NULL AND status NOT IN ('cancelled', 'false_alarm', 'merged')"
        " ORDER BY stream_id",
        (ORDER.name, site_id, space),
    )
    return [Late(*row) for row in rows]
