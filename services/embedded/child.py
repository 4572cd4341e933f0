"""A process to be supervised, described as data."""

import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from services.embedded.account import Account


def nothing() -> None:
    """No preparation."""


def at_once() -> bool:
    """Ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Child:
    """One process: how it starts, when it is ready, how it ends."""

    name: str
    command: Sequence[str]
    log: Path
    """File that both outputs are added to."""
    folder: Path
    """Its working directory."""
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    """The user that it runs as; None is our own."""
    prepare: Callable[[], None] = nothing
    """Called before each start, first or later: sweeps up what an unclean end left."""
    is_ready: Callable[[], bool] = at_once
    """Asked several times a second until it says yes; must answer within a second."""
    ready_within: timedelta = timedelta(seconds=60)
    stop_signals: Sequence[signal.Signals] = (signal.SIGTERM,)
    """Sent one after the other, each with its grace; SIGKILL for the whole process group comes last."""
    grace: timedelta = timedelta(seconds=10)
    stop_order: int = 0
    """Those with the lowest number are stopped first, and those with the same number together."""
