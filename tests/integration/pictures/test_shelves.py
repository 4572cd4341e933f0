"""The port behind which photos are kept: one contract, over a folder and over a bucket of an S3 server."""

import gc
import os
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio import sleep_forever
from anyio.from_thread import start_blocking_portal
from starlette.requests import ClientDisconnect
from starlette.types import Message

from services.photos import Kept
from services.pictures.shelf import CHUNK, Shelf, ShelfAway
from services.pictures.shelves import shelf_of
from services.settings import Settings
from services.web.pictures import picture_answer

NAME = "ab" * 32


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """moto's S3: it speaks the protocol and does not check signatures."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only who asks for it waits for it

    it = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    it.start()
    host, port = it.get_host_and_port()
    make = urllib.request.Request(f"http://{host}:{port}/lianban", method="PUT")
    urllib.request.urlopen(make, timeout=10).close()
    yield f"http://{host}:{port}"
    it.stop()


def folder(path: Path) -> Settings:
    return Settings.read({"LIANBAN_DATA": str(path)})


def bucket(endpoint: str, place: str = "s3://lianban/photos") -> Settings:
    return Settings.read(
        {
            "LIANBAN_PHOTOS": place,
            "LIANBAN_S3_ENDPOINT": endpoint,
            "LIANBAN_S3_KEY_ID": "key",
            "LIANBAN_S3_SECRET": "secret",
        }
    )


@pytest.fixture(params=["folder", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return shelf_of(folder(tmp_path))
    return shelf_of(bucket(request.getfixturevalue("server"), f"s3://lianban/{tmp_path.name}"))


def read(shelf: Shelf, name: str) -> bytes | None:
    stored = shelf.open(name)
    return None if stored is None else b"".join(stored.chunks)


@pytest.mark.parametrize("content", [b"x", b"\0\xff" * 3_000_000], ids=["small", "large"])
def test_what_was_put_is_there_as_it_was(shelf: Shelf, content: bytes) -> None:
    shelf.put(NAME, content)
    stored = shelf.open(NAME)
    assert stored is not None
    assert (stored.size, b"".join(stored.chunks)) == (len(content), content)


def test_what_was_never_put_is_not_there(shelf: Shelf) -> None:
    assert shelf.open("cd" * 32) is None


def test_putting_it_twice_is_as_once(shelf: Shelf) -> None:
    shelf.put(NAME, b"the same")
    shelf.put(NAME, b"the same")
    assert read(shelf, NAME) == b"the same"


def test_a_name_with_an_ending_is_another_file(shelf: Shelf) -> None:
    shelf.put(NAME, b"picture")
    shelf.put(f"{NAME}.webp", b"thumbnail")
    assert (read(shelf, NAME), read(shelf, f"{NAME}.webp")) == (b"picture", b"thumbnail")


def test_what_was_dropped_is_gone_and_its_neighbour_is_not(shelf: Shelf) -> None:
    shelf.put(NAME, b"picture")
    shelf.put(f"{NAME}.webp", b"thumbnail")
    shelf.drop(NAME)
    assert (read(shelf, NAME), read(shelf, f"{NAME}.webp")) == (None, b"thumbnail")


def test_dropping_what_is_not_there_is_no_mistake(shelf: Shelf) -> None:
    shelf.drop("cd" * 32)
    assert shelf.open("cd" * 32) is None


def test_what_is_read_while_it_is_dropped_is_read_whole(tmp_path: Path) -> None:
    it = shelf_of(folder(tmp_path))
    it.put(NAME, b"picture")
    stored = it.open(NAME)
    it.drop(NAME)
    assert stored is not None
    assert b"".join(stored.chunks) == b"picture"


def test_a_file_that_nobody_goes_on_reading_is_closed(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    it = shelf_of(folder(tmp_path))
    it.put(NAME, b"picture")
    warnings.simplefilter("always", ResourceWarning)
    stored = it.open(NAME)
    del stored
    gc.collect()
    assert [str(one.message) for one in recwarn] == []


def open_files_of(name: str) -> list[str]:
    """What this process has open of it."""
    return [place for fd in Path("/proc/self/fd").iterdir() if name in (place := os.path.realpath(fd))]


def test_a_picture_whose_browser_went_away_is_closed(tmp_path: Path) -> None:
    """Also where the answer is still kept by somebody, as in a cycle that no collector has found yet."""
    shelf_of(folder(tmp_path)).put(NAME, b"x" * CHUNK * 3)
    answer = picture_answer(folder(tmp_path), Kept(NAME, "image/webp"), "AIBO5-1", None)
    sent = 0

    async def receive() -> Message:
        await sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        nonlocal sent
        sent += len(message.get("body", b""))
        if sent:
            raise OSError("gone")

    async def held_after() -> list[str]:
        with pytest.raises(ClientDisconnect):
            await answer({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
        return open_files_of(NAME)

    with start_blocking_portal() as loop:
        assert (loop.call(held_after), sent) == ([], CHUNK)


def test_a_folder_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    shelf_of(folder(tmp_path)).put(NAME, b"x")
    kept = tmp_path / "photos" / "ab" / NAME
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_folder_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("in the way")
    with pytest.raises(ShelfAway):
        shelf_of(folder(tmp_path)).put(NAME, b"x")
    with pytest.raises(ShelfAway):
        shelf_of(folder(tmp_path)).open(NAME)
    with pytest.raises(ShelfAway):
        shelf_of(folder(tmp_path)).drop(NAME)


def test_a_half_written_file_never_has_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ShelfAway, match="No space"):
        shelf_of(folder(tmp_path)).put(NAME, b"x" * 100)
    assert shelf_of(folder(tmp_path)).open(NAME) is None
    assert list((tmp_path / "photos" / "ab").iterdir()) == []


def test_a_bucket_that_does_not_answer_is_away() -> None:
    """Nothing listens on port 9, which is 'discard'."""
    shelf = shelf_of(bucket("http://127.0.0.1:9"))
    with pytest.raises(ShelfAway):
        shelf.put(NAME, b"x")
    with pytest.raises(ShelfAway):
        shelf.open(NAME)


def test_a_bucket_that_is_not_there_is_away(server: str) -> None:
    with pytest.raises(ShelfAway):
        shelf_of(bucket(server, "s3://nowhere/photos")).put(NAME, b"x")
