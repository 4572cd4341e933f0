"""`lianban ledger`, as a person runs it."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from models.domain.streams import StreamKey
from services.cli.main import app
from services.execute import Shop
from services.ledger.checkpoints import tend
from services.ledger.notes import Verifier, open_note
from services.settings import settings as process_settings
from tests.integration.ledger.conftest import Owner, Report


class Cli(Protocol):
    def __call__(self, *words: str, code: int = 0) -> Result: ...


@pytest.fixture
def cli(shop: Shop, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    for name, value in (
        ("COLUMNS", "80"), ("LIANBAN_DATA", str(tmp_path / "data")), ("TERM", "dumb"),
        ("LIANBAN_DATABASE_URL", migrated_url),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    process_settings.cache_clear()

    def run(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(app, ["ledger", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        if words[0] == "verify":
            assert [line for line in result.stdout.splitlines() if cell_len(line) > 80] == []
        return result

    yield run
    process_settings.cache_clear()


@pytest.fixture
def order(report: Report, cli: Cli, shop: Shop) -> StreamKey:
    key = report()
    tend(shop.engine, process_settings())
    return key


def plain(result: Result) -> str:
    return " ".join(result.stdout.split())


def test_an_untouched_ledger_is_told_to_be_so_with_how_fast_it_was_looked_at(
    order: StreamKey, cli: Cli
) -> None:
    for words in (("verify",), ("verify", "AIBO5-1")):
        told = plain(cli(*words))
        assert told.startswith("1 order, ")
        assert "1 checkpoint: everything is as it was signed." in told
        assert told.endswith("events/s.")


def test_a_change_is_told_with_the_event_from_which_on_and_exit_code_1(
    order: StreamKey, cli: Cli, owner: Owner
) -> None:
    owner.run("UPDATE event SET payload = payload || ' ' WHERE seq = 4")
    told = plain(cli("verify", code=1))
    assert "AIBO5-1 from event 4 on: event 4 was changed" in told
    assert "1 thing is not as signed." in told


def test_a_checkpoint_kept_in_a_folder_is_held_against_the_log(
    order: StreamKey, cli: Cli, owner: Owner, tmp_path: Path
) -> None:
    kept = tmp_path / "usb"
    kept.mkdir()
    assert "1 new checkpoint of 1" in plain(cli("checkpoints", "--to", str(kept)))
    assert "0 new checkpoints of 1" in plain(cli("checkpoints", "--to", str(kept)))
    (file,) = kept.glob("0*.txt")
    assert "2 checkpoints" not in plain(cli("verify", "--against", str(file)))
    owner.rewrite(order, since=1)
    owner.rewrite_log()
    owner.run("DELETE FROM log_checkpoint")
    cli("verify")
    assert "AIBO5-1 from event 1 on: the log was rewritten" in plain(
        cli("verify", "--against", str(file), code=1)
    )
    file.write_text("nothing")
    assert "no signed note" in cli("verify", "--against", str(file), code=1).stderr


def test_checkpoints_are_printed_as_they_are_signed(order: StreamKey, cli: Cli) -> None:
    key = Verifier.parse(cli("key").stdout.strip())
    assert open_note(cli("checkpoints", "--last", "1").stdout, [key]).startswith("lianban/")


def test_without_checkpoints_it_says_who_makes_them(cli: Cli) -> None:
    assert "the pulse signs one a minute" in cli("checkpoints", code=1).stderr


def test_an_order_is_exported_into_a_file_that_verifies(order: StreamKey, cli: Cli, tmp_path: Path) -> None:
    cli("export", "AIBO5-1")
    with zipfile.ZipFile(tmp_path / "AIBO5-1.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    done = subprocess.run(
        [sys.executable, "-I", "verify.py", cli("key").stdout.strip()],
        cwd=tmp_path / "unpacked", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "AIBO5-1 VERIFIED" in done.stdout
    assert (tmp_path / "AIBO5-1.zip").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", ["verify", "export"])
def test_an_order_that_is_not_there_is_said_to_be_none(command: str, order: StreamKey, cli: Cli) -> None:
    assert "there is no order AIBO5-99" in cli(command, "AIBO5-99", code=1).stderr
    assert "no order code" in cli(command, "17", code=1).stderr


def test_another_machines_key_is_refused_until_it_is_adopted(
    order: StreamKey, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = cli("key").stdout.strip()
    monkeypatch.setenv("LIANBAN_LEDGER_KEY", "0123456789abcdef0123456789abcdef")
    process_settings.cache_clear()
    assert "ledger key --adopt" in " ".join(cli("export", "AIBO5-1", code=1).stderr.split())
    new = cli("key", "--adopt").stdout.strip()
    assert new != old
    assert "none of the known keys has signed it" in plain(cli("verify", code=1))
    cli("verify", "--key", old)
