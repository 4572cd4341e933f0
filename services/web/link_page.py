"""What the page of a link shows: the party's own part of the order, and what can be done with it now.

Whoever holds the link sees it, so there are no free texts, contacts or photos: those are for who signs in.
"""

import secrets
from dataclasses import dataclass

from models.domain.orders import rules
from services.execute import Shop
from services.links import ACTIONS, Link
from services.store.contexts import Sql
from services.store.transactions import transaction
from services.views.found import Found, find
from services.views.language import Language
from services.views.models import AssignmentView, Named, OrderView
from services.views.order import seen_view
from services.web.order_page import Due
from services.web.pages import seconds_until


@dataclass(frozen=True, slots=True)
class LinkPage:
    """All values of the page."""

    order: OrderView
    part: AssignmentView
    person: str | None
    """The name of whom the message went to."""
    dues: list[Due]
    actions: list[str]
    """What is possible now, and allowed by the link."""
    needs_photo: bool
    nominees: list[Named]
    key: str
    """Of the forms: what is sent with it twice happens once."""


def read_page(shop: Shop, link: Link, language: Language) -> LinkPage:
    """The page's values, as of now."""
    with transaction(shop.engine, link.caller.site_ids) as sql:
        found = find(shop, sql, link.caller, link.key, language)
        order = seen_view(sql, found, link.caller.at(link.key.site_id))
        person = _name(sql, link)
    return _page(found, order, link, person)


def _page(found: Found, order: OrderView, link: Link, person: str | None) -> LinkPage:
    part = next(one for one in order.assignments if one.party.code == link.party)
    own = found.order.assignments[link.party]
    return LinkPage(
        order=order,
        part=part,
        person=person,
        dues=[Due(one, seconds_until(one.due_at, found.now), part.party.name) for one in part.deadlines],
        actions=[one for one in ACTIONS if one in link.actions and one in part.allowed],
        needs_photo=rules.lacks_after_photo(found.order, own, found.context),
        nominees=[found.party(code) for code in found.context.site.parties if code != link.party],
        key=secrets.token_hex(16),
    )


def _name(sql: Sql, link: Link) -> str | None:
    row = sql.execute(
        "SELECT name FROM member WHERE site_id = %s AND code = %s", (link.key.site_id, link.member)
    ).fetchone()
    return row[0] if row else None
