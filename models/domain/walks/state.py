"""What is known of a walk now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from models.domain.orders.state import Photo
from models.domain.streams import TextRef
from models.domain.words import Origin, Severity


class WalkStatus(StrEnum):
    """巡查的状态: under way, given up, or finished with its notice."""

    WALKING = "walking"
    ABANDONED = "abandoned"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a walk found. `order` is the running number of its order, once it has one."""

    id: int
    space: str
    hazard: str
    category: str
    severity: Severity
    words: TextRef | None = None
    photos: tuple[Photo, ...] = ()
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """巡查. `day` is the local day on which it began: findings are added on that day alone."""

    status: WalkStatus
    party: str
    origin: Origin
    begun_at: datetime
    day: date
    person: str | None = None
    findings: Mapping[str, Finding] = field(default_factory=dict)
    """By id (as text, since JSON objects have text keys)."""
    next_id: int = 1
    answered_by: Mapping[str, str] = field(default_factory=dict)
    """Once finished: by finding, the party that the notice asks."""
    told: tuple[str, ...] = ()
    """Once finished: whom the notice tells, as ``party:role``."""
    finished_at: datetime | None = None

    @property
    def waiting(self) -> frozenset[str]:
        """The findings that have no order yet."""
        return frozenset(key for key, one in self.findings.items() if one.order is None)
