"""`lianban doctor`: looks at everything that has to be right, and says what to do where it is not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.operating import console, first_line, plainly, read_all_sites, unreachable

if TYPE_CHECKING:
    from services.cli.finding import Finding
    from services.settings import Settings


def doctor(
    quiet: Annotated[bool, typer.Option("--quiet", help="Only what is not as it should be.")] = False,
) -> None:
    """Look at machine, database, broker, calendars, sites and channels; say what to do.

    Exit code 1 when something fails.

    Example: ./lianban doctor --quiet
    """
    from rich.table import Table
    from rich.text import Text

    from services.cli.finding import Level

    styles = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}
    counts = dict.fromkeys(Level, 0)
    out = console()
    with plainly():
        from services.settings import settings

        for one in _findings(settings()):
            counts[one.level] += 1
            if quiet and one.level is Level.OK:
                continue
            line = Table.grid(padding=(0, 2, 0, 0))
            remedy = f"\n→ {one.remedy}" if one.remedy else ""
            words = Text.assemble((one.topic, "bold"), f"  {one.told}", (remedy, "dim"))
            line.add_row(Text(f"{one.level:<4}", styles[one.level]), words)
            out.print(line)
    out.print(", ".join(f"{number} {level}" for level, number in counts.items() if number))
    if counts[Level.FAIL]:
        raise typer.Exit(1)


def _findings(told: "Settings") -> "Iterator[Finding]":
    from sqlalchemy.exc import OperationalError

    from services.cli.database_checkup import database
    from services.cli.finding import Level, fail
    from services.cli.machine_checkup import machine

    yield from machine(told)
    failed = False
    try:
        for one in database(told):
            failed = failed or one.level is Level.FAIL
            yield one
    except OperationalError as error:
        yield fail("database", first_line(error), unreachable(told, error))
        return
    if not failed:
        yield from _sites(told)


def _sites(told: "Settings") -> "Iterator[Finding]":
    from services import bootstrap
    from services.cli import database_checkup, site_checkup
    from services.cli.finding import warn
    from services.store.transactions import transaction

    with bootstrap.opened(told) as shop, transaction(shop.engine) as sql:
        yield from database_checkup.engine(sql)
        yield database_checkup.channels(told)
        sites = read_all_sites(sql)
        if not sites:
            yield warn("sites", "there is none yet", "`./lianban load FOLDER`")
        for row in sites:
            now = (row.virtual_now if row.clock != "live" else None) or datetime.now(UTC)
            yield from site_checkup.site(sql, row, now, production=told.is_production)
