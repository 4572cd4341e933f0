"""`lianban up`: everything on one machine, from an empty folder to sign-in links, until told to stop."""

import fcntl
import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOCK_STREAM, SOL_SOCKET, socket
from threading import Event
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from services.cli.operating import complain
from services.cli.preparing import FirstSteps
from services.cli.stack import own_children
from services.embedded import processes
from services.embedded.account import prepare_data_folder
from services.embedded.child import Child
from services.embedded.errors import EmbeddedError
from services.embedded.postgres import Postgres
from services.embedded.supervisor import EndedMeanwhile, Supervisor
from services.embedded.valkey import Valkey
from services.settings import Settings, SettingsError, make_data_folder, unknown

console = Console(highlight=False)


class CannotStart(Exception):
    """Something stands in the way; the message says what to do."""


def up(
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535)] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for everything that is kept.", readable=False)
    ] = None,
) -> None:
    """Start database, broker, API, pages, workers and pulse; stop them with Ctrl-C."""
    told = {"LIANBAN_HOST": host, "LIANBAN_PORT": port, "LIANBAN_DATA": data and data.expanduser().absolute()}
    os.environ.update({name: str(value) for name, value in told.items() if value is not None})
    # What is kept here is for nobody else on the machine; what others need says so itself.
    os.umask(0o077)
    try:
        settings = Settings.read(os.environ)
        for name in unknown(os.environ):
            say(f"{name} is no setting and has no effect; deploy/env.example lists those that are")
        prepare_folder(settings)
        with alone(settings):
            run(settings)
    except (CannotStart, EmbeddedError, SettingsError) as error:
        complain(str(error))
        raise typer.Exit(1) from None


def prepare_folder(settings: Settings) -> None:
    """Make sure of the data folder; where no server is embedded, any folder of ours serves."""
    if settings.embedded_postgres or settings.embedded_valkey:
        prepare_data_folder(settings.data)
    else:
        make_data_folder(settings.data)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder; the lock goes with the process, however it ends.

    Raises:
        CannotStart: another `up` holds it.
    """
    state = settings.data / "up.json"
    with (settings.data / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(already_running(settings, state)) from None
        try:
            yield
        finally:
            state.unlink(missing_ok=True)


def already_running(settings: Settings, state: Path) -> str:
    """Where the other one runs."""
    try:
        other = json.loads(state.read_text())
        where = f"at {other['url']} (process {other['process']})"
    except (OSError, ValueError, KeyError):
        where = "and is still starting"
    return f"it already runs on {settings.data}, {where}. Use another folder with --data, or stop that one."


def run(settings: Settings) -> None:
    """Start all, tell, watch, stop."""
    ending, urgent = Event(), Event()
    listen_to_signals(ending, urgent)
    supervisor = Supervisor(say, ending, lambda: write_state(settings, supervisor))
    try:
        sweep(settings)
        need_port(settings)
        with console.status("starting database and broker …"):
            supervisor.start(servers(settings))
        announce(settings, start_ours(settings, supervisor))
        warn_of_broker(settings)
        supervisor.watch()
    except EndedMeanwhile:
        pass
    finally:
        if supervisor.running:
            say("stopping …")
            supervisor.stop(urgent.is_set)
            say("stopped; all data is kept")


def start_ours(settings: Settings, supervisor: Supervisor) -> list[tuple[str, str]]:
    """Bring the database up to date and start our own processes; the sign-in links.

    Each needs a second or two of a core for its imports: two at a time, as a small machine has cores.
    """
    api, *others = own_children(settings)
    with FirstSteps(settings) as steps, console.status("starting API, workers and pulse …"):
        links = None if steps.changes_nothing else steps.finish()
        supervisor.start([api])
        links = steps.finish() if links is None else links
        supervisor.start(others)
    return links


def servers(settings: Settings) -> list[Child]:
    """The embedded servers that these settings ask for."""
    children = []
    if settings.embedded_postgres:
        children.append(Postgres(settings.data).child())
    if settings.embedded_valkey:
        children.append(Valkey(settings.data).child())
    return children


def warn_of_broker(settings: Settings) -> None:
    """Say so where somebody else's broker is silent: everything works without it, only later."""
    if settings.embedded_valkey:
        return
    from services.cli.finding import Level
    from services.cli.machine_checkup import broker

    found = broker(settings)
    if found.level is not Level.OK:
        say(f"the broker of LIANBAN_REDIS_URL: {found.told}; {found.remedy} Until then work is only later.")


def listen_to_signals(ending: Event, urgent: Event) -> None:
    """The first signal ends everything in order, the second one quickly."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        (urgent if ending.is_set() else ending).set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup and shells in the background say "ignore"; that stays.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handle)


def sweep(settings: Settings) -> None:
    """End our processes that outlived an `up` that was killed; servers are seen to by their `prepare`."""
    left = processes.marked(settings.data)
    if left:
        say(f"ending {len(left)} processes that an earlier run left behind")
        processes.end(left)


def need_port(settings: Settings) -> None:
    """Make sure that the port is free.

    Raises:
        CannotStart: another program has it, or the address is not this machine's.
    """
    with socket(AF_INET6 if ":" in settings.host else AF_INET, SOCK_STREAM) as trial:
        trial.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            trial.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}, port {settings.port}"
            raise CannotStart(
                f"cannot listen on {where} ({error.strerror}); choose with --port or --host."
            ) from None


def announce(settings: Settings, links: Sequence[tuple[str, str]]) -> None:
    """Tell the addresses; the links stand without a frame, so that a terminal copies each whole."""
    table = Table.grid(padding=(0, 2))
    for name, value in (
        ("pages", settings.public_url),
        ("API", f"{settings.public_url}/api/v1"),
        ("data", str(settings.data)),
        ("logs", str(settings.data / "logs")),
        ("notices", "./lianban phone"),
        ("stop", "Ctrl-C"),
    ):
        table.add_row(f"[bold]{name}[/]", value)
    console.print(Panel(table, title="联办 lianban is ready", expand=False, border_style="green"))
    if links:
        console.print("Sign in, each link once:")
    for label, url in links:
        console.print(f"  {label}", markup=False)
        console.print(f"    {url}", markup=False, soft_wrap=True, style="cyan")


def say(sentence: str) -> None:
    """A line with the time; a terminal that is gone must not keep the rest from being stopped."""
    now = datetime.now().astimezone()
    with suppress(OSError):
        console.print(f"{now:%H:%M:%S} {sentence}", markup=False, soft_wrap=True)


def write_state(settings: Settings, supervisor: Supervisor) -> None:
    """Say in the data folder who runs and where; whole at any time, and no reason to end on a full disk."""
    state = {"process": os.getpid(), "url": settings.public_url, "children": supervisor.numbers()}
    draft = settings.data / ".up.json"
    with suppress(OSError):
        draft.write_text(json.dumps(state))
        draft.rename(settings.data / "up.json")
