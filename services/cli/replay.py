"""`lianban replay`: a city's case file through the real path, on a clock of its own."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.operating import Stop, complain, console, plainly

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from services.execute import Shop
    from services.replay.municipal.driving import Progress
    from services.replay.municipal.format import Format
    from services.replay.municipal.replaying import Wish
    from services.replay.municipal.report import Report
    from services.settings import Settings


def replay(  # noqa: PLR0917 - a command's options
    file: Annotated[Path, typer.Argument(help="CSV file of cases.", show_default=False)],
    format_: Annotated[
        str, typer.Option("--format", help="Folder in deploy/formats that says how to read the file.")
    ],
    until: Annotated[str, typer.Option(help="Day at whose beginning the clock is frozen: 2013-10-01.")],
    site: Annotated[str | None, typer.Option(help="Code of the new site; else the format's own.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only the first rows.", min=1)] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="The report as JSON, alone on standard output.")
    ] = False,
) -> None:
    """Replay a city's cases: reported, routed, limited, done and verified, each at its own instant.

    The site's clock is virtual and frozen at the end; its channels are recorders.

    Rows with an error are refused with line and reason; the others go on.

    Example: ./lianban replay cases.csv --format boston311 --until 2013-10-01
    """
    with plainly():
        from services.settings import settings

        wish = _wish(file, format_, until, site, limit)
        with database(settings()):
            report = _run(settings(), wish)
    if json_:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    else:
        from services.replay.municipal.printed import print_report

        print_report(report, console())


def _wish(file: Path, format_: str, until: str, site: str | None, limit: int | None) -> "Wish":
    from services.replay.municipal.format import UnknownFormat, find_format
    from services.replay.municipal.replaying import Wish, midnight
    from services.settings import CHECKOUT

    try:
        found: Format = find_format(CHECKOUT / "deploy" / "formats", format_)
        day = date.fromisoformat(until)
        data = file.read_bytes()
    except UnknownFormat as error:
        raise Stop(str(error)) from None
    except OSError as error:
        raise Stop(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.") from None
    except ValueError:
        raise Stop(f"--until {until} is no day; write it as 2013-10-01.") from None
    return Wish(data, found, midnight(day, found), _site_code(site or found.site.code), limit)


def _site_code(code: str) -> str:
    from services.replay.municipal.format import SITE_CODE

    if SITE_CODE.fullmatch(code) is None:
        raise Stop(f"--site {code} is no site code: use up to 16 of A to Z and 0 to 9, a letter first.")
    return code


def _run(settings: "Settings", wish: "Wish") -> "Report":
    from services import bootstrap
    from services.replay.municipal.replaying import AlreadyThere, replay
    from services.replay.municipal.report import report_of
    from services.replay.municipal.rows import NotThisFormat

    bootstrap.set_up_logging(settings)
    try:
        with bootstrap.opened(settings) as shop:
            in_haste(shop)
            with _bar(wish) as progress, _patient() as look:

                def tell(steps: int, total: int, at: datetime) -> None:
                    progress(steps, total, at)
                    look()

                done = replay(shop, wish, tell)
            return report_of(shop, done)
    except (AlreadyThere, NotThisFormat) as error:
        raise Stop(str(error)) from None
    except KeyboardInterrupt:
        complain(f"stopped; {wish.site} stays as far as it came. Begin again in another site with --site.")
        raise typer.Exit(130) from None


@contextmanager
def _patient() -> Iterator["Callable[[], None]"]:
    """Let Ctrl-C wait until the batch at hand is written, then raise it from the call that looks.

    Thrown into a transaction it would reach the driver in the middle of an exchange with the server. The
    second one is thrown at once.
    """
    asked: list[int] = []

    def ask(number: int, frame: "FrameType | None") -> None:
        if asked:
            signal.default_int_handler(number, frame)
        asked.append(number)

    def look() -> None:
        if asked:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield look
    finally:
        signal.signal(signal.SIGINT, before)


def in_haste(shop: "Shop") -> None:
    """Commit without waiting for the disk: a replay that a power cut ends is begun again in any case.

    And look seldom for garbage in cycles: a batch makes thousands of short-lived values and hardly any cycle,
    and to look through them after every 700 took a tenth of the time.
    """
    import gc

    from sqlalchemy import event

    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

    def relax(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
        connection.execute("SET synchronous_commit = off")
        connection.commit()

    event.listen(shop.engine, "connect", relax)


@contextmanager
def _bar(wish: "Wish") -> Iterator["Progress"]:
    """A bar over virtual time on standard error; without a terminal nothing is drawn."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    errors = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(None), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal, transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def tell(steps: int, total: int, at: datetime) -> None:
            day = at.astimezone(wish.format.zone).date()
            bar.update(task, total=total, completed=steps, description=f"{day}")

        yield tell


@contextmanager
def database(settings: "Settings") -> Iterator[None]:
    """The database for as long as it is needed: that of a running `up`, else one of our own, up to date.

    Raises:
        Stop: neither is to be had.
    """
    from services.cli.backup_servers import started
    from services.cli.schema import bring_up_to_date
    from services.cli.up import CannotStart, alone, prepare_folder
    from services.embedded.errors import EmbeddedError
    from services.embedded.postgres import Postgres

    if not settings.embedded_postgres or is_running(settings):
        yield
        return
    try:
        prepare_folder(settings)
        with alone(settings), started(Postgres(settings.data), complain):
            bring_up_to_date(settings.database_url)
            yield
    except (CannotStart, EmbeddedError) as error:
        raise Stop(str(error)) from None


def is_running(settings: "Settings") -> bool:
    """Whether the embedded database takes connections."""
    import psycopg

    try:
        psycopg.connect(settings.database_url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
