"""The real processes on servers of their own, supervised as by `lianban up`, and what is done to them."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import redis

from services.cli.stack import own_children
from services.embedded.child import Child
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Running, Supervisor
from services.embedded.valkey import Valkey
from services.settings import Settings
from services.store.migrate import upgrade
from tests.faults import broken
from tests.faults.network import Network
from tests.faults.world import post_witnesses
from tests.machine import ROOT, free_port

PULSES = 2
PASSED_ON = (
    *("env", "data", "port", "database_url", "redis_url", "private_addresses"),
    *("requests_per_address", "requests_per_caller"),
)
"""The settings that our processes are told."""
PATIENCE = timedelta(seconds=180)
"""In which a process is ready, however busy the machine is."""


MOMENT_SECONDS = 2.0
"""So long a process is watched for the right moment to stop it."""
LOOK_SECONDS = 0.02

ENOUGH_REQUESTS = 100_000
"""A second from one address or caller: all clients of a run share both."""

LEASED = "SELECT lease_token FROM delivery WHERE state = 'leased'"
HELD = """
SELECT (SELECT count(*) FROM pg_stat_activity a WHERE a.application_name = l.by AND a.xact_start IS NOT NULL)
FROM faults_lease l WHERE l.token = ANY (%s) AND split_part(l.by, '/', -1) = ANY (%s)
"""
"""By lease, how many transactions its holder has open."""


class Stack:
    """Everything of a run that has a process, in a folder of its own.

    `told` is the environment of its processes beside the settings, `server` what PostgreSQL is told.
    To be used from the main thread alone, as the supervisor is.
    """

    def __init__(
        self, folder: Path, network: Network, told: Mapping[str, str], server: Mapping[str, str]
    ) -> None:
        self.network = network
        self._postgres, self._valkey = Postgres(folder, server), Valkey(folder)
        self.settings = Settings.read(
            {
                "LIANBAN_ENV": "test",
                "LIANBAN_DATA": str(folder),
                "LIANBAN_PORT": str(free_port()),
                "LIANBAN_DATABASE_URL": self._postgres.url,
                "LIANBAN_REDIS_URL": network.proxy.url,
                "LIANBAN_PRIVATE_ADDRESSES": "1",
                "LIANBAN_REQUESTS_PER_ADDRESS": str(ENOUGH_REQUESTS),
                "LIANBAN_REQUESTS_PER_CALLER": str(ENOUGH_REQUESTS),
            }
        )
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LIANBAN_")},
            **{f"LIANBAN_{name.upper()}": str(getattr(self.settings, name)) for name in PASSED_ON},
            **told,
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
            "PYTHONUNBUFFERED": "1",
        }
        self._servers, self._ours = Supervisor(_quiet), Supervisor(_quiet)
        self._stopped: set[str] = set()

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────

    def start_servers(self, harm: str = "") -> None:
        """PostgreSQL, migrated and watched, and the broker; `harm` is done to the schema as well."""
        self._servers.start([self._postgres.child(), self._valkey.child()])
        upgrade(self.settings.database_url)
        post_witnesses(self.settings.database_url)
        with psycopg.connect(self.settings.database_url) as sql:
            sql.execute(harm.encode())

    def load_site(self, folder: Path) -> None:
        """As a person does it."""
        command = [sys.executable, "-m", "services.cli.main", "load", str(folder)]
        subprocess.run(command, env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def start_ours(self) -> None:
        """API, worker, sender and the pulses."""
        children = [self._told(child) for child in own_children(self.settings)]
        pulse = children.pop()
        children += [replace(pulse, name=f"pulse-{number}") for number in range(1, PULSES + 1)]
        self._ours.start(children)

    def _told(self, child: Child) -> Child:
        """The child as the product starts it, by way of the entry that shortens leases and breaks things."""
        python, flag, *rest = child.command
        command = [python, flag, broken.__name__, *rest]
        return replace(child, command=command, environment=self._environment, ready_within=PATIENCE)

    def look_after(self) -> None:
        """Start again what has ended; to be called many times a second."""
        for supervisor in (self._servers, self._ours):
            for running in supervisor.running.values():
                supervisor.look_after(running)
                running.failures = 0  # whoever is killed on purpose is no poor starter

    def end_ours(self) -> None:
        """Stop our processes in order; the servers stay for the checker."""
        self.resume_all()
        self._ours.stop()

    def end(self) -> None:
        """Stop everything."""
        self.end_ours()
        self._servers.stop()

    @property
    def is_up(self) -> bool:
        """Whether everything runs and answers."""
        everybody = [*self._servers.running.values(), *self._ours.running.values()]
        return all(one.again_at is None and one.is_alive for one in everybody) and all(
            one.child.is_ready() for one in everybody
        )

    @property
    def is_at_work(self) -> bool:
        """Whether everything is up, the workers with their children: on a busy machine that takes long."""
        return self.is_up and all(len(self._family(name)) > 1 for name in ("worker", "sender"))

    # ── blows ────────────────────────────────────────────────────────────────────────────────────────────

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one of the processes by name: api, worker, sender, pulse-1, postgres, valkey."""
        running = self._running(name)
        if running.again_at is None:
            with suppress(ProcessLookupError):
                running.process.send_signal(number)

    def kill_child(self, name: str, dice: random.Random) -> bool:
        """SIGKILL for a process that a worker has made; whether there was one."""
        children = self._family(name)[1:]
        if not children:
            return False
        with suppress(psutil.NoSuchProcess):
            dice.choice(children).kill()
        return True

    def pause(self, name: str) -> None:
        """SIGSTOP for a process and all that it has made."""
        self._stopped.add(name)
        self._signal(name, signal.SIGSTOP)

    def pause_sending(self, name: str) -> bool:
        """SIGSTOP at a moment when sends are under way there and nothing is locked; whether one came.

        What is locked nobody could take over.
        """
        if name in self._stopped:
            return False
        until = time.monotonic() + MOMENT_SECONDS
        with suppress(psycopg.Error):
            while time.monotonic() < until:
                if self._under_way(name):
                    self.pause(name)
                    if self._under_way(name) == {0}:
                        return True
                    self.resume(name)
                time.sleep(LOOK_SECONDS)
        return False

    def is_taken_over(self, name: str) -> bool:
        """Whether others have seen to all that was under way there."""
        with suppress(psycopg.Error):
            return not self._under_way(name)
        return False

    def _under_way(self, name: str) -> set[int]:
        """How many transactions those have open who are of this name and have sends under way."""
        numbers = [str(one.pid) for one in self._family(name)]
        with psycopg.connect(self.settings.database_url, autocommit=True, connect_timeout=5) as owner:
            owner.execute("SET ROLE lianban_worker")
            tokens = [row[0] for row in owner.execute(LEASED).fetchall()]
            owner.execute("RESET ROLE")  # only who owns the sessions sees their transactions
            return {row[0] for row in owner.execute(HELD, (tokens, numbers)).fetchall()}

    def resume(self, name: str) -> None:
        """SIGCONT for them, the children first."""
        self._stopped.discard(name)
        self._signal(name, signal.SIGCONT)

    def resume_all(self) -> None:
        """Nobody stays stopped."""
        for name in tuple(self._stopped):
            self.resume(name)

    def _signal(self, name: str, number: signal.Signals) -> None:
        for one in reversed(self._family(name)):
            with suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def _family(self, name: str) -> list[psutil.Process]:
        running = self._running(name)
        if running.again_at is not None:
            return []
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(running.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def _running(self, name: str) -> Running:
        return {**self._servers.running, **self._ours.running}[name]

    def flush_broker(self) -> bool:
        """FLUSHALL; whether the broker was there to take it."""
        try:
            with redis.Redis.from_url(self._valkey.url, socket_timeout=5) as line:
                line.flushall()
        except redis.RedisError:
            return False
        return True

    def cut_connections(self) -> bool:
        """End every session but this one; whether the database was there to do it."""
        try:
            with psycopg.connect(self.settings.database_url, autocommit=True, connect_timeout=5) as owner:
                owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend' AND datname = current_database()"
                )
        except psycopg.Error:
            return False
        return True


@contextmanager
def ended(stack: Stack) -> Iterator[Stack]:
    """The stack, ended whatever happens."""
    try:
        yield stack
    finally:
        stack.end()


def _quiet(_sentence: str) -> None:
    """What the supervisor would tell a person; deaths are on purpose here."""
