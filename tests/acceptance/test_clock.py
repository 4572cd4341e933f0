"""`lianban clock`: a person turns a site's clock and sees what that sets off."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner

from services.cli import clock
from services.cli.operating import plainly
from services.execute import Shop
from services.store.transactions import transaction
from tests.acceptance.stage import Stage


@pytest.fixture
def turn(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command over the stage's database, on a terminal of 80 columns."""

    @contextmanager
    def at_work() -> Iterator[Shop]:
        with plainly():
            yield stage.shop

    monkeypatch.setattr(clock, "at_work", at_work)
    monkeypatch.setenv("COLUMNS", "80")
    return CliRunner()


def run(runner: CliRunner, *words: str, code: int = 0) -> str:
    app = typer.Typer()
    app.command()(clock.clock)
    done = runner.invoke(app, list(words))
    assert done.exit_code == code, done.output
    assert max(map(cell_len, done.stdout.splitlines()), default=0) <= 80
    return done.output


def test_turning_past_a_limit_prints_the_steps_and_who_was_told(stage: Stage, turn: CliRunner) -> None:
    leak = stage.report("leak", origin="pre_existing")
    stage.act(leak, "acknowledge", "property")
    shown = run(turn, stage.code, "--advance", "2 WD")
    for word in ("red", f"{stage.code}-{leak.stream_id}", "asset_company", "徐国梁", "接单超期"):
        assert word in shown


def test_turning_where_nothing_is_due_says_so(stage: Stage, turn: CliRunner) -> None:
    shown = run(turn, stage.code, "--to", "2026-03-20T09:00")
    assert "No step of a ladder was reached." in shown
    assert "Nobody was told anything." in shown
    assert stage.now.isoformat() == "2026-03-20T01:00:00+00:00"


def test_the_clock_is_not_turned_past_what_was_not_done(stage: Stage, turn: CliRunner) -> None:
    stage.report("leak", origin="pre_existing")
    with transaction(stage.shop.engine) as sql:  # as after a try that failed
        sql.execute("UPDATE timer SET attempts = 1, lease_until = now() + interval '1 minute'")
    shown = " ".join(run(turn, stage.code, "--advance", "2 WD", code=1).split())
    assert "the clock is not turned past it" in shown


def test_without_a_wish_it_says_where_the_clock_stands_and_what_falls_due(
    stage: Stage, turn: CliRunner
) -> None:
    assert "Nothing is going to fall due." in run(turn, stage.code)
    stage.report("leak", origin="pre_existing")
    assert "asset_company" in run(turn, stage.code, "--show")


def test_time_only_goes_forward(stage: Stage, turn: CliRunner) -> None:
    assert "time only goes forward" in run(turn, stage.code, "--to", "2020-01-01T09:00", code=1)


@pytest.mark.parametrize(
    ("kind", "words"), [("live", "it goes by itself"), ("frozen", "it can be looked at")]
)
def test_a_clock_that_is_not_virtual_is_not_turned(
    stage: Stage, turn: CliRunner, kind: str, words: str
) -> None:
    stage.driver.end(kind)
    assert words in run(turn, stage.code, "--advance", "1 h 24x7", code=1)


def test_what_is_no_limit_is_told_with_examples(stage: Stage, turn: CliRunner) -> None:
    assert "write '2 WD'" in run(turn, stage.code, "--advance", "soon", code=1)
