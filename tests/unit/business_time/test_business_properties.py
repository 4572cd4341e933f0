"""What holds for business time whatever the calendar, the instants and the amounts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain.business_time.arithmetic import after, due, next_open, resumed, seconds_between
from models.domain.business_time.calendar import Calendar
from models.domain.business_time.limits import Clock, Limit

A_MICROSECOND = timedelta(microseconds=1)
BUSINESS = st.sampled_from([Clock.WORKING_HOURS, Clock.WORKING_DAYS])
CLOCKS = st.sampled_from(Clock)
INSTANTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.timedeltas(A_MICROSECOND, timedelta(hours=200))
LIMITS = st.one_of(
    st.builds(Limit, st.just(0), st.integers(1, 30), st.just(Clock.WORKING_DAYS)),
    st.builds(Limit, st.integers(1, 300_000), st.just(0), st.just(Clock.WORKING_HOURS)),
    st.builds(Limit, st.integers(1, 3_000_000), st.just(0), st.just(Clock.ALWAYS)),
)


def counted_by_days(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time the slow way: each day's hours, cut to the span."""
    total = timedelta(0)
    for ordinal in range(start.toordinal() - 2, end.toordinal() + 3):
        day = date.fromordinal(ordinal)
        if calendar.is_working_day(day):
            worked = min(end, calendar.closing(day)) - max(start, calendar.opening(day))
            total += max(worked, timedelta(0))
    return total


def is_working_time(calendar: Calendar, at: datetime) -> bool:
    day = calendar.local(at).date()
    return calendar.is_working_day(day) and calendar.opening(day) < at <= calendar.closing(day)


@given(INSTANTS, INSTANTS, BUSINESS)
def test_working_time_is_the_sum_of_the_days_hours(
    calendar: Calendar, one: datetime, other: datetime, clock: Clock
) -> None:
    start, end = sorted((one, other))
    assert seconds_between(calendar, clock, start, end) == counted_by_days(calendar, start, end)


@given(INSTANTS, INSTANTS, INSTANTS, CLOCKS)
def test_time_between_adds_up_over_any_point(
    calendar: Calendar, start: datetime, middle: datetime, end: datetime, clock: Clock
) -> None:
    parts = seconds_between(calendar, clock, start, middle) + seconds_between(calendar, clock, middle, end)
    assert parts == seconds_between(calendar, clock, start, end)


@given(INSTANTS, INSTANTS, LIMITS)
def test_what_starts_later_is_not_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, limit: Limit
) -> None:
    earlier, later = sorted((one, other))
    assert due(calendar, earlier, limit).due_at <= due(calendar, later, limit).due_at


@given(INSTANTS, LIMITS, st.integers(1, 100))
def test_a_longer_limit_is_due_later(calendar: Calendar, start: datetime, limit: Limit, more: int) -> None:
    field = "days" if limit.clock is Clock.WORKING_DAYS else "seconds"
    longer = replace(limit, **{field: getattr(limit, field) + more})
    assert due(calendar, start, limit).due_at < due(calendar, start, longer).due_at


@given(INSTANTS, LIMITS)
def test_a_deadline_on_a_business_clock_falls_within_working_hours(
    calendar: Calendar, start: datetime, limit: Limit
) -> None:
    found = due(calendar, start, limit).due_at
    assert found > start
    assert limit.clock is Clock.ALWAYS or is_working_time(calendar, found)


@given(INSTANTS, st.integers(1, 30), st.integers(1, 30))
def test_days_counted_on_from_a_deadline_add_up(
    calendar: Calendar, start: datetime, some: int, more: int
) -> None:
    first = due(calendar, start, Limit(0, some, Clock.WORKING_DAYS)).due_at
    second = due(calendar, first, Limit(0, more, Clock.WORKING_DAYS)).due_at
    assert second == due(calendar, start, Limit(0, some + more, Clock.WORKING_DAYS)).due_at


@given(INSTANTS, AMOUNTS, AMOUNTS, CLOCKS)
def test_an_amount_in_two_parts_ends_when_the_whole_ends(
    calendar: Calendar, start: datetime, some: timedelta, more: timedelta, clock: Clock
) -> None:
    first = after(calendar, clock, start, some).due_at
    whole = after(calendar, clock, start, some + more).due_at
    assert after(calendar, clock, first, more).due_at == whole


@given(INSTANTS, st.one_of(AMOUNTS, AMOUNTS.map(lambda amount: -amount)), CLOCKS)
def test_an_amount_ends_at_the_earliest_instant_at_which_it_has_passed(
    calendar: Calendar, start: datetime, amount: timedelta, clock: Clock
) -> None:
    end = after(calendar, clock, start, amount).due_at
    assert seconds_between(calendar, clock, start, end) == amount
    assert seconds_between(calendar, clock, start, end - A_MICROSECOND) == amount - A_MICROSECOND


@given(INSTANTS, LIMITS, st.lists(INSTANTS, min_size=2, max_size=8))
def test_pausing_and_resuming_at_any_points_conserves_business_time(
    calendar: Calendar, start: datetime, limit: Limit, points: list[datetime]
) -> None:
    clock = limit.clock
    end = due(calendar, start, limit).due_at
    allowed = seconds_between(calendar, clock, start, end)
    ordered = sorted(point for point in points if point >= start)
    paused = timedelta(0)
    for paused_at, resumed_at in zip(ordered[::2], ordered[1::2], strict=False):
        if paused_at < end:
            end = resumed(calendar, clock, end, (paused_at, resumed_at)).due_at
            paused += seconds_between(calendar, clock, paused_at, resumed_at)
    assert seconds_between(calendar, clock, start, end) - paused == allowed


@given(INSTANTS, LIMITS, INSTANTS)
def test_a_pause_of_no_length_within_hours_changes_nothing(
    calendar: Calendar, start: datetime, limit: Limit, point: datetime
) -> None:
    end = due(calendar, start, limit).due_at
    assert resumed(calendar, limit.clock, end, (point, point)).due_at == end


@given(INSTANTS)
def test_nothing_is_worked_between_an_instant_and_the_next_opening(calendar: Calendar, at: datetime) -> None:
    opening = next_open(calendar, at)
    assert opening >= at
    assert seconds_between(calendar, Clock.WORKING_HOURS, at, opening) == timedelta(0)
    assert seconds_between(calendar, Clock.WORKING_HOURS, opening, opening + A_MICROSECOND) == A_MICROSECOND
    assert next_open(calendar, opening) == opening


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1995, 2090), LIMITS), min_size=1, max_size=3))
def test_what_was_asked_before_does_not_change_an_answer(
    calendar: Calendar, asked: list[tuple[int, Limit]]
) -> None:
    used = replace(calendar)
    starts = [(datetime(year, 12, 31, 20, tzinfo=UTC), limit) for year, limit in asked]
    answers = [due(used, start, limit) for start, limit in starts]
    assert answers == [due(replace(calendar), start, limit) for start, limit in starts]
