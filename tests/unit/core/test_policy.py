"""The policy, cell by cell: every role and party, in every relation to one order, tries every action."""

from dataclasses import replace
from itertools import product

import pytest

from models.domain.orders import commands as c
from models.domain.orders.lives import MOVES, check
from models.domain.orders.refusals import IllegalMove, NotYours
from models.domain.orders.state import Order
from models.domain.policy import ORDER, SITE, By, Permission, permits, relations
from models.domain.streams import Actor, Role
from models.domain.words import OrderStatus, RequestKind
from tests.unit.core.kit import TEXT, Case, context, finish, handler, leak, site
from tests.unit.core.test_core_lives import PARTY, SAMPLES

PARTIES = (*site().parties, None)
REPORTER, STRANGER = "r:reporter", "somebody"


def standing(order: Order, extra: dict[By, set[str]] | None = None) -> dict[By, set[str]]:
    """Which parties stand how to the leak of which `PARTY` has the lead and property the support."""
    found = {
        By.OWN: {PARTY},
        By.ACTING: {one.party for one in order.acting()},
        By.LEAD_PARTY: {PARTY},
        By.COMMITTEE: {"committee"},
        By.CALLER: {"committee"},
        By.MUST_CALL: {"committee", PARTY} | ({"property"} if order.status is OrderStatus.TRIAGE else set()),
        By.TRIAGER: {"property"} if order.status is OrderStatus.TRIAGE else set(),
        By.OVERSIGHT: {"committee", "autonomy_office", "street"},
        By.AUTONOMY_OFFICE: {"autonomy_office"},
        By.DECIDER: {"committee"},
        By.NAMED: set(),
        By.VERIFIER: {"committee"},
        By.MEMBER: set(site().parties),
    }
    return found | (extra or {})


def _open() -> tuple[Order, dict[By, set[str]]]:
    order = leak().it
    return order, standing(order)


def _in_triage() -> tuple[Order, dict[By, set[str]]]:
    order = replace(leak().it, status=OrderStatus.TRIAGE, triage_by="property")
    return order, standing(order)


def _waiting_for(party: str) -> tuple[Order, dict[By, set[str]]]:
    case = leak()
    case.do(c.Acknowledge(PARTY), handler(PARTY))
    until = case.now + (case.clock(PARTY, case.it.open_deadlines(party=PARTY)[-1].kind).due_at - case.now) / 2
    ask = c.MakeRequest(PARTY, RequestKind.WAIT, "in_words", TEXT, party, until)
    case.do(ask, handler(PARTY))
    return case.it, standing(case.it, {By.NAMED: {party}})


def _done() -> tuple[Order, dict[By, set[str]]]:
    case: Case = leak()
    finish(case, PARTY)
    return case.it, standing(case.it)


ORDERS = {"open": _open(), "in triage": _in_triage(), "waiting": _waiting_for("property"), "done": _done()}


def may(order: Order, kind: type[c.Command], actor: Actor) -> bool:
    """Whether the core lets him; in which state is another question."""
    try:
        check(order, SAMPLES[kind], actor, context())
    except NotYours:
        return False
    except IllegalMove:
        return True
    return True


def stands(by: By, actor: Actor, known: dict[By, set[str]]) -> bool:
    if by in {By.SYSTEM, By.IMPORTER, By.VOLUNTEER, By.MODERATOR}:
        return True
    if by is By.REPORTER:
        return actor.person == REPORTER
    return actor.role in {Role.HANDLER, Role.LEAD, Role.ARBITER} and actor.party in known[by]


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("role", Role)
def test_each_cell_is_allowed_as_the_table_says_and_nothing_else(role: Role, name: str) -> None:
    order, known = ORDERS[name]
    order = replace(order, reporter=replace(order.reporter, person=REPORTER))
    wrong = []
    for kind, party, person in product(MOVES, PARTIES, (REPORTER, STRANGER)):
        actor = Actor(role, party, person)
        told = relations(MOVES[kind].action)
        expected = any(role in roles and stands(by, actor, known) for by, roles in told.items())
        if may(order, kind, actor) is not expected:
            wrong.append((MOVES[kind].action, party, person, expected))
    assert wrong == []


def test_every_action_of_the_life_tables_has_its_line_and_no_line_is_left_over() -> None:
    assert {move.action for move in MOVES.values()} == set(ORDER)


def test_every_permission_has_its_line() -> None:
    assert set(SITE) == set(Permission)


@pytest.mark.parametrize("action", ORDER)
def test_observers_and_administrators_do_nothing_on_an_order(action: str) -> None:
    lookers = {Role.OBSERVER, Role.ADMINISTRATOR}
    assert not any(lookers & roles for roles in relations(action).values())


def test_a_moderator_publishes_and_does_nothing_else() -> None:
    allowed = {one for one in ORDER if any(Role.MODERATOR in roles for roles in relations(one).values())}
    assert allowed == {"publish"}


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.IMPORTER])
@pytest.mark.parametrize("permission", Permission)
def test_no_machine_looks_or_manages(role: Role, permission: Permission) -> None:
    assert not permits(role, permission)


def test_an_arbiter_rules_and_does_no_work() -> None:
    allowed = {
        action for action in ORDER if any(Role.ARBITER in roles for roles in relations(action).values())
    }
    assert allowed == {
        *("decide", "reopen", "reassign", "withdraw", "set-limit", "agree-plan", "accept-time"),
        *("supervise", "outside-number", "note", "photo", "call-meeting", "rule-meeting"),
    }


def test_whatever_is_not_in_the_table_is_denied() -> None:
    assert relations("no-such-action") == {}
