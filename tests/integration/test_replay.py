"""A slice of Boston's real cases through the real path, with bad rows among them; the oracle is counted here.

The cases are the City of Boston's (public domain, PDDL); bad rows and those at the second were added.
"""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from services.cli.operating import Stop
from services.cli.replay import _wish, database, is_running
from services.cli.up import CannotStart, alone
from services.execute import Answer, FrozenClock, Shop, Unit
from services.replay.driver import Driver
from services.replay.municipal.cases import Case
from services.replay.municipal.driving import Drive
from services.replay.municipal.format import find_format
from services.replay.municipal.replaying import AlreadyThere, Replayed, Wish, midnight, replay
from services.replay.municipal.report import Report, report_of
from services.settings import Settings
from services.store.contexts import Contexts
from services.store.transactions import transaction
from tests.databases import empty

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "data" / "boston311" / "cases.csv"
BAD = {
    12: 'open_dt is "July 5th", no time of this format',
    24: "case_enquiry_id is blank",
    32: "it is not UTF-8",
    37: 'unknown department "NASA"',
    49: "closed_dt lies before open_dt",
    61: "target_dt lies before open_dt",
    62: "a quote is not closed",
    74: "the id 101000296595 stands in line 2 already",
    86: "17 cells, not 18 as in the header",
    98: 'unknown ontime "MAYBE"',
    110: "open_dt is blank",
    122: "target_dt lies outside the years 1991 to 2098",
}


def silent(_steps: int, _total: int, _at: datetime) -> None:
    pass


def wish(site: str, until: str = "2013-10-01", data: bytes | None = None, limit: int | None = None) -> Wish:
    found = find_format(ROOT / "deploy" / "formats", "boston311")
    day = midnight(date.fromisoformat(until), found)
    return Wish(CASES.read_bytes() if data is None else data, found, day, site, limit)


@pytest.fixture(scope="module")
def engine(migrated_url: str, worker_engine: Engine) -> Engine:
    empty(migrated_url)
    return worker_engine


@pytest.fixture(scope="module")
def shop(engine: Engine) -> Shop:
    return Shop(engine, Contexts())


@pytest.fixture(scope="module")
def done(shop: Shop) -> Replayed:
    return replay(shop, wish("SLICE"), silent)


@pytest.fixture(scope="module")
def report(shop: Shop, done: Replayed) -> Report:
    return report_of(shop, done)


@pytest.fixture(scope="module")
def cells() -> list[dict[str, str]]:
    """The sound rows of the file by its own columns, read with the standard library alone."""
    lines = CASES.read_bytes().split(b"\n")
    kept = [line for number, line in enumerate(lines, start=1) if number not in BAD]
    return list(csv.DictReader(io.StringIO(b"\n".join(kept).decode())))


def code_of(done: Replayed, case_id: str) -> int:
    return next(case.key.stream_id for case in done.cases if case.row.id == case_id)


def rows(shop: Shop, done: Replayed, query: str, *values: object) -> list[tuple[Any, ...]]:
    with transaction(shop.engine, [done.site_id]) as sql:
        return sql.execute(query.encode(), (done.site_id, *values)).fetchall()


def test_bad_rows_are_refused_with_line_and_reason_and_stop_nothing(report: Report) -> None:
    assert {one["line"]: one["reason"] for one in report["refused"]} == BAD
    assert (report["rows"], report["orders"]) == (157, 145)


def test_a_refused_row_leaves_nothing(shop: Shop, done: Replayed) -> None:
    found = rows(shop, done, "SELECT count(*), count(DISTINCT stream_id) FROM stream WHERE site_id = %s")
    assert found == [(145, 145)]


def test_the_ledger_agrees_with_every_verdict_of_the_city(
    report: Report, cells: list[dict[str, str]]
) -> None:
    both = [one for one in cells if one["target_dt"] and one["closed_dt"]]
    with_verdict = [one for one in both if one["ontime"].strip()]
    never_closed = [one for one in cells if not one["closed_dt"] and "" < one["target_dt"] < "2013-10-01"]
    assert report["oracle"] == {
        "compared": len(with_verdict),
        "matched": len(with_verdict),
        "no_verdict": len(both) - len(with_verdict),
        "open_overdue": len(never_closed),
    }
    assert min(report["oracle"].values()) > 0
    assert report["mismatches"] == []


def test_overdue_orders_are_those_with_a_red_step(
    shop: Shop, done: Replayed, report: Report, cells: list[dict[str, str]]
) -> None:
    red = "SELECT count(*) FROM firing WHERE site_id = %s AND rung = 'red' AND kind = 'fix'"
    late = [
        one for one in cells if one["target_dt"] and one["target_dt"] < (one["closed_dt"] or "2013-10-01")
    ]
    assert report["overdue"] == report["steps"]["red"] == len(late)
    assert rows(shop, done, red) == [(len(late),)]


def test_departments_and_categories_add_up(report: Report, cells: list[dict[str, str]]) -> None:
    departments = {
        code.lower(): number for code, number in Counter(one["department"] for one in cells).items()
    }
    found = {code: one["orders"] for code, one in report["departments"].items()}
    assert found == {"pwd" if code == "pwdx" else code: number for code, number in departments.items()}
    assert sum(one["orders"] for one in report["categories"].values()) == report["orders"]


def test_what_the_file_does_not_measure_is_not_made_up(report: Report) -> None:
    figures = report["figures"]
    on_time = figures.pop("on_time")
    assert set(figures.values()) == {"not measured"}
    assert on_time["denominator"] - on_time["numerator"] == report["overdue"]


def test_time_held_is_partitioned_exactly(report: Report) -> None:
    held = report["time_held"]
    assert sum(held["holders"].values()) == held["elapsed"] > 0
    assert sum(sum(shares.values()) for shares in held["parties"].values()) == held["elapsed"]
    assert {stage for shares in held["parties"].values() for stage in shares} == {"working"}


def test_every_message_was_delivered_to_a_recorder(shop: Shop, done: Replayed, report: Report) -> None:
    (phone,) = rows(shop, done, "SELECT count(*) FROM phone WHERE site_id = %s")[0]
    assert report["notices"]["delivered"] == phone > report["orders"]
    assert report["notices"]["waiting"] == 0


def test_done_at_exactly_the_due_instant_is_on_time_and_a_second_later_is_not(
    shop: Shop, done: Replayed
) -> None:
    steps = "SELECT rung FROM firing WHERE site_id = %s AND stream_id = %s ORDER BY seq"
    assert rows(shop, done, steps, code_of(done, "exactly-due")) == [("yellow",)]
    assert rows(shop, done, steps, code_of(done, "one-second-late")) == [("yellow",), ("red",)]
    assert rows(shop, done, steps, code_of(done, "at-once")) == []


def test_each_event_has_its_own_instant_whatever_the_slice(shop: Shop, done: Replayed) -> None:
    found = rows(
        shop,
        done,
        "SELECT type, at AT TIME ZONE 'America/New_York' FROM event WHERE site_id = %s AND stream_id = %s"
        " AND type IN ('OrderReported', 'AssignmentDispatched', 'StepReached', 'OrderClosed') ORDER BY seq",
        code_of(done, "one-second-late"),
    )
    assert [(kind, at.isoformat(" ")) for kind, at in found] == [
        ("OrderReported", "2011-07-05 09:00:00"),
        ("AssignmentDispatched", "2011-07-05 09:00:00"),
        ("StepReached", "2011-07-10 23:24:00.000001"),
        ("StepReached", "2011-07-12 09:00:00.000001"),
        ("OrderClosed", "2011-07-12 09:00:01"),
    ]


def test_the_words_of_a_case_lie_beside_the_ledger(shop: Shop, done: Replayed) -> None:
    order = code_of(done, "exactly-due")
    bodies = rows(shop, done, "SELECT body FROM private_row WHERE site_id = %s AND stream_id = %s", order)
    assert any(body.startswith("exactly-due\n") for (body,) in bodies)
    payloads = "SELECT count(*) FROM event WHERE site_id = %s AND payload LIKE '%%exactly-due%%'::bytea"
    assert rows(shop, done, payloads) == [(0,)]


def test_the_clock_is_frozen_at_the_end(shop: Shop, done: Replayed) -> None:
    assert rows(shop, done, "SELECT clock, virtual_now FROM site WHERE id = %s") == [
        ("frozen", done.wish.until)
    ]
    answer = Driver(shop, done.site_id).execute([done.cases[0].reported()])[0]
    assert isinstance(answer.refused, FrozenClock)


def test_a_second_replay_says_what_to_do(shop: Shop, done: Replayed) -> None:
    with pytest.raises(AlreadyThere, match=r"SLICE exists: it was replayed before.*--site SLICEB"):
        replay(shop, wish("SLICE"), silent)


def test_a_replay_that_was_cut_short_can_be_told(shop: Shop) -> None:
    class Killed(BaseException):
        pass

    def kill(steps: int, _total: int, _at: datetime) -> None:
        if steps > 20:
            raise Killed

    with pytest.raises(Killed):
        replay(shop, wish("HALF"), kill)
    with pytest.raises(AlreadyThere, match=r"a replay runs there, or was cut short at 2011-07-"):
        replay(shop, wish("HALF"), silent)


def test_an_earlier_end_leaves_later_closings_open_and_compares_what_was_reached(shop: Shop) -> None:
    early = replay(shop, wish("EARLY", until="2011-08-01"), silent)
    told = report_of(shop, early)
    until = early.wish.until
    known = [case.row for case in early.cases if case.row.target and case.row.closed]
    reached = [
        row
        for row in known
        if row.overdue is not None and (row.closed <= until or row.target < until)  # type: ignore[operator]
    ]
    assert told["later"] == 145 - told["orders"] > 0
    assert told["oracle"]["compared"] == told["oracle"]["matched"] == len(reached) < len(known)
    still_open = "SELECT count(*) FROM stream WHERE site_id = %s AND status = 'open'"
    closed_later = [case for case in early.cases if case.row.closed is None or case.row.closed > until]
    assert rows(shop, early, still_open) == [(len(closed_later),)]


def test_a_case_that_breaks_the_batch_costs_itself_alone(shop: Shop) -> None:
    class Poisoned(Driver):
        def execute(self, units: Sequence[Unit]) -> list[Answer]:
            if any(unit.envelopes[0].key.stream_id == 3 for unit in units):
                raise OSError("the disk is full")
            return super().execute(units)

    drives: list[Drive] = []

    def poisoned(driver: Driver, *rest: Any) -> Drive:
        drives.append(Drive(Poisoned(driver.shop, driver.site_id), *rest))
        return drives[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("services.replay.municipal.replaying.Drive", poisoned)
        found = replay(shop, wish("POISON", until="2011-08-01", limit=8), silent)
    third: Case = found.cases[2]
    assert [(one.line, one.reason) for one in found.refused] == [
        (third.row.line, "OSError: the disk is full")
    ]
    streams = rows(shop, found, "SELECT stream_id FROM stream WHERE site_id = %s ORDER BY stream_id")
    assert [number for (number,) in streams] == [1, 2, *range(4, len(found.cases) + 1)]


def test_a_file_without_sound_rows_is_a_report_as_well(shop: Shop) -> None:
    header = CASES.read_bytes().split(b"\n")[0]
    told = report_of(shop, replay(shop, wish("NONE", data=header + b"\n1,2\n"), silent))
    assert (told["rows"], told["orders"], told["overdue"]) == (1, 0, 0)
    assert told["figures"]["on_time"] == "not measured"


def command(postgres_url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANBAN_")}
    return subprocess.run(
        [sys.executable, "-m", "services.cli.main", "replay", *words],
        env={**kept, "LIANBAN_DATABASE_URL": postgres_url, "PYTHONSAFEPATH": "1", "COLUMNS": "80"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_command_prints_json_alone_on_standard_output(engine: Engine, postgres_url: str) -> None:
    words = (str(CASES), "--format", "boston311", "--until", "2013-10-01", "--site", "JSON", "--json")
    done = command(postgres_url, *words)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["oracle"]["matched"] > 0


def test_the_command_prints_a_report_of_80_columns(engine: Engine, postgres_url: str) -> None:
    words = (str(CASES), "--format", "boston311", "--until", "2013-10-01", "--site", "PRINT", "--limit", "40")
    done = command(postgres_url, *words)
    assert done.returncode == 0, done.stderr
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    for word in ("Inspectional Services Department", "line 12", "not measured", "matched"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("file", "format_", "until", "site", "told"),
    [
        ("no-such-file.csv", "boston311", "2013-10-01", None, "no such file"),
        (str(CASES), "atlantis", "2013-10-01", None, "There are: boston311"),
        (str(CASES), "boston311", "October", None, "write it as 2013-10-01"),
        (str(CASES), "boston311", "2013-10-01", "boston", "is no site code"),
    ],
)
def test_a_wrong_word_is_told_in_a_sentence(
    file: str, format_: str, until: str, site: str | None, told: str
) -> None:
    with pytest.raises(Stop, match=told):
        _wish(Path(file), format_, until, site, None)


@pytest.fixture
def alone_at_home() -> Iterator[Settings]:
    """A data folder where no `up` runs."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    yield Settings.read({"LIANBAN_DATA": str(folder)})
    shutil.rmtree(folder)


def test_without_a_running_database_one_is_started_for_the_replay_alone(alone_at_home: Settings) -> None:
    with database(alone_at_home):
        assert is_running(alone_at_home)
        with pytest.raises(CannotStart, match="it already runs"), alone(alone_at_home):
            pytest.fail("the folder was free")
    assert not is_running(alone_at_home)
