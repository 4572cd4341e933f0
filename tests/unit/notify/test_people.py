"""Who is told, and who is left to sleep."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from models.domain.playbook.site_model import Turn, Weekday
from services.notify.people import Channel, Member, People, recipients

ALL_WEEK = frozenset(Weekday)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def member(code: str, role: str, *, channels: int = 1, party: str = "property") -> Member:
    return Member(
        code, party, role, "zh", tuple(Channel(n, "recorder", f"{code}-{n}") for n in range(channels))
    )


def people(*members: Member, roster: tuple[Turn, ...] = (), phone: bool = True, duty: bool = True) -> People:
    return People(
        zone=SHANGHAI,
        language="zh",
        coordinator="gu",
        members={one.code: one for one in members},
        roster=roster,
        phones={"property": (Channel(99, "recorder", "duty phone"),)} if phone else {},
        round_the_clock=frozenset({"property"} if duty else ()),
    )


def turn(who: str, begins: int, ends: int, days: frozenset[Weekday] = ALL_WEEK) -> Turn:
    return Turn("property", who, days, time(begins), time(ends))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026, on Shanghai's clock; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def told(who: People, role: str, when: datetime, *, wakes: bool = False) -> list[str | None]:
    return [one.member for one in recipients(who, "property", role, when, wakes=wakes)]


TEAM = (member("lead", "lead"), member("day", "handler"), member("night", "handler"))
TURNS = (turn("day", 8, 20), turn("night", 20, 8))


def test_handlers_are_told_by_whose_turn_it_is() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(team, "handler", at(23, 9)) == ["day"]
    assert told(team, "handler", at(23, 22)) == ["night"]


def test_a_turn_over_midnight_belongs_to_the_day_on_which_it_began() -> None:
    team = people(*TEAM, roster=(turn("night", 20, 8, frozenset({Weekday.MON})),))
    assert told(team, "handler", at(24, 7, 59)) == ["night"]
    assert told(team, "handler", at(23, 7, 59)) == ["day", "night"]
    assert told(team, "handler", at(24, 8)) == ["day", "night"]


def test_a_turn_that_ends_when_it_begins_lasts_a_whole_day() -> None:
    team = people(*TEAM, roster=(turn("day", 8, 8, frozenset({Weekday.MON})),))
    assert told(team, "handler", at(23, 8)) == ["day"]
    assert told(team, "handler", at(24, 7, 59)) == ["day"]


def test_without_a_turn_all_handlers_are_told() -> None:
    assert told(people(*TEAM), "handler", at(23, 9)) == ["day", "night"]


def test_without_handlers_the_lead_is_told() -> None:
    assert told(people(member("lead", "lead")), "handler", at(23, 9)) == ["lead"]


def test_without_anybody_the_partys_own_channel_is_told() -> None:
    found = recipients(people(), "property", "handler", at(23, 9))
    assert [(one.member, one.channel.address) for one in found] == [(None, "duty phone")]


def test_who_has_no_channel_is_passed_over_for_the_next() -> None:
    team = people(member("lead", "lead"), member("day", "handler", channels=0), roster=(turn("day", 0, 0),))
    assert told(team, "handler", at(23, 9)) == ["lead"]


def test_nobody_is_told_where_nobody_has_a_channel() -> None:
    assert told(people(member("lead", "lead", channels=0), phone=False), "lead", at(23, 9)) == []


def test_the_first_channel_by_preference_is_used() -> None:
    found = recipients(people(member("lead", "lead", channels=2)), "property", "lead", at(23, 9))
    assert found[0].channel.address == "lead-0"


def test_leads_are_told_by_role_and_not_by_turn() -> None:
    assert told(people(*TEAM, roster=TURNS), "lead", at(23, 22)) == ["lead"]


def test_the_coordinator_is_the_one_that_the_site_names() -> None:
    team = people(*TEAM, member("gu", "handler"))
    assert told(team, "coordinator", at(23, 9)) == ["gu"]


def test_without_the_coordinator_the_lead_hears_it() -> None:
    assert told(people(*TEAM), "coordinator", at(23, 9)) == ["lead"]


def test_observers_are_told_before_one_handler() -> None:
    assert told(people(*TEAM, member("eye", "observer")), "observer", at(23, 9)) == ["eye"]
    assert told(people(*TEAM), "observer", at(23, 9)) == ["day"]


def test_danger_at_night_wakes_the_turn_and_the_duty_phone() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(team, "handler", at(23, 22), wakes=True) == ["night", None]
    assert told(team, "lead", at(23, 22), wakes=True) == ["lead", "night", None]


def test_an_office_phone_is_not_rung_at_night() -> None:
    assert told(people(*TEAM, roster=TURNS, duty=False), "lead", at(23, 22), wakes=True) == ["lead", "night"]


def test_observers_are_never_woken() -> None:
    assert told(people(*TEAM, roster=TURNS), "observer", at(23, 22), wakes=True) == ["night"]


@pytest.mark.parametrize("role", ["handler", "lead", "coordinator", "observer"])
def test_nobody_is_told_twice(role: str) -> None:
    one = member("gu", "lead")
    team = people(one, roster=(turn("gu", 0, 0),))
    assert told(team, role, at(23, 22), wakes=True).count("gu") == 1


def away(who: People, **absent: str | None) -> People:
    return replace(who, away=absent)


def test_for_who_is_away_the_substitute_hears_it() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(away(team, day="lead"), "handler", at(23, 9)) == ["lead"]


def test_a_substitute_who_is_away_too_has_one_in_turn() -> None:
    team = people(*TEAM, member("other", "handler"), roster=TURNS)
    assert told(away(team, day="night", night="other"), "handler", at(23, 9)) == ["other"]


def test_two_who_stand_in_for_one_another_and_are_both_away_are_passed_over() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(away(team, day="night", night="day"), "handler", at(23, 9)) == ["lead"]


def test_who_is_away_without_a_substitute_is_passed_over() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(away(team, day=None), "handler", at(23, 9)) == ["night"]


def test_danger_wakes_the_substitute_of_who_has_the_turn() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(away(team, night="day"), "lead", at(23, 2), wakes=True) == ["lead", "day", None]


def test_a_member_is_told_by_name_and_else_whoever_has_the_turn() -> None:
    team = people(*TEAM, roster=TURNS)
    assert told(team, "@night", at(23, 9)) == ["night"]
    assert told(team, "@of-another-party", at(23, 9)) == ["day"]
