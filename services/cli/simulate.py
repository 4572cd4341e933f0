"""`lianban simulate`: a history once more under other rules, before and after, in memory."""

import json
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.operating import Stop, console, plainly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from models.domain.backtest.history import Case
    from models.domain.directory import Directory
    from models.domain.playbook.parse import ParsedPlaybook
    from services.replay.municipal.format import Format


def simulate(  # noqa: PLR0917 - a command's options
    playbook: Annotated[Path, typer.Option(help="The changed rules: a playbook's .toml file.")],
    history: Annotated[str, typer.Option(help="A city's CSV file, or the code of a site.")],
    against: Annotated[
        Path | None, typer.Option(help="The rules it is compared with; else those the history is under.")
    ] = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="Of a file; else the one whose columns it has.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Day at whose beginning it ends: 2013-10-01.")] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="The report as JSON, alone on standard output.")
    ] = False,
) -> None:
    """Backtest rules: the same reports and human actions, delays kept from dispatch, on a virtual clock.

    What a party would have been late with, which steps it would have reached, what it would have been sent:
    under --against (before) and under --playbook (after). Actions that the rules do not allow are counted.

    Nothing is written. Example: ./lianban simulate --playbook new.toml --against old.toml --history AIBO5
    """
    with plainly():
        past = _of_file(history, format_) if Path(history).is_file() else _of_site(history)
        report = _compared(past, playbook, against, _day(until, past))
    if json_:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    else:
        for part in _printed(report):
            console().print(part)


@dataclass(frozen=True, slots=True)
class _Past:
    """A history: its cases, its place, the rules that it is under, and where it ends."""

    cases: "Sequence[Case]"
    site: "Directory"
    rules: "ParsedPlaybook"
    until: datetime
    refused: int = 0


def _compared(past: _Past, playbook: Path, against: Path | None, until: datetime) -> dict[str, Any]:
    from time import process_time

    from models.domain.backtest.simulating import compare
    from models.domain.orders.rules import Context
    from services.matters.rules.backtest import report_of

    after = _read(playbook, past.site)
    before = past.rules if against is None else _read(against, past.site)
    begun = process_time()
    found = compare(past.cases, Context(before.playbook, past.site), after.playbook, until)
    seconds = process_time() - begun
    return {
        "site": past.site.code,
        "playbook": _called(after),
        "against": _called(before),
        "until": until.isoformat(),
        "refused_rows": past.refused,
        **report_of(found, past.site),
        "seconds": round(seconds, 3),
        "cases_per_second": round(2 * found.after.cases / seconds) if seconds else 0,
    }


def _called(rules: "ParsedPlaybook") -> str:
    return f"{rules.playbook.code} {rules.playbook.version} {rules.playbook.digest[:12]}"


def _read(path: Path, site: "Directory") -> "ParsedPlaybook":
    """The rules of a file, which have to work at the place of the history."""
    from models.domain.playbook.parse import read_playbook
    from models.domain.playbook.problems import PlaybookError
    from models.domain.playbook.validate import validate

    try:
        parsed = read_playbook(str(path), path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Stop(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except UnicodeDecodeError as error:
        raise Stop(f"{path} is not UTF-8 ({error.reason}).") from None
    problems = validate(parsed, site)
    if problems:
        raise PlaybookError(problems)
    return parsed


def _of_file(file: str, wanted: str | None) -> _Past:
    from services.replay.municipal.backtesting import case_of_row, directory_of, end_of
    from services.replay.municipal.rows import NotThisFormat, read_rows

    data = Path(file).read_bytes()
    formats = _formats(wanted)
    for found in formats:
        try:
            reading = read_rows(data, found)
        except NotThisFormat as error:
            if wanted is not None:
                raise Stop(str(error)) from None
            continue
        cases = [case_of_row(row) for row in reading.rows]
        return _Past(cases, directory_of(found.site), found.rules, end_of(reading.rows), len(reading.refused))
    known = ", ".join(one.mapped.code for one in formats)
    raise Stop(f"{file} has the columns of no known format ({known}): add one in deploy/formats.")


def _formats(wanted: str | None) -> "list[Format]":
    from services.replay.municipal.format import UnknownFormat, find_format
    from services.settings import CHECKOUT

    folder = CHECKOUT / "deploy" / "formats"
    names = [wanted] if wanted else sorted(one.parent.name for one in folder.glob("*/format.toml"))
    try:
        return [find_format(folder, name) for name in names]
    except UnknownFormat as error:
        raise Stop(str(error)) from None


_SITE = re.compile(r"[A-Z][A-Z0-9]{0,15}")


def _of_site(code: str) -> _Past:
    from services.cli.operating import at_work, read_all_sites, the_site
    from services.matters.rules.history import cases_of_site, current_rules
    from services.store.contexts import read_sites
    from services.store.transactions import transaction

    if _SITE.fullmatch(code) is None:
        raise Stop(f"--history {code} is neither a file nor the code of a site.")
    with at_work() as shop:
        with transaction(shop.engine) as sql:
            row = the_site(read_all_sites(sql), code)
        with transaction(shop.engine, [row.id]) as sql:
            site = read_sites(sql, [row.id])[row.id]
            directory = shop.contexts.of(sql, site).site
            until = site.virtual_now or datetime.now(UTC)
            return _Past(cases_of_site(sql, row.id, code), directory, current_rules(sql, site), until)


def _day(until: str | None, past: _Past) -> datetime:
    from zoneinfo import ZoneInfo

    if until is None:
        return past.until
    try:
        day = date.fromisoformat(until)
    except ValueError:
        raise Stop(f"--until {until} is no day; write it as 2013-10-01.") from None
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(past.site.zone)).astimezone(UTC)


def _printed(report: dict[str, Any]) -> "list[Table | str]":
    from rich.table import Table

    head = (
        f"{report['cases']:,} cases of {report['site']} up to {report['until'][:10]}\n"
        f"before: {report['against']}\nafter:  {report['playbook']}"
    )
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("before → after", min_width=14, overflow="fold")
    for word in ("late", "urged", "supervised", "sent"):
        table.add_column(word, justify="right", no_wrap=True)
    table.add_row("all", *_numbers(report["before"], report["after"]))
    for one in report["parties"]:
        table.add_row(one["name"], *_numbers(one["before"], one["after"]))
    changes = (
        f"late cases {report['before']['late_cases']:,} → {report['after']['late_cases']:,}:"
        f" {report['newly_late_count']:,} newly late, {report['no_longer_late_count']:,} no longer late\n"
        f"not allowed: before {_listed(report['before']['not_allowed'])},"
        f" after {_listed(report['after']['not_allowed'])}\n"
        f"sent to who had no part in the case, end unknown: {_listed(report['after']['unknown'])}\n"
        f"{report['seconds']} s, {report['cases_per_second']:,} cases a second and playbook"
    )
    return [head, "", table, "", changes]


def _numbers(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    pairs = [(before["late"], after["late"])]
    pairs += [(before["steps"][mark], after["steps"][mark]) for mark in ("urge", "supervise")]
    pairs.append((before["sent"], after["sent"]))
    return [f"{one:,}" if one == other else f"{one:,} → {other:,}" for one, other in pairs]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in counts.items()) or "none"
