"""What the clients did: each operation, its key, and what they were told at last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Any


class Outcome(StrEnum):
    """What a client knows about an operation."""

    OPEN = "open"
    """Sent, and never answered for certain: it may or may not have happened."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(slots=True)
class Operation:
    """One wish of a client. `mark` stands in its text, so that its effects can be counted in the ledger."""

    mark: str
    action: str
    path: str
    body: Mapping[str, Any]
    token: str
    party: str | None = None
    """Whom its event names: of the assignment that it is on, but for what somebody does for himself."""
    order: str | None = None
    """The order's code; of a report once it is known."""
    sent: int = 0
    outcome: Outcome = Outcome.OPEN
    status: int = 0
    events: int = 0
    """How long the answer said that the order's ledger is."""

    @property
    def stream(self) -> int:
        """The order's number; 0 while it is not known."""
        return int((self.order or "-0").rpartition("-")[2])

    @property
    def has_mark(self) -> bool:
        """Whether its body carries the mark."""
        return any(self.mark in str(value) for value in self.body.values())


@dataclass
class History:
    """All operations of all clients."""

    operations: list[Operation] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def begin(self, operation: Operation) -> None:
        """Note an operation before it is sent for the first time."""
        with self.lock:
            self.operations.append(operation)

    def of(self, outcome: Outcome) -> list[Operation]:
        """The operations with an outcome."""
        return [one for one in self.operations if one.outcome is outcome]
