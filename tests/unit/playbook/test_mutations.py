"""The real files, damaged everywhere: a damaged file is read or refused with a place, and nothing crashes."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest

from models.domain.directory import Directory
from models.domain.playbook import parse, site
from models.domain.playbook.locator import Path
from models.domain.playbook.problems import PlaybookError, Problem
from models.domain.playbook.source import Source
from models.domain.playbook.validate import validate

TEXTS = ("", "x", "acting", "1 WD")
OTHERS: tuple[Any, ...] = (*TEXTS, 0, -1, 1.5, True, [], ["x"], [[1]], {}, {"x": 1}, {"x": []})
PER_PLACE = 2
"""So many of the others at each place, in turn: all are tried at places of every kind."""


def problems_of(read: Callable[..., object], *what: object) -> tuple[Problem, ...]:
    try:
        read(*what)
    except PlaybookError as error:
        return error.problems
    return ()


def written_lines(text: str) -> list[int]:
    """The lines that say something, from 0."""
    return [at for at, line in enumerate(text.splitlines()) if line.strip() and not line.startswith("#")]


def without(text: str, at: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[:at] + lines[at + 1 :])


def broken_trees(source: Source) -> Iterator[Source]:
    others = cycle(OTHERS)
    for path in source.places:
        for _ in range(PER_PLACE):
            yield replace(source, tree=with_value(source.tree, path, next(others)))


def with_value(tree: Any, path: Path, value: object) -> Any:
    if not path:
        return deepcopy(value)
    changed: Any = tree.copy()
    inner = changed[path[0]] if path[1:] else None
    changed[path[0]] = with_value(inner, path[1:], value)
    return changed


def test_a_playbook_without_one_of_its_lines_is_read_or_refused(
    playbook_text: str, aibo_site: Directory
) -> None:
    def read(text: str) -> None:
        validate(parse.read_playbook("p", text), aibo_site)

    lines = playbook_text.count("\n")
    for at in written_lines(playbook_text):
        found = problems_of(read, without(playbook_text, at))
        assert all(1 <= one.line <= lines and one.remedy for one in found)


def test_a_site_without_one_of_its_lines_is_read_or_refused(site_text: str) -> None:
    lines = site_text.count("\n")
    # Its tables are alike: of every four lines one, in another place of the next table.
    for at in written_lines(site_text)[::4]:
        found = problems_of(site.parse_site, "s", without(site_text, at))
        assert all(1 <= one.line <= lines and one.remedy for one in found)


def test_a_playbook_with_another_value_anywhere_is_read_or_refused(
    playbook_text: str, aibo_site: Directory
) -> None:
    def read(broken: Source) -> None:
        validate(parse._understood(broken), aibo_site)

    refused = [problems_of(read, broken) for broken in broken_trees(Source.read("p", playbook_text))]
    # The rest are texts, lists of texts and counts, for which some of the others are as good.
    assert sum(1 for one in refused if one) > 0.8 * len(refused)


def test_a_site_with_another_value_anywhere_is_read_or_refused(site_text: str) -> None:
    refused = [problems_of(site._understood, broken) for broken in broken_trees(Source.read("s", site_text))]
    assert sum(1 for one in refused if one) > 0.8 * len(refused)


@pytest.mark.parametrize(
    "table", ["[playbook]", "[safety.danger]", "[categories.leak]", "[[routes]]", "[[ladder]]"]
)
def test_a_key_that_nobody_knows_is_refused_on_its_line(table: str, playbook_text: str) -> None:
    lines = playbook_text.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(table))
    lines.insert(at + 1, "nobody_knows = 1")
    [problem] = problems_of(parse.parse_playbook, "p", "\n".join(lines))
    assert (problem.line, "nobody_knows" in problem.message) == (at + 2, True)


def test_no_table_of_the_real_files_takes_a_key_that_nobody_knows(playbook_text: str, site_text: str) -> None:
    readers: dict[str, Callable[[Source], object]] = {
        playbook_text: parse._understood,
        site_text: site._understood,
    }
    for text, read in readers.items():
        source = Source.read("f", text)
        for path in tables(source):
            broken = replace(source, tree=with_value(source.tree, (*path, "nobody_knows"), ""))
            assert problems_of(read, broken), path


def tables(source: Source) -> Iterator[Path]:
    for path in source.places:
        value: Any = source.tree
        for step in path:
            value = value[step]
        if isinstance(value, dict):
            yield path
