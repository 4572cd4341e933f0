"""A worker whose pool does not come back ends, so that it is started again."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from workers.watchdog import Watchdog

ROOT = Path(__file__).parents[3]
WATCH = """
from datetime import timedelta
import signal
from workers.watchdog import Watchdog
signal.signal(signal.SIGQUIT, signal.{quits})
Watchdog(lambda: ["a"], longest=timedelta(seconds=0.2)).watch(every=0.05, grace=0.2)
"""


def ended(quits: str) -> int:
    """`quits`: what the signal does, whatever this process was started with."""
    program = [sys.executable, "-c", WATCH.format(quits=quits)]
    return subprocess.run(program, cwd=ROOT, timeout=60, check=False, capture_output=True).returncode


def test_only_a_task_that_is_held_for_too_long_is_stuck() -> None:
    held = ["a", "b"]
    dog = Watchdog(lambda: held, longest=timedelta(seconds=60))
    assert dog.stuck(0) == []
    held.remove("b")
    assert dog.stuck(60) == []
    held.append("b")
    assert dog.stuck(61) == ["a"]
    held.remove("a")
    assert dog.stuck(100) == []


def test_a_worker_with_a_stuck_task_is_told_to_end() -> None:
    assert ended("SIG_DFL") == -signal.SIGQUIT


def test_one_that_does_not_end_is_ended() -> None:
    assert ended("SIG_IGN") == 1
