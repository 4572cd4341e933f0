"""Every event and every state survives the codec; what it cannot carry it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.domain.codec import UncodableTypeError, decode, encode
from models.domain.ledger import canonical
from models.domain.orders.events import AssignmentDone, DeadlineSet, Event, event_types
from models.domain.orders.state import Order
from tests.unit.core.kit import leak

instants = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
st.register_type_strategy(datetime, instants)
st.register_type_strategy(str, st.text('aä乒\n"\\', max_size=5))
st.register_type_strategy(int, st.integers(0, 2**52))


def built(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    given_fields = {one.name: of(hints[one.name]) for one in fields(kind)}
    return st.builds(kind, **given_fields)


def of(hint: Any) -> st.SearchStrategy[Any]:
    if getattr(hint, "__origin__", None) in {Mapping, dict}:
        return st.dictionaries(st.text("abc", max_size=2), of(hint.__args__[1]), max_size=2)
    return st.from_type(hint)


@pytest.mark.parametrize("name", sorted(event_types()))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_event_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    kind = event_types()[name]
    event = data.draw(built(kind))
    image = encode(event)
    assert decode(kind, image) == event
    canonical(image)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(order=built(Order))
def test_every_state_comes_back_as_it_was(order: Order) -> None:
    assert decode(Order, encode(order)) == order


def test_all_events_are_known_by_name() -> None:
    kinds = event_types()
    assert Event.__name__ not in kinds
    assert len(kinds) == 63
    assert all(kind.version >= 1 and "__slots__" in vars(kind) for kind in kinds.values())


def test_what_is_empty_is_left_out() -> None:
    image = encode(AssignmentDone("property"))
    assert image == {"party": "property"}


def test_an_image_holds_nothing_but_json() -> None:
    (event,) = [one for one in leak().events() if isinstance(one, DeadlineSet)][:1]
    deadline = encode(event)["deadline"]
    assert deadline["due_at"] == "2026-11-24T09:30:00Z"
    assert deadline["kind"] == "acknowledge"
    assert type(deadline["kind"]) is str


def test_unknown_keys_are_an_error() -> None:
    with pytest.raises((TypeError, KeyError)):
        decode(AssignmentDone, {"party": "property", "colour": "red"})


def test_instants_are_written_in_utc_to_the_microsecond() -> None:
    @dataclass(frozen=True)
    class Moment:
        at: datetime

    shanghai = timezone(timedelta(hours=8))
    assert encode(Moment(datetime(2026, 11, 22, 9, 12, 0, 1, shanghai))) == {
        "at": "2026-11-22T01:12:00.000001Z"
    }
    with pytest.raises(ValueError, match="no time zone"):
        encode(Moment(datetime(2026, 11, 22)))  # noqa: DTZ001


@dataclass(frozen=True)
class Several:
    days: tuple[date, ...]
    names: frozenset[str]
    more: Mapping[str, int]
    maybe: int | None


def test_containers_and_dates_come_back() -> None:
    value = Several((date(2026, 1, 2),), frozenset({"b", "a"}), {"k": 1}, None)
    assert encode(value) == {"days": ["2026-01-02"], "names": ["a", "b"], "more": {"k": 1}}
    assert decode(Several, encode(value)) == value


def test_empty_containers_without_a_default_come_back() -> None:
    value = Several((), frozenset(), {}, 0)
    assert encode(value) == {"maybe": 0}
    assert decode(Several, encode(value)) == value


@dataclass(frozen=True)
class Floating:
    share: float


def test_a_type_that_has_no_canonical_bytes_is_refused() -> None:
    with pytest.raises(UncodableTypeError):
        encode(Floating(0.1))
    with pytest.raises(UncodableTypeError):
        decode(Floating, {"share": 0.1})
