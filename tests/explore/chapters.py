"""The chapters of an exploration: everything at once from the report, then themes that go deeper."""

from models.domain.orders import commands as c
from models.domain.streams import SYSTEM
from models.domain.words import Severity
from tests.explore.menu import EVERYTHING, Chapter, Tried
from tests.explore.world import CATEGORY, REPORTER, RESIDENT, TEXT, person

_ASKED = ("decisions", "work", "wrong")
_THEMES: dict[str, tuple[str, ...]] = {
    "everything": EVERYTHING,
    "work": ("work", "start", "review", "release", "wrong"),
    "returns": ("returns", "designations", "review", *_ASKED),
    "holds": ("holds", "extensions", "start", *_ASKED),
    "waits": ("waits", "start", "holds", *_ASKED),
    "handing over": ("hand_over", "work", "review", "returns", "decisions"),
    "plans": ("plans", "limits", "outside", "extensions", *_ASKED),
    "danger": ("danger", "holds", "waits", *_ASKED),
    "over": ("over", "work", "review", "returns"),
}

_ALONE = {
    "a hold alone": ("holds", "start", "decisions"),
    "an extension alone": ("extensions", "decisions"),
    "a return alone": ("returns", "decisions"),
}


def alone(parties: int) -> list[Chapter]:
    """One theme by itself, which goes deepest; broken rules that show late are looked for here."""
    return [Chapter(name, parties, themes, CATEGORY[parties]) for name, themes in _ALONE.items()]


def chapters(parties: int) -> list[Chapter]:
    """All chapters of an order that starts with so many acting parties."""
    category = CATEGORY[parties]
    found = [Chapter(name, parties, themes, category) for name, themes in _THEMES.items()]
    found += alone(parties)
    closed = _closed(parties)
    found += [
        Chapter("round two", parties, ("closing", "work", "review", *_ASKED), category, opening=closed),
        Chapter(
            "round two, again", parties, EVERYTHING, category, opening=(*closed, (c.Reopen(TEXT), RESIDENT))
        ),
    ]
    if parties == min(CATEGORY):
        found += [
            Chapter("an answer", parties, ("work", "closing", "returns", "reclassify", *_ASKED), "answer"),
            Chapter("triage", parties, ("triage", "danger", "reclassify", "work", "over"), None),
            Chapter("danger from the start", parties, EVERYTHING, category, Severity.DANGER),
        ]
    return found


def _closed(parties: int) -> tuple[Tried, ...]:
    """Reported, done, verified."""
    report = c.Report("hall", TEXT, REPORTER, CATEGORY[parties])
    fixers = ("contractor", "property", "asset_company")[:parties]
    reviewer = {"contractor": "property"}
    done: list[Tried] = [(c.Done(one), person(one)) for one in fixers]
    verified: list[Tried] = [(c.Verify(one), person(reviewer.get(one, "committee"))) for one in fixers]
    return ((report, RESIDENT), (c.RouteOrder(), SYSTEM), *done, *verified)
