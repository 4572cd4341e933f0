"""What is known of a pair, what may be asked of it, and what can happen to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from models.domain.matter import Command, Event
from models.domain.orders.state import Photo
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo and the day on which it was taken."""

    picture: Photo
    day: date


@dataclass(frozen=True, slots=True)
class PublishPair(Command):
    """公布前后对比."""

    opens_stream: ClassVar[bool] = True

    space: str
    before: Taken
    after: Taken
    words: TextRef | None = None
    """What is seen."""


@dataclass(frozen=True, slots=True)
class WithdrawPair(Command):
    """撤下, with a reason that everybody reads."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class PairPublished(Event):
    """It is there to be looked at."""

    space: str
    before: Taken
    after: Taken
    party: str
    words: TextRef | None = None


@dataclass(frozen=True, slots=True)
class PairWithdrawn(Event):
    """Its photos are shown no longer."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class Pair:
    """Two photos of a space."""

    space: str
    before: Taken
    after: Taken
    party: str
    published_at: datetime
    words: TextRef | None = None
    withdrawn: TextRef | None = None
    withdrawn_at: datetime | None = None

    def shows(self, photo: str) -> bool:
        """Whether a photo is one of the two, and they are shown."""
        return self.withdrawn is None and photo in {self.before.picture.id, self.after.picture.id}
