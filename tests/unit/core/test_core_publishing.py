"""What the public is told of an order: nothing by itself."""

from datetime import timedelta

import pytest

from models.domain.orders import commands as c
from models.domain.orders import events as e
from models.domain.orders.refusals import IllegalMove
from models.domain.streams import TextRef
from tests.unit.core.kit import TEXT, Case, handler, leak
from tests.unit.core.test_core_lives import PARTY

OFFICE = handler("autonomy_office")


def late() -> Case:
    case = leak()
    case.until(case.now + timedelta(days=60))
    return case


def test_a_party_that_is_in_time_is_not_named() -> None:
    with pytest.raises(IllegalMove, match="not past a limit"):
        leak().do(c.NameParty(PARTY), OFFICE)


def test_no_party_is_named_without_its_explanation() -> None:
    with pytest.raises(IllegalMove, match="has not explained itself yet"):
        late().do(c.NameParty(PARTY), OFFICE)


def test_a_party_is_named_with_what_it_explained_before() -> None:
    case = late()
    case.do(c.Explain(PARTY, TEXT), handler(PARTY))
    case.do(c.NameParty(PARTY), OFFICE)
    assert case.events(e.PartyNamed) == [e.PartyNamed(PARTY, TEXT)]


def test_what_is_explained_later_waits_for_the_office_again() -> None:
    case, later = late(), TextRef("later", "0" * 64)
    case.do(c.Explain(PARTY, TEXT), handler(PARTY))
    case.do(c.NameParty(PARTY), OFFICE)
    case.do(c.Explain(PARTY, later), handler(PARTY))
    assert case.it.assignments[PARTY].told_public == TEXT
    case.do(c.NameParty(PARTY), OFFICE)
    assert case.it.assignments[PARTY].told_public == later


def test_naming_a_party_twice_is_refused() -> None:
    case = late()
    case.do(c.Explain(PARTY, TEXT), handler(PARTY))
    case.do(c.NameParty(PARTY), OFFICE)
    with pytest.raises(IllegalMove, match="public already"):
        case.do(c.NameParty(PARTY), OFFICE)


def test_a_title_is_taken_off_the_board_by_publishing_none() -> None:
    case = leak()
    case.do(c.Publish(TEXT), handler("committee"))
    assert case.it.public_title == TEXT
    case.do(c.Publish(), handler("committee"))
    assert case.it.public_title is None
