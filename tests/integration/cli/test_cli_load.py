"""`lianban load`: a site from its folder, a playbook from its file; whole or not at all."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from services.execute import Shop
from tests.databases import AIBO, rows
from tests.integration.cli.conftest import Cli


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(AIBO, tmp_path / "site"))


def test_a_folder_becomes_a_site_and_it_is_said_what_is_in_it(cli: Cli) -> None:
    told = cli("load", str(AIBO)).stdout
    assert "Added AIBO5 爱博五村党群服务站: 14 rooms, 11 parties" in told
    assert "New orders are dispatched under aibo-5, version 1." in told


def test_a_shipped_site_is_loaded_by_its_name(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Added TRIAL" in cli("load", "aibo-5", "--code", "TRIAL").stdout


def test_a_virtual_clock_begins_where_it_is_told_in_the_site_s_own_time(cli: Cli, shop: Shop) -> None:
    cli("load", str(AIBO), "--clock", "virtual", "--at", "2026-10-12T09:00")
    assert rows(shop, "SELECT clock, virtual_now AT TIME ZONE 'UTC' = '2026-10-12 01:00' FROM site") == [
        ("virtual", True)
    ]


def test_a_code_that_is_taken_is_refused_with_both_ways_out(aibo: Cli) -> None:
    told = aibo("load", str(AIBO), code=1).stderr
    assert "AIBO5: A site with this code is there already" in told
    assert "--code" in told
    assert "playbook.toml" in told


def test_an_error_in_a_playbook_is_told_with_line_and_remedy_and_the_running_one_stays(
    aibo: Cli, folder: Path, shop: Shop
) -> None:
    file = folder / "playbook.toml"
    text = file.read_text(encoding="utf-8").replace("version = 1", "version = 2", 1)
    file.write_text(text.replace('contact = "1 WD"', 'contact = "1 Wx"'), encoding="utf-8")
    told = aibo("load", str(file), code=1).stderr
    line = 1 + text[: text.index('contact = "1 WD"')].count("\n")
    assert f"playbook.toml:{line}: " in told
    assert "; " in told
    assert rows(shop, "SELECT version FROM playbook WHERE current") == [(1,)]


def test_a_site_with_an_error_in_its_playbook_is_not_added(cli: Cli, folder: Path, shop: Shop) -> None:
    file = folder / "playbook.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\nfoo = 1\n", encoding="utf-8")
    assert "playbook.toml:" in cli("load", str(folder), code=1).stderr
    assert rows(shop, "SELECT count(*) FROM site") == [(0,)]


def test_the_next_version_rules_new_orders_and_leaves_the_open_ones(
    aibo: Cli, folder: Path, leak: str, advance: Callable[[str], None]
) -> None:
    file = folder / "playbook.toml"
    text = file.read_text(encoding="utf-8").replace("version = 1", "version = 2", 1)
    file.write_text(text, encoding="utf-8")
    told = " ".join(aibo("load", str(file), "--site", "AIBO5").stdout.split())
    assert "new orders are dispatched under aibo-5, version 2" in told
    after = aibo("report", "--space", "hall", "--category", "electrical", "插座松动").stdout.strip()
    advance("12 09:45")
    assert "第 1 版" in aibo("show", leak).stdout
    assert "第 2 版" in aibo("show", after).stdout


def test_a_version_that_is_known_with_other_words_is_refused(aibo: Cli, folder: Path) -> None:
    file = folder / "playbook.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert "raise its version" in aibo("load", str(file), code=1).stderr


def test_the_same_words_twice_change_nothing(aibo: Cli) -> None:
    assert "with just these words already" in aibo("load", str(AIBO / "playbook.toml")).stdout


def test_which_site_a_playbook_is_for_has_to_be_said_where_there_are_several(cli: Cli) -> None:
    cli("load", str(AIBO))
    cli("load", str(AIBO), "--code", "SECOND")
    assert (
        "say which site with --site: AIBO5, SECOND" in cli("load", str(AIBO / "playbook.toml"), code=1).stderr
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/nowhere"], "is neither a folder nor a file"),
        ([str(AIBO), "--site", "AIBO5"], "a folder is a new site, named with --code"),
        ([str(AIBO / "playbook.toml"), "--code", "X"], "go with the folder of a new site"),
        ([str(AIBO), "--clock", "virtual", "--at", "soon"], "--at soon is no date and time"),
        ([str(AIBO.parent)], "has no site.toml"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_a_sentence(cli: Cli, words: list[str], told: str) -> None:
    assert told in cli("load", *words, code=1).stderr


def test_a_floor_plan_that_is_missing_and_a_file_that_is_no_text_are_named(cli: Cli, folder: Path) -> None:
    (folder / "floorplan.svg").unlink()
    assert "floorplan.svg is missing" in cli("load", str(folder), code=1).stderr
    (folder / "playbook.toml").write_bytes(b"\xff\xfe")
    (folder / "floorplan.svg").write_text("<svg/>")
    assert "is not UTF-8" in cli("load", str(folder), code=1).stderr
