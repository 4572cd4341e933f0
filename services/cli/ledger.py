"""`lianban ledger`: verify the ledger, export an order's, print checkpoints and the key that signs them."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import Stop, at_work, console, no_order, order_named

if TYPE_CHECKING:
    from models.domain.streams import StreamKey
    from services.execute import Shop
    from services.ledger.findings import Tally

MOST_TOLD = 50

app = typer.Typer(help="The ledger as evidence: verify, export, checkpoints, key.", no_args_is_help=True)


@app.command()
def verify(
    code: Annotated[str | None, typer.Argument(help="One order; everything unless given.")] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(help="A checkpoint that was kept elsewhere; may be given several times.", exists=True),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="A verifier key that counts beside this machine's own.")
    ] = None,
    photos: Annotated[bool, typer.Option(help="Read every photo as well; many take their time.")] = True,
) -> None:
    """Is everything as it was signed? Chains, heads, texts, photos, the log, its checkpoints.

    Exit code 1 when something is not; the report says from which event on.

    Example: ./lianban ledger verify --against /media/usb/000000001234.txt
    """
    with at_work() as shop, _plainly():
        from rich.text import Text

        from services.ledger.verifying import trust, verify
        from services.pictures.shelves import shelf_of
        from services.settings import settings

        only = _key_of(shop, code) if code else None
        trusted = trust(shop.engine, settings(), keys=key or (), against=against or ())
        start = time.monotonic()
        shelf = shelf_of(settings()) if photos else None
        tally = deque(verify(shop.engine, trusted, only, shelf), maxlen=1)[0]
        if code is not None and not tally.events and not tally.findings:
            raise no_order(code)
        out = console()
        for one in tally.findings[:MOST_TOLD]:
            begins = f"  from event {one.seq} on: " if one.seq else ": "
            out.print(Text.assemble((one.where, "bold"), begins, one.what))
        if len(tally.findings) > MOST_TOLD:
            out.print(f"… and {len(tally.findings) - MOST_TOLD} more")
        out.print(_summary(tally, time.monotonic() - start))
    if tally.findings:
        raise typer.Exit(1)


def _summary(tally: "Tally", seconds: float) -> str:
    parts = [
        _counted(tally.streams, "order"),
        _counted(tally.events, "event")
        + (f" ({tally.pending:,} not in the log yet)" if tally.pending else ""),
        _counted(tally.texts, "text")
        + (f" ({_counted(tally.locked, 'contact')} could not be opened)" if tally.locked else ""),
        _counted(tally.photos, "photo") + (f" ({tally.erased:,} erased of both)" if tally.erased else ""),
        _counted(tally.leaves, "log entry", "log entries"),
        _counted(tally.checkpoints, "checkpoint"),
    ]
    wrong = _counted(len(tally.findings), "thing is not", "things are not")
    verdict = f"{wrong} as signed." if tally.findings else "everything is as it was signed."
    rate = tally.events / max(seconds, 0.001)
    return f"{', '.join(parts)}: {verdict} {seconds:.1f} s, {rate:,.0f} events/s."


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


@app.command()
def export(
    code: Annotated[str, typer.Argument(help="The order.", show_default=False)],
    file: Annotated[Path | None, typer.Argument(help="The zip to write; CODE.zip unless given.")] = None,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="Include what people wrote: personal data.")
    ] = False,
    with_photos: Annotated[bool, typer.Option("--with-photos", help="Include the photos.")] = False,
    since: Annotated[
        list[Path] | None,
        typer.Option(
            help="A checkpoint that a party holds: prove that the log only grew since.", exists=True
        ),
    ] = None,
) -> None:
    """Write an order's ledger as a file that anybody verifies without us: unpack, `python3 verify.py`.

    It proves too that the log only grew since the checkpoints that went to the parties' leads.

    Example: ./lianban ledger export AIBO5-17 aibo5-17.zip --since their-checkpoint.txt
    """
    with at_work() as shop, _plainly():
        from services.ledger.exporting import NothingToExport, Wanted, export
        from services.settings import settings

        key = _key_of(shop, code)
        place = file or Path(f"{code}.zip")
        try:
            held = tuple(one.read_text(encoding="utf-8") for one in since or ())
            made = export(shop.engine, settings(), key, code, Wanted(with_texts, with_photos, held))
        except NothingToExport:
            raise no_order(code) from None
        made.write(place)
        texts = _counted(made.texts, "text") if with_texts else "no texts"
        photos = _counted(made.photos, "photo") if with_photos else "no photos"
        told = f"{place}: {_counted(made.events, 'event')}, {texts}, {photos}, proven by the checkpoint of"
        grew = f", which only grew since {_counted(made.earlier, 'earlier one')}" if made.earlier else ""
        said = f"{told} {made.checkpoint.size:,} log entries{grew}. Unpack it and run python3 verify.py."
        console().print(said, markup=False)


@app.command()
def checkpoints(
    last: Annotated[int, typer.Option(help="How many of the newest.", min=1)] = 10,
    to: Annotated[
        Path | None, typer.Option(help="Write all of them into this folder, one file each.", file_okay=False)
    ] = None,
) -> None:
    """Print the newest checkpoints, as C2SP tlog-checkpoint has them, or write all into a folder.

    Keep them elsewhere: a ledger rewritten as a whole is found against one that could not be rewritten.

    Example: ./lianban ledger checkpoints --to /media/usb
    """
    with at_work() as shop, _plainly():
        from services.ledger.checkpoints import newest, signing, write_files
        from services.settings import settings
        from services.store.transactions import transaction

        with transaction(shop.engine) as sql:
            found = newest(sql, None if to else last)
            verifier = signing(sql, settings())
        if not found:
            raise Stop("there are no checkpoints yet: the pulse signs one a minute after the first event.")
        if to is None:
            typer.echo("\n".join(one.note for one in found), nl=False)
            return
        new = write_files(to, found, verifier)
        console().print(f"{_counted(new, 'new checkpoint')} of {len(found):,} in {to}", markup=False)


@app.command()
def key(
    adopt: Annotated[bool, typer.Option("--adopt", help="Let this machine's key sign from now on.")] = False,
) -> None:
    """Print the verifier key: give it to every party, by a way of its own.

    Example: ./lianban ledger key
    """
    with at_work() as shop, _plainly():
        from services.ledger import checkpoints
        from services.settings import settings
        from services.store.transactions import transaction

        if adopt:
            typer.echo(str(checkpoints.adopt(shop.engine, settings())))
            return
        with transaction(shop.engine) as sql:
            typer.echo(str(checkpoints.signing(sql, settings())))


def _key_of(shop: "Shop", code: str) -> "StreamKey":
    from services.store.transactions import transaction

    with transaction(shop.engine) as sql:
        return order_named(sql, code).key


@contextmanager
def _plainly() -> Iterator[None]:
    """What the ledger refuses, as a sentence."""
    from services.ledger.checkpoints import OtherSigner
    from services.ledger.exporting import BrokenLedger
    from services.ledger.notes import NoteError
    from services.pictures.shelf import ShelfAway

    try:
        yield
    except ShelfAway:
        raise Stop(" ".join(str(ShelfAway.__doc__).split())) from None
    except NoteError as error:
        raise Stop(f"{error}. {NoteError.__doc__}") from None
    except (OtherSigner, BrokenLedger) as error:
        raise Stop(" ".join(str(error.__doc__).split())) from None
