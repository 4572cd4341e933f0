"""The rules as a form: their tables as parts with fields, and what was typed put back into the text.

Only the lines of fields that changed are written, so that comments and order stay as somebody wrote them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from models.domain.directory import Capacity
from models.domain.playbook.locator import Path
from models.domain.playbook.parse import ParsedPlaybook
from models.domain.playbook.source import Source
from models.domain.words import DeadlineKind
from services.matters.rules.wording import FIELD, SECTION, UNITS, WHO, route_name
from services.views import labels
from services.views.labels import label
from services.views.language import Language, say

LIMIT, CAPACITY, CAPACITIES, RECIPIENTS = "limit", "capacity", "capacities", "recipients"
WHO_KINDS = (CAPACITY, CAPACITIES, RECIPIENTS)
_AMOUNT = re.compile(r"\s*(\d+)\s*(.*?)\s*")
_VALUE = r'(?:"[^"\n]*"|\[[^\]\n]*\])'
_UNWANTED = re.compile(r"[^\w .%-]")
_GENERAL = ("contact", "decide", "decide_danger", "review", "redo", "callback")
_SAFETY: Mapping[str, Path] = {
    "acknowledge": ("acknowledge",),
    "on_site_compound": ("on_site", "compound"),
    "on_site_elsewhere": ("on_site", "elsewhere"),
    "make_safe": ("make_safe",),
}
_PEOPLE = ("handler", "party_lead", "coordinator", "decider")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of the rules: where it stands, how it is called, what kind of input it needs."""

    path: Path
    label: str
    kind: str
    value: str | tuple[str, ...]
    """Of a limit its text; '' where the rules are silent."""

    @property
    def name(self) -> str:
        """Of the input."""
        return ".".join(map(str, self.path))

    @property
    def amount(self) -> str:
        """Of a limit."""
        found = _AMOUNT.fullmatch(str(self.value))
        return found[1] if found else ""

    @property
    def unit(self) -> str:
        """Of a limit."""
        found = _AMOUNT.fullmatch(str(self.value))
        return found[2] if found and found[2] in UNITS else "WD"


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that are edited together: a table of the rules."""

    code: str
    section: str
    name: str
    fields: tuple[Field, ...]


def units(language: Language) -> list[tuple[str, str]]:
    """What an amount may be of."""
    return [(code, say(words, language)) for code, words in UNITS.items()]


def choices(kind: str, language: Language) -> list[tuple[str, str]]:
    """Who may be named."""
    codes = (*(_PEOPLE if kind == RECIPIENTS else ()), *map(str, Capacity))
    return [(code, label(WHO, code, language)) for code in codes]


def parts(parsed: ParsedPlaybook, language: Language) -> list[Part]:
    """All that can be edited by form; all else by the text."""
    return list(_parts(parsed, language))


def _parts(parsed: ParsedPlaybook, language: Language) -> Iterator[Part]:
    tree, book = parsed.source.tree, parsed.playbook
    names = {**labels.DEADLINE, **FIELD}

    def field(path: Path, name: str, kind: str) -> Field:
        return Field(path, name, kind, _value(tree, path))

    def part(code: str, section: str, name: str, fields: list[Field]) -> Part:
        return Part(code, say(SECTION[section], language), name, tuple(fields))

    if "safety" in tree:
        base: Path = ("safety", "danger")
        limits = [field((*base, *path), label(FIELD, key, language), LIMIT) for key, path in _SAFETY.items()]
        yield part("safety", "safety", label(labels.SEVERITY, "danger", language), limits)
    general = [field(("limits", key), _general(key, language), LIMIT) for key in _GENERAL]
    yield part("limits", "limits", say(SECTION["limits"], language), general)
    for place, route in enumerate(book.routes):
        conditions = (", ".join(sorted(route.origin)), str(route.severity or ""), ", ".join(route.space))
        name = route_name("|".join((route.category, *conditions)), (book,), language)
        at: Path = ("routes", place)
        duties = [field((*at, "lead"), label(FIELD, "lead", language), CAPACITY)]
        duties += [
            field((*at, key), label(FIELD, key, language), CAPACITIES) for key in ("support", "consult")
        ]
        duties += [field((*at, str(kind)), label(names, kind, language), LIMIT) for kind in _OF_ROUTE]
        yield part(f"routes.{place}", "routes", name, duties)
    for place, rung in enumerate(book.ladder):
        at = ("ladder", place)
        fields = [field((*at, "to"), label(FIELD, "to", language), RECIPIENTS)]
        if rung.past:
            later = (("past", "past_ordinary"), ("past_danger", "past_danger"), ("repeat", "repeat"))
            fields += [field((*at, key), label(FIELD, name, language), LIMIT) for key, name in later]
        yield part(f"ladder.{place}", "ladder", f"{label(WHO, rung.mark, language)} {rung.code}", fields)


_OF_ROUTE = (DeadlineKind.ACKNOWLEDGE, DeadlineKind.FIX)


def _general(key: str, language: Language) -> str:
    kind, _, severity = key.partition("_")
    name = label(labels.DEADLINE, kind, language)
    return f"{name} · {label(labels.SEVERITY, severity, language)}" if severity else name


def _value(tree: object, path: Path) -> str | tuple[str, ...]:
    for key in path:
        if isinstance(tree, list) and isinstance(key, int):
            tree = tree[key]
        else:
            tree = tree.get(key, "") if isinstance(tree, Mapping) else ""
    return tuple(map(str, tree)) if isinstance(tree, list) else str(tree)


def typed(field: Field, form: Mapping[str, list[str]]) -> str | tuple[str, ...] | None:
    """What a form says of a field; None where it was not on the form."""
    if field.kind == LIMIT:
        amount = form.get(f"{field.name}.n")
        if amount is None:
            return None
        unit = (form.get(f"{field.name}.unit") or ["WD"])[0]
        return f"{amount[0].strip()} {unit}" if amount[0].strip() else ""
    if f"{field.name}.there" not in form:
        return None
    chosen = form.get(field.name, [])
    if field.kind == CAPACITY:
        return chosen[0] if chosen else ""
    # What the form has no box for, such as "acting", stays.
    kept = [one for one in field.value if one not in dict(choices(field.kind, "zh"))]
    return (*kept, *chosen)


def edited(text: str, part: Part, form: Mapping[str, list[str]]) -> str:
    """The text with what the form says otherwise."""
    for field in part.fields:
        new = typed(field, form)
        if new is not None and not _same(field, new):
            text = put(text, field.path, new)
    return text


def _same(field: Field, new: str | tuple[str, ...]) -> bool:
    if isinstance(new, tuple):
        return set(new) == set(field.value or ())
    # A limit may be written with "h WH" for "WH": an untouched field is no change.
    return new == field.value or (field.kind == LIMIT and new == f"{field.amount} {field.unit}".strip())


def put(text: str, path: Path, value: str | tuple[str, ...]) -> str:
    """The text with another value at a path: written over, or below its table's head, or removed."""
    source = Source.read("playbook.toml", text)
    lines = text.split("\n")
    key, line = str(path[-1]), source.places.get(path)
    if line is None:
        head = source.line(path[:-1])
        return text if not value else "\n".join([*lines[:head], f"{key} = {_written(value)}", *lines[head:]])
    pattern = re.compile(rf"(\b{re.escape(key)}\s*=\s*){_VALUE}")
    if not value:
        del lines[line - 1]
    else:
        lines[line - 1] = pattern.sub(lambda found: f"{found[1]}{_written(value)}", lines[line - 1], count=1)
    return "\n".join(lines)


def _written(value: str | tuple[str, ...]) -> str:
    """As TOML; a quote has no business in a code or a limit."""
    many = value if isinstance(value, tuple) else (value,)
    clean = [f'"{_UNWANTED.sub("", one)}"' for one in many]
    return f"[{', '.join(clean)}]" if isinstance(value, tuple) else clean[0]
