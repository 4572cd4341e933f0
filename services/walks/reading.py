"""A walk as it lies in the database, and the orders that came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.domain.codec import decode
from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.policy import Permission
from models.domain.streams import StreamKey
from models.domain.walks.kind import WALK
from models.domain.walks.rules import may_see
from models.domain.walks.state import Walk, WalkStatus
from models.domain.words import AssignmentState
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.private import read_texts

MOST_LISTED = 30


@dataclass(frozen=True, slots=True)
class FoundWalk:
    """A walk with its site, the rules in force there, and the words of its findings."""

    key: StreamKey
    site: SiteClock
    walk: Walk
    context: Context
    words: Mapping[str, str]
    """By id of the text."""
    now: datetime
    head: str
    """Of its hash chain, hexadecimal."""

    @property
    def code(self) -> str:
        """Under which it is called, and its notice numbered."""
        return self.code_of(self.key.stream_id)

    def code_of(self, number: int) -> str:
        """The code of an order of the same site."""
        return f"{self.site.code}-{number}"


def find_walk(shop: Shop, sql: Sql, caller: Caller, key: StreamKey) -> FoundWalk:
    """The walk.

    Raises:
        UnknownStream: there is none, or the caller may not see it; the two cannot be told apart.
    """
    row = sql.execute(
        "SELECT state, head, statement_timestamp() FROM stream"
        " WHERE site_id = %s AND stream_id = %s AND kind = %s",
        (key.site_id, key.stream_id, WALK.name),
    ).fetchone()
    if row is None:
        raise UnknownStream(key)
    site = read_sites(sql, [key.site_id])[key.site_id]
    context = shop.contexts.of(sql, site)
    walk = decode(Walk, row[0])
    if not may_see(caller.at(key.site_id), walk, context):
        raise UnknownStream(key)
    return FoundWalk(
        key, site, walk, context, read_texts(sql, key), site.virtual_now or row[2], bytes(row[1]).hex()
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A walk in the list."""

    site_id: int
    code: str
    walk: Walk
    zone: str
    ended: int
    """How many of its orders have ended."""


def list_walks(shop: Shop, sql: Sql, caller: Caller) -> list[Listed]:
    """The latest walks that the caller may see, newest first; those under way before the others."""
    sites = read_sites(sql, caller.sites_where(Permission.SEE_WALKS))
    contexts = {number: shop.contexts.of(sql, site) for number, site in sites.items()}
    rows = sql.execute(
        "SELECT s.site_id, s.stream_id, s.state, (SELECT count(*) FROM stream o WHERE o.site_id = s.site_id"
        " AND o.kind = %s AND o.status = ANY (%s) AND o.stream_id IN"
        "   (SELECT (f.value->>'order')::bigint FROM jsonb_each(s.state->'findings') f))"
        " FROM stream s WHERE s.kind = %s AND s.site_id = ANY (%s)"
        " ORDER BY s.reported_at DESC, s.stream_id DESC LIMIT %s",
        (ORDER.name, list(_ENDED), WALK.name, list(sites), MOST_LISTED),
    ).fetchall()
    found = [(sites[row[0]], row, decode(Walk, row[2])) for row in rows]
    return sorted(
        (
            Listed(site.id, f"{site.code}-{row[1]}", walk, contexts[site.id].site.zone, row[3])
            for site, row, walk in found
            if may_see(caller.at(site.id), walk, contexts[site.id])
        ),
        key=lambda one: one.walk.finished_at is not None,
    )


_ENDED = ("closed", "cancelled", "false_alarm", "merged")


@dataclass(frozen=True, slots=True)
class Answered:
    """The order of a finding: as it is, its chain's head, and the dates that were first set for it."""

    order: Order
    head: str
    fix_by: Mapping[str, datetime]
    """By party, as the first dispatch set it."""


def read_orders(sql: Sql, found: FoundWalk) -> dict[int, Answered]:
    """The orders of the walk's findings, by running number."""
    return read_answers(sql, found.key.site_id, [found.walk])


def read_answers(sql: Sql, site_id: int, walks: Iterable[Walk]) -> dict[int, Answered]:
    """The orders of several walks of a site, by running number."""
    findings = [one for walk in walks for one in walk.findings.values()]
    wanted = sorted(one.order for one in findings if one.order is not None)
    dates: dict[int, dict[str, datetime]] = {}
    for number, party, due in sql.execute(_FIRST_DATES, (site_id, wanted)):
        dates.setdefault(number, {}).setdefault(party, datetime.fromisoformat(due))
    rows = sql.execute(
        "SELECT stream_id, state, head FROM stream WHERE site_id = %s AND stream_id = ANY (%s) AND kind = %s",
        (site_id, wanted, ORDER.name),
    )
    return {
        number: Answered(decode(Order, state), bytes(head).hex(), dates.get(number, {}))
        for number, state, head in rows
    }


def to_take_on(walk: Walk, orders: Mapping[int, Answered], party: str | None) -> list[int]:
    """The orders of the walk's notice that a party has not acknowledged yet."""
    if walk.status is not WalkStatus.FINISHED:
        return []
    own = {number: one.order.assignments.get(party or "") for number, one in sorted(orders.items())}
    mine = {one.order for one in walk.findings.values()}
    return [
        number
        for number, one in own.items()
        if number in mine and one is not None and one.acting and one.state is AssignmentState.DISPATCHED
    ]


_FIRST_DATES = """
SELECT stream_id, d->>'party', d->>'due_at' FROM (
    SELECT stream_id, seq, convert_from(payload, 'UTF8')::jsonb #> '{data,deadline}' AS d FROM event
    WHERE site_id = %s AND stream_id = ANY (%s) AND type = 'DeadlineSet'
) e WHERE d->>'kind' = 'fix' ORDER BY stream_id, seq
"""
