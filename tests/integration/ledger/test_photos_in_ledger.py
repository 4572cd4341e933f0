"""Photos as evidence: verified on their shelf, exported with the keys of their commitments."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from models.domain.streams import StreamKey
from models.domain.words import PhotoPurpose
from services import desk, photos
from services.callers import Caller
from services.execute import Shop
from services.ledger.exporting import LEDGER, BrokenLedger, Exported, Wanted, export
from services.ledger.findings import Tally
from services.ledger.verifying import trust, verify
from services.pictures.shelves import shelf_of
from services.settings import Settings
from services.store.transactions import transaction
from tests.integration.ledger.conftest import Report, Sign, at

CONTENT = b"a picture, as far as the ledger is concerned"
SHA256 = hashlib.sha256(CONTENT).hexdigest()

See = Callable[[], Tally]


@pytest.fixture
def order(shop: Shop, settings: Settings, committee: Caller, report: Report, sign: Sign) -> StreamKey:
    """An order with a photo."""
    key = report()
    picture = photos.Picture(
        CONTENT, SHA256, "image/jpeg", 4, 3, b"small", hashlib.sha256(b"sent").hexdigest()
    )
    photos.keep(settings, picture)
    row = photos.add_row(shop, key, picture, photos.Attached(PhotoPurpose.BEFORE, "committee", 1))
    assert desk.attach(shop, committee, key, row).refused is None
    sign()
    return key


@pytest.fixture
def see(shop: Shop, settings: Settings, order: StreamKey) -> See:
    def see() -> Tally:
        *_, tally = verify(shop.engine, trust(shop.engine, settings), order, shelf_of(settings))
        return tally

    return see


def _file(settings: Settings) -> Path:
    return next(file for file in settings.data.rglob("*") if file.name.startswith(SHA256) and not file.suffix)


def test_a_photo_is_verified_with_its_bytes(see: See) -> None:
    tally = see()
    assert (tally.photos, tally.erased, tally.findings) == (1, 0, [])


def test_another_picture_in_its_place_is_found_at_its_event(
    see: See, settings: Settings, order: StreamKey
) -> None:
    _file(settings).write_bytes(b"another picture")
    (finding,) = see().findings
    assert at(finding)[0] == f"AIBO5-{order.stream_id}"
    assert "a photo is another one than event" in finding.what


def test_a_lost_picture_is_found(see: See, settings: Settings) -> None:
    _file(settings).unlink()
    (finding,) = see().findings
    assert "not on its shelf" in finding.what


def test_a_row_that_points_to_another_picture_is_found(see: See, shop: Shop, settings: Settings) -> None:
    other = hashlib.sha256(b"x").hexdigest()
    shelf_of(settings).put(other, b"x")
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE photo SET sha256 = %s", (other,))
    (finding,) = see().findings
    assert "a photo is another one than event" in finding.what


def test_a_row_that_was_taken_away_is_found(see: See, shop: Shop) -> None:
    with transaction(shop.engine) as sql:
        sql.execute("DELETE FROM photo")
    (finding,) = see().findings
    assert "is missing" in finding.what


def test_an_erased_photo_leaves_the_ledger_verifiable(see: See, shop: Shop, settings: Settings) -> None:
    _file(settings).unlink()
    with transaction(shop.engine) as sql:
        sql.execute("UPDATE photo SET sha256 = NULL, secret = NULL, received = NULL")
    tally = see()
    assert (tally.photos, tally.erased, tally.findings) == (0, 1, [])


def _unpacked(made: Exported, folder: Path) -> Path:
    made.write(folder / "order.zip")
    with zipfile.ZipFile(folder / "order.zip") as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def _run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=folder, capture_output=True, text=True, check=False
    )


def test_an_exported_photo_is_proven_to_be_the_one(
    shop: Shop, settings: Settings, order: StreamKey, tmp_path: Path
) -> None:
    code = f"AIBO5-{order.stream_id}"
    folder = _unpacked(export(shop.engine, settings, order, code, Wanted(photos=True)), tmp_path)
    done = _run(folder)
    assert done.returncode == 0, done.stderr
    assert "1 of 4 texts and photos are here, and proven" in done.stdout
    (name,) = (one["file"] for one in json.loads((folder / LEDGER).read_text(encoding="utf-8"))["photos"])
    assert (folder / name).read_bytes() == CONTENT
    (folder / name).write_bytes(b"another")
    assert f"{name} was changed" in _run(folder).stderr


def test_without_asking_no_photo_leaves(
    shop: Shop, settings: Settings, order: StreamKey, tmp_path: Path
) -> None:
    made = export(shop.engine, settings, order, f"AIBO5-{order.stream_id}")
    assert sorted(made.content) == ["README.txt", "ledger.json", "verify.py"]
    assert _run(_unpacked(made, tmp_path)).returncode == 0


def test_a_photo_that_was_exchanged_is_not_exported(shop: Shop, settings: Settings, order: StreamKey) -> None:
    _file(settings).write_bytes(b"another picture")
    with pytest.raises(BrokenLedger):
        export(shop.engine, settings, order, f"AIBO5-{order.stream_id}", Wanted(photos=True))
