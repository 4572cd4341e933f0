"""Rows: every fact of a case checked before its first command, or refused with line and reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from services.replay.municipal.format import Columns, Format
from services.replay.municipal.local_times import to_utc
from services.replay.municipal.records import Record, read_records
from services.store.private import LONGEST_TEXT, cleaned

YEARS = range(1991, 2099)
"""Calendars know the years 1990 to 2099; a zone may lie to the east, and a ladder goes on past its limit."""
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A case whose facts all hold together; instants in UTC, codes those of site and playbook."""

    line: int
    id: str
    opened: datetime
    target: datetime | None
    closed: datetime | None
    overdue: bool | None
    """The city's own verdict; None where it gives none."""
    party: str
    category: str
    space: str
    title: str
    text: str
    outcome: str


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """A row that was not taken, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Reading:
    """What a file came to."""

    total: int = 0
    rows: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


class NotThisFormat(ValueError):
    """The file is not of this format: its header lacks columns. Choose another --format, or mend the file."""


class _Bad(ValueError):
    """The row cannot be taken; the message is the reason."""


def read_rows(data: bytes, found: Format, *, limit: int | None = None) -> Reading:
    """Read a whole file; `limit` takes only so many rows of it.

    Raises:
        NotThisFormat: there is no header with the columns of the format.
    """
    records = read_records(data)
    reader = _Reader(found, _header(next(records, None), found.mapped.columns))
    reading, known = Reading(), dict[str, int]()
    for record in islice(records, limit):
        reading.total += 1
        try:
            row = reader.row(record)
            _unique(row, known)
        except _Bad as bad:
            reading.refused.append(Refusal(record.line, str(bad)))
            continue
        known[row.id] = row.line
        reading.rows.append(row)
    return reading


def _unique(row: Row, known: Mapping[str, int]) -> None:
    if row.id in known:
        raise _Bad(f"the id {row.id[:_SHOWN]} stands in line {known[row.id]} already")


def _header(record: Record | None, columns: Columns) -> dict[str, int]:
    names = [name.strip() for name in record.cells] if record else []
    missing = [name for name in columns.all() if name not in names]
    doubled = [name for name in columns.all() if names.count(name) > 1]
    if missing or doubled:
        what = f"missing: {', '.join(missing)}" if missing else f"twice: {', '.join(doubled)}"
        raise NotThisFormat(f"{NotThisFormat.__doc__} ({what})")
    return {name: place for place, name in enumerate(names)}


class _Reader:
    """Reads the records of one file."""

    def __init__(self, found: Format, places: Mapping[str, int]) -> None:
        self._mapped, self._zone, self._places = found.mapped, found.zone, places
        self._columns = found.mapped.columns

    def row(self, record: Record) -> Row:
        if record.wrong is not None:
            raise _Bad(record.wrong)
        cells, columns = record.cells, self._columns
        opened = self._instant(cells, columns.opened)
        if opened is None:
            raise _Bad(f"{columns.opened} is blank")
        target, closed = self._instant(cells, columns.target), self._instant(cells, columns.closed)
        for name, instant in ((columns.target, target), (columns.closed, closed)):
            if instant is not None and instant < opened:
                raise _Bad(f"{name} lies before {columns.opened}")
        party, category = self._routed(cells)
        return Row(
            line=record.line,
            id=self._needed(cells, columns.id),
            opened=opened,
            target=target,
            closed=closed,
            overdue=self._verdict(cells),
            party=party,
            category=category,
            space=self._space(cells),
            title=self._together(cells, columns.title, " "),
            text=self._text(cells),
            outcome=self._together(cells, columns.outcome, "\n"),
        )

    def _cell(self, cells: Sequence[str], column: str) -> str:
        """Without the spaces around it; empty for every way in which the file says nothing."""
        found = cells[self._places[column]].strip()
        if not found.isprintable():
            found = cleaned(found)
        return "" if found in self._mapped.blank else found

    def _needed(self, cells: Sequence[str], column: str) -> str:
        found = self._cell(cells, column)
        if not found:
            raise _Bad(f"{column} is blank")
        if len(found) > LONGEST_TEXT:
            raise _Bad(f"{column} is longer than {LONGEST_TEXT} characters")
        return found

    def _instant(self, cells: Sequence[str], column: str) -> datetime | None:
        written = self._cell(cells, column)
        if not written:
            return None
        try:
            local = datetime.strptime(written, self._mapped.dates)  # noqa: DTZ007 - the site's zone follows
        except ValueError:
            raise _Bad(f'{column} is "{written[:_SHOWN]}", no time of this format') from None
        if local.year not in YEARS:
            raise _Bad(f"{column} lies outside the years {YEARS[0]} to {YEARS[-1]}")
        return to_utc(local, self._zone)

    def _routed(self, cells: Sequence[str]) -> tuple[str, str]:
        word = self._needed(cells, self._columns.department)
        party = self._mapped.departments.get(word)
        if party is None:
            raise _Bad(f'unknown {self._columns.department} "{word[:_SHOWN]}"')
        words = tuple(self._cell(cells, column) for column in self._columns.category)
        category = self._mapped.category_of(words)
        if category is None:
            raise _Bad(f'no category for "{" / ".join(words)[:_SHOWN]}"')
        return party, category

    def _verdict(self, cells: Sequence[str]) -> bool | None:
        if self._columns.verdict is None:
            return None
        word = self._cell(cells, self._columns.verdict)
        if word and word not in self._mapped.verdicts:
            raise _Bad(f'unknown {self._columns.verdict} "{word[:_SHOWN]}"')
        return self._mapped.verdicts.get(word)

    def _space(self, cells: Sequence[str]) -> str:
        word = self._cell(cells, self._columns.space) if self._columns.space else ""
        found = self._mapped.space_of(word)
        if found is None:
            raise _Bad(f'unknown {self._columns.space} "{word[:_SHOWN]}"')
        return found

    def _text(self, cells: Sequence[str]) -> str:
        found = self._together(cells, self._columns.text, "\n")
        return found or self._needed(cells, self._columns.id)

    def _together(self, cells: Sequence[str], columns: Sequence[str], between: str) -> str:
        parts = tuple(self._parts(cells, columns))
        found = between.join(parts)
        if len(found) > LONGEST_TEXT:
            raise _Bad(f"{', '.join(columns)} is longer than {LONGEST_TEXT} characters")
        return found

    def _parts(self, cells: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
        return (part for part in (self._cell(cells, column) for column in columns) if part)
