"""Lines of keys: against a table, against the real files read line by line, and against generated texts."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.playbook.locator import Path, locate
from models.domain.playbook.problems import PlaybookError
from models.domain.playbook.source import Source

ODD = '''\
# a comment with [brackets] = "and more"
top = 1
"quoted \\u006bey".'lit.eral' = """
[not.a.table]
x = "no" \\""" still""""" # after

[ a . b ]   # comment ]
dotted.inner.key = [ # comment ]
  1, [2, 3],
  { x = "}", "y z" = ']' },

  """
  two lines""", '\\',
]
date = 1979-05-27 07:32:00 # not a comma,
multi = \'\'\'
it's # no comment
\'\'\'

[[list]]
n = 1
[[list.sub]]
m = 1
[[list.sub]]
m = 2
[list.sub.deep]
z = 0
[[list]]
[[list.sub]]
m = 3
[a]
late = true
'''

ODD_LINES: dict[Path, int] = {
    ("top",): 2,
    ("quoted key",): 3,
    ("quoted key", "lit.eral"): 3,
    ("a",): 31,
    ("a", "b"): 7,
    ("a", "b", "dotted"): 8,
    ("a", "b", "dotted", "inner"): 8,
    ("a", "b", "dotted", "inner", "key"): 8,
    ("a", "b", "dotted", "inner", "key", 0): 9,
    ("a", "b", "dotted", "inner", "key", 1): 9,
    ("a", "b", "dotted", "inner", "key", 1, 0): 9,
    ("a", "b", "dotted", "inner", "key", 1, 1): 9,
    ("a", "b", "dotted", "inner", "key", 2): 10,
    ("a", "b", "dotted", "inner", "key", 2, "x"): 10,
    ("a", "b", "dotted", "inner", "key", 2, "y z"): 10,
    ("a", "b", "dotted", "inner", "key", 3): 12,
    ("a", "b", "dotted", "inner", "key", 4): 13,
    ("a", "b", "date"): 15,
    ("a", "b", "multi"): 16,
    ("list",): 20,
    ("list", 0): 20,
    ("list", 0, "n"): 21,
    ("list", 0, "sub"): 22,
    ("list", 0, "sub", 0): 22,
    ("list", 0, "sub", 0, "m"): 23,
    ("list", 0, "sub", 1): 24,
    ("list", 0, "sub", 1, "m"): 25,
    ("list", 0, "sub", 1, "deep"): 26,
    ("list", 0, "sub", 1, "deep", "z"): 27,
    ("list", 1): 28,
    ("list", 1, "sub"): 29,
    ("list", 1, "sub", 0): 29,
    ("list", 1, "sub", 0, "m"): 30,
    ("a", "late"): 32,
}


def every_path(tree: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, child in children:
        yield from every_path(child, (*path, step))


def value_at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def test_every_key_of_an_odd_text_has_its_line() -> None:
    assert locate(ODD) == ODD_LINES


def test_the_odd_text_has_no_other_keys() -> None:
    assert set(every_path(tomllib.loads(ODD))) == set(ODD_LINES)


def test_windows_line_ends_change_no_line() -> None:
    assert locate(ODD.replace("\n", "\r\n")) == ODD_LINES


@pytest.mark.parametrize("file", ["playbook_text", "site_text"])
def test_every_key_and_element_of_the_real_files_has_a_line(
    file: str, request: pytest.FixtureRequest
) -> None:
    text = request.getfixturevalue(file)
    assert set(locate(text)) == set(every_path(tomllib.loads(text)))


@pytest.mark.parametrize("file", ["playbook_text", "site_text"])
def test_every_value_of_the_real_files_stands_on_its_line(file: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(file)
    lines, tree = text.splitlines(), tomllib.loads(text)
    wrong = [
        path for path, line in locate(text).items() if not _says(lines[line - 1], path, value_at(tree, path))
    ]
    assert wrong == []


@pytest.mark.parametrize("file", ["playbook_text", "site_text"])
def test_keys_of_the_real_files_come_in_the_order_of_their_lines(
    file: str, request: pytest.FixtureRequest
) -> None:
    """So two tables that look alike are not mistaken for one another: each header opens exactly one."""
    text = request.getfixturevalue(file)
    places = locate(text)
    headers = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("[")]
    tree = tomllib.loads(text)
    tables = {places[path] for path in every_path(tree) if isinstance(value_at(tree, path), dict)} & set(
        headers
    )
    assert sorted(tables) == headers
    assert list(places.values()) == sorted(places.values())


def _says(line: str, path: Path, value: object) -> bool:
    step = path[-1]
    if isinstance(value, (dict, list)) and line.startswith("["):
        name = ".".join(one for one in path if isinstance(one, str))
        return bool(re.match(rf"\[+{name}(\.|\])", line))
    if isinstance(step, int):
        return isinstance(value, (dict, list)) or str(value) in line
    return bool(re.search(rf"\b{step}\s*=", line)) and (not isinstance(value, str) or value in line)


keys = st.text("ab-_. \"'#=\\é", min_size=1, max_size=4)
texts = st.text("ab\n\"'\\#[]{}=,é", max_size=8)
scalars = st.one_of(st.integers(), st.booleans(), st.just(1.5), texts)


class Writer:
    """Writes a document in many spellings and notes the line of all that it writes."""

    def __init__(self, data: st.DataObject) -> None:
        self.draw = data.draw
        self.text = ""
        self.places: dict[Path, int] = {}

    def note(self, path: Path) -> None:
        self.places.setdefault(path, self.text.count("\n") + 1)

    def blank(self) -> None:
        self.text += self.draw(st.sampled_from(["", " ", "\t"]))

    def gap(self) -> None:
        self.text += self.draw(st.sampled_from(["", " ", "\n", ' # "] }\n', "\n\n\t"]))

    def key(self, key: str) -> None:
        bare = re.fullmatch("[A-Za-z0-9_-]+", key)
        self.text += key if bare and self.draw(st.booleans()) else _basic(key)

    def value(self, value: Any, path: Path) -> None:
        if isinstance(value, dict):
            self.inline(value, path)
        elif isinstance(value, list):
            self.array(value, path)
        elif isinstance(value, str):
            self.string(value)
        else:
            self.text += str(value).lower()

    def string(self, value: str) -> None:
        styles = [_basic(value)]
        if "\n" not in value and "'" not in value:
            styles.append(f"'{value}'")
        if "'''" not in value and not value.endswith("'"):
            styles.append(f"'''\n{value}'''")
        escaped = value.replace("\\", "\\\\").replace('""', '"\\"')
        styles.append(f'"""\n{escaped}"""')
        self.text += self.draw(st.sampled_from(styles))

    def array(self, values: list[Any], path: Path) -> None:
        self.text += "["
        for place, value in enumerate(values):
            self.gap()
            self.note((*path, place))
            self.value(value, (*path, place))
            self.gap()
            self.text += ","
        self.gap()
        self.text += "]"

    def inline(self, values: dict[str, Any], path: Path) -> None:
        self.text += "{"
        for place, (key, value) in enumerate(values.items()):
            self.text += ", " if place else " "
            self.pair(key, value, path)
        self.text += " }"

    def pair(self, key: str, value: Any, path: Path) -> None:
        self.note((*path, key))
        self.key(key)
        self.blank()
        self.text += "="
        self.blank()
        self.value(value, (*path, key))

    def lines(self, values: dict[str, Any], path: Path) -> None:
        for key, value in values.items():
            self.gap()
            self.pair(key, value, path)
            self.text += self.draw(st.sampled_from(["\n", " # = [\n", "\n\n"]))

    def tables(self, name: str, elements: list[dict[str, Any]]) -> None:
        self.note((name,))
        for place, element in enumerate(elements):
            self.note((name, place))
            self.text += "[["
            self.blank()
            self.key(name)
            self.text += "]]\n"
            self.lines(element, (name, place))


def _basic(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def values() -> st.SearchStrategy[Any]:
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=6,
    )


@given(st.data())
def test_generated_texts_have_the_lines_on_which_they_were_written(data: st.DataObject) -> None:
    tree = data.draw(st.dictionaries(keys, values(), max_size=3))
    more = data.draw(
        st.dictionaries(
            keys.filter(lambda key: key not in tree),
            st.lists(st.dictionaries(keys, values(), max_size=2), min_size=1, max_size=3),
            max_size=2,
        )
    )
    writer = Writer(data)
    writer.lines(tree, ())
    for name, elements in more.items():
        writer.tables(name, elements)
    assert tomllib.loads(writer.text) == tree | more
    assert locate(writer.text) == writer.places


@given(st.text("ab=[]{}\"'\\\n#.,1 "))
def test_any_text_is_read_or_refused_with_a_line_within_it(text: str) -> None:
    try:
        source = Source.read("x.toml", text)
        assert set(source.places) == set(every_path(source.tree))
    except PlaybookError as error:
        [problem] = error.problems
        within = range(1, text.count("\n") + 2)
        assert problem.line in within
