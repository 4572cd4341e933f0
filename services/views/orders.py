"""Lists of orders, newest first, part by part."""

from dataclasses import asdict, dataclass
from typing import Any

from models.domain.directory import Directory
from models.domain.orders.kind import ORDER
from models.domain.playbook.model import Playbook
from models.domain.policy import Permission
from services.callers import Caller
from services.execute import Shop
from services.store.contexts import Sql, read_sites
from services.store.transactions import transaction
from services.views import labels
from services.views.cursors import Cursors
from services.views.language import Language, day_text, name_of, party_name
from services.views.models import Named, OrderItem, OrdersPage
from services.views.order import colour_of

EXCERPT = 60
MOST = 200


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None does not narrow."""

    site: str | None = None
    status: tuple[str, ...] = ()
    category: str | None = None
    party: str | None = None
    colour: str | None = None
    holder: str | None = None
    supervised: bool | None = None
    space: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list: how much, and from where on."""

    limit: int = 50
    cursor: str | None = None


def orders_page(
    shop: Shop, caller: Caller, filters: Filters, part: Part, *, cursors: Cursors, language: Language
) -> OrdersPage:
    """A part of the list of orders that the caller may see.

    An order that is reported while the list is walked is not part of the walk; each other one comes once.

    Raises:
        BadCursor: the cursor belongs to another list.
    """
    scope = asdict(filters) | {"sites": caller.site_ids}
    after = cursors.read(scope, part.cursor) if part.cursor else None
    with transaction(shop.engine, caller.site_ids) as sql:
        rows = sql.execute(*_query(caller, filters, part.limit + 1, after)).fetchall()
        kept = rows[: part.limit]
        places = _Places(shop, sql, {row[0] for row in kept}, language)
        items = [places.item(row) for row in kept]
    more = len(rows) > part.limit
    return OrdersPage(
        items=items, next=cursors.make(scope, [kept[-1][0], kept[-1][1]]) if more and kept else None
    )


def _query(
    caller: Caller, filters: Filters, limit: int, after: list[int] | None
) -> tuple[str, dict[str, Any]]:
    where = [sql for name, sql in _WHERE.items() if getattr(filters, name) not in {None, ()}]
    named = caller.sites.get(filters.site) if filters.site else None
    values: dict[str, Any] = asdict(filters) | {
        "status": list(filters.status),
        "sites": caller.site_ids if filters.site is None else [named],
        "limit": limit,
        "excerpt": EXCERPT,
        "kind": ORDER.name,
    }
    if after is not None:
        where.append("(s.site_id, s.stream_id) < (%(after_site)s, %(after)s)")
        values |= {"after_site": after[0], "after": after[1]}
    seen = caller.sites_where(Permission.SEE_ORDERS)
    if seen != caller.site_ids:
        where.append("(s.site_id = ANY (%(seen)s) OR s.state->'reporter'->>'person' = %(person)s)")
        values |= {"seen": seen, "person": caller.actor.person}
    return _SELECT.format(where="".join(f" AND {one}" for one in where)), values


_WHERE = {
    "status": "s.status = ANY (%(status)s)",
    "category": "s.category = %(category)s",
    "party": "s.parties @> ARRAY[%(party)s]::varchar[]",
    "colour": "s.colour = %(colour)s",
    "holder": "s.holders @> ARRAY[%(holder)s]::varchar[]",
    "supervised": "s.supervised = %(supervised)s",
    "space": "s.space = %(space)s",
}

# The titles are looked up for the rows of the part alone.
_SELECT = """
SELECT p.*, coalesce(
    (SELECT t.body FROM private_row t WHERE (t.site_id, t.id) = (p.site_id, p.title)),
    (SELECT left(t.body, %(excerpt)s) FROM private_row t
     WHERE (t.site_id, t.id) = (p.site_id, p.description)))
FROM (
    SELECT s.site_id, s.stream_id, s.status, s.category, s.severity, s.origin, s.space, s.colour,
        s.supervised, s.parties, s.holders, s.reported_at, s.promised_at, s.closed_at, s.updated_at,
        s.state->'title'->>'id' AS title, s.state->'description'->>'id' AS description
    FROM stream s WHERE s.kind = %(kind)s AND s.site_id = ANY (%(sites)s){where}
    ORDER BY s.site_id DESC, s.stream_id DESC LIMIT %(limit)s
) p ORDER BY p.site_id DESC, p.stream_id DESC
"""


class _Places:
    """The sites of a list with their names."""

    def __init__(self, shop: Shop, sql: Sql, site_ids: set[int], language: Language) -> None:
        self._language = language
        self._codes: dict[int, str] = {}
        self._known: dict[int, tuple[Directory, Playbook]] = {}
        for number, site in read_sites(sql, site_ids).items() if site_ids else ():
            context = shop.contexts.of(sql, site)
            self._codes[number] = site.code
            self._known[number] = (context.site, context.playbook)

    def item(self, row: tuple[Any, ...]) -> OrderItem:
        """A row as a line of the list."""
        (site_id, number, status, category, severity, origin, space, colour, supervised, *rest) = row
        parties, holders, reported_at, promised_at, closed_at, updated_at, _, __, title = rest
        site, playbook = self._known[site_id]
        return OrderItem(
            code=f"{self._codes[site_id]}-{number}",
            status=status,
            status_name=labels.label(labels.STATUS, status, self._language),
            colour=colour_of(colour),
            supervised=supervised,
            severity=severity,
            origin=origin,
            category=self._category(category, playbook),
            space=self._space(space, site),
            title=title,
            parties=self._parties(parties, site),
            holders=self._parties(holders, site),
            reported_at=reported_at,
            promised_at=promised_at,
            promised_text=day_text(promised_at, site.zone, self._language) if promised_at else None,
            closed_at=closed_at,
            updated_at=updated_at,
        )

    def _category(self, code: str | None, playbook: Playbook) -> Named | None:
        if code is None:
            return None
        rule = playbook.categories.get(code)
        name = rule and ((self._language == "en" and rule.name_en) or rule.name)
        return Named(code=code, name=name or code)

    def _space(self, code: str, site: Directory) -> Named:
        space = site.spaces.get(code)
        return Named(code=code, name=name_of(space, self._language) if space else code)

    def _parties(self, codes: list[str], site: Directory) -> list[Named]:
        return [Named(code=one, name=party_name(one, site, self._language)) for one in codes]
