"""What somebody may ask about a closed room.

`around` are the other closures of the site by number, as they are while nobody else closes or opens a room
there: what clashes with them is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from models.domain.matter import Command
from models.domain.matters.venues.state import Closure
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class CloseSpace(Command):
    """Close a room; its activities go to the substitute, or where `moves` says by activity."""

    opens_stream: ClassVar[bool] = True

    space: str
    begins: date
    until: date
    substitute: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    reason: TextRef | None = None
    around: Mapping[int, Closure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeClosure(Command):
    """Extend or shorten it, or send activities elsewhere."""

    until: date
    substitute: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[int, Closure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReopenSpace(Command):
    """恢复开放: from today its activities are back."""
