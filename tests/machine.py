"""The machine that a run is made on: what is told of it, and a free port."""

import os
import platform
import subprocess
from pathlib import Path
from socket import socket

ROOT = Path(__file__).resolve().parents[1]


def told() -> dict[str, str]:
    """Machine and commit, as every figure is told with them."""
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "commit": commit(),
    }


def commit() -> str:
    """The commit that is checked out."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def free_port() -> int:
    """A port that nobody has just now."""
    with socket() as trial:
        trial.bind(("127.0.0.1", 0))
        number: int = trial.getsockname()[1]
        return number
