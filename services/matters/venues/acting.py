"""Rooms are closed, closings changed, rooms opened again; one at a time at a site."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.domain.matter import Command
from models.domain.matters.venues import commands as c
from models.domain.matters.venues.decide import may_see
from models.domain.matters.venues.kind import CLOSURE
from models.domain.matters.venues.state import Closure
from models.domain.streams import StreamKey
from services.actions.table import Texts
from services.execute import Answer
from services.matters import kit
from services.matters.kit import Doer, Found, Sent, Sort
from services.matters.venues.reading import Rooms, alone
from services.store.contexts import Sql
from services.store.idempotency import Ticket

SORT = Sort(CLOSURE, may_see)


@dataclass(frozen=True, slots=True)
class Closing:
    """What somebody filled in."""

    until: date
    substitute: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    """By activity's code, where that is not the substitute."""


def find(one: Doer, sql: Sql, key: StreamKey) -> Found[Closure]:
    """A closure. Raises UnknownStream."""
    return kit.find(one, sql, key, SORT)


def close(
    one: Doer, room: tuple[int, str, date], new: Closing, reason: str = "", ticket: Ticket | None = None
) -> tuple[StreamKey, Answer]:
    """Close a room (site, code, first day)."""
    site_id, space, begins = room
    texts = Texts()
    with alone(one.shop, site_id) as rooms:
        command = c.CloseSpace(
            space=space,
            begins=begins,
            until=new.until,
            substitute=new.substitute,
            moves=new.moves,
            reason=texts.keep_if(reason.strip() or None),
            around=rooms.open_again(),
        )
        return kit.begin(one, site_id, CLOSURE, Sent(command, texts.rows, ticket))


def change(one: Doer, key: StreamKey, new: Closing, ticket: Ticket | None = None) -> Answer:
    """Extend or shorten it, or choose other substitutes."""
    return _act(
        *(one, key, ticket),
        lambda rooms: c.ChangeClosure(new.until, new.substitute, new.moves, rooms.open_again(key.stream_id)),
    )


def reopen(one: Doer, key: StreamKey, ticket: Ticket | None = None) -> Answer:
    """恢复开放."""
    return _act(one, key, ticket, lambda _rooms: c.ReopenSpace())


def _act(one: Doer, key: StreamKey, ticket: Ticket | None, command: Callable[[Rooms], Command]) -> Answer:
    with alone(one.shop, key.site_id) as rooms:
        return kit.act(one, key, CLOSURE, Sent(command(rooms), (), ticket))
