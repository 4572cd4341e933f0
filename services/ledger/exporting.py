"""An order's ledger as one file that any party verifies by itself, also in ten years: a zip of plain JSON, a
script that needs Python alone, and how to use it.

Everything in it hangs on signatures: the events on the checkpoint's (by proofs), the rest on the seal's.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from models.domain import ledger
from models.domain.codec import instant
from models.domain.merkle import inclusion_path
from models.domain.streams import StreamKey
from services.ledger import offline
from services.ledger.checkpoints import Checkpoint, OtherSigner, issue, newest
from services.ledger.findings import Codes, Tally
from services.ledger.keys import signer
from services.ledger.log import read_log, runs_of, stored_nodes
from services.ledger.notes import open_note, parse_checkpoint
from services.ledger.sequencer import sequence
from services.ledger.streams import verify_streams
from services.settings import Settings
from services.store.contexts import Sql
from services.store.transactions import transaction

FORMAT = "lianban-ledger-1"
LEDGER = "ledger.json"
BESIDE = ("verify.py", "README.txt")
AT_ONCE = (1980, 1, 1, 0, 0, 0)
"""Files carry no time of their own: the same export is the same bytes."""


class NothingToExport(LookupError):
    """There is no such order."""


class BrokenLedger(RuntimeError):
    """The order is not as it was recorded: `./lianban ledger verify` says from which event on."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    content: Mapping[str, bytes]
    """The files by name."""
    events: int
    texts: int
    checkpoint: Checkpoint

    def write(self, file: Path) -> None:
        """Write the zip; a new file is its owner's alone."""
        file.touch(mode=0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.content.items():
                archive.writestr(zipfile.ZipInfo(name, AT_ONCE), content, zipfile.ZIP_DEFLATED)


def export(
    engine: Engine, settings: Settings, key: StreamKey, code: str, *, with_texts: bool = False
) -> Exported:
    """The order's ledger up to now; what is new is appended to the log and signed for it out of turn.

    Personal data stays out: texts come along only when asked for, contacts never.

    Raises:
        NothingToExport: there are no events.
        BrokenLedger: what would be exported does not verify.
        OtherSigner: another machine's key signs for this log; export there.
    """
    sequence(engine, budget=None, wait=True)
    issue(engine, settings, every=timedelta(), wait=True)
    tally = Tally()
    for _ in verify_streams(engine, Codes({key.site_id: code.rpartition("-")[0]}), tally, key):
        pass
    if tally.findings:
        raise BrokenLedger
    one_snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    with transaction(one_snapshot) as sql:
        return _Export(sql, settings, key, code).made(with_texts=with_texts)


class _Export:
    """One order in one snapshot."""

    def __init__(self, sql: Sql, settings: Settings, key: StreamKey, code: str) -> None:
        self._sql, self._key, self._code = sql, key, code
        log = read_log(sql)
        self._signer = signer(settings, log.origin)
        last = newest(sql, 1)
        if not last:
            raise NothingToExport
        if log.verifier != str(self._signer.verifier):
            raise OtherSigner
        self._checkpoint = last[0]
        note = open_note(self._checkpoint.note, [self._signer.verifier])
        self._head = parse_checkpoint(note, log.origin)

    def made(self, *, with_texts: bool) -> Exported:
        events = self._events()
        texts = self._texts() if with_texts else []
        beside = {name: (Path(offline.__file__).parent / name).read_bytes() for name in BESIDE}
        told: dict[str, Any] = {
            "format": FORMAT,
            "code": self._code,
            "site": self._key.site_id,
            "stream": self._key.stream_id,
            "exported": instant(self._now()),
            "checkpoint": self._checkpoint.note,
            "verifier": str(self._signer.verifier),
            "events": events,
            "texts": texts,
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in beside.items()},
        }
        sealed = f"{self._signer.name}/export\n{hashlib.sha256(written(told)).hexdigest()}\n"
        told["seal"] = self._signer.sign(sealed)
        return Exported({LEDGER: written(told), **beside}, len(events), len(texts), self._checkpoint)

    def _now(self) -> datetime:
        row = self._sql.execute("SELECT statement_timestamp()").fetchone()
        if row is None:
            raise RuntimeError("the database gave no time")
        now: datetime = row[0]
        return now

    def _events(self) -> list[dict[str, Any]]:
        rows = self._sql.execute(
            "SELECT seq, payload, digest FROM event WHERE site_id = %s AND stream_id = %s ORDER BY seq",
            (self._key.site_id, self._key.stream_id),
        ).fetchall()
        links = [ledger.Link(*row) for row in rows]
        places = {
            run.first_seq + place: run.first_index + place
            for run in runs_of(self._sql, [self._key]).get(self._key, ())
            for place in range(run.last_seq - run.first_seq + 1)
        }
        # Behind the checkpoint there is nothing to prove yet: what happened meanwhile is for the next export.
        proven = [one for one in links if places.get(one.seq, self._head.size) < self._head.size]
        if not proven:
            raise NothingToExport
        return self._with_proofs(proven, places)

    def _with_proofs(self, links: Sequence[ledger.Link], places: Mapping[int, int]) -> list[dict[str, Any]]:
        nodes = stored_nodes(self._sql)
        return [
            {
                "bytes": one.payload.decode(),
                "hash": one.digest.hex(),
                "leaf": places[one.seq],
                "proof": [step.hex() for step in inclusion_path(places[one.seq], self._head.size, nodes)],
            }
            for one in links
        ]

    def _texts(self) -> list[dict[str, str]]:
        """The texts that are still there, with the keys of their commitments."""
        rows = self._sql.execute(
            "SELECT id, secret, body FROM private_row WHERE site_id = %s AND stream_id = %s AND kind = 'text'"
            " AND secret IS NOT NULL AND body IS NOT NULL ORDER BY created_at, id",
            (self._key.site_id, self._key.stream_id),
        )
        return [{"id": text_id, "key": secret.hex(), "body": body} for text_id, secret, body in rows]


def written(image: Mapping[str, Any]) -> bytes:
    """The one spelling of an export, which the script compares."""
    return (json.dumps(image, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
