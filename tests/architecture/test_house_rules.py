"""House rules that a linter of imports or style does not know."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("services", "workers", "models")
FORBIDDEN_KEYWORDS = {"eta", "countdown", "beat_schedule"}
FORBIDDEN_NAMES = {"apply_async", "retry", "crontab", "beat_schedule", "conf.beat_schedule"}


def sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def celery_sources() -> list[Path]:
    return [path for path in sources() if "celery" in path.read_text(encoding="utf-8")]


def timed_calls(tree: ast.AST) -> Iterator[str]:
    """Whatever would put an instant into a Celery message, or start beat."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (f"{word.arg}=" for word in node.keywords if word.arg in FORBIDDEN_KEYWORDS)
        if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_NAMES:
            yield f".{node.attr}"
        if isinstance(node, ast.Constant) and node.value in {"beat", "--beat", "-B", "eta", "countdown"}:
            yield repr(node.value)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            named = [one.name for one in node.names] + [getattr(node, "module", None) or ""]
            yield from (one for one in named if one.startswith(("celery.beat", "celery.schedules")))


@pytest.mark.parametrize("path", celery_sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_celery_message_carries_a_time_and_nothing_beats(path: Path) -> None:
    assert list(timed_calls(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "task.apply_async(eta=then)",
        "app.send_task('x', countdown=5)",
        "self.retry()",
        "from celery.schedules import crontab",
        "run(['celery', '--beat'])",
    ],
)
def test_the_rule_against_timed_messages_catches(code: str) -> None:
    assert list(timed_calls(ast.parse(code)))


def test_only_the_workers_and_the_nudges_know_celery() -> None:
    known = {str(path.relative_to(ROOT)) for path in sources() if imports(path, "celery")}
    assert {one for one in known if not one.startswith("workers/")} == {"services/nudges.py"}


def test_the_domain_imports_the_standard_library_and_itself_alone() -> None:
    allowed = set(sys.stdlib_module_names) | {"models"}
    for path in sorted((ROOT / "models" / "domain").rglob("*.py")):
        assert {one for one in imported(path) if one not in allowed} == set(), path


def test_the_domain_reads_no_clock_and_does_no_input_or_output() -> None:
    forbidden = {"now", "utcnow", "today", "open", "print", "urandom", "sleep", "time_ns"}
    for path in sorted((ROOT / "models" / "domain").rglob("*.py")):
        called = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        assert called & forbidden == set(), path


def test_files_stay_within_one_idea() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in sources() if (lines := length(path)) > 500}
    assert long == {}


def imports(path: Path, name: str) -> bool:
    return name in imported(path)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
