"""Backup and restore, end to end: what is kept comes back as it was, or nothing comes at all."""

import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from services import bootstrap
from services.backup.archive import written
from services.backup.dumping import tables
from services.backup.errors import NoFolder
from services.backup.saving import save
from services.cli.backup_servers import started
from services.cli.main import app
from services.embedded.postgres import Postgres
from services.ledger.checkpoints import tend
from services.notify.sending import send
from services.replay.story import tell_story
from services.settings import Settings, settings
from services.store.claims import LIVE
from services.store.migrate import upgrade
from services.store.transactions import transaction
from tests.conftest import HASTY
from tests.databases import AIBO, TOLD_STREAMS

Run = Callable[..., Result]


def folder() -> Path:
    """A folder that the servers' user can reach and whose path is short."""
    made = Path(tempfile.mkdtemp(prefix="lianban-backup-"))
    made.chmod(0o711)
    return made


@pytest.fixture(scope="module")
def source() -> Iterator[Path]:
    """A data folder with the told story, its photos and a signed checkpoint; nobody runs it."""
    data = folder()
    told = Settings.read({"LIANBAN_DATA": str(data)})
    with started(Postgres(data, HASTY)):
        upgrade(told.database_url)
        with bootstrap.opened(told) as shop:
            tell_story(shop, AIBO, until=datetime.now(UTC), told=told)
            tend(shop.engine, told)
    yield data
    shutil.rmtree(data)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """A command on a data folder, or a database; it ends without a traceback and within 80 columns."""

    def run(data: Path, *words: str, code: int = 0, url: str | None = None) -> Result:
        for name, value in {"COLUMNS": "80", "TERM": "dumb", "LIANBAN_DATA": str(data)}.items():
            monkeypatch.setenv(name, value)
        if url is not None:
            monkeypatch.setenv("LIANBAN_DATABASE_URL", url)
        settings.cache_clear()
        result = CliRunner().invoke(app, list(words))
        monkeypatch.delenv("LIANBAN_DATABASE_URL", raising=False)
        settings.cache_clear()
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == code, result.output
        assert [line for line in result.stdout.splitlines() if cell_len(line) > 80] == []
        return result

    yield run
    settings.cache_clear()


@pytest.fixture
def place() -> Iterator[Path]:
    """Where backups and restored folders go."""
    made = folder()
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def kept(source: Path) -> Iterator[Path]:
    """A backup of the story, with its keys."""
    aside = folder()
    told = Settings.read({"LIANBAN_DATA": str(source)})
    with started(Postgres(source, HASTY)):
        save(told, aside / "kept.zip", with_keys=True)
    yield aside / "kept.zip"
    shutil.rmtree(aside)


def contents(url: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a hash of all; for the superuser, from whom nothing is hidden."""
    whole = "SELECT count(*), md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM {} t"
    found = {}
    with psycopg.connect(url) as sql:
        for name in tables(sql):
            row = sql.execute(whole.format(name).encode()).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
    return found


def everything(data: Path) -> dict[str, tuple[int, str]]:
    server = Postgres(data, HASTY)
    with started(server):
        return contents(server.url.replace("lianban@", "postgres@"))


def files(data: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data)): path.read_bytes()
        for top in ("photos", "checkpoints")
        for path in (data / top).rglob("*")
        if path.is_file()
    }


def test_a_stopped_system_comes_back_as_it_was(source: Path, place: Path, run: Run) -> None:
    file, data = place / "one.zip", place / "data"
    told = " ".join(run(source, "backup", str(file)).stdout.split())
    assert f"AIBO5 with {TOLD_STREAMS} records" in told
    assert "secret.key of the data folder" in told or "ledger.key of the data folder" in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = " ".join(run(data, "restore", str(file)).stdout.split())
    assert "everything is as it was signed" in told
    assert f"{TOLD_STREAMS} records: armed, fired and sent as the events have it" in told
    assert everything(data) == everything(source)
    assert files(data) == files(source) != {}
    assert sorted(path.name for path in data.iterdir() if path.name.startswith(".")) == []


def timeless(shown: str) -> list[str]:
    """A page of an order that has ended, but for the one line that says when it was looked at."""
    lines = shown.splitlines()
    kept = [line for line in lines if not line.lstrip().startswith("截至")]
    assert len(kept) == len(lines) - 1
    return kept


def test_a_running_system_is_backed_up_and_its_orders_look_the_same(
    source: Path, place: Path, run: Run
) -> None:
    file, data = place / "two.zip", place / "data"
    with started(Postgres(source, HASTY)):
        run(source, "backup", str(file), "--with-keys")
        before = timeless(run(source, "show", "AIBO5-1").stdout)
    run(data, "restore", str(file))
    with started(Postgres(data, HASTY)):
        assert timeless(run(data, "show", "AIBO5-1").stdout) == before
        assert "everything is as it was signed" in run(data, "ledger", "verify").stdout.replace("\n", " ")
    assert (data / "ledger.key").read_bytes() == (source / "ledger.key").read_bytes()
    assert stat.S_IMODE((data / "ledger.key").stat().st_mode) == 0o600


def test_new_orders_get_new_numbers_after_a_restore(source: Path, place: Path, kept: Path, run: Run) -> None:
    data = place / "data"
    run(data, "restore", str(kept))
    with started(Postgres(data, HASTY)):
        code = run(data, "report", "--site", "AIBO5", "--space", "hall", "灯不亮").stdout.strip()
        assert int(code.removeprefix("AIBO5-")) > TOLD_STREAMS
        assert "everything is armed" in run(data, "audit").stdout


def test_without_its_keys_a_backup_says_what_to_bring_along(source: Path, place: Path, run: Run) -> None:
    file = place / "keyless.zip"
    run(source, "backup", str(file))
    with zipfile.ZipFile(file) as zipped:
        assert not [name for name in zipped.namelist() if "key" in name]
    told = " ".join(run(place / "data", "restore", str(file)).stdout.split())
    assert "put ledger.key of the data folder in place" in told
    assert "contacts without their key: everything is as it was signed" in told
    assert not (place / "data" / "secret.key").exists()


def test_no_backup_is_written_over(source: Path, kept: Path, run: Run) -> None:
    before = kept.read_bytes()
    assert "no backup is written over" in " ".join(run(source, "backup", str(kept), code=1).stderr.split())
    assert kept.read_bytes() == before


def test_a_folder_that_holds_something_is_refused(place: Path, kept: Path, run: Run) -> None:
    (place / "diary.txt").write_text("mine")
    assert "is not empty (diary.txt)" in " ".join(run(place, "restore", str(kept), code=1).stderr.split())
    assert [path.name for path in place.iterdir()] == ["diary.txt"]


# ── what is no backup, or no whole one ──────────────────────────────────────────────────────────────────────


def refused(run: Run, place: Path, file: Path) -> str:
    """Why a restore is refused; it leaves nothing."""
    told = " ".join(run(place / "data", "restore", str(file), code=1).stderr.split())
    assert not (place / "data").exists()
    return told


def test_other_files_are_refused(place: Path, run: Run) -> None:
    (place / "text").write_text("hello")
    with zipfile.ZipFile(place / "zip", "w") as zipped:
        zipped.writestr("hello", "hello")
    assert "it is no zip" in refused(run, place, place / "text")
    assert "it has no manifest" in refused(run, place, place / "zip")
    assert "there is no such file" in refused(run, place, place / "nothing")


def test_a_file_that_was_cut_short_is_refused(place: Path, kept: Path, run: Run) -> None:
    whole = kept.read_bytes()
    (place / "cut").write_bytes(whole[: len(whole) // 2])
    assert "cut short" in refused(run, place, place / "cut")


@pytest.mark.parametrize("member", ["tables/event.copy", "tables/stream.copy", "photos"])
def test_a_damaged_part_is_found_and_nothing_restored(place: Path, kept: Path, run: Run, member: str) -> None:
    with zipfile.ZipFile(kept) as zipped:
        info = next(one for one in zipped.infolist() if one.filename.startswith(member))
    content = bytearray(kept.read_bytes())
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2 + 20] ^= 0xFF
    (place / "damaged").write_bytes(content)
    assert f"{info.filename} of the backup is not as it was written" in refused(run, place, place / "damaged")


def changed(kept: Path, file: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The backup with other members, packed anew: no checksum of the zip tells."""
    with zipfile.ZipFile(kept) as before, zipfile.ZipFile(file, "w") as after:
        for info in before.infolist():
            after.writestr(info.filename, change(info.filename, before.read(info)))
    return file


def test_a_part_that_was_exchanged_is_found(place: Path, kept: Path, run: Run) -> None:
    def without_a_row(name: str, content: bytes) -> bytes:
        return content.split(b"\n", 1)[1] if name == "tables/notice.copy" else content

    file = changed(kept, place / "exchanged", without_a_row)
    assert "tables/notice.copy of the backup is not as it was written" in refused(run, place, file)


def manifest_with(**values: object) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **values}).encode() if name == "manifest.json" else content

    return change


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"revision": "9999", "version": "7.0"}, "made by lianban 7.0 (schema 9999), which is newer"),
        ({"format": "other/1"}, "its manifest cannot be read"),
        ({"parts": {"photos/../../x": {"sha256": "", "size": 0}}}, "its manifest cannot be read"),
    ],
)
def test_a_manifest_that_is_not_ours_is_refused(
    place: Path, kept: Path, run: Run, values: dict[str, object], told: str
) -> None:
    assert told in refused(run, place, changed(kept, place / "other", manifest_with(**values)))


def test_a_restore_that_was_killed_is_no_hindrance(place: Path, kept: Path, run: Run) -> None:
    data = place / "data"
    (data / ".restoring" / "postgres").mkdir(parents=True)
    data.chmod(0o711)
    run(data, "restore", str(kept))
    assert not (data / ".restoring").exists()


# ── a server of one's own ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def other_url(postgres_url: str) -> Iterator[str]:
    """An empty database on a server that is not embedded here."""
    # Whoever forces may have to end a session of the superuser, who looks into it as well.
    superuser = postgres_url.replace("lianban@", "postgres@")
    with psycopg.connect(superuser, autocommit=True) as sql:
        sql.execute("DROP DATABASE IF EXISTS lianban_restored WITH (FORCE)")
        sql.execute("CREATE DATABASE lianban_restored OWNER lianban")
        yield urlunsplit(urlsplit(postgres_url)._replace(path="/lianban_restored"))
        sql.execute("DROP DATABASE lianban_restored WITH (FORCE)")


def test_it_is_restored_to_a_server_and_backed_up_from_there(
    source: Path, place: Path, kept: Path, run: Run, other_url: str
) -> None:
    run(place / "data", "restore", str(kept), url=other_url)
    assert contents(other_url.replace("lianban@", "postgres@")) == everything(source)
    run(place / "data", "backup", str(place / "again.zip"), url=other_url)
    told = run(place / "more", "restore", str(kept), url=other_url, code=1).stderr
    assert "the database holds something already (rows in" in " ".join(told.lower().split())
    assert not (place / "more").exists()


def test_a_database_of_somebody_else_is_refused(place: Path, kept: Path, run: Run, other_url: str) -> None:
    with psycopg.connect(other_url) as sql:
        sql.execute("CREATE TABLE recipes (name text)")
    told = run(place / "data", "restore", str(kept), url=other_url, code=1).stderr
    assert "a table recipes that is not lianban's" in " ".join(told.split())


def test_a_restore_that_fails_half_way_leaves_an_empty_database(
    place: Path, kept: Path, run: Run, other_url: str
) -> None:
    bad = b"no row of this table\n"

    def with_a_bad_row(name: str, content: bytes) -> bytes:
        if name != "manifest.json":
            return bad if name == "tables/timer.copy" else content
        told = json.loads(content)
        told["parts"]["tables/timer.copy"] = {"sha256": sha256(bad).hexdigest(), "size": len(bad)}
        return json.dumps(told).encode()

    file = changed(kept, place / "bad", with_a_bad_row)
    told = run(place / "data", "restore", str(file), url=other_url, code=1).stderr
    assert "the database refused" in told
    assert {rows for rows, _ in contents(other_url.replace("lianban@", "postgres@")).values()} == {0}
    run(place / "data", "restore", str(kept), url=other_url)


def test_what_was_on_its_way_ends_as_unknown_and_leases_are_let_go(
    source: Path, place: Path, kept: Path, run: Run, other_url: str
) -> None:
    run(place / "data", "restore", str(kept), url=other_url)
    with psycopg.connect(other_url) as sql:
        sql.execute("SET ROLE lianban_worker")
        row = sql.execute(
            "UPDATE delivery SET state = 'leased', finished_at = NULL, lease_token = 't', kind = 'sms',"
            " lease_until = now() + interval '1 h', attempts = 1"
            " WHERE id = (SELECT max(id) FROM delivery) RETURNING id"
        ).fetchone()
        sql.execute("UPDATE timer SET lease_token = 't', lease_until = now() + interval '1 h'")
    run(place / "data", "backup", str(place / "in-flight.zip"), url=other_url)
    data = place / "restored"
    told = " ".join(run(data, "restore", str(place / "in-flight.zip")).stdout.split())
    assert "1 messages were on their way" in told
    restored = Settings.read({"LIANBAN_DATA": str(data)})
    with started(Postgres(data, HASTY)), bootstrap.opened(restored) as shop:
        send(shop, LIVE)
        with transaction(shop.engine) as mine:
            assert mine.execute("SELECT count(lease_token) FROM timer").fetchone() == (0,)
            states = mine.execute("SELECT state FROM delivery WHERE id = %s", row).fetchall()
    assert states == [("unknown",)]


def test_no_table_hangs_on_another_so_that_any_order_will_do(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as sql:
        assert sql.execute("SELECT conname FROM pg_constraint WHERE contype = 'f'").fetchall() == []


def test_nothing_is_left_open_to_others(source: Path, place: Path, run: Run) -> None:
    before = os.umask(0)
    try:
        run(source, "backup", str(place / "mine.zip"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((place / "mine.zip").stat().st_mode) == 0o600
    assert [path.name for path in place.iterdir()] == ["mine.zip"]


def test_a_backup_into_a_folder_that_is_not_there_names_the_folder(tmp_path: Path) -> None:
    place = tmp_path / "nowhere" / "b.zip"
    with pytest.raises(NoFolder, match=r"no folder .*/nowhere: make it"), written(place):
        pass
