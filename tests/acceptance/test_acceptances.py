"""初验 in rounds: what fails is reworked, what was reworked is looked at again; then the warranty runs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from models.domain.matters.acceptances.completion import months_later
from models.domain.matters.acceptances.state import Acceptance, AcceptanceStatus, Presence
from models.domain.orders.paying import Ground
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours, Refused
from models.domain.streams import StreamKey
from models.domain.words import Origin
from services.audit.whole import audit
from services.matters.acceptances import acting, warranty
from services.matters.acceptances.acting import Line, Looked
from services.matters.acceptances.warranty import NewCompletion
from services.matters.kit import Doer
from services.matters.meetings.paying import proposal_of
from services.settings import Settings
from services.store.transactions import transaction
from services.views.found import find

if TYPE_CHECKING:
    from services.execute import Answer
    from tests.acceptance.stage import Stage

LINES = [
    Line("dance", "mould", "no-mould"),
    Line("dance", "mould", "doors"),
    Line("lego", "leak", "dry"),
]


class Round:
    """An acceptance on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        when = stage.now + timedelta(days=2)
        self.key, answer = acting.prepare(self.by("committee"), stage.site_id, when, LINES)
        assert answer.refused is None
        stage.settle()

    def by(self, who: str) -> Doer:
        return Doer(self.stage.shop, Settings.read({"LIANBAN_ENV": "test"}), self.stage.caller(who))

    @property
    def state(self) -> Acceptance:
        return acting.found_acceptance(self.by("committee"), self.key).state

    def looked(self, item: str, *, passed: bool, by: str = "property") -> Answer:
        return acting.check(self.by(by), self.key, Looked(item, passed, "" if passed else "门关不上"))

    def begun(self) -> None:
        assert acting.begin_round(self.by("committee"), self.key).refused is None

    def all_but_doors(self) -> StreamKey:
        """The first round: the doors fail; their rework."""
        self.begun()
        for item in ("1", "2", "3"):
            assert self.looked(item, passed=item != "2").refused is None
        [order], answer = acting.finish(self.by("committee"), self.key)
        assert answer.refused is None
        self.stage.settle()
        return order

    def reworked(self, order: StreamKey) -> None:
        self.stage.act(order, "acknowledge", "contractor")
        self.stage.finish(order, "contractor")
        self.stage.act(order, "verify", "property", of="contractor")


@pytest.fixture
def first(stage: Stage) -> Round:
    return Round(stage)


def test_what_fails_goes_to_the_contractor_as_rework(first: Round) -> None:
    order = first.all_but_doors()
    state = first.stage.order(order)
    lead = state.lead()
    assert lead is not None
    assert (lead.party, state.origin, state.space) == ("contractor", Origin.CONSTRUCTION, "dance")
    assert first.state.status is AcceptanceStatus.REWORKING


def test_rework_of_an_acceptance_is_paid_by_the_contractor(first: Round) -> None:
    order = first.all_but_doors()
    with transaction(first.stage.shop.engine, [first.stage.site_id]) as sql:
        found = find(first.stage.shop, sql, first.stage.caller("committee"), order, "zh")
        proposed = proposal_of(sql, found)
    assert (proposed.ground, proposed.payer) == (Ground.REWORK, "contractor")
    assert proposed.reasons[0].why == "failed_acceptance"


def test_the_next_round_waits_for_the_verified_rework_and_looks_at_that_alone(first: Round) -> None:
    order = first.all_but_doors()
    too_soon = acting.begin_round(first.by("committee"), first.key).refused
    assert isinstance(too_soon, IllegalMove)
    first.reworked(order)
    first.begun()
    assert first.state.to_check == ("2",)


def test_it_is_passed_when_nothing_fails_any_more(first: Round) -> None:
    first.reworked(first.all_but_doors())
    first.begun()
    first.looked("2", passed=True)
    orders, answer = acting.finish(first.by("committee"), first.key)
    assert (orders, answer.refused) == ([], None)
    assert first.state.status is AcceptanceStatus.PASSED
    assert list(first.state.failed) == ["2"]


def test_whoever_did_the_work_does_not_accept_it(first: Round) -> None:
    first.begun()
    assert isinstance(first.looked("1", passed=True, by="contractor").refused, NotYours)


def test_a_volunteer_looks_too(first: Round) -> None:
    first.begun()
    assert first.looked("1", passed=True, by="wang-yuezhen").refused is None


def test_what_failed_needs_a_word_or_a_photo(first: Round) -> None:
    first.begun()
    answer = acting.check(first.by("property"), first.key, Looked("1", passed=False))
    assert isinstance(answer.refused, BadValue)


def test_the_checklist_is_not_changed_under_way(first: Round) -> None:
    committee, more = first.by("committee"), ([Line("lego", "mould", "exit")], ["1"])
    assert acting.change(committee, first.key, 1, more, None).refused is None
    assert list(first.state.items) == ["2", "3", "4"]
    stale = acting.change(committee, first.key, 1, more, None).refused
    assert isinstance(stale, IllegalMove)
    first.begun()
    late = acting.change(committee, first.key, 2, more, None).refused
    assert isinstance(late, IllegalMove)
    assert "stands since the first round" in late.why


def test_a_round_does_not_end_before_all_was_looked_at(first: Round) -> None:
    first.begun()
    first.looked("1", passed=True)
    assert isinstance(acting.finish(first.by("committee"), first.key)[1].refused, IllegalMove)


def test_parties_sign_once_a_round_and_residents_by_name(first: Round) -> None:
    first.all_but_doors()
    for who in ("committee", "contractor", "wang-yuezhen"):
        assert acting.sign(first.by(who), first.key).refused is None
    assert isinstance(acting.sign(first.by("contractor"), first.key).refused, IllegalMove)
    named = acting.sign_for(first.by("committee"), first.key, Presence.RESIDENT, "汪阿姨")
    assert named.refused is None
    kinds = [one.kind for one in first.state.signatures]
    assert kinds == [Presence.PARTY, Presence.PARTY, Presence.VOLUNTEER, Presence.RESIDENT]


@pytest.mark.parametrize(
    "line",
    [
        Line("nowhere", "leak", "dry"),
        Line("dance", "colour", "dry"),
        Line("dance", "leak", ""),
        Line("dance", "fire", "exit"),
    ],
)
def test_an_impossible_line_is_refused(stage: Stage, line: Line) -> None:
    doer = Doer(stage.shop, Settings.read({"LIANBAN_ENV": "test"}), stage.caller("committee"))
    _, answer = acting.prepare(doer, stage.site_id, stage.now, [line])
    assert isinstance(answer.refused, BadValue)


def test_the_ledger_of_an_acceptance_holds(first: Round) -> None:
    first.all_but_doors()
    assert [tally.drift for tally in audit(first.stage.shop, first.key)] == [[]]


# ── the completion ──────────────────────────────────────────────────────────────────────────────────────────


def client(stage: Stage) -> Doer:
    return Doer(stage.shop, Settings.read({"LIANBAN_ENV": "test"}), stage.caller("client"))


def completed(
    stage: Stage, day: date, spaces: tuple[str, ...] = ("table-tennis",), **months: int
) -> StreamKey:
    new = NewCompletion(day, "沪竣验 2025-118", spaces, months)
    key, answer = warranty.record(client(stage), stage.site_id, new)
    assert answer.refused is None, answer.refused
    return key


def proposed(stage: Stage, **words: str) -> tuple[Ground | None, str | None, str]:
    order = stage.report("leak", **words)
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        one = proposal_of(sql, find(stage.shop, sql, stage.caller("committee"), order, "zh"))
    return one.ground, one.payer, one.reasons[-1].why


def test_a_later_leak_in_the_room_is_the_contractors_by_warranty(stage: Stage) -> None:
    completed(stage, stage.now.date() - timedelta(days=400))
    assert proposed(stage) == (Ground.WARRANTY, "contractor", "covered")


def test_another_room_is_not_covered(stage: Stage) -> None:
    completed(stage, stage.now.date() - timedelta(days=400), ("dance",))
    assert proposed(stage)[0] is None


def test_a_warranty_ends(stage: Stage) -> None:
    completed(stage, stage.now.date() - timedelta(days=365 * 6))
    assert proposed(stage)[0] is None


def test_the_contract_may_promise_longer(stage: Stage) -> None:
    completed(stage, stage.now.date() - timedelta(days=365 * 6), waterproofing=120)
    assert proposed(stage) == (Ground.WARRANTY, "contractor", "covered")


def test_what_was_entered_by_mistake_covers_nothing(stage: Stage) -> None:
    key = completed(stage, stage.now.date() - timedelta(days=1))
    assert warranty.withdraw(client(stage), key, "楼号写错").refused is None
    assert proposed(stage)[0] is None


@pytest.mark.parametrize(
    ("days", "spaces", "months"),
    [(2, ("dance",), {}), (-1, (), {}), (-1, ("moon",), {}), (-1, ("dance",), {"waterproofing": 12})],
)
def test_an_impossible_completion_is_refused(
    stage: Stage, days: int, spaces: tuple[str, ...], months: dict[str, int]
) -> None:
    new = NewCompletion(stage.now.date() + timedelta(days=days), "1", spaces, months)
    assert isinstance(warranty.record(client(stage), stage.site_id, new)[1].refused, BadValue)


def test_only_the_client_enters_it(stage: Stage) -> None:
    doer = Doer(stage.shop, Settings.read({"LIANBAN_ENV": "test"}), stage.caller("contractor"))
    new = NewCompletion(stage.now.date(), "1", ("dance",))
    refused: Refused | Exception | None = warranty.record(doer, stage.site_id, new)[1].refused
    assert isinstance(refused, NotYours)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 12, 31), 24, date(2027, 12, 31)),
    ],
)
def test_months_later_is_the_same_day_or_the_last(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later
