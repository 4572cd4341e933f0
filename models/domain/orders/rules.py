"""Who decides, who verifies, who holds the ball: the questions that the rules of `domain.md` answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.domain.directory import Capacity, Directory
from models.domain.orders.state import Assignment, Order, Plan, Reporter
from models.domain.playbook.model import REPORTER, VOLUNTEER, Category, Closure, Gate, Playbook
from models.domain.words import (
    ACTING,
    AssignmentState,
    DeadlineKind,
    Duty,
    OrderStatus,
    PhotoPurpose,
    ReporterKind,
    RequestKind,
    Severity,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision depends on beside the order: the rules that it is under and the site."""

    playbook: Playbook
    site: Directory

    def category(self, order: Order) -> Category | None:
        """The category of the order in its playbook."""
        return self.playbook.categories.get(order.category or "")


BLOCKING = frozenset({RequestKind.RETURN, RequestKind.HOLD, RequestKind.WAIT})
"""Requests while which the asker cannot go on: until they are decided, time is booked 'under decision'."""

_ACKNOWLEDGING = frozenset({DeadlineKind.ACKNOWLEDGE})
_NOT_MINE = frozenset({AssignmentState.WITHDRAWN, AssignmentState.RELEASED})


def decider(order: Order, context: Context, *, asker: str | None, nominee: str | None = None) -> str | None:
    """Rule 5: the first decider that is neither asker nor nominee nor an acting party on the order."""
    barred = acts(order) | {party for party in (asker, nominee) if party}
    return context.site.first_of(context.playbook.deciders, but=barred)


def acts(order: Order) -> set[str]:
    """The parties that act in this round, or did until their work was verified."""
    return {
        one.party
        for one in order.assignments.values()
        if one.duty in ACTING and one.state not in _NOT_MINE and one.round == order.round
    }


def verifiers(assignment: Assignment, context: Context) -> tuple[str, ...]:
    """Rules 3 and 6: who may verify it: parties, or REPORTER and VOLUNTEER; never its own party."""
    names: dict[str, None] = {}
    party = context.site.parties[assignment.party]
    for capacity in sorted(party.capacities):
        for name in context.playbook.verifiers.get(capacity, ()):
            people = name in {REPORTER, VOLUNTEER}
            found = (name,) if people else context.site.with_capacity(Capacity(name))
            names.update(dict.fromkeys(found))
    others = tuple(name for name in names if name != assignment.party)
    if others:
        return others
    # Nobody whom the playbook names is at the site: the first decider other than the fixer, so that no work
    # waits for ever.
    last = context.site.first_of(context.playbook.deciders, but=(assignment.party,))
    return (last,) if last else ()


def reviewer(assignment: Assignment, context: Context) -> str | None:
    """The party on whom the review's deadline lies: the first verifier that is an organisation."""
    return next((name for name in verifiers(assignment, context) if name in context.site.parties), None)


def asked(plan: Plan, order: Order, context: Context) -> set[str]:
    """Who has to agree to a plan: the other acting parties; where there is none, the decider."""
    others = {one.party for one in order.acting()} - {plan.party}
    one = decider(order, context, asker=plan.party)
    return others or ({one} if one else set())


def lacks_after_photo(order: Order, assignment: Assignment, context: Context) -> bool:
    """The gate of the category: the lead's work is shown, after a rejection by another photo than before."""
    rule = context.category(order)
    gates = rule.gates.get("done", frozenset()) if rule else frozenset()
    if Gate.AFTER_PHOTO not in gates or assignment.duty is not Duty.LEAD:
        return False
    shown = order.count_photos(PhotoPurpose.AFTER, assignment.party, order.round)
    return shown <= assignment.rejections


def coordinating(context: Context) -> str | None:
    """The party of the coordinator: the committee."""
    return context.site.first_of((Capacity.COMMITTEE,))


def holders(order: Order, context: Context) -> frozenset[str]:
    """Who holds the ball now: the parties whose move it is; empty means nobody."""
    if order.ended:
        return frozenset()
    held = {_holder(order, one, context) for one in order.acting()}
    if order.status is OrderStatus.TRIAGE:
        held.add(order.triage_by)
    elif order.status is OrderStatus.UNROUTED:
        held.add(coordinating(context))
    return frozenset(party for party in held if party is not None)


def _holder(order: Order, assignment: Assignment, context: Context) -> str | None:
    match stage(order, assignment):
        case Stage.UNDER_DECISION:
            request = order.request_of(assignment.party)
            return request.decider if request else None
        case Stage.UNDER_REVIEW:
            return None if ends_on_help(order, context) else reviewer(assignment, context)
        case Stage.HELD | Stage.WAITING:
            return None
    return assignment.party


def ends_on_help(order: Order, context: Context) -> bool:
    """Whether it ends when the reporter is helped, or does not object in time; never in danger (rule 6)."""
    rule = context.category(order)
    return rule is not None and rule.closure is Closure.HELPED and order.severity is not Severity.DANGER


class Stage(StrEnum):
    """To what an assignment's time is booked (domain.md, Figures)."""

    BEFORE_ACKNOWLEDGEMENT = "before_acknowledgement"
    WORKING = "working"
    HELD = "held"
    WAITING = "waiting"
    UNDER_DECISION = "under_decision"
    UNDER_REVIEW = "under_review"
    NOBODY = "nobody"
    """All the time of an assignment that was returned rightly (派单有误)."""


_STAGES = {
    AssignmentState.HELD: Stage.HELD,
    AssignmentState.WAITING: Stage.WAITING,
    AssignmentState.DONE: Stage.UNDER_REVIEW,
}


def stage(order: Order, assignment: Assignment) -> Stage:
    """To what an assignment's time is booked now; the stages partition its time from dispatch to end.

    Where acknowledging has no limit (no such times exist in the source) nothing is booked to it.
    """
    fixed = _STAGES.get(assignment.state)
    if fixed is not None:
        return fixed
    if any(one.party == assignment.party and one.kind in BLOCKING for one in order.requests):
        return Stage.UNDER_DECISION
    if assignment.state is AssignmentState.DISPATCHED and order.open_deadlines(
        party=assignment.party, kinds=_ACKNOWLEDGING
    ):
        return Stage.BEFORE_ACKNOWLEDGEMENT
    return Stage.WORKING


def unsafe(order: Order) -> bool:
    """Whether it is a danger that nobody has made safe in this round: until then no clock stops (rule 8)."""
    return order.severity is Severity.DANGER and order.made_safe_at is None


def forbidden_now(order: Order, context: Context, now: datetime) -> bool:
    """Whether what was reported is forbidden at this hour, as works noise is at night (噪声法 §43)."""
    rule = context.category(order)
    return rule is not None and rule.bars(now.astimezone(ZoneInfo(context.site.zone)).time())


def says_for_reporter(person: str | None, order: Order) -> bool:
    """Whether the actor is the one who reported."""
    return person is not None and person == order.reporter.person


def reachable(reporter: Reporter) -> bool:
    """Whether there is somebody to call: an anonymous reporter without a contact is nobody."""
    return reporter.kind is not ReporterKind.ANONYMOUS or reporter.contact is not None


def names(parties: Iterable[str], context: Context) -> list[str]:
    """The Chinese names of parties, for a message."""
    return [context.site.parties[one].name if one in context.site.parties else one for one in parties]
