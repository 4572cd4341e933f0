"""What somebody may ask of an acceptance. Texts and pictures refer to rows beside the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from models.domain.matter import Command
from models.domain.matters.acceptances.state import NewItem, Presence
from models.domain.orders.state import Photo
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class PrepareAcceptance(Command):
    """约初验: what is looked at, and when; the parties are told."""

    opens_stream: ClassVar[bool] = True

    meets_at: datetime
    items: tuple[NewItem, ...]


@dataclass(frozen=True, slots=True)
class ChangeChecklist(Command):
    """Add or drop lines before the first round begins. `seen`: the version that was looked at."""

    seen: int
    add: tuple[NewItem, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BeginRound(Command):
    """Go through the rooms. `unverified`: rework orders that nobody has verified yet, as they are now."""

    unverified: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckItem(Command):
    """合格 or 不合格; looked at again in the same round, the later result counts."""

    item: str
    passed: bool
    words: TextRef | None = None
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class FinishRound(Command):
    """结束本轮. The rework orders of what failed are reported in the same unit."""

    orders: Mapping[str, int] = field(default_factory=dict)
    """By item."""


@dataclass(frozen=True, slots=True)
class SignRound(Command):
    """签字 under the last finished round. `name`: of a resident who was there, entered by the committee."""

    name: TextRef | None = None
    kind: Presence = Presence.RESIDENT
    """Of whoever is named."""


@dataclass(frozen=True, slots=True)
class CancelAcceptance(Command):
    """取消, with a reason."""

    reason: TextRef
