"""When a party says that it did something which came in later: shown until the decider accepts it."""

from services.views import labels
from services.views.found import Found
from services.views.language import time_text
from services.views.models import ClaimView


def claims_of(found: Found, party: str) -> list[ClaimView]:
    """What the party claims and nobody has accepted yet, as it came in."""
    return [
        ClaimView(
            action=one.what,
            name=labels.label(labels.CLAIMED, one.what, found.language),
            claimed_at=one.claimed_at,
            claimed_text=time_text(one.claimed_at, found.zone, found.language),
            received_at=one.received_at,
            received_text=time_text(one.received_at, found.zone, found.language),
        )
        for one in found.order.claims
        if one.party == party
    ]
