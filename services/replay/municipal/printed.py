"""The report on a terminal of 80 columns."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.domain.orders.figures import FEW
from services.replay.municipal.report import NOT_MEASURED, Report

WIDTH: Final = 80
MOST_REFUSED: Final = 20
"""So many refused rows are shown; the report as JSON has them all."""
_DAY: Final = 24 * 3600


def printed(report: Report) -> Group:
    """All of it, one part below the other."""
    return Group(*_parts(report))


def print_report(report: Report, console: Console) -> None:
    """Print it, no wider than 80 columns however wide the terminal is."""
    console.print(printed(report), width=min(console.width, WIDTH))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield Text(f"{report['site']}: replayed to {report['until'][:10]}, its clock is frozen", style="bold")
    yield Text("")
    yield _facts(report)
    yield from _refused(report)
    for key in ("departments", "categories"):
        yield Text("")
        yield _counts(key, report[key])
    yield Text("")
    yield _time_held(report)
    yield Text("")
    yield _oracle(report)


def _facts(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    later = f", {report['later']:,} opened later" if report["later"] else ""
    rows = f"{report['rows']:,}, {len(report['refused']):,} refused{later}"
    table.add_row("rows", rows)
    table.add_row("orders", f"{report['orders']:,}, {report['overdue']:,} of them overdue")
    table.add_row("steps", _listed(report["steps"]))
    table.add_row("notices", _listed(report["notices"]))
    for name, rate in report["figures"].items():
        table.add_row(f"{name.replace('_', ' ')} rate", _rate(rate))
    speed = f"{report['seconds']} s, {report['rows_per_second']:,} rows a second"
    table.add_row("time taken", speed)
    return table


def _refused(report: Report) -> Iterator[RenderableType]:
    refused = report["refused"]
    if not refused:
        return
    yield Text("")
    table = _table(f"refused ({len(refused):,})", "reason", numbers=())
    for one in refused[:MOST_REFUSED]:
        table.add_row(f"line {one['line']}", one["reason"])
    if len(refused) > MOST_REFUSED:
        table.add_row("…", f"{len(refused) - MOST_REFUSED:,} more; --json has them all")
    yield table


def _counts(title: str, counted: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _table(title, numbers=("orders", "done", "overdue", "on time"))
    for one in counted.values():
        numbers = (f"{one[key]:,}" for key in ("orders", "done", "overdue"))
        table.add_row(one["name"], *numbers, _rate(one["on_time"]))
    return table


def _time_held(report: Report) -> Table:
    """Days of wall-clock time; both partitions are exact, to the second, in the report as JSON."""
    held, names = report["time_held"], {code: one["name"] for code, one in report["departments"].items()}
    table = _table("time held", "of it", numbers=("days",))
    for code, shares in held["parties"].items():
        stages = ((stage.replace("_", " "), passed) for stage, passed in shares.items())
        _add_shares(table, names.get(code, code), stages)
    for holders, passed in held["holders"].items():
        who = " + ".join(names.get(code, code) for code in holders.split(" + "))
        _add_shares(table, who, [("in hand, of all orders", passed)])
    return table


def _add_shares(table: Table, name: str, shares: Iterable[tuple[str, int]]) -> None:
    for place, (what, passed) in enumerate(shares):
        table.add_row("" if place else name, what, f"{passed / _DAY:,.0f}")


def _oracle(report: Report) -> Table:
    found = report["oracle"]
    table = _table("oracle: the city's verdict against the ledger", numbers=("cases",))
    table.add_row("compared", f"{found['compared']:,}")
    table.add_row("matched", f"{found['matched']:,}")
    table.add_row("without a verdict", f"{found['no_verdict']:,}")
    table.add_row("never closed, and overdue", f"{found['open_overdue']:,}")
    for one in report["mismatches"]:
        table.add_row(f"line {one['line']}, {one['order']}: {one['file']} in the file", one["ledger"])
    return table


def _table(*words: str, numbers: tuple[str, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for word in words:
        table.add_column(word, overflow="fold")
    for word in numbers:
        table.add_column(word, justify="right", no_wrap=True)
    return table


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in counts.items())


def _rate(rate: Mapping[str, Any] | str) -> str:
    """Under ten cases no percentage; with one the fraction stands in the JSON."""
    if isinstance(rate, str):
        return NOT_MEASURED
    top, bottom = rate["numerator"], rate["denominator"]
    plain = f"{top:,}/{bottom:,}"
    return plain if bottom < FEW else f"{rate['shown'].split(' (')[0]} ({plain})"
