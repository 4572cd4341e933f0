"""`./lianban publish-year`: the State Council has published next year's days."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.operating import Stop, at_work, console, plainly


def publish_year(
    region: Annotated[str, typer.Argument(help="Whose days: CN, US-MA …")],
    year: Annotated[int, typer.Argument(help="The year.", min=1990, max=2099)],
    file: Annotated[
        Path,
        typer.Argument(
            help="TOML: source, and [\\[day]] with date, kind (holiday, make_up), name.", exists=True
        ),
    ],
) -> None:
    """Enter a year's published holidays and make-up days; open provisional deadlines are computed again.

    Example: ./lianban publish-year CN 2027 days-2027.toml
    """
    from services.years import YearFileError, publish, read_year

    with plainly(), at_work() as shop:
        try:
            found = read_year(region, year, file.read_text(encoding="utf-8"))
        except (YearFileError, UnicodeDecodeError) as error:
            raise Stop(f"{file}: {error}") from None
        version, moved = publish(shop, found)
    console().print(
        f"{region} {year}: {len(found.days)} days entered as version {version}; "
        f"deadlines of {moved} orders computed again, on record."
    )
