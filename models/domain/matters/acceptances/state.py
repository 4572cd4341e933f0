"""What is known of an acceptance now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.domain.orders.state import Photo
from models.domain.streams import TextRef


class AcceptanceStatus(StrEnum):
    """准备中, 验收中, 整改中, 通过, 取消."""

    PREPARED = "prepared"
    CHECKING = "checking"
    REWORKING = "reworking"
    PASSED = "passed"
    CANCELLED = "cancelled"


class Presence(StrEnum):
    """As what somebody took part and signs."""

    PARTY = "party"
    VOLUNTEER = "volunteer"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class NewItem:
    """A line of the checklist for a room; `check` is the shipped line, or `words` say what is looked at."""

    space: str
    category: str
    check: str = ""
    words: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """验收项."""

    id: int
    what: NewItem


@dataclass(frozen=True, slots=True)
class Result:
    """How an item was found in a round, and the order by which it is reworked if it failed."""

    round: int
    passed: bool
    at: datetime
    party: str | None
    person: str | None
    words: TextRef | None = None
    photos: tuple[Photo, ...] = ()
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """签字 under a round. A resident is named beside the ledger, everybody else is a member."""

    round: int
    kind: Presence
    at: datetime
    party: str | None = None
    person: str | None = None
    name: TextRef | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """初验. Items are kept by number, as text, since JSON objects have text keys."""

    status: AcceptanceStatus
    party: str
    contractor: str
    begun_at: datetime
    meets_at: datetime
    person: str | None = None
    items: Mapping[str, Item] = field(default_factory=dict)
    next_id: int = 1
    version: int = 1
    """Of the checklist; each change counts."""
    round: int = 0
    results: Mapping[str, Result] = field(default_factory=dict)
    """The latest of each item."""
    failed: Mapping[str, Result] = field(default_factory=dict)
    """The latest failure of each item that ever failed: before and after."""
    signatures: tuple[Signature, ...] = ()
    orders: tuple[int, ...] = ()
    """Running numbers of all rework orders."""
    finished: int = 0
    """The last round that was finished."""
    finished_at: datetime | None = None
    reason: TextRef | None = None
    """Why it was cancelled."""
    ended_at: datetime | None = None

    @property
    def to_check(self) -> tuple[str, ...]:
        """What is looked at in the round: at first all, then what failed."""
        return tuple(key for key in self.items if self._is_open(key))

    def _is_open(self, key: str) -> bool:
        result = self.results.get(key)
        return result is None or result.round == self.round or not result.passed

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What of that nobody has looked at yet."""
        return tuple(key for key in self.to_check if not self.is_checked(key))

    def is_checked(self, key: str) -> bool:
        """Whether somebody looked at the item in this round."""
        return key in self.results and self.results[key].round == self.round

    @property
    def rejected(self) -> tuple[str, ...]:
        """The items that failed in the round."""
        return tuple(key for key in self.to_check if self.is_checked(key) and not self.results[key].passed)

    @property
    def reworks(self) -> tuple[int, ...]:
        """The orders that the next round waits for."""
        latest = (one for one in self.results.values() if not one.passed)
        return tuple(one.order for one in latest if one.order is not None)
