"""Why a backup cannot be made or restored; each docstring says what to do."""


class BackupError(Exception):
    """Look at what the message names."""

    def __str__(self) -> str:
        """The docstring, filled in with the offending values."""
        return " ".join((type(self).__doc__ or "").format(**vars(self)).split())


class FileTaken(BackupError):
    """{file} is there already, and no backup is written over: choose another name."""

    def __init__(self, file: object) -> None:
        self.file = file


class NoFolder(BackupError):
    """There is no folder {folder}: make it (mkdir -p), or choose another place. Nothing was written."""

    def __init__(self, folder: object) -> None:
        self.folder = folder


class NoBackup(BackupError):
    """{file} is no backup of lianban ({why}): choose a file that `./lianban backup` wrote."""

    def __init__(self, file: object, why: str) -> None:
        self.file, self.why = file, why


class DamagedBackup(BackupError):
    """{part} of the backup is not as it was written: take another copy of the file. Nothing was restored."""

    def __init__(self, part: str) -> None:
        self.part = part


class NewerBackup(BackupError):
    """The backup was made by lianban {version} (schema {revision}), which is newer than this one: restore it
    with that version or a later one.
    """

    def __init__(self, version: str, revision: str) -> None:
        self.version, self.revision = version, revision


class HiddenRows(BackupError):
    """The role lianban_worker does not see all rows of {tables}, so that a backup would lack some: run
    `./lianban migrate`, and take back what changed its policies.
    """

    def __init__(self, tables: str) -> None:
        self.tables = tables


class DatabaseNotEmpty(BackupError):
    """The database holds something already ({table}), and a backup is restored into an empty one: make a new
    database, and name it in LIANBAN_DATABASE_URL.
    """

    def __init__(self, table: str) -> None:
        self.table = table


class FolderNotEmpty(BackupError):
    """{folder} is not empty ({found}), and a backup is restored into an empty folder: choose a new one with
    LIANBAN_DATA.
    """

    def __init__(self, folder: object, found: str) -> None:
        self.folder, self.found = folder, found
