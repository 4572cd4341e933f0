"""What somebody may ask of a drawing; titles, comments and answers refer to rows beside the ledger."""

from dataclasses import dataclass
from typing import ClassVar

from models.domain.matter import Command
from models.domain.matters.drawings.state import DrawingSort
from models.domain.orders.state import Photo, Point
from models.domain.streams import TextRef


@dataclass(frozen=True, slots=True)
class PublishDrawing(Command):
    """公布 the first version."""

    opens_stream: ClassVar[bool] = True

    sort: DrawingSort
    title: TextRef
    picture: Photo
    space: str = ""


@dataclass(frozen=True, slots=True)
class PublishVersion(Command):
    """公布新版, and say what is other than before."""

    picture: Photo
    changed: TextRef


@dataclass(frozen=True, slots=True)
class WithdrawVersion(Command):
    """撤下 a version, with a reason that everybody reads."""

    version: str
    reason: TextRef


@dataclass(frozen=True, slots=True)
class CommentOnDrawing(Command):
    """提意见 on the version that is current, by the actor's person: a member, or whoever holds the code."""

    words: TextRef
    space: str = ""
    point: Point | None = None
    seen: int | None = None
    """The version that was looked at; None: whichever is current."""


@dataclass(frozen=True, slots=True)
class TakeBackComment(Command):
    """收回 what one said oneself."""

    comment: str


@dataclass(frozen=True, slots=True)
class HideComment(Command):
    """不予公开, with a reason that stands in its place; without one it is shown again."""

    comment: str
    reason: TextRef | None


@dataclass(frozen=True, slots=True)
class AnswerComment(Command):
    """回复; a later answer takes the place of the earlier."""

    comment: str
    words: TextRef
