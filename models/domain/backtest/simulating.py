"""Living cases again under some rules: each action at its old delay from dispatch, each timer at its instant.

Nothing is read or written: the core decides, the order lies in memory, time is a number.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush

from models.domain.backtest.history import REPORTED, Case, Step, dispatched
from models.domain.backtest.outcome import Comparison, Outcome
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import minutes as m
from models.domain.orders.decide import Decision, NoSuchOrderError, decide, needs_routing
from models.domain.orders.lives import MOVES
from models.domain.orders.refusals import Refused
from models.domain.orders.rules import Context
from models.domain.orders.state import Order
from models.domain.playbook.model import Mark, Playbook
from models.domain.streams import SYSTEM, Actor, Role
from models.domain.words import ACTING, OrderStatus

TICK = timedelta(microseconds=1)
"""A timer fires this much after its due instant: what is done at that instant itself is in time."""


def compare(cases: Iterable[Case], before: Context, after: Playbook, until: datetime) -> Comparison:
    """The same cases at the same site under both rules, up to an instant."""
    known = tuple(cases)
    changed = replace(before, playbook=after)
    return Comparison(simulate(known, before, until), simulate(known, changed, until))


def simulate(cases: Iterable[Case], context: Context, until: datetime) -> Outcome:
    """What would have come of the cases. What is closed now was open when it was reported."""
    spaces = {code: replace(one, closed=False) for code, one in context.site.spaces.items()}
    opened = replace(context, site=replace(context.site, spaces=spaces))
    outcome = Outcome()
    for case in cases:
        _Life(case, opened, until, outcome).live()
    return outcome


@dataclass(slots=True)
class _Life:
    """One case under the rules."""

    case: Case
    context: Context
    until: datetime
    outcome: Outcome
    order: Order | None = None
    ahead: list[tuple[datetime, int, Step]] = field(default_factory=list)
    """Actions whose instant is known, the next one first."""
    waiting: dict[str, list[tuple[int, Step]]] = field(default_factory=dict)
    """Those whose dispatch has not come yet, by anchor."""
    counts: dict[str, int] = field(default_factory=dict)
    late: dict[int, str] = field(default_factory=dict)
    """Limits passed, by id, with their party."""

    def live(self) -> None:
        case, outcome = self.case, self.outcome
        outcome.cases += 1
        for place, step in enumerate(case.steps):
            self.waiting.setdefault(step.anchor, []).append((place, step))
        self._anchored(REPORTED, case.at)
        self._act(case.report, case.actor, case.at)
        while self.order is not None and self._goes_on():
            pass
        left = [step for steps in self.waiting.values() for _, step in steps]
        left += [step for _, _, step in self.ahead] if self.order is None else []
        outcome.not_allowed.update(_name(step.command) for step in left)
        self._count_end()

    def _goes_on(self) -> bool:
        """The next thing that happens, be it a timer or an action; False: nothing does before the end."""
        order = self.order
        if order is None:
            return False
        fires = min((x.next.at for x in order.deadlines.values() if x.next is not None), default=None)
        acts = self.ahead[0][0] if self.ahead else None
        if acts is not None and acts <= self.until and (fires is None or acts <= fires):
            at, _, step = heappop(self.ahead)
            self._act(_moved(step, at), step.actor, at)
            return True
        if fires is None or fires >= self.until:
            return False
        self._decide(c.FireDue(), SYSTEM, fires + TICK)
        return True

    def _act(self, command: c.Command, actor: Actor, at: datetime) -> None:
        if self._is_old_rule(command, actor):
            return
        try:
            self._decide(command, actor, at)
        except (Refused, NoSuchOrderError):
            self.outcome.not_allowed[_name(command)] += 1

    def _is_old_rule(self, command: c.Command, actor: Actor) -> bool:
        """An imported limit is a rule of where it comes from: it holds where these rules set none."""
        if not isinstance(command, c.SetLimit) or actor.role is not Role.IMPORTER or self.order is None:
            return False
        return bool(self.order.open_deadlines(party=command.party, kinds=frozenset({command.kind})))

    def _decide(self, command: c.Command, actor: Actor, at: datetime) -> None:
        """What waits for its route then is routed at once."""
        decision = decide(self.order, command, self.context, now=at, actor=actor)
        self._took_place(decision, at)
        if needs_routing(decision.order):
            routed = decide(decision.order, c.RouteOrder(), self.context, now=at, actor=SYSTEM)
            self._took_place(routed, at)

    def _took_place(self, decision: Decision, at: datetime) -> None:
        self.order = decision.order
        told = len(decision.events) == 0
        for decided in decision.events:
            told |= self._count(decided.event, at)
        if told:
            for notice in decision.notices:
                self.outcome.of(notice.party).sent += 1

    def _count(self, event: e.Event, at: datetime) -> bool:
        """Whether what is told of it counts: of a step whose party nobody can know about it does not."""
        shows = self.case.shows
        if isinstance(event, e.StepReached):
            if not shows(event.party, event.kind):
                return False
            self.outcome.of(event.party).steps[event.mark or ""] += 1
            if event.mark == Mark.RED:
                self.late[event.id] = event.party
        elif isinstance(event, e.DeadlineSet):
            one = event.deadline
            if shows(one.party, one.kind):
                self.outcome.of(one.party).limits += 1
        elif isinstance(event, e.StepsStruck):
            self.late = {number: party for number, party in self.late.items() if party != event.party}
        else:
            self._sent_out(event, at)
        return True

    def _sent_out(self, event: e.Event, at: datetime) -> None:
        for party in dispatched(event):
            self.counts[party] = self.counts.get(party, 0) + 1
            self._anchored(f"{party}/{self.counts[party]}", at)
        if isinstance(event, e.AssignmentDispatched) and event.duty in ACTING:
            self.outcome.of(event.party).dispatched += 1
            if event.party not in self.case.parties:
                self.outcome.unknown[event.party] += 1

    def _anchored(self, anchor: str, at: datetime) -> None:
        for place, step in self.waiting.pop(anchor, ()):
            heappush(self.ahead, (at + step.delay, place, step))

    def _count_end(self) -> None:
        for party in self.late.values():
            self.outcome.of(party).late += 1
        if self.late:
            self.outcome.late.add(self.case.name)
        if self.order is not None:
            self.outcome.closed += self.order.status is OrderStatus.CLOSED
            self.outcome.unrouted += self.order.status is OrderStatus.UNROUTED


def _name(command: c.Command) -> str:
    """As the life tables call it."""
    move = MOVES.get(type(command))
    return move.action if move is not None else "report"


_DATES = {c.MakeRequest: "until", c.ProposePlan: "fix_by", c.SetLimit: "due_at", c.Appoint: "at"}
"""Where a command names a date; a date in another system (12345) is a fact from outside and stays."""


def _moved(step: Step, at: datetime) -> c.Command:
    """The command with its date as far ahead as it was."""
    if isinstance(step.command, m.FollowMinutes | m.FollowRuling):
        ahead = at - step.was_at
        items = (replace(one, by=one.by + ahead if one.by else None) for one in step.command.items)
        return replace(step.command, items=tuple(items))
    field_name = _DATES.get(type(step.command))
    date = getattr(step.command, field_name) if field_name and at != step.was_at else None
    if field_name is None or date is None:
        return step.command
    dated: c.Command = replace(step.command, **{field_name: date + (at - step.was_at)})
    return dated
