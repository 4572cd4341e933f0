"""Restoring a backup: a database filled in one transaction, and a data folder that is there whole or not."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.backup.archive import Reading
from services.backup.dumping import Filling, as_owner, need_empty
from services.backup.errors import FolderNotEmpty, NewerBackup
from services.backup.manifest import Table
from services.settings import make_data_folder
from services.store import migrate

DRAFT = ".restoring"
"""The folder in the data folder where a restore is made; it stays behind only where a process was killed."""
LEFT_ALONE = {DRAFT, "up.lock"}
MOVED = ("checkpoints", "photos", "secret.key", "ledger.key", "postgres")
"""What is restored in a data folder; the database last, since it makes the folder one that is in use."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was restored: rows in all, and how many messages were on their way to somebody."""

    rows: int
    on_their_way: int


def need_known(reading: Reading) -> None:
    """Make sure that this program knows the backup's schema. Raises NewerBackup."""
    known = {one.revision for one in migrate.scripts().walk_revisions()}
    told = reading.manifest
    if told.revision not in known:
        raise NewerBackup(told.version, told.revision)


def fill(database_url: str, reading: Reading) -> Filled:
    """Fill an empty database from a backup: all of its rows or none. Then the schema is brought up to date.

    Raises:
        DatabaseNotEmpty: something is kept there already.
        DamagedBackup: a part is not as it was written.
    """
    told = reading.manifest
    with as_owner(database_url) as sql:
        need_empty(sql)
    migrate.upgrade(database_url, told.revision)
    rows = 0
    with as_owner(database_url) as sql, Filling.of(sql, told.tables) as filling:
        for name, table in told.tables.items():
            rows += filling.copy_in(name, table, reading.blocks(Table.part(name)))
        filling.number_on(told.sequences)
        on_their_way = filling.let_go()
    migrate.upgrade(database_url)
    return Filled(rows, on_their_way)


def lay_out(reading: Reading, folder: Path) -> int:
    """Write photos, checkpoints and keys into a data folder, for its owner alone; how many files."""
    names = [name for top in ("photos", "checkpoints", "keys") for name in reading.under(top)]
    for name in names:
        place = folder / name.removeprefix("keys/")
        for parent in reversed(place.relative_to(folder).parents[:-1]):
            (folder / parent).mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for block in reading.blocks(name):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
    return len(names)


def need_empty_folder(data: Path) -> None:
    """Make sure that nothing lies in the data folder. Raises FolderNotEmpty."""
    found = sorted({path.name for path in data.iterdir()} - LEFT_ALONE) if data.exists() else []
    if found:
        raise FolderNotEmpty(data, ", ".join(found[:3]) + (" …" if len(found) > len(found[:3]) else ""))


@contextmanager
def made_aside(data: Path) -> Iterator[Path]:
    """A draft of the data folder within it; put in place at the end, or gone without a trace.

    Within it and not beside it: the folder may be a mount, or the only one that its user may write to.
    """
    draft = data / DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    make_data_folder(draft)
    try:
        yield draft
        for name in MOVED:
            if (draft / name).exists():
                (draft / name).rename(data / name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
