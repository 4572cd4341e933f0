"""Both life tables: in which states an action is possible. Who may take it stands in `policy`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from models.domain.directory import Capacity
from models.domain.orders import commands as c
from models.domain.orders import minutes as m
from models.domain.orders import rules
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.orders.rules import Context
from models.domain.orders.state import Assignment, Order
from models.domain.playbook.model import REPORTER, VOLUNTEER
from models.domain.policy import RULING, By, Roles, relations
from models.domain.streams import Actor, Role
from models.domain.words import ACTING, AssignmentState, Duty, OrderStatus, RequestKind

A, S = AssignmentState, OrderStatus


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a life table. `states` None: the action concerns the whole order."""

    action: str
    order: frozenset[OrderStatus]
    states: frozenset[AssignmentState] | None = None
    duties: frozenset[Duty] = ACTING
    """Of an assignment's action: the duties that it is for."""

    @property
    def by(self) -> Mapping[By, Roles]:
        """Who may take it: the policy's line."""
        return relations(self.action)


_LIVE = frozenset({S.OPEN, S.AWAITING_REVIEW})
_AT_WORK = _LIVE | {S.REPORTED}
"""REPORTED with assignments: reclassified, and the router has not come by yet; work goes on."""
_SAFETY = _AT_WORK | {S.TRIAGE, S.UNROUTED}
_PASSING_ON = _AT_WORK | {S.UNROUTED}
_UNENDED = frozenset({S.REPORTED, S.TRIAGE, S.OPEN, S.AWAITING_REVIEW, S.UNROUTED, S.REOPENED})
_ANY = frozenset(OrderStatus)
_WORK = frozenset({A.DISPATCHED, A.ACKNOWLEDGED, A.IN_PROGRESS, A.REJECTED})
_ASKING = _WORK | {A.HELD, A.WAITING}
"""Held asks for the renewal alone, waiting for a later date alone; the handler sees to it."""
_UNDONE = _WORK | {A.RETURN_REQUESTED, A.HELD, A.WAITING}
_UNDER_WAY = _UNDONE | {A.DONE}
_PASSED_ON = _UNDONE | {A.WITHDRAWN}
ANY_DUTY = frozenset(Duty)
SUPPORTING = frozenset({Duty.SUPPORT})
"""The lead's work cannot be left undone."""

MOVES: Mapping[type[c.Command], Move] = {
    c.Triage: Move("triage", frozenset({S.REPORTED, S.TRIAGE, S.UNROUTED})),
    c.Reclassify: Move("reclassify", _LIVE),
    c.Split: Move("split", _UNENDED),
    c.Merge: Move("merge", _UNENDED),
    c.Absorb: Move("absorb", _UNENDED),
    c.RouteOrder: Move("route", _ANY),
    c.FireDue: Move("fire", _ANY),
    c.RecomputeDeadlines: Move("recompute", _ANY),
    c.Supervise: Move("supervise", _UNENDED),
    c.FalseAlarm: Move("false-alarm", _UNENDED),
    c.Cancel: Move("cancel", _UNENDED),
    c.Callback: Move("callback", frozenset({S.CLOSED}) | _LIVE),
    c.Reopen: Move("reopen", frozenset({S.CLOSED})),
    c.AddOutsideNumber: Move("outside-number", _UNENDED),
    c.Note: Move("note", _ANY),
    c.AttachPhoto: Move("photo", _ANY),
    c.Publish: Move("publish", _ANY),
    c.Reveal: Move("reveal", _ANY),
    c.Erase: Move("erase", _ANY),
    m.CallForMeeting: Move("call-meeting", _UNENDED),
    m.FollowMinutes: Move("minutes", _PASSING_ON),
    m.FollowRuling: Move("rule-meeting", _PASSING_ON),
    m.LeaveMeeting: Move("leave-meeting", _ANY),
    m.ConfirmPayer: Move("confirm-payer", _ANY),
    c.Acknowledge: Move("acknowledge", _SAFETY, frozenset({A.DISPATCHED, A.REJECTED})),
    c.Contact: Move("contact", _SAFETY, _UNDER_WAY),
    c.Arrive: Move("arrive", _SAFETY, _UNDONE),
    c.MakeSafe: Move("make-safe", _SAFETY, _UNDONE),
    c.Start: Move("start", _AT_WORK, _WORK - {A.IN_PROGRESS} | {A.HELD, A.WAITING}),
    c.Appoint: Move("appoint", _SAFETY, _UNDONE),
    c.NameKeyHolder: Move("key", _SAFETY, _UNDER_WAY),
    c.Transfer: Move("transfer", _SAFETY, _UNDER_WAY),
    c.NameCraftsman: Move("craftsman", _SAFETY, _UNDONE),
    c.AddOwnNumber: Move("own-number", _SAFETY, _UNDER_WAY),
    c.ProposePlan: Move("propose-plan", _AT_WORK, _WORK | {A.HELD, A.WAITING}),
    c.AgreePlan: Move("agree-plan", _AT_WORK, _UNDER_WAY),
    c.Done: Move("done", _AT_WORK, _WORK | {A.WAITING}),
    c.Verify: Move("verify", _AT_WORK, frozenset({A.DONE})),
    c.Reject: Move("reject", _AT_WORK, frozenset({A.DONE})),
    c.MakeRequest: Move("request", _AT_WORK, _ASKING),
    c.Decide: Move("decide", _AT_WORK, _UNDER_WAY),
    c.Reassign: Move("reassign", _PASSING_ON, _PASSED_ON, ANY_DUTY),
    c.Withdraw: Move("withdraw", _AT_WORK, _UNDONE, ANY_DUTY),
    c.Release: Move("release", _AT_WORK, _UNDONE - {A.REJECTED}, SUPPORTING),
    c.SetLimit: Move("set-limit", _AT_WORK, _UNDONE),
    c.Explain: Move("explain", _SAFETY, _UNDER_WAY),
    c.NameParty: Move("name-party", _SAFETY, _UNDER_WAY),
    c.ClaimTime: Move("claim-time", _ANY, frozenset(A)),
    c.AcceptClaimedTime: Move("accept-time", _ANY, frozenset(A)),
}


def check(order: Order, command: c.Command, actor: Actor, context: Context) -> None:
    """Refuse what the life tables do not allow; NotYours first, so that a stranger learns no state.

    Raises:
        NotYours: the actor does not stand so to the order; says who may.
        IllegalMove: not in this state; says the state, who holds the ball and what is allowed.
    """
    move = MOVES[type(command)]
    assignment = order.assignments.get(command.party) if isinstance(command, c.PartyCommand) else None
    party = command.party if isinstance(command, c.PartyCommand) else None
    if not _stands(move, order, party, actor, context):
        raise NotYours(move.action, who_may(move, order, party, context))
    if order.status not in move.order:
        raise illegal(move.action, f"the order is {order.status}", order, actor, context)
    if move.states is None:
        return
    if assignment is None:
        raise illegal(move.action, f"{party} has no assignment on this order", order, actor, context)
    if assignment.duty not in move.duties:
        raise illegal(move.action, f"{party} only has the duty {assignment.duty}", order, actor, context)
    if assignment.state not in move.states:
        raise illegal(move.action, f"the assignment is {assignment.state}", order, actor, context)


def illegal(action: str, why: str, order: Order, actor: Actor, context: Context) -> IllegalMove:
    """The refusal, with everything that the caller needs in order to go on."""
    return IllegalMove(
        action,
        why,
        state=order.status,
        holders=sorted(rules.holders(order, context)),
        allowed=[
            name if party is None else f"{party}/{name}" for name, party in allowed(order, actor, context)
        ],
    )


def allowed(order: Order, actor: Actor, context: Context) -> Iterator[tuple[str, str | None]]:
    """The actions that the tables let the actor take now, as (action, party or None for the order)."""
    for move in MOVES.values():
        if order.status not in move.order:
            continue
        if move.states is None:
            if _stands(move, order, None, actor, context):
                yield move.action, None
            continue
        for party, assignment in order.assignments.items():
            fits = assignment.state in move.states and assignment.duty in move.duties
            if fits and _stands(move, order, party, actor, context):
                yield move.action, party


def who_may(move: Move, order: Order, party: str | None, context: Context) -> list[str]:
    """Who may take the move, as words: parties by name where they are known."""
    found: dict[str, None] = {}
    for by in move.by:
        parties = _PARTIES[by](order, party, context) if by in _PARTIES else None
        found.update(dict.fromkeys(parties if parties is not None else (str(by),)))
    return list(found)


def _stands(move: Move, order: Order, party: str | None, actor: Actor, context: Context) -> bool:
    return any(
        actor.role in roles and _related(by, order, party, actor, context) for by, roles in move.by.items()
    )


def _related(by: By, order: Order, party: str | None, actor: Actor, context: Context) -> bool:
    """Whether somebody stands so to the order; that his role may act so is known already."""
    if by in _BY_ROLE_ALONE:
        return True
    if by is By.REPORTER:
        return rules.says_for_reporter(actor.person, order)
    if by is By.VERIFIER and _verifies_as_person(order, party, actor, context):
        return True
    if actor.party is None or actor.role not in RULING:
        return False
    return by is By.MEMBER or actor.party in _PARTIES[by](order, party, context)


def _verifies_as_person(order: Order, party: str | None, actor: Actor, context: Context) -> bool:
    """Reporter or volunteer, where the playbook lets them verify this party's work; nobody of that party."""
    assignment = order.assignments.get(party or "")
    if assignment is None or actor.party == party:
        return False
    named = rules.verifiers(assignment, context)
    return (VOLUNTEER in named and actor.role is Role.VOLUNTEER) or (
        REPORTER in named and rules.says_for_reporter(actor.person, order)
    )


_BY_ROLE_ALONE = frozenset({By.SYSTEM, By.IMPORTER, By.VOLUNTEER, By.MODERATOR})

Parties = Callable[[Order, str | None, Context], tuple[str, ...]]


def _committee(_order: Order, party: str | None, context: Context) -> tuple[str, ...]:
    """The committee, but never over itself."""
    return tuple(one for one in context.site.with_capacity(Capacity.COMMITTEE) if one != party)


def _caller(order: Order, _party: str | None, context: Context) -> tuple[str, ...]:
    """The committee calls reporters back; of its own answer it cannot say 'helped' (rule 3)."""
    barred = set() if order.status is S.CLOSED else rules.acts(order)
    return tuple(one for one in context.site.with_capacity(Capacity.COMMITTEE) if one not in barred)


def _triager(order: Order, _party: str | None, _context: Context) -> tuple[str, ...]:
    """Who finds out, until the order is sent out; afterwards it may be a fixer like any other."""
    return (order.triage_by,) if order.triage_by and order.status in _FINDING_OUT else ()


_FINDING_OUT = frozenset({S.REPORTED, S.TRIAGE, S.UNROUTED})


def _oversight(_order: Order, _party: str | None, context: Context) -> tuple[str, ...]:
    found = (Capacity.COMMITTEE, Capacity.AUTONOMY_OFFICE, Capacity.STREET)
    return tuple(dict.fromkeys(one for capacity in found for one in context.site.with_capacity(capacity)))


def _autonomy_office(_order: Order, _party: str | None, context: Context) -> tuple[str, ...]:
    return tuple(context.site.with_capacity(Capacity.AUTONOMY_OFFICE))


def _deciders(order: Order, party: str | None, context: Context) -> tuple[str, ...]:
    """The decider that the party's request names; without one, whoever would decide for the party."""
    request = order.request_of(party) if party else None
    one = request.decider if request else rules.decider(order, context, asker=party)
    return (one,) if one else ()


def _named(order: Order, party: str | None, _context: Context) -> tuple[str, ...]:
    request = order.request_of(party, RequestKind.WAIT) if party else None
    return (request.nominee,) if request and request.nominee else ()


def _verifiers(order: Order, party: str | None, context: Context) -> tuple[str, ...]:
    assignment: Assignment | None = order.assignments.get(party or "")
    return rules.verifiers(assignment, context) if assignment else ()


def _leading(order: Order, _party: str | None, _context: Context) -> tuple[str, ...]:
    return tuple(one.party for one in order.acting() if one.duty is Duty.LEAD)


def _must_call(order: Order, party: str | None, context: Context) -> tuple[str, ...]:
    """Who has to reach the reporter: the committee, who triages, who leads; a contractor never."""
    found = (
        *context.site.with_capacity(Capacity.COMMITTEE),
        *_triager(order, party, context),
        *_leading(order, party, context),
    )
    contractors = context.site.with_capacity(Capacity.CONTRACTOR)
    return tuple(one for one in dict.fromkeys(found) if one not in contractors)


_PARTIES: Mapping[By, Parties] = {
    By.OWN: lambda _order, party, _context: (party,) if party else (),
    By.ACTING: lambda order, _party, _context: tuple(one.party for one in order.acting()),
    By.LEAD_PARTY: _leading,
    By.MUST_CALL: _must_call,
    By.COMMITTEE: _committee,
    By.CALLER: _caller,
    By.TRIAGER: _triager,
    By.OVERSIGHT: _oversight,
    By.AUTONOMY_OFFICE: _autonomy_office,
    By.DECIDER: _deciders,
    By.NAMED: _named,
    By.VERIFIER: _verifiers,
}
