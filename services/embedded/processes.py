"""Which processes are ours: found by where they work or what they were told, never by a bare number."""

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import psutil

from services.settings import MARK


def working_in(folder: Path, program: str) -> list[psutil.Process]:
    """The processes of a server's program whose working directory is its data folder.

    PostgreSQL and Valkey both go there at their start. A process number left in a file proves nothing: after
    a crash it may belong to anybody.
    """
    place = os.path.realpath(folder)
    return [process for process in readable() if is_at(process, place, program)]


def is_at(process: psutil.Process, place: str, program: str) -> bool:
    """Whether a process runs a program in a place."""
    try:
        return process.name() == program and process.cwd() == place
    except (psutil.Error, OSError):
        return False


def topmost(found: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those of some processes that still run and are no child of another one of them."""
    numbers = {process.pid for process in found}
    return [process for process in found if parent_of(process) not in {*numbers, None}]


def parent_of(process: psutil.Process) -> int | None:
    """The number of a process's parent; None when it has ended meanwhile."""
    try:
        return process.ppid()
    except psutil.Error:
        return None


def marked(data: Path) -> list[psutil.Process]:
    """The processes that an `up` on a data folder started, or their descendants; not this process."""
    own = os.getpid()
    return [
        process for process in readable() if process.pid != own and mark_of(process) == os.path.realpath(data)
    ]


def mark_of(process: psutil.Process) -> str | None:
    """The data folder of the `up` that a process descends from."""
    try:
        return process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def readable() -> Iterator[psutil.Process]:
    """All processes but the dead that nobody has buried yet."""
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except psutil.Error:
            continue


def end(
    processes: Iterable[psutil.Process],
    signals: Iterable[signal.Signals] = (signal.SIGTERM, signal.SIGKILL),
    grace: timedelta = timedelta(seconds=5),
) -> None:
    """End processes by one signal after the other, a grace after each; start times guard against reuse."""
    left = list(processes)
    for number in signals:
        for process in left:
            try:
                process.send_signal(number)
            except psutil.Error:
                continue
        _, left = psutil.wait_procs(left, timeout=grace.total_seconds())
        if not left:
            return
