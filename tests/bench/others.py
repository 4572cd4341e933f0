"""What others do with 20,000 timers: Celery countdown tasks, procrastinate jobs; and ours in the same run."""

import importlib.util
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import redis

from tests.bench import celery_timers
from tests.bench.alerting import crew, fired, lateness_of
from tests.bench.figures import Figure, percentile
from tests.bench.lanes_at_work import REMINDED, due_orders, now_of
from tests.bench.servers import Bench, Broken

TIMERS = 20_000
SPREAD = timedelta(seconds=60)
"""The timers fall due evenly within this."""
LEAD = timedelta(seconds=25)
PATIENCE = 120.0


def others(bench: Bench) -> list[Figure]:
    """Memory, lateness, and how many survive a FLUSHALL, of each."""
    made = [*celery(bench), *_ours(bench)]
    if importlib.util.find_spec("procrastinate") is None:
        sys.stdout.write("procrastinate is not installed here: not measured\n")
        return made
    return [*made, *procrastinate(bench)]


# ── Celery ──────────────────────────────────────────────────────────────────────────────────────────────────


def celery(bench: Bench) -> list[Figure]:
    """Countdown tasks, their worker as shipped but for two processes."""
    log = bench.folder / "celery-timers"
    with _celery_worker(bench, log) as worker:
        _countdown(bench, log)
        _wait_memory(worker)
        memory = _memory(worker)
        late = _lateness(log, TIMERS)
    kept = _survivors(bench, restarted=False)
    left = _survivors(bench, restarted=True)
    return [
        *_figures("Celery countdown", memory, late),
        Figure(
            "Celery countdown, FLUSHALL", kept, "run", note=f"of {TIMERS:,}; the worker still had the rest"
        ),
        Figure("  and a restarted worker", left, "run", note=f"of {TIMERS:,}"),
    ]


def _survivors(bench: Bench, *, restarted: bool) -> int:
    """How many tasks run although the broker was wiped while they waited."""
    log = bench.folder / f"celery-flushed-{restarted}"
    with _celery_worker(bench, log):
        _countdown(bench, log)
        time.sleep(3)
        redis.Redis.from_url(bench.valkey.url).flushall()
        if not restarted:
            return _settled(log)
    with _celery_worker(bench, log):
        return _settled(log)


def _settled(log: Path) -> int:
    """Lines once everything is past its due time."""
    time.sleep((LEAD + SPREAD).total_seconds())
    return len(_lines(log))


@contextmanager
def _celery_worker(bench: Bench, log: Path) -> Iterator[psutil.Process]:
    told = _celery_environment(bench, log)
    log.touch()
    command = ["celery", "-A", "tests.bench.celery_timers", "worker", "--concurrency=2", "--loglevel=WARNING"]
    with bench.process(command, told, "celery-timers-worker") as running:
        time.sleep(5)
        yield psutil.Process(running.pid)


def _celery_environment(bench: Bench, log: Path) -> dict[str, str]:
    broker = bench.settings().broker_url.replace("virtual_host=0", "virtual_host=2")
    return {celery_timers.BROKER: broker, celery_timers.LOG: str(log)}


def _countdown(bench: Bench, log: Path) -> None:
    """Send the tasks; due evenly within SPREAD, from LEAD after the beginning on."""
    app = celery_timers.made(_celery_environment(bench, log)[celery_timers.BROKER])
    start = time.time() + LEAD.total_seconds()
    with app.connection_for_write() as connection:
        for number in range(TIMERS):
            due = start + SPREAD.total_seconds() * number / TIMERS
            app.send_task(celery_timers.TASK, (due,), countdown=due - time.time(), connection=connection)


# ── procrastinate ───────────────────────────────────────────────────────────────────────────────────────────


def procrastinate(bench: Bench) -> list[Figure]:
    """Jobs with a time, in a database of their own on the same server, worker as shipped."""
    from tests.bench import procrastinate_timers as timers  # noqa: PLC0415 - may not be installed

    log = bench.folder / "procrastinate-timers"
    log.touch()
    with psycopg.connect(bench.postgres.url, autocommit=True) as sql:
        sql.execute("CREATE DATABASE procrastinate")
    url = bench.postgres.url.replace("/lianban?", "/procrastinate?")
    timers.prepare(url)
    told = {timers.DATABASE: url, timers.LOG: str(log)}
    start = datetime.now(UTC) + LEAD
    timers.defer(url, [start + SPREAD * number / TIMERS for number in range(TIMERS)])
    with bench.process(["tests.bench.procrastinate_timers"], told, "procrastinate-worker") as running:
        time.sleep(5)
        memory = _memory(psutil.Process(running.pid))
        late = _lateness(log, TIMERS)
    survive = Figure("procrastinate, FLUSHALL", TIMERS, "run", note="it has no broker")
    return [*_figures("procrastinate jobs", memory, late), survive]


# ── ours ────────────────────────────────────────────────────────────────────────────────────────────────────


def _ours(bench: Bench) -> list[Figure]:
    """The same number of timers, each a step of an order's ladder; the broker is wiped while they wait."""
    site = bench.site("OTHERS")
    orders = TIMERS // 2
    ready = now_of(bench) + timedelta(minutes=2)
    due_orders(bench, site, [ready - REMINDED + SPREAD * number / orders for number in range(orders)])
    wait = (ready - now_of(bench)).total_seconds() - LEAD.total_seconds()
    if wait < 0:
        raise Broken("the orders were not ready in time")
    time.sleep(wait)
    with crew(bench, "worker", "pulse") as running:
        memory = sum(_memory(psutil.Process(one.pid)) for one in running)
        redis.Redis.from_url(bench.valkey.url).flushall()
        until = time.monotonic() + (LEAD + SPREAD).total_seconds() + PATIENCE
        while fired(bench, site) < TIMERS and time.monotonic() < until:
            time.sleep(0.5)
    late = lateness_of(bench, site)
    return [
        *_figures("lianban timers", memory, late, note="each decided, chained, written; worker and pulse"),
        Figure("lianban timers, FLUSHALL", len(late), "fired", note=f"of {TIMERS:,}"),
    ]


# ── shared ──────────────────────────────────────────────────────────────────────────────────────────────────


def _figures(name: str, memory: float, late: list[float], *, note: str = "") -> list[Figure]:
    told = f"p50 {percentile(late, 50):.2f} s, max {max(late):.2f} s, {len(late):,} of {TIMERS:,} in {SPREAD}"
    return [
        Figure(f"{name}, memory", memory, "MB", note=note),
        Figure(f"{name}, late p99", percentile(late, 99), "s", note=told),
    ]


def _memory(process: psutil.Process) -> float:
    """Megabytes that a process and its children have to themselves (PSS)."""
    family = [process, *process.children(recursive=True)]
    return sum(one.memory_full_info().pss for one in family) / 1e6


def _wait_memory(process: psutil.Process) -> None:
    """Until the worker has taken what it takes: its memory grows no more."""
    last = 0.0
    while (now := _memory(process)) > last * 1.01:
        last = now
        time.sleep(2)


def _lines(log: Path) -> list[float]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def _lateness(log: Path, many: int) -> list[float]:
    """Seconds of lateness, once all have run."""
    until = time.monotonic() + (LEAD + SPREAD).total_seconds() + PATIENCE
    while len(found := _lines(log)) < many and time.monotonic() < until:
        time.sleep(1)
    if not found:
        raise Broken(f"nothing ran; see {log.name}")
    return found
