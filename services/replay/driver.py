"""A virtual clock in somebody's hand: commands at their instants, and the lanes up to any instant.

It calls the very lanes that Celery calls, for its own site; on a virtual clock each timer fires at its own
instant (`execute`), so that a replay is never late. When it is over the clock is frozen or handed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services import lanes
from services.execute import Answer, Shop, Unit
from services.notify.expanding import expand
from services.notify.sending import send
from services.store.claims import Scope
from services.store.transactions import transaction


class NotVirtual(ValueError):
    """Only a virtual clock can be turned; load the site with a clock of its own."""


@dataclass(slots=True)
class Driver:
    """Drives one site. Time only goes forward."""

    shop: Shop
    site_id: int

    def execute(self, units: Sequence[Unit]) -> list[Answer]:
        """Run units as they are, each envelope at its own `now`."""
        return self.shop.execute(units, sites=[self.site_id])

    def route(self, at: datetime) -> int:
        """Route what waits for it by `at`."""
        return lanes.drain(lanes.route, self.shop, Scope(self.site_id, at))

    def fire(self, at: datetime) -> int:
        """Let take effect what fell due before `at`, and what follows from it."""
        total = 0
        while taken := lanes.drain(lanes.fire, self.shop, Scope(self.site_id, at)):
            total += taken
        return total

    def send(self, at: datetime) -> int:
        """Send the notices that are to be sent by `at`."""
        scope = Scope(self.site_id, at)
        lanes.drain(expand, self.shop, scope)
        return lanes.drain(send, self.shop, scope)

    def advance(self, to: datetime) -> None:
        """Turn the clock to `to`: route, fire, send until nothing is left.

        Raises:
            NotVirtual: the site's clock is live or frozen.
        """
        self.set_clock(to)
        while self.route(to) + self.fire(to):
            pass
        self.send(to)

    def set_clock(self, to: datetime) -> None:
        """Turn the clock alone, never back."""
        with transaction(self.shop.engine, [self.site_id]) as sql:
            row = sql.execute(
                "UPDATE site SET virtual_now = greatest(virtual_now, %s) WHERE id = %s AND clock = 'virtual'"
                " RETURNING 1",
                (to, self.site_id),
            ).fetchone()
        if row is None:
            raise NotVirtual(str(self.site_id))

    def end(self, clock: str) -> None:
        """Freeze the clock, or hand the site over to the live one."""
        with transaction(self.shop.engine, [self.site_id]) as sql:
            sql.execute(
                "UPDATE site SET clock = %(clock)s::text,"
                " virtual_now = CASE WHEN %(clock)s::text = 'live' THEN NULL ELSE virtual_now END"
                " WHERE id = %(id)s",
                {"clock": clock, "id": self.site_id},
            )
