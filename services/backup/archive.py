"""The one file: a zip whose members are vouched for by its manifest."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from services.backup import manifest
from services.backup.errors import DamagedBackup, FileTaken, NoBackup, NoFolder
from services.backup.manifest import Manifest, Part

T = TypeVar("T")
BLOCK = 2**20
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, NotImplementedError)
"""What `zipfile` raises for a member that was changed or cut."""


class Writing:
    """A backup while it is written."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zip = zipped
        self.parts: dict[str, Part] = {}

    def add(self, name: str, fill: Callable[[Callable[[bytes], object]], T], *, pack: bool) -> T:
        """Add a member that `fill` writes block by block; `pack` where it is not packed already.

        Returns what `fill` does.
        """
        digest, size = hashlib.sha256(), 0
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED if pack else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as member:

            def write(block: bytes) -> None:
                nonlocal size
                member.write(block)
                digest.update(block)
                size += len(block)

            done = fill(write)
        self.parts[name] = Part(sha256=digest.hexdigest(), size=size)
        return done

    def add_file(self, name: str, source: Path) -> None:
        """Add a file. Raises FileNotFoundError before anything of it is written."""
        with source.open("rb") as file:

            def fill(write: Callable[[bytes], object]) -> None:
                while block := file.read(BLOCK):
                    write(block)

            self.add(name, fill, pack=False)

    def end(self, told: Manifest) -> Manifest:
        """Write the manifest, with the hashes of all parts."""
        whole = told.model_copy(update={"parts": self.parts})
        self._zip.writestr(manifest.NAME, whole.model_dump_json(indent=1))
        return whole


@contextmanager
def written(file: Path) -> Iterator[Writing]:
    """Write a backup aside, for nobody else to read; under its name it is whole or not there.

    Raises:
        FileTaken, NoFolder: the name is taken, or there is no place for it.
    """
    if file.exists():
        raise FileTaken(file)
    if not file.absolute().parent.is_dir():
        raise NoFolder(file.absolute().parent)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as raw:
            with zipfile.ZipFile(raw, "w", allowZip64=True) as zipped:
                yield Writing(zipped)
            raw.flush()
            os.fsync(raw.fileno())
        draft.rename(file)
    except OSError as error:
        # Whoever is told of it never named the draft.
        error.filename = str(file) if error.filename == str(draft) else error.filename
        raise
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


class Reading:
    """A backup while it is read; each part is checked against its hash as it passes."""

    def __init__(self, zipped: zipfile.ZipFile, told: Manifest) -> None:
        self._zip, self.manifest = zipped, told

    def blocks(self, name: str) -> Iterator[bytes]:
        """A part, block by block.

        Raises:
            DamagedBackup: it is not as it was written; raised at its end at the latest.
        """
        digest, size = hashlib.sha256(), 0
        part = self.manifest.parts[name]
        try:
            with self._zip.open(name) as member:
                while block := member.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    yield block
        except _UNREADABLE:
            raise DamagedBackup(name) from None
        if (digest.hexdigest(), size) != (part.sha256, part.size):
            raise DamagedBackup(name)

    def check(self) -> None:
        """Read every part once, before anything is made of it. Raises DamagedBackup."""
        for name in self.manifest.parts:
            for _ in self.blocks(name):
                pass

    def under(self, folder: str) -> list[str]:
        """The names of the parts in a folder."""
        return sorted(name for name in self.manifest.parts if name.startswith(f"{folder}/"))


@contextmanager
def opened(file: Path) -> Iterator[Reading]:
    """A backup to read.

    Raises:
        NoBackup: it is another kind of file, cut short, or of a format that this version does not know.
    """
    try:
        zipped = zipfile.ZipFile(file)
    except FileNotFoundError:
        raise NoBackup(file, "there is no such file") from None
    except (zipfile.BadZipFile, OSError, ValueError):
        raise NoBackup(file, "it is no zip, or was cut short") from None
    with zipped:
        try:
            told = Manifest.model_validate_json(zipped.read(manifest.NAME))
        except KeyError:
            raise NoBackup(file, "it has no manifest") from None
        except (ValidationError, *_UNREADABLE):
            raise NoBackup(file, "its manifest cannot be read") from None
        yield Reading(zipped, told)
