"""`lianban test`, `check`, `screens` and `figures`: what CI runs and people look at, in any checkout."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.table import Table

from services.cli.operating import complain

ROOT = Path(__file__).resolve().parents[2]
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = "there is no Chromium here: install the packages `chromium` and `fonts-noto-cjk`."
MEASURED = ("tests/browser/test_every_page.py", "tests/browser/test_slow_line.py")
TOOLS = Path(sys.executable).parent
CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("mypy --strict", ("mypy",)),
    ("ruff check", ("ruff", "check", "--quiet", ".")),
    ("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
    ("import-linter", ("lint-imports", "--no-logo")),
    ("bandit", ("python", "-m", "services.cli.scans", "code")),
    ("secrets", ("python", "-m", "services.cli.scans", "secrets")),
    ("licences, SBOM", ("python", "-m", "services.cli.supply")),
)


def test(context: typer.Context) -> None:
    """Run the tests; everything that follows goes to pytest. All of them run on two cores at once."""
    # A run of a few chosen tests is done before two more processes have started. By file, since a file's
    # tests share servers.
    words = context.args or ["-n", "2", "--dist", "loadfile"]
    hand_over("pytest", words)


def screens() -> None:
    """A picture of every page of a site with orders in it, for people to look at, in build/screens/."""
    need_checkout()
    need_browser()
    folder = ROOT / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    status = look(["tests/browser/test_every_page.py"], LIANBAN_TEST_PICTURES=folder)
    typer.echo(f"{len(list(folder.glob('*.png')))} pictures in {folder.relative_to(ROOT)}/")
    raise typer.Exit(status)


def figures() -> None:
    """Figures of the web in a browser: weights, axe, the ten moments, a slow line; as the tables of docs/."""
    need_checkout()
    need_browser()
    kept = ROOT / "build" / "figures.jsonl"
    kept.parent.mkdir(exist_ok=True)
    kept.unlink(missing_ok=True)
    moments = sorted(str(one) for one in (ROOT / "tests" / "browser").glob("test_moment_*.py"))
    status = look([*moments, *MEASURED], LIANBAN_TEST_FIGURES=kept)
    told = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    for kind in dict.fromkeys(one["kind"] for one in told):
        typer.echo(as_table([one for one in told if one["kind"] == kind]))
    raise typer.Exit(status)


def as_table(told: list[dict[str, object]]) -> str:
    """Figures of one kind as Markdown."""
    heads = [one for one in told[0] if one != "kind"]
    first, rule = [str(told[0]["kind"]), *heads[1:]], ["---"] * len(heads)
    rows = [first, rule, *([str(one[head]) for head in heads] for one in told)]
    return "\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def look(files: Sequence[str], **settings: Path) -> int:
    """Run browser tests one after the other, with these settings; their status."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--durations-min=600", "--no-header", *files]
    environment = os.environ | {name: str(value) for name, value in settings.items()}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def need_browser() -> None:
    """End with a sentence where there is nothing to look with."""
    if not where_chromium_is():
        complain(NO_CHROMIUM)
        raise typer.Exit(1)


def where_chromium_is() -> str | None:
    """Where the machine's Chromium is."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def check() -> None:
    """Lint, types, the direction of imports, likely mistakes, secrets and licences, with a summary.

    Two at a time: mypy needs one core for about as long as all the others need the other.
    """
    need_checkout()
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = pool.map(run, [command for _, command in CHECKS])
        rows = [(name, *verdict) for (name, _), verdict in zip(CHECKS, verdicts, strict=True)]
    table = Table("check", "seconds", "verdict")
    for name, verdict, seconds in rows:
        table.add_row(name, f"{seconds:.1f}", "[green]passed[/]" if verdict else "[red]failed[/]")
    Console().print(table)
    raise typer.Exit(0 if all(verdict for _, verdict, _ in rows) else 1)


def run(command: tuple[str, ...]) -> tuple[bool, float]:
    """Run a tool of the environment in the checkout: whether it passed, and the seconds it took."""
    start = time.monotonic()
    program, *arguments = command
    done = subprocess.run(
        [str(TOOLS / program), *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode == 0, time.monotonic() - start


def hand_over(module: str, words: Sequence[str]) -> NoReturn:
    """Run a module of the checkout with these words, and end as it ends."""
    need_checkout()
    command = [sys.executable, "-m", module, *words]
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


def need_checkout() -> None:
    """End with a sentence where there are no sources to look at."""
    if not (ROOT / "tests").is_dir():
        raise typer.BadParameter(
            "this is an installed wheel; tests and checks need a checkout of the sources."
        )
