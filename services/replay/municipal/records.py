"""Records of a CSV file with their lines: one damaged record costs itself, never those that follow.

The reader of the standard library goes on to the end of the file looking for a closing quote. Here a record
that does not come out well is refused by its first line, and reading goes on with the next line.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_LINES = 200
"""A record with line ends in its texts spans at most so many lines; a quote open for longer is a mistake."""
_OPEN = "unexpected end of data"


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record, or what is wrong with it; `line` is where it begins, from 1."""

    line: int
    cells: tuple[str, ...] = ()
    wrong: str | None = None


def read_records(data: bytes) -> Iterator[Record]:
    """The records of a file in UTF-8, the header among them; lines that are empty are none."""
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    width, place = None, 0
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        record, used = _record(lines, place, width)
        if width is None:
            width = len(record.cells)
        place += used
        yield record


def _record(lines: Sequence[bytes], place: int, width: int | None) -> tuple[Record, int]:
    """The record that begins at a line, and how many lines it takes."""
    first = place + 1
    for used in range(1, MOST_LINES + 1):
        chunk = lines[place : place + used]
        try:
            cells = _cells(chunk)
        except UnicodeDecodeError:
            return Record(first, wrong="it is not UTF-8"), 1
        except csv.Error as error:
            if _OPEN in str(error) and place + used < len(lines):
                continue
            return Record(first, wrong=_told(str(error))), 1
        if width is not None and len(cells) != width:
            return Record(first, wrong=f"{len(cells)} cells, not {width} as in the header"), 1
        return Record(first, cells), used
    return Record(first, wrong=_told(_OPEN)), 1


def _cells(chunk: Sequence[bytes]) -> tuple[str, ...]:
    text = b"\n".join(line.removesuffix(b"\r") for line in chunk).decode()
    return tuple(next(csv.reader([text], strict=True)))


def _told(error: str) -> str:
    return "a quote is not closed" if _OPEN in error else f"it is not CSV: {error}"
