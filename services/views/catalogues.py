"""The words of pages and papers: they stand in Chinese where they are shown, in English in the catalogues.

A catalogue is a gettext file of an area of the product, `locale/en/*.po`, whose keys are the Chinese words.
"""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from services.views.language import Language

FOLDER = Path(__file__).parent / "locale"


@cache
def words_in(language: Language) -> NullTranslations:
    """What `gettext` and `ngettext` say in a language; what no catalogue has stays Chinese."""
    found = Translations()
    for path in sorted((FOLDER / language).glob("*.po")):
        found.merge(_read(path))
    return found


def _read(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


def later(words: str) -> str:
    """Marks words for the catalogues that are said in a language later; imported as `_`."""
    return words
