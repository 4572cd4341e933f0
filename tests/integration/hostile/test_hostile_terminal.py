"""Hostile texts as arguments of commands: what is kept, and what of them reaches the operator's terminal."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from services.ledger.checkpoints import tend
from services.settings import settings
from services.store.private import cleaned
from tests.integration.cli.conftest import advance, aibo, cli, cli_engine, cli_url, environment, run, shop
from tests.integration.hostile.test_hostile_doors import LONGEST_NAME, LONGEST_TITLE, controls
from tests.integration.hostile.texts import TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from services.execute import Shop
    from tests.integration.cli.conftest import Cli

__all__ = ["advance", "aibo", "cli", "cli_engine", "cli_url", "environment", "run", "shop"]
SPOKEN = {name: text for name, text in TEXTS.items() if name != "NUL"}
"""No program can be handed a NUL."""
FOR_TERMINALS = (
    "control of a terminal",
    "line ends",
    "forged log",
    "separators",
    "turned round",
    "piled marks",
)
PRINTED = {
    name: SPOKEN[name] for name in (*FOR_TERMINALS, "formula behind a tab", "format of Python", "script")
}
"""Each takes seven commands: only what a terminal, or our own printing, might take up."""


def test_no_escape_reaches_the_terminal_from_what_people_wrote(
    aibo: Cli, advance: Callable[[str], None], shop: Shop, tmp_path: Path
) -> None:
    codes = {name: _reported(aibo, text) for name, text in PRINTED.items()}
    advance("12 10:00")
    wrong = [name for name, code in codes.items() if controls(_said(aibo, code))]
    assert wrong == []
    assert not controls(aibo("orders", "--limit", "100").output)
    assert not controls(aibo("privacy", "show", codes["script"]).output)
    tend(shop.engine, settings())
    assert {name: _exported(aibo, code, tmp_path) for name, code in codes.items()} == {
        name: {cleaned(text), cleaned(text[:LONGEST_TITLE])} for name, text in PRINTED.items()
    }


def _reported(aibo: Cli, text: str) -> str:
    words = ("--title", text[:LONGEST_TITLE], "--name", text[:LONGEST_NAME], "--phone", "13800000000")
    code = aibo("report", "--space", "hall", "--severity", "danger", *words, "--", text).stdout.strip()
    aibo("act", code, "note", f"note={text}")
    return code


def _said(aibo: Cli, code: str) -> str:
    """Everything that is printed of an order."""
    commands = (["show", code], ["show", code, "--json"], ["notices", code], ["notices", code, "--json"])
    return "".join(aibo(*words).output for words in commands)


def _exported(aibo: Cli, code: str, folder: Path) -> set[str]:
    """The texts of an export, which the script beside it verifies without printing a control character."""
    file, unpacked = folder / f"{code}.zip", folder / code
    aibo("ledger", "export", code, str(file), "--with-texts")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(unpacked)
    done = subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=unpacked, capture_output=True, text=True, check=True
    )
    assert not controls(done.stdout)
    return {one["body"] for one in json.loads((unpacked / "ledger.json").read_text("utf-8"))["texts"]}


def test_no_escape_of_an_argument_comes_back_with_what_is_wrong_with_it(aibo: Cli) -> None:
    code = aibo("report", "--space", "hall", "漏水").stdout.strip()
    said = {}
    for name, text in SPOKEN.items():
        refused = (
            ("show", "--", text),
            ("notices", "--", text),
            ("report", "--space", text, "漏水"),
            ("report", "--space", "hall", "--as", text, "漏水"),
            ("report", "--space", "hall", "--phone", text, "漏水"),
            ("act", code, "--", text),
            ("act", code, "--", "acknowledge", text),
            ("ledger", "export", "--", text),
        )
        said[name] = "".join(aibo(*words, code=1).output for words in refused)
    assert [name for name, words in said.items() if controls(words) or "\u202e" in words] == []
