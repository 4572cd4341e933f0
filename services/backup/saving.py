"""Making a backup, while the system runs or stands still."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from services.backup.archive import Writing, written
from services.backup.dumping import Sql, copy_out, sequences, snapshot, tables
from services.backup.manifest import Manifest, Table, version_of_program
from services.settings import Settings

FOLDERS = ("photos", "checkpoints")
"""Of the data folder; what lies there under a name is never changed, so that a copy needs no lock."""
KEYS = ("secret.key", "ledger.key")


def save(settings: Settings, file: Path, *, with_keys: bool = False) -> Manifest:
    """Write all that is kept into one file (0600), as it is at one instant.

    What the broker holds is not kept: its messages are hints. Keys are inside only on demand, since whoever
    has them and the file can read and sign everything.

    Raises:
        FileTaken: the file exists.
        HiddenRows: the database does not show all of itself.
    """
    with written(file) as archive:
        with snapshot(settings.database_url) as sql:
            told = _database(sql, archive)
        # After the snapshot: what it speaks of is there by now, and more does no harm.
        for folder in FOLDERS:
            for path in _files(settings.data / folder):
                _add(archive, f"{folder}/{path.relative_to(settings.data / folder)}", path)
        there = tuple(name for name in KEYS if (settings.data / name).is_file())
        if with_keys:
            for name in there:
                archive.add_file(f"keys/{name}", settings.data / name)
        return archive.end(
            told.model_copy(
                update={
                    "keys": there if with_keys else (),
                    "elsewhere": _elsewhere(settings, there, with_keys),
                }
            )
        )


def _database(sql: Sql, archive: Writing) -> Manifest:
    version, commit = version_of_program()
    kept = {}
    for name, columns in tables(sql).items():
        rows = archive.add(Table.part(name), partial(copy_out, sql, name, columns), pack=True)
        kept[name] = Table(columns=columns, rows=rows)
    sites = sql.execute(
        "SELECT s.code, count(t.stream_id) FROM site s LEFT JOIN stream t ON t.site_id = s.id GROUP BY s.code"
    ).fetchall()
    checkpoint = sql.execute("SELECT note FROM log_checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    now = sql.execute(
        "SELECT now(), version_num, current_setting('server_version') FROM alembic_version"
    ).fetchone()
    if now is None:
        raise RuntimeError("a migrated database has a version")
    return Manifest(
        made_at=now[0].isoformat(),
        version=version,
        commit=commit,
        revision=now[1],
        server=now[2],
        checkpoint=checkpoint[0] if checkpoint else None,
        sites=dict(sites),
        tables=kept,
        sequences=sequences(sql),
    )


def _files(folder: Path) -> Iterator[Path]:
    """What lies in a folder; drafts begin with a dot and are somebody's work."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".part":
            yield path


def _add(archive: Writing, name: str, path: Path) -> None:
    """A photo may be erased between being listed and being read: that is an erasure, no fault."""
    try:
        archive.add_file(name, path)
    except FileNotFoundError:
        return


def _elsewhere(settings: Settings, there: tuple[str, ...], with_keys: bool) -> tuple[str, ...]:  # noqa: FBT001
    """What has to be kept apart from the file, in words."""
    found = [] if with_keys else [f"{name} of the data folder" for name in there]
    given = (
        ("LIANBAN_SECRET_KEY", settings.secret_key),
        ("LIANBAN_SECRET_KEYS", settings.secret_keys),
        ("LIANBAN_LEDGER_KEY", settings.ledger_key),
    )
    found += [name for name, value in given if value is not None]
    if settings.photos is not None:
        found.append(f"the photos in {settings.photos}")
    return tuple(found)
