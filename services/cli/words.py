"""What narrow columns call things: short names of parties, signs beside colours."""

from collections.abc import Mapping
from typing import Literal

from services.views.language import Language, Words, say
from services.views.models import Colour, Named

_SHORT: Mapping[str, Words] = {
    "committee": ("居委会", "committee"),
    "property": ("物业", "property"),
    "autonomy_office": ("自治办", "autonomy office"),
    "asset_company": ("资产公司", "asset company"),
    "client": ("建设单位", "client"),
    "contractor": ("施工方", "contractor"),
    "supervisor": ("监理", "supervisor"),
    "designer": ("设计", "designer"),
    "owners": ("业委会", "owners"),
    "street": ("街道", "street"),
    "utility": ("市政公用", "utility"),
}
"""By the codes of capacities, which most sites take for their parties as well."""

SIGN: Mapping[Colour, str] = {"green": "○", "yellow": "◐", "red": "●", "grey": "‖"}
"""Beside the word, so that nothing is told by colour alone."""

STYLE: Mapping[Colour, str] = {"green": "green", "yellow": "yellow", "red": "bold red", "grey": "dim"}

Side = Literal["before", "after"]


def short(party: Named, language: Language) -> str:
    """A party as a narrow column calls it."""
    return say(_SHORT[party.code], language) if party.code in _SHORT else party.name


def listed(words: list[str], language: Language) -> str:
    """Words in a row."""
    return say(("、", ", "), language).join(words)
