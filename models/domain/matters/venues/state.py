"""What is known of a closed room now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from models.domain.matter import Term
from models.domain.streams import TextRef

PAUSED = "-"
"""Stands for the substitute of an activity that does not take place meanwhile."""


class ClosureStatus(StrEnum):
    """关闭, 已恢复开放."""

    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Before:
    """Where its activities were up to a day, this included, before that was changed."""

    until: date
    substitute: str | None
    moves: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Closure:
    """A room that is closed from a day to a day, both of the site's local time and both closed.

    Where an activity is meanwhile is asked of `goes`, never copied: one that is added later moves too.
    """

    status: ClosureStatus
    space: str
    party: str
    closed_at: datetime
    begins: date
    until: date
    substitute: str | None = None
    moves: Mapping[str, str] = field(default_factory=dict)
    """Activities that go elsewhere than to the substitute, by code; or that pause."""
    reason: TextRef | None = None
    person: str | None = None
    asked: int = 0
    """How often its party was asked to open it again or to say until when."""
    before: tuple[Before, ...] = ()
    """What held earlier, the oldest first."""
    deadlines: Mapping[str, Term] = field(default_factory=dict)
    """The one that runs: for opening again."""
    reopened_on: date | None = None
    ended_at: datetime | None = None

    @property
    def term(self) -> Term | None:
        """The limit that runs."""
        return next(iter(self.deadlines.values()), None)

    def goes(self, activity: str) -> str:
        """Where an activity of the room is meanwhile, as it was arranged last; PAUSED where it pauses."""
        return self.moves.get(activity, self.substitute or PAUSED)

    def went(self, activity: str, day: date) -> str:
        """Where it is on a day: what was arranged later does not change where it was."""
        held = next((one for one in self.before if day <= one.until), self)
        return held.moves.get(activity, held.substitute or PAUSED)

    def last(self, today: date) -> date:
        """The last day on which it is closed, as far as is known: past its date it stays closed."""
        if self.reopened_on is not None:
            return min(self.until, date.fromordinal(self.reopened_on.toordinal() - 1))
        return max(self.until, today)
