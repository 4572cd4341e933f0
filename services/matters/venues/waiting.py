"""What waits for a late order: the activities of its room, while that is closed."""

from dataclasses import dataclass

from services.execute import Shop
from services.matters.venues.reading import read_rooms
from services.matters.venues.refusing import called
from services.store.contexts import Sql
from services.views.found import Found


@dataclass(frozen=True, slots=True)
class Waiting:
    """The code of the closure, and the names of the activities that cannot go back."""

    code: str
    activities: list[str]


def waiting_for(shop: Shop, sql: Sql, found: Found) -> Waiting | None:
    """None where the order is not late, its room is open, or nothing takes place there."""
    order = found.order
    if order.ended or order.colour != "red" or order.space not in found.context.site.spaces:
        return None
    rooms = read_rooms(shop, sql, found.key.site_id)
    shut = rooms.closed_on(order.space, rooms.today)
    activities = rooms.directory.spaces[order.space].activities
    if shut is None or not activities:
        return None
    names = [called(one, found.language) for one in activities]
    return Waiting(f"{rooms.site.code}-{shut.number}", names)
