"""Real processes of the stack on the tests' servers, and a live site for them to work for."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from sqlalchemy import Engine

from models.domain.streams import Actor, Role, StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.callers import Caller
from services.cli.stack import own_children
from services.execute import Shop
from services.settings import Settings
from services.store import heartbeats
from services.store.contexts import Contexts
from services.store.transactions import transaction
from tests.databases import PLAYBOOK, add_aibo

PARTIES = {"asset_company", "property", "autonomy_office"}
"""Whom an old leak concerns."""
STARTED = 240.0
"""Seconds in which a process is up, however busy the machine is."""


def wait_until(condition: Callable[[], Any], within: float = 150, said: str = "it never came true") -> float:
    """Seconds until it was true."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + within, said
        time.sleep(0.01)
    return time.monotonic() - begun


@dataclass
class Crew:
    """Processes as `lianban up` starts them, each ended by its number."""

    settings: Settings
    hired: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str) -> psutil.Process:
        """One more of a kind: worker, sender or pulse."""
        command = next(one.command for one in own_children(self.settings) if one.name == name)
        log = self.settings.data / f"{name}.{len(self.hired)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, env=self._environment(), cwd=self.settings.data, stdout=output, stderr=output
            )
        self.hired.append(process)
        return psutil.Process(process.pid)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIANBAN_")}
        return {
            **kept,
            "LIANBAN_DATA": str(self.settings.data),
            "LIANBAN_DATABASE_URL": self.settings.database_url,
            "LIANBAN_REDIS_URL": self.settings.redis_url,
            "LIANBAN_PORT": str(self.settings.port),
            "PYTHONPATH": str(Path(__file__).parents[3]),
            "PYTHONSAFEPATH": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def log(self) -> str:
        """What all of them said."""
        return "\n".join(one.read_text(errors="replace") for one in sorted(self.settings.data.glob("*.log")))

    def end(self) -> None:
        """End all of them."""
        family = [
            one
            for process in self.hired
            if process.poll() is None
            for one in (psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True))
        ]
        for one in family:
            kill(one)
        for process in self.hired:
            process.wait(10)


def kill(process: psutil.Process) -> None:
    """As `kill -9` does."""
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return


def settings_for(folder: Path, database_url: str, redis_url: str, *, port: int = 8000) -> Settings:
    """The settings of processes on these servers."""
    return Settings.read(
        {
            "LIANBAN_DATA": str(folder),
            "LIANBAN_DATABASE_URL": database_url,
            "LIANBAN_REDIS_URL": redis_url,
            "LIANBAN_PORT": str(port),
        }
    )


@dataclass
class Site:
    """爱博五村 on the live clock, under a code of its own, so that one test's work is not another's."""

    shop: Shop
    id: int
    code: str

    def caller(self, party: str, role: Role = Role.LEAD) -> Caller:
        return Caller(party, Actor(role, party, f"m:{party}"), {self.code: self.id})

    def report(self, severity: str = "danger") -> StreamKey:
        """An old leak; danger rings at any hour."""
        body = ReportBody(
            space="table-tennis",
            description="漏水",
            category="leak",
            origin="pre_existing",
            severity=severity,
        )
        key, answer = desk.report(self.shop, self.caller("committee"), self.code, body)
        assert answer.refused is None, answer.refused
        return key

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with transaction(self.shop.engine) as sql:
            return sql.execute(query.encode(), values).fetchall()

    def heard(self, key: StreamKey) -> set[str]:
        """The parties whose phone rang."""
        rows = self.ask(
            "SELECT DISTINCT party FROM phone WHERE site_id = %s AND stream_id = %s",
            key.site_id,
            key.stream_id,
        )
        return {row[0] for row in rows}

    def all_heard(self, *keys: StreamKey) -> bool:
        return all(self.heard(key) >= PARTIES for key in keys)

    def twice(self) -> list[tuple[Any, ...]]:
        """What happened twice at the site: routings, or a person's phone for the same notice."""
        return self.ask(
            "SELECT 'routed', stream_id::text, count(*) FROM event"
            " WHERE site_id = %(s)s AND type = 'OrderRouted' GROUP BY 2 HAVING count(*) > 1"
            " UNION ALL SELECT 'rang', concat_ws(' ', d.notice_id, p.party, p.member), count(*) FROM phone p"
            " JOIN delivery d ON d.id = p.delivery_id WHERE p.site_id = %(s)s GROUP BY 2 HAVING count(*) > 1"
            .replace("%(s)s", str(self.id))
        )  # fmt: skip


def done_by(engine: Engine) -> dict[str, int]:
    """How much each lane took, by who did it."""
    with transaction(engine) as sql:
        return {name: int(detail.get("taken", 0)) for name, (_, detail) in heartbeats.read(sql).items()}


def beats(engine: Engine) -> int:
    """The pulse's cycles so far."""
    with transaction(engine) as sql:
        told = heartbeats.read(sql).get("pulse")
    return int(told[1]["cycles"]) if told else 0


def add_site(engine: Engine, change: Callable[[str], str] = str) -> Site:
    """A live site under a code of its own, with the shipped playbook or a changed one."""
    code = f"W{uuid4().hex[:10].upper()}"
    return Site(Shop(engine, Contexts()), add_aibo(engine, code, playbook=change(PLAYBOOK)), code)


@contextmanager
def frozen_afterwards(site: Site) -> Iterator[Site]:
    """The lanes leave a site alone once its test is over."""
    yield site
    with transaction(site.shop.engine) as sql:
        sql.execute("UPDATE site SET clock = 'frozen', virtual_now = now() WHERE id = %s", (site.id,))
