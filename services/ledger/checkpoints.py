"""Checkpoints: signed statements of what the log was, which are worth something once they lie elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine

from models.domain.merkle import Head
from services.ledger.keys import signer
from services.ledger.log import Log, read_log
from services.ledger.notes import Verifier, checkpoint_text
from services.ledger.sequencer import is_ours, sequence
from services.ledger.telling import tell
from services.settings import Settings, make_data_folder
from services.store.contexts import Sql
from services.store.transactions import transaction

EVERY = timedelta(minutes=1)
FOLDER = "checkpoints"
VERIFIER_FILE = "verifier.txt"
KEPT_NEW = 10
"""Of the newest checkpoints each that has no file gets one: a crash between commit and file costs none."""

log = structlog.get_logger("lianban.ledger")


class OtherSigner(RuntimeError):
    """Another key signs for this log. Give this machine that key (LIANBAN_LEDGER_KEY, or `ledger.key` of the
    other's data folder), or let this one sign from now on: `./lianban ledger key --adopt`.
    """


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as it is kept."""

    size: int
    issued_at: datetime
    note: str


def tend(engine: Engine, settings: Settings) -> int:
    """What the pulse does each second: append what is new, sign and tell when it is time. How many events."""
    appended = sequence(engine)
    try:
        made = issue(engine, settings)
    except OtherSigner:
        log.warning("other_signer", help="./lianban ledger key --adopt")
        return appended
    if made is not None:
        log.info("checkpoint", size=made.size)
        with transaction(engine) as sql:
            write_files(settings.data / FOLDER, newest(sql, KEPT_NEW), signing(sql, settings))
    with transaction(engine) as sql:
        tell(sql)
    return appended


def issue(
    engine: Engine, settings: Settings, *, every: timedelta = EVERY, wait: bool = False
) -> Checkpoint | None:
    """Sign the log as it stands, if it has grown and the last checkpoint is old enough.

    Where somebody else is appending, nothing is signed this time, unless it shall `wait`.

    Raises:
        OtherSigner: it is not for this machine's key to sign.
    """
    with transaction(engine) as sql:
        # Outside the sequencer's lock first: most of the time there is nothing to sign.
        if not _is_due(sql, every) or not is_ours(sql, wait=wait) or not _is_due(sql, every):
            return None
        now = read_log(sql, lock=True)
        key = signer(settings, now.origin)
        if now.verifier not in {None, str(key.verifier)}:
            raise OtherSigner
        note = key.sign(checkpoint_text(now.origin, Head(now.tree.size, now.tree.root())))
        if now.verifier is None:
            sql.execute("UPDATE log_state SET verifier = %s WHERE id = 1", (str(key.verifier),))
        row = sql.execute(
            "INSERT INTO log_checkpoint (size, issued_at, note) VALUES (%s, statement_timestamp(), %s)"
            " RETURNING size, issued_at, note",
            (now.tree.size, note),
        ).fetchone()
    return Checkpoint(*row) if row else None


def _is_due(sql: Sql, every: timedelta) -> bool:
    row = sql.execute(
        "SELECT s.size > coalesce(c.size, 0) AND coalesce(c.issued_at <= statement_timestamp() - %s, true)"
        " FROM log_state s LEFT JOIN LATERAL"
        " (SELECT size, issued_at FROM log_checkpoint ORDER BY size DESC LIMIT 1) AS c ON true",
        (every,),
    ).fetchone()
    return bool(row and row[0])


def newest(sql: Sql, count: int | None = None) -> list[Checkpoint]:
    """The newest checkpoints, or all of them, the oldest first."""
    rows = sql.execute(
        "SELECT size, issued_at, note FROM log_checkpoint ORDER BY size DESC LIMIT %s", (count,)
    )
    return [Checkpoint(*row) for row in rows][::-1]


def signing(sql: Sql, settings: Settings) -> Verifier:
    """The verifier of who signs for this log: the one on record, else this machine's key."""
    found: Log = read_log(sql)
    return Verifier.parse(found.verifier) if found.verifier else signer(settings, found.origin).verifier


def adopt(engine: Engine, settings: Settings) -> Verifier:
    """Let this machine's key sign from now on."""
    with transaction(engine) as sql:
        made = signer(settings, read_log(sql, lock=True).origin).verifier
        sql.execute("UPDATE log_state SET verifier = %s WHERE id = 1", (str(made),))
    return made


def write_files(folder: Path, many: Iterable[Checkpoint], verifier: Verifier) -> int:
    """One file a checkpoint, named by its size, beside the verifier key; how many were new."""
    make_data_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / VERIFIER_FILE).write_text(f"{verifier}\n", encoding="utf-8")
    new = 0
    for one in many:
        place = folder / f"{one.size:012d}.txt"
        if not place.exists():
            draft = place.with_suffix(".part")
            draft.write_text(one.note, encoding="utf-8")
            draft.replace(place)
            new += 1
    return new
