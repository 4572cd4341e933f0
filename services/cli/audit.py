"""`lianban audit`: what should be armed, fired and sent, derived from the events again and compared."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import at_work, console, no_order, order_named, read_all_sites

if TYPE_CHECKING:
    from rich.console import Console

    from models.domain.streams import StreamKey
    from services.audit.findings import Drift
    from services.audit.whole import Tally
    from services.execute import Shop

MOST_TOLD = 50


def audit(
    code: Annotated[str | None, typer.Argument(help="One order; all of them unless given.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Is everything armed, fired and sent as the events have it? Compares all that is kept beside them.

    States, columns, timers, firings, notices, deliveries, outbox, routing, and
    what is due for long. The auditor in the pulse does the same all the time. Exit
    code 1 when something has drifted.

    Example: ./lianban audit AIBO5-17
    """
    with at_work() as shop:
        codes, key = _codes(shop, code)
        out = console()
        tally = _run(shop, key, out, silent=as_json)
        if code is not None and [one.what for one in tally.drift] == ["stream"]:
            raise no_order(code)
        if as_json:
            typer.echo(json.dumps(_image(tally, codes), ensure_ascii=False))
        else:
            _print(tally, codes, out)
    if tally.drift:
        raise typer.Exit(1)


def _codes(shop: "Shop", code: str | None) -> "tuple[Mapping[int, str], StreamKey | None]":
    from services.store.transactions import transaction

    with transaction(shop.engine) as sql:
        codes = {site.id: site.code for site in read_all_sites(sql)}
        return codes, None if code is None else order_named(sql, code).key


def _run(shop: "Shop", key: "StreamKey | None", out: "Console", *, silent: bool) -> "Tally":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from services.audit.whole import Tally, audit
    from services.rebuilding import count_streams

    bar = Progress(
        TextColumn("records"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=out, transient=True, disable=silent or not out.is_terminal,
    )  # fmt: skip
    tally = Tally()
    with bar:
        task = bar.add_task("", total=1 if key else count_streams(shop))
        for tally in audit(shop, key):
            bar.update(task, completed=tally.streams)
    return tally


def _image(tally: "Tally", codes: Mapping[int, str]) -> dict[str, object]:
    return {
        "records": tally.streams,
        "audit_drift": len(tally.drift),
        "drift": [
            {"record": _order(one, codes), **{k: v for k, v in asdict(one).items() if k != "key"}}
            for one in tally.drift
        ],
        "lateness_judged_until": tally.awake.until.isoformat() if tally.awake else None,
    }


def _order(one: "Drift", codes: Mapping[int, str]) -> str:
    return f"{codes.get(one.key.site_id, one.key.site_id)}-{one.key.stream_id}"


def _print(tally: "Tally", codes: Mapping[int, str], out: "Console") -> None:
    from rich.table import Table

    if tally.drift:
        table = Table(box=None, pad_edge=False, show_edge=False, header_style="bold")
        table.add_column("record", no_wrap=True)
        table.add_column("kind", no_wrap=True)
        for name in ("what", "stored", "by the events"):
            table.add_column(name, overflow="fold", ratio=1)
        for one in tally.drift[:MOST_TOLD]:
            table.add_row(_order(one, codes), str(one.kind), one.what, one.stored, one.derived)
        out.print(table)
    if len(tally.drift) > MOST_TOLD:
        out.print(f"… and {len(tally.drift) - MOST_TOLD} more")
    out.print(_summary(tally))


def _summary(tally: "Tally") -> str:
    told = f"{tally.streams:,} {'record' if tally.streams == 1 else 'records'}: "
    drifted = len({one.key for one in tally.drift})
    if drifted:
        told += f"{drifted} {'has' if drifted == 1 else 'have'} drifted from the events."
        told += " `./lianban rebuild --fix` mends states, columns, timers and routing."
    else:
        told += "everything is armed, fired and sent as the events have it."
    if tally.awake is None:
        told += " Nobody's lateness was judged: no pulse has run yet."
    return told
