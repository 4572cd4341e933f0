"""Random people issue random commands at growing instants; what may never break is checked after each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from models.domain.codec import decode, encode
from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders import minutes as m
from models.domain.orders import rules
from models.domain.orders.deadlines import OF_WORK
from models.domain.orders.decide import decide
from models.domain.orders.evolve import evolve
from models.domain.orders.holding import time_held
from models.domain.orders.lives import MOVES, allowed
from models.domain.orders.paying import Ground
from models.domain.orders.refusals import Refused
from models.domain.orders.state import Order, Photo, Reporter
from models.domain.personal import ContactPart, PersonalData
from models.domain.streams import SYSTEM, Actor
from models.domain.words import (
    OVER,
    STOPPED,
    AssignmentState,
    DeadlineKind,
    Does,
    Duty,
    MeetingReason,
    OrderStatus,
    Origin,
    PhotoPurpose,
    RequestKind,
    Severity,
)
from tests.unit.core import kit

PARTIES = (
    "committee",
    "property",
    "autonomy_office",
    "asset_company",
    "contractor",
    "client",
    "supervisor",
    "street",
)
ACTORS = (*map(kit.handler, PARTIES), kit.RESIDENT, kit.VOLUNTEER, kit.IMPORTER, SYSTEM)
STEPS = [timedelta(microseconds=1), timedelta(minutes=7), timedelta(hours=1), timedelta(hours=9)]
STRIDES = [*STEPS, timedelta(days=1), timedelta(days=5), timedelta(days=20)]
CATEGORIES = ("leak", "loose_fixture", "electrical", "dust", "question", "activity_noise", "unclear")
OWN_ONLY = (c.Acknowledge, c.Contact, c.Arrive, c.Start, c.Done, c.MakeRequest)

categories = st.sampled_from((*CATEGORIES, None))
severities = st.sampled_from((*Severity, Severity.ORDINARY, Severity.ORDINARY))
origins = st.sampled_from(tuple(Origin))
parties = st.sampled_from(PARTIES)
ahead = st.sampled_from([timedelta(minutes=5), timedelta(hours=20), timedelta(days=3), timedelta(days=12)])

some_parties = st.lists(parties, max_size=3, unique=True).map(tuple)


def items(now: datetime) -> st.SearchStrategy[tuple[m.Item, ...]]:
    """What minutes say: up to three parties, each with one thing to do."""
    dates = st.one_of(st.none(), ahead.map(lambda by: now + by))
    one = st.builds(m.Item, parties, st.sampled_from(Does), st.just(kit.TEXT), dates)
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda item: item.party).map(tuple)


Build = Callable[[Any, str, Any], c.Command]
BUILD: dict[str, Build] = {
    "triage": lambda d, _, __: c.Triage(d(categories), d(origins), d(severities)),
    "reclassify": lambda d, _, __: c.Reclassify(kit.TEXT, d(categories), d(origins), d(severities)),
    "split": lambda _, __, ___: c.Split(7, kit.TEXT),
    "merge": lambda _, __, ___: c.Merge(8, kit.TEXT),
    "absorb": lambda _, __, ___: c.Absorb(9),
    "route": lambda _, __, ___: c.RouteOrder(),
    "fire": lambda _, __, ___: c.FireDue(),
    "recompute": lambda _, __, ___: c.RecomputeDeadlines(),
    "supervise": lambda _, __, ___: c.Supervise(),
    "false-alarm": lambda _, __, ___: c.FalseAlarm(kit.TEXT),
    "cancel": lambda _, __, ___: c.Cancel(kit.TEXT),
    "callback": lambda d, _, __: c.Callback(d(st.booleans()), d(st.booleans()), kit.TEXT),
    "reopen": lambda _, __, ___: c.Reopen(kit.TEXT),
    "outside-number": lambda d, _, now: c.AddOutsideNumber(
        "12345", str(d(st.integers(0, 9))), now + d(ahead)
    ),
    "note": lambda _, party, __: c.Note(kit.TEXT, party or None),
    "photo": lambda d, _, __: c.AttachPhoto(Photo("p", "0", d(st.sampled_from(PhotoPurpose)), d(parties), 1)),
    "reveal": lambda d, _, __: c.Reveal((d(st.sampled_from(ContactPart)),), kit.TEXT),
    "erase": lambda d, _, __: c.Erase((d(st.sampled_from(PersonalData)),), "asked"),
    "publish": lambda _, __, ___: c.Publish(kit.TEXT),
    "explain": lambda _, party, __: c.Explain(party, kit.TEXT),
    "name-party": lambda _, party, __: c.NameParty(party),
    "call-meeting": lambda d, _, __: m.CallForMeeting(7, d(st.sampled_from(MeetingReason)), frozenset()),
    "minutes": lambda d, _, now: m.FollowMinutes(7, d(items(now)), d(some_parties), d(parties)),
    "rule-meeting": lambda d, _, now: m.FollowRuling(7, d(items(now))),
    "leave-meeting": lambda _, __, ___: m.LeaveMeeting(7),
    "confirm-payer": lambda d, _, __: m.ConfirmPayer(d(parties), d(st.sampled_from(Ground)), d(origins)),
    "acknowledge": lambda _, party, __: c.Acknowledge(party),
    "contact": lambda _, party, __: c.Contact(party),
    "arrive": lambda _, party, __: c.Arrive(party),
    "make-safe": lambda _, party, __: c.MakeSafe(party),
    "start": lambda _, party, __: c.Start(party),
    "appoint": lambda d, party, now: c.Appoint(party, now + d(ahead), kit.TEXT),
    "key": lambda _, party, __: c.NameKeyHolder(party, kit.TEXT),
    "transfer": lambda d, party, _: c.Transfer(party, d(st.sampled_from(("one", "two")))),
    "craftsman": lambda _, party, __: c.NameCraftsman(party, kit.TEXT),
    "own-number": lambda d, party, _: c.AddOwnNumber(party, "own", str(d(st.integers(0, 9)))),
    "propose-plan": lambda d, party, now: c.ProposePlan(party, kit.TEXT, now + d(ahead)),
    "agree-plan": lambda _, party, __: c.AgreePlan(party),
    "done": lambda _, party, __: c.Done(party),
    "verify": lambda _, party, __: c.Verify(party),
    "reject": lambda _, party, __: c.Reject(party, kit.TEXT),
    "request": lambda d, party, now: c.MakeRequest(
        party,
        d(st.sampled_from(RequestKind)),
        "material",
        kit.TEXT,
        d(parties),
        now + d(ahead),
    ),
    "decide": lambda d, party, _: c.Decide(party, d(st.booleans()), kit.TEXT),
    "reassign": lambda d, party, _: c.Reassign(party, d(parties), kit.TEXT),
    "withdraw": lambda d, party, _: c.Withdraw(party, kit.TEXT, d(st.one_of(st.none(), parties))),
    "release": lambda _, party, __: c.Release(party),
    "claim-time": lambda d, party, _: c.ClaimTime(party, "done", d(st.integers(-60, 200_000))),
    "accept-time": lambda _, party, __: c.AcceptClaimedTime(party),
    "set-limit": lambda d, party, now: c.SetLimit(
        party, d(st.sampled_from(sorted(OF_WORK))), now + d(ahead), kit.TEXT
    ),
}
QUIET = {
    *("note", "photo", "reveal", "erase", "publish", "explain", "name-party"),
    *("fire", "split", "absorb", "cancel", "merge", "false-alarm"),
}
"""Drawn among the rest, but not among what is allowed: orders should live long."""


LIVE = frozenset({OrderStatus.OPEN, OrderStatus.AWAITING_REVIEW})


class OrderMachine(RuleBasedStateMachine):
    """One order under the real playbook."""

    def __init__(self) -> None:
        super().__init__()
        self.site_rules = kit.context()
        self.order: Order | None = None
        self.now = kit.at("09-18 16:40")
        self.history: list[tuple[e.Event, Any]] = []

    @property
    def it(self) -> Order:
        assert self.order is not None
        return self.order

    @initialize(
        category=categories,
        severity=severities,
        origin=origins,
        reporter=st.sampled_from([kit.BY_RESIDENT, kit.ANONYMOUS]),
    )
    def report(self, category: str | None, severity: Severity, origin: Origin, reporter: Reporter) -> None:
        command = c.Report("hall", kit.TEXT, reporter, category, None, severity, origin)
        self.issue(command, kit.RESIDENT)
        self.issue(c.RouteOrder(), SYSTEM)

    @rule(stride=st.sampled_from(STRIDES))
    def time_passes(self, stride: timedelta) -> None:
        self.now += stride

    @rule()
    def the_router_comes_by(self) -> None:
        self.settled()
        self.issue(c.RouteOrder(), SYSTEM)

    @rule(data=st.data(), actor=st.sampled_from(ACTORS), stride=st.sampled_from(STEPS))
    def something_allowed(self, data: st.DataObject, actor: Actor, stride: timedelta) -> None:
        self.now += stride
        self.settled()
        moves = [one for one in allowed(self.it, actor, self.site_rules) if one[0] not in QUIET]
        if moves:
            action, party = data.draw(st.sampled_from(moves))
            self.issue(BUILD[action](data.draw, party or "", self.now), actor)

    @rule(data=st.data())
    def work_goes_on(self, data: st.DataObject) -> None:
        """Photos, then whatever the acting parties, their deciders and verifiers may do."""
        self.settled()
        whose = [(one, who) for one in self.it.acting() for who in self._around(one.party)]
        if not whose:
            return
        one, who = data.draw(st.sampled_from(whose))
        actor = kit.handler(who)
        self.issue(kit.photo(one.party, PhotoPurpose.AFTER), kit.handler(one.party))
        moves = [name for name, party in allowed(self.it, actor, self.site_rules) if party == one.party]
        if moves:
            self.issue(BUILD[data.draw(st.sampled_from(moves))](data.draw, one.party, self.now), actor)

    @rule(
        data=st.data(),
        kind=st.sampled_from(RequestKind),
        stride=st.sampled_from(STEPS),
        granted=st.booleans(),
    )
    def asked_and_decided(
        self, data: st.DataObject, kind: RequestKind, stride: timedelta, *, granted: bool
    ) -> None:
        self.settled()
        askers = [one.party for one in self.it.acting()]
        if not askers:
            return
        party, nominee = data.draw(st.sampled_from(askers)), data.draw(parties)
        until = self.now + data.draw(ahead)
        self.issue(c.MakeRequest(party, kind, "material", kit.TEXT, nominee, until), kit.handler(party))
        self.now += stride
        self.settled()
        request = self.it.request_of(party)
        if request is not None:
            self.issue(c.Decide(party, granted, kit.TEXT), kit.handler(request.decider))

    @rule(data=st.data(), ruled=st.booleans())
    def a_meeting_settles_it(self, data: st.DataObject, *, ruled: bool) -> None:
        self.settled()
        acting = frozenset(one.party for one in self.it.acting())
        caller = data.draw(parties)
        self.issue(m.CallForMeeting(7, MeetingReason.OTHER, acting), kit.handler(caller))
        settled = data.draw(items(self.now))
        if ruled:
            decider = rules.decider(self.it, self.site_rules, asker=caller) or "street"
            self.issue(m.FollowRuling(7, settled), kit.handler(decider))
        else:
            bound = tuple(sorted({*acting, *(one.party for one in settled)}))
            self.issue(m.FollowMinutes(7, settled, bound, data.draw(st.one_of(st.none(), parties))), SYSTEM)

    @rule(data=st.data(), passes=st.booleans())
    def done_and_reviewed(self, data: st.DataObject, *, passes: bool) -> None:
        self.settled()
        fixers = [one.party for one in self.it.acting()]
        if not fixers:
            return
        party = data.draw(st.sampled_from(fixers))
        self.issue(kit.photo(party, PhotoPurpose.AFTER), kit.handler(party))
        self.issue(c.Start(party), kit.handler(party))
        self.issue(c.Done(party), kit.handler(party))
        command = c.Verify(party) if passes else c.Reject(party, kit.TEXT)
        for reviewer in rules.verifiers(self.it.assignments[party], self.site_rules):
            self.issue(command, kit.RESIDENT if reviewer == "reporter" else kit.handler(reviewer))

    def _around(self, party: str) -> set[str]:
        request = self.it.request_of(party)
        return {party, request.decider if request else "committee"}

    @rule(data=st.data(), actor=st.sampled_from(ACTORS), action=st.sampled_from(sorted(BUILD)), party=parties)
    def anything(self, data: st.DataObject, actor: Actor, action: str, party: str) -> None:
        self.settled()
        self.issue(BUILD[action](data.draw, party, self.now), actor)

    # ── issuing ──────────────────────────────────────────────────────────────────────────────────────────

    def settled(self) -> None:
        """What fell due takes effect first, so that what follows is the command's doing alone."""
        self.issue(c.FireDue(), SYSTEM)
        assert all(one.next is None or one.next.at >= self.now for one in self.it.deadlines.values())

    def issue(self, command: c.Command, actor: Actor) -> None:
        before, image = self.order, None if self.order is None else encode(self.order)
        try:
            decision = decide(before, command, self.site_rules, now=self.now, actor=actor)
        except Refused:
            assert before is None or encode(before) == image
            return
        state = before
        for one in decision.events:
            state = evolve(state, one.event, self.now)
            assert decode(type(one.event), encode(one.event)) == one.event
            self.history.append((one.event, self.now))
            self.by_another(one.event, one.actor, before)
        assert state == decision.order, "the state is the fold of the events"
        assert decode(Order, encode(decision.order)) == decision.order
        if isinstance(command, OWN_ONLY) and before is not None:
            self.others_run_on(before, decision.order, command.party)
        self.order = decision.order

    def others_run_on(self, before: Order, after: Order, party: str) -> None:
        """Rule 2; who waited for the party goes on when it has delivered."""
        for key, one in before.deadlines.items():
            held = before.assignments.get(one.party)
            waited = held is not None and held.waits_for == party
            mine = party in {one.party, one.subject} or one.request is not None
            if not (mine or waited):
                assert after.deadlines.get(key) == one

    def by_another(self, event: e.Event, actor: Actor, before: Order | None) -> None:
        """Rules 3 and 5."""
        if isinstance(event, e.AssignmentVerified | e.AssignmentRejected):
            assert actor.party != event.party
        if isinstance(event, e.RequestMade) and before is not None:
            barred = rules.acts(before) | {event.request.party, event.request.nominee}
            assert event.request.decider not in barred
        if isinstance(event, e.RequestDecided):
            assert event.by not in {event.party, ""}

    # ── what always holds ────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def closes_only_when_all_is_verified_or_released(self) -> None:
        if self.order is None or self.it.status is not OrderStatus.CLOSED:
            return
        assert not list(self.it.acting())
        assert any(
            one.duty is Duty.LEAD and one.state is AssignmentState.VERIFIED and one.round == self.it.round
            for one in self.it.assignments.values()
        )

    @invariant()
    def an_order_without_acting_party_is_not_open(self) -> None:
        if self.order is not None and self.it.status in LIVE:
            assert any(self.it.acting())

    @invariant()
    def an_ended_order_asks_for_nothing_but_the_callback(self) -> None:
        if self.order is not None and self.it.ended:
            assert {one.kind for one in self.it.deadlines.values()} <= {DeadlineKind.CALLBACK}
            assert not self.it.requests

    @invariant()
    def a_clock_stands_still_only_for_who_is_held_or_waits(self) -> None:
        for one in self.order.deadlines.values() if self.order else ():
            held = self.it.assignments.get(one.party)
            if one.kind is DeadlineKind.HOLD_END or one.paused:
                assert held is not None
                assert held.state in STOPPED
            elif one.kind in OF_WORK:
                assert held is not None
                assert held.state not in OVER | STOPPED | {AssignmentState.DONE}

    @invariant()
    def nothing_stands_still_while_a_danger_is_not_safe(self) -> None:
        if self.order is not None and self.it.status in LIVE and rules.unsafe(self.it):
            assert not [one for one in self.it.acting() if one.state in STOPPED]

    @invariant()
    def who_acts_has_a_lead(self) -> None:
        if self.order is None or self.it.status not in LIVE:
            return
        leads = [
            one.party
            for one in self.it.assignments.values()
            if one.duty is Duty.LEAD
            and one.round == self.it.round
            and (one.acting or one.state is AssignmentState.VERIFIED)
        ]
        assert leads
        assert len([one for one in self.it.acting() if one.duty is Duty.LEAD]) <= 1

    @invariant()
    def who_is_held_or_waits_has_an_end_of_it(self) -> None:
        for one in self.order.acting() if self.order else ():
            ends = self.it.open_deadlines(party=one.party, kinds=frozenset({DeadlineKind.HOLD_END}))
            assert len(ends) == (one.state in STOPPED and not self.it.ended)

    @invariant()
    def requests_and_their_clocks_belong_together(self) -> None:
        if self.order is None:
            return
        asked = {one.id for one in self.it.requests}
        decided = {one.request for one in self.it.open_deadlines(kinds=frozenset({DeadlineKind.DECIDE}))}
        assert decided == asked
        assert len({one.party for one in self.it.requests}) == len(asked)
        assert all(self.it.assignments[one.party].acting for one in self.it.requests)
        assert not {one.decider for one in self.it.requests} & rules.acts(self.it)

    @invariant()
    def a_returned_order_stands_as_such(self) -> None:
        for one in self.order.acting() if self.order else ():
            asked = self.it.request_of(one.party, RequestKind.RETURN) is not None
            assert asked == (one.state is AssignmentState.RETURN_REQUESTED) or self.it.ended

    @invariant()
    @precondition(lambda self: self.order is not None)
    def the_life_tables_never_fail(self) -> None:
        for actor in ACTORS:
            assert {name for name, _ in allowed(self.it, actor, self.site_rules)} <= {
                move.action for move in MOVES.values()
            }

    def teardown(self) -> None:
        """Time held adds up to the microsecond, per assignment and per order."""
        if self.order is None:
            return
        held = time_held(self.history, self.site_rules, self.now)
        for one in held.assignments:
            end = one.ended_at or self.now
            assert timedelta(microseconds=one.total) == end - one.dispatched_at
        assert sum(held.holders.values()) == held.elapsed
        assert timedelta(microseconds=held.elapsed) == self.lived()

    def lived(self) -> timedelta:
        """Independently: the time in which the order had not ended."""
        state: Order | None = None
        total, since = timedelta(0), None
        for event, at in self.history:
            state = evolve(state, event, at)
            if since is None and not state.ended:
                since = event.since or at
            elif since is not None and state.ended:
                total, since = total + ((event.since or at) - since), None
        return total + (self.now - since if since is not None else timedelta(0))


OrderMachine.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
test_an_order_keeps_its_promises_whatever_anybody_does = OrderMachine.TestCase
