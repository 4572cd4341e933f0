"""`python -m tests.faults.crashes`: the core and the store against a crash at every statement boundary.

A script of a seed is run operation by operation. Before each operation the rows are remembered;
then for every place in it (before each statement, before each commit, after each commit that arrived unknown
to us) all is put back and the operation run again, broken there, and taken up as the lanes and a user with an
idempotency key would. The end must be the end of the run that was not broken: the same events, states,
timers, steps, notices, deliveries and phones, and nothing for the auditor to find. On a virtual clock even
the instants are the same. Since each operation ends as in the unbroken run, so does the rest of the script.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import psycopg
import structlog
from psycopg.sql import SQL, Identifier

from models.domain.streams import StreamKey
from services.backup.dumping import copy_out, tables
from services.embedded.postgres import Postgres
from services.embedded.supervisor import Supervisor
from services.execute import Shop
from services.replay.turning import Next, next_due
from services.store import sites
from services.store.contexts import Contexts
from services.store.migrate import upgrade
from tests.databases import PLAYBOOK, add_aibo
from tests.faults.crashes_fuse import CUT, DIES, Died, Fuse, breaking_engine
from tests.faults.crashes_image import Image, difference, image_of
from tests.faults.crashes_script import BEGINS, SITE, Operation, Tick, World, driver_of, script

Step = Operation | Tick
MOST_TOLD = 20
TRIES = 5
"""An operation is taken up again at most so often; more means that it never ends."""


@dataclass(slots=True)
class Tally:
    """What was broken, and what did not come out as it should."""

    operations: int = 0
    boundaries: int = 0
    runs: int = 0
    violations: list[str] = field(default_factory=list)


class Ground:
    """A migrated database, and what it held at an instant: put back in a few milliseconds."""

    def __init__(self, url: str) -> None:
        self.url = url
        # The superuser sees all rows, and may keep triggers from following what is put back.
        whom = url.replace("lianban@", "postgres@")
        self._sql = psycopg.connect(whom, options="-c session_replication_role=replica")
        self._kept: dict[str, tuple[tuple[str, ...], bytes]] = {}
        self.contexts = Contexts()
        """Rules that are read once: a process that dies loses them, and reads the very same again."""

    def keep(self) -> None:
        """Remember what it holds."""
        self._kept = {
            name: (columns, self._read(name, columns)) for name, columns in tables(self._sql).items()
        }
        self._sql.commit()

    def put_back(self) -> None:
        """Make it hold what is remembered."""
        for name, (columns, rows) in self._kept.items():
            if self._read(name, columns) != rows:
                self._sql.execute(SQL("DELETE FROM {}").format(Identifier(name)))
                named = SQL(", ").join(map(Identifier, columns))
                copy = SQL("COPY {} ({}) FROM STDIN").format(Identifier(name), named)
                with self._sql.cursor() as cursor, cursor.copy(copy) as into:
                    into.write(rows)
        self._sql.commit()

    def empty(self) -> None:
        """Make it hold nothing."""
        self._kept = {name: (columns, b"") for name, columns in tables(self._sql).items()}
        self.put_back()

    def expire_leases(self) -> None:
        """A minute goes by."""
        for table in ("routing", "timer", "notice", "delivery"):
            expired = "UPDATE {} SET lease_until = now() - interval '1 s' WHERE lease_until > now()"
            self._sql.execute(SQL(expired).format(Identifier(table)))
        self._sql.commit()

    def close(self) -> None:
        """Let go of it."""
        self._sql.close()

    def _read(self, name: str, columns: Sequence[str]) -> bytes:
        blocks: list[bytes] = []
        copy_out(self._sql, name, columns, blocks.append)
        return b"".join(blocks)


@dataclass(frozen=True, slots=True)
class Told:
    """What a script knows between its operations: its site, and the orders that it has made."""

    orders: dict[int, StreamKey]
    site_id: int


@contextmanager
def opened(ground: Ground, fuse: Fuse, orders: dict[int, StreamKey], site_id: int) -> Iterator[World]:
    """A process on the database."""
    engine = breaking_engine(ground.url, fuse)

    def mend() -> None:
        if fuse.blown:
            ground.expire_leases()

    try:
        engine.connect().close()  # the dialect asks the server who it is; that is not our doing
        yield World(Shop(engine, ground.contexts), site_id, mend, orders)
    finally:
        engine.dispose()


def set_up(ground: Ground) -> int:
    """The site alone; its id."""
    ground.empty()
    ground.contexts = Contexts()
    gates = 'gates = { triage = ["photo"], done = ["after_photo"] }'
    assert gates in PLAYBOOK
    playbook = PLAYBOOK.replace(gates, "gates = {}")
    with opened(ground, Fuse(), {}, 0) as world:
        clock = sites.Clock("virtual", BEGINS)
        return add_aibo(world.shop.engine, SITE, playbook=playbook, clock=clock)


def hunt(ground: Ground, seed: int, tally: Tally, *, stride: int = 1, length: int = 7) -> None:
    """Break each operation of a seed at every `stride`-th place, in both ways."""
    site_id = set_up(ground)
    orders: dict[int, StreamKey] = {}
    for operation in _steps(ground, seed, length, site_id):
        ground.keep()
        before = dict(orders)
        places, expected = unbroken(ground, operation, orders, site_id)
        tally.operations += 1
        tally.boundaries += places
        for place in range(1 + seed % stride, places + 1, stride):
            for how in (DIES, CUT):
                ground.put_back()
                wrong = broken(ground, operation, Told(dict(before), site_id), (place, how), expected)
                tally.runs += 1
                if wrong is not None:
                    tally.violations.append(f"seed {seed}, {operation}, place {place} ({how}): {wrong}")
        ground.put_back()
        unbroken(ground, operation, orders, site_id)


def _steps(ground: Ground, seed: int, length: int, site_id: int) -> Iterator[Step]:
    """The operations of a seed with the lanes' turns between them, each due once the one before was done."""

    def due(until: datetime) -> Next | None:
        with opened(ground, Fuse(), {}, site_id) as world:
            return next_due(driver_of(world), until)

    for operation in script(seed, length):
        while (waiting := due(operation.at)) is not None:
            yield Tick(waiting.at)
        yield operation
    while (waiting := due(operation.at)) is not None:
        yield Tick(waiting.at)


def unbroken(
    ground: Ground, operation: Step, orders: dict[int, StreamKey], site_id: int
) -> tuple[int, Image]:
    """Run an operation as it should be; how many places it passes, and what it leads to."""
    fuse = Fuse()
    with opened(ground, fuse, orders, site_id) as world:
        fuse.arm(None)
        operation.run(world)
        places = fuse.disarm()
        return places, image_of(world.shop, world.orders)


def broken(ground: Ground, operation: Step, told: Told, at: tuple[int, str], expected: Image) -> str | None:
    """Run an operation, break it, take it up again; how its end differs, None where it does not."""
    fuse = Fuse()
    for attempt in range(TRIES):
        with opened(ground, fuse, told.orders, told.site_id) as world:
            try:
                if not attempt:
                    fuse.arm(*at)
                operation.run(world)
            except (Died, psycopg.OperationalError):
                # Whoever takes it up is a process of its own, or the same one after a while.
                ground.expire_leases()
                continue
            fuse.disarm()
            return difference(expected, image_of(world.shop, world.orders))
    return "it does not come to an end"


@contextmanager
def server() -> Iterator[Ground]:
    """A PostgreSQL of its own, in memory's haste."""
    folder = Path(tempfile.mkdtemp(prefix="lianban-crashes-"))
    folder.chmod(0o711)
    hasty = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    supervisor = Supervisor(print)
    try:
        made = Postgres(folder, hasty)
        supervisor.start([made.child()])
        upgrade(made.url)
        ground = Ground(made.url)
        yield ground
        ground.close()
    finally:
        supervisor.stop()
        with suppress(OSError):
            rmtree(folder)


def main() -> int:
    """Run seeds, print what was broken; exit code 1 on a violation."""
    parser = argparse.ArgumentParser(prog="tests.faults.crashes", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--length", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    quiet()
    tally, begun = Tally(), time.monotonic()
    with server() as ground:
        for seed in range(given.first, given.first + given.seeds):
            hunt(ground, seed, tally, stride=given.stride, length=given.length)
            if not given.json:
                wrong = f"{len(tally.violations)} violations"
                say(f"up to seed {seed}: {tally.boundaries} boundaries, {tally.runs} runs, {wrong}")
    say(told(tally, given.seeds, time.monotonic() - begun, as_json=given.json))
    return 1 if tally.violations else 0


def told(tally: Tally, seeds: int, seconds: float, *, as_json: bool) -> str:
    """The figures, and the first violations."""
    image = {
        "seeds": seeds,
        "operations": tally.operations,
        "boundaries": tally.boundaries,
        "runs": tally.runs,
        "violations": len(tally.violations),
        "seconds": round(seconds, 1),
        "first": tally.violations[:MOST_TOLD],
    }
    if as_json:
        return json.dumps(image, ensure_ascii=False)
    lines = [f"{name}: {value}" for name, value in image.items() if name != "first"]
    return "\n".join([*lines, *tally.violations[:MOST_TOLD]])


def say(text: str) -> None:
    """A line on standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def quiet() -> None:
    """What breaks on purpose is no news."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


if __name__ == "__main__":
    sys.exit(main())
