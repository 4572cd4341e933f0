"""A format: how one city writes its case file, as a small mapping beside a site and a playbook.

Another city needs a folder of three files (format.toml, site.toml, playbook.toml) and no code.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from models.domain.playbook import reader as r
from models.domain.playbook.model import Playbook
from models.domain.playbook.parse import ParsedPlaybook, read_playbook
from models.domain.playbook.site import parse_site
from models.domain.playbook.site_model import SiteSpec
from models.domain.playbook.source import Source
from models.domain.words import Origin, Severity

SITE_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{0,15}")
ANY: Final = "*"
_BETWEEN: Final = " / "
_SAMPLE: Final = datetime(2011, 7, 31, 23, 59, 58)  # noqa: DTZ001 - a local time, as files write it


class UnknownFormat(ValueError):
    """There is no such format; choose one of those named, or add a folder with its three files."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the file says what; a tuple of columns is read together."""

    id: str
    opened: str
    target: str
    closed: str
    verdict: str | None
    department: str
    space: str | None
    category: tuple[str, ...]
    title: tuple[str, ...]
    text: tuple[str, ...]
    outcome: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """Every column that is read, once."""
        single = (self.id, self.opened, self.target, self.closed, self.verdict, self.department, self.space)
        many = (*self.category, *self.title, *self.text, *self.outcome)
        return tuple(dict.fromkeys(one for one in (*single, *many) if one is not None))


@dataclass(frozen=True)
class Mapped:
    """What format.toml says."""

    code: str
    name: str
    source: str
    dates: str
    """As `datetime.strptime` reads it; without a zone, which is the site's."""
    blank: frozenset[str]
    columns: Columns
    verdicts: Mapping[str, bool]
    """The city's own words for a case, and whether they mean overdue."""
    departments: Mapping[str, str]
    categories: Mapping[str, str]
    spaces: Mapping[str, str]

    def category_of(self, words: tuple[str, ...]) -> str | None:
        """The category of the words in its columns: the exact ones first, then with `*` from the last on."""
        for known in range(len(words), -1, -1):
            pattern = (*words[:known], *(ANY,) * (len(words) - known))
            found = self.categories.get(_BETWEEN.join(pattern))
            if found is not None:
                return found
        return None

    def space_of(self, word: str) -> str | None:
        """The space of a neighbourhood; a blank or unknown one is that of `*`."""
        return self.spaces.get(word, self.spaces.get(ANY))


@dataclass(frozen=True)
class Format:
    """A format with the site and the rules that its cases are replayed under."""

    mapped: Mapped
    site: SiteSpec
    rules: ParsedPlaybook
    rules_text: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the file's local times."""
        return ZoneInfo(self.site.zone)

    @property
    def playbook(self) -> Playbook:
        """The rules."""
        return self.rules.playbook


def find_format(folder: Path, code: str) -> Format:
    """The format `code` among those of `folder`.

    Raises:
        UnknownFormat: there is none of this name.
        PlaybookError: one of its files has an error; each with line and remedy.
    """
    known = sorted(one.parent.name for one in folder.glob("*/format.toml"))
    if code not in known:
        raise UnknownFormat(f"{code}: {UnknownFormat.__doc__} There are: {', '.join(known) or 'none'}.")
    return read_format(folder / code)


def read_format(folder: Path) -> Format:
    """A format, whole or not at all.

    Raises:
        PlaybookError: one of its files has an error, or they do not fit one another.
    """
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in _FILES}
    site, rules = parse_site(_SITE, texts[_SITE]), read_playbook(_RULES, texts[_RULES])
    report = r.Report(Source.read(_FORMAT, texts[_FORMAT]))
    mapped = r.table(_document)(r.Value(report, (), report.source.tree))
    _fits(mapped, site, rules.playbook, report)
    report.close()
    return Format(mapped, site, rules, texts[_RULES])


_FORMAT, _SITE, _RULES = _FILES = ("format.toml", "site.toml", "playbook.toml")


def _document(t: r.Table) -> Mapped:
    head = t.need("format", r.table(_Head))
    columns = t.need("columns", r.table(_columns))
    return Mapped(
        code=head.code,
        name=head.name,
        source=head.source,
        dates=head.dates,
        blank=frozenset(head.blank),
        columns=columns,
        verdicts=t.take("verdicts", r.table(_verdicts), {}),
        departments=t.need("departments", r.entries(r.text, r.code)),
        categories=t.need("categories", r.entries(_pattern(len(columns.category)), r.code)),
        spaces=t.need("spaces", r.entries(r.text, r.code)),
    )


class _Head:
    """The fields of [format]."""

    def __init__(self, t: r.Table) -> None:
        self.code = t.need("code", r.code)
        self.name = t.need("name", r.text)
        self.source = t.take("source", r.text, self.name)
        self.dates = t.need("dates", _dates)
        self.blank = t.take("blank", r.distinct(r.text), tuple[str, ...]())


def _dates(value: r.Value) -> str:
    written = r.text(value)
    try:
        whole = datetime.strptime(_SAMPLE.strftime(written), written) == _SAMPLE  # noqa: DTZ007 - local time
    except ValueError:
        whole = False
    if written and not whole:
        value.refuse(f'"{written}" does not read back what it writes', 'write it as "%Y-%m-%d %H:%M:%S"')
    return written


def _columns(t: r.Table) -> Columns:
    many, none = r.distinct(r.text), tuple[str, ...]()
    return Columns(
        id=t.need("id", r.text),
        opened=t.need("opened", r.text),
        target=t.need("target", r.text),
        closed=t.need("closed", r.text),
        verdict=t.get("verdict", r.text),
        department=t.need("department", r.text),
        space=t.get("space", r.text),
        category=t.need("category", many),
        title=t.take("title", many, none),
        text=t.need("text", many),
        outcome=t.take("outcome", many, none),
    )


def _verdicts(t: r.Table) -> dict[str, bool]:
    on_time, overdue = t.need("on_time", r.distinct(r.text)), t.need("overdue", r.distinct(r.text))
    for word in set(on_time) & set(overdue):
        t.refuse(("overdue",), f'"{word}" means both', "leave it in one of the two")
    return dict.fromkeys(on_time, False) | dict.fromkeys(overdue, True)


def _pattern(words: int) -> r.Reader[str]:
    def read(value: r.Value) -> str:
        written = r.text(value)
        if written.count(_BETWEEN) + 1 < words:
            remedy = f'write {words} of them with "{_BETWEEN}" between, or {ANY} for any'
            value.refuse(f'"{written}" has too few words', remedy)
        return written

    return read


def _fits(mapped: Mapped, site: SiteSpec, playbook: Playbook, report: r.Report) -> None:
    """Departments, spaces and categories lead somewhere, and each category to the party of its department."""
    parties = {party.code for party in site.parties}
    for word, party in mapped.departments.items():
        if party not in parties:
            report.add(("departments", word), f'unknown party "{party}"', f"add it to {_SITE}")
    known = {space.code for space in site.spaces}
    for word, space in mapped.spaces.items():
        if space not in known:
            report.add(("spaces", word), f'unknown space "{space}"', f"add it to {_SITE}")
    for word, category in mapped.categories.items():
        if category not in playbook.categories:
            report.add(("categories", word), f'unknown category "{category}"', f"add it to {_RULES}")
        else:
            _leads_to_department(word, category, (mapped, site, playbook), report)
    if playbook.code != site.playbook:
        report.add(("format",), f"{_SITE} names the playbook {site.playbook}", f"name {playbook.code}")


def _leads_to_department(
    word: str, category: str, files: tuple[Mapped, SiteSpec, Playbook], report: r.Report
) -> None:
    """The file says who has a case; the route of its category may not say otherwise."""
    mapped, site, playbook = files
    columns = mapped.columns
    if columns.department not in columns.category:
        return
    department = word.split(_BETWEEN)[columns.category.index(columns.department)]
    wanted = mapped.departments.get(department)
    leads = {
        party.code
        for space in set(mapped.spaces.values())
        for route in [playbook.route_for(category, Origin.UNKNOWN, Severity.ORDINARY, space)]
        for party in site.parties
        if route is not None and route.lead in party.capacities
    }
    if leads != {wanted}:
        found = ", ".join(sorted(leads)) or "nobody"
        message = f"{category} is led by {found}, but {department} is {wanted or 'no department here'}"
        report.add(("categories", word), message, f"mend the route in {_RULES}, or the category here")
