"""Limits, breakers and digests, as decisions over data and time."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.endpoints import (
    BREAKS_AFTER,
    LONGEST,
    PLENTY,
    PROBE,
    SHORTEST,
    Answered,
    Rule,
    Standing,
    answered,
    let_go,
    parcels,
    room,
    rule_of,
)

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
FREE = Rule()
ROBOT = rule_of("dingtalk")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def failures(count: int, begun_at: datetime = NOW) -> list[Answered]:
    return [Answered(accepted=False, begun_at=begun_at)] * count


OPEN = answered(Standing(), failures(BREAKS_AFTER), NOW)


def test_where_there_is_no_limit_there_is_room() -> None:
    assert room(Standing(), FREE, NOW) == PLENTY


def test_dingtalk_takes_twenty_and_then_nothing_until_the_minute_is_over() -> None:
    full = let_go(Standing(), ROBOT, 20, NOW)
    assert room(full, ROBOT, after(60)) == 0
    assert room(full, ROBOT, after(70)) == 20


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=30))
def test_no_minute_ever_sees_more_than_twenty_however_late_each_arrives(
    steps: list[tuple[int, int]],
) -> None:
    standing, now, arrivals = Standing(), NOW, []
    for wait, wanted in steps:
        now += timedelta(seconds=wait)
        count = min(wanted, room(standing, ROBOT, now))
        standing = let_go(standing, ROBOT, count, now)
        # The first of a batch as late as a send may be, the others at once: the worst that there is.
        arrivals += [now + timedelta(seconds=9.9 if one % 2 == 0 else 0) for one in range(count)]
    for start in arrivals:
        assert sum(start <= one < start + timedelta(minutes=1) for one in arrivals) <= 20


def test_five_failures_in_a_row_open_the_breaker_and_four_do_not() -> None:
    assert room(answered(Standing(), failures(BREAKS_AFTER - 1), NOW), FREE, NOW) == PLENTY
    assert room(OPEN, FREE, after(1)) == 0


def test_one_that_is_accepted_between_them_begins_the_count_anew() -> None:
    good = Answered(accepted=True, begun_at=NOW)
    assert answered(Standing(), [*failures(4), good, *failures(4)], NOW).opened_at is None


def test_after_its_pause_one_may_try_and_no_second() -> None:
    at = NOW + SHORTEST
    assert room(OPEN, FREE, at) == 1
    trying = let_go(OPEN, FREE, 1, at)
    assert room(trying, FREE, at) == 0
    assert room(trying, FREE, at + PROBE) == 1


def test_a_try_that_is_accepted_closes_the_breaker() -> None:
    at = NOW + SHORTEST
    healed = answered(let_go(OPEN, FREE, 1, at), [Answered(accepted=True, begun_at=at)], at)
    assert healed == Standing()


def test_each_try_that_fails_doubles_the_pause_up_to_ten_minutes() -> None:
    standing, pauses = OPEN, []
    for _ in range(8):
        at = standing.closed_until or NOW
        standing = answered(let_go(standing, FREE, 1, at), failures(1, at), at)
        pauses.append(((standing.closed_until or at) - at).total_seconds())
    assert pauses == [60, 120, 240, 480, *[LONGEST.total_seconds()] * 4]


def test_sends_that_began_before_it_opened_do_not_count_again() -> None:
    assert answered(OPEN, failures(10), after(9)) == OPEN


def test_what_is_let_go_of_nothing_leaves_a_breaker_as_it_is() -> None:
    assert let_go(OPEN, FREE, 0, NOW + SHORTEST) == OPEN


def test_a_limit_holds_while_the_breaker_is_tried() -> None:
    full = replace(let_go(Standing(), ROBOT, 20, NOW), failures=3)
    assert answered(full, [Answered(accepted=True, begun_at=NOW)], after(1)).closed_until == after(70)


@dataclass(frozen=True)
class Row:
    id: int
    danger: bool = False
    waited: bool = False


def rows(ordinary: int, danger: int = 0) -> list[Row]:
    return [Row(one, danger=one < danger) for one in range(ordinary + danger)]


def test_below_the_limit_each_goes_alone() -> None:
    assert [len(one) for one in parcels(rows(3), 3, 30)] == [1, 1, 1]


def test_what_waited_for_the_morning_is_one_message_and_what_is_new_goes_alone() -> None:
    waited = [Row(one, waited=True) for one in range(10, 14)]
    assert [[one.id for one in held] for held in parcels([*rows(2), *waited], 20, 30)] == [
        [0],
        [1],
        [10, 11, 12, 13],
    ]


def test_above_the_limit_they_go_in_as_few_messages_as_hold_them() -> None:
    assert [len(one) for one in parcels(rows(70), 20, 30)] == [30, 30, 10]


def test_danger_goes_alone_and_leaves_one_message_for_the_rest() -> None:
    held = parcels(rows(30, danger=3), 4, 30)
    assert [len(one) for one in held] == [1, 1, 1, 30]
    assert all(one[0].danger for one in held[:3])


def test_with_room_for_one_message_everything_is_in_it() -> None:
    assert [len(one) for one in parcels(rows(5, danger=2), 1, 30)] == [7]


def test_where_notices_cannot_be_put_together_the_rest_waits() -> None:
    assert [len(one) for one in parcels(rows(5), 2, 1)] == [1, 1]


@given(st.integers(0, 100), st.integers(0, 30), st.integers(0, 20), st.sampled_from([1, 4, 30]))
def test_nothing_is_in_two_messages_and_never_more_go_than_there_is_room_for(
    ordinary: int, danger: int, free: int, lines: int
) -> None:
    held = parcels(rows(ordinary, danger), free, lines)
    ids = [row.id for one in held for row in one]
    assert len(held) <= free
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ["email", "webhook"])
def test_only_where_the_same_delivery_is_shown_once_may_it_be_sent_again(kind: str) -> None:
    assert rule_of(kind).repeats
    assert not any(rule_of(one).repeats for one in ("dingtalk", "wecom_bot", "feishu", "ntfy", "sms"))
