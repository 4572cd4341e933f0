"""`lianban timers`: what is armed, what fired and how late, by which rules."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.operating import at_work, console, order_named

if TYPE_CHECKING:
    from services.store.lateness import Armed, Fired, Lateness

Rows = tuple["list[Armed]", "list[Fired]", "Lateness"]


def timers(
    code: Annotated[
        str | None, typer.Argument(help="One order; all that are not frozen unless given.")
    ] = None,
    late: Annotated[bool, typer.Option("--late", help="Only what was not on time.")] = False,
    days: Annotated[int, typer.Option(help="How far to look back.", min=1, max=36_500)] = 30,
    limit: Annotated[int, typer.Option(help="Lines of each kind at most.", min=1)] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with the proof of each step.")] = False,
) -> None:
    """Which steps are armed, which fired, how late; p50, p99 and the worst of all that fired.

    Late is what fired more than a second after it was due.

    Example: ./lianban timers AIBO5-17 --late
    """
    with at_work() as shop:
        from services.store import lateness
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            key = None if code is None else order_named(sql, code).key
            wanted = lateness.Wanted(key, timedelta(days=days), late, limit)
            found = (
                lateness.read_armed(sql, wanted),
                lateness.read_fired(sql, wanted),
                lateness.read_lateness(sql, wanted),
            )
        if as_json:
            import json

            typer.echo(json.dumps(_image(found), ensure_ascii=False))
        else:
            _tell(found)


def _image(found: Rows) -> dict[str, Any]:
    from dataclasses import asdict

    armed, fired, figures = found
    return {
        "lateness": {
            "fired": figures.fired,
            "p50_s": _seconds(figures.p50),
            "p99_s": _seconds(figures.p99),
            "max_s": _seconds(figures.most),
        },
        "armed": [_plain(asdict(one)) for one in armed],
        "fired": [_plain(asdict(one)) for one in fired],
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    lateness = row.pop("lateness")
    return {
        **{key: one.isoformat() if isinstance(one, datetime) else one for key, one in row.items()},
        "lateness_s": _seconds(lateness),
    }


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else round(time.total_seconds(), 6)


def _tell(found: Rows) -> None:
    from rich.table import Table

    out = console()
    armed, fired, figures = found
    lines = (
        ("armed", [_line(one, one.kind) for one in armed]),
        ("fired", [_line(one, f"{one.kind}, {one.rung}" + " skipped" * one.skipped) for one in fired]),
    )
    for title, rows in lines:
        if rows:
            table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
            for head in ("order", "deadline", "party", "due (UTC)", "late by"):
                table.add_column(head, no_wrap=head != "deadline")
            for one in rows:
                table.add_row(*one)
            out.print(table)
    for rules in sorted({(one.playbook, one.playbook_version, one.calendar_version) for one in fired}):
        out.print("by {}, version {}, and the days of version {}".format(*rules))
    if figures.fired:
        p50, p99, most = (_late(one) for one in (figures.p50, figures.p99, figures.most))
        out.print(f"{figures.fired:,} fired: p50 {p50}, p99 {p99}, worst {most} after they were due.")
    else:
        out.print("none has fired.")


def _line(one: "Armed | Fired", what: str) -> tuple[str, ...]:
    late = _late(one.lateness) if one.lateness > timedelta() else ""
    return one.code, what, one.party, f"{one.due_at.astimezone(UTC):%m-%d %H:%M:%S}", late


def _late(time: timedelta | None) -> str:
    seconds = time.total_seconds() if time is not None else 0.0
    return f"{seconds:.3f} s" if seconds < 60 else str(timedelta(seconds=round(seconds)))  # noqa: PLR2004
