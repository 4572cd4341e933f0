"""Start, watch, restart and stop a set of processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from services.embedded import launch
from services.embedded.child import Child, nothing
from services.embedded.errors import ChildDidNotStart, EmbeddedError

LOOK_EVERY = timedelta(seconds=0.1)
FIRST_PAUSE = timedelta(seconds=0.5)
LONGEST_PAUSE = timedelta(seconds=30)
STEADY_AFTER = timedelta(seconds=60)
LARGEST_LOG = 20 * 2**20
TAIL_LINES = 15


class EndedMeanwhile(Exception):
    """The caller asked for the end before everything was ready."""


@dataclass
class Running:
    """A child and the process that it is at present."""

    child: Child
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    again_at: float | None = None
    """When it is started again, on the clock of `time.monotonic`; None while it runs."""

    @property
    def is_alive(self) -> bool:
        """Whether it runs; a dead one stays unburied until its group is swept."""
        if self.process.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def bury(self) -> int:
        """Kill what is left of its process group, then take its exit code.

        In this order: while the dead leader is unburied its number cannot be given to a stranger's group.
        """
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        return self.process.wait()


class Supervisor:
    """Runs children until it is told to end.

    To be used from the main thread alone: the kernel ends a child when the *thread* that started it ends.

    Args:
        say: takes each sentence that a person should read.
        ending: set when everything is to end.
        changed: called when a child got another process.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        ending: Event | None = None,
        changed: Callable[[], None] = nothing,
    ) -> None:
        self.say = say
        self.ending = ending or Event()
        self.changed = changed
        self.running: dict[str, Running] = {}

    def start(self, children: Iterable[Child]) -> None:
        """Start children together and wait until each is ready.

        Raises:
            ChildDidNotStart: one ended first or took too long.
            EndedMeanwhile: `ending` was set.
        """
        started = [self.launch(child) for child in children]
        for running in started:
            self.await_ready(running)

    def launch(self, child: Child) -> Running:
        """Start a child, prepared."""
        child.prepare()
        process = spawn(child)
        running = Running(child, process, time.monotonic())
        self.running[child.name] = running
        self.changed()
        return running

    def numbers(self) -> dict[str, int]:
        """The process number of each child."""
        return {name: running.process.pid for name, running in self.running.items()}

    def await_ready(self, running: Running) -> None:
        """Wait for a child."""
        child = running.child
        latest = running.started + child.ready_within.total_seconds()
        while not child.is_ready():
            if not running.is_alive:
                code = running.bury()
                raise ChildDidNotStart(child.name, f"it ended with {code}", child.log, tail(child.log))
            if time.monotonic() > latest:
                seconds = f"it was not ready after {child.ready_within.total_seconds():.0f} s"
                raise ChildDidNotStart(child.name, seconds, child.log, tail(child.log))
            if self.ending.wait(LOOK_EVERY.total_seconds()):
                raise EndedMeanwhile

    def watch(self) -> None:
        """Start again whatever ends, until `ending` is set."""
        looks = 0
        while not self.ending.wait(LOOK_EVERY.total_seconds()):
            for running in self.running.values():
                self.look_after(running)
            looks += 1
            if looks % 600 == 0:
                for running in self.running.values():
                    shorten(running.child.log)

    def look_after(self, running: Running) -> None:
        """Notice a death, or end the pause after one."""
        now = time.monotonic()
        if running.again_at is None:
            if not running.is_alive:
                self.note_death(running, now)
        elif now >= running.again_at:
            self.restart(running, now)

    def note_death(self, running: Running, now: float) -> None:
        """Say that a child ended and when it comes back."""
        code = running.bury()
        if now - running.started > STEADY_AFTER.total_seconds():
            running.failures = 0
        pause = min(FIRST_PAUSE * 2**running.failures, LONGEST_PAUSE)
        running.failures = min(running.failures + 1, 10)
        running.again_at = now + pause.total_seconds()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        again = f"starting it again in {pause.total_seconds():g} s"
        self.say(f"{running.child.name} {how}; {again}. Its log: {running.child.log}")

    def restart(self, running: Running, now: float) -> None:
        """Start a child that had ended."""
        try:
            running.child.prepare()
            running.process = spawn(running.child)
        except (EmbeddedError, OSError) as error:
            self.say(f"{running.child.name} cannot start: {error}")
            running.again_at = now + LONGEST_PAUSE.total_seconds()
            return
        running.started, running.again_at = now, None
        self.changed()

    def stop(self, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop everything, stage by stage; `hurry` cuts the graces short."""
        orders = sorted({running.child.stop_order for running in self.running.values()})
        for order in orders:
            stage = [running for running in self.running.values() if running.child.stop_order == order]
            self.stop_stage([running for running in stage if running.again_at is None], hurry)
        self.running.clear()

    def stop_stage(self, stage: Sequence[Running], hurry: Callable[[], bool]) -> None:
        """Stop children together: their signals with a grace each, then SIGKILL to the group."""
        for step in range(max((len(running.child.stop_signals) for running in stage), default=0)):
            for running in stage:
                if running.is_alive and step < len(running.child.stop_signals):
                    running.process.send_signal(running.child.stop_signals[step])
            latest = time.monotonic() + max(running.child.grace for running in stage).total_seconds()
            while any(running.is_alive for running in stage) and time.monotonic() < latest and not hurry():
                time.sleep(0.02)
        for running in stage:
            if running.is_alive:
                self.say(f"{running.child.name} did not stop in time and is killed")
            running.bury()


def spawn(child: Child) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, bound to our life."""
    child.log.parent.mkdir(exist_ok=True, mode=0o700)
    shorten(child.log)
    uid, gid = launch.UNCHANGED, launch.UNCHANGED
    if child.account is not None and not child.account.is_ours:
        uid, gid = child.account.uid, child.account.gid
    words = [str(os.getpid()), str(int(child.stop_signals[0])), str(uid), str(gid)]
    with child.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", launch.__file__, *words, *child.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=child.folder,
            env=dict(child.environment),
            start_new_session=True,
        )


def shorten(log: Path) -> None:
    """Keep a log and its predecessor below the largest size; writers append, so they go on at the start."""
    with suppress(OSError):  # a log is no reason to end
        if log.stat().st_size >= LARGEST_LOG:
            log.with_suffix(".1.log").write_bytes(log.read_bytes())
            os.truncate(log, 0)


def tail(log: Path) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
    except OSError:
        return ""
