"""`lianban up` as a person starts it: a process of its own, with all that it starts."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest

from services.embedded import processes
from services.settings import Settings

SECOND_START_SECONDS = 8
IDLE_MEGABYTES = 500
CHILDREN = ("postgres", "valkey", "api", "worker", "sender", "pulse")


def wait_until(condition: Callable[[], object], within: float = 30) -> None:
    latest = time.monotonic() + within
    while not condition():
        assert time.monotonic() < latest, "it never came true"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


class Stack:
    """One data folder and the `up` that runs on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.output = data / "output.txt"
        self.database_url = Settings.read({"LIANBAN_DATA": str(data)}).database_url

    def command(self, *more: str) -> list[str]:
        up = [sys.executable, "-m", "services.cli.main", "up", "--data", str(self.data)]
        return [*up, "--port", str(self.port), *more]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANBAN_")}
        return {**kept, "PYTHONSAFEPATH": "1", "COLUMNS": "80"}

    def start(self, within: float = 60) -> float:
        start = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), stdout=output, stderr=output, start_new_session=True
            )
        wait_until(lambda: self.is_ready() or self.has_ended(), within=within)
        assert not self.has_ended(), self.output.read_text()
        return time.monotonic() - start

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def is_ready(self) -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=2).status_code == 200
        except httpx2.HTTPError:
            return False

    def numbers(self) -> dict[str, int]:
        children: dict[str, int] = json.loads((self.data / "up.json").read_text())["children"]
        return children

    def left(self) -> list[psutil.Process]:
        servers = (("postgres", "postgres"), ("valkey", "valkey-server"))
        found = [
            process for folder, name in servers for process in processes.working_in(self.data / folder, name)
        ]
        return found + processes.marked(self.data)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    folder.chmod(0o711)
    stack = Stack(folder)
    try:
        stack.start()
        yield stack
    finally:
        if not stack.has_ended():
            stack.end()
        processes.end(stack.left())
        shutil.rmtree(folder)


def keep(stack: Stack, word: str) -> None:
    with psycopg.connect(stack.database_url) as line:
        line.execute("CREATE TABLE IF NOT EXISTS kept_by_test (word text)")
        line.execute("INSERT INTO kept_by_test VALUES (%s)", [word])


def kept(stack: Stack) -> set[str]:
    with psycopg.connect(stack.database_url) as line:
        return {word for (word,) in line.execute("SELECT word FROM kept_by_test")}


def test_it_says_where_it_runs_and_how_to_sign_in_within_80_columns(stack: Stack) -> None:
    wait_until(lambda: "Sign in" in stack.output.read_text())
    text = stack.output.read_text()
    assert f"http://127.0.0.1:{stack.port}" in text
    assert all(len(line) <= 80 for line in text.splitlines() if "://" not in line)


def test_all_its_children_run(stack: Stack) -> None:
    wait_until(lambda: set(stack.numbers()) == set(CHILDREN))
    assert all(psutil.pid_exists(number) for number in stack.numbers().values())


def has_offspring(stack: Stack, name: str) -> bool:
    return name in stack.numbers() and bool(psutil.Process(stack.numbers()[name]).children())


def test_the_idle_stack_stays_small(stack: Stack) -> None:
    assert stack.process is not None
    wait_until(lambda: has_offspring(stack, "worker") and has_offspring(stack, "sender"))
    everything = {process.pid: process for process in stack.left()}
    everything[stack.process.pid] = psutil.Process(stack.process.pid)
    parts = {f"{process.name()} {pid}": process.memory_full_info().pss for pid, process in everything.items()}
    megabytes = sum(parts.values()) / 2**20
    assert megabytes <= IDLE_MEGABYTES, {name: round(part / 2**20) for name, part in parts.items()}


def test_a_second_one_on_the_same_folder_says_where_the_first_runs(stack: Stack) -> None:
    done = subprocess.run(
        stack.command(), env=stack.environment(), capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 1
    assert f"http://127.0.0.1:{stack.port}" in done.stderr.replace("\n", "")
    assert stack.is_ready()


def test_a_taken_port_is_told_with_the_remedy(stack: Stack) -> None:
    other = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    other.chmod(0o711)
    command = [*stack.command()[:-4], "--data", str(other), "--port", str(stack.port)]
    try:
        done = subprocess.run(
            command, env=stack.environment(), capture_output=True, text=True, check=False, timeout=30
        )
    finally:
        shutil.rmtree(other)
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "stopp" not in done.stdout


def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(stack: Stack) -> None:
    other = Path(tempfile.mkdtemp(prefix="lianban-test-"))
    other.chmod(0o711)
    command = [*stack.command()[:-4], "--data", str(other), "--port", str(free_port())]
    told = {**stack.environment(), "LIANBAN_DATABASE_URL": "postgresql://me:hidden@127.0.0.1:1/x"}
    try:
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=60)
    finally:
        shutil.rmtree(other)
    assert done.returncode == 1
    assert "the database at 127.0.0.1, port 1 cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_what_it_keeps_is_for_nobody_else_to_read(stack: Stack) -> None:
    meant_for_all = {"postgres.access", "programs", stack.output.name}
    kept = [path for path in stack.data.iterdir() if path.name not in meant_for_all]
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("name", CHILDREN)
def test_a_child_that_is_killed_comes_back_and_nothing_is_lost(stack: Stack, name: str) -> None:
    keep(stack, name)
    before = stack.numbers()[name]
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: stack.numbers()[name] != before)
    wait_until(stack.is_ready)
    assert name in kept(stack)


def kill_everything(stack: Stack) -> None:
    assert stack.process is not None
    for process in [*stack.left(), psutil.Process(stack.process.pid)]:
        # A child ends by itself once its parent is gone.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    stack.process.wait()


def test_after_everything_is_killed_it_starts_again_quickly_with_all_data(stack: Stack) -> None:
    keep(stack, "everything")
    kill_everything(stack)
    seconds = stack.start()
    assert "everything" in kept(stack)
    # The limit is for cores that have nothing else to do; beside this test others run.
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert seconds <= SECOND_START_SECONDS * crowd


def test_after_it_alone_is_killed_the_next_start_finds_no_orphan_in_its_way(stack: Stack) -> None:
    assert stack.process is not None
    keep(stack, "alone")
    stack.end(signal.SIGKILL)
    stack.start()
    assert "alone" in kept(stack)
    assert len(processes.topmost(processes.working_in(stack.data / "postgres", "postgres"))) == 1
    assert len(processes.working_in(stack.data / "valkey", "valkey-server")) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_in_order_and_leaves_nothing_running(stack: Stack, number: signal.Signals) -> None:
    if stack.has_ended():
        stack.start()
    assert stack.end(number) == 0
    assert stack.left() == []
    assert list((stack.data / "run").iterdir()) == []
    assert not (stack.data / "up.json").exists()
    assert "stopped; all data is kept" in stack.output.read_text()
