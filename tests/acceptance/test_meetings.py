"""A coordination meeting: what all leads sign takes effect by itself, or nothing does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from models.domain.orders.paying import Ground, Payment
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours, Refused
from models.domain.words import Does, Duty, MeetingReason, OrderStatus, Origin
from services.audit.whole import audit
from services.execute import UnknownStream
from services.matters.kit import Doer
from services.matters.meetings import acting
from services.matters.meetings.acting import Confirmed, Line, NewMeeting, NewMinutes
from services.matters.meetings.paper import minutes_of, values_of
from services.settings import Settings

if TYPE_CHECKING:
    from models.domain.matters.meetings.state import MeetingState
    from models.domain.orders.state import Order
    from models.domain.streams import StreamKey
    from services.execute import Answer
    from services.views.language import Language
    from tests.acceptance.stage import Stage

OWNS, HELPS, BUILDS = "asset_company", "property", "contractor"


@dataclass
class Table:
    """The parties of a leak round one table."""

    stage: Stage
    key: StreamKey
    meeting: StreamKey

    def by(self, party: str) -> Doer:
        return Doer(self.stage.shop, Settings.read({"LIANBAN_ENV": "test"}), self.stage.caller(party))

    def call(self, by: str = HELPS, **more: Any) -> Answer:
        told: dict[str, Any] = {
            "order": self.key,
            "reason": MeetingReason.OWNER,
            "meets_at": self.stage.now + timedelta(days=1),
            "place": "hall",
            "invited": (BUILDS,),
        }
        key, answer = acting.call(self.by(by), NewMeeting(**told | more))
        self.meeting = key
        self.stage.settle()
        return answer

    def draft(self, *lines: Line, by: str = "committee", after: int | None = None, **more: Any) -> Answer:
        after = self.state.drafts if after is None else after
        answer = acting.draft(self.by(by), self.meeting, NewMinutes(after, lines, **more))
        self.stage.settle()
        return answer

    def sign(self, *parties: str) -> Answer:
        number = self.state.minutes.number if self.state.minutes else 1
        for party in parties:
            answer = acting.sign(self.by(party), self.meeting, number)
            self.stage.settle()
        return answer

    @property
    def state(self) -> MeetingState:
        return acting.found_meeting(self.by("committee"), self.meeting).state

    @property
    def order(self) -> Order:
        return self.stage.order(self.key)

    def plan(self, *, days: int = 3, payer: str | None = None) -> None:
        """The contractor takes the lead over; the owner goes, the property helps."""
        at = self.stage.now + timedelta(days=days)
        lines = (
            Line(BUILDS, Does.LEAD, "重做窗台防水", at),
            Line(HELPS, Does.SUPPORT, "关闸、清场"),
            Line(OWNS, Does.WITHDRAW),
        )
        assert self.draft(*lines, payer=payer).refused is None


@pytest.fixture
def table(stage: Stage) -> Table:
    key = stage.report("leak", origin="pre_existing")
    stage.heard().clear()
    found = Table(stage, key, key)
    assert found.call().refused is None
    return found


def why(answer: Answer) -> str:
    assert isinstance(answer.refused, Refused), answer
    return getattr(answer.refused, "why", "") or str(answer.refused)


def test_what_all_have_signed_takes_effect_by_itself(table: Table) -> None:
    table.plan()
    table.sign(BUILDS, HELPS)
    assert table.order.assignments[OWNS].ended_at is None
    assert table.sign(OWNS).refused is None
    assert table.order.assignments[BUILDS].duty is Duty.LEAD
    assert table.stage.state(table.key, OWNS) == "withdrawn"


def test_the_date_of_the_minutes_becomes_the_limit(table: Table) -> None:
    table.plan(days=3)
    at = table.stage.now + timedelta(days=3)
    table.sign(BUILDS, HELPS, OWNS)
    [fix] = [one for one in table.order.open_deadlines(party=BUILDS) if one.kind == "fix"]
    assert fix.due_at == at


@pytest.mark.parametrize("does", [Does.MAKE_SAFE, Does.SUPPORT])
def test_no_clock_begins_for_a_party_that_is_done(table: Table, does: Does) -> None:
    table.stage.act(table.key, "acknowledge", HELPS)
    table.stage.act(table.key, "done", HELPS)
    at = table.stage.now + timedelta(days=1)
    lines = (Line(OWNS, Does.LEAD, "重做防水", at), Line(HELPS, does, "拉好警戒", at))
    assert table.draft(*lines).refused is None
    table.sign(OWNS, HELPS)
    assert table.order.meeting is None
    assert table.stage.state(table.key, HELPS) == "done"
    assert table.order.open_deadlines(party=HELPS) == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_minutes_are_a_paper_once_there_are_some(table: Table, language: Language) -> None:
    one = table.by("committee")
    with pytest.raises(UnknownStream):
        minutes_of(one, table.meeting, language)
    table.plan(payer=BUILDS)
    table.sign(OWNS, HELPS, BUILDS)
    assert minutes_of(one, table.meeting, language).startswith(b"%PDF-")


def test_the_paper_has_what_was_settled_and_the_hash_of_the_record(table: Table) -> None:
    table.plan(payer=BUILDS)
    table.sign(OWNS, HELPS, BUILDS)
    found = acting.found_meeting(table.by("committee"), table.meeting)
    told = str(values_of(found, {}, "zh"))
    assert all(words in told for words in ("重做窗台防水", "已签署生效", "爱博五村物业服务处", found.head))


def test_who_signed_cannot_return_the_order(table: Table) -> None:
    table.plan()
    table.sign(BUILDS, HELPS, OWNS)
    refused = table.stage.refuse(table.key, "return", BUILDS, nominee="client", reason="不归我们")
    assert isinstance(refused, IllegalMove)
    assert refused.why == "it is bound by minutes; it may not return the order"


def test_a_return_that_waits_lapses_with_the_minutes(table: Table) -> None:
    table.stage.act(table.key, "return", HELPS, nominee="client", reason="不归我们")
    table.plan()
    table.sign(BUILDS, HELPS, OWNS)
    assert table.order.request_of(HELPS) is None
    assert table.stage.state(table.key, HELPS) == "dispatched"


def test_who_pays_stands_in_the_minutes_and_else_stays_open(table: Table) -> None:
    table.plan(payer=BUILDS)
    table.sign(BUILDS, HELPS)
    payments = [table.order.payment]
    table.sign(OWNS)
    assert [*payments, table.order.payment] == [None, Payment(BUILDS, Ground.AGREED, meeting=2)]


def test_a_party_that_takes_something_on_has_to_sign(table: Table) -> None:
    table.plan()
    assert set(table.state.missing) == {OWNS, HELPS, BUILDS}


def test_positions_are_refused_after_the_deadline(table: Table) -> None:
    assert acting.state_position(table.by(OWNS), table.meeting, "老墙渗水，不是新漏").refused is None
    table.stage.forward("6 WD")
    late = acting.state_position(table.by(HELPS), table.meeting, "是窗台")
    assert why(late) == "its deadline has passed; positions are closed"


def test_positions_are_refused_once_the_minutes_are_being_signed(table: Table) -> None:
    table.plan()
    table.sign(OWNS)
    late = acting.state_position(table.by(HELPS), table.meeting, "是窗台")
    assert why(late) == "its minutes are being signed; positions are closed"


def test_of_two_minutes_at_once_the_second_is_refused(table: Table) -> None:
    table.plan()
    second = table.draft(Line(HELPS, Does.LEAD, "先补漏"), by=HELPS, after=0)
    assert why(second).startswith("somebody else has put minutes on the table")
    assert table.state.drafts == 1


def test_another_draft_voids_the_signatures(table: Table) -> None:
    table.plan()
    table.sign(OWNS, HELPS)
    table.plan(days=4)
    assert table.state.signatures == {}


def test_only_a_lead_who_is_concerned_signs(table: Table) -> None:
    table.plan()
    assert isinstance(table.sign("street").refused, NotYours)


def test_a_second_meeting_on_the_same_order_is_refused(table: Table) -> None:
    first = table.meeting
    assert why(table.call()) == "a meeting is open on it already"
    table.meeting = first
    assert table.state.open


def test_nobody_else_calls_a_meeting(stage: Stage) -> None:
    found = Table(stage, stage.report("leak", origin="pre_existing"), stage.report())
    assert isinstance(found.call(by="street").refused, NotYours)


def test_two_returns_is_no_reason_before_there_were_two(stage: Stage) -> None:
    found = Table(stage, stage.report("leak", origin="pre_existing"), stage.report())
    assert why(found.call(reason=MeetingReason.RETURNS)) == "it was not returned twice"


def test_two_leads_are_refused_with_the_last_signature_and_nothing_is_half_done(table: Table) -> None:
    table.draft(Line(BUILDS, Does.LEAD, "重做防水"))
    table.sign(BUILDS, HELPS)
    assert isinstance(table.sign(OWNS).refused, BadValue)
    assert BUILDS not in table.order.assignments
    assert set(table.state.missing) == {OWNS}


def test_the_decider_is_told_at_the_deadline_and_rules_with_reasons(table: Table) -> None:
    table.stage.forward("6 WD")
    table.stage.expect_told("committee", "coordinator", "meeting_overdue")
    lines = [Line(BUILDS, Does.SUPPORT, "先围挡、接水", table.stage.now + timedelta(days=1))]
    answer = acting.rule(table.by("committee"), table.meeting, lines, "先控险，费用另议")
    assert answer.refused is None
    assert table.order.assignments[BUILDS].designated
    assert table.order.payment is None


def test_the_decider_does_not_rule_before_the_deadline(table: Table) -> None:
    lines = [Line(BUILDS, Does.SUPPORT, "先围挡")]
    early = acting.rule(table.by("committee"), table.meeting, lines, "快")
    assert why(early).startswith("its deadline has not passed")


def test_who_called_it_does_not_rule_it(stage: Stage) -> None:
    found = Table(stage, stage.report("leak", origin="pre_existing"), stage.report())
    found.call(by="committee")
    stage.forward("6 WD")
    lines = [Line(BUILDS, Does.SUPPORT, "先围挡")]
    assert isinstance(acting.rule(found.by("committee"), found.meeting, lines, "快").refused, NotYours)
    assert acting.rule(found.by("autonomy_office"), found.meeting, lines, "快").refused is None


def test_a_meeting_that_is_called_off_leaves_the_order_as_it_was(table: Table) -> None:
    assert acting.cancel(table.by(HELPS), table.meeting).refused is None
    assert table.order.meeting is None
    assert table.call().refused is None


def test_the_invited_leads_are_told_of_the_meeting(table: Table) -> None:
    table.stage.expect_told(BUILDS, "lead", "meeting_called")


def test_a_person_confirms_who_pays_and_a_dispute_opens_it_again(stage: Stage) -> None:
    found = Table(stage, stage.report("leak", origin="pre_existing"), stage.report())
    said = Confirmed(OWNS, Ground.OLD_DEFECT, Origin.PRE_EXISTING)
    assert acting.confirm(found.by("committee"), found.key, said).refused is None
    assert found.order.payment is not None
    assert found.call(by=OWNS, reason=MeetingReason.PAYER).refused is None
    assert found.order.payment is None


def test_another_payer_than_the_rule_proposes_needs_a_reason(stage: Stage) -> None:
    found = Table(stage, stage.report("leak", origin="pre_existing"), stage.report())
    said = Confirmed(BUILDS, Ground.REWORK, Origin.CONSTRUCTION)
    with pytest.raises(BadValue, match="say why another payer"):
        acting.confirm(found.by("committee"), found.key, said)


def test_the_auditor_finds_both_streams_as_their_events_say(table: Table) -> None:
    table.plan(payer=BUILDS)
    table.sign(BUILDS, HELPS, OWNS)
    assert table.order.status is OrderStatus.OPEN
    for key in (table.key, table.meeting):
        assert [tally.drift for tally in audit(table.stage.shop, key)] == [[]]
