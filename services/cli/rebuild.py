"""`lianban rebuild`: fold the whole ledger again and compare it with what is stored."""

from typing import Annotated

import typer

from services.cli.operating import at_work, console, no_order, order_named

MOST_TOLD = 50


def rebuild(
    code: Annotated[str | None, typer.Argument(help="One order; all of them unless given.")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Write what the events say where it differs.")] = False,
) -> None:
    """Fold all events again, check the hash chain, and compare with states, columns and timers.

    Exit code 1 when something differs and was not mended.

    Example: ./lianban rebuild AIBO5-17 --fix
    """
    with at_work() as shop:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
        from rich.text import Text

        from services import rebuilding
        from services.store.transactions import transaction

        key = None
        if code is not None:
            with transaction(shop.engine) as sql:
                key = order_named(sql, code).key
        out = console()
        bar = Progress(
            TextColumn("records"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=out, transient=True, disable=not out.is_terminal,
        )  # fmt: skip
        tally = rebuilding.Tally()
        with bar:
            task = bar.add_task("", total=1 if key else rebuilding.count_streams(shop))
            for tally in rebuilding.rebuild(shop, only=key, mend=fix):
                bar.update(task, completed=tally.streams)
        if code is not None and not tally.streams:
            raise no_order(code)
        by_code = rebuilding.by_stream(tally.differences)
        for place, (order, differences) in enumerate(by_code.items()):
            if place == MOST_TOLD:
                out.print(f"… and {len(by_code) - MOST_TOLD} more records")
                break
            for one in differences:
                out.print(Text.assemble((order, "bold"), f"  {one.what}{'  mended' if one.mended else ''}"))
                out.print(Text(f"    stored  {one.stored}\n    events  {one.folded}", "dim"))
        broken = sum(one.what == "chain" for one in tally.differences)
        out.print(_summary(tally.streams, tally.events, len(by_code), broken, fix=fix))
    if any(not one.mended for one in tally.differences):
        raise typer.Exit(1)


def _summary(streams: int, events: int, differing: int, broken: int, *, fix: bool) -> str:
    told = f"{streams:,} {_records(streams)}, {events:,} events folded: "
    if not differing:
        return f"{told}everything is as the events say, and every chain holds."
    told += f"{differing} {_records(differing)} {'differs' if differing == 1 else 'differ'}."
    if broken:
        told += f" Broken chains: {broken}. They are left as they are; restore them from a backup."
    if differing > broken:
        told += " The rest is mended." if fix and broken else " It is mended." if fix else ""
        told += "" if fix else " `--fix` writes what the events say."
    return told


def _records(number: int) -> str:
    return "record" if number == 1 else "records"
