"""What is wrong with a playbook or a site file, where, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. Printed as ``playbook.toml:123: <what is wrong>; <what to do>``."""

    file: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}; {self.remedy}"


class PlaybookError(ValueError):
    """Correct the file at the lines named; nothing of it was taken over.

    Attributes:
        problems: everything that was found wrong, in the order of lines; never empty.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(written: str, known: Iterable[str]) -> str:
    """The remedy for a word that is not known: the known one that it resembles, else all of them."""
    words = [word for word in known if word]
    close = get_close_matches(written, words, n=1)
    if close:
        return f'write "{close[0]}"'
    return f"write one of: {', '.join(words)}" if words else "add one first"
