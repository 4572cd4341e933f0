"""Who calls, sees, drafts and signs, and how long a meeting has."""

from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.matters.meetings.state import MeetingState
from models.domain.orders.rules import Context, coordinating
from models.domain.policy import OVERSEEING, Permission, permits
from models.domain.streams import Actor, Role
from models.domain.words import Does

LIMIT = Limit(0, 5, Clock.WORKING_DAYS)
"""From the call to the last signature, by the autonomy office's calendar."""


def keeper(context: Context) -> str:
    """By whose calendar the limit counts: the autonomy office's, else the committee's."""
    return context.site.first_of((Capacity.AUTONOMY_OFFICE, Capacity.COMMITTEE)) or context.site.coordinator


def may_see(actor: Actor, state: MeetingState, context: Context) -> bool:
    """Who was invited, called it or oversees."""
    if not permits(actor.role, Permission.SEE_MEETINGS) or actor.party is None:
        return False
    return actor.party in (*state.invited, state.party) or oversees(actor.party, context)


def oversees(party: str, context: Context) -> bool:
    """Whether it is of the committee, the autonomy office or the street."""
    return any(context.site.has(party, Capacity(one)) for one in OVERSEEING)


def may_draft(actor: Actor, state: MeetingState, context: Context) -> bool:
    """Who writes the minutes: who called it, and the coordinator."""
    return permits(actor.role, Permission.MEET) and actor.party in {state.party, coordinating(context)}


def may_state(actor: Actor, state: MeetingState) -> bool:
    """Whether somebody may state a position: for a party that was invited or called it."""
    return permits(actor.role, Permission.MEET) and actor.party in (*state.invited, state.party)


def may_sign(actor: Actor, state: MeetingState) -> bool:
    """A party is bound by its lead alone."""
    signers = state.minutes.signers if state.minutes else ()
    return actor.role is Role.LEAD and actor.party in signers


TAKES_OVER = frozenset({Does.LEAD, Does.SUPPORT, Does.MAKE_SAFE})
"""Who does one of these by the minutes takes something on, and so has to sign."""


def may_rule(actor: Actor, context: Context) -> bool:
    """Whether somebody may be a decider at all; which of them decides here, the order knows."""
    return permits(actor.role, Permission.MEET) and actor.party is not None and oversees(actor.party, context)
