"""`lianban dead`: work in quarantine or given up, to be looked at, driven again or dropped."""

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import Stop, at_work, console

if TYPE_CHECKING:
    from services.store.contexts import Sql
    from services.store.quarantine import Dead

app = typer.Typer(
    help="Work that failed again and again and is tried once an hour, or was given up.", no_args_is_help=True
)

Numbers = Annotated[list[int], typer.Argument(help="Numbers, as `list` has them.", show_default=False)]
WORDLESS = "its last try ended without a word: killed, out of memory or of time, or still going on"


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """What is in quarantine, in all queues, and the deliveries that were given up or ended unknown.

    Beneath it how much waits in the outbox: events for the outside, which no lane
    publishes yet.

    Example: ./lianban dead list
    """
    with at_work() as shop:
        from rich.table import Table

        from services.store.quarantine import outbox, read_dead
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            found, (waiting, since) = read_dead(sql), outbox(sql)
        if as_json:
            _print_json(found)
            return
        table = Table(box=None, padding=(0, 2, 0, 0))
        for head in ("number", "queue", "order", "tries", "since (UTC)", "last error"):
            table.add_column(head)
        for one in found:
            at = f"{one.since.astimezone(UTC):%Y-%m-%d %H:%M}"
            table.add_row(
                str(one.id), one.queue, one.code, str(one.attempts), at, one.error or "without a word"
            )
        console().print(table if found else "nothing is in quarantine.")
        if since is not None:
            day = f"{since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
            console().print(f"outbox: {waiting:,} rows wait to be published, the oldest since {day}.")


@app.command()
def show(
    number: Annotated[int, typer.Argument(help="Number, as `list` has it.", show_default=False)],
) -> None:
    """One of them whole: its row, its order, its tries, its last error.

    Example: ./lianban dead show 12
    """
    with at_work() as shop:
        from rich.table import Table

        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            one = _found(sql, [number])[0]
        table = Table.grid(padding=(0, 2, 0, 0))
        for name, value in (
            ("queue", str(one.queue)),
            ("row", " ".join(map(str, one.row_key))),
            ("order", one.code),
            ("due", f"{one.due_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
            ("in quarantine", f"since {one.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
            ("tries", f"{one.attempts}, the last at {one.tried_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"),
            ("last error", one.error or WORDLESS),
            ("dropping", f"needs --yes: {one.needed}" if one.needed else "possible, with a reason"),
        ):
            table.add_row(name, value)
        console().print(table)


@app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Numbers, as `list` has them.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Let rows begin anew, as if never tried; the pulse takes them to their lanes within a second.

    Example: ./lianban dead retry 12 13
    """
    with at_work() as shop:
        from services.store import quarantine
        from services.store.transactions import transaction

        if bool(numbers) == all_:
            raise Stop("say which by their numbers, or --all.")
        with transaction(shop.engine) as sql:
            found = quarantine.read_dead(sql) if all_ else _found(sql, numbers or [])
            for one in found:
                quarantine.retry(sql, one)
        console().print(f"{len(found)} begin anew.")


@app.command()
def drop(
    numbers: Numbers,
    reason: Annotated[str, typer.Option(help="Why; it is kept for good, so write nothing personal.")],
    yes: Annotated[bool, typer.Option("--yes", help="Also what somebody needs.")] = False,
) -> None:
    """Take rows off their queues for good; who waits for them waits for ever.

    Example: ./lianban dead drop 12 --reason "the order was a test"
    """
    with at_work() as shop:
        from services.store import quarantine
        from services.store.transactions import transaction

        if not reason.strip():
            raise Stop("give a reason with --reason.")
        with transaction(shop.engine) as sql:
            found = _found(sql, numbers)
            needed = [f"{one.id} ({one.queue} of {one.code}): {one.needed}" for one in found if one.needed]
            if needed and not yes:
                raise Stop(f"not dropped, {'; '.join(needed)}. Should it be nevertheless, add --yes.")
            for one in found:
                quarantine.drop(sql, one, reason)
        console().print(f"{len(found)} dropped; the reason is kept.")


def _found(sql: "Sql", numbers: list[int]) -> "list[Dead]":
    from services.store.quarantine import read_dead

    found = read_dead(sql, numbers)
    missing = sorted({*numbers} - {one.id for one in found})
    if missing:
        raise Stop(f"nothing in quarantine has the number {', '.join(map(str, missing))}.")
    return found


def _print_json(found: "list[Dead]") -> None:
    import json

    rows = [
        {
            "number": one.id,
            "queue": str(one.queue),
            "row": list(one.row_key),
            "order": one.code,
            "due_at": one.due_at.isoformat(),
            "since": one.since.isoformat(),
            "tried_at": one.tried_at.isoformat(),
            "attempts": one.attempts,
            "error": one.error,
            "needed": one.needed,
        }
        for one in found
    ]
    typer.echo(json.dumps(rows, ensure_ascii=False))
