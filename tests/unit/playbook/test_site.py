"""Reading a site: all of the real one arrives, and each refusal names line and remedy."""

from collections.abc import Callable
from datetime import time

import pytest

from models.domain.business_time.calendar import Calendar
from models.domain.directory import Capacity, Directory
from models.domain.playbook.site import parse_site
from models.domain.playbook.site_model import SiteSpec, SpaceStatus, Weekday
from models.domain.streams import Role

Refused = Callable[[dict[str, str]], list[str]]

PARTIES = (
    "committee, property, autonomy_office, asset_company, client, contractor, supervisor, designer, owners, "
    "street, utility"
)
WEEK = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
BEN = 'role = "handler"\nparty = "keepers"'


class TestTheRealSite:
    @pytest.fixture
    def real(self, site_text: str) -> SiteSpec:
        return parse_site("site.toml", site_text)

    def test_has_all_tables_of_the_file(self, real: SiteSpec, site_text: str) -> None:
        tables = {
            "space": real.spaces,
            "party": real.parties,
            "member": real.members,
            "roster": real.roster,
            "channel": real.channels,
            "calendar": real.calendars,
        }
        assert {one: len(rows) for one, rows in tables.items()} == {
            one: site_text.count(f"\n[[{one}]]\n") for one in tables
        }

    def test_says_what_the_site_is(self, real: SiteSpec) -> None:
        assert (real.code, real.zone, real.language) == ("AIBO5", "Asia/Shanghai", "zh")
        assert (real.playbook, real.floorplan, real.coordinator) == (
            "aibo-5",
            "floorplan.svg",
            "gu-xiaowen",
        )
        assert (real.name, real.name_en[:11]) == ("爱博五村党群服务站", "Aibo Fifth ")

    def test_has_its_hours(self, real: SiteSpec) -> None:
        [office] = real.calendars
        assert (office.code, office.region, office.opens, office.closes) == (
            "cn-office",
            "CN",
            time(9),
            time(17, 30),
        )

    def test_tells_new_rooms_from_old_ones(self, real: SiteSpec) -> None:
        status = {space.code: space.status for space in real.spaces}
        assert (status["dance"], status["lego"], status["yard"]) == (
            SpaceStatus.EXISTING,
            SpaceStatus.NEW,
            SpaceStatus.FACILITY,
        )

    def test_has_volunteers_of_no_party(self, real: SiteSpec) -> None:
        volunteers = [one for one in real.members if one.role is Role.VOLUNTEER]
        assert [(one.party, one.block) for one in volunteers] == [(None, "12号楼"), (None, "27号楼")]

    def test_speaks_to_members_in_their_language(self, real: SiteSpec) -> None:
        assert [one.code for one in real.members if one.language == "en"] == ["elena-marchetti"]

    def test_has_turns_over_midnight(self, real: SiteSpec) -> None:
        night = next(one for one in real.roster if one.member == "ma-liqun")
        assert (night.begins, night.ends, night.days) == (time(20), time(8), frozenset(Weekday))

    def test_keeps_channels_in_the_order_of_preference(self, real: SiteSpec) -> None:
        mine = [one.address for one in real.channels if one.member == "qian-weiguo"]
        assert mine == ["企业微信·物业·钱卫国", "短信·物业·钱卫国"]

    def test_has_a_channel_of_each_party_as_the_last_resort(self, real: SiteSpec) -> None:
        assert {one.party for one in real.channels if one.party} == {one.code for one in real.parties}


class TestTheDirectory:
    def test_has_parties_and_spaces_by_code_in_the_order_of_the_file(self, aibo_site: Directory) -> None:
        assert list(aibo_site.parties)[:3] == ["committee", "property", "autonomy_office"]
        assert list(aibo_site.spaces)[:2] == ["table-tennis", "dance"]

    def test_has_what_a_decision_depends_on(self, aibo_site: Directory) -> None:
        assert (aibo_site.code, aibo_site.zone, aibo_site.coordinator) == (
            "AIBO5",
            "Asia/Shanghai",
            "gu-xiaowen",
        )
        assert aibo_site.parties["property"].in_compound
        assert not aibo_site.parties["client"].duty_roster
        assert aibo_site.with_capacity(Capacity.STREET) == ("street",)

    def test_counts_by_the_calendars_that_it_is_given(self, small_site: str) -> None:
        office = Calendar("US-MA", 7, "America/New_York")
        directory = parse_site("site.toml", small_site).directory({"office": office}, 3)
        assert directory.calendar_of("keepers") is office
        assert directory.version == 3

    def test_is_not_made_without_a_calendar_that_it_needs(self, small_site: str) -> None:
        with pytest.raises(KeyError, match="office"):
            parse_site("site.toml", small_site).directory({}, 1)


def test_what_the_small_site_leaves_out_is_the_sites_own(small_site: str) -> None:
    site = parse_site("site.toml", small_site)
    assert {one.calendar for one in site.parties} == {"office"}
    assert {one.language for one in site.members} == {"en"}
    assert [one.status for one in site.spaces] == [SpaceStatus.EXISTING]
    assert (site.name_en, site.floorplan) == ("City", None)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"CITY"',
            '"city"',
            '2: "city" is no site code; use up to 16 of A to Z and 0 to 9, a letter first',
        ),
        (
            "America/New_York",
            "America/Newyork",
            '4: there is no time zone "America/Newyork"; write America/New_York',
        ),
        (
            "America/New_York",
            "America",
            '4: there is no time zone "America"; write an IANA name, as Asia/Shanghai',
        ),
        (
            "America/New_York",
            "../etc",
            '4: there is no time zone "../etc"; write an IANA name, as Asia/Shanghai',
        ),
        ('language = "en"', 'language = "de"', '5: unknown language "de"; write one of: zh, en'),
        (
            'playbook = "city"',
            'playbook = "city"\nfloorplan = "../plan.svg"',
            '7: "../plan.svg" is no file beside this one; write its plain name, without a folder',
        ),
        (
            '"US-MA"',
            '"us"',
            '12: "us" is no region; write a country as "CN", or a part of it as "US-MA"',
        ),
        ('"17:00"', '"09:00"', "14: closes is not later than opens; give the hours of one working day"),
        ('"09:00"', '"9:00"', '13: opens is "9:00", not a time; write it in quotes, as "08:30"'),
        (
            'name = "Hall"',
            'name = "Hall"\nstatus = "old"',
            '19: unknown status "old"; write one of: existing, new, facility, closed',
        ),
        ('["contractor"]', "[]", f"34: the party is nothing here; name what it is: {PARTIES}"),
        ('["contractor"]', '["contracter"]', '34: unknown capacity "contracter"; write "contractor"'),
        (
            "duty_roster = true",
            "duty_rota = true",
            '29: unknown key "duty_rota" in party; write "duty_roster"',
        ),
        (BEN, BEN.replace("handler", "hand"), '45: unknown role "hand"; write "handler"'),
        ('"sun"]', '"sunday"]', '51: unknown day "sunday"; write "sun"'),
        (WEEK, "[]", "51: the turn begins on no day; name its days: mon, tue, wed, thu, fri, sat, sun"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused_on_its_line(
    old: str, new: str, problem: str, refused_site: Refused
) -> None:
    assert refused_site({old: new}) == [f"site.toml:{problem}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('calendar = "office"', 'calendar = "offices"', '7: unknown calendar "offices"; write "office"'),
        ('coordinator = "ann"', 'coordinator = "anna"', '8: unknown member "anna"; write "ann"'),
        (
            "duty_roster = true",
            'duty_roster = true\ncalendar = "home"',
            '30: unknown calendar "home"; write one of: office',
        ),
        (
            'party = "council"',
            'party = "concil"',
            '40: unknown party "concil"; write "council"',
        ),
        ('member = "ben"', 'member = "benn"', '50: unknown member "benn"; write "ben"'),
        (
            "[[channel]]",
            '[[channel]]\nkind = "sms"\naddress = "1"\nmember = "bob"\n[[channel]]',
            '58: unknown member "bob"; write one of: ann, ben',
        ),
    ],
)
def test_a_reference_to_nothing_is_refused_with_the_nearest_code(
    old: str, new: str, problem: str, refused_site: Refused
) -> None:
    assert f"site.toml:{problem}" in refused_site({old: new})


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'name = "Hall"',
            'name = "Hall"\n[[space]]\ncode = "hall"\nname = "Other"',
            '20: space "hall" stands in line 17 already',
        ),
        ('code = "ben"', 'code = "ann"', '43: member "ann" stands in line 37 already'),
        ('code = "builders"', 'code = "keepers"', '32: party "keepers" stands in line 26 already'),
    ],
)
def test_a_code_that_stands_twice_is_refused(old: str, new: str, problem: str, refused_site: Refused) -> None:
    remedy = "give it a code of its own, or remove one"
    assert f"site.toml:{problem}; {remedy}" in refused_site({old: new})


def test_the_coordinator_is_a_member_of_the_committee(refused_site: Refused) -> None:
    assert refused_site({'coordinator = "ann"': 'coordinator = "ben"'}) == [
        "site.toml:8: the coordinator ben is no member of the committee; write one of: ann"
    ]


def test_a_capacity_belongs_to_one_party(refused_site: Refused) -> None:
    assert refused_site({'["contractor"]': '["contractor", "property"]'}) == [
        (
            "site.toml:34: builders is property, as keepers is already; "
            "leave the capacity to one party: routes name capacities"
        )
    ]


def test_a_volunteer_belongs_to_no_party(refused_site: Refused) -> None:
    assert refused_site({BEN: BEN.replace("handler", "volunteer")})[0] == (
        "site.toml:46: a volunteer belongs to no party; remove the party, or give another role"
    )


def test_whoever_is_no_volunteer_belongs_to_a_party(refused_site: Refused) -> None:
    assert "site.toml:42: the handler ben has no party; add party" in refused_site({BEN: 'role = "handler"'})


def test_only_a_volunteer_looks_after_a_block(refused_site: Refused) -> None:
    assert refused_site({BEN: f'{BEN}\nblock = "12"'}) == [
        'site.toml:47: only a volunteer looks after a block; remove it, or write role = "volunteer"'
    ]


@pytest.mark.parametrize("new", ["", 'party = "builders"\nmember = "ann"\n'])
def test_a_channel_belongs_to_a_member_or_to_a_party(new: str, refused_site: Refused) -> None:
    assert refused_site({'party = "builders"\n': new}) == [
        "site.toml:55: a channel belongs to a member or to a party; name one of them, not both"
    ]


def test_a_turn_is_taken_by_a_member_of_its_party(refused_site: Refused) -> None:
    assert refused_site({'member = "ben"': 'member = "ann"'}) == [
        "site.toml:50: ann is a member of council, not of keepers; write one of: ben"
    ]


def test_a_party_that_nobody_can_reach_is_refused(refused_site: Refused) -> None:
    assert refused_site({'party = "builders"': 'member = "ann"'}) == [
        "site.toml:31: nobody hears what builders is told; add a [[member]] or a [[channel]] of the party"
    ]


class TestADutyRoster:
    """Rule 9: danger is on a clock that runs day and night."""

    def test_needs_turns(self, refused_site: Refused) -> None:
        edit = {'["contractor"]': '["contractor"]\nduty_roster = true'}
        assert refused_site(edit) == [
            "site.toml:35: nobody of builders is on duty at any time; add a [[roster]] turn, or write false"
        ]

    @pytest.mark.parametrize(
        ("old", "new", "gap"),
        [
            ('from = "08:00"', 'from = "09:30"', "mon 08:00 to mon 09:30"),
            ('to = "08:00"', 'to = "07:59"', "mon 07:59 to mon 08:00"),
            ('"wed", ', "", "wed 08:00 to thu 08:00"),
            (', "sun"]', "]", "mon 00:00 to mon 08:00"),
            ('"mon", ', "", "mon 08:00 to tue 08:00"),
        ],
    )
    def test_covers_the_week_without_a_gap(self, old: str, new: str, gap: str, refused_site: Refused) -> None:
        assert refused_site({old: new}) == [
            (f"site.toml:29: nobody of keepers is on duty from {gap}; add a [[roster]] turn, or write false")
        ]

    def test_may_be_shared_by_turns_that_overlap(self, small_site: str) -> None:
        more = '[[roster]]\nparty = "keepers"\nmember = "ben"\ndays = ["sat"]\nfrom = "07:00"\nto = "06:00"\n'
        assert len(parse_site("site.toml", small_site + more).roster) == 2
