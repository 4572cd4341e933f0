"""Reading a playbook: all of the real one arrives, and each refusal names line and remedy."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest

from models.domain.business_time.limits import Clock, Limit
from models.domain.directory import Capacity
from models.domain.playbook.model import Closure, Gate, Mark, Playbook
from models.domain.playbook.parse import ParsedPlaybook, parse_playbook
from models.domain.playbook.problems import PlaybookError
from models.domain.words import DeadlineKind, Origin, Severity

Refused = Callable[[dict[str, str]], list[str]]

LIMITS = "write '15 WD', '2 WH', '90 min WH', '30 min 24x7', '24 h 24x7' or '7 d 24x7', from 1 to 1000 days"
CAPACITIES = (
    "committee, property, autonomy_office, asset_company, client, contractor, supervisor, designer, owners, "
    "street, utility"
)
LAST = 'to = ["party_lead"]\n'


def after_the_last_line(text: str) -> dict[str, str]:
    """From line 24 on."""
    return {LAST: LAST + text}


def limit(text: str) -> Limit:
    return Limit.parse(text)


class TestTheRealPlaybook:
    @pytest.fixture
    def real(self, aibo: ParsedPlaybook) -> Playbook:
        return aibo.playbook

    def test_is_pinned_by_the_hash_of_its_text(self, real: Playbook, playbook_text: str) -> None:
        assert real.digest == hashlib.sha256(playbook_text.encode()).hexdigest()

    def test_has_all_categories_routes_and_rungs_of_the_file(
        self, real: Playbook, playbook_text: str
    ) -> None:
        counted = tuple(
            playbook_text.count(head) for head in ("\n[categories.", "\n[[routes]]", "\n[[ladder]]")
        )
        assert (len(real.categories), len(real.routes), len(real.ladder)) == counted

    def test_triages_a_leak_by_property_with_a_photo(self, real: Playbook) -> None:
        leak = real.categories["leak"]
        assert leak.triage is not None
        assert leak.triage.by is Capacity.PROPERTY
        assert leak.triage.limits == {Severity.ORDINARY: limit("1 WD"), Severity.DANGER: limit("2 h 24x7")}
        assert leak.gates == {"triage": {Gate.PHOTO}, "done": {Gate.AFTER_PHOTO}}

    def test_routes_an_old_leak_to_asset_company_property_and_autonomy_office(self, real: Playbook) -> None:
        route = real.route_for("leak", Origin.PRE_EXISTING, Severity.ORDINARY, "table-tennis")
        assert route is not None
        assert (route.lead, route.support, route.consult) == (
            "asset_company",
            ("property",),
            ("autonomy_office",),
        )
        assert route.limits == {DeadlineKind.ACKNOWLEDGE: limit("1 WD"), DeadlineKind.FIX: limit("15 WD")}

    def test_has_danger_on_the_clock_that_never_stops(self, real: Playbook) -> None:
        danger = real.safety[Severity.DANGER]
        assert danger.acknowledge == limit("15 min 24x7")
        assert danger.on_site_in_compound == limit("30 min 24x7")
        assert danger.on_site_elsewhere == limit("2 h 24x7")
        assert danger.make_safe == limit("1 h 24x7")
        assert real.unconfirmed_danger == limit("15 min 24x7")

    def test_has_a_danger_decided_within_the_hour(self, real: Playbook) -> None:
        assert real.limit(DeadlineKind.DECIDE, Severity.DANGER) == limit("1 h 24x7")
        assert real.limit(DeadlineKind.DECIDE, Severity.ORDINARY) == limit("1 WD")
        assert real.limit(DeadlineKind.REDO, Severity.DANGER) == limit("3 WD")

    def test_has_its_ladder_in_the_order_of_the_file(self, real: Playbook) -> None:
        assert [(rung.code, rung.percent) for rung in real.ladder] == [
            ("yellow_half", 50),
            ("yellow_short", 50),
            ("yellow", 80),
            ("red", None),
            ("urge", None),
            ("supervise", None),
        ]

    def test_compares_limits_with_lengths_of_the_plain_clock(self, real: Playbook) -> None:
        _, short, yellow, *_ = real.ladder
        assert short.under == yellow.at_least == Limit(3600, 0, Clock.ALWAYS)

    def test_urges_the_client_too_when_the_contractor_is_late(self, real: Playbook) -> None:
        urge = next(rung for rung in real.ladder if rung.mark is Mark.URGE)
        assert urge.also == {Capacity.CONTRACTOR: (Capacity.CLIENT,)}
        assert urge.past == {Severity.ORDINARY: limit("1 WD"), Severity.DANGER: limit("1 h 24x7")}

    def test_goes_on_supervising_every_five_working_days(self, real: Playbook) -> None:
        assert real.ladder[-1].repeat == limit("5 WD")

    def test_bars_works_noise_at_night(self, real: Playbook) -> None:
        assert real.categories["works_noise"].barred == ((time(22), time(6)),)

    def test_has_the_rules_of_requests(self, real: Playbook) -> None:
        assert real.hold is not None
        assert (real.hold.at_most, real.hold.renewals, len(real.hold.reasons)) == (limit("15 WD"), 1, 5)
        assert real.hold.reasons["weather"] == {"zh": "天气原因", "en": "Weather"}
        assert (real.returns_at_most, real.extensions_at_most, real.extension_percent) == (2, 1, 100)
        assert (real.reopen_within, real.reopens_by_reporter) == (limit("15 d 24x7"), 1)

    def test_says_who_decides_verifies_and_calls_back(self, real: Playbook) -> None:
        assert real.deciders == (Capacity.COMMITTEE, Capacity.AUTONOMY_OFFICE, Capacity.STREET)
        assert real.verifiers[Capacity.COMMITTEE] == ("reporter", "volunteer", "autonomy_office")
        assert (real.callback_by, real.objection) == (Capacity.COMMITTEE, limit("3 WD"))
        assert real.round_two == {DeadlineKind.CONTACT: limit("3 WD"), DeadlineKind.PLAN: limit("3 WD")}

    def test_closes_questions_when_they_helped(self, real: Playbook) -> None:
        assert real.categories["question"].closure is Closure.HELPED


class TestASmallPlaybook:
    @pytest.fixture
    def small(self, small_playbook: str) -> Playbook:
        return parse_playbook("playbook.toml", small_playbook)

    def test_needs_six_tables_and_invents_no_rules(self, small: Playbook) -> None:
        absent = (small.triage, small.callback_by, small.objection, small.hold, small.reopen_within)
        assert absent == (None,) * 5
        assert (small.limits, small.safety, small.round_two, small.deciders) == ({}, {}, {}, ())
        assert (small.returns_at_most, small.extensions_at_most, small.reopens_by_reporter) == (0, 0, 0)

    def test_measures_no_limit_that_it_does_not_give(self, small: Playbook) -> None:
        assert small.routes[0].limits == {DeadlineKind.FIX: limit("5 WD")}
        assert small.limit(DeadlineKind.CONTACT, Severity.ORDINARY) is None

    def test_does_not_repeat_a_rung_unasked(self, small: Playbook) -> None:
        assert small.ladder[0].repeat is None

    def test_names_severities_as_the_domain_does(self, small: Playbook) -> None:
        assert small.severities[Severity.DANGER].name == "危险"

    def test_differs_with_each_character_of_its_text(self, small: Playbook, small_playbook: str) -> None:
        other = parse_playbook("playbook.toml", small_playbook + "# the same rules\n")
        assert other.digest != small.digest
        assert replace(other, digest=small.digest) == small

    def test_takes_one_word_for_a_list_of_one(self, small_playbook: str) -> None:
        text = small_playbook.replace("fix =", 'origin = "misuse"\nspace = "hall"\nfix =')
        route = parse_playbook("playbook.toml", text).routes[0]
        assert (set(route.origin), set(route.space)) == ({Origin.MISUSE}, {"hall"})


def test_an_unknown_key_is_refused_with_the_nearest_known_one(refused: Refused) -> None:
    assert refused({"fix =": "fixx ="}) == ['playbook.toml:18: unknown key "fixx" in routes; write "fix"']


def test_an_unknown_table_is_refused_with_the_nearest_known_one(refused: Refused) -> None:
    assert refused(after_the_last_line("[hold]\n")) == ['playbook.toml:24: unknown key "hold"; write "holds"']


def test_a_key_that_is_missing_is_named_at_its_table(refused: Refused) -> None:
    assert refused({'kind = "defect"\n': ""}) == ["playbook.toml:10: leak has no kind; add kind"]


def test_a_table_that_is_missing_is_named_at_the_beginning(refused: Refused) -> None:
    edit = {'[playbook]\ncode = "city"\nversion = 1\nname = "City"\n': ""}
    assert refused(edit) == ["playbook.toml:1: the file has no playbook; add playbook"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('name = "City"', "name = 7", '4: name is 7, not a text; write a text in "quotes"'),
        ('name = "City"', 'name = " "', '4: name is empty; write a text in "quotes"'),
        ("version = 1", 'version = "1"', '3: version is "1"; write a whole number from 1 to 1000000'),
        ("version = 1", "version = true", "3: version is true; write a whole number from 1 to 1000000"),
        ("version = 1", "version = 0", "3: version is 0; write a whole number from 1 to 1000000"),
        (
            "version = 1",
            f"version = 0x{'f' * 5000}",
            "3: version is a huge number; write a whole number from 1 to 1000000",
        ),
        (
            'support = ["contractor"]',
            'support = "contractor"',
            '17: support is "contractor", not a list; write it in [ ], with commas',
        ),
        (
            'lead = "property"',
            'lead = ["property"]',
            f"16: lead is a list, not a capacity; write one of: {CAPACITIES}",
        ),
        (
            'kind = "defect"',
            'kind = "defect"\nneeds_origin = "yes"',
            '13: needs_origin is "yes"; write true or false, without quotes',
        ),
        ('fix = "5 WD"', "fix = 5", '18: fix is 5, not a limit; write it in "quotes", as "15 WD"'),
        (
            'kind = "defect"',
            'kind = "defect"\ntriage = 2',
            "13: triage is 2, not a table; write [triage] or { key = … }",
        ),
        (
            'kind = "defect"',
            'kind = "defect"\nbarred = [{ from = 8, to = "24:00" }]',
            '13: from is 8, not a time; write it in quotes, as "08:30"',
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_on_its_line(
    old: str, new: str, problem: str, refused: Refused
) -> None:
    assert f"playbook.toml:{problem}" in refused({old: new})


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('lead = "property"', 'lead = "contracter"', '16: unknown capacity "contracter"; write "contractor"'),
        ('lead = "property"', 'lead = "xyz"', f'16: unknown capacity "xyz"; write one of: {CAPACITIES}'),
        (
            'support = ["contractor"]',
            'support = ["contractor",\n  "ownerz"]',
            '18: unknown capacity "ownerz"; write "owners"',
        ),
        (
            "fix =",
            'severity = "dangerous"\nfix =',
            '18: unknown severity "dangerous"; write "danger"',
        ),
        (
            "fix =",
            'origin = ["constructed"]\nfix =',
            '18: unknown origin "constructed"; write "construction"',
        ),
        ('kind = "defect"', 'kind = "defekt"', '12: unknown kind "defekt"; write "defect"'),
        (
            'kind = "defect"',
            'kind = "defect"\nclosure = "help"',
            '13: unknown closure "help"; write "helped"',
        ),
        ('["property"]', '["reportr"]', '8: unknown verifier "reportr"; write "reporter"'),
        ("contractor = [", "contracter = [", '8: unknown capacity "contracter"; write "contractor"'),
        ('mark = "red"', 'mark = "rad"', '22: unknown mark "rad"; write "red"'),
        ('["party_lead"]', '["party_leed"]', '23: unknown recipient "party_leed"; write "party_lead"'),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest_known_one(
    old: str, new: str, problem: str, refused: Refused
) -> None:
    assert refused({old: new}) == [f"playbook.toml:{problem}"]


def test_a_severity_that_does_not_exist_has_no_limits(refused: Refused) -> None:
    edit = after_the_last_line('[severities.dangr]\nname = "!"\npriority = 1\n')
    assert refused(edit) == ['playbook.toml:24: unknown severity "dangr"; write "danger"']


@pytest.mark.parametrize("written", ["5 days", "0 WD", "1 h", "1001 WD", ""])
def test_a_limit_that_cannot_be_read_is_refused_with_what_can(written: str, refused: Refused) -> None:
    assert refused({'"5 WD"': f'"{written}"'}) == [
        f'playbook.toml:18: fix is "{written}", which is no limit; {LIMITS}'
    ]


def test_a_share_over_the_whole_is_refused(refused: Refused) -> None:
    edit = {
        "[[ladder]]": '[[ladder]]\ncode = "y"\nmark = "yellow"\nshare = "120 %"\nto = ["handler"]\n[[ladder]]'
    }
    assert refused(edit) == ['playbook.toml:23: share is "120 %"; write a percentage from "1 %" to "100 %"']


def test_a_code_with_capitals_is_refused(refused: Refused) -> None:
    assert refused({'code = "city"': 'code = "City"'}) == [
        'playbook.toml:2: "City" is no code; use a to z and 0 to 9, with single - or _ between'
    ]


def test_a_category_that_stands_twice_is_refused(refused: Refused) -> None:
    edit = after_the_last_line("[categories.leak]\n")
    [problem] = refused(edit)
    assert problem.startswith("playbook.toml:24: no TOML: ")
    assert problem.endswith("; rename one of the two, or remove it")


def test_a_reason_for_holds_that_stands_twice_is_refused(refused: Refused) -> None:
    reason = '[[holds.reasons]]\ncode = "rain"\nname = "Rain"\n'
    edit = after_the_last_line(
        '[deciders]\norder = ["street"]\n[holds]\nmax = "1 WD"\nrenewals = 0\n' + 2 * reason
    )
    assert refused(edit) == ['playbook.toml:33: a second reason "rain"; give each reason a code of its own']


def test_a_rung_that_stands_twice_is_refused(refused: Refused) -> None:
    edit = after_the_last_line('[[ladder]]\ncode = "red"\nmark = "urge"\nto = ["street"]\n')
    assert refused(edit) == ["playbook.toml:25: a second rung red; give each rung a code of its own"]


def test_a_capacity_that_decides_twice_is_refused(refused: Refused) -> None:
    edit = after_the_last_line('[deciders]\norder = ["street", "street"]\n')
    assert refused(edit) == ['playbook.toml:25: order names "street" twice; remove one']


def test_a_second_route_under_the_same_conditions_is_refused(refused: Refused) -> None:
    edit = {'fix = "5 WD"': '[[routes]]\ncategory = "leak"\nlead = "client"'}
    assert refused(edit) == [
        (
            "playbook.toml:18: a second route of leak under the same conditions as line 14; "
            "remove one, or give it another origin, severity or space"
        )
    ]


def test_a_route_of_an_unknown_category_is_refused(refused: Refused) -> None:
    assert refused({'category = "leak"': 'category = "leek"'}) == [
        'playbook.toml:15: a route of the unknown category "leek"; write "leak"'
    ]


def test_a_hazard_of_an_unknown_category_is_refused(refused: Refused) -> None:
    hazard = '[hazards.seepage]\nname = "Water"\ncategory = "leek"\n'
    assert refused(after_the_last_line(hazard)) == [
        'playbook.toml:26: a hazard of the unknown category "leek"; write "leak"'
    ]


def test_a_hazard_has_a_name_and_no_keys_that_nobody_knows(refused: Refused) -> None:
    hazard = '[hazards.seepage]\ncategory = "leak"\ndanger = true\n'
    assert [one.partition(": ")[0] for one in refused(after_the_last_line(hazard))] == [
        "playbook.toml:24",
        "playbook.toml:26",
    ]


def test_a_capacity_has_one_duty_in_a_route(refused: Refused) -> None:
    assert refused({'["contractor"]': '["property"]'}) == [
        "playbook.toml:17: property is support and lead of the same route; keep it in lead and remove it here"
    ]


def test_limits_of_support_need_support(refused: Refused) -> None:
    assert refused({'support = ["contractor"]': 'support_limits = { fix = "1 WD" }'}) == [
        "playbook.toml:17: support_limits without support; name support or remove them"
    ]


def test_an_empty_condition_is_refused_because_it_matches_nothing(refused: Refused) -> None:
    assert refused({"fix =": "origin = []\nfix ="}) == [
        "playbook.toml:18: origin is an empty list, which matches nothing; leave it out to match all"
    ]


def test_an_origin_that_nobody_finds_out_is_refused(refused: Refused) -> None:
    assert refused({'kind = "defect"': 'kind = "defect"\nneeds_origin = true'}) == [
        (
            "playbook.toml:13: leak needs an origin, but nobody finds it out; "
            "add triage to [categories.leak], or a [triage]"
        )
    ]


def test_an_unconfirmed_danger_needs_somebody_who_triages(refused: Refused) -> None:
    safety = (
        '[safety.danger]\nacknowledge = "1 WH"\non_site = { compound = "1 WH", elsewhere = "1 WH" }\n'
        'make_safe = "1 WH"\nunconfirmed = "1 WH"\n'
    )
    assert refused(after_the_last_line(safety)) == [
        (
            "playbook.toml:28: an unconfirmed danger wakes the triaging party, but there is none; "
            "add a [triage], or remove unconfirmed"
        )
    ]


def test_a_gate_before_an_unknown_action_is_refused(refused: Refused) -> None:
    assert refused({'kind = "defect"': 'kind = "defect"\ngates = { dome = ["after_photo"] }'}) == [
        'playbook.toml:13: unknown gated action "dome"; write "done"'
    ]


def test_a_gate_that_nothing_would_ask_for_is_refused(refused: Refused) -> None:
    assert refused({'kind = "defect"': 'kind = "defect"\ngates = { done = ["photo"] }'}) == [
        'playbook.toml:13: unknown gate "photo"; write "after_photo"'
    ]


def test_barred_hours_of_no_length_are_refused(refused: Refused) -> None:
    assert refused({'kind = "defect"': 'kind = "defect"\nbarred = [{ from = "22:00", to = "22:00" }]'}) == [
        "playbook.toml:13: the hours end when they begin; write two different times"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "[returns]\nmax_per_order = 2\ndesignated_may_return = true\n",
            (
                "26: designated_may_return is true, but whom the decider designates may not return the order "
                "again (rule 4); write false or leave it out"
            ),
        ),
        (
            "[extensions]\nmax_per_assignment = 1\nmax_share = '100 %'\nbefore_due = false\n",
            (
                "27: before_due is false, but an extension is asked before the limit (rule 8); "
                "write true or leave it out"
            ),
        ),
        (
            "[holds]\nbefore_safe = true\nmax = '1 WD'\nrenewals = 0\nreasons = []\n",
            (
                "25: before_safe is true, but there is no hold before the place is safe (rule 8); "
                "write false or leave it out"
            ),
        ),
        (
            "[deciders]\nrole = 'handler'\norder = ['street']\n",
            (
                '25: role is "handler", but it is the party\'s lead who decides (rule 5); '
                'write "lead" or leave it out'
            ),
        ),
    ],
)
def test_a_rule_that_never_bends_cannot_be_bent(text: str, problem: str, refused: Refused) -> None:
    assert f"playbook.toml:{problem}" in refused(after_the_last_line(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[returns]\nmax_per_order = 2\n", "returns"),
        ("[extensions]\nmax_per_assignment = 1\nmax_share = '100 %'\n", "extensions"),
        ("[holds]\nmax = '1 WD'\nrenewals = 0\nreasons = []\n", "holds"),
    ],
)
def test_requests_need_somebody_who_decides(text: str, kind: str, refused: Refused) -> None:
    assert refused(after_the_last_line(text)) == [
        f"playbook.toml:24: {kind} are asked for, but nobody decides; add [deciders] with an order"
    ]


def test_a_ladder_without_red_is_refused(refused: Refused) -> None:
    assert refused({'mark = "red"': 'mark = "urge"'}) == [
        'playbook.toml:20: no rung is marked red: nothing would ever be overdue; add a rung with mark = "red"'
    ]


def test_red_stands_at_the_due_instant_of_every_limit(refused: Refused) -> None:
    assert refused({'mark = "red"': 'mark = "red"\npast = "1 WD"\nlimits_under = "1 d"'}) == [
        "playbook.toml:23: past of the red rung, which stands at the due instant of every limit; remove past",
        (
            "playbook.toml:24: limits_under of the red rung, which stands at the due instant of every limit; "
            "remove limits_under"
        ),
    ]


def test_a_second_red_rung_is_refused(refused: Refused) -> None:
    edit = after_the_last_line('[[ladder]]\ncode = "redder"\nmark = "red"\nto = ["street"]\n')
    assert refused(edit) == ['playbook.toml:26: a second red rung beside line 20; write mark = "urge"']


def test_rungs_stand_in_the_order_in_which_they_are_reached(refused: Refused) -> None:
    edit = after_the_last_line('[[ladder]]\ncode = "y"\nmark = "yellow"\nshare = "80 %"\nto = ["handler"]\n')
    assert refused(edit) == [
        (
            "playbook.toml:24: the rung y is reached before red, which stands above it; "
            "order the rungs by when they are reached"
        )
    ]


def test_only_the_last_rung_repeats(refused: Refused) -> None:
    edit = after_the_last_line('repeat = "1 WD"\n[[ladder]]\ncode = "urge"\nmark = "urge"\nto = ["street"]\n')
    assert refused(edit) == [
        "playbook.toml:24: the rung red repeats, but urge comes after it; let only the last rung repeat"
    ]


def test_a_rung_that_tells_nobody_is_refused(refused: Refused) -> None:
    assert refused({'["party_lead"]': "[]"}) == [
        (
            "playbook.toml:23: the rung red tells nobody; "
            "name who is told: handler, party_lead, coordinator, decider or a capacity"
        )
    ]


def test_a_rung_is_reached_by_share_or_past_not_both(refused: Refused) -> None:
    edit = after_the_last_line(
        '[[ladder]]\ncode = "u"\nmark = "urge"\nshare = "100 %"\npast = "1 WD"\nto = ["street"]\n'
    )
    assert refused(edit) == ["playbook.toml:28: the rung u has a share and a past; keep one of the two"]


@pytest.mark.parametrize(
    ("new", "line", "remedy"),
    [
        ('name = "City', 4, "close the text with the quotes that opened it, on the same line"),
        ('name = """City', 23, "close the text with the quotes that opened it"),
        (
            "name = City",
            4,
            'write a text in "quotes", a number, true or false, a list in [ ], or a table in { }',
        ),
        ('name = "City"\nname = "B"', 5, "rename one of the two, or remove it"),
        ('name = "C\\ity"', 4, "write \\\\ for a backslash, or put the text in 'single quotes'"),
        ("name = 'a\x07'", 4, "remove the character that cannot be seen"),
        ('name = "\x07"', 4, "remove the character that cannot be seen"),
        ('name "City"', 4, 'write it as TOML: key = "text", [table] or [[list of tables]]'),
    ],
)
def test_what_is_no_toml_is_refused_on_its_line(new: str, line: int, remedy: str, refused: Refused) -> None:
    [problem] = refused({'name = "City"': new})
    assert problem.startswith(f"playbook.toml:{line}: no TOML: ")
    assert problem.endswith(f"; {remedy}")


def test_half_a_character_is_refused_on_its_line(refused: Refused) -> None:
    assert refused({'"City"': '"\ud800"'}) == [
        "playbook.toml:4: a character is no Unicode text; write the character itself instead of its half"
    ]


def test_lists_too_deep_to_read_are_refused(refused: Refused) -> None:
    assert refused({'"City"': "[" * 5000}) == [
        "playbook.toml:1: lists or tables stand in one another too deeply; write them flat"
    ]


def test_all_problems_are_told_at_once_in_the_order_of_lines(refused: Refused) -> None:
    found = refused({"version = 1": "version = 0", '"5 WD"': '"soon"', '"party_lead"': '"boss"'})
    assert [one.split(":")[1] for one in found] == ["3", "18", "23"]


def test_a_problem_causes_no_others(refused: Refused) -> None:
    assert len(refused({'support = ["contractor"]': 'support = ["contracter", "committy"]'})) == 2


def test_the_error_says_every_problem(small_playbook: str) -> None:
    with pytest.raises(PlaybookError, match=r"^p\.toml:3: version is 0; write a whole number"):
        parse_playbook("p.toml", small_playbook.replace("version = 1", "version = 0"))
