"""Works are told of before they begin: in time, at permitted hours, and walked for hazards first."""

from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.domain.matters.works.rules import in_time_from
from models.domain.matters.works.state import Works, WorksStatus
from models.domain.orders.refusals import BadValue, NotYours, Refused
from models.domain.streams import StreamKey
from models.domain.words import Origin
from services.audit.whole import audit
from services.documents.typesetting import draw
from services.execute import Answer
from services.matters.kit import Doer
from services.matters.venues import acting as venues
from services.matters.works import acting
from services.matters.works.acting import Announcement
from services.matters.works.reading import asked_of, is_told, public_works
from services.matters.works.refusing import why
from services.matters.works.sheet import values_of
from services.matters.works.views import told_of, whole
from services.settings import Settings
from services.store.transactions import transaction
from services.views.language import Language
from services.views.posters import code_picture
from services.walks import acting as walks
from services.walks.acting import NewFinding, Walker
from tests.acceptance.stage import ZONE, Stage
from tests.databases import SPEC


@dataclass
class Site:
    """A stage on which works are announced."""

    stage: Stage
    settings: Settings
    key: StreamKey = field(default=StreamKey(0, 0))

    def doer(self, by: str) -> Doer:
        return Doer(self.stage.shop, self.settings, self.stage.caller(by))

    @property
    def today(self) -> date:
        return self.stage.now.astimezone(ZONE).date()

    @property
    def in_time(self) -> date:
        one = asked_of(self.doer("contractor"), self.stage.site_id)
        return in_time_from("contractor", one.context, one.now)

    def plan(self, **more: Any) -> Announcement:
        begins = more.pop("begins", self.in_time)
        told = Announcement(
            begins=begins,
            until=begins + timedelta(4),
            opens=time(8),
            closes=time(17),
            rooms=("table-tennis",),
            what="拆旧窗，做窗台防水",
            phone="021-0000 0003",
        )
        return replace(told, **more)

    def announce(self, by: str = "contractor", **more: Any) -> Answer:
        self.key, answer = acting.announce(self.doer(by), self.stage.site_id, self.plan(**more))
        self.stage.settle()
        return answer

    def told(self, **more: Any) -> StreamKey:
        assert self.announce(**more).refused is None
        return self.key

    def done(self, answer: Answer) -> Answer:
        self.stage.settle()
        return answer

    def walk(self, by: str = "property", number: int | None = None) -> Answer:
        return self.done(acting.record_walk(self.doer(by), self.key, number))

    def start(self, by: str = "contractor") -> Answer:
        return self.done(acting.start(self.doer(by), self.key))

    def change(self, reason: str = "材料晚到", by: str = "contractor", **more: Any) -> Answer:
        return self.done(acting.change(self.doer(by), self.key, self.plan(**more), reason))

    @property
    def state(self) -> Works:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            return acting.find(self.doer("committee"), sql, self.key).state

    def allowed(self, by: str) -> list[str]:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            found = acting.find(self.doer(by), sql, self.key)
        return whole(found, self.stage.caller(by).actor, "zh").allowed

    def board(self) -> list[str]:
        with transaction(self.stage.shop.engine, [self.stage.site_id]) as sql:
            known = public_works(self.stage.shop, sql, self.stage.site_id)
        return [told_of(one, "zh").line for one in known if is_told(one)]

    def said(self, refused: Exception | None, by: str = "contractor") -> str:
        assert isinstance(refused, Refused), refused
        return why(refused, asked_of(self.doer(by), self.stage.site_id), "zh")

    def to_the_first_day(self) -> None:
        while self.today < self.state.plan.begins:
            self.stage.forward("24 h 24x7")

    def found_walk(self) -> int:
        """A finished walk of the property, with one finding."""
        walker = Walker(self.stage.shop, self.settings, self.stage.caller("property"))
        key, answer = walks.begin(walker, self.stage.site_id, Origin.UNKNOWN)
        assert answer.refused is None
        assert walks.note(walker, key, NewFinding("table-tennis", "tripping")).refused is None
        assert walks.finish(walker, key).refused is None
        self.stage.settle()
        return key.stream_id


@pytest.fixture
def site(stage: Stage, tmp_path: Path) -> Site:
    return Site(stage, Settings.read({"LIANBAN_ENV": "test", "LIANBAN_DATA": str(tmp_path)}))


def test_the_parties_are_told_and_the_committee_owes_a_hazard_walk(site: Site) -> None:
    site.told()
    told = {(one.party, one.why) for one in site.stage.heard()}
    assert {("property", "works.announced"), ("committee", "works.walk")} <= told


def test_the_board_says_when(site: Site) -> None:
    site.told()
    [line] = site.board()
    assert line.startswith("将要施工：")
    assert line.endswith("，每天 08:00–17:00")


def test_what_is_told_less_than_three_working_days_before_needs_a_reason(site: Site) -> None:
    refused = site.announce(begins=site.in_time - timedelta(1)).refused
    assert "没有提前三个工作日告知" in site.said(refused)
    site.stage.heard().clear()
    site.told(begins=site.in_time - timedelta(1), urgent="水管爆了")
    assert ("property", "works.urgent") in {(one.party, one.why) for one in site.stage.heard()}


def test_told_in_time_it_is_not_urgent_whatever_was_written(site: Site) -> None:
    site.told(urgent="快一点")
    assert site.state.urgent is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"opens": time(5), "closes": time(12)}, "22:00–06:00 不得施工"),
        ({"closes": time(23)}, "22:00–06:00 不得施工"),
        ({"closes": time(7)}, "收工时间要晚于开工时间"),
        ({"rooms": ()}, "请至少选一个房间"),
        ({"rooms": ("nowhere",)}, "请至少选一个房间"),
        ({"until": date(2020, 1, 1)}, "最后一天要在第一天之后"),
        ({"substitutes": ("table-tennis",)}, "不能作替代场地"),
        ({"begins": date(2020, 1, 1)}, "日期已经过去"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(site: Site, wrong: dict[str, Any], said: str) -> None:
    assert said in site.said(site.announce(**wrong).refused)
    assert site.board() == []


@pytest.mark.parametrize("hours", [(time(6), time(22)), (time(8), time(17))])
def test_the_hours_that_are_not_forbidden_are_free(site: Site, hours: tuple[time, time]) -> None:
    assert site.announce(opens=hours[0], closes=hours[1]).refused is None


@pytest.mark.parametrize("phone", ["139 0000 0000", "+8613900000000", "问门卫", ""])
def test_a_persons_telephone_or_none_at_all_is_refused(site: Site, phone: str) -> None:
    with pytest.raises(BadValue) as refused:
        site.announce(phone=phone)
    assert "电话" in site.said(refused.value) or "手机" in site.said(refused.value)


def test_a_substitute_that_is_closed_itself_is_refused(site: Site) -> None:
    room = (site.stage.site_id, "book-bar", site.today)
    closing = venues.Closing(site.in_time + timedelta(1))
    assert venues.close(site.doer("committee"), room, closing)[1].refused is None
    assert "自己也关闭或施工" in site.said(site.announce(substitutes=("book-bar",)).refused)


def test_a_substitute_with_works_in_it_is_refused(site: Site) -> None:
    site.told(rooms=("book-bar",))
    assert "自己也关闭或施工" in site.said(site.announce(substitutes=("book-bar",)).refused)
    begins = site.in_time + timedelta(5)
    assert site.announce(substitutes=("book-bar",), begins=begins).refused is None


def test_only_contractor_and_committee_tell_of_works(site: Site) -> None:
    assert isinstance(site.announce(by="property").refused, NotYours)
    assert site.announce(by="committee").refused is None


def test_works_do_not_start_before_the_rooms_were_walked(site: Site) -> None:
    site.told()
    site.to_the_first_day()
    assert "还没有隐患巡查，不能开工" in site.said(site.start().refused)
    assert site.state.status is WorksStatus.ANNOUNCED
    assert site.walk().refused is None
    assert "start" in site.allowed("contractor")
    assert site.start().refused is None


def test_works_do_not_start_before_their_day(site: Site) -> None:
    site.told()
    site.walk()
    assert "还没到告知的第一天" in site.said(site.start().refused)


def test_the_contractor_does_not_record_its_own_walk(site: Site) -> None:
    site.told()
    assert isinstance(site.walk(by="contractor").refused, NotYours)
    assert "walk" not in site.allowed("contractor")


def test_a_finished_walk_is_linked(site: Site) -> None:
    site.told()
    number = site.found_walk()
    assert site.walk(number=number).refused is None
    assert site.state.walked is not None
    assert site.state.walked.walk == number


def test_a_walk_before_everybody_was_told_does_not_count(site: Site) -> None:
    number = site.found_walk()
    site.stage.forward("24 h 24x7")
    site.told()
    assert "告知之后" in site.said(site.walk(number=number).refused)


def test_a_walk_that_is_not_there_is_refused(site: Site) -> None:
    site.told()
    with pytest.raises(BadValue):
        site.walk(number=999_999)


def test_who_did_not_walk_in_time_is_asked_and_then_those_above_hear(site: Site) -> None:
    site.told(begins=site.in_time + timedelta(7))
    site.stage.heard().clear()
    site.stage.forward("7 d 24x7")
    site.stage.forward("5 WD")
    told = {(one.party, one.role, one.why) for one in site.stage.heard()}
    assert {("committee", "handler", "works.walk_late"), ("contractor", "handler", "works.walk_late")} <= told
    assert ("autonomy_office", "lead", "works.walk_late") in told


def test_a_walk_in_time_asks_nobody(site: Site) -> None:
    site.told(begins=site.in_time + timedelta(7))
    site.walk()
    site.stage.heard().clear()
    site.stage.forward("6 d 24x7")
    assert [one for one in site.stage.heard() if one.why.startswith("works.")] == []


def test_another_room_owes_another_walk(site: Site) -> None:
    site.told()
    site.walk()
    begins = site.in_time
    assert site.change(begins=begins, rooms=("table-tennis", "dance"), urgent="隔墙漏水").refused is None
    assert site.state.owes_walk


def test_a_change_tells_everybody_why_and_keeps_the_walk(site: Site) -> None:
    site.told()
    site.walk()
    site.stage.heard().clear()
    begins = site.in_time + timedelta(2)
    assert site.change(begins=begins, until=begins + timedelta(9)).refused is None
    assert ("property", "works.changed") in {(one.party, one.why) for one in site.stage.heard()}
    assert not site.state.owes_walk


def test_bringing_works_forward_needs_a_reason_when_it_is_late(site: Site) -> None:
    site.told(begins=site.in_time + timedelta(5))
    assert "三个工作日" in site.said(site.change(begins=site.today + timedelta(1)).refused)


def test_what_has_begun_is_not_moved_or_cancelled_but_ended(site: Site) -> None:
    site.told()
    site.walk()
    site.to_the_first_day()
    site.start()
    assert "已经开工" in site.said(site.change(begins=site.today + timedelta(9)).refused)
    assert "已经开工" in site.said(acting.cancel(site.doer("contractor"), site.key, "不做了").refused)
    assert site.done(acting.end(site.doer("contractor"), site.key)).refused is None
    assert site.board() == ["施工已完工，房间可以用了"]


def test_works_past_their_date_are_asked_about_and_then_the_street_hears(site: Site) -> None:
    site.told()
    site.walk()
    site.to_the_first_day()
    site.start()
    site.stage.heard().clear()
    site.stage.forward("5 d 24x7")
    site.stage.forward("9 WD")
    told = {(one.party, one.why) for one in site.stage.heard()}
    assert {
        ("contractor", "works.ending"),
        ("committee", "works.overdue"),
        ("street", "works.overdue"),
    } <= told


def test_cancelled_works_stay_on_the_board_until_their_days_are_over(site: Site) -> None:
    site.told()
    assert site.done(acting.cancel(site.doer("contractor"), site.key, "改用别的办法")).refused is None
    assert [one[:5] for one in site.board()] == ["施工取消："]
    assert "已经结束或取消" in site.said(site.change().refused)
    site.stage.forward("20 d 24x7")
    assert site.board() == []


def test_the_ledger_of_works_is_sound(site: Site) -> None:
    site.told()
    site.walk()
    site.change(begins=site.in_time + timedelta(1))
    site.to_the_first_day()
    site.start()
    acting.end(site.doer("contractor"), site.key)
    assert [tally.drift for tally in audit(site.stage.shop, site.key)] == [[]]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_is_one_page_whatever_was_written(site: Site, language: Language) -> None:
    long = "窗台漏进来，等不得" * 22
    rooms = tuple(one.code for one in SPEC.spaces)
    site.told(begins=site.today, what=long, urgent=long, elsewhere=long, rooms=rooms)
    site.done(acting.cancel(site.doer("contractor"), site.key, long))
    with transaction(site.stage.shop.engine, [site.stage.site_id]) as sql:
        found = acting.find(site.doer("contractor"), sql, site.key)
    values = values_of(found, language) | {"address": "https://a.example/public/A/works/1"}
    drawn = draw(
        "works-notice", values | {"code_picture": "c.png"}, {"c.png": code_picture("https://a.example")}
    )
    assert drawn.startswith(b"\x89PNG")


def test_what_is_too_long_for_the_wall_is_refused(site: Site) -> None:
    with pytest.raises(BadValue) as refused:
        site.announce(what="窗" * 201)
    assert "最多 200 个字" in site.said(refused.value)
