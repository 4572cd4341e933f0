"""What parties arrange beside the work: appointments, keys, handlers, craftsmen, own numbers, mentions."""

import pytest

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.refusals import BadValue, IllegalMove, NotYours
from models.domain.words import Severity
from tests.unit.core.kit import TEXT, at, handler, leak, local, report


def test_an_appointment_lies_ahead() -> None:
    case = leak()
    with pytest.raises(BadValue):
        case.do(c.Appoint("property", case.now), handler("property"))
    case.do(c.Appoint("property", at("11-24 15:00")), handler("property"))
    assert case.it.assignments["property"].visit_at == at("11-24 15:00")


def test_another_appointment_takes_its_place() -> None:
    case = leak()
    for when in ("11-24 15:00", "11-25 10:00"):
        case.do(c.Appoint("property", at(when)), handler("property"))
    assert case.it.assignments["property"].visit_at == at("11-25 10:00")


def test_an_appointment_moves_no_limit() -> None:
    case = leak()
    before = case.it.deadlines
    case.do(c.Appoint("property", at("11-24 15:00")), handler("property"))
    assert case.it.deadlines == before


@pytest.mark.parametrize(
    "command",
    [
        c.Appoint("property", at("11-24 15:00")),
        c.Transfer("property", "tang-ayong"),
        c.NameCraftsman("property", TEXT),
        c.AddOwnNumber("property", "WY", "1"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_partys_arrangements_are_its_own(command: c.Command) -> None:
    with pytest.raises(NotYours):
        leak().do(command, handler("committee"))


def test_the_committee_may_say_who_has_the_key_and_another_party_may_not() -> None:
    case = leak()
    case.do(c.NameKeyHolder("property", TEXT), handler("committee"))
    assert case.it.assignments["property"].key == TEXT
    with pytest.raises(NotYours):
        case.do(c.NameKeyHolder("property", TEXT), handler("asset_company"))


def test_after_a_transfer_the_handlers_notices_go_to_that_member() -> None:
    case = leak()
    case.do(c.Transfer("property", "tang-ayong"), handler("property"))
    case.do(c.Acknowledge("property"), handler("property"))
    case.do(c.Withdraw("property", TEXT), handler("committee"))
    told = [(one.role, one.why) for _, one in case.notices if one.party == "property"]
    assert told[-2:] == [("@tang-ayong", ("transferred",)), ("@tang-ayong", ("withdrawn.withdrawn",))]


def test_nobody_takes_over_from_himself() -> None:
    case = leak()
    case.do(c.Transfer("property", "tang-ayong"), handler("property"))
    with pytest.raises(IllegalMove):
        case.do(c.Transfer("property", "tang-ayong"), handler("property"))


def test_a_transfer_leaves_duty_and_clock() -> None:
    case = leak()
    before = case.it.deadlines
    case.do(c.Transfer("property", "tang-ayong"), handler("property"))
    assert case.it.deadlines == before


def test_who_is_mentioned_is_told() -> None:
    case = leak()
    case.do(c.Note(TEXT, None, ("asset_company:bao-jing",)), handler("property"))
    told = [(one.party, one.role, one.why) for _, one in case.notices]
    assert told[-1] == ("asset_company", "@bao-jing", ("mentioned",))


def test_an_own_number_moves_no_date_and_is_carried_once() -> None:
    case = leak()
    before = case.it.deadlines
    case.do(c.AddOwnNumber("property", "WY", "1"), handler("property"))
    assert (case.it.deadlines, case.it.outside[0].party) == (before, "property")
    with pytest.raises(IllegalMove):
        case.do(c.AddOwnNumber("property", "WY", "1"), handler("property"))


def test_who_the_craftsman_is_stands_in_no_event() -> None:
    case = leak()
    case.do(c.NameCraftsman("property", TEXT), handler("property"))
    assert case.history[-1][0] == e.CraftsmanNamed("property", TEXT)


def _made_safe(when: str, *, asked: str = "11-24 02:00") -> list[tuple[str, str, str]]:
    case = report("leak", severity=Severity.DANGER, when=asked)
    case.do(c.MakeSafe("property"), handler("property"), when)
    return [(one.party, one.role, local(one.send_at)) for _, one in case.notices if one.why == ("made_safe",)]


def test_a_danger_made_safe_at_night_is_read_in_the_morning() -> None:
    assert _made_safe("11-24 02:20") == [
        ("committee", "coordinator", "11-24 08:45"),
        ("street", "lead", "11-24 08:45"),
    ]


def test_by_day_nobody_is_told_what_the_board_shows() -> None:
    assert _made_safe("11-24 10:20", asked="11-24 10:00") == []


def test_one_made_safe_too_late_is_told_by_the_ladder_alone() -> None:
    assert _made_safe("11-24 05:00") == []
