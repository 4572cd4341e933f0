"""Who decides, who verifies, who holds the ball: the questions that the rules of `domain.md` answer."""

from collections.abc import Iterable
from dataclasses import dataclass

from models.domain.directory import Capacity, Directory
from models.domain.orders.state import Assignment, Order
from models.domain.playbook.model import REPORTER, VOLUNTEER, Category, Playbook
from models.domain.streams import Role
from models.domain.words import ACTING, AssignmentState, OrderStatus, RequestKind


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision depends on beside the order: the rules that it is under and the site."""

    playbook: Playbook
    site: Directory

    def category(self, order: Order) -> Category | None:
        """The category of the order in its playbook."""
        return self.playbook.categories.get(order.category or "")


BLOCKING = frozenset({RequestKind.RETURN, RequestKind.HOLD, RequestKind.WAIT})
"""Requests while which the asker cannot go on: its time is booked as 'under decision' until they are decided."""

_NOT_MINE = frozenset({AssignmentState.WITHDRAWN, AssignmentState.RELEASED})


def decider(order: Order, context: Context, *, asker: str | None, nominee: str | None = None) -> str | None:
    """Rule 5: the first decider that is neither asker nor nominee nor an acting party on the order."""
    acting = {
        one.party for one in order.assignments.values() if one.duty in ACTING and one.state not in _NOT_MINE
    }
    barred = acting | {party for party in (asker, nominee) if party}
    return context.site.first_of(context.playbook.deciders, but=barred)


def verifiers(assignment: Assignment, context: Context) -> tuple[str, ...]:
    """Rules 3 and 6: who may verify the assignment: parties, or REPORTER and VOLUNTEER; never its own party."""
    names: dict[str, None] = {}
    party = context.site.parties[assignment.party]
    for capacity in sorted(party.capacities):
        for name in context.playbook.verifiers.get(capacity, ()):
            people = name in {REPORTER, VOLUNTEER}
            found = (name,) if people else context.site.with_capacity(Capacity(name))
            names.update(dict.fromkeys(found))
    return tuple(name for name in names if name != assignment.party)


def reviewer(assignment: Assignment, context: Context) -> str | None:
    """The party on whom the review's deadline lies: the first verifier that is an organisation."""
    return next((name for name in verifiers(assignment, context) if name in context.site.parties), None)


def coordinating(context: Context) -> str | None:
    """The party of the coordinator: the committee."""
    return context.site.first_of((Capacity.COMMITTEE,))


def holders(order: Order, context: Context) -> frozenset[str]:
    """Who holds the ball now: the parties whose move it is; empty means nobody."""
    if order.status is OrderStatus.TRIAGE and order.triage_by:
        return frozenset({order.triage_by})
    if order.status is OrderStatus.UNROUTED:
        return frozenset(filter(None, [coordinating(context)]))
    if order.status not in {OrderStatus.OPEN, OrderStatus.AWAITING_REVIEW}:
        return frozenset()
    held = (_holder(order, one, context) for one in order.acting())
    return frozenset(party for party in held if party is not None)


def _holder(order: Order, assignment: Assignment, context: Context) -> str | None:
    match stage(order, assignment):
        case "under_decision":
            request = order.request_of(assignment.party)
            return request.decider if request else None
        case "under_review":
            return reviewer(assignment, context)
        case "held" | "waiting":
            return None
    return assignment.party


def stage(order: Order, assignment: Assignment) -> str:
    """To what an assignment's time is booked now; the stages partition its time from dispatch to end."""
    request = order.request_of(assignment.party)
    if request is not None and request.kind in BLOCKING:
        return "under_decision"
    match assignment.state:
        case AssignmentState.HELD:
            return "held"
        case AssignmentState.WAITING:
            return "waiting"
        case AssignmentState.DONE:
            return "under_review"
        case AssignmentState.DISPATCHED:
            return "before_acknowledgement"
    return "working"


def says_for_reporter(role: Role, person: str | None, order: Order) -> bool:
    """Whether the actor is the one who reported."""
    return (
        person is not None
        and person == order.reporter.person
        and role
        in {
            Role.RESIDENT,
            Role.VOLUNTEER,
            Role.HANDLER,
            Role.LEAD,
        }
    )


def names(parties: Iterable[str], context: Context) -> list[str]:
    """The Chinese names of parties, for a message."""
    return [context.site.parties[one].name if one in context.site.parties else one for one in parties]
