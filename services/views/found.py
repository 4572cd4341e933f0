"""An order as it lies in the database, found for a caller."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.domain.codec import decode
from models.domain.orders import rules
from models.domain.orders.kind import ORDER
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.policy import REPORTING, Permission, permits
from models.domain.streams import Actor, StreamKey
from services.callers import Caller
from services.execute import Shop, UnknownStream
from services.store.contexts import SiteClock, Sql, read_sites
from services.views.language import Language, party_name
from services.views.models import Named


@dataclass(frozen=True, slots=True)
class Found:
    """An order with the site and the rules that it is under, and the language that it is asked for in."""

    key: StreamKey
    site: SiteClock
    order: Order
    context: Context
    events: int
    coordinator: str
    site_name: str
    now: datetime
    language: Language

    @property
    def code(self) -> str:
        """The order's code."""
        return self.code_of(self.key.stream_id)

    def code_of(self, number: int) -> str:
        """The code of an order of the same site."""
        return f"{self.site.code}-{number}"

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.context.site.zone

    def party(self, code: str) -> Named:
        """A party with its name."""
        return Named(code=code, name=party_name(code, self.context.site, self.language))

    def parties(self, codes: Iterable[str]) -> list[Named]:
        """Parties with their names, sorted by code."""
        return [self.party(code) for code in sorted(codes)]


def find(shop: Shop, sql: Sql, caller: Caller, key: StreamKey, language: Language) -> Found:
    """The order.

    Raises:
        UnknownStream: there is none, or the caller may not see it; the two cannot be told apart.
    """
    row = sql.execute(
        "SELECT s.kind, s.seq, s.state, statement_timestamp(),"
        " (SELECT m.name FROM member m WHERE m.site_id = s.site_id AND m.code = s.state->>'coordinator'),"
        " p.name, p.name_en FROM stream s JOIN site p ON p.id = s.site_id"
        " WHERE s.site_id = %s AND s.stream_id = %s",
        (key.site_id, key.stream_id),
    ).fetchone()
    if row is None or row[0] != ORDER.name:
        raise UnknownStream(key)
    order = decode(Order, row[2])
    if not may_see(caller.at(key.site_id), order):
        raise UnknownStream(key)
    site = read_sites(sql, [key.site_id])[key.site_id]
    return Found(
        key=key,
        site=site,
        order=order,
        context=shop.contexts.of(sql, site, ORDER.pinned(order)),
        events=row[1],
        coordinator=row[4] or order.coordinator,
        site_name=(language == "en" and row[6]) or row[5],
        now=site.virtual_now or row[3],
        language=language,
    )


def may_see(actor: Actor, order: Order) -> bool:
    """Who sees all orders by the policy, and whoever reported this one; how much is another question."""
    if permits(actor.role, Permission.SEE_ORDERS):
        return True
    return actor.role in REPORTING and rules.says_for_reporter(actor.person, order)
