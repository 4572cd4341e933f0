"""`lianban privacy`: what is kept of reporters: looked at on record, due, erased, and the list of that."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import Code, Stop, at_work, console, no_order, operator, order_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.execute import Shop
    from services.privacy.lists import Gone

app = typer.Typer(help="What is kept of reporters: show, reveal, due, erase, erased.", no_args_is_help=True)
MOST_TOLD = 50


@app.command()
def show(code: Code) -> None:
    """Print whom to call about an order, masked.

    Example: ./lianban privacy show AIBO5-17
    """
    from services.store.contacts import masked_contact
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        found = masked_contact(sql, order_named(sql, code).key)
    words = "  ".join(filter(None, (found.name, found.phone))) if found else ""
    console().print(words or f"Nobody left a contact for {code}, or it is erased.", markup=False)


@app.command()
def reveal(
    code: Code,
    reason: Annotated[str, typer.Option(help="Why; it stands in the order's history.", show_default=False)],
    name: Annotated[bool, typer.Option("--name", help="The name as well.")] = False,
    as_: Annotated[
        str | None,
        typer.Option("--as", help="Who looks, as PARTY[:role]; else the committee.", metavar="PARTY[:ROLE]"),
    ] = None,
) -> None:
    """Print whom to call in full. First the order's ledger says who looked, and why.

    Example: ./lianban privacy reveal AIBO5-17 --reason "上门前约时间" --as property
    """
    from models.domain.personal import ContactPart
    from services.cli.acting import refusal
    from services.privacy.revealing import reveal
    from services.secrets import CannotOpen
    from services.store.transactions import transaction

    what = [ContactPart.PHONE, *([ContactPart.NAME] if name else [])]
    with at_work() as shop:
        with transaction(shop.engine) as sql:
            order = order_named(sql, code)
            caller = operator(sql, order.sites, order.site, as_)
        try:
            answer, found = reveal(shop, caller, order.key, (what, reason))
        except CannotOpen as error:
            raise Stop(str(error)) from None
        if answer.refused is not None:
            raise Stop(refusal(answer.refused, "reveal"))
    console().print(
        "  ".join(filter(None, (found.name, found.phone))) or "Nothing of it was left.", markup=False
    )


@app.command()
def due(
    days: Annotated[
        int | None, typer.Option(help="Instead of LIANBAN_CONTACT_DAYS.", min=0, max=3650)
    ] = None,
) -> None:
    """List the orders whose contact was kept long enough; the pulse erases it within the hour.

    Example: ./lianban privacy due --days 90
    """
    from datetime import timedelta

    from services.privacy.retention import due
    from services.settings import settings
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        found = due(sql, timedelta(days=settings().contact_days if days is None else days))
    out = console()
    for one in found[:MOST_TOLD]:
        out.print(f"{one.code} ended {one.ended_at:%Y-%m-%d}", markup=False)
    if len(found) > MOST_TOLD:
        out.print(f"… and {len(found) - MOST_TOLD} more")
    if not found:
        out.print("No contact was kept too long.")


@app.command()
def erase(
    codes: Annotated[list[str] | None, typer.Argument(help="Orders.", show_default=False)] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="A list as `erased` printed it.", exists=True, dir_okay=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="It cannot be undone: say that you mean it.")] = False,
) -> None:
    """Erase what reporters left: words, contact, photos. The events stay, and the ledger verifies.

    For who asks for it without a code of his own, and after a restore.

    Example: ./lianban privacy erase AIBO5-17 --yes
    """
    from models.domain.personal import PersonalData
    from services.privacy.lists import Gone, NoList, read_list

    with at_work() as shop:
        if not yes:
            raise Stop("it cannot be undone: say --yes if you mean it.")
        try:
            listed = list(read_list(from_.read_text(encoding="utf-8").splitlines())) if from_ else []
        except NoList as error:
            raise Stop(str(error)) from None
        _erase(shop, [*(Gone(one, tuple(PersonalData)) for one in codes or ()), *listed])


def _erase(shop: "Shop", wanted: "Iterable[Gone]") -> None:
    from services.execute import UnknownStream
    from services.pictures.shelf import ShelfAway
    from services.privacy.erasing import ASKED, erase
    from services.privacy.retention import discard_pictures
    from services.settings import settings
    from services.store.transactions import transaction

    out = console()
    for one in wanted:
        with transaction(shop.engine) as sql:
            key = order_named(sql, one.code).key
        try:
            gone = erase(shop, key, ASKED, only=one.what)
        except UnknownStream:
            raise no_order(one.code) from None
        out.print(f"{one.code}: {', '.join(gone) or 'nothing was left'}", markup=False)
    try:
        discard_pictures(shop, settings())
    except ShelfAway:
        out.print("The photos' storage is away; the pulse takes them off it within the hour.")


@app.command()
def erased() -> None:
    """Print all erasures on record, a line each: keep them beside the backups.

    A restored backup brings back what was erased after it was made; `erase --from`
    erases it again.

    Example: ./lianban privacy erased > erased.txt
    """
    from services.privacy.lists import erased
    from services.store.transactions import transaction

    with at_work() as shop, transaction(shop.engine) as sql:
        for one in erased(sql):
            typer.echo(str(one))
