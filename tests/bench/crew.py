"""The processes that work a lane off, as many as a worker has; `python -m tests.bench.crew` is one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from services import lanes
from services.bootstrap import build
from services.settings import Settings, settings
from services.store.claims import LIVE
from tests.bench.servers import Bench, Broken, told_as
from tests.machine import ROOT

STEPS: dict[str, lanes.Step] = {"route": lanes.route, "fire": lanes.fire}
_READY = "ready"


class Crew:
    """Processes that stand ready."""

    def __init__(self, running: list[subprocess.Popen[str]]) -> None:
        self._running = running
        for one in running:
            _heard(one)

    def drain(self, lane: str) -> None:
        """Let all of them drain a lane; returns when each finds nothing more."""
        for one in self._running:
            assert one.stdin is not None
            one.stdin.write(f"{lane}\n")
            one.stdin.flush()
        for one in self._running:
            _heard(one)


def _heard(one: subprocess.Popen[str]) -> None:
    assert one.stdout is not None
    if one.stdout.readline().strip() != _READY:
        raise Broken("a process of the crew ended; see its log")


@contextmanager
def crew(bench: Bench) -> Iterator[Crew]:
    """As many processes as a worker of ours has."""
    told = bench.settings()
    with ExitStack() as stack:
        yield Crew([stack.enter_context(_process(bench)) for _ in range(told.engine_processes)])


@contextmanager
def _process(bench: Bench) -> Iterator[subprocess.Popen[str]]:
    with (bench.folder / "crew.log").open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.crew"],
            env=told_as(bench.environment()),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def _work(told: Settings) -> None:
    shop = build(told)
    sys.stdout.write(f"{_READY}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        lanes.drain(STEPS[line.strip()], shop, LIVE, lasting=timedelta(minutes=5))
        sys.stdout.write(f"{_READY}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work(settings())
