"""What keeps the embedded servers from running; each docstring says what to do."""

from pathlib import Path


class EmbeddedError(Exception):
    """Look into the logs folder of the data folder."""

    def __str__(self) -> str:
        """The docstring, filled in with the offending values."""
        return " ".join((type(self).__doc__ or "").format(**vars(self)).split())


class DataFolderUnreachable(EmbeddedError):
    """The data folder {data} cannot serve: the user {user} may not pass through {barrier}, and lianban
    widens no permission of a folder that it did not make. Use another one: LIANBAN_DATA={usable}
    """

    def __init__(self, data: Path, user: str, barrier: Path, usable: Path) -> None:
        self.data, self.user, self.barrier, self.usable = data, user, barrier, usable


class DataFolderNotWritable(EmbeddedError):
    """The data folder {data} cannot serve: the user {user} may not write to {barrier}. Use another one:
    LIANBAN_DATA={usable}
    """

    def __init__(self, data: Path, user: str, barrier: Path, usable: Path) -> None:
        self.data, self.user, self.barrier, self.usable = data, user, barrier, usable


class FolderOfAnother(EmbeddedError):
    """{folder} belongs to the user {owner}, and this is {user}: run lianban as {owner} or root, or choose
    another folder with LIANBAN_DATA.
    """

    def __init__(self, folder: Path, owner: str, user: str) -> None:
        self.folder, self.owner, self.user = folder, owner, user


class NoSuchAccount(EmbeddedError):
    """The user {user} has no line in the system's list of users, which PostgreSQL insists on: add one, or run
    lianban as a user that has one.
    """

    def __init__(self, user: str) -> None:
        self.user = user


class CannotBecome(EmbeddedError):
    """This process is root but may not become the user {user} ({reason}), and PostgreSQL refuses to run as
    root: run lianban as an ordinary user, or point LIANBAN_DATABASE_URL at a server.
    """

    def __init__(self, user: str, reason: str) -> None:
        self.user, self.reason = user, reason


class ProgramDoesNotRun(EmbeddedError):
    """The program {program} does not run here: {reason}. Point LIANBAN_DATABASE_URL and LIANBAN_REDIS_URL at
    servers of your own.
    """

    def __init__(self, program: Path, reason: str) -> None:
        self.program, self.reason = program, reason


class ChildDidNotStart(EmbeddedError):
    """{name} did not start: {reason}. The end of {log} follows."""

    def __init__(self, name: str, reason: str, log: Path, tail: str) -> None:
        self.name, self.reason, self.log, self.tail = name, reason, log, tail

    def __str__(self) -> str:
        """The lines of the log stay lines."""
        return f"{super().__str__()}\n{self.tail}"
