"""The user that the embedded servers run as, and what that user can reach."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.embedded.errors import (
    CannotBecome,
    DataFolderNotWritable,
    DataFolderUnreachable,
    FolderOfAnother,
    NoSuchAccount,
)
from services.settings import is_open_to_all, make_data_folder

ROOT = 0
UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """A user of the machine."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as that user already."""
        return self.uid == os.geteuid()

    def run(self, command: Sequence[str | Path], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as this user to its end, both outputs in `stdout`.

        Raises:
            CannotBecome: a root without the right to change its user, as in some containers.
        """
        become: dict[str, object] = {}
        if not self.is_ours:
            become = {"user": self.uid, "group": self.gid, "extra_groups": []}
        try:
            return subprocess.run(  # type: ignore[call-overload,no-any-return]
                [str(word) for word in command],
                input=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                cwd="/",
                env=server_environment(),
                **become,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            if self.is_ours or can_become(self):
                return subprocess.CompletedProcess([str(word) for word in command], 126, reason, "")
            raise CannotBecome(self.name, reason) from error


def can_become(account: Account) -> bool:
    """Whether the machine lets this process take on a user at all."""
    try:
        subprocess.run(
            ["/bin/true"], user=account.uid, group=account.gid, extra_groups=[], check=True, cwd="/"
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def server_environment() -> dict[str, str]:
    """What the servers are told: nothing of ours, no locale but the one that the database has."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "TZ": "UTC"}


def account_of(uid: int) -> Account:
    """The user with a number.

    Raises:
        NoSuchAccount: it has no name.
    """
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise NoSuchAccount(str(uid)) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def servers_account(data: Path) -> Account:
    """The user that runs the servers of a data folder: ourselves; where we are root, its owner or `nobody`.

    Raises:
        FolderOfAnother: an ordinary user cannot run servers whose files another user owns.
        NoSuchAccount: there is no `nobody`, or we have no name.
    """
    cluster = data / "postgres"
    try:
        owner = cluster.stat().st_uid
    except PermissionError:
        owner = data.stat().st_uid
    except OSError:
        owner = None
    if os.geteuid() != ROOT:
        own = account_of(os.geteuid())
        if owner not in (None, own.uid):
            raise FolderOfAnother(data, name_of(owner or ROOT), own.name)
        return own
    if owner not in (None, ROOT):
        return account_of(owner or ROOT)
    try:
        return account_of(pwd.getpwnam(UNPRIVILEGED).pw_uid)
    except KeyError:
        raise NoSuchAccount(UNPRIVILEGED) from None


def name_of(uid: int) -> str:
    """A user's name, or number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def prepare_data_folder(data: Path) -> Account:
    """Make the data folder where it is missing and say who runs its servers.

    Raises:
        EmbeddedError: it cannot serve; the message names one that can.
    """
    own = account_of(os.geteuid())
    start = nearest(data)
    if not os.access(start, os.W_OK | os.X_OK):
        raise DataFolderNotWritable(data, own.name, start, usable_folder())
    account = servers_account(data)
    if not can_pass(account, start):
        way = (*reversed(start.parents), start)
        barrier = next(folder for folder in way if not can_pass(account, folder))
        raise DataFolderUnreachable(data, account.name, barrier, usable_folder())
    try:
        make_data_folder(data)
    except OSError:  # a file system that takes nothing, whatever its permissions say
        raise DataFolderNotWritable(data, own.name, start, usable_folder()) from None
    return account


def can_pass(account: Account, folder: Path) -> bool:
    """Whether a user may pass through a folder; tried, since access lists and the like have a say too."""
    return account.run(["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0


def nearest(path: Path) -> Path:
    """The deepest folder on the way to a path that exists."""
    # Unlike `Path.exists`, it takes a folder that we may not look into for missing.
    return next(folder for folder in (path, *path.parents) if os.path.exists(folder))  # noqa: PTH110


def usable_folder() -> Path:
    """A data folder that would serve."""
    if os.geteuid() != ROOT:
        own = Path.home() / ".local" / "share" / "lianban"
        if os.access(nearest(own), os.W_OK | os.X_OK):
            return own
        return Path(tempfile.gettempdir()) / f"lianban-{name_of(os.geteuid())}"
    candidates = [Path("/var/lib/lianban"), Path("/srv/lianban"), Path("/opt/lianban")]
    return next((path for path in candidates if is_open_to_all(nearest(path))), candidates[0])


def make_private_folder(folder: Path, account: Account) -> None:
    """Make a folder that only the servers' user may enter; one that exists must be that user's already.

    Raises:
        FolderOfAnother: the name is taken by somebody else.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        status = folder.lstat()
        if status.st_uid != account.uid or folder.is_symlink():
            raise FolderOfAnother(folder, name_of(status.st_uid), account.name) from None
        return
    if not account.is_ours:
        os.chown(folder, account.uid, account.gid)


def copy_for_all(source: Path, target: Path) -> None:
    """Copy a file or folder of programs so that every user can run it; whole or not at all."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    if source.is_dir():
        shutil.copytree(source, draft, symlinks=True, ignore=shutil.ignore_patterns("include", "__pycache__"))
    else:
        shutil.copy2(source, draft)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    draft.rename(target)
