"""A walk by itself: what is noted, who is asked and told, and that its kind keeps the engine's promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.domain.codec import decode, encode
from models.domain.matter import Command
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.streams import Actor, Role
from models.domain.walks import commands as c
from models.domain.walks import decide as d
from models.domain.walks.kind import RECTIFICATION, WALK
from models.domain.walks.rules import asked, may_see, told
from models.domain.walks.state import Finding, Walk
from models.domain.words import Origin, Severity
from tests.unit.core.kit import context

MONDAY = datetime(2026, 3, 9, 1, 30, tzinfo=UTC)
COMMITTEE = Actor(Role.HANDLER, "committee", "gu")
CONTRACTOR = Actor(Role.HANDLER, "contractor")


class Round:
    """A walk in the hand."""

    def __init__(self, origin: Origin = Origin.CONSTRUCTION) -> None:
        self.state: Walk | None = None
        self.notices: list[Any] = []
        self.do(c.BeginWalk(origin))

    def do(self, command: Command, actor: Actor = COMMITTEE, at: datetime = MONDAY) -> Walk:
        outcome = WALK.decide(self.state, command, context(), now=at, actor=actor)
        folded = self.state
        for one in outcome.events:
            folded = WALK.evolve(folded, one.event, at)
        assert folded == outcome.state
        self.state, self.notices = outcome.state, self.notices + list(outcome.notices)
        assert self.state is not None
        return self.state

    def note(self, hazard: str = "dust", space: str = "hall", **more: Any) -> Walk:
        return self.do(c.NoteFinding(space, hazard, **more))

    def finish(self, **changes: Any) -> Walk:
        assert self.state is not None
        orders = {key: 100 + int(key) for key in self.state.waiting}
        tells = told(self.state.findings.values(), self.state.origin, context())
        return self.do(replace(c.FinishWalk(orders, tells), **changes))


def finding(hazard: str, severity: Severity = Severity.ORDINARY) -> Finding:
    return Finding(1, "hall", hazard, context().playbook.hazards[hazard].category, severity)


def test_each_party_and_role_is_told_once_of_all_findings() -> None:
    walk = Round()
    for _ in range(30):
        walk.note()
    walk.finish()
    assert [(one.party, one.role, one.why) for one in walk.notices] == [
        ("committee", "handler", (RECTIFICATION,)),
        ("contractor", "handler", (RECTIFICATION,)),
    ]


def test_what_the_works_caused_is_for_the_contractor_and_what_nobody_knows_for_who_triages() -> None:
    assert asked(finding("seepage"), Origin.CONSTRUCTION, context()) == "contractor"
    assert asked(finding("seepage"), Origin.UNKNOWN, context()) == "property"


def test_who_is_told_is_whom_the_route_names() -> None:
    assert told([finding("seepage")], Origin.CONSTRUCTION, context()) == {
        "contractor:handler",
        "property:handler",
        "autonomy_office:observer",
    }


@pytest.mark.parametrize("party", ["committee", "property", "supervisor", "street"])
def test_these_parties_see_walks_under_way_where_they_are_at_the_site(party: str) -> None:
    walk = Round().state
    assert walk is not None
    there = party in context().site.parties
    assert may_see(Actor(Role.LEAD, party), walk, context()) is there


def test_the_contractor_sees_a_walk_once_its_notice_asks_him() -> None:
    walk = Round()
    walk.note()
    assert walk.state is not None
    assert not may_see(CONTRACTOR, walk.state, context())
    assert may_see(CONTRACTOR, walk.finish(), context())


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.VOLUNTEER, Role.RESIDENT, Role.ADMINISTRATOR])
def test_who_does_no_work_does_not_walk(role: Role) -> None:
    with pytest.raises(NotYours):
        WALK.decide(None, c.BeginWalk(), context(), now=MONDAY, actor=Actor(role, "committee"))


def test_another_party_does_not_go_on_with_a_walk() -> None:
    with pytest.raises(NotYours):
        Round().do(c.AbandonWalk(), Actor(Role.LEAD, "property"))


def test_a_danger_comes_with_its_order_and_nothing_else_does() -> None:
    walk = Round()
    with pytest.raises(BadValue):
        walk.note("exposed_wire", severity=Severity.DANGER)
    with pytest.raises(BadValue):
        walk.note("dust", order=7)


def test_a_danger_cannot_be_taken_back_unseen() -> None:
    walk = Round()
    walk.note("exposed_wire", severity=Severity.DANGER, order=7)
    with pytest.raises(IllegalMove, match=d.HAS_ORDER):
        walk.do(c.DropFinding("1"))


def test_a_finding_that_came_meanwhile_is_not_left_without_an_order() -> None:
    walk = Round()
    walk.note()
    walk.note()
    with pytest.raises(IllegalMove, match=d.CHANGED):
        walk.finish(orders={"1": 101})


def test_nobody_is_left_untold_because_the_route_changed_meanwhile() -> None:
    walk = Round()
    walk.note()
    with pytest.raises(IllegalMove, match=d.CHANGED):
        walk.finish(told=frozenset({"property:handler"}))


def test_ids_are_not_given_out_twice() -> None:
    walk = Round()
    walk.note()
    walk.do(c.DropFinding("1"))
    assert list(walk.note().findings) == ["2"]


def test_a_walk_ends_at_midnight_where_it_is_walked() -> None:
    walk = Round()
    walk.do(c.AbandonWalk())
    with pytest.raises(IllegalMove, match=d.OTHER_DAY):
        walk.do(c.TakeUpWalk(), at=MONDAY + timedelta(hours=14, minutes=31))


def test_a_walk_is_read_back_as_it_was_written() -> None:
    walk = Round()
    walk.note("exposed_wire", severity=Severity.DANGER, order=7)
    walk.note()
    assert decode(Walk, encode(walk.finish())) == walk.state


def test_the_clock_changes_nothing_and_no_timer_is_armed() -> None:
    walk = Round()
    before = walk.state
    after = walk.do(WALK.clock_command(), at=MONDAY + timedelta(days=9))
    assert (after, WALK.timers(after)) == (before, ())
