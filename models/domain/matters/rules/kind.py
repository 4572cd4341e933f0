"""A change of the rules as a kind of stream."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from models.domain.directory import Capacity
from models.domain.kinds import Columns
from models.domain.matter import Event, MatterKind, Term, ordinary, timers
from models.domain.matters.rules import events as e
from models.domain.matters.rules.decide import HANDLERS, due
from models.domain.matters.rules.state import Proposal, RulesStatus
from models.domain.orders.rules import Context
from models.domain.streams import DesiredNotice, Timer

S = RulesStatus
LEAD = "lead"


def _running(one: Term | None) -> Mapping[str, Term]:
    return {str(one.id): one} if one is not None else {}


def _proposed(_none: None, event: e.RulesProposed, at: datetime) -> Proposal:
    return Proposal(
        status=S.OPEN,
        party=event.party,
        proposed_at=at,
        draft=event.draft,
        reason=event.reason,
        asked=event.asked,
        person=event.person,
        deadlines=_running(event.objecting),
    )


def _consented(one: Proposal, event: e.RulesConsented, at: datetime) -> Proposal:
    """Who agrees takes an objection back."""
    left = {party: ref for party, ref in one.objections.items() if party != event.party}
    return replace(one, consents={**one.consents, event.party: at}, objections=left)


def _objected(one: Proposal, event: e.RulesObjected, _at: datetime) -> Proposal:
    left = {party: at for party, at in one.consents.items() if party != event.party}
    return replace(one, consents=left, objections={**one.objections, event.party: event.reason})


def _asked(one: Proposal, event: e.RulingAsked, _at: datetime) -> Proposal:
    return replace(one, status=S.RULING, decider=event.decider, deadlines=_running(event.ruling))


def _overdue(one: Proposal, _event: e.RulingOverdue, _at: datetime) -> Proposal:
    return replace(one, overdue=True)


def _ruled(one: Proposal, event: e.RulesRuled, at: datetime) -> Proposal:
    told = replace(one, decider=event.by, ruling=event.reason)
    return told if event.accepted else _ended(told, S.DISMISSED, at)


def _ended(one: Proposal, status: RulesStatus, at: datetime) -> Proposal:
    return replace(one, status=status, deadlines={}, ended_at=at)


FOLDS: Mapping[type[Event], Callable[[Any, Any, datetime], Proposal]] = {
    e.RulesProposed: _proposed,
    e.RulesConsented: _consented,
    e.RulesObjected: _objected,
    e.RulingAsked: _asked,
    e.RulingOverdue: _overdue,
    e.RulesRuled: _ruled,
    e.RulesTookEffect: lambda one, event, at: replace(_ended(one, S.EFFECTIVE, at), why=event.why),
    e.RulesWithdrawn: lambda one, _event, at: _ended(one, S.WITHDRAWN, at),
    e.RulesOvertaken: lambda one, _event, at: _ended(one, S.OVERTAKEN, at),
}


def _columns(state: Proposal, _context: Context) -> Columns:
    term = state.term
    holders = {S.OPEN: state.unanswered, S.RULING: (state.decider,) if state.decider else ()}
    return Columns(
        status=state.status,
        colour="red" if state.overdue and term is not None else "green",
        parties=tuple(sorted({state.party, *state.asked})),
        holders=tuple(sorted(holders.get(state.status, ()))),
        reported_at=state.proposed_at,
        promised_at=term.due_at if term is not None else None,
        closed_at=state.ended_at,
    )


def _timers(state: Proposal) -> Iterator[Timer]:
    if not state.overdue:
        yield from timers(state)


def _told(event: Event, state: Proposal, context: Context, at: datetime) -> Iterator[DesiredNotice]:
    """The parties of what is proposed and in force; the decider of what it has to rule on; who proposed."""
    why = _WHY.get(type(event))
    for party in _whom(event, state, context) if why else ():
        if party in context.site.parties and why:
            yield ordinary(party, LEAD, why, context, at)


_WHY: Mapping[type[Event], str] = {
    e.RulesProposed: "rules.proposed",
    e.RulesObjected: "rules.objected",
    e.RulingAsked: "rules.ruling",
    e.RulingOverdue: "rules.overdue",
    e.RulesRuled: "rules.ruled",
    e.RulesTookEffect: "rules.in_force",
    e.RulesWithdrawn: "rules.withdrawn",
    e.RulesOvertaken: "rules.overtaken",
}


def _whom(event: Event, state: Proposal, context: Context) -> tuple[str, ...]:
    if isinstance(event, e.RulesProposed):
        return state.asked if event.objecting is not None else ()
    if isinstance(event, e.RulesObjected | e.RulesOvertaken):
        return (state.party,)
    if isinstance(event, e.RulingAsked):
        return (event.decider,)
    if isinstance(event, e.RulingOverdue):
        return tuple(dict.fromkeys((event.decider, *context.site.with_capacity(Capacity.STREET))))
    if isinstance(event, e.RulesRuled) and event.accepted:
        return ()
    return (state.party, *state.asked)


RULES = MatterKind(
    "rules",
    Proposal,
    HANDLERS,
    FOLDS,
    columns_of=_columns,
    due=due,
    timers_of=_timers,
    told=_told,
    reasons=frozenset(_WHY.values()),
)
