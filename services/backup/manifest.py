"""The manifest: what is in a backup, made by whom from what, with the SHA-256 of each part."""

import importlib.metadata
import subprocess
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.settings import CHECKOUT

NAME = "manifest.json"
UNKNOWN = "unknown"
_MEMBER = r"^(tables/\w+\.copy|(photos/\w+|checkpoints|keys)/\w[\w.-]*)$"
"""No member leads out of its folder."""


class Part(BaseModel):
    """A member of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size: int


class Table(BaseModel):
    """A table's rows, in the text format of COPY, with these columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: tuple[str, ...]
    rows: int

    @staticmethod
    def part(name: str) -> str:
        """The member that holds them."""
        return f"tables/{name}.copy"


class Manifest(BaseModel):
    """What is in a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["lianban-backup/1"] = "lianban-backup/1"
    made_at: str
    """The instant of the snapshot, by the database."""
    version: str
    commit: str
    """Of the program; `unknown` where it was installed without its history."""
    revision: str
    """Of the schema."""
    server: str
    """The version of PostgreSQL."""
    checkpoint: str | None = None
    """The newest signed checkpoint of the ledger's log."""
    sites: Mapping[str, int]
    """How many orders each has, by code."""
    tables: Mapping[str, Table]
    sequences: Mapping[str, int]
    keys: tuple[str, ...] = ()
    """The key files that are inside; without them what they sealed or signed needs them from elsewhere."""
    elsewhere: tuple[str, ...] = ()
    """What the installation had and the file has not."""
    parts: Mapping[Annotated[str, Field(pattern=_MEMBER)], Part] = Field(default_factory=dict)


def version_of_program() -> tuple[str, str]:
    """Version and commit of this program."""
    try:
        version = importlib.metadata.version("lianban")
    except importlib.metadata.PackageNotFoundError:
        version = UNKNOWN
    asked = ["git", "-C", str(CHECKOUT), "rev-parse", "HEAD"]
    try:
        found = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return version, UNKNOWN
    return version, found.stdout.strip() if found.returncode == 0 else UNKNOWN
