"""`lianban test` and `lianban check`: what CI runs, on any machine with a checkout."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}

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
    need_checkout()
    # A run of a few chosen tests is done before two more processes have started. By file, since a file's
    # tests share servers.
    words = context.args or ["-n", "2", "--dist", "loadfile"]
    command = [sys.executable, "-m", "pytest", *words]
    raise typer.Exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


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


def need_checkout() -> None:
    """End with a sentence where there are no sources to look at."""
    if not (ROOT / "tests").is_dir():
        raise typer.BadParameter(
            "this is an installed wheel; tests and checks need a checkout of the sources."
        )
