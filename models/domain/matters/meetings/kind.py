"""The coordination meeting as a kind of stream."""

from collections.abc import Iterator
from datetime import datetime

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, ordinary
from models.domain.matters.meetings import events as e
from models.domain.matters.meetings.decide import HANDLERS, due
from models.domain.matters.meetings.evolve import FOLDS
from models.domain.matters.meetings.rules import oversees
from models.domain.matters.meetings.state import MeetingState
from models.domain.orders.rules import Context, coordinating
from models.domain.streams import DesiredNotice, Timer

LEAD, COORDINATOR = "lead", "coordinator"
INVITED, TO_SIGN, SETTLED = "meeting_called", "minutes_to_sign", "minutes_signed"
OVERDUE, RULED, CANCELLED = "meeting_overdue", "meeting_ruled", "meeting_cancelled"


def _columns(state: MeetingState, context: Context) -> Columns:
    limit = state.term
    everybody = {*state.invited, state.party}
    seeing = {one for one in context.site.parties if oversees(one, context)}
    return Columns(
        status=state.status,
        space=state.place,
        colour="red" if state.overdue and state.open else "green",
        parties=tuple(sorted(everybody | seeing)),
        holders=tuple(sorted(state.missing or state.invited)) if state.open else (),
        reported_at=state.called_at,
        promised_at=limit.due_at if limit else None,
        closed_at=state.ended_at,
    )


def _timers(state: MeetingState) -> Iterator[Timer]:
    if state.term is not None and not state.overdue:
        yield state.term.timer


def _told(event: Event, state: MeetingState, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """Leads are told: they speak for their party at the table."""
    everybody = tuple(dict.fromkeys((*state.invited, state.party)))
    told = {
        e.MeetingOpened: (INVITED, tuple(one for one in everybody if one != state.party)),
        e.MinutesDrafted: (TO_SIGN, state.minutes.signers if state.minutes else ()),
        e.MeetingSettled: (SETTLED, everybody),
        e.MeetingRuled: (RULED, everybody),
        e.MeetingCancelled: (CANCELLED, everybody),
    }.get(type(event))
    for party in told[1] if told else ():
        yield ordinary(party, LEAD, told[0] if told else "", context, at)
    if isinstance(event, e.MeetingOverdue):
        yield from _overdue(state, context, at)


def _overdue(state: MeetingState, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    committee = coordinating(context)
    if committee is not None:
        yield ordinary(committee, COORDINATOR, OVERDUE, context, at)
    deciding = [Capacity(one) for one in context.playbook.deciders]
    decider = context.site.first_of(deciding, but=(state.party, *state.acting))
    if decider is not None and decider != committee:
        yield ordinary(decider, LEAD, OVERDUE, context, at)


MEETING = MatterKind(
    "meeting",
    MeetingState,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    due=due,
    timers_of=_timers,
    told=_told,
    reasons=frozenset({INVITED, TO_SIGN, SETTLED, OVERDUE, RULED, CANCELLED}),
)
