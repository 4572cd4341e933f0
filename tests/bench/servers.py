"""Real servers of the bench's own: PostgreSQL with its durability as shipped, Valkey, sites to work at."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from models.domain.playbook.site_model import ChannelSpec
from models.domain.streams import Actor, Role
from services.callers import Caller
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
from services.embedded.valkey import Valkey
from services.execute import Shop
from services.settings import Settings
from services.store.contexts import Contexts, Sql
from services.store.engine import DatabaseRole, open_engine
from services.store.migrate import upgrade
from tests.databases import AIBO, SPEC, add_aibo
from tests.machine import ROOT


class Broken(Exception):
    """A measurement could not be made; the message says why."""


@dataclass
class Bench:
    """What every measurement works with: one database, one broker, for the whole run."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    supervisor: Supervisor
    rounds: int
    engines: list[Engine] = field(default_factory=list)

    def shop(self, role: DatabaseRole = DatabaseRole.WORKER, *, pool: int = 5) -> Shop:
        """A workshop of its own, closed with the bench."""
        engine = open_engine(self.postgres.url, role, pool_size=pool)
        self.engines.append(engine)
        return Shop(engine, Contexts())

    @cached_property
    def worker(self) -> Shop:
        """A workshop under the worker's role."""
        return self.shop()

    def site(self, code: str, *, channels: Sequence[ChannelSpec] | None = None) -> "Site":
        """爱博五村 anew, under a code of its own, so that one measurement's work is not another's."""
        spec = SPEC if channels is None else replace(SPEC, channels=tuple(channels))
        plan = (AIBO / "floorplan.svg").read_text(encoding="utf-8")
        return Site(code, add_aibo(self.worker.engine, code, spec, floorplan=plan))

    def owner(self) -> Sql:
        """A connection as the worker's role, for setting up and counting; each statement by itself."""
        return psycopg.connect(self.postgres.url, autocommit=True, options="-c role=lianban_worker")

    def settings(self, **more: str) -> Settings:
        """The settings of our own processes on these servers."""
        return Settings.read(self.environment(**more))

    def environment(self, **more: str) -> dict[str, str]:
        """What our own processes are told."""
        return {
            "LIANBAN_DATA": str(self.folder),
            "LIANBAN_DATABASE_URL": self.postgres.url,
            "LIANBAN_REDIS_URL": self.valkey.url,
            "LIANBAN_SECRET_KEY": "bench" * 8,
            # All load comes from one address.
            "LIANBAN_REQUESTS_PER_ADDRESS": "1000000",
            "LIANBAN_REQUESTS_PER_CALLER": "1000000",
            **more,
        }

    @contextmanager
    def process(
        self, command: Sequence[str], environment: Mapping[str, str], name: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A process of ours, ended by its number at the end."""
        told = told_as(environment)
        with (self.folder / f"{name}.log").open("ab") as log:
            running = subprocess.Popen(
                [sys.executable, "-m", *command], env=told, cwd=self.folder, stdout=log, stderr=log
            )
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def told_as(environment: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a process of ours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("LIANBAN_")}
    ours = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "MALLOC_ARENA_MAX": "2"}
    return {**kept, **environment, **ours}


@dataclass(frozen=True, slots=True)
class Site:
    """A site of the bench."""

    code: str
    id: int

    def caller(self, party: str = "committee", role: Role = Role.HANDLER) -> Caller:
        """Somebody who acts for a party there."""
        return Caller(f"bench:{party}", Actor(role, party, f"m:{party}"), {self.code: self.id})


@contextmanager
def opened(rounds: int) -> Iterator[Bench]:
    """Servers in an empty folder, which is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-bench-"))
    folder.chmod(0o711)
    supervisor = Supervisor(lambda _: None)
    bench = Bench(folder, Postgres(folder), Valkey(folder), supervisor, rounds)
    try:
        supervisor.start([bench.postgres.child(), bench.valkey.child()])
        upgrade(bench.postgres.url)
        yield bench
    finally:
        for engine in bench.engines:
            engine.dispose()
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)
