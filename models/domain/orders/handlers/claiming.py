"""What was done while a phone had no line: when it came in decides; the time that its owner names is a claim.

The decider may accept the claim (rule 5: who is free to decide for the party). From then on what was done
counts as done at the claimed instant: in the party's times and in the figures of lateness. Steps that the
ladder has reached meanwhile stay in the ledger, since they were told.
"""

from datetime import timedelta

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.draft import Draft
from models.domain.orders.handlers import handles
from models.domain.orders.lives import illegal
from models.domain.orders.state import Claim


@handles(c.ClaimTime)
def claim_time(draft: Draft, command: c.ClaimTime) -> None:
    """On record beside what was done. Nobody did it before it was his to do, nor later than now: no claim."""
    at = draft.now - timedelta(seconds=command.seconds_ago)
    if draft.order.assignments[command.party].dispatched_at <= at < draft.now:
        draft.emit(e.TimeClaimed(Claim(draft.order.next_id, command.party, command.what, at, draft.now)))


@handles(c.AcceptClaimedTime)
def accept_claimed_time(draft: Draft, command: c.AcceptClaimedTime) -> None:
    """All that the party claims and nobody has accepted yet."""
    found = [one for one in draft.order.claims if one.party == command.party]
    if not found:
        raise illegal("accept-time", "no time is claimed", draft.order, draft.actor, draft.context)
    for one in found:
        draft.emit(
            e.ClaimedTimeAccepted(
                one.id, one.party, one.what, one.claimed_at, one.received_at, draft.actor.party or ""
            )
        )
