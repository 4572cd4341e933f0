"""`lianban backup` and `lianban restore`: all that is kept in one file, and an installation out of it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import Stop, console, plainly

if TYPE_CHECKING:
    from rich.console import Console

    from services.backup.manifest import Manifest
    from services.cli.backup_restoring import Restored


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.", show_default=False)],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Put the data folder's key files inside too.")
    ] = False,
) -> None:
    """Write all that is kept into one file, as it is at one instant; while the system runs, or stopped.

    Inside: the whole database (people's words and telephone numbers are in it),
    photos, checkpoints. Not inside: the keys, unless --with-keys; what the broker
    holds. Guard the file like the data folder.

    Example: ./lianban backup /media/usb/lianban-2026-10-12.zip
    """
    with _in_a_sentence():
        from services.backup.saving import save
        from services.cli.backup_servers import running_database
        from services.settings import settings

        out = console()
        with out.status("writing the backup …"), running_database(settings()):
            told = save(settings(), file, with_keys=with_keys)
        photos = sum(name.startswith("photos/") for name in told.parts)
        rows, size = sum(table.rows for table in told.tables.values()), file.stat().st_size / 1e6
        out.print(f"{file}: {_sites(told)}; {rows:,} rows, {photos:,} photos, {size:.1f} MB.")
        if told.keys:
            out.print(f"The keys are inside ({', '.join(told.keys)}): who has this file can sign as you.")
        if told.elsewhere:
            out.print("Not inside, and needed where it is restored; keep it apart:")
            _list(out, told.elsewhere)


def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote.", show_default=False)],
) -> None:
    """Make an installation from a backup, in an empty data folder (LIANBAN_DATA) or an empty database.

    All or nothing: what fails leaves no trace. Afterwards the ledger is verified
    and everything audited; exit code 1 when either finds something.

    Example: LIANBAN_DATA=/srv/lianban ./lianban restore /media/usb/lianban-2026-10-12.zip
    """
    with _in_a_sentence():
        from services.cli.backup_restoring import restored
        from services.settings import settings

        out = console()
        with out.status("restoring …"):
            done = restored(settings(), file)
        told = done.manifest
        out.print(
            f"Restored as it was at {told.made_at[:19]} UTC: {_sites(told)}; {done.filled.rows:,} rows."
        )
        for check in done.checks:
            out.print(f"{check.name}: {check.summary}")
            _list(out, check.findings)
        _what_next(out, settings().data, done)
    if any(check.findings for check in done.checks):
        raise typer.Exit(1)


def _what_next(out: "Console", data: Path, done: "Restored") -> None:
    told = done.manifest
    steps = [f"put {name} in place in {data}" for name in told.elsewhere]
    steps.append("what happened after that instant is not there: ask those who keep newer checkpoints")
    steps.append(
        "what was erased after it is there again: erase it again, by the list that was kept beside it:"
        " `./lianban privacy erase --from LIST --yes`; contacts whose time is over go by themselves"
    )
    if done.filled.on_their_way:
        steps.append(
            f"{done.filled.on_their_way} messages were on their way; they end as unknown, not resent"
        )
    steps.append("start it with `./lianban up`")
    out.print("What is left to do:")
    _list(out, steps)


def _sites(told: "Manifest") -> str:
    return ", ".join(f"{code} with {records:,} records" for code, records in told.sites.items()) or "no site"


def _list(out: "Console", lines: Iterable[str]) -> None:
    for line in lines:
        out.print(f"- {line}", markup=False)


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """What is made is for nobody else to read; what goes wrong is told without a traceback."""
    from services.backup.errors import BackupError
    from services.cli.up import CannotStart
    from services.embedded.errors import EmbeddedError

    before = os.umask(0o077)
    try:
        with plainly():
            try:
                yield
            except (BackupError, EmbeddedError, CannotStart) as error:
                raise Stop(str(error)) from None
            except OSError as error:
                raise Stop(f"{error.filename or 'the file'}: {error.strerror or error}.") from None
    finally:
        os.umask(before)
