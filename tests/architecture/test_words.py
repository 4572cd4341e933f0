"""Every word of the pages and papers stands in Chinese where it is shown, and in English in one catalogue."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from services.views.catalogues import FOLDER

SERVICES = Path(__file__).parents[2] / "services"
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.typ", "ignore")]
JINJA = {"**.html": {"trim_blocks": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


@cache
def said() -> frozenset[str]:
    """All that is asked of a catalogue by a literal."""
    return frozenset(
        words if isinstance(words, str) else words[0]
        for _, _, words, _, _ in extract_from_dir(SERVICES, METHODS, JINJA, KEYWORDS)
    )


def literals() -> Iterator[str]:
    """Every string in the code: some words are put into tables and said by a variable."""
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def catalogued() -> list[str]:
    """All that has an English translation, as often as it has one."""
    found = []
    for path in sorted((FOLDER / "en").glob("*.po")):
        with path.open("rb") as file:
            found += [one.id if isinstance(one.id, str) else one.id[0] for one in read_po(file) if one.string]
    return [one for one in found if one]


def test_everything_that_is_said_has_its_english_words() -> None:
    assert sorted(said() - set(catalogued())) == []


def test_nothing_is_translated_twice() -> None:
    assert [one for one, times in Counter(catalogued()).items() if times > 1] == []


def test_no_catalogue_has_words_that_nothing_says() -> None:
    assert sorted(set(catalogued()) - said() - set(literals())) == []
