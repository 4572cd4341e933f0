"""The base of all events."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    version: ClassVar[int] = 1

    since: datetime | None = field(default=None, kw_only=True)
    """When it took effect, where the clock's lane recorded it only later: the end of a hold is the end of the
    hold, however long the machine slept."""
