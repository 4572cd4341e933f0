"""A migrated database with 爱博五村 and a few orders, a key of its own, and an owner who tampers."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from models.domain import ledger
from models.domain.merkle import CompactRange
from models.domain.orders.commands import RouteOrder
from models.domain.streams import SYSTEM, StreamKey
from services import desk
from services.actions.bodies import ReportBody
from services.callers import Caller
from services.execute import Envelope, Shop, Unit
from services.ledger.checkpoints import Checkpoint, issue
from services.ledger.findings import Finding, Tally
from services.ledger.log import grow, write
from services.ledger.sequencer import sequence
from services.ledger.verifying import trust, verify
from services.settings import Settings
from services.store.transactions import transaction

TABLES = ("event", "stream", "log_run", "log_pending", "private_row")
NOTHING = hashlib.sha256(b"nothing of this kind happened").digest()

Report = Callable[[], StreamKey]
Sign = Callable[[], Checkpoint]
Look = Callable[..., Tally]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.read({"LIANBAN_DATA": str(tmp_path / "data"), "LIANBAN_ENV": "test"})


@pytest.fixture
def report(shop: Shop, committee: Caller, site_id: int) -> Report:
    """A leak, reported and routed: some twenty events, with two texts and a contact."""

    def report() -> StreamKey:
        body = ReportBody.model_validate(
            {
                "space": "table-tennis",
                "category": "leak",
                "origin": "pre_existing",
                "title": "乒乓房漏水",
                "description": "靠窗地上有水",
                "reporter": {"name": "王阿姨", "phone": "13812345678"},
            }
        )
        key, answer = desk.report(shop, committee, "AIBO5", body)
        assert answer.refused is None
        shop.execute([Unit((Envelope(key, RouteOrder(), SYSTEM),))], sites=[site_id])
        return key

    return report


@pytest.fixture
def sign(shop: Shop, settings: Settings) -> Sign:
    """Append what is new and sign it."""

    def sign() -> Checkpoint:
        sequence(shop.engine)
        made = issue(shop.engine, settings, every=timedelta())
        assert made is not None
        return made

    return sign


@pytest.fixture
def look(shop: Shop, settings: Settings) -> Look:
    """Verify everything, or an order."""

    def look(only: StreamKey | None = None, *, against: tuple[Path, ...] = ()) -> Tally:
        *_, tally = verify(shop.engine, trust(shop.engine, settings, against=against), only)
        return tally

    return look


class Owner:
    """Whoever owns the database can do what nobody may."""

    def __init__(self, url: str) -> None:
        self._url = url

    def run(self, *statements: str) -> None:
        with self._unforced() as sql:
            for one in statements:
                sql.execute(one.encode())

    @contextmanager
    def _unforced(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A transaction in which row-level security holds back nobody."""
        with psycopg.connect(self._url) as sql:
            self._turn(sql, "NO FORCE")
            yield sql
            self._turn(sql, "FORCE")

    def _turn(self, sql: psycopg.Connection[tuple[Any, ...]], how: str) -> None:
        for table in TABLES:
            sql.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY".encode())

    def rewrite(self, key: StreamKey, since: int) -> None:
        """Another instant in each event from `since` on, every hash computed anew, the stream's head too."""
        where = f"site_id = {key.site_id} AND stream_id = {key.stream_id}"
        with self._unforced() as sql:
            rows = sql.execute(f"SELECT seq, payload, digest FROM event WHERE {where} ORDER BY seq".encode())
            head = ledger.GENESIS
            for seq, payload, digest in rows.fetchall():
                if seq < since:
                    head = digest
                    continue
                told = payload.replace(b'"v":1', b'"v":1 ')
                head = ledger.chained(key, seq, head, told)
                sql.execute(
                    f"UPDATE event SET payload = %s, digest = %s WHERE {where} AND seq = %s".encode(),
                    (told, head, seq),
                )
            sql.execute(f"UPDATE stream SET head = %s WHERE {where}".encode(), (head,))

    def rewrite_log(self) -> None:
        """The whole log made anew from the events as they now are, in the same order."""
        with self._unforced() as sql:
            events = []
            for site_id, stream_id, first, last in sql.execute(
                "SELECT site_id, stream_id, first_seq, last_seq FROM log_run ORDER BY first_index"
            ).fetchall():
                events += sql.execute(
                    "SELECT site_id, stream_id, seq, digest FROM event WHERE site_id = %s AND stream_id = %s"
                    " AND seq BETWEEN %s AND %s ORDER BY seq",
                    (site_id, stream_id, first, last),
                ).fetchall()
            sql.execute("DELETE FROM log_run")
            sql.execute("DELETE FROM log_node")
            tree = CompactRange()
            write(sql, tree, grow(tree, events))


@pytest.fixture
def owner(shop: Shop, migrated_url: str) -> Owner:
    return Owner(migrated_url)


def at(finding: Finding) -> tuple[str, int | None]:
    """Which order, and from which event on."""
    return finding.where, finding.seq


def count(shop: Shop, what: str) -> int:
    with transaction(shop.engine) as sql:
        row = sql.execute(f"SELECT {what}".encode()).fetchone()
    assert row is not None
    return int(row[0])
