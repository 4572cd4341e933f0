"""Limits are read and written exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.business_time.errors import LimitSyntaxError
from models.domain.business_time.limits import DAY, HOUR, MAX_DAYS, MINUTE, Clock, Limit

WELL_WRITTEN = {
    "15 WD": Limit(0, 15, Clock.WORKING_DAYS),
    "2 WH": Limit(2 * HOUR, 0, Clock.WORKING_HOURS),
    "2 h WH": Limit(2 * HOUR, 0, Clock.WORKING_HOURS),
    "90 min WH": Limit(90 * MINUTE, 0, Clock.WORKING_HOURS),
    "30 min 24x7": Limit(30 * MINUTE, 0, Clock.ALWAYS),
    "24 h 24x7": Limit(DAY, 0, Clock.ALWAYS),
    "7 d 24x7": Limit(7 * DAY, 0, Clock.ALWAYS),
    " 1  WD ": Limit(0, 1, Clock.WORKING_DAYS),
    "1000 WD": Limit(0, MAX_DAYS, Clock.WORKING_DAYS),
}
BADLY_WRITTEN = (
    "",
    "15",
    "WD",
    "15 wd",
    "0 WD",
    "-1 WD",
    "1.5 WH",
    "2 d WH",
    "3 d",
    "2 h",
    "24x7",
    "1001 WD",
    "1001 d 24x7",
    "99999999 h WH",
    "1 WD 2 WH",
    "١ WD",
    "1 WD\x00",
    "一 WD",
)


@pytest.mark.parametrize(("text", "limit"), WELL_WRITTEN.items())
def test_a_limit_is_read_as_written_in_a_playbook(text: str, limit: Limit) -> None:
    assert Limit.parse(text) == limit


@pytest.mark.parametrize("text", BADLY_WRITTEN)
def test_a_badly_written_limit_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(LimitSyntaxError, match="'15 WD', '2 WH'") as refused:
        Limit.parse(text)
    assert refused.value.text == text


@pytest.mark.parametrize(
    "text", ["15 WD", "2 WH", "90 min WH", "30 min 24x7", "24 h 24x7", "7 d 24x7", "45 s WH"]
)
def test_the_canonical_spelling_is_kept(text: str) -> None:
    assert str(Limit.parse(text)) == text


@given(st.integers(1, MAX_DAYS), st.integers(1, MAX_DAYS * DAY), st.sampled_from(Clock))
def test_what_is_written_is_read_back_as_the_same_limit(days: int, seconds: int, clock: Clock) -> None:
    limit = Limit(0, days, clock) if clock is Clock.WORKING_DAYS else Limit(seconds, 0, clock)
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(
    ("seconds", "days", "clock"),
    [(60, 1, Clock.WORKING_DAYS), (60, 1, Clock.ALWAYS), (0, 0, Clock.ALWAYS), (0, -1, Clock.WORKING_DAYS)],
)
def test_an_amount_that_does_not_go_with_its_clock_is_refused(seconds: int, days: int, clock: Clock) -> None:
    with pytest.raises(LimitSyntaxError):
        Limit(seconds, days, clock)
