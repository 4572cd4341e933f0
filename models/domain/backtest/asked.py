"""From events back to what people asked for: one table.

An event that only follows from another of the same instant is no command of its own: who arrives has taken it
on, an upheld return dispatches the successor.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.domain.backtest import settled
from models.domain.backtest.settled import NO_WORDS
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import minutes as m
from models.domain.orders.state import Order
from models.domain.words import RequestKind

_BY_HAND = frozenset({"by_hand", "import"})


@dataclass(frozen=True, slots=True)
class _Told:
    """An event among those of its instant, and the order before them."""

    event: Any
    before: Sequence[e.Event]
    after: Sequence[e.Event]
    order: Order | None

    def follows(self, *kinds: type[e.Event]) -> bool:
        """Whether it is a consequence of an earlier one of these."""
        return any(isinstance(one, kinds) for one in self.before)

    def leads_to(self, *kinds: type[e.Event]) -> bool:
        """Whether a later one of the same party says the same and more."""
        return any(isinstance(one, kinds) and _party(one) == _party(self.event) for one in self.after)

    @property
    def successor(self) -> str | None:
        """Who took the party's duty over."""
        found = (one for one in self.after if isinstance(one, e.AssignmentDispatched))
        return next((one.party for one in found if one.successor_of == self.event.party), None)


def _party(event: Any) -> object:  # noqa: ANN401 - any event
    return getattr(event, "party", None)


def asked(order: Order | None, events: Sequence[e.Event]) -> Iterator[c.Command]:
    """The commands behind what one person did at one instant; `order` is the state before it."""
    for place, event in enumerate(events):
        build = _TABLE.get(type(event))
        if build is not None:
            command = build(_Told(event, events[:place], events[place + 1 :], order))
            if command is not None:
                yield command


def _report(one: _Told) -> c.Command:
    x = one.event
    return c.Report(
        space=x.space,
        description=x.description,
        reporter=x.reporter,
        category=x.category,
        title=x.title,
        severity=x.severity,
        origin=x.origin,
        split_from=x.split_from,
        walk=x.walk,
        voice=x.voice,
        point=x.point,
        private=x.private,
    )


def _acknowledged(one: _Told) -> c.Command | None:
    acting = (e.PartyArrived, e.PlaceMadeSafe, e.WorkStarted, e.AssignmentDone, e.PlanProposed)
    return None if one.leads_to(*acting) else c.Acknowledge(one.event.party)


def _arrived(one: _Told) -> c.Command | None:
    return None if one.leads_to(e.PlaceMadeSafe) else c.Arrive(one.event.party)


def _resumed(one: _Told) -> c.Command | None:
    said = one.event.why == "by_party" and not one.leads_to(e.WorkStarted, e.AssignmentDone)
    return c.Start(one.event.party) if said else None


def _noted(one: _Told) -> c.Command | None:
    """The reason of a limit that is set by hand stands before it."""
    if any(isinstance(x, e.DeadlineMoved | e.DeadlineSet) for x in one.after):
        return None
    x = one.event
    known = one.order is not None and x.party in one.order.assignments
    return c.Note(x.note, x.party if known else None, x.mentions)


def _agreed(one: _Told) -> c.Command | None:
    """Somebody's leaving may bind a plan by itself; a decider agrees in place of whose plan it is."""
    if one.order is None or one.follows(e.AssignmentWithdrawn, e.AssignmentReleased, e.HelpConfirmed):
        return None
    plan, party = one.order.plan, one.event.party
    acts = any(each.party == party for each in one.order.acting())
    return c.AgreePlan(party if acts or plan is None else plan.party)


def _verified(one: _Told) -> c.Command | None:
    return None if one.follows(e.HelpConfirmed) else c.Verify(one.event.party)


def _rejected(one: _Told) -> c.Command | None:
    return None if one.follows(e.CallbackRecorded) else c.Reject(one.event.party, one.event.reason)


def _released(one: _Told) -> c.Command | None:
    return None if one.follows(e.HelpConfirmed) else c.Release(one.event.party, one.event.reason)


def _withdrawn(one: _Told) -> c.Command | None:
    x = one.event
    if x.why == "reassigned" and one.successor is not None:
        return c.Reassign(x.party, one.successor, NO_WORDS)
    return c.Withdraw(x.party, NO_WORDS, one.successor) if x.why == "withdrawn" else None


def _taken_over(one: _Told) -> c.Command | None:
    """A party that was withdrawn before is given a successor."""
    x = one.event
    if x.successor_of is None or one.follows(e.AssignmentWithdrawn, e.RequestDecided):
        return None
    return c.Reassign(x.successor_of, x.party, NO_WORDS)


def _reopened(one: _Told) -> c.Command | None:
    return None if one.event.reason == "not_resolved" else c.Reopen(one.event.note or NO_WORDS)


def _number(one: _Told) -> c.Command:
    x = one.event.outside
    if x.party is not None:
        return c.AddOwnNumber(x.party, x.system, x.number)
    return c.AddOutsideNumber(x.system, x.number, x.due_at)


def _requested(one: _Told) -> c.Command:
    x = one.event.request
    return c.MakeRequest(x.party, x.kind, x.reason, x.text, x.nominee, x.until)


def _decided(one: _Told) -> c.Command:
    x = one.event
    open_ = one.order.request_of(x.party, x.kind) if one.order else None
    other = one.successor if x.kind is RequestKind.RETURN else None
    designate = other if open_ is not None and other != open_.nominee else None
    return c.Decide(x.party, x.granted, x.reason, designate, x.kind)


def _limit_set(one: _Told) -> c.Command | None:
    x = one.event.deadline
    return c.SetLimit(x.party, x.kind, x.due_at, NO_WORDS) if x.reason in _BY_HAND else None


def _limit_moved(one: _Told) -> c.Command | None:
    x = one.event
    held = one.order.deadlines.get(str(x.id)) if one.order else None
    by_hand = held is not None and x.reason in _BY_HAND
    return c.SetLimit(held.party, held.kind, x.due_at, NO_WORDS) if by_hand and held else None


def _claimed(one: _Told) -> c.Command:
    x = one.event.claim
    return c.ClaimTime(x.party, x.what, round((x.received_at - x.claimed_at).total_seconds()))


def _accepted(one: _Told) -> c.Command | None:
    return None if one.follows(e.ClaimedTimeAccepted) else c.AcceptClaimedTime(one.event.party)


_TABLE: Mapping[type[e.Event], Callable[[_Told], c.Command | None]] = {
    e.OrderReported: _report,
    e.OrderTriaged: lambda one: c.Triage(
        one.event.category, one.event.origin, one.event.severity, one.event.note
    ),
    e.OrderReclassified: lambda one: c.Reclassify(
        one.event.reason, one.event.category, one.event.origin, one.event.severity
    ),
    e.OrderSplit: lambda one: c.Split(one.event.into, one.event.reason),
    e.OrderMerged: lambda one: c.Merge(one.event.into, one.event.reason),
    e.OrderAbsorbed: lambda one: c.Absorb(one.event.source),
    e.OrderSupervised: lambda one: c.Supervise(one.event.reason),
    e.FalseAlarmFound: lambda one: c.FalseAlarm(one.event.reason),
    e.OrderCancelled: lambda one: c.Cancel(one.event.reason),
    e.CallbackRecorded: lambda one: c.Callback(one.event.resolved, one.event.satisfied, one.event.note),
    e.OrderReopened: _reopened,
    e.OutsideNumberAdded: _number,
    e.OrderPublished: lambda one: c.Publish(one.event.title),
    e.NoteAdded: _noted,
    e.PhotoAttached: lambda one: c.AttachPhoto(one.event.photo),
    e.AssignmentDispatched: _taken_over,
    e.AssignmentAcknowledged: _acknowledged,
    e.ReporterContacted: lambda one: c.Contact(one.event.party, one.event.note),
    e.PartyArrived: _arrived,
    e.PlaceMadeSafe: lambda one: c.MakeSafe(one.event.party, one.event.note),
    e.WorkStarted: lambda one: c.Start(one.event.party),
    e.AssignmentResumed: _resumed,
    e.VisitAppointed: lambda one: c.Appoint(one.event.party, one.event.at, one.event.note),
    e.KeyHolderNamed: lambda one: c.NameKeyHolder(one.event.party, one.event.note),
    e.HandlerNamed: lambda one: c.Transfer(one.event.party, one.event.member),
    e.CraftsmanNamed: lambda one: c.NameCraftsman(one.event.party, one.event.note),
    e.PlanProposed: lambda one: c.ProposePlan(one.event.party, one.event.text, one.event.fix_by),
    e.PlanAgreed: _agreed,
    e.AssignmentDone: lambda one: c.Done(one.event.party, one.event.note),
    e.AssignmentVerified: _verified,
    e.AssignmentRejected: _rejected,
    e.AssignmentReleased: _released,
    e.AssignmentWithdrawn: _withdrawn,
    e.RequestMade: _requested,
    e.RequestDecided: _decided,
    e.DeadlineSet: _limit_set,
    e.DeadlineMoved: _limit_moved,
    e.TimeClaimed: _claimed,
    e.ClaimedTimeAccepted: _accepted,
    e.LatenessExplained: lambda one: c.Explain(one.event.party, one.event.text),
    m.MeetingCalled: lambda one: settled.called(one.event, one.order),
    m.MinutesFollowed: lambda one: settled.followed(one.event, one.after, one.order),
    m.MeetingLeft: lambda one: m.LeaveMeeting(one.event.meeting),
    m.PayerConfirmed: lambda one: settled.confirmed(one.event, one.before, one.order),
    e.PartyNamed: lambda one: c.NameParty(one.event.party),
}
"""What is not here is the system's, follows from another event, or touches neither a limit nor a notice."""
