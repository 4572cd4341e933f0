"""An order's ledger as one file that any party verifies by itself, also in ten years: a zip of plain JSON, a
script that needs Python alone, and how to use it.

Everything in it hangs on signatures: the events on the checkpoint's (by proofs), the rest on the seal's.
"""

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from models.domain import ledger
from models.domain.codec import instant
from models.domain.merkle import Head, consistency_path, inclusion_path, range_hash
from models.domain.streams import StreamKey
from services.ledger import offline
from services.ledger.checkpoints import Checkpoint, OtherSigner, issue, newest
from services.ledger.findings import Codes, Tally
from services.ledger.keys import signer
from services.ledger.log import places_of, read_log, stored_nodes
from services.ledger.notes import open_note, parse_checkpoint
from services.ledger.sequencer import sequence
from services.ledger.streams import verify_streams
from services.ledger.telling import told_since
from services.pictures.shelf import Shelf
from services.pictures.shelves import shelf_of
from services.settings import Settings
from services.store.contexts import Sql
from services.store.transactions import now_of, snapshot

FORMAT = "lianban-ledger-1"
LEDGER = "ledger.json"
BESIDE = ("verify.py", "README.txt")
AT_ONCE = (1980, 1, 1, 0, 0, 0)
"""Files carry no time of their own: the same export is the same bytes."""


class NothingToExport(LookupError):
    """There is no such order."""


class BrokenLedger(RuntimeError):
    """The ledger is not as it was recorded: `./lianban ledger verify` says from which event on."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What comes along beside the events."""

    texts: bool = False
    """What people wrote: personal data."""
    photos: bool = False
    since: Sequence[str] = ()
    """Checkpoints that somebody kept: the export proves that the log only grew since."""


NOTHING_MORE = Wanted()


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    content: Mapping[str, bytes]
    """The files by name."""
    events: int
    texts: int
    photos: int
    earlier: int
    """Earlier checkpoints since which the log is proven only to have grown."""
    checkpoint: Checkpoint

    def write(self, file: Path) -> None:
        """Write the zip; a new file is its owner's alone."""
        file.touch(mode=0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.content.items():
                archive.writestr(zipfile.ZipInfo(name, AT_ONCE), content, zipfile.ZIP_DEFLATED)


def export(
    engine: Engine, settings: Settings, key: StreamKey, code: str, wanted: Wanted = NOTHING_MORE
) -> Exported:
    """The order's ledger up to now; what is new is appended to the log and signed for it out of turn.

    Personal data stays out: texts and photos come along only when asked for, contacts never.

    Raises:
        NothingToExport: there are no events.
        BrokenLedger: what would be exported does not verify.
        OtherSigner: another machine's key signs for this log; export there.
        NoteError: a checkpoint that somebody kept is none of this log's.
        ShelfAway: the photos cannot be read just now.
    """
    sequence(engine, budget=None, wait=True)
    issue(engine, settings, every=timedelta(), wait=True)
    tally = Tally()
    shelf = shelf_of(settings)
    codes = Codes({key.site_id: code.rpartition("-")[0]})
    for _ in verify_streams(engine, codes, tally, key, shelf if wanted.photos else None):
        pass
    if tally.findings:
        raise BrokenLedger
    with snapshot(engine) as sql:
        made = _Export(sql, settings, key, code)
        told, photos = made.told(wanted)
    # With no transaction open: a shelf may be slow.
    return made.sealed(told, {name: _read(shelf, sha256) for name, sha256 in photos.items()})


def _read(shelf: Shelf, sha256: str) -> bytes:
    stored = shelf.open(sha256)
    if stored is None:
        raise BrokenLedger
    return b"".join(stored.chunks)


class _Export:
    """One order in one snapshot."""

    def __init__(self, sql: Sql, settings: Settings, key: StreamKey, code: str) -> None:
        self._sql, self._key, self._code = sql, key, code
        log = read_log(sql)
        self._signer = signer(settings, log.origin)
        self._origin = log.origin
        last = newest(sql, 1)
        if not last:
            raise NothingToExport
        if log.verifier != str(self._signer.verifier):
            raise OtherSigner
        self._checkpoint = last[0]
        self._head = self._head_of(self._checkpoint.note)

    def told(self, wanted: Wanted) -> tuple[dict[str, Any], dict[str, str]]:
        """What is going to be sealed, and the names of photos with their SHA-256."""
        photos, names = self._photos() if wanted.photos else ([], {})
        told: dict[str, Any] = {
            "format": FORMAT,
            "code": self._code,
            "site": self._key.site_id,
            "stream": self._key.stream_id,
            "exported": instant(now_of(self._sql)),
            "checkpoint": self._checkpoint.note,
            "verifier": str(self._signer.verifier),
            "events": self._events(),
            "texts": self._texts() if wanted.texts else [],
            "photos": photos,
            "earlier": self._earlier(wanted.since),
        }
        return told, names

    def sealed(self, told: dict[str, Any], photos: Mapping[str, bytes]) -> Exported:
        """The export, with a signature over all of it."""
        beside = {name: (Path(offline.__file__).parent / name).read_bytes() for name in BESIDE}
        beside |= photos
        told["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in beside.items()}
        sealed = f"{self._signer.name}/export\n{hashlib.sha256(written(told)).hexdigest()}\n"
        told["seal"] = self._signer.sign(sealed)
        return Exported(
            {LEDGER: written(told), **beside},
            events=len(told["events"]),
            texts=len(told["texts"]),
            photos=len(told["photos"]),
            earlier=len(told["earlier"]),
            checkpoint=self._checkpoint,
        )

    def _events(self) -> list[dict[str, Any]]:
        rows = self._sql.execute(
            "SELECT seq, payload, digest FROM event WHERE site_id = %s AND stream_id = %s ORDER BY seq",
            (self._key.site_id, self._key.stream_id),
        ).fetchall()
        links = [ledger.Link(*row) for row in rows]
        places = places_of(self._sql, self._key)
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

    def _photos(self) -> tuple[list[dict[str, str]], dict[str, str]]:
        """The photos that are still there, with the keys of their commitments, and their SHA-256 by name."""
        rows = self._sql.execute(
            "SELECT id, secret, sha256, media_type FROM photo WHERE site_id = %s AND stream_id = %s"
            " AND secret IS NOT NULL AND sha256 IS NOT NULL ORDER BY created_at, id",
            (self._key.site_id, self._key.stream_id),
        )
        photos, names = [], {}
        for photo_id, secret, sha256, media_type in rows:
            name = f"{photo_id}.{media_type.rpartition('/')[2]}"
            names[name] = sha256
            photos.append({"id": photo_id, "key": secret.hex(), "file": name})
        return photos, names

    def _earlier(self, since: Sequence[str]) -> list[dict[str, Any]]:
        """Checkpoints that parties hold, each with the proof that the log only grew since.

        Those that were told since the order was reported, and those that are handed in.
        """
        told = told_since(self._sql, self._key)
        notes = {self._head_of(note): note for note in [*since, *told]}
        nodes = stored_nodes(self._sql)
        for head in notes:
            # A log that was rewritten as a whole has another root there.
            if head.size > self._head.size or range_hash(0, head.size, nodes) != head.root:
                raise BrokenLedger
        return [
            {
                "checkpoint": notes[head],
                "proof": [step.hex() for step in consistency_path(head.size, self._head.size, nodes)],
            }
            for head in sorted(notes, key=lambda one: one.size)
        ]

    def _head_of(self, note: str) -> Head:
        return parse_checkpoint(open_note(note, [self._signer.verifier]), self._origin)


def written(image: Mapping[str, Any]) -> bytes:
    """The one spelling of an export, which the script compares."""
    return (json.dumps(image, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()
