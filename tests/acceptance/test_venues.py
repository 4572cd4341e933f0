"""A room is closed: its activities move with it, nothing is half-done, and they come back."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar

from models.domain.directory import Activity
from models.domain.matters.venues.clashes import Clashing, Why
from models.domain.matters.venues.state import PAUSED, Closure, ClosureStatus
from models.domain.orders.refusals import IllegalMove, NotYours, Refused
from models.domain.streams import StreamKey
from services.administering.changing import Form, NotChanged, Stale
from services.audit.whole import audit
from services.execute import Answer
from services.matters.kit import Doer
from services.matters.venues import acting, programme
from services.matters.venues.acting import Closing
from services.matters.venues.feed import feed
from services.matters.venues.reading import Rooms, late_in, read_rooms
from services.matters.venues.refusing import why
from services.matters.venues.views import told_of
from services.matters.venues.waiting import waiting_for
from services.settings import Settings
from services.store.transactions import transaction
from services.views.found import find
from tests.acceptance.stage import ZONE, Stage

NOON = Activity("合唱", "Choir", frozenset({1}), time(14), time(15))


@dataclass
class Venues:
    """The rooms of a stage."""

    stage: Stage
    settings: Settings

    def doer(self, by: str) -> Doer:
        return Doer(self.stage.shop, self.settings, self.stage.caller(by))

    @property
    def today(self) -> date:
        return self.stage.now.astimezone(ZONE).date()

    def day(self, number: int) -> date:
        return self.today + timedelta(number)

    def close(
        self,
        space: str,
        to: str | None = None,
        moves: dict[str, str] | None = None,
        *,
        begins: int = 0,
        until: int = 13,
        by: str = "committee",
    ) -> tuple[StreamKey, Answer]:
        new = Closing(self.day(until), to, moves or {})
        room = (self.stage.site_id, space, self.day(begins))
        key, answer = acting.close(self.doer(by), room, new, "屋面修漏")
        self.stage.settle()
        return key, answer

    def closed(self, space: str, to: str | None = None, **more: int) -> StreamKey:
        key, answer = self.close(space, to, **more)  # type: ignore[arg-type]
        assert answer.refused is None, answer.refused
        return key

    def change(self, key: StreamKey, new: Closing, by: str = "committee") -> Answer:
        answer = acting.change(self.doer(by), key, new)
        self.stage.settle()
        return answer

    def reopen(self, key: StreamKey, by: str = "committee") -> Answer:
        answer = acting.reopen(self.doer(by), key)
        self.stage.settle()
        return answer

    def state(self, key: StreamKey) -> Closure:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            return acting.find(self.doer("committee"), sql, key).state

    @property
    def rooms(self) -> Rooms:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            return read_rooms(self.stage.shop, sql, self.stage.site_id)

    def where(self, name: str, day: date) -> str:
        return next(one.at for one in self.rooms.held(day) if one.activity.name == name)

    def next_(self, weekday: int) -> date:
        return next(self.day(n) for n in range(1, 8) if self.day(n).weekday() == weekday)

    def said(self, refused: Exception | None) -> str:
        assert isinstance(refused, Refused)
        return why(refused, self.rooms.directory, "zh")

    def form(self, by: str = "committee") -> Form:
        version = self.rooms.site.version
        return Form(self.stage.shop, self.stage.caller(by), self.stage.site_id, uuid4().hex, version)


@pytest.fixture
def venues(stage: Stage, tmp_path: Path) -> Venues:
    return Venues(stage, Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path)}))


def test_its_activities_move_to_the_substitute_and_the_parties_are_told(venues: Venues) -> None:
    venues.closed("table-tennis", "science")
    assert venues.where("乒乓球健身队", venues.next_(0)) == "science"
    venues.stage.expect_told("property", "handler", "venues.closed")


def test_the_board_says_until_when_and_where_to_go(venues: Venues) -> None:
    venues.closed("table-tennis", "science")
    told = told_of(venues.rooms, "table-tennis", "zh")
    assert told is not None
    assert told.line.startswith("关闭至 ")
    assert told.line.endswith("，活动改在多元化社区科普室")


def test_each_activity_may_have_a_substitute_of_its_own_or_pause(venues: Venues) -> None:
    _, answer = venues.close("table-tennis", "book-bar", {"a1": "science", "a2": PAUSED})
    assert answer.refused is None
    assert venues.where("乒乓球健身队", venues.next_(0)) == "science"
    assert venues.where("青少年乒乓", venues.next_(5)) == PAUSED


def test_a_substitute_with_another_activity_at_that_hour_is_refused_with_a_choice(venues: Venues) -> None:
    _, answer = venues.close("table-tennis", "canteen")
    said = venues.said(answer.refused)
    assert "“乒乓球健身队”不能改到长者食堂：那里周一至周五 10:30–12:30 有“长者午餐”" in said
    assert "可以改到" in said
    assert venues.rooms.closures == {}


def test_a_substitute_that_is_closed_itself_is_refused(venues: Venues) -> None:
    venues.closed("science", "book-bar")
    _, answer = venues.close("table-tennis", "science")
    assert isinstance(answer.refused, Clashing)
    assert {one.why for one in answer.refused.clashes} == {Why.CLOSED}
    assert "那里自己也关闭到" in venues.said(answer.refused)


def test_a_room_that_is_itself_a_substitute_is_not_closed(venues: Venues) -> None:
    venues.closed("table-tennis", "science")
    _, answer = venues.close("science", "book-bar")
    assert "多元化社区科普室现在是乒乓房的替代场地" in venues.said(answer.refused)


def test_guests_of_a_substitute_are_in_the_way_of_others(venues: Venues) -> None:
    venues.closed("table-tennis", "book-bar")
    _, answer = venues.close("dance", "book-bar")
    assert "有“乒乓球健身队”" in venues.said(answer.refused)


def test_a_room_that_is_too_small_is_refused(venues: Venues) -> None:
    programme.seat(venues.form(), "book-bar", 10)
    group = next(one for one in venues.rooms.directory.spaces["table-tennis"].activities if one.code == "a1")
    programme.keep(
        venues.form(),
        "table-tennis",
        Activity(group.name, group.name_en, group.days, group.begins, group.ends, "a1", 16),
    )
    _, answer = venues.close("table-tennis", "book-bar")
    assert "“乒乓球健身队”有 16 人，共享书吧只容 10 人" in venues.said(answer.refused)


def test_a_room_is_not_closed_twice_at_once(venues: Venues) -> None:
    venues.closed("table-tennis", "science")
    _, answer = venues.close("table-tennis", "book-bar", begins=5)
    assert isinstance(answer.refused, IllegalMove)


def test_a_substitute_that_did_not_open_on_its_day_is_told(venues: Venues) -> None:
    first = venues.closed("science", PAUSED, until=2)
    venues.closed("table-tennis", "science", begins=3, until=20)
    venues.stage.forward("4 d 24x7")
    told = told_of(venues.rooms, "table-tennis", "zh")
    assert told is not None
    assert told.line.endswith("，活动改在多元化社区科普室，但那里也还没开放")
    assert venues.reopen(first).refused is None
    told = told_of(venues.rooms, "table-tennis", "zh")
    assert told is not None
    assert told.line.endswith("，活动改在多元化社区科普室")


def test_a_substitute_is_not_closed_for_good(venues: Venues) -> None:
    key = venues.closed("table-tennis", "science")
    with pytest.raises(NotChanged) as refused:
        programme.retire(venues.form("administrator"), "science", "拆除")
    assert (refused.value.words, refused.value.named) == (
        "这里现在是{home}的替代场地，请先给{home}的活动换地方",
        {"home": "乒乓房"},
    )
    assert venues.change(key, Closing(venues.day(13), "book-bar")).refused is None
    programme.retire(venues.form("administrator"), "science", "拆除")
    assert venues.rooms.directory.spaces["science"].closed


def test_what_is_changed_midway_does_not_change_where_activities_were(venues: Venues) -> None:
    key = venues.closed("table-tennis", "science", until=20)
    first = venues.next_(0)
    venues.stage.forward("8 d 24x7")
    today = venues.today
    assert venues.change(key, Closing(today + timedelta(6), "book-bar")).refused is None
    assert venues.change(key, Closing(today + timedelta(7), "book-bar", {"a2": PAUSED})).refused is None
    later = today + timedelta((0 - today.weekday()) % 7)
    assert (venues.where("乒乓球健身队", first), venues.where("乒乓球健身队", later)) == (
        "science",
        "book-bar",
    )
    places = {
        one["LOCATION"]
        for one in events_of(feed(venues.rooms, "table-tennis", "zh", ""))
        if "RECURRENCE-ID" in one and one["RECURRENCE-ID"].dt.date() < today
    }
    assert places == {"多元化社区科普室"}
    guests = [
        one for one in events_of(feed(venues.rooms, "science", "zh", "")) if one["SUMMARY"] == "乒乓球健身队"
    ]
    assert [one["RRULE"]["UNTIL"][0].date() for one in guests] == [today - timedelta(1)]


def test_only_committee_and_autonomy_office_close_rooms(venues: Venues) -> None:
    _, answer = venues.close("table-tennis", "science", by="contractor")
    assert isinstance(answer.refused, NotYours)


@pytest.mark.parametrize("days", [{"begins": 5, "until": 3}, {"begins": -9, "until": -2}])
def test_days_that_cannot_be_are_refused(venues: Venues, days: dict[str, int]) -> None:
    _, answer = venues.close("table-tennis", "science", **days)  # type: ignore[arg-type]
    assert "请" in venues.said(answer.refused)


def test_extending_it_is_checked_against_what_is_there_then(venues: Venues) -> None:
    first = venues.closed("table-tennis", "science", until=6)
    venues.closed("science", "book-bar", begins=8, until=12)
    answer = venues.change(first, Closing(venues.day(10), "science"))
    assert isinstance(answer.refused, Clashing)
    assert venues.state(first).until == venues.day(6)
    assert venues.change(first, Closing(venues.day(10), "eco-hut", {"a2": "lego"})).refused is None


def test_a_closing_that_nobody_ended_gives_way_to_the_rooms_next_one(venues: Venues) -> None:
    venues.closed("table-tennis", "science", until=2)
    later = venues.closed("table-tennis", "book-bar", begins=3, until=9)
    venues.stage.forward("5 d 24x7")
    shut = venues.rooms.closed_on("table-tennis", venues.today)
    assert shut is not None
    assert shut.number == later.stream_id


def test_reopening_moves_the_activities_back(venues: Venues) -> None:
    key = venues.closed("table-tennis", "science")
    monday = venues.next_(0)
    assert venues.reopen(key).refused is None
    assert venues.where("乒乓球健身队", monday) == "table-tennis"
    assert venues.state(key).status is ClosureStatus.REOPENED
    assert isinstance(venues.reopen(key).refused, IllegalMove)


def test_on_its_last_day_it_is_asked_to_open_again_and_then_those_above_hear(venues: Venues) -> None:
    stage = venues.stage
    key = venues.closed("table-tennis", "science", until=3)
    stage.heard()
    stage.forward("4 d 24x7")
    stage.forward("1 WD")
    stage.forward("2 WD")
    told = [(one.party, one.why) for one in stage.heard()]
    assert ("committee", "venues.ending") in told
    assert ("committee", "venues.overdue") in told
    assert venues.where("乒乓球健身队", venues.today - timedelta(venues.today.weekday())) == "science"
    stage.forward("6 WD")
    assert ("street", "venues.overdue") in [(one.party, one.why) for one in stage.heard()]
    assert venues.reopen(key).refused is None


def test_a_late_order_in_a_closed_room_is_shown_with_it(venues: Venues) -> None:
    stage = venues.stage
    venues.closed("dance", "book-bar", until=60)
    order = stage.report("loose_fixture", space="dance")
    stage.forward("10 d 24x7")
    with transaction(stage.shop.engine, [stage.site_id]) as sql:
        late = late_in(sql, stage.site_id, "dance")
        found = find(stage.shop, sql, stage.caller("committee"), order, "zh")
        waiting = waiting_for(stage.shop, sql, found)
    assert [one.number for one in late] == [order.stream_id]
    assert waiting is not None
    assert waiting.activities == ["晨舞队", "晚间排舞"]


def test_an_activity_is_added_changed_and_ended_and_the_record_knows(venues: Venues) -> None:
    code = programme.keep(venues.form(), "book-bar", NOON)
    programme.keep(venues.form(), "book-bar", Activity("合唱队", "", frozenset({2}), time(9), time(10), code))
    [kept] = venues.rooms.directory.spaces["book-bar"].activities
    assert (kept.name, kept.name_en, kept.days) == ("合唱队", "合唱队", frozenset({2}))
    programme.end(venues.form(), "book-bar", code)
    assert venues.rooms.directory.spaces["book-bar"].activities == ()
    with transaction(venues.stage.shop.engine, [venues.stage.site_id]) as sql:
        record = sql.execute(
            "SELECT action FROM admin_record WHERE site_id = %s ORDER BY id", (venues.stage.site_id,)
        ).fetchall()
    assert [row[0] for row in record] == ["activity.added", "activity.changed", "activity.ended"]


def test_an_activity_does_not_come_where_guests_are_meanwhile(venues: Venues) -> None:
    venues.closed("table-tennis", "book-bar")
    morning = Activity("读报", "", frozenset({0}), time(9), time(10))
    with pytest.raises(Clashing) as clash:
        programme.keep(venues.form(), "book-bar", morning)
    assert "有“乒乓球健身队”" in venues.said(clash.value).replace("已", "")


def test_what_was_edited_meanwhile_is_not_written_over(venues: Venues) -> None:
    form = venues.form()
    programme.keep(venues.form(), "book-bar", NOON)
    with pytest.raises(Stale):
        programme.keep(form, "book-bar", Activity("读报", "", frozenset({0}), time(9), time(10)))
    with pytest.raises(NotChanged):
        programme.keep(venues.form(), "book-bar", Activity("读报", "", frozenset(), time(9), time(10)))


def events_of(text: bytes) -> list[Any]:
    """What a phone reads out of a feed."""
    return list(Calendar.from_ical(text).walk("VEVENT"))


def test_the_feed_repeats_weekly_and_moved_instances_are_at_the_substitute(venues: Venues) -> None:
    venues.closed("table-tennis", "science", until=6)
    text = feed(venues.rooms, "table-tennis", "zh", "https://a.example")
    events = events_of(text)
    [weekly] = [one for one in events if "RRULE" in one and one["SUMMARY"] == "乒乓球健身队"]
    moved = [one for one in events if "RECURRENCE-ID" in one]
    assert weekly["RRULE"]["BYDAY"] == ["MO", "TU", "WE", "TH", "FR"]
    assert weekly["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert {one["LOCATION"] for one in moved} == {"多元化社区科普室"}
    assert len(moved) == 7
    assert b"BEGIN:VTIMEZONE" in text


def test_the_feed_of_a_substitute_has_its_guests_and_a_pause_is_left_out(venues: Venues) -> None:
    _, answer = venues.close("table-tennis", "science", {"a2": PAUSED}, until=6)
    assert answer.refused is None
    rooms = venues.rooms
    guests = [one["SUMMARY"] for one in events_of(feed(rooms, "science", "zh", ""))]
    own = events_of(feed(rooms, "table-tennis", "zh", ""))
    assert "乒乓球健身队" in guests
    assert "青少年乒乓" not in guests
    assert any("EXDATE" in one for one in own if one["SUMMARY"] == "青少年乒乓")


def test_the_ledger_of_a_closure_is_sound(venues: Venues) -> None:
    key = venues.closed("table-tennis", "science")
    venues.change(key, Closing(venues.day(20), "science"))
    venues.reopen(key)
    assert [tally.drift for tally in audit(venues.stage.shop, key)] == [[]]
