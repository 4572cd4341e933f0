"""A TOML text with its places: what was written, and on which line."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from models.domain.playbook.locator import Path, locate
from models.domain.playbook.problems import PlaybookError, Problem

_AT: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
# By words of the reader's message, which differ a little between versions of Python.
_REMEDIES: Final = {
    "overwrite": "rename one of the two, or remove it",
    "twice": "rename one of the two, or remove it",
    "unescaped": "write \\\\ for a backslash, or put the text in 'single quotes'",
    "character '\\n'": "close the text with the quotes that opened it, on the same line",
    "unterminated": "close the text with the quotes that opened it",
    "illegal character": "remove the character that cannot be seen",
    "invalid character": "remove the character that cannot be seen",
    "invalid value": 'write a text in "quotes", a number, true or false, a list in [ ], or a table in { }',
    "invalid initial character": 'a key is of letters, digits, - and _, or in "quotes"',
}
_GENERAL_REMEDY: Final = 'write it as TOML: key = "text", [table] or [[list of tables]]'


@dataclass(frozen=True)
class Source:
    """What a file says.

    Attributes:
        name: of the file, as problems show it.
        digest: SHA-256 of the text's UTF-8, hexadecimal.
        tree: the parsed document.
        places: the line of every table, key and element.
    """

    name: str
    digest: str
    tree: Mapping[str, object]
    places: Mapping[Path, int]

    @classmethod
    def read(cls, name: str, text: str) -> Self:
        """Parse `text`.

        Raises:
            PlaybookError: it is no TOML; the one problem has the line.
        """
        try:
            digest = hashlib.sha256(text.encode()).hexdigest()
            return cls(name, digest, tomllib.loads(text), locate(text))
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            remedy = "write the character itself instead of its half"
            raise PlaybookError([Problem(name, line, "a character is no Unicode text", remedy)]) from error
        except RecursionError as error:
            problem = Problem(name, 1, "lists or tables stand in one another too deeply", "write them flat")
            raise PlaybookError([problem]) from error
        except ValueError as error:
            raise PlaybookError([_syntax(name, text, error)]) from error

    def line(self, path: Path) -> int:
        """The line of what stands at `path`, or else of what would hold it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, 1)


def _syntax(name: str, text: str, error: ValueError) -> Problem:
    what = str(error)
    at = _AT.search(what)
    if at is None:
        return Problem(name, 1, f"no TOML: {what}", _GENERAL_REMEDY)
    line = int(at[1]) if at[1] else text.rstrip("\n").count("\n") + 1
    remedy = next((remedy for words, remedy in _REMEDIES.items() if words in what.lower()), _GENERAL_REMEDY)
    return Problem(name, line, f"no TOML: {what[: at.start()]}", remedy)
