"""What narrow columns call things: short names of parties, signs beside colours."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from services.views import labels
from services.views.found import Found
from services.views.language import Language, day_text, say
from services.views.models import Colour, Named

SIGN: Mapping[Colour, str] = {"green": "○", "yellow": "◐", "red": "●", "grey": "‖"}
"""Beside the word, so that nothing is told by colour alone."""

STYLE: Mapping[Colour, str] = {"green": "green", "yellow": "yellow", "red": "bold red", "grey": "dim"}


def short(party: Named, language: Language) -> str:
    """A party as a narrow column calls it: most sites take the codes of capacities for their parties."""
    known = labels.CAPACITY.get(party.code)
    return say(known, language) if known else party.name


def listed(words: list[str], language: Language) -> str:
    """Words in a row."""
    return say(("、", ", "), language).join(words)


def dated(at: datetime, zone: str, language: Language, now: datetime) -> str:
    """A date with its weekday, and with its year where that is another than now's."""
    words = day_text(at, zone, language)
    year = at.astimezone(ZoneInfo(zone)).year
    if year == now.astimezone(ZoneInfo(zone)).year:
        return words
    return f"{year}年{words}" if language == "zh" else f"{words} {year}"


class Speaker:
    """Says things of one order in the language that it was asked for in."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._language: Language = found.language

    def _colour(self, colour: Colour) -> Text:
        return Text(f"{SIGN[colour]} {labels.label(labels.COLOUR, colour, self._language)}", STYLE[colour])

    def _quoted(self, words: str) -> str:
        return f"“{words}”"

    def _at(self, at: datetime) -> str:
        """A date with weekday and time."""
        return f"{self._day(at)} {self._clock(at)}"

    def _day(self, at: datetime) -> str:
        """A date with its weekday, and with its year where that is another than now's."""
        return dated(at, self._found.zone, self._language, self._found.now)

    def _clock(self, at: datetime) -> str:
        """The time of day at the site."""
        return f"{at.astimezone(ZoneInfo(self._found.zone)):%H:%M}"

    def _name(self, party: str) -> str:
        return self._short(self._found.party(party))

    def _short(self, party: Named) -> str:
        return short(party, self._language)

    def _say(self, chinese: str, english: str) -> str:
        return say((chinese, english), self._language)
