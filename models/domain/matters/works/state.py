"""What is known of announced works now: the fold of their events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from models.domain.matter import Term
from models.domain.streams import TextRef


class WorksStatus(StrEnum):
    """已告知, 施工中, 已完工, 已取消."""

    ANNOUNCED = "announced"
    STARTED = "started"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Plan:
    """What everybody is told: days and daily hours (``HH:MM``) of the site's local time, both days worked."""

    begins: date
    until: date
    opens: str
    closes: str
    rooms: tuple[str, ...]
    what: TextRef
    phone: TextRef
    """Of an organisation, as it is published."""
    substitutes: tuple[str, ...] = ()
    """Rooms to go to meanwhile."""
    elsewhere: TextRef | None = None
    """Where else to go, in words."""


@dataclass(frozen=True, slots=True)
class HazardWalk:
    """隐患巡查: which rooms were walked before works began; without a walk's number, nothing was found."""

    party: str
    at: datetime
    rooms: tuple[str, ...]
    walk: int | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Works:
    """施工告知."""

    status: WorksStatus
    party: str
    """Who announced them."""
    walker: str | None
    """Who owes the hazard walk; None: nobody at the site walks."""
    announced_at: datetime
    plan: Plan
    urgent: TextRef | None = None
    """Why everybody was told later than the rule says."""
    reason: TextRef | None = None
    """Why they were changed or cancelled, the latest."""
    changed_at: datetime | None = None
    walked: HazardWalk | None = None
    asked: Mapping[str, int] = field(default_factory=dict)
    """How often each limit was passed and its party asked."""
    deadlines: Mapping[str, Term] = field(default_factory=dict)
    """By id: for the hazard walk until it is walked, and for the end."""
    person: str | None = None
    started_on: date | None = None
    ended_on: date | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is neither ended nor cancelled."""
        return self.status in {WorksStatus.ANNOUNCED, WorksStatus.STARTED}

    @property
    def owes_walk(self) -> bool:
        """Whether some of the rooms were not walked yet: they had to be before works began."""
        walked = self.walked.rooms if self.walked else ()
        return self.is_open and not set(self.plan.rooms) <= set(walked)

    def holds(self, first: date, last: date) -> bool:
        """Whether there may be works on one of these days."""
        return self.is_open and self.plan.begins <= last and first <= self.plan.until
