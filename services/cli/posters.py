"""`lianban posters`: the sheets with codes for the walls of the rooms."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.operating import Stop, at_work, console, read_all_sites, the_site


def posters(
    to: Annotated[Path, typer.Argument(help="The PDF to write.", dir_okay=False)] = Path("posters.pdf"),
    site: Annotated[str | None, typer.Option(help="Site code, such as AIBO5.")] = None,
    room: Annotated[
        list[str] | None, typer.Option(help="A room by its code; several times. Default: all.")
    ] = None,
) -> None:
    """Write a poster for each room as A4 PDF.

    Example: ./lianban posters posters.pdf --room table-tennis
    """
    from services.settings import settings
    from services.store.transactions import transaction
    from services.views.posters import NoPosters, UnknownRoom
    from services.views.posters import posters as sheets

    with at_work() as shop:
        with transaction(shop.engine) as sql:
            one = the_site(read_all_sites(sql), site)
        try:
            pdf = sheets(shop, settings(), one.id, room or [])
        except NoPosters:
            raise Stop(
                f"{settings().public_url} is this machine alone: whoever scans a poster would come nowhere."
                " Set LIANBAN_PUBLIC_URL to the address that people use."
            ) from None
        except UnknownRoom as error:
            raise Stop(f"{one.code} has no room {error.args[0]}.") from None
    to.write_bytes(pdf)
    console().print(f"{to}: {len(pdf) // 1000} kB. Print it on A4 and hang it up at eye level.")
