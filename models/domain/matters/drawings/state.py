"""What is known of a drawing now: the fold of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.domain.orders.state import Photo, Point
from models.domain.streams import TextRef


class DrawingSort(StrEnum):
    """效果图: how it will look. 平面图: where what will be."""

    EFFECT = "effect"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it was published; an older one stays to be looked at."""

    number: int
    picture: Photo
    party: str
    at: datetime
    changed: TextRef | None = None
    """What is other than in the version before."""
    withdrawn: TextRef | None = None
    """Why its picture is shown no longer; the reason is."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody says about a place of the drawing: a room, a point of the picture, or all of it."""

    id: int
    person: str
    """Opaque: a member, or whoever holds the code that was given with it."""
    version: int
    at: datetime
    words: TextRef
    space: str = ""
    point: Point | None = None
    """Ten-thousandths of the picture's width and height."""
    hidden: TextRef | None = None
    """Why it is not shown; the reason is."""
    answer: TextRef | None = None
    answered_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether nobody has answered or hidden it."""
        return self.answer is None and self.hidden is None


@dataclass(frozen=True, slots=True)
class Drawing:
    """图纸. Versions and comments are kept by number, as text, since JSON objects have text keys."""

    sort: DrawingSort
    title: TextRef
    space: str
    """Empty where it shows more than one room."""
    party: str
    published_at: datetime
    versions: Mapping[str, Version] = field(default_factory=dict)
    comments: Mapping[str, Comment] = field(default_factory=dict)
    next_comment: int = 1

    @property
    def current(self) -> Version | None:
        """The latest version that is shown; None where all were withdrawn."""
        shown = [one for one in self.versions.values() if one.withdrawn is None]
        return max(shown, key=lambda one: one.number, default=None)

    def picture(self, photo: str) -> Version | None:
        """The version that shows a picture, unless it was withdrawn."""
        shown = (one for one in self.versions.values() if one.withdrawn is None)
        return next((one for one in shown if one.picture.id == photo), None)

    def said_by(self, person: str) -> int:
        """How many comments of somebody stand."""
        return sum(one.person == person for one in self.comments.values())
