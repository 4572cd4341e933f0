"""`lianban secrets`: the keys that seal the addresses of channels and the seeds of second factors."""

import typer

from services.cli.operating import Stop, at_work, console

app = typer.Typer(help="Keys that seal what is kept secret: rotate.", no_args_is_help=True)


@app.callback()
def secrets() -> None:
    """Keys that seal addresses of channels, and seeds of second factors."""


@app.command()
def rotate() -> None:
    """Seal every address and seed with the newest key of LIANBAN_SECRET_KEYS; older keys can then be removed.

    Example: ./lianban secrets rotate
    """
    from services.addresses import BadAddress
    from services.identity import factors
    from services.secrets import CannotOpen, ring_of
    from services.settings import settings
    from services.store import contacts
    from services.store.channels import reseal
    from services.store.transactions import transaction

    with at_work() as shop:
        keys = ring_of(settings())
        try:
            with transaction(shop.engine) as sql:
                addresses, seeds = reseal(sql, keys), factors.reseal(sql, keys)
                people = contacts.reseal(sql, keys)
        except (CannotOpen, BadAddress) as error:
            raise Stop(f"nothing was changed: {error}") from None
    console().print(
        f"{addresses} addresses, {seeds} seeds, {people} contacts are sealed with the key {keys.newest}."
    )
