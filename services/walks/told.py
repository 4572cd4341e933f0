"""The rectification notices 整改通知单 that a party was sent: what they ask of it, and how far it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.domain.walks.state import WalkStatus
from models.domain.words import ENDED, AssignmentState
from services.callers import Caller
from services.execute import Shop
from services.store.contexts import Sql
from services.walks.reading import Answered, list_walks, read_answers, to_take_on

_DONE = frozenset({AssignmentState.DONE, AssignmentState.VERIFIED})


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, as far as a party has a part in it. `count`, `done` and `waiting` are findings."""

    code: str
    at: datetime
    zone: str
    count: int
    done: int
    waiting: int
    """Not acknowledged yet."""

    @property
    def over(self) -> bool:
        """Whether it asks nothing of the party any more."""
        return self.done == self.count


def notices_to(shop: Shop, sql: Sql, caller: Caller) -> list[Told]:
    """The notices that the caller's parties act on, the latest first."""
    found = []
    for one in list_walks(shop, sql, caller):
        walk, site_id = one.walk, one.site_id
        party = caller.at(site_id).party
        if walk.status is not WalkStatus.FINISHED or walk.finished_at is None or party is None:
            continue
        orders = read_answers(sql, site_id, [walk])
        done = list(_progress(orders.values(), party))
        waiting = len(to_take_on(walk, orders, party))
        if done:
            found.append(Told(one.code, walk.finished_at, one.zone, len(done), sum(done), waiting))
    return found


def _progress(orders: Iterable[Answered], party: str) -> Iterable[bool]:
    """Of each order that the party acts on, whether it has done its part."""
    for one in orders:
        own = one.order.assignments.get(party)
        if own is not None and (own.acting or own.state in _DONE):
            yield own.state in _DONE or one.order.status in ENDED
