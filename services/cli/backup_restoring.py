"""`restore` at work: everything is made aside and checked there, then put in place."""

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from services import bootstrap
from services.audit.whole import audit
from services.backup.archive import Reading, opened
from services.backup.manifest import Manifest
from services.backup.restoring import Filled, fill, lay_out, made_aside, need_empty_folder, need_known
from services.cli.backup_servers import started
from services.cli.schema import refuse_old_server
from services.cli.up import alone, prepare_folder
from services.embedded.postgres import Postgres
from services.execute import Shop
from services.ledger.verifying import trust, verify
from services.secrets import KeyRing, ring_of
from services.settings import Settings

MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Check:
    """What a check of the restored installation says."""

    name: str
    summary: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and how it stands."""

    manifest: Manifest
    filled: Filled
    checks: tuple[Check, ...]


def restored(settings: Settings, file: Path) -> Restored:
    """Restore a backup, all or nothing.

    Raises:
        BackupError: the file is none, damaged or too new; folder or database hold something.
    """
    need_empty_folder(settings.data)
    with opened(file) as reading, ExitStack() as held:
        need_known(reading)
        reading.check()
        held.enter_context(_own_folder(settings))
        draft = held.enter_context(made_aside(settings.data))
        aside = settings.model_copy(update={"data": draft})
        if settings.embedded_postgres:
            server = Postgres(draft)
            held.enter_context(started(server))
            aside = aside.model_copy(update={"database_url": server.url})
        return _filled(aside, reading)


def _filled(aside: Settings, reading: Reading) -> Restored:
    refuse_old_server(aside.database_url)
    lay_out(reading, aside.data)
    filled = fill(aside.database_url, reading)
    with bootstrap.opened(aside) as shop:
        checks = (_ledger(shop, aside), _audit(shop))
    return Restored(reading.manifest, filled, checks)


@contextmanager
def _own_folder(settings: Settings) -> Iterator[None]:
    """The data folder, held against an `up`; gone again if it was not there and nothing came into it."""
    was_there = settings.data.exists()
    prepare_folder(settings)
    try:
        with alone(settings):
            yield
    finally:
        with suppress(OSError):
            (settings.data / "up.lock").unlink()
            if not was_there:
                settings.data.rmdir()


def _ledger(shop: Shop, settings: Settings) -> Check:
    steps = verify(shop.engine, trust(shop.engine, settings), ring=_ring(settings))
    tally = deque(steps, maxlen=1)[0]
    counted = f"{tally.events:,} events, {tally.leaves:,} log entries, {tally.checkpoints:,} checkpoints"
    counted += f", {tally.locked:,} contacts without their key" if tally.locked else ""
    found = tuple(f"{one.where}: {one.what}" for one in tally.findings)
    verdict = f"{len(found)} are not as signed" if found else "everything is as it was signed"
    return Check("ledger verify", f"{counted}: {verdict}.", found[:MOST_TOLD])


def _ring(settings: Settings) -> KeyRing:
    """The restored installation's; where its key was not in the file none is made, and it opens nothing."""
    there = settings.secret_key is not None or (settings.data / "secret.key").is_file()
    return ring_of(settings) if there else KeyRing((token_hex(),), token_hex())


def _audit(shop: Shop) -> Check:
    tally = deque(audit(shop), maxlen=1)[0]
    found = tuple(f"{one.key.site_id}/{one.key.stream_id} {one.kind} {one.what}" for one in tally.drift)
    verdict = f"{len(found)} have drifted" if found else "armed, fired and sent as the events have it"
    return Check("audit", f"{tally.streams:,} records: {verdict}.", found[:MOST_TOLD])
