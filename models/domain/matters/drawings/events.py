"""What can happen to a drawing. Past tense, frozen, versioned."""

from dataclasses import dataclass

from models.domain.matter import Event
from models.domain.matters.drawings.state import Comment, DrawingSort
from models.domain.orders.state import Photo
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class DrawingPublished(Event):
    """Its first version is there to be looked at."""

    sort: DrawingSort
    title: TextRef
    space: str
    party: str
    picture: Photo


@dataclass(frozen=True, slots=True)
class VersionPublished(Event):
    """The next version."""

    number: int
    picture: Photo
    changed: TextRef
    party: str


@dataclass(frozen=True, slots=True)
class VersionWithdrawn(Event):
    """Its picture is shown no longer, but the reason."""

    number: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class CommentGiven(Event):
    """Somebody said something about a place of it."""

    comment: Comment


@dataclass(frozen=True, slots=True)
class CommentTakenBack(Event):
    """By who had said it."""

    comment: str


@dataclass(frozen=True, slots=True)
class CommentHidden(Event):
    """Its words are not shown, but the reason."""

    comment: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class CommentShown(Event):
    """Its words are shown again."""

    comment: str


@dataclass(frozen=True, slots=True)
class CommentAnswered(Event):
    """By whose drawing it is, or by the committee."""

    comment: str
    words: TextRef
