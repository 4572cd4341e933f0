"""Explanations end where the arithmetic ends, and read like a person counting on a wall calendar."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.business_time.arithmetic import due, resumed
from models.domain.business_time.calendar import Calendar, Day, DayKind
from models.domain.business_time.errors import BusinessTimeError
from models.domain.business_time.explain import Moved, Pause, explain, text
from models.domain.business_time.limits import Limit

INSTANTS = st.datetimes(datetime(2025, 12, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001
WRITTEN = st.sampled_from(["1 WD", "5 WD", "15 WD", "2 WH", "20 WH", "90 min WH", "30 min 24x7", "7 d 24x7"])


def local(calendar: Calendar, written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=calendar.tz).astimezone(UTC)


def told(calendar: Calendar, start: str, limit: str, *changes: Pause | Moved, lang: str = "zh") -> list[str]:
    steps = explain(calendar, local(calendar, start), Limit.parse(limit), changes=changes)
    return [text(step, lang) for step in steps]


def test_working_days_are_counted_one_by_one_over_national_day_in_chinese(china: Calendar) -> None:
    assert told(china, "2026-09-24 10:05", "7 WD") == [
        "派单于 2026年9月24日 周四 10:05，当天不计",
        "9月25日 周五 至 9月27日 周日 中秋节放假，不计",
        "9月28日 周一 第 1 个工作日",
        "9月29日 周二 第 2 个工作日",
        "9月30日 周三 第 3 个工作日",
        "10月1日 周四 至 10月7日 周三 国庆节放假，不计",
        "10月8日 周四 第 4 个工作日",
        "10月9日 周五 第 5 个工作日",
        "10月10日 周六 调休上班，第 6 个工作日",
        "10月11日 周日 周末，不计",
        "10月12日 周一 第 7 个工作日",
        "到期 10月12日 周一 17:30",
    ]


def test_working_days_are_counted_in_english_too(china: Calendar) -> None:
    assert told(china, "2026-10-08 10:05", "3 WD", lang="en") == [
        "Dispatched Thu 8 Oct 2026 at 10:05; that day does not count",
        "Fri 9 Oct: working day 1",
        "Sat 10 Oct: make-up working day 2",
        "Sun 11 Oct: weekend, not counted",
        "Mon 12 Oct: working day 3",
        "Due Mon 12 Oct at 17:30",
    ]


def test_working_hours_are_told_day_by_day_with_what_is_left(china: Calendar) -> None:
    assert told(china, "2026-10-09 16:05", "11 WH") == [
        "派单于 2026年10月9日 周五 16:05，按工作时间（09:00–17:30）计 11 小时",
        "10月9日 周五 计至 17:30，还剩 9 小时 35 分钟",
        "10月10日 周六 调休上班，计至 17:30，还剩 1 小时 5 分钟",
        "10月11日 周日 周末，不计",
        "10月12日 周一 计至 10:05，计满",
        "到期 10月12日 周一 10:05",
    ]


def test_working_hours_that_start_in_the_evening_say_from_when_they_count(china: Calendar) -> None:
    assert told(china, "2026-11-02 20:05", "2 WH", lang="en")[0] == (
        "Dispatched Mon 2 Nov 2026 at 20:05, outside working hours; "
        "2 hours of working time (09:00–17:30) from Tue 3 Nov at 09:00"
    )


def test_a_limit_around_the_clock_says_that_nights_count(china: Calendar) -> None:
    assert told(china, "2026-11-02 20:05", "7 d 24x7") == [
        "派单于 2026年11月2日 周一 20:05，连续计 7 天，夜间和节假日照计",
        "到期 11月9日 周一 20:05",
    ]


def test_an_unpublished_year_is_noted_at_the_end(china: Calendar) -> None:
    steps = told(china, "2026-12-31 10:00", "1 WD")
    assert steps[1:] == [
        "2027年1月1日 周五 至 1月3日 周日 元旦放假、周末，不计",
        "1月4日 周一 第 1 个工作日",
        "到期 1月4日 周一 17:30",
        "2027 年的放假和调休安排尚未公布，到期时间可能调整",
    ]


def test_a_pause_tells_what_is_left_and_where_it_goes_on(china: Calendar) -> None:
    pause = Pause(local(china, "2026-11-04 12:00"), local(china, "2026-11-09 16:30"))
    assert told(china, "2026-11-02 10:00", "3 WD", pause) == [
        "派单于 2026年11月2日 周一 10:00，当天不计",
        "11月3日 周二 第 1 个工作日",
        "11月4日 周三 12:00 暂停计时，还剩 1 个工作日 5 小时 30 分钟",
        "11月9日 周一 16:30 恢复计时，接着计 1 个工作日 5 小时 30 分钟",
        "11月9日 周一 计至 17:30，还剩 1 个工作日 4 小时 30 分钟",
        "11月10日 周二 计至 17:30，还剩 4 小时 30 分钟",
        "11月11日 周三 计至 13:30，计满",
        "到期 11月11日 周三 13:30",
    ]


def test_a_deadline_that_is_paused_now_has_no_due_instant(china: Calendar) -> None:
    steps = told(china, "2026-11-02 10:00", "3 WD", Pause(local(china, "2026-11-03 12:00")), lang="en")
    assert steps[-1] == "Paused now; the deadline is set again when it resumes"
    assert not any(step.startswith("Due") for step in steps)


def test_a_pause_after_the_deadline_leaves_it_where_it_was(china: Calendar) -> None:
    pause = Pause(local(china, "2026-11-05 12:00"), local(china, "2026-11-09 12:00"))
    assert told(china, "2026-11-02 10:00", "1 WD", pause)[2:] == [
        "11月5日 周四 12:00 暂停时已无余时，时限不变",
        "到期 11月3日 周二 17:30",
    ]


def test_a_deadline_set_by_hand_is_told_as_such(china: Calendar) -> None:
    moved = Moved(local(china, "2026-11-03 11:00"), local(china, "2027-01-10 12:00"))
    assert told(china, "2026-11-02 10:00", "3 WD", moved)[1:] == [
        "11月3日 周二 11:00 人工设定时限，改为 2027年1月10日 周日 12:00",
        "到期 2027年1月10日 周日 12:00",
    ]


def test_a_deadline_without_a_limit_says_what_it_was_set_to(china: Calendar) -> None:
    start = local(china, "2026-11-02 10:00")
    steps = explain(china, start, None, changes=[Moved(start, local(china, "2026-12-01 12:00"), "import")])
    assert [text(step, "en") for step in steps] == [
        "Dispatched Mon 2 Nov 2026 at 10:00",
        "Mon 2 Nov at 10:00: The deadline was imported, Tue 1 Dec at 12:00",
        "Due Tue 1 Dec at 12:00",
    ]


def test_a_deadline_without_a_limit_that_was_never_set_is_refused(china: Calendar) -> None:
    with pytest.raises(BusinessTimeError, match="what the deadline was set to"):
        explain(china, local(china, "2026-11-02 10:00"), None)


@pytest.mark.parametrize(
    "cause", ["by_hand", "import", "outside", "extension", "wait", "plan", "calendar", "new"]
)
def test_every_reason_of_the_ledger_for_another_date_has_words(china: Calendar, cause: str) -> None:
    moved = Moved(local(china, "2026-11-03 11:00"), local(china, "2026-11-12 12:00"), cause)
    steps = [told(china, "2026-11-02 10:00", "3 WD", moved, lang=lang) for lang in ("zh", "en")]
    assert steps[0][-1] == "到期 11月12日 周四 12:00"
    assert steps[1][-1] == "Due Thu 12 Nov at 12:00"


def test_a_recomputed_deadline_may_still_be_provisional(china: Calendar) -> None:
    moved = Moved(local(china, "2026-12-30 11:00"), local(china, "2027-01-05 17:30"), "calendar")
    assert told(china, "2026-12-29 10:00", "3 WD", moved, lang="en")[-1].startswith("The holidays of 2027")


def test_hours_that_resume_in_the_evening_do_not_count_that_day(china: Calendar) -> None:
    pause = Pause(local(china, "2026-11-02 16:30"), local(china, "2026-11-03 20:00"))
    assert told(china, "2026-11-02 10:00", "7 WH", pause, lang="en")[2:] == [
        "Tue 3 Nov at 20:00: resumed with 30 minutes to go",
        "Wed 4 Nov: counted until 09:30, all used",
        "Due Wed 4 Nov at 09:30",
    ]


def test_a_begun_minute_counts_whole(china: Calendar) -> None:
    pause = Pause(local(china, "2026-11-02 10:00:30"))
    assert told(china, "2026-11-02 10:00", "2 WH", pause, lang="en")[1].endswith("2 hours left")


def test_days_off_over_the_turn_of_a_year_name_both_years(china: Calendar) -> None:
    closed = replace(china, days={date(2026, 12, 31): Day(DayKind.HOLIDAY, "元旦")} | dict(china.days))
    assert told(closed, "2026-12-30 10:00", "1 WD")[1] == (
        "12月31日 周四 至 2027年1月3日 周日 元旦放假、周末，不计"
    )


def test_what_started_the_limit_is_named(china: Calendar) -> None:
    steps = explain(china, local(china, "2026-11-02 10:00"), Limit.parse("1 h 24x7"), begun_by="arrived")
    assert text(steps[0], "zh") == "到场于 2026年11月2日 周一 10:00，连续计 1 小时，夜间和节假日照计"


def test_an_unknown_beginning_is_refused(china: Calendar) -> None:
    with pytest.raises(KeyError):
        explain(china, local(china, "2026-11-02 10:00"), Limit.parse("1 WD"), begun_by="dreamt")


@given(INSTANTS, WRITTEN, st.lists(INSTANTS, max_size=5))
def test_an_explanation_ends_with_the_due_instant_that_was_computed(
    calendar: Calendar, start: datetime, written: str, points: list[datetime]
) -> None:
    limit = Limit.parse(written)
    ordered = sorted(point for point in points if point > start)
    pauses = [Pause(*pair) for pair in zip(ordered[::2], ordered[1::2], strict=False)]
    end = due(calendar, start, limit).due_at
    for pause in pauses:
        assert pause.resumed_at is not None
        end = resumed(calendar, limit.clock, end, (pause.paused_at, pause.resumed_at)).due_at
    steps = explain(calendar, start, limit, changes=pauses)
    final = next(step for step in steps if step.code == "due")
    assert datetime.fromisoformat(final.params["at"]) == end


@given(
    INSTANTS,
    WRITTEN,
    st.lists(
        st.one_of(st.builds(Pause, INSTANTS, INSTANTS), st.builds(Moved, INSTANTS, INSTANTS)), max_size=3
    ),
)
def test_every_step_can_be_told_in_both_languages(
    calendar: Calendar, start: datetime, written: str, changes: list[Pause | Moved]
) -> None:
    steps = explain(calendar, start, Limit.parse(written), changes=changes)
    assert all(text(step, "zh") and text(step, "en") for step in steps)
    assert all(isinstance(value, str) for step in steps for value in step.params.values())


@given(INSTANTS, st.integers(1, 30))
def test_the_last_counted_day_bears_the_number_of_the_limit(
    calendar: Calendar, start: datetime, number: int
) -> None:
    steps = explain(calendar, start, Limit.parse(f"{number} WD"))
    counted = [int(step.params["n"]) for step in steps if step.code == "working_day"]
    assert counted == list(range(1, number + 1))
