"""Whether a playbook can work at a site."""

from collections.abc import Callable

import pytest

from models.domain.directory import Directory
from models.domain.playbook.parse import ParsedPlaybook, read_playbook
from models.domain.playbook.validate import validate

Unfit = Callable[..., list[str]]

LAST = 'to = ["party_lead"]\n'
ROUTE = '[[routes]]\ncategory = "leak"\nlead = "property"\n'
SAFETY = (
    '[safety.danger]\nacknowledge = "15 min {0}"\n'
    'on_site = {{ compound = "1 h {1}", elsewhere = "1 h {1}" }}\nmake_safe = "1 h {1}"\n'
)


def after_the_last_line(text: str) -> dict[str, str]:
    """From line 24 on."""
    return {LAST: LAST + text}


def no_roster(limit: str, party: str) -> str:
    return (
        f'"{limit}" runs day and night, but {party} has no duty roster; '
        f"write it in WD or WH, or give {party} duty_roster = true and its turns"
    )


def test_the_real_playbook_works_at_its_site(aibo: ParsedPlaybook, aibo_site: Directory) -> None:
    assert validate(aibo, aibo_site) == []


def test_the_small_playbook_works_at_the_small_site(unfit: Unfit) -> None:
    assert unfit({}) == []


def test_a_category_without_a_route_is_refused(unfit: Unfit) -> None:
    edit = {"[[routes]]": '[categories.dust]\nname = "Dust"\nkind = "noise"\n[[routes]]'}
    assert unfit(edit) == ['playbook.toml:14: dust has no route; add [[routes]] with category = "dust"']


def test_a_category_has_a_route_for_every_origin(unfit: Unfit) -> None:
    assert unfit({"fix =": 'origin = ["unknown", "misuse", "warranty"]\nfix ='}) == [
        (
            "playbook.toml:10: leak has no route for origin pre_existing, construction; "
            "add it to a route of leak, or add one without conditions"
        )
    ]


def test_a_category_that_needs_its_origin_has_no_route_for_the_unknown_one(unfit: Unfit) -> None:
    edit = {
        "fix =": 'origin = ["pre_existing", "construction", "warranty", "misuse"]\nfix =',
        'kind = "defect"': 'kind = "defect"\nneeds_origin = true\n'
        'triage = { by = "property", limit = "1 WD" }',
    }
    assert unfit(edit) == []


def test_a_category_has_a_route_for_every_severity(unfit: Unfit) -> None:
    assert unfit({"fix =": 'severity = "danger"\nfix ='}) == [
        (
            "playbook.toml:10: leak has no route for origin unknown, pre_existing, construction, warranty, "
            "misuse when it is ordinary; add it to a route of leak, or add one without conditions"
        )
    ]


def test_a_category_has_a_route_for_the_rooms_that_may_be_added(unfit: Unfit) -> None:
    [problem] = unfit({"fix =": 'space = ["hall"]\nfix ='})
    assert problem.startswith("playbook.toml:10: leak has no route for origin unknown, ")
    assert "misuse, in a space that no route names; add it to a route of leak" in problem


def test_two_equally_specific_routes_of_one_order_are_refused(unfit: Unfit) -> None:
    edit = after_the_last_line(ROUTE + 'origin = ["misuse", "unknown"]\n' + ROUTE + 'origin = ["misuse"]\n')
    assert unfit(edit) == [
        (
            "playbook.toml:28: this route of leak and that of line 24 fit the same order equally well; "
            "tell them apart by origin, severity or space"
        )
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('origin = ["misuse"]', 'origin = ["warranty"]'),
        ('space = ["hall"]', 'space = ["hall"]\nseverity = "danger"'),
        ('severity = "danger"', 'severity = "ordinary"'),
        ('severity = "danger"', 'origin = ["misuse"]'),
    ],
)
def test_routes_that_are_told_apart_may_stand_together(one: str, other: str, unfit: Unfit) -> None:
    assert unfit(after_the_last_line(f"{ROUTE}{one}\n{ROUTE}{other}\n")) == []


def test_an_unknown_space_is_refused_with_the_nearest_known_one(unfit: Unfit) -> None:
    edit = after_the_last_line(ROUTE + 'space = [\n  "hall",\n  "hal",\n]\n')
    assert unfit(edit) == ['playbook.toml:27: unknown space "hal" at CITY; write "hall"']


def test_a_lead_that_nobody_at_the_site_is_is_refused(unfit: Unfit) -> None:
    edit = {'lead = "property"': 'lead = "client"', "property = [": "client = ["}
    assert unfit(edit) == [
        "playbook.toml:16: nobody at CITY is client; name another, or give a party of the site this capacity"
    ]


def test_support_that_nobody_at_the_site_is_is_left_out(unfit: Unfit) -> None:
    assert unfit({'support = ["contractor"]': 'support = ["utility"]', "contractor = [": "utility = ["}) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [('[triage]\nby = "owners"\nlimit = "1 WD"\n', 25), ('[callbacks]\nby = "owners"\n', 25)],
)
def test_a_triage_or_callback_by_nobody_is_refused(text: str, line: int, unfit: Unfit) -> None:
    assert unfit(after_the_last_line(text)) == [
        (
            f"playbook.toml:{line}: nobody at CITY is owners; "
            "name another, or give a party of the site this capacity"
        )
    ]


def test_a_category_that_nobody_triages_is_refused(unfit: Unfit) -> None:
    assert unfit({'kind = "defect"': 'kind = "defect"\ntriage = { by = "street", limit = "1 WD" }'}) == [
        "playbook.toml:13: nobody at CITY is street; name another, or give a party of the site this capacity"
    ]


class TestALimitThatRunsDayAndNight:
    """Keepers (property) have a duty roster, builders (contractor) and the council (committee) have none."""

    def test_is_refused_for_support_that_inherits_it(self, unfit: Unfit) -> None:
        assert unfit({"5 WD": "5 d 24x7"}) == [f"playbook.toml:18: {no_roster('5 d 24x7', 'builders')}"]

    def test_is_refused_for_support_of_its_own(self, unfit: Unfit) -> None:
        edit = {"fix =": 'support_limits = { fix = "2 h 24x7" }\nfix ='}
        assert unfit(edit) == [f"playbook.toml:18: {no_roster('2 h 24x7', 'builders')}"]

    def test_is_taken_from_a_lead_with_a_roster(self, unfit: Unfit) -> None:
        assert unfit({'fix = "5 WD"': 'fix = "5 d 24x7"\nsupport_limits = { fix = "5 WD" }'}) == []

    def test_is_refused_for_whoever_may_act_already(self, unfit: Unfit) -> None:
        more = 'severity = "danger"\nsupport = ["acting"]\nfix = "1 h 24x7"\n'
        edit = after_the_last_line(ROUTE + more)
        assert unfit(edit) == [f"playbook.toml:29: {no_roster('1 h 24x7', 'builders')}"]

    def test_is_refused_as_a_safety_limit_of_whoever_can_be_routed(self, unfit: Unfit) -> None:
        edit = after_the_last_line(SAFETY.format("24x7", "24x7"))
        assert unfit(edit) == [f"playbook.toml:25: {no_roster('15 min 24x7', 'builders')}"]

    def test_is_refused_as_a_safety_limit_of_who_triages(self, unfit: Unfit) -> None:
        triage = '[triage]\nby = "committee"\nlimit = "1 WD"\n'
        edit = after_the_last_line(SAFETY.format("WH", "24x7") + triage)
        assert unfit(edit) == [f"playbook.toml:26: {no_roster('1 h 24x7', 'council')}"]

    def test_is_refused_for_the_triage_of_danger(self, unfit: Unfit) -> None:
        edit = after_the_last_line('[triage]\nby = "committee"\nlimit = "1 WD"\ndanger = "2 h 24x7"\n')
        assert unfit(edit) == [f"playbook.toml:27: {no_roster('2 h 24x7', 'council')}"]

    @pytest.mark.parametrize(
        ("key", "party"), [("decide_danger", "council"), ("review", "council"), ("redo", "builders")]
    )
    def test_is_refused_for_every_general_limit(self, key: str, party: str, unfit: Unfit) -> None:
        edit = after_the_last_line(f'[deciders]\norder = ["committee"]\n[limits]\n{key} = "2 h 24x7"\n')
        assert unfit(edit) == [f"playbook.toml:27: {no_roster('2 h 24x7', party)}"]

    def test_is_taken_from_everybody_once_all_have_rosters(
        self, aibo: ParsedPlaybook, aibo_site: Directory
    ) -> None:
        assert all(aibo_site.parties[one].duty_roster for one in ("contractor", "asset_company", "utility"))
        assert validate(aibo, aibo_site) == []


class TestVerifiers:
    """Rules 3 and 6."""

    def test_are_named_for_whoever_may_act(self, unfit: Unfit) -> None:
        assert unfit({'contractor = ["property"]\n': ""}) == [
            'playbook.toml:16: nobody verifies the work of contractor; add contractor = ["…"] to [verifiers]'
        ]

    def test_are_never_the_fixer_itself(self, unfit: Unfit) -> None:
        assert unfit({'["property"]': '["client"]'}, {'["contractor"]': '["contractor", "client"]'}) == [
            (
                "playbook.toml:8: at CITY nobody but builders itself could verify its work (rule 3); "
                "name a capacity that another party of the site has"
            )
        ]

    def test_are_at_the_site(self, unfit: Unfit) -> None:
        [problem] = unfit({'["property"]': '["designer", "supervisor"]'})
        assert problem.startswith("playbook.toml:8: at CITY nobody but builders itself could verify its work")

    def test_may_be_people_instead_of_parties(self, unfit: Unfit) -> None:
        assert unfit({'["property"]': '["reporter"]'}) == []


class TestDeciders:
    """Rule 5."""

    def test_are_at_the_site(self, unfit: Unfit) -> None:
        assert unfit(after_the_last_line('[deciders]\norder = ["street"]\n')) == [
            (
                "playbook.toml:25: nobody at CITY could decide a request; "
                "name a capacity that a party of the site has"
            )
        ]

    def test_do_not_all_act_on_one_route(self, unfit: Unfit) -> None:
        assert unfit(after_the_last_line('[deciders]\norder = ["property", "contractor"]\n')) == [
            (
                "playbook.toml:14: every decider acts on leak, so nobody could decide a request (rule 5); "
                "add a capacity that does not act to [deciders], or let one of them only consult"
            )
        ]

    def test_do_not_all_act_where_acting_parties_stay(self, unfit: Unfit) -> None:
        edit = after_the_last_line(
            '[deciders]\norder = ["committee", "contractor"]\n'
            '[[routes]]\ncategory = "leak"\nseverity = "danger"\nlead = "committee"\nsupport = ["acting"]\n'
        ) | {"[verifiers]": '[verifiers]\ncommittee = ["reporter"]'}
        [problem] = unfit(edit)
        assert problem.startswith("playbook.toml:27: every decider acts on leak")

    def test_are_enough_when_one_does_not_act(self, unfit: Unfit) -> None:
        assert unfit(after_the_last_line('[deciders]\norder = ["property", "committee"]\n')) == []


@pytest.mark.parametrize("to", ['["street"]', '["decider"]', '["street", "decider"]'])
def test_a_rung_that_tells_nobody_at_the_site_is_refused(to: str, unfit: Unfit) -> None:
    assert unfit({'["party_lead"]': to}) == [
        (
            "playbook.toml:23: at CITY the rung red tells nobody; "
            "name party_lead, or a capacity that a party of the site has"
        )
    ]


@pytest.mark.parametrize("to", ['["handler"]', '["coordinator"]', '["street", "property"]'])
def test_a_rung_that_tells_somebody_is_enough(to: str, unfit: Unfit) -> None:
    assert unfit({'["party_lead"]': to}) == []


def test_a_coordinator_is_told_where_there_is_a_committee(small_playbook: str) -> None:
    parsed = read_playbook("playbook.toml", small_playbook.replace("party_lead", "coordinator"))
    nowhere = Directory("NOWHERE", "UTC", 1, "", {}, {}, {})
    assert "at NOWHERE the rung red tells nobody" in [one.message for one in validate(parsed, nowhere)]
