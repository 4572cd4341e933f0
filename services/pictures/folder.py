"""Pictures in a folder of this machine."""

import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from services.pictures.shelf import CHUNK, ShelfAway, Stored
from services.settings import make_data_folder


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, which only the process's user reads."""

    root: Path

    def put(self, name: str, content: bytes) -> None:
        """Written aside and renamed, so that no half file ever has the name."""
        place = self.path_of(name)
        try:
            if not place.is_file():
                _write(place, content)
        except OSError as error:
            raise ShelfAway(f"{place}: {error.strerror}") from error

    def open(self, name: str) -> Stored | None:
        """Open before this returns: what is deleted meanwhile is still sent whole."""
        try:
            file = self.path_of(name).open("rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ShelfAway(f"{self.path_of(name)}: {error.strerror}") from error
        size = os.fstat(file.fileno()).st_size

        def chunks() -> Generator[bytes, None, None]:
            with file:
                yield b""
                while chunk := file.read(CHUNK):
                    yield chunk

        begun = chunks()
        # Within its `with` from now on: the file is closed also where nobody reads to the end.
        next(begun)
        return Stored(size, begun)

    def drop(self, name: str) -> None:
        """The file; whoever reads it just now still reads all of it."""
        try:
            self.path_of(name).unlink(missing_ok=True)
        except OSError as error:
            raise ShelfAway(f"{self.path_of(name)}: {error.strerror}") from error

    def path_of(self, name: str) -> Path:
        """Where a file of the name lies."""
        return self.root / name[:2] / name


def _write(place: Path, content: bytes) -> None:
    make_data_folder(place.parents[2])
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{uuid4().hex}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
