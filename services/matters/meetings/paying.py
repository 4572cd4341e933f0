"""Who pays for an order, as the rule proposes it: the order's facts gathered from where they lie."""

from zoneinfo import ZoneInfo

from models.domain.directory import Capacity
from models.domain.orders.paying import Circumstance, Facts, Proposal, propose
from models.domain.orders.rules import unsafe
from services.matters.acceptances.warranty import covers_of, failed_acceptance
from services.store.contexts import Sql
from services.views.found import Found


def proposal_of(sql: Sql, found: Found, circumstance: Circumstance | None = None) -> Proposal:
    """What the rule says of an order that was found, and of what somebody saw there."""
    order, site = found.order, found.context.site
    present = {one: site.first_of((one,)) for one in Capacity}
    facts = Facts(
        day=order.reported_at.astimezone(ZoneInfo(site.zone)).date(),
        origin=order.origin,
        unsafe=unsafe(order),
        failed_acceptance=failed_acceptance(sql, found),
        covers=covers_of(sql, found),
        circumstance=circumstance,
        parties={one: party for one, party in present.items() if party is not None},
    )
    return propose(facts)
