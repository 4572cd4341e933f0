"""Lists of orders, newest first, part by part."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

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
from services.views.seen import cut, sights_in_list

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
    state: str | None = None
    """Of the party's assignment, where it acts: who is only asked has nothing before it."""
    figure: str | None = None
    """What was counted of it in the figures: ``on_time``, ``on_time.bad``, ``step.red``."""
    figure_party: str | None = None
    """For whom it was counted."""
    since: str | None = None
    until: str | None = None
    """Counted from this day on, and up to that one, on the site's wall clock."""


FIGURE = "^[a-z_]{2,20}([.][a-z_]{2,30})?$"
"""What was counted, and of it only what was good, bad, or has the word."""


class Counted(BaseModel):
    """Which of the figures counted the orders of a list; `since` and `until` are days."""

    model_config = ConfigDict(extra="ignore")

    figure: str | None = Field(None, pattern=FIGURE)
    figure_party: str | None = Field(None, max_length=64)
    since: date | None = None
    until: date | None = None

    def within(self, known: Filters) -> Filters:
        """A filter narrowed to them; without a figure nothing was counted."""
        if not self.figure:
            return known
        return replace(
            known,
            figure=self.figure,
            figure_party=self.figure_party or None,
            since=self.since.isoformat() if self.since else None,
            until=self.until.isoformat() if self.until else None,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a list: how much, and from where on."""

    limit: int = 50
    cursor: str | None = None


def orders_page(
    shop: Shop, caller: Caller, filters: Filters, part: Part, *, cursors: Cursors, language: Language
) -> OrdersPage:
    """A part of the list of orders that the caller may see, each line cut to what it may see of it.

    An order that is reported while the list is walked is not part of the walk; each other one comes once.

    Raises:
        BadCursor: the cursor belongs to another list.
    """
    return _page(_Asked(shop, caller, filters, part, cursors), language, _Places.seen)


def whole_page(
    shop: Shop, caller: Caller, filters: Filters, part: Part, *, cursors: Cursors, language: Language
) -> OrdersPage:
    """The same with its lines uncut: for whoever has the machine."""
    return _page(_Asked(shop, caller, filters, part, cursors), language, _Places.item)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for, by whom."""

    shop: Shop
    caller: Caller
    filters: Filters
    part: Part
    cursors: Cursors


def _page(
    asked: _Asked, language: Language, line: Callable[["_Places", tuple[Any, ...]], OrderItem]
) -> OrdersPage:
    caller, part, cursors = asked.caller, asked.part, asked.cursors
    scope = asdict(asked.filters) | {"sites": caller.site_ids}
    after = cursors.read(scope, part.cursor) if part.cursor else None
    with transaction(asked.shop.engine, caller.site_ids) as sql:
        rows = sql.execute(*_query(caller, asked.filters, part.limit + 1, after)).fetchall()
        kept = rows[: part.limit]
        places = _Places(asked, sql, {row[0] for row in kept}, language)
        items = [line(places, row) for row in kept]
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
    "state": (
        "s.state->'assignments'->(%(party)s::text)->>'state' = %(state)s"
        " AND s.state->'assignments'->(%(party)s::text)->>'duty' IN ('lead', 'support')"
    ),
    "figure": """EXISTS (SELECT FROM figure_case f
        JOIN site z ON z.id = f.site_id, split_part(%(figure)s, '.', 2) AS tag
        WHERE (f.site_id, f.stream_id) = (s.site_id, s.stream_id) AND f.what = split_part(%(figure)s, '.', 1)
        AND (tag IN ('', f.word) OR (tag = 'good' AND f.good) OR (tag = 'bad' AND NOT f.good))
        AND f.party = coalesce(%(figure_party)s::text, f.party)
        AND f.at >= coalesce(%(since)s::timestamp AT TIME ZONE z.zone, '-infinity')
        AND f.at < coalesce((%(until)s::timestamp + interval '1 day') AT TIME ZONE z.zone, 'infinity'))""",
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
        s.state->'reporter'->>'person' AS person, s.state->>'triage_by' AS triage_by,
        s.state->'title'->>'id' AS title, s.state->'description'->>'id' AS description
    FROM stream s WHERE s.kind = %(kind)s AND s.site_id = ANY (%(sites)s){where}
    ORDER BY s.site_id DESC, s.stream_id DESC LIMIT %(limit)s
) p ORDER BY p.site_id DESC, p.stream_id DESC
"""


class _Places:
    """The sites of a list with their names."""

    def __init__(self, asked: _Asked, sql: Sql, site_ids: set[int], language: Language) -> None:
        self._language, self._caller = language, asked.caller
        self._codes: dict[int, str] = {}
        self._known: dict[int, tuple[Directory, Playbook]] = {}
        for number, site in read_sites(sql, site_ids).items() if site_ids else ():
            context = asked.shop.contexts.of(sql, site)
            self._codes[number] = site.code
            self._known[number] = (context.site, context.playbook)

    def seen(self, row: tuple[Any, ...]) -> OrderItem:
        """A row as a line of the list, cut to what the caller may see of it."""
        site_id, parties, holders, person, triage_by = row[0], row[9], row[10], row[15], row[16]
        actor, site = self._caller.at(site_id), self._known[site_id][0]
        with_part = {*parties, *holders, triage_by}
        return cut(self.item(row), sights_in_list(actor, site, with_part, person))

    def item(self, row: tuple[Any, ...]) -> OrderItem:
        """A row as a line of the list."""
        (site_id, number, status, category, severity, origin, space, colour, supervised, *rest) = row
        parties, holders, reported_at, promised_at, closed_at, updated_at, *_, title = rest
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
