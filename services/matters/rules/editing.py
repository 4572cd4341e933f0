"""Changed rules before they are proposed: whether they work, what they change, what would have been."""

import re
from dataclasses import dataclass
from typing import Any

from models.domain.backtest.simulating import compare
from models.domain.orders.rules import Context
from models.domain.playbook.difference import Change, difference
from models.domain.playbook.model import Playbook
from models.domain.playbook.parse import ParsedPlaybook, read_playbook
from models.domain.playbook.problems import PlaybookError, Problem
from models.domain.playbook.source import Source
from models.domain.playbook.validate import validate
from services.matters.kit import Doer
from services.matters.rules.backtest import report_of
from services.matters.rules.history import cases_of_site, source_of
from services.store.contexts import SiteClock, Sql, read_sites
from services.store.private import cleaned
from services.store.transactions import now_of, transaction

MOST_CASES = 1000
"""The latest orders that a page's backtest lives again: a second or two."""
LONGEST_RULES = 200_000
FILE = "playbook.toml"
_VERSION = re.compile(r"^(\s*version\s*=\s*)\d+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: `problems` by line, or the changes and the backtest."""

    source: str
    parsed: ParsedPlaybook | None
    problems: tuple[Problem, ...] = ()
    changes: tuple[Change, ...] = ()
    report: dict[str, Any] | None = None

    @property
    def stricter(self) -> int:
        """How many of the changes are stricter safety limits."""
        return sum(one.stricter_safety for one in self.changes)

    @property
    def at_once(self) -> bool:
        """They wait for nobody: stricter safety limits and nothing else."""
        return bool(self.changes) and self.stricter == len(self.changes)

    @property
    def mixed(self) -> bool:
        """Stricter safety limits among what waits."""
        return 0 < self.stricter < len(self.changes)


def in_force(one: Doer, site_id: int) -> str:
    """The words of the rules in force."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        return source_of(sql, read_sites(sql, [site_id])[site_id])


def check(one: Doer, site_id: int, text: str, *, lived: bool = True) -> Checked:
    """Read the words as the next version of the site's rules; `lived`: with the backtest."""
    with transaction(one.shop.engine, one.caller.site_ids) as sql:
        site = read_sites(sql, [site_id])[site_id]
        context = one.shop.contexts.of(sql, site)
        source = numbered(cleaned(text), _next_version(sql, site_id, context))
        try:
            parsed = read_playbook(FILE, source)
        except PlaybookError as error:
            return Checked(source, None, error.problems)
        problems = tuple(validate(parsed, context.site))
        if problems:
            return Checked(source, None, problems)
        changes = difference(context.playbook, parsed.playbook)
        report = _lived(sql, site, context, parsed) if lived and changes else None
    return Checked(source, parsed, (), changes, report)


def read(source: str, base: Playbook) -> Checked:
    """What proposed words change of the rules that they followed; without a backtest."""
    try:
        parsed = read_playbook(FILE, source)
    except PlaybookError as error:
        return Checked(source, None, error.problems)
    return Checked(source, parsed, (), difference(base, parsed.playbook))


def _lived(sql: Sql, site: SiteClock, context: Context, parsed: ParsedPlaybook) -> dict[str, Any]:
    cases = cases_of_site(sql, site.id, site.code, most=MOST_CASES)
    until = site.virtual_now or now_of(sql)
    return report_of(compare(cases, context, parsed.playbook, until), context.site)


def _next_version(sql: Sql, site_id: int, context: Context) -> int:
    row = sql.execute(
        "SELECT max(version) FROM playbook WHERE site_id = %s AND code = %s",
        (site_id, context.playbook.code),
    ).fetchone()
    return 1 + int((row and row[0]) or context.playbook.version)


def numbered(text: str, version: int) -> str:
    """The words with this version in their head; words that are no TOML stay as they are."""
    try:
        line = Source.read(FILE, text).places.get(("playbook", "version"))
    except PlaybookError:
        return text
    lines = text.splitlines(keepends=True)
    if line is not None:
        lines[line - 1] = _VERSION.sub(rf"\g<1>{version}", lines[line - 1])
    return "".join(lines)
