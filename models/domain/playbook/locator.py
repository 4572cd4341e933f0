"""The line of every key and element of a TOML text that `tomllib` has read; it gives none itself."""

import re
import tomllib
from bisect import bisect_left
from typing import Final

Path = tuple[str | int, ...]
"""Keys and positions from the root of the document: ``("routes", 3, "support", 0)``."""

_TRIVIA: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART: Final = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[^\s"'.=\[\]{},#]+)"""
_KEY: Final = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"{3,5}'
    r"|'''[\s\S]*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'",
)
_SCALAR: Final = re.compile(r"[^,\]}#\n]+")


def locate(text: str) -> dict[Path, int]:
    """The lines, counted from 1, on which tables, keys and array elements begin.

    `text` must be valid TOML, read by `tomllib` before: nothing is checked here. A table that is only
    implied by others has the line of the first that implies it, an array of tables that of its first.
    """
    locator = _Locator(text)
    locator.document()
    return locator.places


class _Locator:
    """One walk over the text, with `pos` before what comes next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.places: dict[Path, int] = {}
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._elements: dict[Path, int] = {}
        """How many elements each array of tables has so far."""

    def document(self) -> None:
        table: Path = ()
        while self._ahead():
            if self._ahead() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _ahead(self) -> str:
        """The next character that is neither blank nor comment; empty at the end."""
        self.pos = self._end_of(_TRIVIA)
        return self.text[self.pos : self.pos + 1]

    def _end_of(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.pos)
        return found.end() if found else self.pos

    def _line(self) -> int:
        return bisect_left(self._ends, self.pos) + 1

    def _keys(self) -> list[str]:
        start, self.pos = self.pos, self._end_of(_KEY)
        written = self.text[start : self.pos]
        if _BARE.fullmatch(written):
            return [written]
        keys: list[str] = []
        # Quotes and escapes are read by the reader of the values themselves.
        tree: object = tomllib.loads(f"{written} = 0")
        while isinstance(tree, dict):
            key, tree = next(iter(tree.items()))
            keys.append(key)
        return keys

    def _header(self) -> Path:
        line, brackets = self._line(), 2 if self.text.startswith("[[", self.pos) else 1
        self.pos += brackets
        self._ahead()
        *outer, last = self._keys()
        self._ahead()
        self.pos += brackets
        path: Path = ()
        for key in outer:
            path = self._newest((*path, key), line)
        path = (*path, last)
        if brackets == 1:
            path = self._newest(path, line)
        else:
            self.places.setdefault(path, line)
            count = self._elements.get(path, 0)
            self._elements[path] = count + 1
            path = (*path, count)
        self.places[path] = line
        return path

    def _newest(self, path: Path, line: int) -> Path:
        """The table of this name, or the last element of the array of tables of this name."""
        self.places.setdefault(path, line)
        return (*path, self._elements[path] - 1) if path in self._elements else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        for key in self._keys():
            table = (*table, key)
            self.places.setdefault(table, line)
        self._ahead()
        self.pos += 1  # the equals sign
        self._value(table)

    def _value(self, path: Path) -> None:
        match self._ahead():
            case "[":
                self._array(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self.pos = self._end_of(_STRING)
            case _:
                self.pos = self._end_of(_SCALAR)

    def _array(self, path: Path) -> None:
        self.pos += 1
        count = 0
        while self._ahead() != "]":
            if self._ahead() == ",":
                self.pos += 1
                continue
            self.places[*path, count] = self._line()
            self._value((*path, count))
            count += 1
        self.pos += 1

    def _inline_table(self, path: Path) -> None:
        self.pos += 1
        while self._ahead() != "}":
            if self._ahead() == ",":
                self.pos += 1
                continue
            self._pair(path)
        self.pos += 1
