"""The port behind which pictures are kept, each under the hash of its content."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

CHUNK = 256 * 1024


class ShelfAway(OSError):
    """Photos cannot be kept or shown just now; try again, and have the operator look at their storage."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept file: its length in bytes and its content in pieces. Who does not read to the end closes it."""

    size: int
    chunks: Generator[bytes, None, None]


class Shelf(Protocol):
    """Keeps files by name. A name stands for one content for ever: nothing is overwritten with other."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a file, whole or not at all, durably when this returns. Raises ShelfAway."""

    def drop(self, name: str) -> None:
        """Keep it no longer; nothing happens where there is none of the name. Raises ShelfAway."""

    def open(self, name: str) -> Stored | None:
        """A kept file; None where there is none of the name. Raises ShelfAway, also between two pieces."""
