"""A city's cases under its own targets, and under other rules."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.domain.backtest.history import Case, Step
from models.domain.backtest.outcome import Comparison
from models.domain.backtest.simulating import compare, simulate
from models.domain.business_time.limits import Limit
from models.domain.directory import Capacity
from models.domain.orders import commands as c
from models.domain.orders.rules import Context
from models.domain.words import DeadlineKind
from services.cli.main import app
from services.matters.rules.backtest import report_of
from services.replay.municipal.backtesting import case_of_row, directory_of
from services.replay.municipal.format import find_format
from services.replay.municipal.rows import read_rows
from tests.unit.core.kit import BY_RESIDENT, RESIDENT, TEXT, at, context, handler

ROOT = Path(__file__).resolve().parents[3]
CASES = ROOT / "tests" / "data" / "boston311" / "cases.csv"
BOSTON = find_format(ROOT / "deploy" / "formats", "boston311")
ROWS = read_rows(CASES.read_bytes(), BOSTON).rows
PLACE = Context(BOSTON.playbook, directory_of(BOSTON.site))
UNTIL = datetime(2013, 10, 1, 4, tzinfo=UTC)


def test_under_the_citys_own_targets_late_is_what_it_calls_overdue() -> None:
    with_verdict = {row.id for row in ROWS if row.overdue is not None}
    late = simulate(map(case_of_row, ROWS), PLACE, UNTIL).late
    assert late & with_verdict == {row.id for row in ROWS if row.overdue}


def _with_fix(limit: str) -> Comparison:
    routes = tuple(
        replace(one, limits={DeadlineKind.FIX: Limit.parse(limit)}) for one in BOSTON.playbook.routes
    )
    return compare(map(case_of_row, ROWS), PLACE, replace(BOSTON.playbook, routes=routes), UNTIL)


def test_a_limit_of_the_rules_takes_the_place_of_an_imported_one() -> None:
    found = _with_fix("900 WD")
    assert found.before.late
    assert found.after.late == set()


def test_the_report_says_by_party_what_changed() -> None:
    report = report_of(_with_fix("900 WD"), PLACE.site)
    isd = next(one for one in report["parties"] if one["party"] == "isd")
    assert isd["before"]["late"] > 0 == isd["after"]["late"]
    assert report["no_longer_late_count"] == len(report["no_longer_late"]) > 0


def test_what_another_party_would_have_done_is_unknown_and_counted_so() -> None:
    routes = tuple(replace(one, lead=Capacity.COMMITTEE) for one in BOSTON.playbook.routes)
    other = replace(PLACE, playbook=replace(BOSTON.playbook, routes=routes))
    rows = [row for row in ROWS if row.party == "isd"]
    found = simulate(map(case_of_row, rows), other, UNTIL)
    assert (found.late, found.unknown) == (set(), Counter({"info": len(rows)}))
    assert found.not_allowed["done"] == sum(row.closed is not None for row in rows)


# ── one case of ours ────────────────────────────────────────────────────────────────────────────────────────

REPORTED = at("11-23 09:12")


def _dust(*steps: Step) -> Case:
    report = c.Report("hall", TEXT, BY_RESIDENT, category="dust")
    parties = frozenset({"contractor", "committee"})
    return Case("AIBO5-1", REPORTED, report, RESIDENT, steps, parties)


def _step(command: c.PartyCommand, hours: int, anchor: str = "") -> Step:
    delay = timedelta(hours=hours)
    one = anchor or f"{command.party}/1"
    return Step(one, delay, command, handler(command.party), REPORTED + delay)


def test_an_action_keeps_its_delay_from_dispatch() -> None:
    case = _dust(_step(c.Acknowledge("contractor"), 1), _step(c.Start("contractor"), 3))
    found = simulate([case], context(), at("11-23 12:30"))
    assert found.of("contractor").late == 0
    assert found.of("committee").late == 1


def test_what_the_rules_do_not_allow_is_counted_and_not_applied() -> None:
    case = _dust(_step(c.Acknowledge("contractor"), 1), _step(c.Acknowledge("contractor"), 2))
    assert simulate([case], context(), at("11-23 12:30")).not_allowed == Counter({"acknowledge": 1})


def test_a_date_that_is_named_moves_with_the_action() -> None:
    ask = c.ProposePlan("contractor", TEXT, at("11-21 11:12"))
    step = replace(_step(ask, 2), was_at=at("11-20 11:12"))
    assert simulate([_dust(step)], context(), at("11-23 12:30")).not_allowed == Counter()


def test_a_refused_report_counts_with_all_that_followed() -> None:
    case = replace(
        _dust(_step(c.Acknowledge("contractor"), 1)), report=c.Report("nowhere", TEXT, BY_RESIDENT)
    )
    assert simulate([case], context(), at("11-24 12:30")).not_allowed == Counter(
        {"report": 1, "acknowledge": 1}
    )


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    words = BOSTON.rules_text.replace("version = 1", "version = 2", 1)
    file = tmp_path / "changed.toml"
    file.write_text(words.replace('lead = "supervisor"', 'lead = "supervisor"\nfix = "2 WD"'), "utf-8")
    return file


def test_the_command_compares_two_files_over_a_citys_history(changed: Path) -> None:
    old = str(ROOT / "deploy" / "formats" / "boston311" / "playbook.toml")
    words = ["simulate", "--playbook", str(changed), "--against", old, "--history", str(CASES)]
    answer = CliRunner().invoke(app, [*words, "--until", "2013-10-01", "--json"])
    report = json.loads(answer.stdout)
    assert report["cases"] == len(ROWS)
    assert report["after"]["late_cases"] > report["before"]["late_cases"]


def test_a_playbook_that_leaves_a_category_without_a_route_is_refused_by_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(BOSTON.rules_text.replace('category = "isd-health"', 'category = "isd-housing"'), "utf-8")
    answer = CliRunner().invoke(app, ["simulate", "--playbook", str(file), "--history", str(CASES)])
    assert answer.exit_code == 1
    assert "broken.toml:" in answer.stderr
